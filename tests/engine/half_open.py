"""A connection to an Engine on which event streams fall silent without an end or an error."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from dockertui.engine.endpoint import Endpoint


class Relay:
    """Forwards connections to `target`; while it is `deaf`, data of event streams is dropped."""

    def __init__(self, target: Path, path: Path) -> None:
        self.endpoint = Endpoint("relay", f"unix://{path}", "--host")
        self.deaf = False
        self._target = target

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_unix_connection(str(self._target))
        asked = b""

        async def upward() -> None:
            nonlocal asked
            while data := await reader.read(65536):
                asked = data.partition(b"\r\n")[0] if b" HTTP/1." in data else asked
                outer.write(data)
                await outer.drain()
            outer.close()

        asking = asyncio.create_task(upward())
        with contextlib.suppress(ConnectionError):
            while data := await inner.read(65536):
                if not (self.deaf and b"/events" in asked and b"until=" not in asked and b"stream=0" not in asked):
                    writer.write(data)
                    await writer.drain()
        asking.cancel()
        outer.close()
        writer.close()


@asynccontextmanager
async def half_open(target: Path) -> AsyncIterator[Relay]:
    """Start a relay before the socket of an Engine."""
    folder = Path(tempfile.mkdtemp(prefix="relay"))
    relay = Relay(target, folder / "relay.sock")
    server = await asyncio.start_unix_server(relay.serve, str(folder / "relay.sock"))
    try:
        yield relay
    finally:
        server.close()
        shutil.rmtree(folder)
