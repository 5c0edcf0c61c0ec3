"""An error in one widget is that widget's alone: the others, the screen and the program go on.

What is painted, and what a key or a message does, depends on what Engines and containers send, so that sooner or later
something fails that nobody foresaw. Textual ends the program then. `Guarded` stands between Textual and each widget:
a line that cannot be painted says so in its place; a message that cannot be dealt with leaves the widget alive. Every
error goes to the logger `dockertui`; whoever listens there writes it down and tells the user.

It depends on private parts of Textual; `tests/ui/test_guard.py` holds each one, and pyproject pins the version.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.segment import Segment
from textual._context import active_message_pump
from textual.app import App, ReturnType
from textual.await_complete import AwaitComplete
from textual.dom import DOMNode
from textual.geometry import Region
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import WorkerFailed
from textual.worker_manager import WorkerManager

from dockertui.widgets.text import error_line, fit

_log = logging.getLogger("dockertui")


def survived(what: str, error: BaseException) -> None:
    """Have an error written down and told that something failed of, and all else goes on."""
    _log.error(what, exc_info=error)


@contextmanager
def shown_in(widget: Widget) -> Iterator[None]:
    """Have an error inside be said by `widget`, in its first line, until the next time that nothing goes wrong."""
    guard: _Guard | None = widget.__dict__.get("_dockertui_guard")
    try:
        yield
    except Exception as error:
        survived(f"{type(widget).__name__} could not be filled", error)
        if guard is not None:
            guard.say(f"this cannot be shown: {error_line(error)}")
    else:
        if guard is not None and guard.said:
            guard.say("")


class _Guard:
    """What stands between Textual and one widget."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._paint_line, self._paint_lines = widget.render_line, widget.render_lines
        self._dispatch = widget._dispatch_message
        self._failed_at: int | None = None
        """The line that says what failed; those of the others are left blank."""
        self.said = ""
        widget._dockertui_guard = self  # type: ignore[attr-defined]
        widget.render_line = self.render_line  # type: ignore[method-assign]
        widget.render_lines = self.render_lines  # type: ignore[method-assign]
        widget._dispatch_message = self.dispatch  # type: ignore[method-assign]

    def say(self, sentence: str) -> None:
        """Have the widget's first line say something, or nothing any more."""
        self.said = sentence
        self._widget.refresh()

    def render_line(self, y: int) -> Strip:
        if self.said and y == 0:
            return self._sentence(self.said)
        try:
            strip = self._paint_line(y)
        except Exception as error:
            return self._unpainted(y, error)
        if y == self._failed_at:
            self._failed_at = None
        return strip

    def _unpainted(self, y: int, error: Exception) -> Strip:
        survived(f"a line of {type(self._widget).__name__} could not be painted", error)
        if self._failed_at is None:
            self._failed_at = y
        return self._sentence(f"this cannot be shown: {error_line(error)}" if y == self._failed_at else "")

    def _sentence(self, text: str) -> Strip:
        width = self._widget.size.width
        return Strip([Segment(fit(text, width))], max(0, width))

    def render_lines(self, crop: Region) -> list[Strip]:
        try:
            return self._paint_lines(crop)
        except Exception as error:
            survived(f"{type(self._widget).__name__} could not be painted", error)
            text = f"this cannot be shown: {error_line(error)}"
            return [Strip([Segment(fit(text * (y == 0), crop.width))], crop.width) for y in range(crop.height)]

    async def dispatch(self, message: Message) -> None:
        """Deal with a message; an error is the app's to judge, and no end of the widget."""
        try:
            await self._dispatch(message)
        except Exception as error:
            self._widget.app._handle_exception(error)


class _Workers(WorkerManager):
    """Workers none of which fails in silence."""

    def _new_worker(self, *args: Any, **kwargs: Any) -> Any:
        return super()._new_worker(*args, **{**kwargs, "exit_on_error": True})


class Guarded(App[ReturnType]):
    """An app that goes on when something in it fails, as long as there is a screen to go on with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._workers = _Workers(self)
        self._surviving = False
        """Whether the program has begun and not ended."""

    def essential(self, screen: Screen[Any]) -> bool:
        """Whether there is nothing to go on with when this screen cannot be shown."""
        return len(self.screen_stack) <= 1

    def _register_child(self, parent: DOMNode, child: Widget, before: int | None, after: int | None) -> None:
        if "_dockertui_guard" not in child.__dict__:
            _Guard(child)
        super()._register_child(parent, child, before, after)

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if not self._surviving:
                raise
            self._handle_exception(error)

    async def _process_messages_loop(self) -> None:
        self._surviving = True
        try:
            await super()._process_messages_loop()
        finally:
            self._surviving = False

    def _handle_exception(self, error: Exception) -> None:
        """Go on, unless the program is beginning or ending, or has no screen to go on with."""
        if isinstance(error, WorkerFailed):
            error = error.error if isinstance(error.error, Exception) else error
        pump: MessagePump = active_message_pump.get(self)
        unmade = pump if isinstance(pump, Screen) and not pump._is_mounted else None
        outside = pump is self and not self._surviving
        if outside or self._exit or (unmade is not None and self.essential(unmade)):
            super()._handle_exception(error)
            return
        survived("something in the program failed", error)
        if unmade is not None:
            self.call_later(self._drop_screen, unmade)

    def pop_screen(self) -> AwaitComplete:
        """Leave the screen on top, unless it is the last one."""
        return super().pop_screen() if len(self.screen_stack) > 1 else AwaitComplete()

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """Give the terminal away inside; it is taken back whatever fails there."""
        failed: Exception | None = None
        with super().suspend():
            try:
                yield
            except Exception as error:
                failed = error
        if failed is not None:
            raise failed

    def _drop_screen(self, screen: Screen[Any]) -> None:
        """Leave a screen that could not be made."""
        if self.screen is screen:
            screen.dismiss()
