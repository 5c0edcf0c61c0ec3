"""Screens above other screens: a late `dismiss` on a closed one closes no other."""

from __future__ import annotations

import asyncio
from typing import Any

from textual.app import App
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen, ScreenResultType

from dockertui.widgets.keys import TakesKeys


class BaseScreen(Screen[ScreenResultType], TakesKeys):
    """A screen that stays up to date under dialogs. Its keys are handled in the order typed.

    Textual repaints only the topmost screen: those between keep, with their own lines, an old picture of this one.
    """

    def _compositor_refresh(self) -> None:
        stack = self.app.screen_stack
        if (changed := self._compositor._dirty_regions) and self in self.app._background_screens:
            for screen in stack[stack.index(self) + 1 : -1]:
                screen.refresh(*changed)
        super()._compositor_refresh()


class Layer(BaseScreen[ScreenResultType]):
    """A screen above another one, closed by `dismiss`.

    Textual's `dismiss` closes whatever screen is on top, and raises ScreenStackError if that is the last one.
    """

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close this screen with a result. Does nothing if it is closed already, or another is above it."""
        stack = self.app.screen_stack
        if len(stack) < 2 or stack[-1] is not self:
            return AwaitComplete()
        return super().dismiss(result)


async def push_for_result(app: App[Any], screen: Screen[ScreenResultType]) -> asyncio.Future[ScreenResultType | None]:
    """Push a screen and return, once it is mounted, a future of its result.

    Textual's `push_screen_wait` first runs callbacks of the app in the waiting worker: the end of the program would
    cancel that worker in the middle of one, and with it the very screens that it waits for.
    """
    answer: asyncio.Future[ScreenResultType | None] = asyncio.get_running_loop().create_future()
    await app.push_screen(screen, lambda result: None if answer.done() else answer.set_result(result))
    return answer


class Dialog(Layer[ScreenResultType], ModalScreen[ScreenResultType]):
    """A layer under which the lower screen stays visible."""
