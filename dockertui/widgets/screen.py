"""Screens that lie over another one: late keys find them gone, and take nothing else away."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen, ScreenResultType

from dockertui.widgets.keys import TakesKeys


class Layer(Screen[ScreenResultType], TakesKeys):
    """A screen over another one, closed by `dismiss`. Its keys are taken in the order they were typed.

    Textual's `dismiss` takes away whatever screen is on top, and raises ScreenStackError where that is the last one.
    """

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close this screen with a result. Nothing happens when it is closed already, or another lies over it."""
        stack = self.app.screen_stack
        if len(stack) < 2 or stack[-1] is not self:
            return AwaitComplete()
        return super().dismiss(result)


class Dialog(Layer[ScreenResultType], ModalScreen[ScreenResultType]):
    """A layer that shows what lies under it."""
