"""The cell diff under Textual: only cells that differ from those on the terminal are sent.

Textual repaints whole regions: 46 kB for moving the focus, 11.5 kB for scrolling by a row of 140 columns. `CellDiff`
overrides `App._display`, through which all output passes, keeps the cells that the terminal shows, and sends the
difference. It holds frames back while the terminal is behind (see `flow`).

It depends on private parts of Textual; `tests/unit/output/test_textual.py` checks each one, and pyproject pins the
version.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS
from textual import events
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App, ReturnType
from textual.geometry import Size

from dockertui.output.encoder import Encoder
from dockertui.output.flow import Flow, FlowState, drain, listen
from dockertui.output.frame import Frame
from dockertui.output.glyphs import Glyphs, GlyphsFull
from dockertui.output.pens import Pens, PensFull

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.driver import Driver
    from textual.screen import Screen

_TEARS_FROM = 256
"""Bytes: a smaller frame arrives in one piece, and is not worth the 16 bytes of synchronised output."""
_FAILURES_MOST = 3
_WINDOWS_CHUNK = 8192


def erases_in_color(environ: Mapping[str, str]) -> bool:
    """Return whether the terminal erases with the current background (terminfo's `bce`).

    All terminals in use do, except GNU screen and those older than terminal emulators.
    """
    term = environ.get("TERM", "")
    if "STY" in environ or (term.startswith("screen") and "TMUX" not in environ):
        return False
    return not term.startswith(("vt", "dumb", "ansi", "cons"))


class _Picture:
    """The state for one terminal size: the tables, the newest frame, and the encoder with what is shown of it."""

    def __init__(self, size: Size, colors: ColorSystem) -> None:
        self.size = size
        self.colors = colors
        pens = Pens(colors, erase_colors=erases_in_color(os.environ))
        glyphs = Glyphs()
        self.frame = Frame(size.width, size.height, pens, glyphs)
        self.encoder = Encoder(size.height, pens, glyphs)


class CellDiff(App[ReturnType]):
    """A mixin that sends the terminal the difference between frames: `class DockerTUI(CellDiff, App)`.

    Without a full-screen terminal (headless, inline, web) it does nothing.
    """

    diff_enabled: bool = True
    """Send differences; if False, output is Textual's own. After a change, call `redraw`."""
    flow_enabled: bool = True
    """Hold frames back while the terminal is behind."""
    diff_error: Exception | None = None
    """The last error that made the diff repaint everything, if any."""

    bytes_sent: int = 0
    """Bytes sent to the terminal so far, without what Textual writes itself (titles, or with `diff_enabled` off)."""

    _diff_picture: _Picture | None = None
    _diff_failures: int = 0
    _diff_stopped: bool = False
    _diff_timer: asyncio.TimerHandle | None = None
    _diff_flow: Flow | None = None

    @property
    def flow(self) -> Flow:
        """The flow control of this app's terminal."""
        if self._diff_flow is None:
            self._diff_flow = Flow()
        return self._diff_flow

    def redraw(self) -> None:
        """Write the whole screen again, whatever the terminal shows now."""
        self._diff_forget()
        self.refresh()

    def action_redraw(self) -> None:
        """Write the whole screen again, whatever the terminal shows now."""
        self.redraw()

    # Called by Textual

    def _build_driver(self, headless: bool, inline: bool, mouse: bool, size: tuple[int, int] | None) -> Driver:
        driver = super()._build_driver(headless, inline, mouse, size)
        if not (driver.is_headless or driver.is_inline or driver.is_web):
            self._diff_attach(driver)
        return driver

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if not self._diff_terminal:
            super()._display(screen, renderable)
        elif not (self.diff_enabled and (renderable is None or isinstance(renderable, LayoutUpdate | ChopsUpdate))):
            self._diff_abandon()
            super()._display(screen, renderable)
        else:
            try:
                self._diff_take(screen, renderable)
            except Exception as error:
                self._diff_failed(error)
            self._diff_paint()
            self.post_display_hook()

    def _end_batch(self) -> None:
        super()._end_batch()
        if not self._batch_count and self._diff_picture is not None:
            self.call_after_refresh(self._diff_paint)

    async def _on_resize(self, event: events.Resize) -> None:
        # Textual calls App's handler of this name besides this one. A terminal back at its old size has lost cells in
        # between, but Textual sees no reason to paint then.
        self._diff_forget()
        if self._diff_picture is not None and self._diff_picture.size == event.size:
            self.call_later(self._diff_paint)

    # Diff and send

    @property
    def _diff_terminal(self) -> bool:
        """Whether a full-screen terminal is attached and the app is running."""
        driver = self._driver
        return not (
            driver is None
            or driver.is_headless
            or driver.is_inline
            or driver.is_web
            or self._closed
            or not self._running
        )

    def _diff_attach(self, driver: Driver) -> None:
        """Hook into what `driver` reads, and into its stops and starts (for an editor, for Ctrl+Z)."""
        loop = asyncio.get_running_loop()
        start, stop = driver.start_application_mode, driver.stop_application_mode

        def started() -> None:
            self.flow.restart()
            self._diff_forget()
            self._diff_stopped = False
            start()

        def stopping() -> None:
            drain(self.flow)
            if self._diff_picture is not None:
                driver.write(self._diff_picture.encoder.leave())
            self._diff_forget()
            self._diff_stopped = True
            stop()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop is closed: the app has ended
                loop.call_soon_threadsafe(self._diff_paint)

        driver.start_application_mode = started  # type: ignore[method-assign]
        driver.stop_application_mode = stopping  # type: ignore[method-assign]
        listen(driver, self.flow, wake)

    def _diff_forget(self) -> None:
        """Assume nothing about what the terminal shows."""
        if self._diff_picture is not None:
            self._diff_picture.encoder.forget()

    def _diff_abandon(self) -> None:
        """Leave the terminal to another writer with its default pen, and start over afterwards."""
        picture, self._diff_picture = self._diff_picture, None
        if picture is not None and self._driver is not None and not self._diff_stopped:
            self._driver.write(picture.encoder.leave())

    def _diff_failed(self, error: Exception) -> None:
        """Repaint all of the next frame after an error, by Textual itself after too many: the screen must be right."""
        self._diff_abandon()
        self.diff_error = error
        if not isinstance(error, PensFull | GlyphsFull):
            self.log.error("cell diff:", error)
            self._diff_failures += 1
            self.diff_enabled = self.diff_enabled and self._diff_failures < _FAILURES_MOST
        self.call_later(self.refresh)

    def _diff_take(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Update the newest frame from a Textual update."""
        compositor = screen._compositor
        colors = COLOR_SYSTEMS[self.console.color_system or "truecolor"]
        picture = self._diff_picture
        if picture is None or picture.size != compositor.size or picture.colors is not colors:
            if not compositor.size:
                return
            if not isinstance(renderable, LayoutUpdate):
                renderable = compositor.render_full_update()
            self._diff_abandon()
            picture = self._diff_picture = _Picture(compositor.size, colors)
        if isinstance(renderable, LayoutUpdate):
            picture.frame.take_layout(renderable)
        elif isinstance(renderable, ChopsUpdate):
            picture.frame.take_chops(renderable)

    def _diff_paint(self) -> None:
        """Send the difference, unless the terminal is behind or the app is in a batch."""
        picture = self._diff_picture
        if picture is None or self._batch_count or self._diff_stopped or not self._diff_terminal:
            return
        rows = picture.frame.rows
        if self.flow_enabled and picture.encoder.differs(rows) and not self.flow.may_send():
            self._diff_wait()
            return
        try:
            self._diff_send(picture)
        except Exception as error:
            self._diff_failed(error)

    def _diff_send(self, picture: _Picture) -> None:
        encoder, flow = picture.encoder, self.flow
        first = self._diff_question(picture) if flow.state is FlowState.IDLE else ""
        frame = encoder.encode(picture.frame.rows)
        # Textual puts the cursor where an input method should open: at home until an input had the focus.
        cursor = self.screen.outer_size.clamp_offset(self.cursor_position) if self.cursor_position else None
        parked = encoder.park(*cursor) if cursor and not frame else ""
        if not (first or frame or parked):
            return
        flow.sent(len(frame.encode()))
        question = self._diff_question(picture)
        if cursor and frame:
            parked = encoder.park(*cursor)
        if self._sync_available and len(frame) >= _TEARS_FROM:
            frame = f"{SYNC_START}{frame}{SYNC_END}"
        self._diff_write(f"{first}{frame}{question}{parked}")

    def _diff_question(self, picture: _Picture) -> str:
        """Return a cursor query if one is due; it moves the cursor."""
        question = self.flow.question(*picture.size) if self.flow_enabled else ""
        if question:
            picture.encoder.cursor_moved()
        return question

    def _diff_write(self, data: str) -> None:
        assert self._driver is not None
        self.bytes_sent += len(data.encode())
        # Python on Windows fails on longer writes (cpython issue 82052), so Textual cuts them too.
        step = _WINDOWS_CHUNK if sys.platform == "win32" else len(data)
        for start in range(0, len(data), step):
            self._driver.write(data[start : start + step])
        self._driver.flush()

    def _diff_wait(self) -> None:
        """Try again when the outstanding answer is overdue; an answer that arrives wakes the diff by itself."""
        if self._diff_timer is not None:
            self._diff_timer.cancel()
        delay = max(0.01, self.flow.patience)
        self._diff_timer = asyncio.get_running_loop().call_later(delay, self._diff_paint)
