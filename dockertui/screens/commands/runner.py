"""The main screen's part that does things: from a key or a menu to the order, and what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from textual import events
from textual.widgets import Input

from dockertui.live.session import Session
from dockertui.operations.base import Operation
from dockertui.operations.catalogue import BY_ID, Catalogue
from dockertui.operations.command import Command
from dockertui.operations.marks import mark
from dockertui.own_cost import OwnCost
from dockertui.resources import format
from dockertui.resources.registry import BY_KIND
from dockertui.resources.surroundings import World
from dockertui.widgets.bar import Piece
from dockertui.widgets.keys import TakesKeys
from dockertui.widgets.screen import Beneath

if TYPE_CHECKING:
    from dockertui.operations.command_body import Values
    from dockertui.operations.jobs import Job, Jobs
    from dockertui.screens.main.detail import DetailView
    from dockertui.screens.main.pane import Pane

QUITTING = "quitting"
"""The id of the question whether to quit: it is not put twice."""
_HALF_DONE_STAYS = 60.0
_PUTTING_BACK = 20.0
"""Seconds that quitting waits for what has to put something back."""
_FATE = "running: will be cancelled"
_FATE_OF_A_RECREATE = "running: will be put back as it was; if not, the next session offers that"


class Operating(Beneath[None], TakesKeys):
    """Mixed into the main screen, which has the attributes named here."""

    session: Session
    catalogue: Catalogue
    world: World
    own_cost: OwnCost | None
    panes: list[Pane]
    detail: DetailView
    say: Callable[..., None]
    _paint_header: Callable[[], None]
    live_terminals: Callable[[], list[str]]
    close_and_exit: Callable[[], Coroutine[Any, Any, None]]
    goto_pane: Callable[[int], None]
    _jobs: Jobs | None = None

    if TYPE_CHECKING:  # the main screen's own

        @property
        def pane(self) -> Pane: ...

    # keys and menus

    async def take_key(self, event: events.Key) -> bool:
        """A key that nothing else took: perhaps a command's of this pane's kind, which acts from the list alone."""
        named = [command for command in self._commands if event.key in self.catalogue.keys(command)]
        if not named or isinstance(self.focused, Input):
            return False
        command = next((command for command in named if not self.refusal(command)), named[0])
        if self.focused is self.pane.table:
            await self.order(command)
        else:
            menu = self.catalogue.keys_shown(BY_ID["menu"], 1) or "the menu"
            self.say(f"{command.title}: not from here ({menu} shows actions, esc goes to the list)")
        return True

    @property
    def _commands(self) -> list[Command]:
        return self.catalogue.commands(self.pane.resource.kind)

    async def action_order(self, id: str) -> None:
        """Do a command by its id: for the footer, the palette and the menus."""
        command = BY_ID[id]
        if isinstance(command, Command):
            await self.order(command)

    async def action_object_menu(self) -> None:
        from dockertui.screens.commands import command_menus

        await command_menus.on_object(self)

    async def action_bulk_menu(self) -> None:
        from dockertui.screens.commands import command_menus

        await command_menus.in_bulk(self)

    def action_copy_menu(self) -> None:
        from dockertui.screens.commands import copy_menu

        self.run_worker(copy_menu.copy_menu(self), group="orders")

    def action_open_port(self) -> None:
        from dockertui.screens.commands import copy_menu

        self.run_worker(copy_menu.open_port(self), group="orders")

    # what it would be done to

    @property
    def item(self) -> Any:
        """The object that is meant: the one that is read about in the detail, else the one under the cursor."""
        if not self.detail.has_keys:
            return self.pane.item
        kind, key = self.detail.key or ("", "")
        return self.pane.table.objects.get(key) if kind == self.pane.resource.kind else None

    @property
    def marked(self) -> list[Any]:
        """The marked objects of this pane."""
        table = self.pane.table
        return [table.objects[key] for key in table.objects if key in table.marks]

    @property
    def targets(self) -> list[Any]:
        """What a command would be done to: in the list the marked objects, else the one that is meant."""
        marked = [] if self.detail.has_keys else self.marked
        return marked or ([self.item] if self.item is not None else [])

    def _known(self, items: Sequence[Any]) -> list[Any]:
        """Objects of this pane as they are now; those that went meanwhile are left out."""
        identity, objects = self.pane.resource.source.identity, self.pane.table.objects
        return [objects[key] for key in map(identity, items) if key in objects]

    def refusal(self, operation: Operation, targets: Sequence[Any] | None = None) -> str:
        """Why an operation cannot be done now, to what it would be done to or to these targets; or ""."""
        if not isinstance(operation, Command):
            return ""
        if not operation.on_object:
            return operation.refusal(self.session.engine)
        if operation.kind != self.pane.resource.kind:
            return f"in {BY_KIND[operation.kind].title}"
        targets = self.targets if targets is None else targets
        if not targets:
            return "nothing is selected"
        if len(targets) > 1 and not operation.many:
            return "one at a time"
        reasons = [operation.refusal(self.session.engine, item) for item in targets]
        return "" if "" in reasons else reasons[0]

    def idle(self) -> list[Operation]:
        """What has no sense for what is under the cursor: no footer names it."""
        item, resource = self.pane.item, self.pane.resource
        well = [] if item is not None and resource.is_troubled(item) else [BY_ID["container.why"]]
        return [*(command for command in self._commands if self.refusal(command)), *well]

    # orders

    async def order(
        self,
        command: Command,
        *,
        with_options: bool = False,
        targets: Sequence[Any] | None = None,
        items: Sequence[Any] | None = None,
        given: Values = MappingProxyType({}),
    ) -> None:
        """Do a command to those of the targets to which it applies, once all that has to be asked was answered.

        targets: of which a menu was made, else those of now. items: what it is done to whatever is selected. What is
        `given` of its options is not asked for.

        Returns when the question stands on the screen, so that the next key is for it, or when there is none.
        """
        targets = self.targets if targets is None else self._known(targets)
        if (
            reason := self.refusal(command, targets)
            if items is None
            else command.refusal(self.session.engine, items[0])
        ):
            self.say(f"{command.title_on(self.session.engine.version)}: {reason}", "warn")
            return
        from dockertui.screens.commands.command_run import (
            Order,  # off the path to the first paint, and all forms with it
        )

        left_out = 0
        if items is None:
            items = [item for item in targets if not command.refusal(self.session.engine, item)]
            left_out = len(targets) - len(items)
        order = Order(self, command, with_options, items if command.on_object else [None], left_out, given)
        if order.asks_the_engine and any(one.name == command.id and not one.is_finished for one in self.workers):
            self.say(f"{command.title_on(self.session.engine.version)}: the Engine is being asked already")
            return
        self.run_worker(order.go_through(), name=command.id, group="orders")
        if not order.asks_the_engine:  # who asks the Engine first may be kept waiting by it
            await order.asked.wait()

    # what came of it

    @property
    def jobs(self) -> Jobs:
        """The session's jobs."""
        if self._jobs is None:
            from dockertui.operations.jobs import Jobs

            self._jobs = Jobs(self.session.engine, self._job_changed, self._order_ended)
        return self._jobs

    def _job_changed(self, job: Job) -> None:
        """Show on the object's row that a request is under way."""
        task = job.task
        key = (task.command.kind, task.id)
        if job.over:
            self.world.busy.pop(key, None)
        elif task.id:
            self.world.busy[key] = f"{task.command.doing}…"
        if not self.is_attached:
            return
        self._paint_header()
        for pane in self.panes:
            if pane.resource.kind == task.command.kind:
                pane.table.refresh_cells([task.id])

    def _order_ended(self, jobs: Sequence[Job]) -> None:
        """Say in a sentence what came of an order."""
        from dockertui.screens.commands.command_run import result

        if self.is_attached:
            text, style, stays = result(jobs)
            back = self.is_current and len(jobs) == 1 and jobs[0].again is not None
            self.say(f"{text}{' · J, then e: the form again' if back else ''}", style, stays)

    def running_jobs(self) -> list[Piece]:
        """What the header says of jobs under way."""
        running = self._jobs.running if self._jobs is not None else []
        return [Piece(f"{format.plural(len(running), 'job')}: J", "busy", "jobs", priority=0)] if running else []

    async def action_jobs(self) -> None:
        from dockertui.screens.commands.jobs import JobsScreen

        await self.app.push_screen(JobsScreen(self.jobs, self.world))

    async def action_lens(self) -> None:
        from dockertui.screens.program.api_lens import LensScreen

        await self.app.push_screen(LensScreen(self.session.trace, self.session.endpoint, self.own_cost))

    def tell_of_half_done(self) -> bool:
        """Say that a recreate was left half done, and what can be done; not while a job of this session runs.

        Returns whether there is such a one.
        """
        if self._jobs is not None and self._jobs.running:
            return False
        names = [container.name for container in self.session.mirror.objects("container").values()]
        if marks := {name: found for name in names if (found := mark(name)) is not None}:
            key = self.catalogue.keys_shown(BY_ID["menu"], 1)
            whose = ", ".join(sorted({found.name for found in marks.values()}))
            how = f"finish or undo it from the menu ({key}) of {min(marks)}"
            self.say(f"a recreate of {whose} was left half done: {how}", "warn", _HALF_DONE_STAYS)
        return bool(marks)

    # leaving

    async def ask_to_quit(self) -> None:
        """Quit; where something would be ended or lost by that, once it was answered with yes."""
        from dockertui.screens.commands.confirm import Answer, ConfirmScreen, Question, affected, ask

        if any(isinstance(screen, ConfirmScreen) and screen.id == QUITTING for screen in self.app.screen_stack):
            return
        told = self._ended_by_quitting()
        if not told:
            self.app.exit()
            return
        question = Question("Quit?", [Answer("y", "quit")], lambda *_: [affected(told)])
        await ask(self.app, question, lambda _: self.run_worker(self._quit()), id=QUITTING)

    def _ended_by_quitting(self) -> list[tuple[str, list[str]]]:
        """What runs, is written or was typed, and what becomes of each."""
        from dockertui.screens.commands.command_run import one_result
        from dockertui.screens.commands.form import FormScreen

        jobs = self._jobs.running if self._jobs is not None else []
        told = [(one_result(job), [*filter(None, [job.how_far]), _fate(job)]) for job in jobs]
        told += [(name, ["running: will be closed"]) for name in self.live_terminals()]
        saves = [worker for worker in self.workers if worker.group == "save" and not worker.is_finished]
        told += [(f"saving to {worker.name}", ["running: nothing of it will be kept"]) for worker in saves]
        forms = [screen for screen in self.app.screen_stack if isinstance(screen, FormScreen)]
        told += [(form.heading, [f"typed, and lost: {', '.join(form.typed)}"]) for form in forms if form.typed]
        return told

    async def _quit(self) -> None:
        """Leave the program, once what is being recreated is back as it was, or that has taken too long."""
        half_done = [job for job in self._jobs.running if _exchanges(job)] if self._jobs is not None else []
        for job in half_done:
            self.jobs.cancel(job)
        if half_done:
            self.say("quitting: what was being recreated is put back first…", "busy", _PUTTING_BACK)
            await asyncio.wait([job.runner for job in half_done if job.runner is not None], timeout=_PUTTING_BACK)
        await self.close_and_exit()

    def on_unmount(self) -> None:
        for job in self._jobs.running if self._jobs is not None else ():
            self.jobs.cancel(job)


def _exchanges(job: Job) -> bool:
    """Whether it puts one container in the place of another: half of that is worse than nothing."""
    return job.task.plan.run is not None


def _fate(job: Job) -> str:
    """What becomes of a job when the program is left."""
    return _FATE_OF_A_RECREATE if _exchanges(job) else _FATE
