"""Styles by name: what a cell means is said in Python, what it looks like in `styles/`."""

from collections.abc import Callable
from typing import TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.dom import DOMNode
from textual.widget import Widget

_T = TypeVar("_T")


class Painted(Widget):
    """A widget that paints its own lines with the Line API, in styles it knows by name.

    The style `good` is the component class `paint--good` of the stylesheet. Several are laid over each other, the
    last one wins. `COMPONENT_CLASSES` is left empty on purpose: Textual would look all of them up for every widget
    at each change of its state, 60 µs each, before anything is shown. Here those that are painted are.
    """

    ALLOW_SELECT = False

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        self._inks: dict[tuple[str, ...], Style] = {}
        super().__init__(name=name, id=id, classes=classes)

    def ink(self, *names: str) -> Style:
        """The Rich style of names laid over each other and the widget's background; unknown ones add none."""
        style = self._inks.get(names)
        if style is None:
            classes = [self._component(name) for name in names]
            style = self._inks[names] = self.get_visual_style(*classes).rich_style
        return style

    def _component(self, name: str) -> str:
        """The component class of a name, looked up in the stylesheet as Textual does for declared ones."""
        component = f"paint--{name}"
        if component not in self._component_styles:
            node = DOMNode(classes=component)
            node._attach(self)
            self.app.stylesheet.apply(node, animate=False)
            self._component_styles[component] = node.styles
        return component

    def notify_style_update(self) -> None:
        """The theme, the focus or a class changed: look up again what was painted, and repaint if it differs."""
        super().notify_style_update()
        before, self._inks = self._inks, {}
        self._component_styles.clear()
        if any(self.ink(*names) != style for names, style in before.items()):
            self.repaint()

    def attempted(self, build: Callable[[], _T]) -> _T | None:
        """What is to be painted; None when it cannot be made.

        The painter will then fail of it too, and say so in its place: whoever changed something is not at fault.
        """
        try:
            return build()
        except Exception:
            return None

    def repaint(self) -> None:
        """Paint everything anew."""
        self.refresh()

    def segment(self, text: str, *names: str) -> Segment:
        """Cleaned text in a style."""
        return Segment(text, self.ink(*names))
