"""Peers that misbehave as no Engine can be made to: tiny servers that reply with given bytes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dockertui.engine.endpoint import Endpoint

VERSION = {"Version": "99.0", "ApiVersion": "1.51", "MinAPIVersion": "1.24", "Os": "linux", "Components": []}

Answer = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Peer:
    """A running peer. `requests` are the request lines it got, `open` counts its connections."""

    endpoint: Endpoint
    requests: list[str] = field(default_factory=list)
    open: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def left(self, count: int) -> None:
        """Wait until no more than `count` connections are open."""
        async with self.changed:
            await self.changed.wait_for(lambda: self.open <= count)

    async def count(self, change: int) -> None:
        async with self.changed:
            self.open += change
            self.changed.notify_all()


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[tuple[Callable[..., None], Peer]]:
    """Yield a connection handler, for `asyncio.start_server` and the like, and the peer it updates.

    `answer(path, writer)` replies to each request. A connection stays open until it closes its writer, the client
    closes, or the context ends.
    """
    found = Peer(Endpoint("local", "unix:///nowhere", "--host"))
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await found.count(1)
        try:
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                found.requests.append(head.partition("\r\n")[0].removesuffix(" HTTP/1.1"))
                await answer(found.requests[-1].partition(" ")[2], writer)
        except (asyncio.IncompleteReadError, OSError):
            pass  # the client closed the connection
        finally:
            writer.close()
            await found.count(-1)

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    try:
        yield begin, found
    finally:
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def peer(directory: Path, answer: Answer) -> AsyncIterator[Peer]:
    """Start a server on a unix socket in `directory`; see `serving`."""
    path = directory / "peer.sock"
    async with serving(answer) as (begin, found):
        found.endpoint = Endpoint("local", f"unix://{path}", "--host")
        server = await asyncio.start_unix_server(begin, path)
        try:
            yield found
        finally:
            server.close()


def reply(body: bytes, status: str = "200 OK", content_type: str = "application/json", length: int = -1) -> bytes:
    """Return a whole HTTP reply, whose length may be wrong."""
    size = len(body) if length < 0 else length
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {size}\r\n\r\n"
    return head.encode() + body


def chunk(data: bytes) -> bytes:
    """Return one chunk of a chunked body."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


def after_version(rest: Answer, version: dict[str, Any] = VERSION) -> Answer:
    """Answer `/version` as an Engine does and everything else by `rest`."""

    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        if path == "/version":
            writer.write(reply(json.dumps(version).encode()))
        else:
            await rest(path, writer)

    return answer


def saying(data: bytes, *, close: bool = False) -> Answer:
    """Answer everything with `data`; then close the connection, or stay silent."""

    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        if close:
            writer.close()

    return answer
