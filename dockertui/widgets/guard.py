"""Confine an error to its widget: the other widgets, the screen and the program go on.

Painting and the handling of keys and messages depend on what Engines and containers send, so that sooner or later
something fails that nobody foresaw. Textual then ends the program. `Guarded` stands between Textual and each widget: a
line that cannot be painted shows the error in its place; a message that cannot be handled leaves the widget alive.
Every error goes to the logger `dockertui`, whose handlers write it down and tell the user.

It depends on private parts of Textual; `tests/ui/widgets/test_guard.py` checks each one, and pyproject pins the
version.
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


def log_survived(what: str, error: BaseException) -> None:
    """Log an error from which the program recovers."""
    _log.error(what, exc_info=error)


@contextmanager
def shown_in(widget: Widget) -> Iterator[None]:
    """Context manager: show an error of the block in the first line of `widget`, until the next block without one."""
    guard: _Guard | None = widget.__dict__.get("_dockertui_guard")
    try:
        yield
    except Exception as error:
        log_survived(f"{type(widget).__name__} could not be filled", error)
        if guard is not None:
            guard.show_error(f"this cannot be shown: {error_line(error)}")
    else:
        if guard is not None and guard.error_text:
            guard.show_error("")


class _Guard:
    """Stands between Textual and one widget."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._paint_line, self._paint_lines = widget.render_line, widget.render_lines
        self._dispatch = widget._dispatch_message
        self._failed_at: int | None = None
        """The line that shows the error; other failed lines are blank."""
        self.error_text = ""
        widget._dockertui_guard = self  # type: ignore[attr-defined]
        widget.render_line = self.render_line  # type: ignore[method-assign]
        widget.render_lines = self.render_lines  # type: ignore[method-assign]
        widget._dispatch_message = self.dispatch  # type: ignore[method-assign]

    def show_error(self, sentence: str) -> None:
        """Show a message in the widget's first line; "" removes it."""
        self.error_text = sentence
        self._widget.refresh()

    def render_line(self, y: int) -> Strip:
        if self.error_text and y == 0:
            return self._sentence(self.error_text)
        try:
            strip = self._paint_line(y)
        except Exception as error:
            return self._unpainted(y, error)
        if y == self._failed_at:
            self._failed_at = None
        return strip

    def _unpainted(self, y: int, error: Exception) -> Strip:
        log_survived(f"a line of {type(self._widget).__name__} could not be painted", error)
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
            log_survived(f"{type(self._widget).__name__} could not be painted", error)
            text = f"this cannot be shown: {error_line(error)}"
            return [Strip([Segment(fit(text * (y == 0), crop.width))], crop.width) for y in range(crop.height)]

    async def dispatch(self, message: Message) -> None:
        """Handle a message; pass an error to the app, so that the widget lives on."""
        try:
            await self._dispatch(message)
        except Exception as error:
            self._widget.app._handle_exception(error)


class _Workers(WorkerManager):
    """A worker manager that lets no worker fail silently."""

    def _new_worker(self, *args: Any, **kwargs: Any) -> Any:
        return super()._new_worker(*args, **{**kwargs, "exit_on_error": True})


class Guarded(App[ReturnType]):
    """An app that goes on after an error in it, as long as there is a screen to go on with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._workers = _Workers(self)
        self._surviving = False
        """Whether the program has started and not ended."""

    def essential(self, screen: Screen[Any]) -> bool:
        """Return whether the program cannot go on if this screen cannot be shown."""
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
        """Log the error and go on, unless the program is starting or ending, or has no screen to go on with."""
        if isinstance(error, WorkerFailed):
            error = error.error if isinstance(error.error, Exception) else error
        pump: MessagePump = active_message_pump.get(self)
        unmade = pump if isinstance(pump, Screen) and not pump._is_mounted else None
        outside = pump is self and not self._surviving
        if outside or self._exit or (unmade is not None and self.essential(unmade)):
            super()._handle_exception(error)
            return
        log_survived("something in the program failed", error)
        if unmade is not None:
            self.call_later(self._drop_screen, unmade)

    def pop_screen(self) -> AwaitComplete:
        """Close the topmost screen, unless it is the last one."""
        return super().pop_screen() if len(self.screen_stack) > 1 else AwaitComplete()

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """Context manager: release the terminal; it is taken back even if the block fails."""
        failed: Exception | None = None
        with super().suspend():
            try:
                yield
            except Exception as error:
                failed = error
        if failed is not None:
            raise failed

    def _drop_screen(self, screen: Screen[Any]) -> None:
        """Close a screen that could not be composed."""
        if self.screen is screen:
            screen.dismiss()
