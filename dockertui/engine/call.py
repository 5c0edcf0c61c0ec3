"""A request as a value: what would be sent, so that it can be shown, confirmed and sent from the same thing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import NOTHING, mapping, text
from dockertui.engine.target import Params, segment

if TYPE_CHECKING:
    from dockertui.engine.build_context import BuildContext
    from dockertui.engine.client import Body, Engine

ID: Final = "{Id}"
"""In the path of a call: the `Id` that the reply to the call before it gives."""
Heard = Callable[[Mapping[str, Any]], None]
"""Called with each object of a reply that tells its progress."""


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


async def send(engine: Engine, call: Call, heard: Heard = lambda _: None) -> Any:
    """Send a call and wait for its end, however long it takes: cancel it. The reply's JSON; None without any.

    Of a reply that tells its progress every object goes to `heard`, and the last one is returned. Raises EngineError.
    """
    if call.sink:
        from dockertui.engine import transfer, unpacking

        take = unpacking.unpack if call.tar else transfer.receive
        plain = {**call.headers, "Accept-Encoding": "identity"}  # gzip would slow a copy down to a fifth
        reply = engine.stream(call.method, call.path, params=call.params, headers=plain)
        return await take(reply, call.sink, heard)
    if call.progress:
        return await _listen(engine, call, heard)
    try:
        answer = await engine.request(
            call.method,
            call.path,
            params=call.params,
            body=_body(call, heard),
            headers=_headers(call),
            timeout=call.patience,
            shown=call.shown,
        )
    except EngineError as error:
        if call.patience is not None and error.kind is ErrorKind.TIMEOUT:
            return None
        raise
    try:
        return json.loads(answer.body) if answer.body.strip() else None
    except ValueError:
        return None  # some Engines say "OK" to what the API gives no body


def _body(call: Call, heard: Heard) -> Body:
    if call.context is None and not call.source:
        return call.body
    from dockertui.engine import build_context, transfer, unpacking

    if call.context is not None:
        return build_context.packed(call.context, heard)
    return unpacking.packed(call.source, heard) if call.tar else transfer.pieces(call.source, heard)


def _headers(call: Call) -> Mapping[str, str]:
    sends_tar = call.source or call.context is not None
    return {**call.headers, "Content-Type": "application/x-tar"} if sends_tar else call.headers


async def _listen(engine: Engine, call: Call, heard: Heard) -> Mapping[str, Any]:
    last: Mapping[str, Any] = {}
    async with engine.stream(
        call.method, call.path, params=call.params, body=_body(call, heard), headers=_headers(call)
    ) as stream:
        async for last in stream.objects():
            if said := text(mapping(last, "errorDetail"), "message") or text(last, "error"):
                raise EngineError(ErrorKind.SERVER, said, status=stream.status)
            heard(last)
    return last
