"""One request as the handlers see it, and the ways to answer it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from dockertui.demo.world.host import Host
from dockertui.demo.world.refusal import Refusal, invalid

Version = tuple[int, int]
Body = bytes | bytearray

ENGINE, API, OLDEST_API = "28.5.2", "1.51", "1.41"

HEADERS = {"Api-Version": API, "Docker-Experimental": "false", "Ostype": "linux", "Server": f"Docker/{ENGINE} (linux)"}
"""What the Engine sends with every reply."""

_FALSE = frozenset(("", "0", "no", "false", "none"))
"""What moby's httputils.BoolValue takes for false; all else is true."""


@dataclass(slots=True)
class StreamRules:
    """What the faults have in store for a reply that streams."""

    cut_after: int | None = None
    change: Callable[[bytes], bytes] | None = None


def headers(host: Host) -> dict[str, str]:
    """What every reply has in its head: also the time, by the host's clock."""
    return {**HEADERS, "Date": formatdate(host.now(), usegmt=True)}


@dataclass(slots=True)
class Call:
    """A request: its API version, the names in its path, its query and its body."""

    host: Host
    request: web.BaseRequest
    version: Version
    names: Mapping[str, str] = field(default_factory=dict)
    streams: StreamRules = field(default_factory=StreamRules)

    @property
    def query(self) -> Mapping[str, str]:
        """The query's first value of each name, blank ones too."""
        parsed = parse_qs(self.request.rel_url.raw_query_string, keep_blank_values=True)
        return {name: values[0] for name, values in parsed.items()}

    def text(self, name: str, default: str = "") -> str:
        return self.query.get(name, default)

    def flag(self, name: str, default: bool = False) -> bool:
        query = self.query
        return query[name].strip().lower() not in _FALSE if name in query else default

    def integer(self, name: str) -> int | None:
        """A number, or None when it is not given. Refuses others as Go's strconv does."""
        text = self.query.get(name, "")
        if not text:
            return None
        try:
            return int(text)
        except ValueError:
            raise Refusal(500, f'strconv.Atoi: parsing "{text}": invalid syntax') from None

    async def body(self) -> dict[str, Any]:
        """The JSON body. Refuses an absent, malformed or wrongly labelled one in the Engine's words."""
        raw = await self.request.read()
        kind = self.request.content_type
        if raw and kind != "application/json":
            raise invalid(f"unsupported Content-Type header ({kind}): must be 'application/json'")
        if not raw:
            raise invalid("invalid JSON: got EOF while reading request body")
        try:
            value = json.loads(raw)
        except ValueError:
            raise invalid("invalid JSON: invalid character looking for beginning of value") from None
        return value if isinstance(value, dict) else {}


Handler = Callable[[Call], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """`path` with {name} for one part of it, and {name:path} for one that may hold slashes."""

    method: str
    path: str
    handler: Handler


def encode(value: Any) -> bytes:
    """JSON as Go writes it: no spaces, UTF-8, a newline at the end."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def reply(value: Any, status: int = 200) -> web.Response:
    return raw_reply(encode(value), status)


def raw_reply(body: Body, status: int = 200) -> web.Response:
    return web.Response(body=bytes(body), status=status, headers={"Content-Type": "application/json"})


def empty(status: int = 204) -> web.Response:
    return web.Response(status=status)


class Stream:
    """A reply without an end known beforehand. Its headers go out at once, as the Engine's do."""

    def __init__(self, call: Call, content_type: str) -> None:
        self._request = call.request
        self._left = call.streams.cut_after
        self._change = call.streams.change
        self.response = web.StreamResponse(headers={**headers(call.host), "Content-Type": content_type})

    async def open(self) -> None:
        await self.response.prepare(self._request)

    async def write(self, data: bytes) -> None:
        """Raises ConnectionResetError when the reader has gone, or a fault cuts the reply here."""
        if self._left is not None and len(data) >= self._left:
            await self.response.write(data[: self._left])
            abort(self._request)
            raise ConnectionResetError("cut by a fault")
        if self._left is not None:
            self._left -= len(data)
        await self.response.write(data)

    async def write_json(self, value: Any) -> None:
        data = encode(value)
        await self.write(self._change(data) if self._change else data)


def abort(request: web.BaseRequest) -> None:
    """Break the connection under a request, after what has been written so far."""
    if request.transport is not None:
        request.transport.close()
