"""A request as a value, so that the same object is shown, confirmed and sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import NOTHING, text
from dockertui.engine.target import Params, segment

if TYPE_CHECKING:
    from dockertui.engine.build_context import BuildContext

ID: Final = "{Id}"
"""Placeholder in a call's path for the `Id` in the reply to the call before it."""


class Call(NamedTuple):
    """A request not yet sent. `path` has no version prefix; its parts are quoted by `segment`.

    body: sent as JSON; None for none. progress: the reply is a stream of JSON objects, and a failure comes as one of
    them, after status 200. source: the file that is the body, a tar. sink: the file that the reply is written to. tar:
    source is a file or folder packed while it is sent, sink a folder that the reply is unpacked into. context: the body
    is a build context. patience: seconds to wait for a reply that sends nothing; None for no limit. shown: the body in
    the journal and the command lines in place of one with a password. docker: the words after `docker` of the command
    that does the same, if this call alone does it.
    """

    method: str
    path: str
    params: Params = NOTHING
    body: Mapping[str, Any] | None = None
    progress: bool = False
    headers: Mapping[str, str] = NOTHING
    source: str = ""
    sink: str = ""
    tar: bool = False
    context: BuildContext | None = None
    patience: float | None = None
    shown: Mapping[str, Any] | None = None
    docker: tuple[str, ...] = ()


VERSION: Final = Call("GET", "/version", docker=("version",))
"""The versions of the Engine and its components: requested first, and without an API version."""


def following(call: Call, replies: Sequence[Any]) -> Call:
    """Return the call with the id it waits for filled in. Raises EngineError (PROTOCOL) if the last reply has none."""
    if ID not in call.path:
        return call
    return call._replace(path=call.path.replace(ID, segment(made_id(replies[-1] if replies else None))))


def made_id(reply: Any) -> str:
    """Return the id of what a request created. Raises EngineError (PROTOCOL) if the reply has none."""
    given = text(reply, "Id") if isinstance(reply, dict) else ""
    if not given:
        raise EngineError(ErrorKind.PROTOCOL, "the Engine made something without giving its id")
    return given
