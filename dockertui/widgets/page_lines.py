"""A page's sections as lines of a given width: labels in a column, values wrapped beside them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from dockertui.widgets.text import clean, fit, occurrences, wrap

VALUE_LIMIT = 2000
"""Characters shown of one value."""

VALUE_ROWS = 120
"""Maximum lines of one value."""

INDENT = 1
_GAP = 2
LABEL_MAX = 24
"""Maximum cells of the label column."""


class Accent(NamedTuple):
    """A text with a style of its own, wherever it occurs in a value."""

    text: str
    style: str


class Field(NamedTuple):
    """A label and its value; a value of several texts takes a line for each."""

    label: str
    value: str | Sequence[str]
    style: str = ""
    """A style name, as of a table's cell."""
    ref: object | None = None
    """The target of the line, passed on in `Page.Followed`."""
    accents: tuple[Accent, ...] = ()


class Section(NamedTuple):
    """Fields under a title; without fields only the title is shown."""

    title: str
    fields: Sequence[Field] = ()


class PageLine(NamedTuple):
    """One line: a title, a blank, or a part of a field's value."""

    place: tuple[str, str, int, int]
    """Section title, field label, its number among equal labels, line in the field: finds the line in a newer page."""
    paragraph: int
    """The lines of one paragraph, joined, are its text."""
    label: str = ""
    text: str = ""
    style: str = ""
    field: int = -1
    """Index among all fields of the page, -1 for none."""
    is_ref: bool = False
    accents: tuple[Accent, ...] = ()


def label_width(sections: Sequence[Section], width: int) -> int:
    """Return the cells of the label column: the longest label, up to `LABEL_MAX` and a third of the width."""
    labels = [clean(field.label) for section in sections for field in section.fields]
    longest = max(map(cell_len, labels), default=0)
    return max(4, min(longest, LABEL_MAX, width // 3))


def value_column(labels: int) -> int:
    """Return the first cell of the values."""
    return INDENT + labels + _GAP


class Wrapping:
    """Wraps values to one width; a repeated value, as most are on a refresh, is not wrapped again."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._known: dict[str, list[list[str]]] = {}
        self._used: dict[str, list[list[str]]] = {}

    def paragraphs(self, value: str) -> list[list[str]]:
        """Return each line of the value as a list of wrapped lines."""
        known = self._known.get(value)
        if known is None:
            text = clean(value, newline="\n", limit=VALUE_LIMIT)
            known = _first_rows([wrap(line, self.width) for line in text.split("\n")])
        self._used[value] = known
        return known

    def forget_unused(self) -> None:
        """Keep only the values used since the last call."""
        self._known, self._used = self._used, {}


def _first_rows(paragraphs: list[list[str]]) -> list[list[str]]:
    """Return the paragraphs up to `VALUE_ROWS` lines, with a note on how many lines follow."""
    shown: list[list[str]] = []
    room = VALUE_ROWS
    for number, lines in enumerate(paragraphs):
        if len(lines) > room:
            left = sum(map(len, paragraphs[number:])) - room
            return [*shown, *([lines[:room]] if room else []), [f"… (+{left} lines)"]]
        shown.append(lines)
        room -= len(lines)
    return shown


def page_lines(sections: Sequence[Section], labels: int, wrapping: Wrapping) -> list[PageLine]:
    """Return all lines of a page, with a blank between sections."""
    lines: list[PageLine] = []
    paragraph = field_index = 0
    for number, section in enumerate(sections):
        title = clean(section.title)
        if number:
            lines.append(PageLine((title, "", -2, 0), -1))
        lines.append(PageLine((title, "", -1, 0), -1, text=fit(title, min(cell_len(title), 200)), style="title"))
        seen: dict[str, int] = {}
        for field in section.fields:
            nth = seen[field.label] = seen.get(field.label, -1) + 1
            place = title, field.label, nth
            lines += _field_lines(field, field_index, place, paragraph, labels, wrapping)
            paragraph = lines[-1].paragraph + 1
            field_index += 1
    wrapping.forget_unused()
    return lines


def _field_lines(
    field: Field,
    index: int,
    place: tuple[str, str, int],
    paragraph: int,
    labels: int,
    wrapping: Wrapping,
) -> Iterator[PageLine]:
    values = [field.value] if isinstance(field.value, str) else list(field.value)
    label = fit(clean(field.label), labels)
    row = 0
    for value in values or [""]:
        for lines in wrapping.paragraphs(value):
            for text in lines:
                shown, is_ref = "" if row else label, field.ref is not None
                yield PageLine((*place, row), paragraph, shown, text, field.style, index, is_ref, field.accents)
                row += 1
            paragraph += 1


def styled(text: str, accents: Sequence[Accent]) -> Iterator[tuple[str, str]]:
    """Yield a text in pieces, each with its accent's style, "" for none; the first accent wins."""
    styles = [""] * len(text)
    for accent in reversed(accents):
        start = text.find(accent.text) if accent.text else -1
        while start >= 0:
            end = start + len(accent.text)
            styles[start:end] = [accent.style] * (end - start)
            start = text.find(accent.text, end)
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or styles[end] != styles[start]:
            yield text[start:end], styles[start]
            start = end


def found(lines: Sequence[PageLine], needle: str) -> dict[int, tuple[tuple[int, int], ...]]:
    """Return the rows that contain `needle`, with its spans in their texts; matches may cross wrapped lines."""
    rows: dict[int, list[tuple[int, int]]] = {}
    start = 0
    while start < len(lines):
        end = start + 1
        while end < len(lines) and lines[end].paragraph == lines[start].paragraph >= 0:
            end += 1
        texts = [line.text for line in lines[start:end]]
        for row, span in _spread(texts, occurrences("".join(texts), needle)):
            rows.setdefault(start + row, []).append(span)
        if occurrences(lines[start].label, needle):
            rows.setdefault(start, [])
        start = end
    return {row: tuple(spans) for row, spans in rows.items()}


def _spread(texts: Sequence[str], spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield the spans of the joined texts as (index of a text, span in it)."""
    at = 0
    for row, text in enumerate(texts):
        for start, end in spans:
            inside = max(0, start - at), min(len(text), end - at)
            if inside[0] < inside[1]:
                yield row, inside
        at += len(text)
