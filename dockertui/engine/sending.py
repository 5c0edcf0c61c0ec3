"""Send a call and wait for its whole reply, whatever its body and its reply are."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, Mapping
from typing import Any

from dockertui.engine.call import Call
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import mapping, text
from dockertui.engine.progress import Heard


async def send(engine: Engine, call: Call, heard: Heard = lambda _: None) -> Any:
    """Send a call and wait for its end, without a time limit: cancel it. Returns the reply's JSON; None without any.

    If the reply reports progress, every object goes to `heard`, and the last one is returned. Raises EngineError.
    """
    if call.sink:
        from dockertui.engine import transfer, unpacking

        take = unpacking.unpack if call.tar else transfer.receive
        plain = {**call.headers, "Accept-Encoding": "identity"}  # gzip would slow a copy to a fifth of its speed
        reply = engine.stream(call._replace(headers=plain))
        return await take(reply, call.sink, heard)
    if call.progress:
        return await _listen(engine, call, heard)
    try:
        answer = await engine.request(_with_headers(call), body=_body(call, heard), timeout=call.patience)
    except EngineError as error:
        if call.patience is not None and error.kind is ErrorKind.TIMEOUT:
            return None
        raise
    try:
        return json.loads(answer.body) if answer.body.strip() else None
    except ValueError:
        return None  # some Engines reply "OK" where the API specifies no body


def _body(call: Call, heard: Heard) -> AsyncIterable[bytes] | None:
    """Return the body that is read while it is sent; None if it is `call.body`."""
    if call.context is None and not call.source:
        return None
    from dockertui.engine import build_context, transfer, unpacking

    if call.context is not None:
        return build_context.packed(call.context, heard)
    return unpacking.packed(call.source, heard) if call.tar else transfer.pieces(call.source, heard)


def _with_headers(call: Call) -> Call:
    sends_tar = call.source or call.context is not None
    return call._replace(headers={**call.headers, "Content-Type": "application/x-tar"}) if sends_tar else call


async def _listen(engine: Engine, call: Call, heard: Heard) -> Mapping[str, Any]:
    last: Mapping[str, Any] = {}
    async with engine.stream(_with_headers(call), body=_body(call, heard)) as stream:
        async for last in stream.objects():
            if said := text(mapping(last, "errorDetail"), "message") or text(last, "error"):
                raise EngineError(ErrorKind.SERVER, said, status=stream.status)
            heard(last)
    return last
