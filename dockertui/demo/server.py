"""The HTTP side: the socket, routing, versions and errors."""

import asyncio
import inspect
import re
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

from aiohttp import web

from dockertui.demo import (
    archive,
    build,
    containers,
    events,
    execs,
    first_process,
    image_files,
    images,
    lifecycle,
    logs,
    networks,
    plugins,
    registry,
    stats,
    system,
    volumes,
)
from dockertui.demo.call import API, OLDEST_API, Call, Route, Version, headers, raw_reply, reply
from dockertui.demo.host import Host
from dockertui.demo.refusal import Refusal, Unchanged, invalid

NEWEST: Version = (1, 51)
OLDEST: Version = (1, 41)
VERSIONED = re.compile(r"/v(\d+)\.(\d+)(/.*)")
_BACKLOG = 512
_FAMILIES = (system, events, containers, archive, execs, first_process, lifecycle, logs, stats, registry, image_files,
             images, build, networks, volumes, plugins)  # fmt: skip


def _patterns(routes: Iterable[Route]) -> Iterator[tuple[re.Pattern[str], Route]]:
    """Each route, and the pattern that '<METHOD> <path>' fully matches."""
    for route in routes:
        pattern = re.sub(r"\{(\w+):path\}", r"(?P<\1>.+)", route.path)
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
        yield re.compile(f"{route.method} {pattern}"), route


class Server:
    """Serves the host on a unix socket."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._routes = [*_patterns(route for family in _FAMILIES for route in family.ROUTES)]
        # A reader that leaves ends its handler: otherwise an idle event stream would be held for ever.
        self._web = web.Server(self._handle, handler_cancellation=True, access_log=None)
        self.listener: asyncio.Server | None = None
        self.defects: list[Exception] = []

    async def listen(self, path: Path) -> None:
        """Listen at `path`, which nobody but this user may connect to; what was there is replaced."""
        loop = asyncio.get_running_loop()
        self.listener = await loop.create_server(self._web, sock=_bound(path), backlog=_BACKLOG)

    def refuse(self) -> None:
        """Listen no more, and break all connections; idle ones too."""
        if self.listener is not None:
            self.listener.close()
            self.listener = None
        self.break_connections()

    def break_connections(self) -> None:
        for connection in [*self._web.connections]:
            if connection.transport is not None:
                connection.transport.abort()

    async def close(self) -> None:
        self.refuse()
        await self._web.shutdown(0.5)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await self.answer(request)
        except ConnectionError:
            # The reader has left: there is nobody to tell.
            return web.Response()
        except Exception as error:  # a defect of this Engine: as moby does, answer 500 and go on
            self.defects.append(error)
            return reply({"message": f"demo Engine defect: {error!r}"}, 500)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.rel_url.raw_path
        match = VERSIONED.fullmatch(path)
        version = (int(match[1]), int(match[2])) if match else NEWEST
        response = await self._dispatch(request, match[3] if match else path, version)
        if not response.prepared:
            response.headers.update(headers(self.host))
        return response

    async def _dispatch(self, request: web.BaseRequest, path: str, version: Version) -> web.StreamResponse:
        try:
            _check_version(version)
            for pattern, route in self._routes:
                if match := pattern.fullmatch(f"{request.method} {path}"):
                    names = {name: unquote(text) for name, text in match.groupdict().items()}
                    return await _answered(route, self.call(request, version, names))
            raise Refusal(404, "page not found")
        except Refusal as refusal:
            return reply({"message": refusal.message}, refusal.status)
        except Unchanged:
            return web.Response(status=304)

    def call(self, request: web.BaseRequest, version: Version, names: dict[str, str]) -> Call:
        return Call(self.host, request, version, names)


async def _answered(route: Route, call: Call) -> web.StreamResponse:
    if inspect.iscoroutinefunction(route.handler):
        value = await route.handler(call)
    else:
        call.raw = await call.request.read()
        value = route.handler(call)
    if isinstance(value, web.StreamResponse):
        return value
    if value is None:
        return web.Response(status=route.status or 204)
    return raw_reply(value, route.status or 200) if isinstance(value, bytes) else reply(value, route.status or 200)


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
