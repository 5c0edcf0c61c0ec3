"""The terminals of the main screen: opening them for containers, and making room for them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from dockertui.engine.models import Container
from dockertui.engine.trace import because

if TYPE_CHECKING:
    from dockertui.engine.execs import Command
    from dockertui.screens.base.desk import Desk
    from dockertui.screens.base.form import FormScreen
    from dockertui.screens.terminal.pane import TerminalPane
    from dockertui.terminal.process import TerminalProcess
    from dockertui.terminal.session import TerminalSession
    from dockertui.widgets.bar import BarLine, Piece


class Terminals:
    """Open terminals. Their pane is imported and mounted with the first one."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.settings = desk.catalogue.settings
        self.pane: TerminalPane | None = None

    # These return only once the terminal has the focus: keys typed meanwhile must not go to the list.

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

        form = exec_form(container.name, self.desk.session.endpoint)
        await self.desk.screen.app.push_screen(form)
        self.desk.screen.run_worker(self._exec_by_form(container, form), group="commands")

    async def _exec_by_form(self, container: Container, form: FormScreen) -> None:
        """Run what is typed; the form stays open as long as that cannot be started."""
        from dockertui.screens.terminal import form as terminal_form
        from dockertui.terminal.process import ExecProcess

        while (sent := await form.submitted()) is not None:
            process = ExecProcess(self.desk.session.engine, container.id, container.name, terminal_form.command(sent))
            pane = await self._mounted()
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
                    self.show(False)
                return
            await pane.drop(session)
            self.show(False)
            if form.is_attached:
                form.refuse(refusal)

    async def action_attach(self) -> None:
        await self._attach_to(output_only=False)

    async def action_watch(self) -> None:
        await self._attach_to(output_only=True)

    async def _attach_to(self, *, output_only: bool) -> None:
        container = self._running_container("attach to")
        if container is None or not self._may_write(output_only=output_only):
            return
        from dockertui.terminal.process import AttachedProcess

        await self._open(
            AttachedProcess(self.desk.session.engine, container.id, container.name, output_only=output_only)
        )

    async def _start_exec(self, container: Container, command: Command) -> None:
        from dockertui.terminal.process import ExecProcess

        await self._open(ExecProcess(self.desk.session.engine, container.id, container.name, command))

    def _running_container(self, what: str) -> Container | None:
        """Return the container under the cursor if it is running, else say why not and return None."""
        item = self.desk.selection.item
        if not isinstance(item, Container):
            self.desk.say(f"choose a container to {what}")
            return None
        if not item.running:
            self.desk.say(f"{item.name} is {item.state}: there is nothing to {what}", "warn")
            return None
        if item.state == "paused":
            self.desk.say(f"{item.name} is paused: it would not answer", "warn")
            return None
        return item

    def _may_write(self, *, output_only: bool = False) -> bool:
        if self.desk.session.engine.read_only and not output_only:
            watch = self.desk.catalogue.key("container.watch")
            self.desk.say(f"read only: watching ({watch}) is what can be done", "warn")
            return False
        return True

    async def _open(self, process: TerminalProcess) -> None:
        pane = await self._mounted()
        with because("terminal"):
            session = pane.open(process)
        await self._hand_keys(session)

    async def open_another(self, container: str, name: str, *, beside: bool = False) -> None:
        """Open another shell in a container; `beside`: in the other half of a split."""
        from dockertui.engine.execs import Command
        from dockertui.terminal.process import ExecProcess

        if self._may_write():
            if beside and self.pane is not None:
                self.pane.split_empty()
            await self._open(ExecProcess(self.desk.session.engine, container, name, Command(())))

    async def _hand_keys(self, session: TerminalSession) -> None:
        if self.settings.terminal_hand_over:
            await self.hand_over(session)
        else:
            self.show(True)

    async def hand_over(self, session: TerminalSession) -> None:
        """Give a session the whole real terminal; afterwards show the terminals."""
        from dockertui.screens.terminal.hand_over import hand_over

        if refusal := await hand_over(self.desk.screen.app, session, self.settings.terminal_leader):
            self.desk.say(refusal, "warn")
        self.show(True)
        if self.pane is not None and self.pane.is_done(session):
            await self.pane.go_back(session)

    async def _mounted(self) -> TerminalPane:
        """Return the terminal pane, mounting it first if needed."""
        from dockertui.screens.base.waiting import waiting
        from dockertui.terminal import open_emulator

        with waiting(self.desk.screen, self.desk.say, "opening a terminal…"):
            await asyncio.to_thread(open_emulator.load)
        if self.pane is None:
            from dockertui.screens.terminal.pane import TerminalPane

            self.pane = TerminalPane(self.desk.catalogue, self.settings, partial(self.show, False))
            self.pane.display = True
            self.desk.screen.set_class(True, "-terminal")
            await self.desk.screen.query_one("#body").mount(self.pane)
        return self.pane

    def show(self, shown: bool) -> None:
        """Show the terminals and focus them, or go back to the lists."""
        pane, screen = self.pane, self.desk.screen
        shown = shown and pane is not None and bool(pane.sessions)
        screen.set_class(shown, "-terminal")
        screen.set_class(shown and pane is not None and pane.zoomed, "-terminal-whole")
        if pane is not None:
            pane.display = shown
        if shown and pane is not None:
            pane.focus_view()
        else:
            self.desk.focus_list()
        self.desk.paint_header()

    def action_show_terminals(self) -> None:
        if self.pane is None or not self.pane.sessions:
            shell = self.desk.catalogue.key("container.exec")
            self.desk.say(f"no terminal is open: {shell} opens a shell in the container under the cursor")
        else:
            self.show(True)

    def action_terminal_tab(self, index: int) -> None:
        if self.pane is not None and index < len(self.pane.sessions):
            self.pane.show(self.pane.sessions[index])
            self.pane.focus_view()

    def action_terminal_commands(self) -> None:
        if self.pane is not None:
            self.pane.action_commands()

    async def action_play_recording(self) -> None:
        from dockertui.screens.base.menu import Item, Menu
        from dockertui.screens.terminal import menus as terminal_menus

        found = terminal_menus.recordings()
        if not found:
            self.desk.say("no recording (*.cast) here or at home")
            return
        items = [Item(str(path), path.name, hint=str(path.parent)) for path in found]

        async def play(path: str | None) -> None:
            if path is not None:
                await self._play(path)

        await self.desk.screen.app.push_screen(Menu("Play", items), play)

    async def _play(self, path: str) -> None:
        from pathlib import Path

        from dockertui.terminal.playback import CastProcess
        from dockertui.terminal.recording import Cast, CastError

        try:
            process = CastProcess(Cast(Path(path)))
        except (CastError, OSError) as error:
            self.desk.say(str(error), "bad")
            return
        pane = await self._mounted()
        process.on_size = pane.open(process).play_size
        self.show(True)

    # the bars above and below

    def opened(self) -> list[Piece]:
        """Return the header's note on open terminals."""
        if self.pane is None:
            return []
        from dockertui.screens.terminal import bar as terminal_bar

        return terminal_bar.opened(self.pane.sessions, self.desk.catalogue.key("terminal.show"))

    def footer(self) -> BarLine | None:
        """Return the footer while a terminal has the focus: the keys that can follow the leader; else None."""
        if not self.have_focus:
            return None
        from dockertui.screens.terminal import bar as terminal_bar

        ended = self.pane is not None and self.pane.view.has_ended
        return terminal_bar.hints(self.desk.catalogue, self.settings.terminal_leader, ended=ended)

    @property
    def have_focus(self) -> bool:
        """Whether a terminal has the focus."""
        return self.pane is not None and self.pane.has_focus_within

    # quitting

    @property
    def live(self) -> list[str]:
        """The names of the sessions whose process runs."""
        if self.pane is None:
            return []
        from dockertui.screens.terminal import bar as terminal_bar

        return [terminal_bar.name(session) for session in self.pane.live]

    async def close(self) -> None:
        """Close all sessions."""
        if self.pane is not None:
            await self.pane.close_all()
