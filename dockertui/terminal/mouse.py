"""The mouse over a session: reported to the container if it asks for that, else for selecting and scrolling."""

from __future__ import annotations

from typing import Final

from textual import events

from dockertui.terminal import keys
from dockertui.terminal.emulator import (
    MOUSE_ANY,
    MOUSE_BUTTON,
    MOUSE_SGR,
    MOUSE_URXVT,
    MOUSE_UTF8,
    MOUSE_X10,
    Emulator,
)
from dockertui.terminal.keys import ALT, CTRL, NO_BUTTON, WHEEL_DOWN, WHEEL_UP, Keystroke, MouseEvent
from dockertui.terminal.screen import Place
from dockertui.terminal.selection import Selection, word_at
from dockertui.terminal.viewport import Viewport

WHEEL_LINES: Final = 3


class Mouse:
    """Handles mouse events. With shift held they always select and scroll, as in other terminals."""

    def __init__(self, view: Viewport) -> None:
        self._view = view
        self._button = NO_BUTTON
        self._selecting = False
        self._at = (-1, -1)

    def pressed(self, event: events.MouseDown) -> None:
        """Handle a pressed button: report it, or begin a selection."""
        emulator = self._emulator
        if emulator is None:
            return
        event.stop()
        self._view.capture_mouse()
        if emulator.mouse and not event.shift:
            self._button = event.button - 1
            self._report(event, self._button)
        elif event.button == 1:
            self._selecting = True
            self._view.select(Selection(emulator, self._place(event)))

    def moved(self, event: events.MouseMove) -> None:
        """Handle a motion, perhaps with a button held."""
        emulator = self._emulator
        if emulator is None:
            return
        if self._selecting:
            event.stop()
            self._drag(event)
        elif not event.shift and self._wants_motion(emulator) and self._cell(event) != self._at:
            event.stop()
            self._report(event, self._button, motion=True)

    def released(self, event: events.MouseUp) -> None:
        """Handle a released button; a selection just made is copied."""
        emulator = self._emulator
        self._view.release_mouse()
        if emulator is None:
            return
        event.stop()
        button, self._button = self._button, NO_BUTTON
        if self._selecting:
            self._selecting = False
            if self._view.selection is not None and self._view.selection.dragged:
                self._view.copy_selection()
            else:
                self._view.drop_selection()
        elif emulator.mouse and button != NO_BUTTON and emulator.mouse != MOUSE_X10:
            self._report(event, button, pressed=False)

    def clicked(self, event: events.Click) -> None:
        """Select and copy a word on a double click, a line on a triple click."""
        emulator = self._emulator
        if emulator is None or event.chain < 2 or (emulator.mouse and not event.shift):
            return
        place = self._place(event)
        line = Place(place.row, 0), Place(place.row, emulator.columns - 1)
        ends = word_at(emulator, place) if event.chain == 2 else line
        self._view.select(Selection(emulator, *ends))
        self._view.copy_selection()

    def wheel(self, event: events.MouseEvent, *, up: bool) -> None:
        """Scroll the container's program if it uses the mouse or the alternate screen, else the history."""
        emulator = self._emulator
        if emulator is None:
            return
        event.stop()
        if emulator.mouse and not event.shift:
            self._report(event, WHEEL_UP if up else WHEEL_DOWN)
        elif emulator.alternate_screen and not event.shift:
            self._view.send(emulator.encode(Keystroke("up" if up else "down")) * WHEEL_LINES)
        else:
            self._view.scroll_lines(-WHEEL_LINES if up else WHEEL_LINES)

    @property
    def _emulator(self) -> Emulator | None:
        return self._view.session.emulator if self._view.session is not None else None

    def _wants_motion(self, emulator: Emulator) -> bool:
        return emulator.mouse == MOUSE_ANY or (emulator.mouse == MOUSE_BUTTON and self._button != NO_BUTTON)

    def _drag(self, event: events.MouseMove) -> None:
        """Extend the selection to the pointer; beyond an edge the view scrolls."""
        y = self._cell(event)[1]
        if y < 0:
            self._view.scroll_lines(-1)
        elif y >= self._view.size.height:
            self._view.scroll_lines(1)
        if self._view.selection is not None:
            self._view.selection.extend(self._place(event))
            self._view.selection_moved()

    def _cell(self, event: events.MouseEvent) -> tuple[int, int]:
        offset = event.screen_offset - self._view.content_region.offset
        return offset.x, offset.y

    def _place(self, event: events.MouseEvent) -> Place:
        return self._view.place_at(*self._cell(event))

    def _report(self, event: events.MouseEvent, button: int, *, pressed: bool = True, motion: bool = False) -> None:
        """Send the container a mouse report."""
        emulator, session = self._emulator, self._view.session
        if emulator is None or session is None or not session.live:
            return
        x, y = self._cell(event)
        self._at = (x, y)
        x, y = max(0, min(x, emulator.columns - 1)), max(0, min(y, emulator.rows - 1))
        held = (ALT if event.meta else 0) | (CTRL if event.ctrl else 0)
        report = MouseEvent(button, x, y, pressed, motion, held)
        sgr, urxvt, utf8 = (emulator.mode(mode) for mode in (MOUSE_SGR, MOUSE_URXVT, MOUSE_UTF8))
        session.type(keys.encode_mouse(report, sgr=sgr, urxvt=urxvt, utf8=utf8))
