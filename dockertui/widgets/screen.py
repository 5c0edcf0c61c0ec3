"""Screens that lie over another one: late keys find them gone, and take nothing else away."""

from __future__ import annotations

import asyncio
from typing import Any

from textual.app import App
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen, ScreenResultType

from dockertui.widgets.keys import TakesKeys


class Beneath(Screen[ScreenResultType], TakesKeys):
    """A screen that shows what changes in it through all the dialogs over it. Its keys are taken in the order typed.

    Textual paints only the topmost of them anew: of the others it keeps, with their lines, what they showed of this.
    """

    def _compositor_refresh(self) -> None:
        stack = self.app.screen_stack
        if (changed := self._compositor._dirty_regions) and self in self.app._background_screens:
            for screen in stack[stack.index(self) + 1 : -1]:
                screen.refresh(*changed)
        super()._compositor_refresh()


class Layer(Beneath[ScreenResultType]):
    """A screen over another one, closed by `dismiss`.

    Textual's `dismiss` takes away whatever screen is on top, and raises ScreenStackError where that is the last one.
    """

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close this screen with a result. Nothing happens when it is closed already, or another lies over it."""
        stack = self.app.screen_stack
        if len(stack) < 2 or stack[-1] is not self:
            return AwaitComplete()
        return super().dismiss(result)


async def put(app: App[Any], screen: Screen[ScreenResultType]) -> asyncio.Future[ScreenResultType | None]:
    """Put a screen over the others; what is returned once it stands there is done with its result.

    Textual's `push_screen_wait` first runs callbacks of the app in the worker that waits: the end of the program would
    cancel that worker in the middle of one, and with it the very screens that it waits for.
    """
    answer: asyncio.Future[ScreenResultType | None] = asyncio.get_running_loop().create_future()
    await app.push_screen(screen, lambda result: None if answer.done() else answer.set_result(result))
    return answer


class Dialog(Layer[ScreenResultType], ModalScreen[ScreenResultType]):
    """A layer that shows what lies under it."""
