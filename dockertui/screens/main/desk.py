"""What the controllers of the main screen's own parts need of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from textual.widget import Widget

from dockertui.screens.base.desk import Desk
from dockertui.screens.main.detail import DetailView
from dockertui.screens.main.panes import Panes


class MainDesk(Desk, Protocol):
    """The main screen with its lists, its detail, and the lines above and below."""

    @property
    def lists(self) -> Panes: ...

    @property
    def detail(self) -> DetailView: ...

    def paint_strip(self) -> None:
        """Bring the tabs of the panes up to date."""

    def paint_footer(self) -> None:
        """Bring the footer up to date."""

    async def ask(self, what: str, value: str, typed: Callable[[str], object], place: Widget) -> None:
        """Have a line typed, as `Prompt` says."""
