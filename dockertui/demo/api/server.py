"""The HTTP side: the socket, routing, versions, errors, and the faults on the way in and out."""

import asyncio
import contextlib
import re
import socket
import time
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from urllib.parse import unquote

from aiohttp import web

from dockertui.demo.api import (
    archive,
    attach,
    build,
    changed_fields,
    containers,
    events,
    execs,
    image_files,
    images,
    lives,
    logs,
    networks,
    plugins,
    registry,
    stats,
    system,
    volumes,
)
from dockertui.demo.api.call import API, OLDEST_API, Call, Handler, Route, StreamRules, Version, abort, headers, reply
from dockertui.demo.faults import Faults
from dockertui.demo.world.host import Host
from dockertui.demo.world.refusal import Refusal, Unchanged, invalid

NEWEST: Version = (1, 51)
OLDEST: Version = (1, 41)

_BACKLOG = 512
_CUT_STREAM = 24
"""Bytes of a stream that still come when a cut does not say how many."""

_VERSIONED = re.compile(r"/v(\d+)\.(\d+)(/.*)")
_FAMILIES = (
    system,
    events,
    containers,
    archive,
    execs,
    attach,
    lives,
    logs,
    stats,
    registry,
    image_files,
    images,
    build,
    networks,
    volumes,
    plugins,
)


class _Router:
    """Routes by method and pattern, in the order in which they were given."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes: dict[str, list[tuple[re.Pattern[str], Handler]]] = {}
        for route in routes:
            pattern = re.sub(r"\{(\w+):path\}", r"(?P<\1>.+)", route.path)
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
            self._routes.setdefault(route.method, []).append((re.compile(pattern), route.handler))

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]]:
        for pattern, handler in self._routes.get(method, ()):
            if match := pattern.fullmatch(path):
                return handler, {name: unquote(text) for name, text in match.groupdict().items()}
        raise Refusal(404, "page not found")


class Server:
    """Serves the host on a unix socket. `note` is told of each request: method, path, time."""

    def __init__(self, host: Host, faults: Faults, note: Callable[[str, str, float], None]) -> None:
        self._host = host
        self._faults = faults
        self._note = note
        self._router = _Router(route for family in _FAMILIES for route in family.ROUTES)
        # A reader that leaves ends its handler: otherwise an idle event stream would be held for ever.
        self._web = web.Server(self._handle, handler_cancellation=True, access_log=None)
        self._listener: asyncio.Server | None = None
        self._path: Path | None = None
        self._open: dict[int, web.BaseRequest] = {}
        self.defects: list[Exception] = []
        self._cleared = asyncio.Event()

    # -- the socket ---------------------------------------------------------------------------

    async def listen(self, path: Path) -> None:
        """Listen at `path`, which nobody but this user may connect to; what was there is replaced."""
        self._path = path
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._web, sock=_bound(path), backlog=_BACKLOG)

    async def close(self) -> None:
        await self._refuse()
        self._cleared.set()
        await self._web.shutdown(0.5)

    def signals(self) -> dict[str, Callable[[], Coroutine[object, object, None]]]:
        """What `Faults` can cause at once, by name; to be called in the loop."""
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
        """Idle ones too: a program keeps connections open between its requests."""
        for connection in [*self._web.connections]:
            if connection.transport is not None:
                connection.transport.abort()

    async def _refuse(self) -> None:
        self._stop_listening()
        await self._break_connections()

    async def _accept(self) -> None:
        if self._listener is None and self._path is not None:
            await self.listen(self._path)

    async def _clear(self) -> None:
        self._cleared.set()
        self._cleared = asyncio.Event()

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    # -- a request ----------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self._note(request.method, request.raw_path, time.time())
        self._open[id(request)] = request
        try:
            return await self._answer(request)
        except ConnectionError:
            # The reader has left, or a fault cut the reply: there is nobody to tell.
            return web.Response()
        except Exception as error:  # a defect of this Engine: as moby does, answer 500 and go on
            self.defects.append(error)
            return reply({"message": f"demo Engine defect: {error!r}"}, 500)
        finally:
            del self._open[id(request)]

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.rel_url.raw_path
        match = _VERSIONED.fullmatch(path)
        plain = match[3] if match else path
        what = f"{request.method} {plain}"
        await self._obstruct(what)
        version = (int(match[1]), int(match[2])) if match else NEWEST
        response = self._failure(what) or await self._dispatch(request, plain, version, what)
        if not response.prepared:
            response.headers.update(headers(self._host))
        return await self._spoil(request, response, what)

    async def _obstruct(self, what: str) -> None:
        if seconds := self._faults.delay_of(what):
            await asyncio.sleep(seconds)
        while self._faults.hangs(what):
            await self._cleared.wait()

    def _failure(self, what: str) -> web.StreamResponse | None:
        failure = self._faults.failure_of(what)
        if failure is None:
            return None
        return reply({} if failure.message is None else {"message": failure.message}, failure.status)

    async def _dispatch(self, request: web.BaseRequest, path: str, version: Version, what: str) -> web.StreamResponse:
        try:
            _check_version(version)
            handler, names = self._router.find(request.method, path)
            return await handler(Call(self._host, request, version, names, self._stream_rules(what)))
        except Refusal as refusal:
            return reply({"message": refusal.message}, refusal.status)
        except Unchanged:
            return web.Response(status=304)

    def _stream_rules(self, what: str) -> StreamRules:
        """What happens to a reply that streams: half of it is not known, so that a cut has a default."""
        cut, after = self._faults.cut_of(what)
        return StreamRules((after if after is not None else _CUT_STREAM) if cut else None, self._change())

    def _change(self) -> Callable[[bytes], bytes] | None:
        unknown, missing = self._faults.unknown_fields, self._faults.missing_fields
        if not unknown and not missing:
            return None
        return lambda body: changed_fields.change(body, unknown=unknown, missing=missing)

    async def _spoil(self, request: web.BaseRequest, response: web.StreamResponse, what: str) -> web.StreamResponse:
        """Apply the faults that change a whole reply: other fields, or an end in the middle."""
        if not isinstance(response, web.Response) or not isinstance(response.body, bytes) or not response.body:
            return response
        if (change := self._change()) and response.content_type == "application/json":
            response.body = change(response.body)
        cut, after = self._faults.cut_of(what)
        return await _cut(request, response, after) if cut else response


def _bound(path: Path) -> socket.socket:
    """A socket at `path`, private before anybody can connect.

    Bound here rather than by asyncio, whose unix servers remove their path on closing from Python 3.13 on: a
    refused connection would then look like a socket that is not there.
    """
    path.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    bound.bind(str(path))
    path.chmod(0o600)
    return bound


def _check_version(version: Version) -> None:
    text = f"{version[0]}.{version[1]}"
    if version > NEWEST:
        raise invalid(f"client version {text} is too new. Maximum supported API version is {API}")
    if version < OLDEST:
        raise invalid(
            f"client version {text} is too old. Minimum supported API version is {OLDEST_API}, "
            "please upgrade your client to a newer version"
        )


async def _cut(request: web.BaseRequest, whole: web.Response, after: int | None) -> web.StreamResponse:
    """Promise the whole body, send a part of it, and hang up."""
    body = whole.body if isinstance(whole.body, bytes) else b""
    part = web.StreamResponse(status=whole.status, headers=whole.headers)
    part.content_length = len(body)
    await part.prepare(request)
    with contextlib.suppress(ConnectionError):
        await part.write(body[: len(body) // 2 if after is None else after])
    abort(request)
    return part
