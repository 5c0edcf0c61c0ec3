"""The appearance of one log line: its colours, its rows or cropping, and its matches."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style

from dockertui.widgets import sgr
from dockertui.widgets.log_store import MARK, StoredLine
from dockertui.widgets.log_text import Level, Times, last_state, level, unfolded
from dockertui.widgets.text import clean, wrap

LOOK = 8192
"""Characters of a line that the log shows; opened on its own, a line is shown whole."""

LEVEL_STYLES = {Level.DEBUG: "dim", Level.INFO: "", Level.WARN: "warn", Level.ERROR: "bad", Level.FATAL: "bad"}


class PaintOptions(NamedTuple):
    """How lines are shown."""

    times: Times = Times.OFF
    wrap: bool = False
    unfold: bool = False
    fields: tuple[str, ...] = ()


class LogPiece(NamedTuple):
    """Cleaned text with the colours that the line asks for."""

    text: str
    ink: sgr.Ink


class PaintedLine(NamedTuple):
    """A prepared line: cleaned pieces, its whole text, its level."""

    pieces: tuple[LogPiece, ...]
    text: str
    level: Level


def painting(entry: StoredLine, options: PaintOptions, whole: str = "") -> PaintedLine:
    """Prepare a line. Nothing that a terminal would obey is left in it. whole: how the user sees all of a long one."""
    raw = last_state(entry.text)
    grade = Level.NONE if entry.meta & MARK else level(raw)
    if options.unfold:
        raw = unfolded(raw, options.fields)
    more = len(raw) - LOOK
    if more > 0:
        raw = raw[:LOOK]
    pieces = [LogPiece(clean(text, limit=LOOK), ink) for text, ink in sgr.pieces(raw)]
    if more > 0:
        pieces.append(LogPiece(f"… (+{more} characters{whole and f': {whole}'})", sgr.PLAIN))
    return PaintedLine(tuple(pieces), "".join([piece.text for piece in pieces]), grade)


def rows(text: str, width: int) -> list[tuple[int, int]]:
    """Return where the rows of a wrapped text begin and end, in characters."""
    found: list[tuple[int, int]] = []
    at = 0
    for row in wrap(text, max(2, width)):
        found.append((at, at + len(row)))
        at += len(row)
    return found


def cut(pieces: Sequence[LogPiece], start: int, stop: int) -> list[LogPiece]:
    """Return the characters from `start` to `stop`."""
    found: list[LogPiece] = []
    at = 0
    for piece in pieces:
        text = piece.text[max(0, start - at) : max(0, stop - at)]
        if text:
            found.append(LogPiece(text, piece.ink))
        at += len(piece.text)
        if at >= stop:
            break
    return found


def segments(
    pieces: Sequence[LogPiece], base: Style, match: Style, spans: Sequence[tuple[int, int]], at: int
) -> list[Segment]:
    """Return pieces that begin `at` characters into their line as segments, with the line's `spans` marked."""
    painted: list[Segment] = []
    for piece in pieces:
        ink = base + sgr.style(piece.ink) if piece.ink != sgr.PLAIN else base
        start = 0
        for left, right in spans:
            left, right = max(left - at, start), min(right - at, len(piece.text))
            if left >= right:
                continue
            painted += [Segment(piece.text[start:left], ink), Segment(piece.text[left:right], ink + match)]
            start = right
        painted.append(Segment(piece.text[start:], ink))
        at += len(piece.text)
    return [segment for segment in painted if segment.text]
