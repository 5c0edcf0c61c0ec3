"""For terminals without Unicode: every cell as ASCII, so many cells for each character as it had."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SIGNS: Final = {
    sign: ascii
    for signs, ascii in {
        "…⋯·": ".", "•●⬤★": "*", "■▣": "#", "▶▷›❯▸→⇒": ">", "◀◁‹❮◂←⇐": "<", "▲△▴↑": "^", "▼▽▾▿↓": "v", "○◌◯": "o",
        "◐◑": "%", "✗✘×": "x", "✓✔": "+", "↻⟳": "@", "‖": "=", "±": "~", "µμ": "u", "Σ": "S", "–—−": "-",
        "’‘": "'", "“”": '"', "⏎": "$", "⌫": "<", "▔‾": "-", "░▁": "_", "▂▃": ".", "▒▄▅": "o", "▓▆▇": "O",
        "█▀▉▊▋": "#", "▏▎▍▌": "|",
    }.items()
    for sign in signs
}  # fmt: skip
"""What is shown for the signs of the program and for others that are common."""
_DOTS: Final = ((0, " "), (2, "."), (5, ":"), (8, "#"))
"""What is shown for braille patterns of up to so many dots."""


class Ascii(LineFilter):
    """Replaces all characters that are not ASCII."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.text.isascii() else Segment(as_ascii(segment.text), segment.style, segment.control)
            for segment in segments
        ]


@lru_cache(4096)
def as_ascii(text: str) -> str:
    """Return a text of as many cells, with ASCII in place of all else."""
    return "".join(map(_as_ascii, text))


@lru_cache(4096)
def _as_ascii(character: str) -> str:
    if character.isascii():
        return character
    if (found := _SIGNS.get(character)) is not None:
        return found
    code, cells = ord(character), cell_len(character)
    if 0x2500 <= code <= 0x257F:
        return _line(character)
    if 0x2800 <= code <= 0x28FF:
        dots = (code - 0x2800).bit_count()
        return next(shown for most, shown in _DOTS if dots <= most)
    letter = unicodedata.normalize("NFKD", character)[:1]
    return letter if cells == 1 and letter.isascii() else "?" * cells


def _line(character: str) -> str:
    """Return what is shown for a character of a box: U+2500 to U+257F are named by the directions of their strokes."""
    words = set(unicodedata.name(character).split())
    if (words & {"DOWN", "UP"} and words & {"LEFT", "RIGHT", "HORIZONTAL"}) or words >= {"VERTICAL", "HORIZONTAL"}:
        return "+"
    return "|" if words & {"VERTICAL", "UP", "DOWN"} else "-" if words & {"HORIZONTAL", "LEFT", "RIGHT"} else "+"
