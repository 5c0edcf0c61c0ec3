"""The terminals: tabs of sessions in all containers, one or two of them visible."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message

from dockertui.config import Settings
from dockertui.engine.hijack import WindowSize
from dockertui.key_names import textual_name
from dockertui.operations.base import Context
from dockertui.operations.catalogue import Catalogue
from dockertui.screens.base.clipboard import copy, report_copy
from dockertui.screens.base.waiting import SILENT, STAYS
from dockertui.screens.terminal import bar as terminal_bar
from dockertui.screens.terminal import menus as terminal_menus
from dockertui.screens.terminal.commands import TerminalCommands
from dockertui.terminal.policy import Clipboard, Policy, SessionObserver, State
from dockertui.terminal.process import TerminalProcess
from dockertui.terminal.session import TerminalSession
from dockertui.terminal.view import TerminalView
from dockertui.widgets.bar import Bar
from dockertui.widgets.keys import KeysInOrder, offer
from dockertui.widgets.text import clean
from dockertui.widgets.timer import once

_BELL_REST = 1.0
"""Least seconds between two bells for the user, however often a container rings."""
_GOODBYE = 2.0
USED = 2.0
"""Seconds after which the end of a shell is its user's wish, and not a failure to start."""
_FIRST_SIZE = WindowSize(80, 24)


