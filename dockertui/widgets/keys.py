"""Handle keys in the order typed, each completely before the next.

Textual sends a key to the widget that has the focus when the key arrives, and runs its binding when it has bubbled back
to the app. Of keys that arrive in one packet, as over a slow line or from quick typing, all but the first would go to
the old focus: the letters after a `/` would be commands.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

from textual import events
from textual.app import App, ReturnType
from textual.widget import Widget

_TURNS: Final = 100
"""Turns of the event loop for which a key waits until its widget has received the focus."""

QUIET: Final = 0.5
"""Seconds without a key after which the next one is meant for what has the focus, though that came by itself."""


def offer(widget: Widget, id: str, does: str) -> str:
    """Return the key of the operation `id` in the running app and what it does, as `G follows`; "" if it has none."""
    key = key_of(widget, id)
    return f"{key} {does}" if key else ""


def key_of(widget: Widget, id: str) -> str:
    """Return the first key of the operation `id` in the running app; "" if it has none, or the app no operations."""
    return widget.app.first_key(id) if isinstance(widget.app, KeysInOrder) else ""


class TakesKeys(Widget):
    """A widget (or screen) whose keys are handled in the app, one after the other."""

    async def take_key(self, event: events.Key) -> bool:
        """Handle a key meant for the widget itself; return False to have its bindings looked up."""
        return False


class KeysInOrder(App[ReturnType]):
    """An app that finishes a key before it takes the next, wherever a widget `TakesKeys`."""

    _last_swallowed: float | None = None
    """When a key was last ignored, or was to be; None while none is."""

    def swallow_keys(self) -> None:
        """Ignore keys until none has come for `QUIET` seconds: the focus moved, and not by a key."""
        self._last_swallowed = time.monotonic()

    def _is_swallowed(self) -> bool:
        """Whether the key that came now is ignored."""
        if self._last_swallowed is None:
            return False
        now, before = time.monotonic(), self._last_swallowed
        self._last_swallowed = now if now - before < QUIET else None
        return self._last_swallowed is not None

    def first_key(self, id: str) -> str:
        """Return the first key of the operation `id` as text; "" if it has none."""
        return ""

    async def on_event(self, event: events.Event) -> None:
        """Handle a key here; everything else, and keys for other widgets, goes Textual's way."""
        if isinstance(event, events.Key) and not event.is_forwarded and self._is_swallowed():
            return
        taker = (self.focused or self.screen) if self.screen_stack else None
        if isinstance(event, events.Key) and not event.is_forwarded and isinstance(taker, TakesKeys):
            await self._take_key(event, taker)
        else:
            await super().on_event(event)

    async def _take_key(self, event: events.Key, taker: TakesKeys) -> None:
        """Offer the key to the widget first, then to the bindings, then to the screen."""
        await self._arrived(taker)
        if await self._check_bindings(event.key, priority=True) or await taker.take_key(event):
            return
        screen = self.screen
        if not await self._check_bindings(event.key) and isinstance(screen, TakesKeys) and screen is not taker:
            await screen.take_key(event)

    async def _arrived(self, taker: TakesKeys) -> None:
        """Wait until a widget knows that it has the focus: what it then selects is what the key replaces."""
        for _ in range(_TURNS):
            if taker is not self.focused or taker.has_focus:
                return
            await asyncio.sleep(0)
