"""The HTTP side: the socket, routing, versions and errors."""

import asyncio
import inspect
import re
import socket
from pathlib import Path
from urllib.parse import unquote

from aiohttp import web

from dockertui.demo import (
    archive,
    build,
    containers,
    execs,
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
from dockertui.demo.call import API, OLDEST_API, Call, Route, Version, headers, reply
from dockertui.demo.host import Host, Refusal, Unchanged, invalid

NEWEST: Version = (1, 51)
OLDEST: Version = (1, 41)
VERSIONED = re.compile(r"/v(\d+)\.(\d+)(/.*)")
_BACKLOG = 512
_FAMILIES = (system, containers, archive, execs, lifecycle, logs, stats, registry, image_files,
             images, build, networks, volumes, plugins)  # fmt: skip


class Server:
    """Serves the host on a unix socket."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._routes = [(_pattern(route), route) for family in _FAMILIES for route in family.ROUTES]
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
        try:
            response = await self._dispatch(request)
        except Refusal as refusal:
            response = reply({"message": refusal.message}, refusal.status)
        except Unchanged:
            response = web.Response(status=304)
        if not response.prepared:
            response.headers.update(headers(self.host))
        return response

    async def _dispatch(self, request: web.BaseRequest) -> web.StreamResponse:
        path, version = request.rel_url.raw_path, NEWEST
        if match := VERSIONED.fullmatch(path):
            path, version = match[3], (int(match[1]), int(match[2]))
        client = f"client version {version[0]}.{version[1]}"
        if version > NEWEST:
            raise invalid(f"{client} is too new. Maximum supported API version is {API}")
        if version < OLDEST:
            remedy = "please upgrade your client to a newer version"
            raise invalid(f"{client} is too old. Minimum supported API version is {OLDEST_API}, {remedy}")
        for pattern, route in self._routes:
            if match := pattern.fullmatch(f"{request.method} {path}"):
                names = {name: unquote(text) for name, text in match.groupdict().items()}
                return await _answered(route, self.call(request, version, names))
        raise Refusal(404, "page not found")

    def call(self, request: web.BaseRequest, version: Version, names: dict[str, str]) -> Call:
        return Call(self.host, request, version, names)


def _pattern(route: Route) -> re.Pattern[str]:
    """What '<METHOD> <path>' fully matches."""
    pattern = re.sub(r"\{(\w+):path\}", r"(?P<\1>.+)", route.path)
    return re.compile(f"{route.method} " + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern))


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
    return reply(value, route.status or 200)


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
