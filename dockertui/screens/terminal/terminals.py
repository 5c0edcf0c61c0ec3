"""The main screen's part in terminals: opening them from the lists, and making room for them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from dockertui.engine.models import Container
from dockertui.engine.trace import because

if TYPE_CHECKING:
    from dockertui.config import Settings
    from dockertui.engine.execs import Command
    from dockertui.live.session import Session
    from dockertui.operations.catalogue import Catalogue
    from dockertui.screens.commands.form import FormScreen
    from dockertui.screens.main.bars import Line
    from dockertui.screens.main.pane import Pane
    from dockertui.screens.terminal.pane import TerminalPane
    from dockertui.terminal.process import Process
    from dockertui.widgets.bar import Bar, Piece


class TerminalActions(Screen[None]):
    """Mixed into the main screen. The terminals are imported and mounted when the first is opened."""

    session: Session
    catalogue: Catalogue
    settings: Settings
    footer: Bar
    terminals: TerminalPane | None = None

    if TYPE_CHECKING:  # the main screen's own

        @property
        def pane(self) -> Pane: ...

        @property
        def item(self) -> Any: ...

        def say(self, text: str, style: str = "", stays: float = 6.0) -> None: ...

        def _paint_header(self) -> None: ...

    # These wait until the terminal has the keys: whatever is typed meanwhile must not be taken for keys of the list.

    async def action_exec_shell(self) -> None:
        container = self._running_container("open a shell in")
        if container is not None and self._may_write():
            from dockertui.engine.execs import Command

            await self._start_exec(container, Command(()))

    async def action_exec_command(self) -> None:
        container = self._running_container("run a command in")
        if container is None:
            return
        from dockertui.screens.terminal.form import exec_form

        form = exec_form(container.name, self.session.endpoint)
        await self.app.push_screen(form)
        self.run_worker(self._exec_by_form(container, form), group="orders")

    async def _exec_by_form(self, container: Container, form: FormScreen) -> None:
        """Run what is typed, the form standing with all of it as long as that cannot be started."""
        from dockertui.screens.terminal import form as terminal_form
        from dockertui.terminal.process import ExecProcess

        while (sent := await form.submitted()) is not None:
            process = ExecProcess(self.session.engine, container.id, container.name, terminal_form.command(sent))
            pane = await self._terminals()
            with because("terminal"):
                session = pane.open(process, show=False)
            refusal = await terminal_form.refusal(session, form, sent)
            if refusal is None:
                awaited = form.is_attached
                await form.close()
                pane.show(session)
                if awaited:
                    await self._hand_keys(session)
                else:
                    self.show_terminals(False)
                return
            await pane.drop(session)
            self.show_terminals(False)
            if form.is_attached:
                form.refuse(refusal)

    async def action_attach(self) -> None:
        await self._attach_to(look=False)

    async def action_watch(self) -> None:
        await self._attach_to(look=True)

    async def _attach_to(self, *, look: bool) -> None:
        container = self._running_container("attach to")
        if container is None or not self._may_write(look=look):
            return
        from dockertui.terminal.process import AttachedProcess

        await self._open(AttachedProcess(self.session.engine, container.id, container.name, look=look))

    async def _start_exec(self, container: Container, command: Command) -> None:
        from dockertui.terminal.process import ExecProcess

        await self._open(ExecProcess(self.session.engine, container.id, container.name, command))

    def _running_container(self, what: str) -> Container | None:
        """The container under the cursor, if something can be done in it."""
        item = self.item
        if not isinstance(item, Container):
            self.say(f"choose a container to {what}")
            return None
        if not item.running:
            self.say(f"{item.name} is {item.state}: there is nothing to {what}", "warn")
            return None
        if item.state == "paused":
            self.say(f"{item.name} is paused: it would not answer", "warn")
            return None
        return item

    def _may_write(self, *, look: bool = False) -> bool:
        if self.session.engine.read_only and not look:
            self.say("read only: watching (W) is what can be done", "warn")
            return False
        return True

    async def _open(self, process: Process) -> None:
        pane = await self._terminals()
        with because("terminal"):
            session = pane.open(process)
        await self._hand_keys(session)

    async def _hand_keys(self, session: Any) -> None:
        if self.settings.terminal_hand_over:
            await self._hand_over(session)
        else:
            self.show_terminals(True)

    async def _terminals(self) -> TerminalPane:
        """The terminals, mounted by now."""
        from dockertui.terminal import emulator

        await asyncio.to_thread(emulator.load)
        if self.terminals is None:
            from dockertui.screens.terminal.pane import TerminalPane

            self.terminals = TerminalPane(self.catalogue, self.settings, partial(self.show_terminals, False))
            self.terminals.display = True
            self.set_class(True, "-terminal")
            await self.query_one("#body").mount(self.terminals)
        return self.terminals

    def show_terminals(self, shown: bool) -> None:
        """Make room for the terminals and give them the keys, or have the lists again."""
        pane = self.terminals
        shown = shown and pane is not None and bool(pane.sessions)
        self.set_class(shown, "-terminal")
        self.set_class(shown and pane is not None and pane.zoomed, "-terminal-whole")
        if pane is not None:
            pane.display = shown
        if shown and pane is not None:
            pane.focus_view()
        else:
            self.set_focus(self.pane.table)
        self._paint_header()

    def action_show_terminals(self) -> None:
        if self.terminals is None or not self.terminals.sessions:
            self.say("no terminal is open: x opens a shell in the container under the cursor")
        else:
            self.show_terminals(True)

    def action_terminal_tab(self, index: int) -> None:
        if self.terminals is not None and index < len(self.terminals.sessions):
            self.terminals.show(self.terminals.sessions[index])
            self.terminals.focus_view()

    def action_terminal_commands(self) -> None:
        if self.terminals is not None:
            self.terminals.action_commands()

    async def action_play_recording(self) -> None:
        from dockertui.screens.terminal import menus as terminal_menus
        from dockertui.widgets.menu import Item, Menu

        found = terminal_menus.recordings()
        if not found:
            self.say("no recording (*.cast) here or at home")
            return
        items = [Item(str(path), path.name, hint=str(path.parent)) for path in found]

        async def play(path: str | None) -> None:
            if path is not None:
                await self._play(path)

        await self.app.push_screen(Menu("Play", items), play)

    async def _play(self, path: str) -> None:
        from pathlib import Path

        from dockertui.terminal.playback import CastProcess
        from dockertui.terminal.recording import Cast, CastError

        try:
            process = CastProcess(Cast(Path(path)))
        except (CastError, OSError) as error:
            self.say(str(error), "bad")
            return
        pane = await self._terminals()
        process.on_size = pane.open(process).play_size
        self.show_terminals(True)

    # what the terminals say

    def on_terminal_pane_counted(self) -> None:
        self._paint_header()

    def on_terminal_pane_said(self, event: Any) -> None:
        self.say(event.text, event.style)

    async def on_terminal_commands_another_asked(self, event: Any) -> None:
        from dockertui.engine.execs import Command
        from dockertui.terminal.process import ExecProcess

        if self._may_write():
            await self._open(ExecProcess(self.session.engine, event.container, event.name, Command(())))

    def on_terminal_pane_leading(self, event: Any) -> None:
        """After the leader the footer says what can follow it."""
        from dockertui.screens.terminal import bar as terminal_bar

        if event.on:
            self.footer.update(*terminal_bar.hints(self.catalogue, self.settings.terminal_leader))
        else:
            self.say("")

    async def on_terminal_commands_hand_over_asked(self, event: Any) -> None:
        await self._hand_over(event.session)

    async def _hand_over(self, session: Any) -> None:
        """Give the whole real terminal to a session until it ends, or the leader is typed."""
        from dockertui.screens.terminal.hand_over import hand_over

        await hand_over(self, session)

    def opened_terminals(self) -> list[Piece]:
        """For the header: that terminals are open."""
        if self.terminals is None:
            return []
        from dockertui.screens.terminal import bar as terminal_bar

        return terminal_bar.opened(self.terminals.sessions)

    def terminal_footer(self) -> Line | None:
        """What the footer says while a terminal has the keys."""
        if not self.terminal_focus:
            return None
        from dockertui.screens.terminal import bar as terminal_bar

        return terminal_bar.hints(self.catalogue, self.settings.terminal_leader)

    # leaving

    @property
    def terminal_focus(self) -> bool:
        """Whether keys go to a terminal."""
        return self.terminals is not None and self.terminals.has_focus_within

    def live_terminals(self) -> list[str]:
        """What the sessions are called whose process runs."""
        if self.terminals is None:
            return []
        from dockertui.screens.terminal import bar as terminal_bar

        return [terminal_bar.name(session) for session in self.terminals.live]

    async def close_and_exit(self) -> None:
        """Leave the program, the sessions closed before."""
        if self.terminals is not None:
            await self.terminals.close_all()
        self.app.exit()
