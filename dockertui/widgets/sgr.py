"""Colours in a log line: of ECMA-48's escape sequences only those that set colours and weights are interpreted.

The rest of a line still has to be cleaned: a sequence cut in two is shown as characters.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from rich.color import Color
from rich.style import Style

SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)(?P<params>[0-?]*)[ -/]*(?P<final>[@-~])"  # CSI
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, SOS, PM, APC, and text
    r"|\x1b[ -/]*[0-~]"  # all others
)

_FLAGS = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 9: "strike"}
_OFF = {22: ("bold", "dim"), 23: ("italic",), 24: ("underline",), 27: ("reverse",), 29: ("strike",)}


class Ink(NamedTuple):
    """The current rendition: foreground, background (names, `#rrggbb` or Rich's colour numbers), and flags."""

    color: str = ""
    bgcolor: str = ""
    flags: frozenset[str] = frozenset()


PLAIN = Ink()


def plain(text: str) -> str:
    """Return `text` without escape sequences."""
    return SEQUENCE.sub("", text) if "\x1b" in text or not text.isascii() else text


def pieces(text: str) -> Iterator[tuple[str, Ink]]:
    """Yield `text` without escape sequences, in pieces of one ink. Each line begins plain."""
    if "\x1b" not in text and text.isascii():
        yield text, PLAIN
        return
    ink, at = PLAIN, 0
    for found in SEQUENCE.finditer(text):
        if found.start() > at:
            yield text[at : found.start()], ink
        at = found.end()
        if found["final"] == "m":
            ink = _changed(ink, found["params"])
    if at < len(text):
        yield text[at:], ink


@lru_cache(maxsize=1024)
def style(ink: Ink) -> Style:
    """Return an ink as a Rich style."""
    return Style(
        color=Color.parse(ink.color) if ink.color else None,
        bgcolor=Color.parse(ink.bgcolor) if ink.bgcolor else None,
        **dict.fromkeys(ink.flags, True),  # type: ignore[arg-type]
    )


@lru_cache(maxsize=1024)
def _changed(ink: Ink, params: str) -> Ink:
    """Return the ink after one sequence; unknown parameters change nothing."""
    if params.strip("0123456789;:"):
        return ink
    codes = iter([int(code or 0) for code in params.replace(":", ";").split(";")][:32])
    for code in codes:
        if code == 0:
            ink = PLAIN
        elif code in _FLAGS:
            ink = ink._replace(flags=ink.flags | {_FLAGS[code]})
        elif code in _OFF:
            ink = ink._replace(flags=ink.flags - set(_OFF[code]))
        elif code in (38, 48):
            ink = _with_color(ink, code == 48, _extended(codes))
        elif code in (39, 49):
            ink = ink._replace(bgcolor="") if code == 49 else ink._replace(color="")
        elif 30 <= code <= 47 or 90 <= code <= 107:
            ink = _with_color(ink, code // 10 in (4, 10), f"color({code % 10 + (8 if code >= 90 else 0)})")
    return ink


def _with_color(ink: Ink, background: bool, color: str) -> Ink:
    if not color:
        return ink
    return ink._replace(bgcolor=color) if background else ink._replace(color=color)


def _extended(codes: Iterator[int]) -> str:
    """Return the colour after 38 or 48: `5;n` or `2;r;g;b`."""
    kind = next(codes, 0)
    if kind == 5:
        number = next(codes, 256)
        return f"color({number})" if number < 256 else ""
    if kind == 2:
        rgb = [next(codes, 256) for _ in range(3)]
        return "#{:02x}{:02x}{:02x}".format(*rgb) if max(rgb) < 256 else ""
    return ""
