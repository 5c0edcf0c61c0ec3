"""Pens: how a cell is painted, and the shortest sequence from one pen to the next.

A pen is one character, so that the pens of a row are a string as long as its text and two rows are compared, sliced and
hashed by the interpreter at C speed.

SGR numbers: ECMA-48 8.3.117, and xterm's ctlseqs for 38, 48 and 8-bit and direct colours; links: OSC 8.
"""

from __future__ import annotations

from typing import NamedTuple
from zlib import crc32

from rich.color import Color, ColorSystem
from rich.style import Style

DEFAULT = "\0"
"""The pen of a terminal that was just reset."""

MAX_PENS = 50_000
"""Beyond this a new table is begun: a log in truecolour gradients must not grow the memory without bound."""

_MAX_SEEN = 8192
"""Entries of a cache that is emptied when it is full."""

# Rich's order of attribute bits, with the code that sets each one.
_SET = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "21", "51", "52", "53")
# Groups of bits that one code clears together.
_CLEAR = (
    (0b11, "22"),
    (1 << 2, "23"),
    (1 << 3 | 1 << 9, "24"),
    (0b11 << 4, "25"),
    (1 << 6, "27"),
    (1 << 7, "28"),
    (1 << 8, "29"),
    (0b11 << 10, "54"),
    (1 << 12, "55"),
)
# Underlines, reverse, strike, frame, encircle, overline: what can be seen on a space.
_SEEN_ON_BLANK = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 9 | 0b111 << 10


class Pen(NamedTuple):
    """The attributes of a cell: SGR codes of its colours, Rich's attribute bits, and the address it links to."""

    foreground: str = "39"
    background: str = "49"
    attributes: int = 0
    link: str = ""

    @property
    def marks_blanks(self) -> bool:
        """Whether a space written with this pen shows more than a background."""
        return bool(self.attributes & _SEEN_ON_BLANK or self.link)

    @property
    def blank(self) -> Pen:
        """The simplest pen with which a space looks the same as with this one."""
        return self if self.marks_blanks else Pen(background=self.background)


class PensFull(Exception):
    """The table is full; the owner begins a new one and repaints everything."""


class Pens:
    """The table of the pens met so far.

    Args:
        colors: the colours that the terminal can show; others become the nearest one, as in Textual.
        erase_colors: whether the terminal erases with the current background (terminfo's `bce`).
    """

    def __init__(self, colors: ColorSystem = ColorSystem.TRUECOLOR, *, erase_colors: bool = True) -> None:
        self.colors = colors
        self._erase_colors = erase_colors
        self._pens: list[Pen] = []
        self._numbers: dict[Pen, str] = {}
        self._blanks: dict[str, str] = {}
        self._styles: dict[tuple[object, ...], str] = {}
        self._seen: dict[int, tuple[Style, str]] = {}
        self._changes: dict[str, str] = {}
        self._number(Pen())

    def __getitem__(self, pen: str) -> Pen:
        return self._pens[ord(pen)]

    def of(self, style: Style | None) -> str:
        """Return the pen that paints `style`.

        Raises:
            PensFull: `style` is one too many.
        """
        if style is None:
            return DEFAULT
        # Styles are shared between frames, and looking them up by identity is several times cheaper than hashing one.
        # The style is kept with its pen, so that its address is not reused while the table knows it.
        if (seen := self._seen.get(id(style))) is not None:
            return seen[1]
        attributes = style._attributes & style._set_attributes
        key = (style._color, style._bgcolor, attributes, style._link)
        if (pen := self._styles.get(key)) is None:
            pen = self._styles[key] = self._number(
                Pen(
                    self._code(style._color, foreground=True),
                    self._code(style._bgcolor, foreground=False),
                    attributes,
                    _safe_link(style._link),
                )
            )
        if len(self._seen) >= _MAX_SEEN:
            self._seen.clear()
        self._seen[id(style)] = (style, pen)
        return pen

    def blank(self, pen: str) -> str:
        """Return the pen for spaces written with `pen`: pens that look alike on spaces share one."""
        blank = self._blanks.get(pen)
        if blank is None:
            blank = self._blanks[pen] = self._number(self[pen].blank)
        return blank

    def erases(self, pen: str) -> bool:
        """Return whether erasing with `pen` looks the same as spaces written with it."""
        looks = self[pen]
        return not looks.marks_blanks and (self._erase_colors or looks.background == "49")

    def change(self, old: str, new: str) -> str:
        """Return the shortest sequence that changes a terminal's pen from `old` to `new`."""
        if old == new:
            return ""
        key = old + new
        change = self._changes.get(key)
        if change is None:
            if len(self._changes) >= _MAX_SEEN:
                self._changes.clear()
            change = self._changes[key] = _change(self[old], self[new])
        return change

    def _number(self, pen: Pen) -> str:
        number = self._numbers.get(pen)
        if number is None:
            if len(self._pens) >= MAX_PENS:
                raise PensFull
            number = self._numbers[pen] = chr(len(self._pens))
            self._pens.append(pen)
        return number

    def _code(self, color: Color | None, *, foreground: bool) -> str:
        if color is None or color.is_default:
            return "39" if foreground else "49"
        return ";".join(color.downgrade(self.colors).get_ansi_codes(foreground))


def _change(old: Pen, new: Pen) -> str:
    step = _step(old, new)
    codes = [code for bit, code in enumerate(_SET) if new.attributes >> bit & 1]
    codes += [color for color in (new.foreground, new.background) if color not in ("39", "49")]
    fresh = ";".join(["0", *codes]) if codes else ""
    sgr = "" if step is None else f"\x1b[{min(step, fresh, key=len)}m"
    if old.link == new.link:
        return sgr
    return sgr + (f"\x1b]8;id={crc32(new.link.encode()):x};{new.link}\x1b\\" if new.link else "\x1b]8;;\x1b\\")


def _step(old: Pen, new: Pen) -> str | None:
    """Return the SGR codes for the difference between two pens; None if there are none."""
    lost = old.attributes & ~new.attributes
    kept = old.attributes & new.attributes
    codes = []
    for group, code in _CLEAR:
        if lost & group:
            codes.append(code)
            kept &= ~group
    gained = new.attributes & ~kept
    codes += [code for bit, code in enumerate(_SET) if gained >> bit & 1]
    if old.foreground != new.foreground:
        codes.append(new.foreground)
    if old.background != new.background:
        codes.append(new.background)
    return ";".join(codes) if codes else None


def _safe_link(link: str | None) -> str:
    """Return a link's address if it is safe inside OSC 8, else "": the text is then no link."""
    if not link or len(link) > 2000 or not (link.isascii() and link.isprintable()):
        return ""
    return link
