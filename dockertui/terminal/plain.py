"""Sessions without a terminal: two output channels prepared for one screen, and lines edited on this side.

Without a terminal in the container nothing there echoes input, edits a line, or turns a line end into a carriage return
and a line feed. A terminal's driver would; here it is done on this side.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from dockertui.engine.multiplex import Channel

_MARKS: Final = {
    Channel.IN: b"",
    Channel.OUT: b"  ",
    Channel.ERR: b"\x1b[0;31m\xe2\x96\x8e \x1b[0;31m",
    Channel.ENGINE: b"\x1b[0;33m! ",
}
"""The beginning of a line of each channel: standard error is red, with a red bar in the margin."""
_COLORS: Final = {
    Channel.IN: b"",
    Channel.OUT: b"\x1b[0m",
    Channel.ERR: b"\x1b[0;31m",
    Channel.ENGINE: b"\x1b[0;33m",
}
_LINE_MOST: Final = 64 * 1024


class Margin:
    """Marks each line with the channel that it came from."""

    def __init__(self) -> None:
        self._at_start = True
        self._channel = Channel.OUT

    def mark(self, channel: Channel, data: bytes) -> bytes:
        """Return `data` for the emulator."""
        begin = _MARKS[channel] if self._at_start else b""
        if not self._at_start and channel is not self._channel:
            begin = _COLORS[channel]
        self._channel = channel
        self._at_start = data.endswith(b"\n")
        body = data[:-1] if self._at_start else data
        lines = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n" + _MARKS[channel])
        return begin + lines + (b"\x1b[0m\r\n" if self._at_start else b"")


class Typed(NamedTuple):
    """The effect of a key on the line: bytes to show, bytes to send, and whether it ends the input or interrupts."""

    echo: bytes = b""
    send: bytes = b""
    end: bool = False
    interrupt: bool = False


class LineEditor:
    """A line being typed: sent when it ends, as by a terminal's driver in cooked mode."""

    def __init__(self) -> None:
        self._line = ""

    def type(self, text: str) -> Typed:
        """Process characters of a key or a paste."""
        found = Typed()
        for char in text.replace("\r\n", "\n"):
            done = self._type(char)
            found = Typed(
                found.echo + done.echo,
                found.send + done.send,
                found.end or done.end,
                found.interrupt or done.interrupt,
            )
        return found

    def _type(self, char: str) -> Typed:
        match char:
            case "\r" | "\n":
                return self._sent(b"\r\n", "\n")
            case "\x7f" | "\x08":
                return self._erased(1)
            case "\x15":
                return self._erased(len(self._line))
            case "\x17":
                kept, space, _ = self._line.rstrip().rpartition(" ")
                return self._erased(len(self._line) - len(kept + space))
            case "\x04":
                return self._sent(b"", "") if self._line else Typed(end=True)
            case "\x03":
                return Typed(b"^C", interrupt=True)
        if not (char.isprintable() or char == "\t") or len(self._line) >= _LINE_MOST:
            return Typed()
        self._line += char
        return Typed(char.encode(errors="replace"))

    def _sent(self, echo: bytes, end: str) -> Typed:
        line, self._line = self._line, ""
        return Typed(echo, (line + end).encode(errors="replace"))

    def _erased(self, count: int) -> Typed:
        gone = self._line[len(self._line) - count :]
        self._line = self._line[: len(self._line) - count]
        cells = sum([_width(char) for char in gone])
        return Typed(b"\b" * cells + b" " * cells + b"\b" * cells)


def _width(char: str) -> int:
    from rich.cells import cell_len

    return cell_len(char)
