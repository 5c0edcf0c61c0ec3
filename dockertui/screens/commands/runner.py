"""Run commands: turn a key or menu choice into a command run and report its result."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from textual import events
from textual.widgets import Input

from dockertui.engine.errors import shorten
from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command
from dockertui.operations.marks import mark
from dockertui.resources import format
from dockertui.screens.base.waiting import SILENT
from dockertui.screens.commands.availability import commands, refusal
from dockertui.widgets.bar import Piece
from dockertui.widgets.timer import once

if TYPE_CHECKING:
    from dockertui.operations.command_body import Values
    from dockertui.operations.jobs import Job, Jobs
    from dockertui.screens.base.desk import Desk

_HALF_DONE_STAYS = 60.0
_PROGRESS = 32
"""Most cells of a job's progress in the header."""


class Runner:
    """Run commands for a desk, and keep the session's jobs."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._jobs: Jobs | None = None
        self._announced: asyncio.Task[None] | None = None
        """The last command run of which it was said, or will be, that it works."""

    # keys and menus

    async def take_key(self, event: events.Key) -> bool:
        """Run the command of a key that no widget handled, if the list has the focus. Return whether it has one."""
        desk = self.desk
        named = [command for command in commands(desk) if event.key in desk.catalogue.keys(command)]
        if not named or isinstance(desk.screen.focused, Input):
            return False
        command = next((command for command in named if not refusal(desk, command)), named[0])
        if desk.selection.in_list:
            await self.run_command(command)
        else:
            menu, back = desk.catalogue.key("menu") or "the menu", desk.catalogue.key("back")
            desk.say(f"{command.title}: not from here ({menu} shows actions, {back} goes to the list)")
        return True

    async def action_run_command(self, id: str) -> None:
        """Run a command by its id: for the footer, the palette and the menus."""
        command = BY_ID[id]
        if isinstance(command, Command):
            await self.run_command(command)

    async def action_run_on(self, command: Command | str, item: Any, given: Values) -> None:
        """Run a command (or the one with that id) on one object, whatever is selected: for a tab."""
        found = BY_ID[command] if isinstance(command, str) else command
        assert isinstance(found, Command)
        await self.run_command(found, items=[item], given=given)

    async def action_object_menu(self) -> None:
        from dockertui.screens.commands import command_menus

        await command_menus.on_object(self.desk, self.run_command)

    async def action_bulk_menu(self) -> None:
        from dockertui.screens.commands import command_menus

        await command_menus.in_bulk(self.desk, self.run_command)

    def action_copy_menu(self) -> None:
        from dockertui.screens.commands import copy_menu

        self.desk.screen.run_worker(copy_menu.copy_menu(self.desk), group="commands")

    def action_open_port(self) -> None:
        from dockertui.screens.commands import copy_menu

        self.desk.screen.run_worker(copy_menu.open_port(self.desk), group="commands")

    async def action_jobs(self) -> None:
        from dockertui.screens.commands.jobs import JobsScreen

        await self.desk.screen.app.push_screen(JobsScreen(self.jobs, self.desk.surroundings))

    # command runs

    async def run_command(
        self,
        command: Command,
        *,
        with_options: bool = False,
        targets: Sequence[Any] | None = None,
        items: Sequence[Any] | None = None,
        given: Values = MappingProxyType({}),
    ) -> None:
        """Run a command on the targets it applies to, after asking for everything it needs.

        targets: those a menu was made for; by default the current ones. items: run on these, whatever is selected.
        given: values of options that are not asked for.

        Returns when the question is on the screen, so that the next key goes to it, or when there is none.
        """
        desk, engine = self.desk, self.desk.session.engine
        targets = desk.selection.targets if targets is None else desk.selection.known(targets)
        if reason := refusal(desk, command, targets) if items is None else command.refusal(engine, items[0]):
            desk.say(f"{command.title_on(engine.version)}: {reason}", "warn")
            return
        left_out = 0
        if items is None:
            items = [item for item in targets if not command.refusal(engine, item)]
            left_out = len(targets) - len(items)
        from dockertui.screens.commands.command_run import CommandRun  # not needed for the first paint, like all forms

        run = CommandRun(
            desk, self.jobs, command, with_options, items if command.on_object else [None], left_out, given
        )
        workers = desk.screen.workers
        if run.asks_the_engine and any(one.name == command.id and not one.is_finished for one in workers):
            desk.say(f"{command.title_on(engine.version)}: the Engine is being asked already")
            return
        desk.screen.run_worker(run.run(), name=command.id, group="commands")
        if not run.asks_the_engine:  # a command that asks the Engine first may have to wait for it
            await run.asked.wait()

    # results

    @property
    def jobs(self) -> Jobs:
        """The session's jobs."""
        if self._jobs is None:
            from dockertui.operations.jobs import Jobs

            self._jobs = Jobs(self.desk.session.engine, self._job_changed, self._report_result)
        return self._jobs

    @property
    def running(self) -> list[Job]:
        """The jobs that are not over."""
        return self._jobs.running if self._jobs is not None else []

    def _job_changed(self, job: Job) -> None:
        """Show on the object's row that a request is under way."""
        task = job.task
        key = (task.command.kind, task.id)
        if job.over:
            self.desk.surroundings.busy.pop(key, None)
        elif task.id:
            self.desk.surroundings.busy[key] = f"{task.command.doing}…"
        if not job.over and job.order is not self._announced:
            self._announced = job.order
            once(self.desk.screen, SILENT, partial(self._say_running, job.order))
        if self.desk.screen.is_attached:
            self.desk.show_busy(*key)

    def _say_running(self, order: asyncio.Task[None] | None) -> None:
        """Say that a command run which takes longer than a moment works, and how to see its output."""
        from dockertui.screens.commands.results import running

        jobs = [job for job in self.running if job.order is order]
        if jobs and self.desk.screen.is_attached:
            self.desk.say(f"{running(jobs)}…{self._offers('jobs.output', 'its output')}", "busy")

    def _offers(self, id: str, what: str) -> str:
        """Return how to come to something in the list of jobs, as the end of a sentence; "" without a key for it."""
        jobs, key = self.desk.catalogue.key("jobs"), self.desk.catalogue.key(id)
        return f" · {jobs}, then {key}: {what}" if jobs and key else ""

    def _report_result(self, jobs: Sequence[Job]) -> None:
        """Show the result of a command run."""
        from dockertui.screens.commands.results import result

        screen = self.desk.screen
        if screen.is_attached:
            text, style, stays = result(jobs)
            back = screen.is_current and len(jobs) == 1 and jobs[0].again is not None
            then = self._offers("jobs.again", "the form again") if back else ""
            self.desk.say(f"{text}{then}", style, stays)

    def running_jobs(self) -> list[Piece]:
        """Return the header's note on running jobs."""
        if not self.running:
            return []
        said = f"{format.plural(len(self.running), 'job')}: {self.desk.catalogue.key('jobs')}"
        if len(self.running) == 1 and (far := self.running[0].how_far):
            said = f"{shorten(f'{self.running[0].task.command.doing}: {far}', _PROGRESS)} · {said}"
        return [Piece(said, "busy", "jobs", priority=0)]

    def report_half_done(self) -> bool:
        """Say that a recreate was left half done, and what can be done; not while a job of this session runs.

        Returns whether a container is marked so.
        """
        if self.running:
            return False
        desk = self.desk
        names = [container.name for container in desk.session.mirror.objects("container").values()]
        if marks := {name: found for name in names if (found := mark(name)) is not None}:
            key = desk.catalogue.key("menu")
            whose = ", ".join(sorted({found.name for found in marks.values()}))
            how = f"finish or undo it from the menu ({key}) of {min(marks)}"
            desk.say(f"a recreate of {whose} was left half done: {how}", "warn", _HALF_DONE_STAYS)
        return bool(marks)

    def cancel_all(self) -> None:
        """Cancel all running jobs: the program ends."""
        for job in self.running:
            self.jobs.cancel(job)
