"""JSON as a foldable tree: whatever its size, only the lines in view are made into text."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from rich.segment import Segment
from textual import events
from textual.strip import Strip

from dockertui.widgets.json_lines import TEXT_LIMIT, Folds, Node, Path, folded, is_match, nodes, scalar, style
from dockertui.widgets.lines import Lines, Look
from dockertui.widgets.text import clean, occurrences, split_spans

DEPTH = 2
"""Levels that are open at first."""

INDENT = 2
OPEN, CLOSED = "▾", "▸"
_GUTTER = 2


class _NodeLook(NamedTuple):
    depth: int
    sign: str
    key: str
    text: str
    style: str
    tail: str
    cursor: bool


class JsonView(Lines):
    """A JSON value, folded below `DEPTH`. The screen binds keys to the `action_*` methods."""

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._value: Any = {}
        self._folds = Folds(DEPTH)
        self._flat: list[Node] = []
        self._row = 0
        self._shift = 0
        self._matches: list[Path] = []

    def show(self, value: Any, *, keep: bool = True) -> None:
        """Show a value as `json.loads` returns it; `keep` the folding, the cursor and the search."""
        self._value = value
        if not keep:
            self._folds = Folds(DEPTH)
            self._row = self.top = self._shift = 0
            self._needle = ""
        self._matches = self._search_all() if self._needle else []
        self._flatten()

    @property
    def value(self) -> Any:
        """The value shown."""
        return self._value

    @property
    def cursor_path(self) -> Path:
        """Keys and indices from the root to the cursor's value."""
        return self._flat[self._row].path if self._flat else ()

    @property
    def cursor_value(self) -> Any:
        """The value under the cursor, not cleaned."""
        return self._flat[self._row].value if self._flat else None

    # Folding

    def action_toggle_fold(self) -> None:
        """Fold or unfold the container under the cursor."""
        self._fold(not self._folds.is_open(self.cursor_path))

    def action_unfold(self) -> None:
        self._fold(True)

    def action_fold(self) -> None:
        """Fold the container under the cursor; on anything else, go to its container."""
        node = self._flat[self._row] if self._flat else None
        if node and node.is_container and self._folds.is_open(node.path):
            self._fold(False)
        elif node and node.path:
            self._go_to_path(node.path[:-1])

    def action_unfold_all(self) -> None:
        self._folds.set_all(True)
        self._flatten()

    def action_fold_all(self) -> None:
        self._folds.set_all(False)
        self._flatten()

    def _fold(self, is_open: bool) -> None:
        if self._flat and self._flat[self._row].is_container:
            self._folds.set_open(self.cursor_path, is_open)
            self._flatten()

    def _flatten(self) -> None:
        """Rebuild the lines; the cursor stays on its value, or on the nearest container still shown."""
        path, offset = self.cursor_path, self._row - self.top
        self._flat = list(nodes(self._value, self._folds))
        rows: dict[Path, int] = {}
        for row, node in enumerate(self._flat):
            rows.setdefault(node.path, row)
        while path and path not in rows:
            path = path[:-1]
        if not self._is_on(path):
            self._row = rows.get(path, 0)
        self.top = self._row - offset
        self.refresh_frame()

    def _is_on(self, path: Path) -> bool:
        """Return whether the cursor's row, perhaps a closing bracket, still belongs to `path`."""
        return self._row < len(self._flat) and self._flat[self._row].path == path

    def _go_to_path(self, path: Path) -> None:
        for depth in range(len(path)):
            self._folds.set_open(path[:depth], True)
        self._flatten()
        self.go_to(next((row for row, node in enumerate(self._flat) if node.path == path), 0))

    # Sideways

    def action_scroll_right(self) -> None:
        """Scroll right to show the rest of long lines."""
        self._shift += max(1, self.line_width // 2)
        self.repaint()

    def action_scroll_left(self) -> None:
        self._shift = max(0, self._shift - max(1, self.line_width // 2))
        self.repaint()

    # Search

    def search(self, text: str) -> int:
        """Mark every `text` in keys and scalars, ignoring case; go to the first from the cursor.

        It searches folded parts too, and opens those that lead to a match. Returns how many lines match; an empty text
        ends the search.
        """
        self._needle = text.lower()
        self._matches = self._search_all() if text else []
        self.repaint()
        if self._matches and self.cursor_path not in self._matches:
            self._next_match(1)
        return len(self._matches)

    def action_next_match(self) -> None:
        self._next_match(1)

    def action_previous_match(self) -> None:
        self._next_match(-1)

    def _search_all(self) -> list[Path]:
        everything = Folds(1_000_000)
        return [node.path for node in nodes(self._value, everything) if is_match(node, self._needle)]

    def _next_match(self, step: int) -> None:
        """Go to the next match from the cursor, wrapping around."""
        if not self._matches:
            return
        try:
            index = self._matches.index(self.cursor_path) + step
        except ValueError:
            index = self._matches_before_cursor() + min(step, 0)
        self._go_to_path(self._matches[index % len(self._matches)])

    def _matches_before_cursor(self) -> int:
        matches, count = set(self._matches), 0
        for node in nodes(self._value, Folds(1_000_000)):
            if node.path == self.cursor_path:
                break
            count += node.path in matches and not node.is_end
        return count

    # The interface of `Lines`

    @property
    def line_count(self) -> int:
        return len(self._flat)

    @property
    def cursor_row(self) -> int:
        return self._row

    def put_cursor(self, row: int) -> None:
        self._row = row

    def look(self, row: int) -> Look:
        if row >= len(self._flat):
            return None
        node = self._flat[row]
        comma = "" if node.is_last else ","
        key = "" if node.key is None or node.is_end else f'"{clean(node.key, limit=TEXT_LIMIT)}"'
        sign, text, name, tail = " ", scalar(node.value), style(node.value), comma
        if node.is_container:
            brackets = "{}" if isinstance(node.value, dict) else "[]"
            if node.is_end:
                text = brackets[1]
            elif node.is_open:
                sign, text, tail = OPEN, brackets[0], ""
            else:
                sign, text, name = CLOSED, folded(node.value), "dim"
        return _NodeLook(node.depth, sign, key, text, name, tail, self.has_focus and row == self._row)

    def draw(self, look: Look) -> Sequence[Segment]:
        assert isinstance(look, _NodeLook)
        under = ("cursor",) if look.cursor else ()
        sign = "›" if look.cursor else " "
        segments = [
            self.segment(f"{sign}{' ' * (INDENT * look.depth)}{look.sign} ", *(under or ("dim",))),
            *self._marked(look.key, under or ("key",)),
            self.segment(": " if look.key else "", *under),
            *self._marked(look.text, under or ((look.style,) if look.style else ())),
            self.segment(look.tail, *under),
        ]
        line = Strip([segment for segment in segments if segment.text])
        width, length = self.line_width, line.cell_length
        if length <= self._shift:
            return [self.segment(" " * width, *under)]
        line = line.crop(self._shift, min(length, self._shift + width))
        if length > self._shift + width:
            return [*line.crop(0, width - 1), self.segment("…", *(under or ("dim",)))]
        return [*line, self.segment(" " * (width - line.cell_length), *under)]

    def _marked(self, text: str, names: tuple[str, ...]) -> list[Segment]:
        """Return a text as segments with the search's matches marked."""
        found = (*names, "match-cursor" if names == ("cursor",) else "match")
        pieces = split_spans(text, occurrences(text, self._needle))
        return [self.segment(piece, *(found if match else names)) for piece, match in pieces]

    def clicked(self, row: int, event: events.Click) -> None:
        offset = event.get_content_offset_capture(self)
        self.go_to(row)
        if event.chain == 2 or offset.x + self._shift <= INDENT * self._flat[row].depth + _GUTTER:
            self.action_toggle_fold()
