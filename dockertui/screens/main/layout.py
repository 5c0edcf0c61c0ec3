"""The layout of the main screen: wide or narrow, zoomed or not, list or detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockertui.operations.base import Operation
from dockertui.operations.catalogue import BY_ID
from dockertui.operations.view import BACK
from dockertui.resources.registry import RESOURCES
from dockertui.state import State

if TYPE_CHECKING:
    from dockertui.screens.main.desk import MainDesk

WIDE = 110
"""Columns from which list and detail are side by side."""
_LIST_LEAST, _LIST_MOST = 40, 54
"""Percent of the width that the list has beside the detail."""
_TABS = 58
"""Columns in which the detail shows all its tabs."""
_EITHER_LEAST = 24
"""Columns that the list and the detail have at least, wherever the line between them is moved."""
_STEP = 4
"""Columns by which a key moves that line."""
_REMEMBERED = "screen", "split"
"""The section and the name of the list's part of the width in the state."""


class Arrangement:
    """Lay out the lists and the detail of a desk."""

    def __init__(self, desk: MainDesk, state: State) -> None:
        self.desk = desk
        self.zoomed = False
        self._state = state
        share = state.get(*_REMEMBERED)
        self.share: float | None = share if isinstance(share, float) and 0 < share < 1 else None
        """The list's part of the width, if it was chosen."""
        self._split_for = (0, False)

    @property
    def wide(self) -> bool:
        """Whether list and detail are side by side."""
        return self.desk.screen.size.width >= WIDE

    @property
    def is_below(self) -> bool:
        """Whether the detail is open or has the focus."""
        return self.desk.detail.has_class("-open") or self.desk.detail.has_keys

    @property
    def can_go_back(self) -> bool:
        """Whether there is something to close."""
        return self.is_below or self.zoomed or bool(self.desk.lists.open.filter)

    @property
    def idle(self) -> list[Operation]:
        """The operations that would change nothing now."""
        found = [] if self.can_go_back else [BACK]
        found += [] if self.desk.detail.seen else [BY_ID["detail.next_tab"]]
        return [*found, *([BY_ID["pane.zoom"]] if self.is_below and not self.wide else [])]

    def classify(self) -> None:
        """Set the classes of the screen that its styles depend on."""
        screen, detail = self.desk.screen, self.desk.detail
        screen.set_class(self.wide, "-wide")
        screen.set_class(not self.wide, "-narrow")
        screen.set_class(self.zoomed, "-zoomed")
        screen.set_class(detail.has_class("-open"), "-detail")

    def arrange(self) -> None:
        """Lay out the screen anew."""
        self.classify()
        self._see_detail(self.desk.detail.has_class("-open") or self.beside)
        self.desk.lists.show_all_columns(self.zoomed)
        self.share_height()
        self.split()

    @property
    def beside(self) -> bool:
        """Whether list and detail are both shown."""
        return self.wide and not self.zoomed

    def contents_changed(self) -> None:
        """Fit the layout to other numbers of objects. The width changes only with the first of them."""
        self.share_height()
        if self._split_for != self._pane_split:
            self.split()

    @property
    def _pane_split(self) -> tuple[int, bool]:
        """What the automatic division of the width is for: a pane, and whether it has objects."""
        pane = self.desk.lists.open
        return pane.number, bool(pane.table.objects)

    def share_height(self) -> None:
        """Show rows of the closed panes where there is room."""
        lists = self.desk.lists
        lists.share_height(lists.size.height if self.beside and lists.size.height else None)

    def split(self) -> None:
        """Divide the width: as it was chosen, else the list gets what its columns need, within limits."""
        lists, width = self.desk.lists, self.desk.screen.size.width
        self._split_for = self._pane_split
        if not self.beside:
            lists.styles.width = None
            return
        if self.share is not None:
            cells = round(width * self.share)
        else:
            most = min(width * _LIST_MOST // 100, max(width - _TABS, width // 2))
            cells = max(lists.open.table.width_for(most), width * _LIST_LEAST // 100)
        lists.styles.width = _leaving_room(cells, width)

    def choose_share(self, cells: float | None, *, remember: bool) -> None:
        """Give the list so many cells of the width from now on; None lets the contents decide again."""
        width = self.desk.screen.size.width
        self.share = None if cells is None else _leaving_room(cells, width) / width
        self.split()
        if remember and (problem := self._state.set(*_REMEMBERED, self.share)):
            self.desk.say(problem, "warn")

    def action_split(self, steps: int) -> None:
        """Move the line between list and detail; 0 lets the contents decide again."""
        if not self.beside:
            self.desk.say("the list has the whole width here", "warn")
        else:
            cells = self.desk.lists.outer_size.width + steps * _STEP
            self.choose_share(cells if steps else None, remember=True)

    def show_detail(self) -> None:
        """Show the object under the cursor; one removed while the detail is open on it stays until that is closed."""
        detail, pane = self.desk.detail, self.desk.lists.open
        if not (detail.gone and detail.has_class("-open")):
            detail.show(pane.resource, pane.item)

    def _see_detail(self, seen: bool) -> None:
        """Set whether the detail is visible: it asks the Engine only then, and catches up when it appears."""
        came = seen and not self.desk.detail.seen
        self.desk.detail.seen = seen
        if came:
            self.show_detail()

    def open_detail(self, opened: bool) -> None:
        """Open the detail and focus it, or close it and focus the list."""
        detail, screen = self.desk.detail, self.desk.screen
        detail.set_class(opened, "-open")
        self.arrange()
        if opened:
            self.show_detail()
            screen.set_focus(detail.tab)
        else:
            self.desk.focus_list()
            self.show_detail()
        self.desk.paint_footer()

    def goto_pane(self, index: int) -> None:
        """Open and focus an existing pane; `index` is its place among all kinds."""
        self.desk.lists.goto(index + 1)
        self.desk.paint_strip()
        self.open_detail(False)

    async def action_goto_pane(self, index: int) -> None:
        kind = RESOURCES[index]
        if lack := self.desk.lists.lacking(kind.kind):
            self.desk.say(f"{kind.title}: {lack}", "warn")
        else:
            await self.desk.lists.ensure_pane(index + 1)
            self.goto_pane(index)

    def action_next_pane(self) -> None:
        self.goto_pane(self.desk.lists.neighbour(1) - 1)

    def action_previous_pane(self) -> None:
        self.goto_pane(self.desk.lists.neighbour(-1) - 1)

    def action_zoom(self) -> None:
        self.zoomed = not self.zoomed
        self.arrange()
        self.desk.paint_footer()

    def action_open_detail(self) -> None:
        self.open_detail(True)

    def action_close(self) -> None:
        """Go back to the list at once."""
        self.open_detail(False)


def _leaving_room(cells: float, width: int) -> float:
    """Return the list's cells of `width`, such that list and detail have at least `_EITHER_LEAST`."""
    return max(_EITHER_LEAST, min(cells, width - _EITHER_LEAST))
