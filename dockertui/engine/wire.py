"""The two-way connection that an HTTP request becomes when it is upgraded.

Reading stops at the socket when nobody takes the data, so that a process that floods waits. A closed and a broken
connection are told apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from dockertui.engine.errors import EngineError

if TYPE_CHECKING:
    import aiohttp
    from aiohttp.client_proto import ResponseHandler

    from dockertui.engine.trace import Request

BUFFER_LIMIT: Final = 256 * 1024
"""Bytes waiting to be read at which reading from the socket stops."""


class Wire:
    """Takes over a response's connection; `aiohttp` calls it as the parser of the data.

    `lost` makes the error for a connection that ended other than by its peer's closing.
    """

    def __init__(
        self, response: aiohttp.ClientResponse, record: Request, lost: Callable[[BaseException], EngineError]
    ) -> None:
        connection = response.connection
        if connection is None or connection.protocol is None:
            raise lost(ConnectionResetError("right after the upgrade"))
        self._protocol: ResponseHandler = connection.protocol
        self._record = record
        self._lost = lost
        self._waiting: list[bytes] = []
        self._size = 0
        self._ended = False
        self._arrived = asyncio.Event()
        self._protocol.set_parser(self, self)
        self._protocol.force_close()

    # called by aiohttp

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Store received bytes."""
        self._record.bytes_in += len(data)
        self._waiting.append(data)
        self._size += len(data)
        if self._size >= BUFFER_LIMIT:
            self._protocol.pause_reading()
        self._arrived.set()
        return False, b""

    def feed_eof(self) -> None:
        """Note that the connection has ended, cleanly or not."""
        self._ended = True
        self._arrived.set()

    def set_exception(self, error: BaseException, cause: BaseException | None = None) -> None:
        """Note that the connection has failed; the protocol knows why."""
        self.feed_eof()

    def is_eof(self) -> bool:
        """Whether the connection has ended."""
        return self._ended

    # called by the program

    async def read(self) -> bytes:
        """Return all received bytes, at least one; empty at the end. Cancelling loses nothing.

        Raises EngineError (LOST) when the connection broke.
        """
        while not self._waiting:
            if self._ended:
                self._raise_loss()
                return b""
            self._arrived.clear()
            await self._arrived.wait()
        data = b"".join(self._waiting)
        self._waiting.clear()
        self._size = 0
        if not self._ended:
            self._protocol.resume_reading()
        return data

    def _raise_loss(self) -> None:
        """Raise the OSError that aiohttp keeps for a broken connection; a peer that closed it is a normal end."""
        error = self._protocol.exception()
        if isinstance(error, OSError) and getattr(error, "errno", None):
            raise self._lost(error) from error

    async def write(self, data: bytes) -> None:
        """Send bytes, waiting while the peer does not read them. Raises EngineError (LOST) after the end."""
        transport = self._protocol.transport
        if transport is None or transport.is_closing():
            raise self._lost(BrokenPipeError("it has ended"))
        transport.write(data)
        self._record.bytes_out += len(data)
        try:
            await self._protocol._drain_helper()
        except (ConnectionError, OSError) as error:
            raise self._lost(error) from error

    @property
    def can_write_eof(self) -> bool:
        """Whether `write_eof` is possible: asyncio cannot do it over TLS."""
        transport = self._protocol.transport
        return transport is not None and transport.can_write_eof()

    def write_eof(self) -> None:
        """End the sending direction; the peer's data is still read."""
        transport = self._protocol.transport
        if transport is not None and not transport.is_closing():
            transport.write_eof()

    def close(self) -> None:
        """Close the connection; abort it when the peer does not read any more."""
        transport = self._protocol.transport
        if transport is not None and transport.get_write_buffer_size():
            transport.abort()
        self._ended = True
        self._arrived.set()
