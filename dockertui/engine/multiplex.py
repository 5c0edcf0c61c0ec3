"""The frames in which an Engine sends standard output and standard error over one connection.

A frame is a header of eight bytes and its payload: the stream (0 stdin, 1 stdout, 2 stderr, 3 the Engine's own error),
three zero bytes, and the payload's length as a big-endian 32-bit number. Source: "Attach to a container" in the
Engine's API, and moby's `pkg/stdcopy`.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Final, NamedTuple

HEADER: Final = 8
FRAME_LIMIT: Final = 16 * 1024 * 1024
"""Engines send frames of some 32 KiB. A longer one than this means that the stream is out of step."""


class Channel(IntEnum):
    """The source of output. A terminal has one channel for everything, `OUT`."""

    IN = 0
    OUT = 1
    ERR = 2
    ENGINE = 3


_HEADER: Final = struct.Struct(">II")
_CHANNELS: Final = {channel << 24: channel.value for channel in Channel}
"""Keyed by a header's first four bytes, of which three are zero."""


class Output(NamedTuple):
    """Bytes that a process wrote; where they are cut has no meaning."""

    channel: Channel
    data: bytes


class FrameError(ValueError):
    """The bytes received are not a valid frame."""


class Demultiplexer:
    """Feed it bytes cut anywhere, get the output in order.

    Payloads are passed on as they arrive, never gathered: it stores one header at most.
    """

    def __init__(self, limit: int = FRAME_LIMIT) -> None:
        self._limit = limit
        self._header = b""
        self._channel = Channel.OUT
        self._left = 0

    @property
    def pending(self) -> bool:
        """Whether a frame has begun and not ended."""
        return bool(self._header) or self._left > 0

    def feed(self, data: bytes) -> list[Output]:
        """Return the payloads in `data`, adjacent ones of one channel joined. Raises FrameError."""
        found: list[Output] = []
        joined: list[bytes] = []
        channel = self._channel
        at = 0
        while at < len(data):
            if not self._left:
                at = self._read_header(data, at)
                continue
            if self._channel is not channel and joined:
                found.append(Output(channel, b"".join(joined)))
                joined = []
            channel = self._channel
            joined.append(data[at : at + self._left])
            at += len(joined[-1])
            self._left -= len(joined[-1])
        if joined:
            found.append(Output(channel, b"".join(joined)))
        return found

    def _read_header(self, data: bytes, at: int) -> int:
        """Read the header's bytes from `data`, and return where the rest begins."""
        needed = HEADER - len(self._header)
        self._header += data[at : at + needed]
        if len(self._header) == HEADER:
            self._channel, self._left = parse_header(self._header, self._limit)
            self._header = b""
        return min(at + needed, len(data))


class FrameReader:
    """As `Demultiplexer`, for whole frames: in a log each one is an entry, and its end has a meaning.

    It stores one frame at most.
    """

    def __init__(self, limit: int = FRAME_LIMIT) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._have = 0
        self._need = HEADER

    @property
    def pending(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._have > 0

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Return channel and payload of each frame completed by `data`. Raises FrameError."""
        self._parts.append(data)
        self._have += len(data)
        if self._have < self._need:
            return []
        data = b"".join(self._parts)
        found: list[tuple[int, bytes]] = []
        at, end, self._need = 0, len(data), HEADER
        while end - at >= HEADER:
            word, length = _HEADER.unpack_from(data, at)
            channel = _CHANNELS.get(word)
            if channel is None or length > self._limit:
                raise FrameError(f"no frame begins with {data[at : at + HEADER].hex(' ')}")
            stop = at + HEADER + length
            if stop > end:
                self._need = HEADER + length
                break
            found.append((channel, data[at + HEADER : stop]))
            at = stop
        self._parts = [data[at:]] if at < end else []
        self._have = end - at
        return found


def parse_header(header: bytes, limit: int = FRAME_LIMIT) -> tuple[Channel, int]:
    """Return channel and length of the frame that starts with these eight bytes. Raises FrameError."""
    length = int.from_bytes(header[4:8], "big")
    if header[0] > Channel.ENGINE or header[1:4] != b"\0\0\0" or length > limit:
        raise FrameError(f"no frame begins with {header.hex(' ')}")
    return Channel(header[0]), length


def frame(channel: Channel, data: bytes) -> bytes:
    """Return `data` as one frame."""
    return bytes([channel, 0, 0, 0]) + len(data).to_bytes(4, "big") + data
