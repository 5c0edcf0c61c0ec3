"""What the controllers of the main screen need of it beyond `Desk`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from textual.widget import Widget

from dockertui.screens.base.desk import Desk
from dockertui.screens.main.detail import DetailView
from dockertui.screens.main.panes import Panes
from dockertui.state import State


class MainDesk(Desk, Protocol):
    """The main screen with its lists, its detail, and the bars above and below."""

    @property
    def lists(self) -> Panes: ...

    @property
    def detail(self) -> DetailView: ...

    @property
    def state(self) -> State:
        """What is remembered from run to run."""

    def paint_strip(self) -> None:
        """Update the tabs of the panes."""

    def paint_footer(self) -> None:
        """Update the footer and the notice above it."""

    async def ask(self, what: str, value: str, typed: Callable[[str], object], place: Widget) -> None:
        """Ask for one line of text; see `screens.base.prompt.Prompt`."""
