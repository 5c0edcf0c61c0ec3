"""Styles by name: what a cell means is said in Python, what it looks like in `styles/widgets.tcss`."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.widget import Widget


class Painted(Widget):
    """A widget that paints its own lines with the Line API, in styles it knows by name.

    A name `good` is the component class `paint--good`. Several are laid over each other, the last one wins.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "paint--good",
        "paint--warn",
        "paint--bad",
        "paint--busy",
        "paint--accent",
        "paint--dim",
    }

    _inks: dict[tuple[str, ...], Style]

    def ink(self, *names: str) -> Style:
        """The Rich style of names laid over each other and the widget's background; unknown ones add none."""
        try:
            return self._inks[names]
        except (AttributeError, KeyError):
            return self._mix(names)

    def _mix(self, names: tuple[str, ...]) -> Style:
        if "_inks" not in self.__dict__:
            self._inks = {}
        known = self._get_component_classes()
        classes = [name for name in (f"paint--{name}" for name in names) if name in known]
        style = self.get_visual_style(*classes).rich_style
        self._inks[names] = style
        return style

    def notify_style_update(self) -> None:
        """The theme, focus or a class changed: look every style up again."""
        self._inks = {}
        super().notify_style_update()

    def segment(self, text: str, *names: str) -> Segment:
        """Cleaned text in a style."""
        return Segment(text, self.ink(*names))
