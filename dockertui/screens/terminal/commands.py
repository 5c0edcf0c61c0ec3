"""The keys after the leader in a terminal: the catalogue's operations of the context `TERMINAL`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.message import Message

from dockertui.config import Settings
from dockertui.operations.base import Operation
from dockertui.operations.catalogue import Catalogue
from dockertui.screens.terminal import menus as terminal_menus
from dockertui.terminal.session import TerminalSession
from dockertui.terminal.view import TerminalView


class TerminalCommands(Vertical):
    """A mixin for the terminal pane, which keeps and shows the sessions."""

    class HandOverAsked(Message):
        """A request to give a session the whole real terminal."""

        def __init__(self, session: TerminalSession) -> None:
            super().__init__()
            self.session = session

    class AnotherAsked(Message):
        """A request for another shell in a container; `beside`: in the other half of a split."""

        def __init__(self, container: str, name: str, *, beside: bool = False) -> None:
            super().__init__()
            self.container = container
            self.name = name
            self.beside = beside

    catalogue: Catalogue
    settings: Settings
    leave: Callable[[], None]
    """Give the focus back to the lists, at once: the next key is for them."""
    sessions: list[TerminalSession]
    view: TerminalView
    split: bool
    zoomed: bool
    copied: str

    @property
    def session(self) -> TerminalSession | None:
        """The session in the focused half."""
        return self.view.session

    if TYPE_CHECKING:  # defined by the pane

        @property
        def other(self) -> TerminalView: ...

        def show(self, session: TerminalSession | None) -> None: ...

        async def drop(self, session: TerminalSession) -> None: ...

        def say(self, text: str, style: str = "") -> None: ...

        def hint(self, id: str) -> str: ...

        def refresh_bar(self) -> None: ...

        def focus_view(self, view: TerminalView | None = None) -> None: ...

        def set_split(self, split: bool) -> None: ...

    async def run_operation(self, operation: Operation) -> None:
        """Run an operation of the context `TERMINAL`."""
        await self.run_action(operation.action)

    def action_show_session(self, index: int) -> None:
        if 0 <= index < len(self.sessions):
            self.show(self.sessions[index])

    def action_leave(self) -> None:
        self.leave()

    def action_history(self) -> None:
        self.view.history.enter()

    def action_next_session(self) -> None:
        self._step(1)

    def action_previous_session(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        if self.session in self.sessions:
            index = self.sessions.index(self.session) + by
            self.show(self.sessions[index % len(self.sessions)])

    def action_new(self, *, beside: bool = False) -> None:
        if self.session is not None and self.session.process.container:
            process = self.session.process
            self.post_message(self.AnotherAsked(process.container, process.container_name, beside=beside))

    def action_split(self) -> None:
        """Split the pane, the second half on another session, on a new shell if there is none; or undo the split."""
        if self.split:
            self.other.show(None)
            self.set_split(False)
            return
        others = [session for session in self.sessions if session is not self.session]
        if not others:
            self.action_new(beside=True)
            return
        self.other.show(others[-1])
        self.set_split(True)

    def action_other_half(self) -> None:
        if self.split:
            self.focus_view(self.other)

    def action_zoom(self) -> None:
        self.zoomed = not self.zoomed
        self.screen.set_class(self.zoomed, "-terminal-whole")

    async def action_close(self) -> None:
        session = self.session
        if session is None:
            return
        if session.live:
            terminal_menus.close(self.app, session, lambda: self._drop_soon(session))
        else:
            await self.drop(session)

    def _drop_soon(self, session: TerminalSession) -> None:
        if session in self.sessions:
            self.run_worker(self.drop(session))

    def interrupted(self, session: TerminalSession, answer: str) -> None:
        """Apply the user's answer to the question whether to interrupt."""
        if answer == "s":
            self.run_worker(session.interrupt())
        elif answer == "e":
            session.end_input()
        elif answer == "d" and session in self.sessions:
            self.run_worker(session.detach())
        else:
            self._drop_soon(session)

    def action_restart(self) -> None:
        if self.session is not None and self.session.live:
            self.say("it still runs: close it first", "warn")
        elif self.session is not None:
            self.session.restart()

    def action_choose(self) -> None:
        terminal_menus.choose(self.app, self.sessions, self.show)

    def action_commands(self) -> None:
        engine = self.session.emulator.engine if self.session is not None else ""
        terminal_menus.commands(self.app, self.catalogue, engine, partial(self.call_later, self.run_operation))

    async def action_search(self) -> None:
        view = self.view
        await terminal_menus.ask_line(view, "search", "", view.history.look_for)

    async def action_rename(self) -> None:
        session = self.session
        if session is not None:
            await terminal_menus.ask_line(self.view, "name", session.name or session.caption, self._renamer(session))

    def _renamer(self, session: TerminalSession) -> Callable[[str], None]:
        def rename(text: str) -> None:
            session.name = text
            self.refresh_bar()

        return rename

    def action_clear(self) -> None:
        if self.session is not None:
            self.session.clear()
            self.say("the lines above the screen are forgotten")

    def action_save(self) -> None:
        if self.session is not None:
            self.say(*terminal_menus.save(self.session))

    def action_record(self) -> None:
        if self.session is not None:
            self.say(*terminal_menus.record(self.session))
            self.refresh_bar()

    def action_hand_over(self) -> None:
        if self.session is not None and self.session.live:
            self.post_message(self.HandOverAsked(self.session))

    def action_paste_copied(self) -> None:
        if self.copied:
            self.view.offer_paste(self.copied)
