"""A readable page of labelled values, with references to other objects."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.segment import Segment
from textual import events
from textual.message import Message

from dockertui.widgets.lines import Lines, Look
from dockertui.widgets.page_lines import (
    INDENT,
    Field,
    PageLine,
    Section,
    Wrapping,
    found,
    label_width,
    page_lines,
    styled,
    value_column,
)
from dockertui.widgets.text import occurrences, split_spans

__all__ = ["Field", "Page", "Section"]


class _LineLook(NamedTuple):
    line: PageLine
    cursor: bool
    spans: tuple[tuple[int, int], ...]


class Page(Lines):
    """Sections of fields. The cursor is a line, visible while the page has the focus."""

    class Followed(Message):
        """A reference was followed, by `action_follow` or a click."""

        def __init__(self, page: "Page", ref: object) -> None:
            super().__init__()
            self.page = page
            self.ref = ref

        @property
        def control(self) -> "Page":
            return self.page

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._sections: Sequence[Section] = ()
        self._fields: list[Field] = []
        self._lines: list[PageLine] = []
        self._lines_width = -1
        self._labels = 0
        self._wrapping = Wrapping(0)
        self._row = 0
        self._found: dict[int, tuple[tuple[int, int], ...]] = {}

    def show(self, sections: Sequence[Section], *, keep: bool = True) -> None:
        """Show these sections; `keep` the cursor and the top at their lines, as far as they still exist."""
        self._sections = tuple(sections)
        self._fields = [field for section in self._sections for field in section.fields]
        self._rebuild()
        if not keep:
            self.top = self._row = 0
        self.refresh_frame()

    @property
    def cursor_field(self) -> Field | None:
        """The field that the cursor's line belongs to."""
        lines = self._laid_out()
        index = lines[self._row].field if lines else -1
        return self._fields[index] if index >= 0 else None

    @property
    def cursor_ref(self) -> object | None:
        """The reference of the cursor's line."""
        field = self.cursor_field
        return field.ref if field else None

    def action_follow(self) -> None:
        """Post `Followed` with the cursor's reference."""
        ref = self.cursor_ref
        if ref is not None:
            self.post_message(self.Followed(self, ref))

    def go_to_section(self, title: str) -> None:
        """Move the cursor to the first field of a section, with its title on top; do nothing if there is none."""
        rows = [row for row, line in enumerate(self._laid_out()) if line.place == (title, "", -1, 0)]
        if rows:
            self.top = rows[0]
            self.go_to(rows[0] + 1)

    # Search

    def search(self, text: str) -> int:
        """Mark every occurrence of `text`, ignoring case, and go to the first from the cursor.

        Returns the number of lines that contain it; an empty text ends the search.
        """
        self._needle = text
        self._found = found(self._laid_out(), text) if text else {}
        self.repaint()
        if self._found and self._row not in self._found:
            self.action_next_match()
        return len(self._found)

    def action_next_match(self) -> None:
        self._go_to_next(sorted(self._found), 1)

    def action_previous_match(self) -> None:
        self._go_to_next(sorted(self._found), -1)

    def _go_to_next(self, rows: list[int], step: int) -> None:
        """Go to the next of the sorted `rows` from the cursor, wrapping around; `step` -1: the previous one."""
        ahead = [row for row in rows if (row - self._row) * step > 0]
        if rows:
            self.go_to((ahead or rows)[0 if step > 0 else -1])

    # Layout

    def _laid_out(self) -> list[PageLine]:
        if self._lines_width != self.line_width:
            self._rebuild()
        return self._lines

    def _rebuild(self) -> None:
        """Wrap for the current width; top and cursor stay with their content."""
        old, top, row = self._lines, self.top, self._row
        width = self._lines_width = self.line_width
        labels = label_width(self._sections, width)
        values = width - value_column(labels) - 1  # a blank before the position mark
        if labels != self._labels or values != self._wrapping.width:
            self._labels, self._wrapping = labels, Wrapping(values)
            self._strips.clear()
            self._frame = None  # the looks of continuation lines do not include the label width
        self._lines = page_lines(self._sections, labels, self._wrapping)
        self._found = found(self._lines, self._needle) if self._needle else {}
        if old != self._lines:
            rows = {line.place: index for index, line in reversed(list(enumerate(self._lines)))}
            if top or row:  # at the very top, lines added above are shown, too
                self.top, self._row = _row_of(rows, old, top), _row_of(rows, old, row)
        self._row = max(0, min(self._row, len(self._lines) - 1))

    # The interface of `Lines`

    @property
    def line_count(self) -> int:
        return len(self._laid_out())

    @property
    def cursor_row(self) -> int:
        return self._row

    def put_cursor(self, row: int) -> None:
        self._row = row

    def look(self, row: int) -> Look:
        lines = self._laid_out()
        if row >= len(lines):
            return None
        return _LineLook(lines[row], self.has_focus and row == self._row, self._found.get(row, ()))

    def draw(self, look: Look) -> Sequence[Segment]:
        assert isinstance(look, _LineLook)
        line, cursor = look.line, look.cursor
        names = ("cursor",) if cursor else ("ref",) if line.is_ref else (line.style,) if line.style else ()
        segments = self._start(line, cursor)
        found_names = (*names, "match-cursor" if cursor else "match")
        for piece, match in split_spans(line.text, list(look.spans)):
            if match or cursor or not line.accents:
                segments.append(self.segment(piece, *(found_names if match else names)))
            else:
                segments += [
                    self.segment(part, *((style,) if style else names)) for part, style in styled(piece, line.accents)
                ]
        room = self.line_width - sum([segment.cell_length for segment in segments])
        if room > 0:
            segments.append(self.segment(" " * room, *(("cursor",) if cursor else ())))
        return segments

    def _start(self, line: PageLine, cursor: bool) -> list[Segment]:
        """Return the segments of a line up to its value."""
        under = ("cursor",) if cursor else ()
        sign = self.segment("›" if cursor else " " * INDENT, *under)
        if line.field < 0:
            return [sign]
        names = under or ("dim",)
        matched = split_spans(line.label, occurrences(line.label, self._needle))
        label = [self.segment(piece, *names, *(("match",) if match else ())) for piece, match in matched]
        cells = value_column(self._labels) - INDENT - (self._labels if line.label else 0)
        return [sign, *label, self.segment(" " * cells, *under)]

    def clicked(self, row: int, event: events.Click) -> None:
        offset = event.get_content_offset_capture(self)
        self.go_to(row)
        if offset.x >= value_column(self._labels):
            self.action_follow()


def _row_of(rows: dict[tuple[str, str, int, int], int], old: Sequence[PageLine], row: int) -> int:
    """Return the new row of an old line: at the same place, else at the start of its field, else the same row."""
    if row >= len(old):
        return row
    place = old[row].place
    return rows.get(place, rows.get((*place[:3], 0), row))
