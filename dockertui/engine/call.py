"""A request as a value: what would be sent, so that it can be shown, confirmed and sent from the same thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import NOTHING, text
from dockertui.engine.target import Params, segment

if TYPE_CHECKING:
    from dockertui.engine.build_context import BuildContext

ID: Final = "{Id}"
"""In the path of a call: the `Id` that the reply to the call before it gives."""


class Call(NamedTuple):
    """One request that is not sent yet. `path` is without version prefix, its parts quoted by `segment`.

    body: sent as JSON; None for none. progress: the reply is a stream of JSON objects, and a failure comes as one of
    them, after the status 200. source: the file that is the body, a tar. sink: the file that the reply
    goes to. tar: source is a file or folder that is packed on its way, sink a folder that the reply is unpacked in.
    context: the body is the context of a build.
    patience: seconds after which a reply that says nothing is waited for no longer; None for as long as it takes.
    shown: what the journal and the lines have in place of a body with a password in it: that one is nowhere to be seen.
    docker: the words after `docker` of the command that does the same, where the call alone makes one.
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
"""What the Engine and its components are: asked before anything else, and without a version of the API."""


def following(call: Call, replies: Sequence[Any]) -> Call:
    """The call with the id that it waited for. Raises EngineError (PROTOCOL) when the reply before it gives none."""
    if ID not in call.path:
        return call
    return call._replace(path=call.path.replace(ID, segment(made_id(replies[-1] if replies else None))))


def made_id(reply: Any) -> str:
    """The id of what a request made. Raises EngineError (PROTOCOL) when its reply gives none."""
    given = text(reply, "Id") if isinstance(reply, dict) else ""
    if not given:
        raise EngineError(ErrorKind.PROTOCOL, "the Engine made something without giving its id")
    return given
