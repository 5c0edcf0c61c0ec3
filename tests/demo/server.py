"""The demo's server with faults injected into requests and replies."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from dockertui.demo.call import Call, Stream, Takeover, Version, encode, headers, reply
from dockertui.demo.host import Host
from dockertui.demo.server import VERSIONED, Server
from tests.demo import changed_fields
from tests.demo.faults import Faults

_CUT_STREAM = 24
"""Bytes of a stream that are sent before a cut that gives no number."""


@dataclass(slots=True)
class StreamRules:
    """The faults of a streamed reply."""

    cut_after: int | None
    change: Callable[[bytes], bytes] | None


class _Stream(Stream):
    def __init__(self, call: Call, content_type: str, more: Mapping[str, str]) -> None:
        super().__init__(call, content_type, more)
        assert isinstance(call, FaultyCall)
        self._left = call.rules.cut_after
        self._change = call.rules.change

    async def write(self, data: bytes) -> None:
        if self._left is not None and len(data) >= self._left:
            await super().write(data[: self._left])
            _abort(self.call.request)
            raise ConnectionResetError("cut by a fault")
        if self._left is not None:
            self._left -= len(data)
        await super().write(data)

    async def write_json(self, value: Any) -> None:
        data = encode(value)
        await self.write(self._change(data) if self._change else data)


class _Takeover(Takeover):
    def write(self, data: bytes) -> None:
        assert isinstance(self.call, FaultyCall)
        cut = self.call.rules.cut_after
        super().write(data if cut is None else data[:cut])
        if cut is not None:
            _abort(self.call.request)
            raise ConnectionResetError("cut by a fault")


@dataclass(slots=True)
class FaultyCall(Call):
    """A request whose reply may be cut."""

    rules: StreamRules = None  # type: ignore[assignment] # which the server gives

    streams = _Stream
    takeovers = _Takeover


class FaultyServer(Server):
    """`note` is called for each request with method, path and time."""

    def __init__(self, host: Host, faults: Faults, path: Path, note: Callable[[str, str, float], None]) -> None:
        super().__init__(host)
        self._faults = faults
        self._path = path
        self._note = note
        self._open: dict[int, web.BaseRequest] = {}
        self._cleared = asyncio.Event()

    def signals(self) -> dict[str, Callable[[], Coroutine[object, object, None]]]:
        """Return what `Faults` can trigger at once, by name; to be called in the loop."""
        return {
            "break_event_streams": self._break_event_streams,
            "break_connections": self._break_connections,
            "refuse": self._refuse,
            "accept": self._accept,
            "cleared": self._clear,
        }

    async def _break_event_streams(self) -> None:
        for request in [*self._open.values()]:
            if request.path.endswith("/events") and request.transport is not None:
                request.transport.abort()

    async def _break_connections(self) -> None:
        self.break_connections()

    async def _refuse(self) -> None:
        self.refuse()

    async def _accept(self) -> None:
        if self.listener is None:
            await self.listen(self._path)

    async def _clear(self) -> None:
        self._cleared.set()
        self._cleared = asyncio.Event()

    async def close(self) -> None:
        self._cleared.set()
        await super().close()

    # -- a request ----------------------------------------------------------------------------

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self._note(request.method, request.raw_path, time.time())
        self._open[id(request)] = request
        try:
            what = _what(request)
            await self._obstruct(what)
            response = self._failure(what) or await super().answer(request)
            return await self._spoil(request, response, what)
        finally:
            del self._open[id(request)]

    async def _obstruct(self, what: str) -> None:
        if seconds := self._faults.delay_of(what):
            await asyncio.sleep(seconds)
        while self._faults.hangs(what):
            await self._cleared.wait()

    def _failure(self, what: str) -> web.StreamResponse | None:
        failure = self._faults.failure_of(what)
        if failure is None:
            return None
        response = reply({} if failure.message is None else {"message": failure.message}, failure.status)
        response.headers.update(headers(self.host))
        return response

    def call(self, request: web.BaseRequest, version: Version, names: dict[str, str]) -> Call:
        return FaultyCall(self.host, request, version, names, rules=self._stream_rules(_what(request)))

    def _stream_rules(self, what: str) -> StreamRules:
        """Return the faults of a streamed reply: half of it is unknown, so a cut has a default."""
        cut, after = self._faults.cut_of(what)
        return StreamRules((after if after is not None else _CUT_STREAM) if cut else None, self._change())

    def _change(self) -> Callable[[bytes], bytes] | None:
        unknown, missing = self._faults.unknown_fields, self._faults.missing_fields
        if not unknown and not missing:
            return None
        return lambda body: changed_fields.change(body, unknown=unknown, missing=missing)

    async def _spoil(self, request: web.BaseRequest, response: web.StreamResponse, what: str) -> web.StreamResponse:
        """Apply the faults that change a whole reply: other fields, or an early end."""
        if not isinstance(response, web.Response) or not isinstance(response.body, bytes) or not response.body:
            return response
        if (change := self._change()) and response.content_type == "application/json":
            response.body = change(response.body)
        cut, after = self._faults.cut_of(what)
        return await _cut(request, response, after) if cut else response


def _what(request: web.BaseRequest) -> str:
    """Return method and path in the form that the patterns of `Faults` are searched in."""
    path = request.rel_url.raw_path
    match = VERSIONED.fullmatch(path)
    return f"{request.method} {match[3] if match else path}"


async def _cut(request: web.BaseRequest, whole: web.Response, after: int | None) -> web.StreamResponse:
    """Announce the whole body, send a part of it, and close the connection."""
    body = whole.body if isinstance(whole.body, bytes) else b""
    part = web.StreamResponse(status=whole.status, headers=whole.headers)
    part.content_length = len(body)
    await part.prepare(request)
    with contextlib.suppress(ConnectionError):
        await part.write(body[: len(body) // 2 if after is None else after])
    _abort(request)
    return part


def _abort(request: web.BaseRequest) -> None:
    """Break a request's connection after the data written so far."""
    if request.transport is not None:
        request.transport.close()