class TerminalPane(TerminalCommands):
    """Keep and show the sessions. The catalogue's operations for keys after the leader are handled here."""

    class Counted(Message):
        """A session was opened or closed, or its process ended."""

    class Said(Message):
        """A sentence for the footer, with its style."""

        def __init__(self, text: str, style: str = "", stays: float = 6.0) -> None:
            super().__init__()
            self.text = text
            self.style = style
            self.stays = stays

    class Leading(Message):
        """The leader was typed; `on` until the next key."""

        def __init__(self, on: bool) -> None:
            super().__init__()
            self.on = on

    def __init__(self, catalogue: Catalogue, settings: Settings, leave: Callable[[], None]) -> None:
        super().__init__(id="terminals")
        self.leave = leave
        self.catalogue = catalogue
        self.settings = settings
        self.sessions: list[TerminalSession] = []
        self.zoomed = False
        self.split = False
        self.copied = ""
        self.bar = Bar(classes="title", separator="")
        reading = catalogue.actions(Context.READING)
        self.views = [
            TerminalView(
                self._lead,
                leader=settings.terminal_leader,
                reading=reading,
                dismiss=self.action_dismiss,
                dismissing=[*catalogue.actions(Context.ENDED)],
            )
            for _ in range(2)
        ]
        self.view = self.views[0]
        self._number = 0
        self._rang = 0.0
        self._allowed: dict[int, bool] = {}
        self._told: set[int] = set()
        self._origins: dict[int, TerminalSession | None] = {}
        """The session from which each was opened; None: opened from the lists."""
        self._slow: set[int] = set()
        """Sessions of which was said that they are being opened."""
        self._policy = Policy(
            history=settings.terminal_history,
            title=settings.terminal_title,
            bell=settings.terminal_bell,
            clipboard=Clipboard(settings.terminal_clipboard),
        )

    def compose(self) -> ComposeResult:
        yield self.bar
        with Horizontal():
            yield from self.views

    def on_mount(self) -> None:
        self._arrange()

    async def on_unmount(self) -> None:
        await self.close_all()

    # sessions

    @property
    def live(self) -> list[TerminalSession]:
        """The sessions whose process runs."""
        return [session for session in self.sessions if session.live]

    def open(self, process: TerminalProcess, *, show: bool = True) -> TerminalSession:
        """Start a session and, with `show`, show it."""
        self._number += 1
        region = self.view.content_size
        size = WindowSize(*region) if region.width > 1 and region.height > 1 else _FIRST_SIZE
        session = TerminalSession(self._number, process, size, policy=self._policy)
        session.observer = session.default_observer = _Background(self, session)
        self.sessions.append(session)
        self._origins[session.number] = self.session if self.has_focus_within else None
        once(self, SILENT, partial(self._say_opening, session))
        self.post_message(self.Counted())
        if show:
            self.show(session)
        session.start()
        return session

    def _say_opening(self, session: TerminalSession) -> None:
        """Say that a session is being connected: it has taken longer than a moment."""
        if session.state is State.STARTING and session in self.sessions:
            self._slow.add(session.number)
            self.say(terminal_bar.opening(session), "busy", STAYS)

    def is_done(self, session: TerminalSession) -> bool:
        """Whether a session is a shell that was used and has exited: nothing of it is left to see.

        One that ended at once stays, so that its user can read why.
        """
        used = session.process.is_shell and session.state is State.ENDED and session.exit_code is not None
        return used and session.age >= USED and session in self.sessions

    async def go_back(self, session: TerminalSession) -> None:
        """Close a session that has ended, go back to where it was opened, and say how it ended unless that was said."""
        if session not in self.sessions:
            return
        origin, was_split = self._origins.get(session.number), self.split
        told = "" if session.number in self._told else terminal_bar.ending(session)
        self._told.add(session.number)
        await self.drop(session)
        if origin in self.sessions and not was_split:
            self.show(origin)
        if self.sessions and (was_split or origin in self.sessions):
            self.focus_view()
        elif self.sessions:
            self.leave()
        self.say(told)

    async def action_dismiss(self) -> None:
        """Close the session in the focused half, which has ended."""
        if self.session is not None and not self.session.live:
            await self.go_back(self.session)

    def show(self, session: TerminalSession | None) -> None:
        """Show a session in the focused half; if the other half has it, focus that."""
        other = self.other
        if session is not None and self.split and other.session is session:
            self.focus_view(other)
            return
        self.view.show(session)
        self.refresh_bar()

    async def drop(self, session: TerminalSession) -> None:
        """Close a session, and show its neighbour."""
        index = self.sessions.index(session)
        self.sessions.remove(session)
        self.post_message(self.Counted())
        for view in self.views:
            if view.session is session:
                view.show(None)
        self._allowed.pop(session.number, None)
        self._origins.pop(session.number, None)
        if session.number in self._slow:
            self._slow.discard(session.number)
            self.say("")
        shown = {view.session for view in self.views}
        left = [other for other in self.sessions if other not in shown]
        if self.view.session is None and left:
            self.view.show(left[min(index, len(left) - 1)])
        if self.view.session is None and self.other.session is not None:
            self.view = self.other
        if self.split and self.other.session is None:
            self.set_split(False)
        self._arrange()
        if not self.sessions:
            self.leave()
        await session.close()

    async def close_all(self) -> None:
        """Close all sessions."""
        sessions, self.sessions = self.sessions, []
        for view in self.views:
            view.show(None)
        if sessions:
            await asyncio.wait([asyncio.ensure_future(session.close()) for session in sessions], timeout=_GOODBYE)

    # appearance

    def refresh_bar(self) -> None:
        """Update the bar."""
        notes = terminal_bar.notes(self.session, self.view.history.position)
        self.bar.update(*terminal_bar.tabs(self.sessions, self.session, notes, self.settings.terminal_leader))

    def focus_view(self, view: TerminalView | None = None) -> None:
        """Focus a half, by default the one that had the focus."""
        self.view = view or self.view
        self.screen.set_focus(self.view)  # at once: the next key goes to it
        self.refresh_bar()

    @property
    def other(self) -> TerminalView:
        return self.views[1 - self.views.index(self.view)]

    def _arrange(self) -> None:
        for view in self.views:
            view.display = self.split or view is self.view
        self.set_class(self.split, "-split")
        self.refresh_bar()

    def split_empty(self) -> None:
        """Split, with the focus in the second half, which shows nothing yet."""
        self.view = self.other
        self.set_split(True)

    def set_split(self, split: bool) -> None:
        self.split = split
        self._arrange()

    # messages of the views

    def on_descendant_focus(self) -> None:
        focused = next((view for view in self.views if view.has_focus), None)
        if focused is not None:
            self.view = focused
            self.refresh_bar()

    def on_terminal_view_changed(self, event: TerminalView.Changed) -> None:
        event.stop()
        if event.view.session is not None:
            self.changed(event.view.session)

    def changed(self, session: TerminalSession) -> None:
        """Update the bar, and report once how a session ended."""
        self.refresh_bar()
        if session.live:
            self._told.discard(session.number)
            if session.state is State.RUNNING and session.number in self._slow:
                self._slow.discard(session.number)
                self.say("")
            if session.state is State.STARTING:
                once(self, SILENT, partial(self._say_opening, session))
        elif session.number not in self._told and session in self.sessions:
            in_use = self.has_focus_within and self.session is session
            typed_into = in_use and not self.view.history.open
            if typed_into and isinstance(self.app, KeysInOrder):
                self.app.swallow_keys()  # they are typed for the session: one of them could quit the program
            if typed_into and self.is_done(session):
                self.run_worker(self.go_back(session))
                return
            self._told.add(session.number)
            ways = f" · {self.hint('terminal.restart')} restart" if self.has_focus_within else ""
            closes = offer(self, "terminal.dismiss", "close") if in_use else ""
            told = f"{terminal_bar.ending(session)}{closes and f' · {closes}'}{ways}"
            self.say(told, "" if session.exit_code == 0 else "warn")
            self.post_message(self.Counted())

    def hint(self, id: str) -> str:
        operation = next(operation for operation in self.catalogue.within(Context.TERMINAL) if operation.id == id)
        return f"{terminal_bar.leader_sign(self.settings.terminal_leader)} {self.catalogue.keys_shown(operation, 1)}"

    def on_terminal_view_rang(self, event: TerminalView.Rang) -> None:
        event.stop()
        self.ring()

    def ring(self) -> None:
        """Ring the user's bell, at most once in `_BELL_REST` seconds."""
        now = time.monotonic()
        if now - self._rang >= _BELL_REST:
            self._rang = now
            self.app.bell()

    def on_terminal_view_copied(self, event: TerminalView.Copied) -> None:
        event.stop()
        self.copy(event.text)

    def copy(self, text: str) -> None:
        """Put text on the user's clipboard."""
        self.copied = text
        self.say(*report_copy(self.app, text, f"{len(text):,} character{'s' * (len(text) != 1)}"))

    def on_terminal_view_refused(self, event: TerminalView.Refused) -> None:
        event.stop()
        session = event.view.session
        if session is not None and session.live:
            why, attaches = "takes no input", ""
            if not session.process.takes_input:
                why, attaches = "is only watched", offer(self, "container.attach", "attaches")
            self.say(": ".join(filter(None, (f"{session.caption} {why}", attaches))), "warn")

    def on_terminal_view_paste_doubted(self, event: TerminalView.PasteDoubted) -> None:
        event.stop()
        view, text, session = event.view, event.text, event.view.session
        if session is not None:
            terminal_menus.paste(self.app, session, text, lambda: view.paste(text))

    def on_terminal_view_clipboard_asked(self, event: TerminalView.ClipboardAsked) -> None:
        """Ask the user once in a session; the answer holds for all of it."""
        event.stop()
        session = event.view.session
        if session is None:
            return
        if self._policy.clipboard is Clipboard.YES or self._allowed.get(session.number):
            copy(self.app, event.text)
        elif session.number not in self._allowed:
            self._allowed[session.number] = False  # until the answer; further requests do not ask again
            terminal_menus.clipboard(self.app, session, event.text, partial(self._allow_clipboard, session, event.text))

    def _allow_clipboard(self, session: TerminalSession, text: str) -> None:
        self._allowed[session.number] = True
        copy(self.app, text)

    def on_terminal_view_interrupt_asked(self, event: TerminalView.InterruptAsked) -> None:
        event.stop()
        session = event.view.session
        if session is not None:
            terminal_menus.interrupt(self.app, session, lambda answer: self.interrupted(session, answer))

    async def _lead(self, key: str) -> None:
        """Handle the leader, or the key after it."""
        self.post_message(self.Leading(self.view.leading))
        if key:
            await self._command(key)

    async def _command(self, key: str) -> None:
        for operation in self.catalogue.within(Context.TERMINAL):
            if key in map(textual_name, self.catalogue.keys(operation)):
                await self.run_operation(operation)
                return
        typed = f"{terminal_bar.leader_sign(self.settings.terminal_leader)} {key}: no such command"
        self.say(", ".join(filter(None, (typed, offer(self, "terminal.help", "shows all")))), "warn")

    def say(self, text: str, style: str = "", stays: float = 6.0) -> None:
        """Show a sentence in the footer for `stays` seconds."""
        self.post_message(self.Said(clean(text), style, stays))


class _Background(SessionObserver):
    """Observe a session that no view shows. It may ring, but not ask for the clipboard."""

    def __init__(self, pane: TerminalPane, session: TerminalSession) -> None:
        self._pane = pane
        self._session = session

    def output_came(self) -> None:
        if not self._session.unseen:
            self._session.unseen = True
            self._pane.refresh_bar()

    def state_changed(self) -> None:
        self._pane.changed(self._session)

    def bell_rang(self) -> None:
        self._pane.ring()
