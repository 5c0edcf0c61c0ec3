"""A list of choices, filtered by typing."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Size

from dockertui.widgets.lines import Lines, Look
from dockertui.widgets.text import clean, fit, occurrences, split_spans

FRAME = 5
"""Cells of a line besides label and hint: sign, gaps and position mark."""


_WORD = re.compile(r"[^\s:;,.()…]+")


class Item(NamedTuple):
    """One choice."""

    id: str
    label: str
    hint: str = ""
    """The key that does the same, at the right."""
    disabled: str = ""
    """Why it cannot be chosen; empty if it can."""
    words: str = ""
    """Further words that match it, not shown."""
    heading: bool = False
    """Whether it is a heading of the items that follow, shown while nothing is typed."""


class _ItemLook(NamedTuple):
    item: Item
    cursor: bool
    needle: str


class MenuList(Lines):
    """The items of a menu and, above them, its title and the typed filter."""

    head = 1

    def __init__(self, title: str, items: Sequence[Item], end: Callable[[str | None], Awaitable[object]]) -> None:
        """`end` is called with the ID of the chosen item, or None if nothing is chosen."""
        super().__init__()
        self._end = end
        self._title = clean(title)
        self._items = [item._replace(label=clean(item.label), hint=clean(item.hint)) for item in items]
        self._shown = self._items
        self._typed = ""
        self._row = self._first

    @property
    def natural_size(self) -> Size:
        """The cells for every line, reasons and title included, and for all items, whatever is typed."""
        lines = [cell_len(item.label) + cell_len(_right(item)) + FRAME for item in self._items]
        return Size(max([cell_len(self._title) + 24, *lines]), self.head + len(self._items))

    @property
    def filter(self) -> str:
        """The text typed."""
        return self._typed

    def renew(self, items: Sequence[Item]) -> None:
        """Replace the items; what is typed stays, and the cursor on its item."""
        under, top = self.under_cursor, self.top
        self._items = [item._replace(label=clean(item.label), hint=clean(item.hint)) for item in items]
        self.type(self._typed)
        self.top = top
        self.point_at(under)

    @property
    def under_cursor(self) -> str:
        """The id of the item under the cursor; "" for none."""
        return self._shown[self._row].id if self._row < len(self._shown) else ""

    def point_at(self, id: str) -> None:
        """Put the cursor on an item, if it is shown."""
        row = next((row for row, item in enumerate(self._shown) if item.id == id), None)
        if row is not None:
            self.go_to(row)

    def type(self, text: str) -> None:
        """Show only the items whose label or further words contain every word of `text`, the closest first.

        Where none does, the options and the name of a command such as `docker logs -f` do not count.
        """
        self._typed = text
        typed = text.lower().split()
        plain = [word for word in typed if not word.startswith("-")]
        for words in (typed, plain or typed, plain[plain[:1] == ["docker"] :] or typed):
            if found := self._matching(words):
                break
        choices = [item for item in found if not item.heading]
        self._shown = sorted(choices, key=lambda item: _distance(item, words)) if words else found
        self._row, self.top = self._first, 0
        self.repaint()

    def _matching(self, words: Sequence[str]) -> list[Item]:
        return [item for item in self._items if all(word in f"{item.label} {item.words}".lower() for word in words)]

    @property
    def _first(self) -> int:
        """The row of the first choice."""
        return next((row for row, item in enumerate(self._shown) if not item.heading), 0)

    async def take_key(self, event: events.Key) -> bool:
        """Add a character to the filter. While nothing is typed, bound letters such as `j` keep their bindings."""
        bound = event.key in self.screen.active_bindings
        if event.is_printable and event.character and (self._typed or not bound):
            self.type(self._typed + ("" if event.character == "/" and not self._typed else event.character))
            return True
        return not bound

    def action_erase(self) -> None:
        self.type(self._typed[:-1])

    async def action_choose(self) -> None:
        """Choose the item under the cursor, if it can be chosen."""
        if self._shown and not self._shown[self._row].disabled and not self._shown[self._row].heading:
            await self._end(self._shown[self._row].id)

    async def action_leave(self) -> None:
        """Clear the filter; without one, choose nothing."""
        if self._typed:
            self.type("")
        else:
            await self._end(None)

    @property
    def line_count(self) -> int:
        return len(self._shown)

    @property
    def cursor_row(self) -> int:
        return self._row

    def put_cursor(self, row: int) -> None:
        """Put the cursor on a choice: headings are skipped in the direction of movement, at the end backwards."""
        choices = [at for at, item in enumerate(self._shown) if not item.heading]
        ahead = (
            [at for at in choices if at >= row] if row >= self._row else [at for at in reversed(choices) if at <= row]
        )
        if choices:
            self._row = ahead[0] if ahead else min(choices, key=lambda at: abs(at - row))

    def look(self, row: int) -> Look:
        if row < len(self._shown):
            return _ItemLook(self._shown[row], row == self._row, self._typed)
        return "no matching command" if row == 0 else None

    def draw(self, look: Look) -> Sequence[Segment]:
        if not isinstance(look, _ItemLook):
            return [self.segment(fit(f"  {look}", self.line_width), "dim")]
        item, cursor = look.item, look.cursor
        if item.heading:
            return [self.segment(fit(f" {item.label}", self.line_width), "title")]
        names = () if not item.disabled else ("dim",)
        if cursor:
            names = (*names, "faint") if item.disabled else ("cursor",)
        right = fit(_right(item), min(cell_len(_right(item)), self.line_width // 2))
        room = self.line_width - cell_len(right) - 3
        spans = [span for word in look.needle.split() for span in occurrences(item.label, word)]
        found = (*names, "match-cursor" if cursor else "match")
        pieces = split_spans(fit(item.label, room), spans)
        return [
            self.segment("› " if cursor else "  ", *names),
            *[self.segment(piece, *(found if match else names)) for piece, match in pieces],
            self.segment(f" {right}", *(names if cursor else ("dim",))),
        ]

    def draw_head(self, y: int) -> Sequence[Segment]:
        typed = f"/ {clean(self._typed)}▏" if self._typed else "type to filter"
        title = fit(self._title, min(cell_len(self._title), self.size.width - 2))
        room = self.size.width - cell_len(title) - 3
        return [
            self.segment(f" {title}  ", "title"),
            self.segment(fit(typed, max(0, room)), *(() if self._typed else ("dim",))),
        ]

    def clicked(self, row: int, event: events.Click) -> None:
        if self._shown[row].heading:
            return
        self.go_to(row)
        self.app.call_later(self.action_choose)


def _distance(item: Item, words: Sequence[str]) -> tuple[int, bool, int]:
    """Return how far an item is from the typed words: a whole word is closest, then its beginning, then its middle.

    Of equals, those that can be chosen come first, then those whose further words begin with it, as commands do.
    """
    label, further = _WORD.findall(item.label.lower()), _WORD.findall(item.words.lower())

    def of(word: str) -> int:
        if label[:1] == [word]:
            return 0
        if word in label or word in further:
            return 1
        return 2 if any(known.startswith(word) for known in (*label, *further)) else 3

    place = sum(further.index(word) for word in words if word in further and word not in label)
    return sum(map(of, words)), bool(item.disabled), place


def _right(item: Item) -> str:
    """Return the text at the right of a line: the key, or why it cannot be chosen."""
    return clean(item.disabled) or item.hint
