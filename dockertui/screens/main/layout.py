"""The layout of the main screen: wide or narrow, zoomed or not, list or detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockertui.operations.base import Operation
from dockertui.operations.catalogue import BY_ID
from dockertui.operations.view import BACK
from dockertui.resources.registry import RESOURCES

if TYPE_CHECKING:
    from dockertui.screens.main.desk import MainDesk

WIDE = 110
"""Columns from which list and detail are side by side."""


class Arrangement:
    """Lay out the lists and the detail of a desk."""

    def __init__(self, desk: MainDesk) -> None:
        self.desk = desk
        self.zoomed = False

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
        self._see_detail(self.desk.detail.has_class("-open") or (self.wide and not self.zoomed))
        self.desk.lists.show_all_columns(self.zoomed)

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
