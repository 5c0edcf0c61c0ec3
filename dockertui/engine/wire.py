"""The two-way connection that is left of an HTTP request when it was upgraded.

Reading stops at the socket when nobody takes what came, so that a process that floods waits. Its end is told
as what it was: an end, or a loss.
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
"""Bytes that wait to be read before reading stops at the socket."""


class Wire:
    """Takes a response's connection over; ``aiohttp`` calls it as the parser of what comes.

    ``lost`` makes the error of a connection that ended otherwise than by its peer's will.
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

    # what aiohttp calls

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Bytes came."""
        self._record.bytes_in += len(data)
        self._waiting.append(data)
        self._size += len(data)
        if self._size >= BUFFER_LIMIT:
            self._protocol.pause_reading()
        self._arrived.set()
        return False, b""

    def feed_eof(self) -> None:
        """The connection has ended, well or not."""
        self._ended = True
        self._arrived.set()

    def set_exception(self, error: BaseException, cause: BaseException | None = None) -> None:
        """The connection has failed; why, the protocol knows."""
        self.feed_eof()

    def is_eof(self) -> bool:
        """Whether the connection has ended."""
        return self._ended

    # what is done with it

    async def read(self) -> bytes:
        """All that has come, at least one byte; nothing at the end. Cancelling loses nothing.

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
        """aiohttp keeps an OSError where the connection broke; that its peer hung up is an end."""
        error = self._protocol.exception()
        if isinstance(error, OSError) and getattr(error, "errno", None):
            raise self._lost(error) from error

    async def write(self, data: bytes) -> None:
        """Send bytes, waiting while the peer does not take them. Raises EngineError (LOST) after the end."""
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
        """Whether ``write_eof`` is possible: over TLS it is not (asyncio)."""
        transport = self._protocol.transport
        return transport is not None and transport.can_write_eof()

    def write_eof(self) -> None:
        """Say that no more comes from here; what the peer still says is read."""
        transport = self._protocol.transport
        if transport is not None and not transport.is_closing():
            transport.write_eof()

    def close(self) -> None:
        """End the connection; at once when the peer takes nothing any more."""
        transport = self._protocol.transport
        if transport is not None and transport.get_write_buffer_size():
            transport.abort()
        self._ended = True
        self._arrived.set()
