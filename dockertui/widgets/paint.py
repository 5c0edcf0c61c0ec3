"""Styles by name: Python says what a cell means, `styles/` how it looks."""

from collections.abc import Callable
from typing import TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.dom import DOMNode
from textual.widget import Widget

_T = TypeVar("_T")


class Painted(Widget):
    """A widget that paints its own lines with the Line API, in named styles.

    The style `good` is the component class `paint--good` of the stylesheet. Several are combined, the last one wins.
    `COMPONENT_CLASSES` is left empty on purpose: Textual would look all of them up for every widget at each change of
    its state, 60 µs each, before anything is shown. Here only those painted are looked up.
    """

    ALLOW_SELECT = False

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        self._inks: dict[tuple[str, ...], Style] = {}
        super().__init__(name=name, id=id, classes=classes)

    def ink(self, *names: str) -> Style:
        """Return the Rich style of combined names on the widget's background; unknown names add nothing."""
        style = self._inks.get(names)
        if style is None:
            classes = [self._component(name) for name in names]
            style = self._inks[names] = self.get_visual_style(*classes).rich_style
        return style

    def _component(self, name: str) -> str:
        """Return the component class of a name, looked up in the stylesheet as Textual does for declared ones."""
        component = f"paint--{name}"
        if component not in self._component_styles:
            node = DOMNode(classes=component)
            node._attach(self)
            self.app.stylesheet.apply(node, animate=False)
            self._component_styles[component] = node.styles
        return component

    def notify_style_update(self) -> None:
        """Look up the painted styles again after a change of theme, focus or class, and repaint if one differs."""
        super().notify_style_update()
        before, self._inks = self._inks, {}
        self._component_styles.clear()
        if any(self.ink(*names) != style for names, style in before.items()):
            self.repaint()

    def attempted(self, build: Callable[[], _T]) -> _T | None:
        """Return what `build` returns, or None if it fails.

        The painter then fails, too, and shows the error in its place: the caller that changed something is not at
        fault.
        """
        try:
            return build()
        except Exception:
            return None

    def repaint(self) -> None:
        """Repaint everything."""
        self.refresh()

    def segment(self, text: str, *names: str) -> Segment:
        """Return a segment of cleaned text in a style."""
        return Segment(text, self.ink(*names))
