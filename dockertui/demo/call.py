"""One request as the handlers see it, and the ways to answer it: a value, a stream, or the connection itself."""

import asyncio
import contextlib
import json
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import parse_qs

from aiohttp import web

from dockertui.demo.host import Host, Refusal, invalid
from dockertui.demo.objects import Container

Version = tuple[int, int]

ENGINE, API, OLDEST_API = "28.5.2", "1.51", "1.41"
JSON, TAR = "application/json", "application/x-tar"
HEADERS = {"Api-Version": API, "Docker-Experimental": "false", "Ostype": "linux", "Server": f"Docker/{ENGINE} (linux)"}
"""What the Engine sends with every reply."""
_FALSE = frozenset(("", "0", "no", "false", "none"))
"""What moby's httputils.BoolValue takes for false; all else is true."""
_HIGH_WATER = 1 << 16


def headers(host: Host) -> dict[str, str]:
    """What every reply has in its head: also the time, by the host's clock."""
    return {**HEADERS, "Date": formatdate(host.now(), usegmt=True)}


def frame(channel: int, data: bytes, *, raw: bool) -> bytes:
    """A frame of type, three zeros, length and data; the data alone on a terminal."""
    return data if raw else struct.pack(">BxxxL", channel, len(data)) + data


class Stream:
    """A reply without an end known beforehand. Its headers go out at once, as the Engine's do."""

    def __init__(self, call: "Call", content_type: str, more: Mapping[str, str]) -> None:
        self.call = call
        self.response = web.StreamResponse(headers={**headers(call.host), "Content-Type": content_type, **more})

    async def write(self, data: bytes) -> None:
        """Raises ConnectionResetError when the reader has gone."""
        await self.response.write(data)

    async def write_json(self, value: Any) -> None:
        await self.write(encode(value))

    async def fail(self, message: str, **detail: int) -> None:
        """An error in the middle of a stream of progress."""
        await self.write_json({"errorDetail": {**detail, "message": message}, "error": message})


class Takeover(asyncio.Protocol):
    """The connection of a request, ours from now on. The client may end its side and still read."""

    def __init__(self, call: "Call", tty: bool, take: Callable[[bytes], None]) -> None:
        self.call = call
        self._tty = tty
        self._take = take
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.ended = asyncio.Event()

    async def begin(self) -> None:
        told = {**headers(self.call.host), "Connection": "Upgrade", "Upgrade": "tcp"}
        await web.StreamResponse(status=101, headers=told).prepare(self.call.request)
        transport = self.call.request.transport
        if transport is None:
            raise ConnectionResetError("gone")
        self.transport = transport
        transport.set_write_buffer_limits(high=_HIGH_WATER)
        transport.set_protocol(self)

    def data_received(self, data: bytes) -> None:
        self._take(data)

    def eof_received(self) -> bool:
        self._take(b"")
        return True

    def pause_writing(self) -> None:
        self._flowing.clear()

    def resume_writing(self) -> None:
        self._flowing.set()

    def connection_lost(self, error: Exception | None) -> None:
        self._flowing.set()
        self._take(b"")
        self.ended.set()
        self.call.request.protocol.connection_lost(error)

    async def send(self, channel: int, data: bytes) -> None:
        """Raises ConnectionResetError when the client has gone."""
        if self.ended.is_set():
            raise ConnectionResetError("the client has gone")
        self.write(frame(channel, data, raw=self._tty))
        await self._flowing.wait()

    def write(self, data: bytes) -> None:
        self.transport.write(data)


@dataclass(slots=True)
class Call:
    """A request: its API version, the names in its path, its query and its body."""

    host: Host
    request: web.BaseRequest
    version: Version
    names: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""
    """The body, which has been read where the handler is a plain function."""
    streams: ClassVar[type[Stream]] = Stream
    takeovers: ClassVar[type[Takeover]] = Takeover

    @property
    def container(self) -> Container:
        """The container that the path names. Refuses one that is not there."""
        return self.host.container(self.names["id"])

    def all(self, name: str) -> list[str]:
        """All values of a name in the query, blank ones too."""
        return parse_qs(self.request.rel_url.raw_query_string, keep_blank_values=True).get(name, [])

    def text(self, name: str) -> str:
        """The first value of a name in the query."""
        return next(iter(self.all(name)), "")

    def flag(self, name: str) -> bool:
        return self.text(name).strip().lower() not in _FALSE

    def integer(self, name: str) -> int | None:
        """A number, or None when it is not given. Refuses others as Go's strconv does."""
        text = self.text(name)
        try:
            return int(text) if text else None
        except ValueError:
            raise Refusal(500, f'strconv.Atoi: parsing "{text}": invalid syntax') from None

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body. Refuses an absent, malformed or wrongly labelled one in the Engine's words."""
        kind = self.request.content_type
        if self.raw and kind != JSON:
            raise invalid(f"unsupported Content-Type header ({kind}): must be 'application/json'")
        if not self.raw:
            raise invalid("invalid JSON: got EOF while reading request body")
        try:
            value = json.loads(self.raw)
        except ValueError:
            raise invalid("invalid JSON: invalid character looking for beginning of value") from None
        return value if isinstance(value, dict) else {}

    async def stream(self, content_type: str = JSON, more: Mapping[str, str] = MappingProxyType({})) -> Stream:
        """Begin a reply that streams, with `more` headers."""
        stream = self.streams(self, content_type, more)
        await stream.response.prepare(self.request)
        return stream

    @contextlib.asynccontextmanager
    async def takeover(self, tty: bool, take: Callable[[bytes], None]) -> AsyncIterator[Takeover]:
        """Answer the upgrade and take the connection over; in the end it is closed after what has been written."""
        connection = self.takeovers(self, tty, take)
        await connection.begin()
        try:
            yield connection
        finally:
            connection.transport.close()
        await connection.ended.wait()


Handler = Callable[[Call], Any]
"""Returns the reply, or the value that is sent as JSON; None is an empty reply. It may be a coroutine function."""


@dataclass(frozen=True, slots=True)
class Route:
    """`path` with {name} for one part of it, and {name:path} for one that may hold slashes.

    status: of a reply that is no reply yet; by itself 200 for a value and 204 for none.
    """

    method: str
    path: str
    handler: Handler
    status: int = 0


def encode(value: Any) -> bytes:
    """JSON as Go writes it: no spaces, UTF-8, a newline at the end."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def reply(value: Any, status: int = 200) -> web.Response:
    """A value as JSON; bytes are JSON already."""
    body = value if isinstance(value, bytes) else encode(value)
    return web.Response(body=body, status=status, headers={"Content-Type": JSON})
