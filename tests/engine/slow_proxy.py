"""A slow line before a registry. Run as a script inside an Engine's network namespace; never imported.

`slow_proxy.py PORT TARGET RATE LOG` forwards from PORT on the loopback address to TARGET there, and back at RATE bytes
a second for all connections together. LOG gets a line for each ended connection: the bytes it got.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time

PIECE = 64 * 1024


class Line:
    """The shared line: `pass_` returns when the bytes would have been transferred."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._free = time.monotonic()

    async def pass_(self, size: int) -> None:
        self._free = max(self._free, time.monotonic()) + size / self._rate
        await asyncio.sleep(self._free - time.monotonic())


async def main(port: int, target: int, rate: float, log: str) -> None:
    line = Line(rate)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection("127.0.0.1", target)
        sent = 0

        async def upward() -> None:
            while data := await reader.read(PIECE):
                outer.write(data)
                await outer.drain()
            outer.close()

        asking = asyncio.create_task(upward())
        with contextlib.suppress(ConnectionError):
            while data := await inner.read(PIECE):
                await line.pass_(len(data))
                writer.write(data)
                await writer.drain()
                sent += len(data)
        asking.cancel()
        outer.close()
        writer.close()
        with open(log, "a") as file:  # noqa: ASYNC230 (a line, now and then)
            file.write(f"{sent}\n")

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]))
