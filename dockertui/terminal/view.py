"""The widget that shows a session: it paints changed rows, and sends keys, mouse events and pastes."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial
from types import MappingProxyType
from typing import ClassVar, Final

from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from dockertui.engine.hijack import WindowSize
from dockertui.terminal import keys
from dockertui.terminal.emulator import BRACKETED_PASTE, FOCUS_REPORTS
from dockertui.terminal.history import HistoryMode
from dockertui.terminal.mouse import Mouse
from dockertui.terminal.policy import SessionObserver
from dockertui.terminal.screen import Cursor, Place, Row
from dockertui.terminal.selection import Selection, matches_in
from dockertui.terminal.session import TerminalSession
from dockertui.terminal.strips import Inks, glyph_width, overlaid
from dockertui.widgets.pacing import Pacing
from dockertui.widgets.paint import Painted
from dockertui.widgets.timer import once

FRAME: Final = 1 / 30
"""Seconds between two paints."""
HOLD_MOST: Final = 0.5
"""Seconds that a container may defer painting (mode 2026)."""
_BACKGROUND: Final = (0x1E, 0x1E, 0x1E)
_FOREGROUND: Final = (0xE0, 0xE0, 0xE0)


class TerminalView(Painted, can_focus=True):
    """Shows one session at a time. Every key goes to the container except the leader and the key after it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "paint--selected",
        "paint--found",
        "paint--reader",
    }

    class FromTerminal(Message):
        """A message of a view about its session."""

        def __init__(self, view: TerminalView) -> None:
            super().__init__()
            self.view = view

    class Copied(FromTerminal):
        """Text was selected and is to be copied."""

        def __init__(self, view: TerminalView, text: str) -> None:
            super().__init__(view)
            self.text = text

    class PasteDoubted(FromTerminal):
        """A paste would run as several lines, since the program in the container has no bracketed paste."""

        def __init__(self, view: TerminalView, text: str) -> None:
            super().__init__(view)
            self.text = text

    class ClipboardAsked(FromTerminal):
        """The container wants to write the clipboard."""

        def __init__(self, view: TerminalView, text: str) -> None:
            super().__init__(view)
            self.text = text

    class Rang(FromTerminal):
        """The container rang the bell."""

    class Changed(FromTerminal):
        """State, title, or place in the history changed."""

    class Refused(FromTerminal):
        """A key could not be sent."""

    class InterruptAsked(FromTerminal):
        """Ctrl-C was typed to a container's process without a terminal: should it be signalled?"""

    def __init__(
        self,
        lead: Callable[[str], Awaitable[None]],
        *,
        leader: str = "ctrl+right_square_bracket",
        reading: Mapping[str, str] = MappingProxyType({}),
        dismiss: Callable[[], Awaitable[object]] | None = None,
        dismissing: Collection[str] = (),
    ) -> None:
        """`lead` is awaited with the key that follows the leader, and with "" for the leader itself, alone or twice.

        It is not a message, so that further keys wait until it has ended: it may move the focus, and keys meant for
        something else must not reach the container. `reading` maps keys to actions of the history mode.
        `dismiss` is awaited when one of the keys `dismissing` is typed to a session that has ended.
        """
        super().__init__()
        self.lead = lead
        self.leader = leader
        self.dismiss = dismiss
        self.dismissing = dismissing
        self.leading = False
        self.session: TerminalSession | None = None
        self.selection: Selection | None = None
        self.history = HistoryMode(self, reading)
        self.mouse = Mouse(self)
        self._rows: dict[int, Row] = {}
        self._strips: dict[int, Strip] = {}
        self._cursor: Cursor | None = None
        self._pacing = Pacing(partial(once, self), self._paint)
        self._held_since = 0.0
        self._pens_of_base: Inks | None = None

    # the session shown

    def show(self, session: TerminalSession | None) -> None:
        """Show another session where it was left, or None for no session."""
        if self.session is not None:
            self.session.observer = self.session.default_observer
        self.drop_selection()
        self.history.leave()
        self.leading = False
        self.session = session
        if session is not None:
            session.observer = _ViewObserver(self)
            session.unseen = False
            self._tell_size()
        self.repaint()

    def _tell_size(self) -> None:
        if self.session is not None and self.size.width > 0 and self.size.height > 0:
            self.session.resize(WindowSize(*self.size))

    def on_resize(self, event: events.Resize) -> None:
        self._tell_size()
        self.repaint()

    def on_unmount(self) -> None:
        self.show(None)

    def on_focus(self) -> None:
        self._report_focus(b"\x1b[I")

    def on_blur(self) -> None:
        self._report_focus(b"\x1b[O")

    def _report_focus(self, report: bytes) -> None:
        if self.session is not None and self.session.live and self.session.emulator.mode(FOCUS_REPORTS):
            self.session.type(report)
        self._refresh_rows({self._cursor.y} if self._cursor else set())

    # painting

    def schedule(self) -> None:
        """Paint what changed, after at most one frame's time."""
        if self.is_attached:
            self._pacing.soon(FRAME)

    def _paint(self) -> None:
        session = self.session
        if session is None:
            return
        now = time.monotonic()
        if session.held:
            self._held_since = self._held_since or now
            if now - self._held_since < HOLD_MOST:
                self.schedule()
                return
        self._held_since = 0.0
        if self.display and self.is_on_screen:
            self._take_changes(session)

    def _take_changes(self, session: TerminalSession) -> None:
        changed = session.emulator.changes()
        self._rows.update(changed)
        rows = set(changed)
        cursor = session.emulator.cursor
        if cursor != self._cursor:
            rows |= {place.y for place in (self._cursor, cursor) if place is not None}
            self._cursor = cursor
        if self.history.open and changed:
            self.tell_changed()
        self._refresh_rows(rows)

    def _refresh_rows(self, rows: set[int]) -> None:
        for y in rows:
            self._strips.pop(y, None)
        height = self.size.height
        shown = [y for y in rows if y < height]
        if len(shown) >= height:
            self.refresh()
        elif shown:
            self.refresh(*[Region(0, y, self.size.width, 1) for y in shown])

    def repaint(self) -> None:
        """Repaint everything."""
        self._rows.clear()
        self._strips.clear()
        if self.session is not None:
            self._rows.update(self.session.emulator.changes(everything=True))
            self._cursor = self.session.emulator.cursor
        self.refresh()

    def tell_changed(self) -> None:
        """Post that state, title, or place in the history changed."""
        self.post_message(self.Changed(self))

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if "_strips" in self.__dict__:
            self._pens_of_base = None
            self._strips.clear()

    @property
    def _pens(self) -> Inks:
        if self._pens_of_base is None:
            base = self.ink()
            self._pens_of_base = Inks(base)
            if self.session is not None:
                self.session.emulator.set_colors(
                    _rgb(base.color.triplet if base.color else None, _FOREGROUND),
                    _rgb(base.bgcolor.triplet if base.bgcolor else None, _BACKGROUND),
                )
        return self._pens_of_base

    def render_line(self, y: int) -> Strip:
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self._drawn(y)
        return strip

    def _drawn(self, y: int) -> Strip:
        """Draw one row with matches, selection and cursor over it."""
        row = self._rows.get(y)
        width = self.size.width
        if row is None or self.session is None:
            return Strip.blank(width, self._pens.base)
        strip = self._pens.strip(row, width)
        line = self.session.emulator.top + y
        if self.history.search is not None:
            text = "".join([run.text for run in row])
            for first, cells in matches_in(text, self.history.search.text):
                strip = overlaid(strip, first, first + cells, self.ink("found"))
        columns = self.selection.columns(line, width) if self.selection else None
        if columns is not None:
            strip = overlaid(strip, *columns, self.ink("selected"))
        return self._with_cursor(strip, row, y)

    def _with_cursor(self, strip: Strip, row: Row, y: int) -> Strip:
        reader = self.history.reader_in_view
        if reader is not None:
            at = reader if reader.row == y else None
            return overlaid(strip, at.column, at.column + 1, self.ink("reader")) if at else strip
        cursor = self._cursor
        if cursor is None or cursor.y != y or not cursor.visible:
            return strip
        style = Style(reverse=True) if self.has_focus and cursor.shape != "underline" else Style(underline=True)
        return overlaid(strip, cursor.x, cursor.x + glyph_width(row, cursor.x), style)

    # keys

    async def on_key(self, event: events.Key) -> None:
        """Send keys to the session; none reaches the program's own bindings."""
        event.stop()
        event.prevent_default()
        if self.app.focused is not self:  # a command has moved the focus meanwhile
            self.app.post_message(events.Key(event.key, event.character))
        elif self.leading:
            await self._lead(event)
        elif event.key == self.leader:
            self.leading = True
            await self.lead("")
        elif self.history.open:
            self.history.key(event.key)
        elif self.dismiss is not None and event.key in self.dismissing and self.has_ended:
            await self.dismiss()
        else:
            self._send_key(keys.keystroke(event.key, event.character))

    @property
    def has_ended(self) -> bool:
        """Whether it shows a session whose process has ended."""
        return self.session is not None and not self.session.live

    async def _lead(self, event: events.Key) -> None:
        self.leading = False
        if event.key == self.leader:
            self._send_key(keys.keystroke(event.key, event.character))
        await self.lead("" if event.key == self.leader else event.key)

    def _send_key(self, key: keys.Keystroke) -> None:
        session = self.session
        if session is None:
            return
        data = session.emulator.encode(key)
        if data:
            self.drop_selection()
            self.send(data)

    def send(self, data: bytes) -> None:
        """Send input, and show the screen that it goes to."""
        session = self.session
        if session is None:
            return
        self.history.leave()
        if not session.type(data):
            self.post_message(self.Refused(self))

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.offer_paste(event.text)

    def offer_paste(self, text: str) -> None:
        """Send a paste, but ask first if the program in the container would run each line of it."""
        session = self.session
        if session is None:
            return
        if session.emulator.mode(BRACKETED_PASTE) or keys.is_harmless(text):
            self.paste(text)
        else:
            self.post_message(self.PasteDoubted(self, text))

    def paste(self, text: str) -> None:
        """Send a paste without asking."""
        if self.session is not None:
            bracketed = self.session.emulator.mode(BRACKETED_PASTE)
            self.send(keys.encode_paste(text, bracketed=bracketed))

    # selecting

    def place_at(self, x: int, y: int) -> Place:
        """Return the cell of the text under a cell of the widget, or the nearest."""
        assert self.session is not None
        emulator = self.session.emulator
        column = max(0, min(x, emulator.columns - 1))
        return Place(emulator.top + max(0, min(y, emulator.rows - 1)), column)

    def select(self, selection: Selection | None) -> None:
        """Replace the selection; None for no selection."""
        if self.selection is not None:
            self.selection.release()
        self.selection = selection
        self._refresh_rows(set(range(self.size.height)))

    def drop_selection(self) -> None:
        if self.selection is not None:
            self.select(None)

    def selection_moved(self) -> None:
        """Repaint after the selection's end has moved."""
        self._refresh_rows(set(range(self.size.height)))

    def copy_selection(self) -> None:
        if self.selection is not None and (text := self.selection.text):
            self.post_message(self.Copied(self, text))

    def scroll_lines(self, lines: int) -> None:
        """Scroll through the history by a number of lines."""
        if self.session is not None:
            emulator = self.session.emulator
            emulator.scroll_to(emulator.top + lines)
            self.repaint()
            self.tell_changed()

    # while a search is typed

    def action_cursor_up(self) -> None:
        self.history.previous()

    def action_cursor_down(self) -> None:
        self.history.next()

    def action_page_up(self) -> None:
        self.scroll_lines(1 - self.size.height)

    def action_page_down(self) -> None:
        self.scroll_lines(self.size.height - 1)

    # the mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.mouse.pressed(event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self.mouse.released(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self.mouse.moved(event)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.mouse.wheel(event, up=True)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.mouse.wheel(event, up=False)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.mouse.clicked(event)


class _ViewObserver(SessionObserver):
    """Passes a session's notifications on to a view."""

    def __init__(self, view: TerminalView) -> None:
        self._view = view

    def output_came(self) -> None:
        self._view.schedule()

    def state_changed(self) -> None:
        self._view.schedule()
        self._view.tell_changed()

    def bell_rang(self) -> None:
        self._view.post_message(TerminalView.Rang(self._view))

    def clipboard_asked(self, text: str) -> None:
        self._view.post_message(TerminalView.ClipboardAsked(self._view, text))

    def interrupt_asked(self) -> None:
        self._view.post_message(TerminalView.InterruptAsked(self._view))


def _rgb(triplet: tuple[int, int, int] | None, otherwise: tuple[int, int, int]) -> tuple[int, int, int]:
    return (triplet[0], triplet[1], triplet[2]) if triplet is not None else otherwise
