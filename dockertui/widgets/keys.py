"""Keys in the order they were typed, each done before the next is looked at.

Textual sends a key to the widget that has the focus when the key comes in, and runs its binding when it has bubbled
back to the app. Of keys that come in one packet, as over a slow line or from a quick hand, all but the first would go
where the focus was before: the letters behind a `/` would be commands.
"""

from __future__ import annotations

import asyncio
from typing import Final

from textual import events
from textual.app import App, ReturnType
from textual.widget import Widget

_TURNS: Final = 100
"""How often everything else has its turn before a key is no longer kept back for a widget."""


class TakesKeys(Widget):
    """A widget (or screen) whose keys are dealt with in the app, one after the other."""

    async def take_key(self, event: events.Key) -> bool:
        """Do what the key says, if it is one for the widget itself; else its bindings are looked up."""
        return False


class KeysInOrder(App[ReturnType]):
    """An app that finishes a key before it takes the next, wherever a widget `TakesKeys`."""

    async def on_event(self, event: events.Event) -> None:
        """Deal with a key here; everything else, and keys for other widgets, goes Textual's way."""
        taker = (self.focused or self.screen) if self.screen_stack else None
        if isinstance(event, events.Key) and not event.is_forwarded and isinstance(taker, TakesKeys):
            await self._take_key(event, taker)
        else:
            await super().on_event(event)

    async def _take_key(self, event: events.Key, taker: TakesKeys) -> None:
        """The widget first, then the bindings, and what nothing took is for the screen."""
        await self._arrived(taker)
        if await self._check_bindings(event.key, priority=True) or await taker.take_key(event):
            return
        screen = self.screen
        if not await self._check_bindings(event.key) and isinstance(screen, TakesKeys) and screen is not taker:
            await screen.take_key(event)

    async def _arrived(self, taker: TakesKeys) -> None:
        """Let a widget hear that it has the focus: what it selects then is what the key replaces."""
        for _ in range(_TURNS):
            if taker is not self.focused or taker.has_focus:
                return
            await asyncio.sleep(0)
