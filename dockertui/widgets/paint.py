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

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        self._inks: dict[tuple[str, ...], Style] = {}
        super().__init__(name=name, id=id, classes=classes)

    def ink(self, *names: str) -> Style:
        """The Rich style of names laid over each other and the widget's background; unknown ones add none."""
        style = self._inks.get(names)
        if style is None:
            known = self._get_component_classes()
            classes = [name for name in (f"paint--{name}" for name in names) if name in known]
            style = self._inks[names] = self.get_visual_style(*classes).rich_style
        return style

    def notify_style_update(self) -> None:
        """The theme, focus or a class changed: look every style up again."""
        self._inks.clear()
        super().notify_style_update()

    def segment(self, text: str, *names: str) -> Segment:
        """Cleaned text in a style."""
        return Segment(text, self.ink(*names))
