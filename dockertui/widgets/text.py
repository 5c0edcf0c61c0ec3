"""Text from strangers, made safe to paint and exactly as wide as asked.

Anything that an Engine returns may contain escape sequences, newlines, bidirectional overrides or ten thousand
characters. `clean` turns each of them into a visible, harmless sign; `fit` and `wrap` cut cleaned text by terminal
cells, not by characters. Widths are Rich's, since Textual measures lines with those.
"""

import re
from unicodedata import category

from rich.cells import cell_len, get_character_cell_size

LIMIT = 4096
"""Characters of one text that are ever painted; the rest is only counted."""

TAB = 8
_WORD = 200
"""The maximum length of a word before which a text is cut."""
_COMBINING_MAX = 4
_FORMAT_VARIANTS = (0xFE0E, 0xFE0F)


class _Signs(dict[int, str]):
    """A `str.translate` table that decides on a character on first use."""

    _CACHED = 4096

    def __missing__(self, code: int) -> str:
        sign = _sign(code)
        if len(self) < self._CACHED:
            self[code] = sign
        return sign


def _sign(code: int) -> str:
    """Return what is painted for a character: itself if printable, else a sign."""
    char = chr(code)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if code in _FORMAT_VARIANTS:  # text or emoji style: terminals disagree on the resulting width
        return ""
    match category(char):
        case "Zs":
            return " " * get_character_cell_size(char)
        case "Cs":
            return "\ufffd"
        case "Cc" | "Cf" | "Co" | "Cn" | "Zl" | "Zp":
            return f"<U+{code:04X}>"
    return char


_signs = _Signs()


def clean(text: str, *, newline: str = "⏎", limit: int = LIMIT) -> str:
    """Return `text` without anything that a terminal would obey.

    Control characters become control pictures (ESC: ␛) or `<U+009B>`, bidirectional and zero-width format characters
    `<U+202E>`, tabs spaces, lone surrogates U+FFFD. A line end becomes `newline`; pass a newline to keep the lines. At
    most `limit` characters are used; the rest is counted: `… (+5904)`.
    """
    if len(text) > limit:
        return f"{clean(text[:limit], newline=newline, limit=limit)}… (+{len(text) - limit})"
    if text.isascii() and text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").expandtabs(TAB).split("\n")
    return newline.join([_thin_out(line.translate(_signs)) for line in lines])


def cut_place(text: str, most: int) -> int:
    """Return where to cut a text longer than `most`: between words, if possible.

    Masking that runs after the cut would not recognise half a secret.
    """
    between = max(text.rfind(" ", most - _WORD, most), text.rfind("\n", most - _WORD, most))
    return between + 1 if between > 0 else most


def _thin_out(text: str) -> str:
    """Return `text` with piles of combining marks cut: they take no cell, so no width limit would stop them."""
    if text.isascii():
        return text
    marks = {char for char in set(text) if not get_character_cell_size(char)}
    if not marks:
        return text
    kept: list[str] = []
    pile = 0
    for char in text:
        pile = pile + 1 if char in marks else 0
        if pile <= _COMBINING_MAX:
            kept.append(char)
    return "".join(kept)


def error_line(error: BaseException) -> str:
    """Return an error as one cleaned line for the user: its type and message, with secrets masked."""
    from dockertui.masking import masked  # not needed for the first paint

    said = clean(masked(str(error).strip()), newline=" ", limit=200)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def fit(text: str, width: int, right: bool = False) -> str:
    """Return cleaned `text` in exactly `width` cells: padded, or cut with `…`; `right` pads on the left."""
    if text.isascii():
        if len(text) > width:
            return text[: width - 1] + "…" if width > 0 else ""
        return text.rjust(width) if right else text.ljust(width)
    cells = cell_len(text)
    if cells > width:
        text = crop(text, width - 1) + "…" if width > 0 else ""
        cells = cell_len(text)
    padding = " " * (width - cells)
    return padding + text if right else text + padding


def crop(text: str, width: int) -> str:
    """Return the longest beginning of cleaned `text` that takes at most `width` cells."""
    if text.isascii():
        return text[: max(0, width)]
    cells = 0
    for index, char in enumerate(text):
        cells += get_character_cell_size(char)
        if cells > width:
            return text[:index]
    return text


_WORD_END = re.compile(r"(?<=[\s,;:])")


def wrap(text: str, width: int) -> list[str]:
    """Return cleaned `text` in lines of at most `width` cells (>= 2); joined, they are `text` again.

    A line ends after a space or one of `,;:` in its second half, else in the middle of a word: nothing is added or left
    out when the text is copied.
    """
    width = max(2, width)
    lines: list[str] = []
    while (line := crop(text, width)) != text:
        breaks = [match.start() for match in _WORD_END.finditer(line)]
        if breaks and breaks[-1] >= len(line) // 2:
            line = line[: breaks[-1]]
        lines.append(line)
        text = text[len(line) :]
    return [*lines, text]


def occurrences(text: str, needle: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each `needle` in `text`, in characters, ignoring case."""
    if not needle:
        return []
    return [match.span() for match in re.finditer(re.escape(needle), text, re.IGNORECASE)]


def split_spans(text: str, spans: list[tuple[int, int]]) -> list[tuple[str, bool]]:
    """Return `text` in pieces, each with whether it lies within one of `spans` (in any order, may overlap)."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in sorted(spans):
        start, end = max(start, at), min(end, len(text))
        if start >= end:
            continue
        if at < start:
            pieces.append((text[at:start], False))
        pieces.append((text[start:end], True))
        at = end
    if at < len(text):
        pieces.append((text[at:], False))
    return pieces
