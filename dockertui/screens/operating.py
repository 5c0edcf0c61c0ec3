"""The main screen's part that does things: from a key or a menu to the order, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from textual import events
from textual.screen import Screen

from dockertui.live.session import Session
from dockertui.operations.base import Operation
from dockertui.operations.catalogue import BY_ID, Catalogue
from dockertui.operations.command import Command
from dockertui.operations.marks import mark
from dockertui.own_cost import OwnCost
from dockertui.resources import format
from dockertui.resources.registry import BY_KIND
from dockertui.resources.world import World
from dockertui.widgets.bar import Piece
from dockertui.widgets.keys import TakesKeys

if TYPE_CHECKING:
    from dockertui.operations.body import Values
    from dockertui.operations.jobs import Job, Jobs
    from dockertui.screens.pane import Pane


_HALF_DONE_STAYS = 60.0


class Operating(Screen[None], TakesKeys):
    """Mixed into the main screen, which has the attributes named here."""

    session: Session
    catalogue: Catalogue
    world: World
    own_cost: OwnCost | None
    panes: list[Pane]
    say: Callable[..., None]
    _paint_header: Callable[[], None]
    leave_terminals: Callable[[], None]
    goto_pane: Callable[[int], None]
    _jobs: Jobs | None = None

    if TYPE_CHECKING:  # the main screen's own

        @property
        def pane(self) -> Pane: ...

    # keys and menus

    async def take_key(self, event: events.Key) -> bool:
        """A key that nothing else took: perhaps a command's of this pane's kind."""
        named = [command for command in self._commands if event.key in self.catalogue.keys(command)]
        if named:
            await self.order(next((command for command in named if not self.refusal(command)), named[0]))
        return bool(named)

    @property
    def _commands(self) -> list[Command]:
        return self.catalogue.commands(self.pane.resource.kind)

    async def action_order(self, id: str) -> None:
        """Do a command by its id: for the footer, the palette and the menus."""
        command = BY_ID[id]
        if isinstance(command, Command):
            await self.order(command)

    async def action_object_menu(self) -> None:
        from dockertui.screens import command_menus

        await command_menus.on_object(self)

    async def action_bulk_menu(self) -> None:
        from dockertui.screens import command_menus

        await command_menus.in_bulk(self)

    def action_copy_menu(self) -> None:
        from dockertui.screens import copying

        self.run_worker(copying.copy_menu(self), group="orders")

    def action_open_port(self) -> None:
        from dockertui.screens import copying

        self.run_worker(copying.open_port(self), group="orders")

    # what it would be done to

    @property
    def targets(self) -> list[Any]:
        """The marked objects of this pane, else the one under the cursor."""
        table = self.pane.table
        marked = [table.objects[key] for key in table.objects if key in table.marks]
        return marked or ([self.pane.item] if self.pane.item is not None else [])

    def fitting(self, command: Command) -> list[Any]:
        """Those of the targets to which the command applies."""
        return [item for item in self.targets if not command.refusal(self.session.engine, item)]

    def refusal(self, operation: Operation) -> str:
        """Why an operation cannot be done now, or ""."""
        if not isinstance(operation, Command):
            return ""
        if not operation.on_object:
            return operation.refusal(self.session.engine)
        if operation.kind != self.pane.resource.kind:
            return f"in {BY_KIND[operation.kind].title}"
        targets = self.targets
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
        items: Sequence[Any] | None = None,
        given: Values = MappingProxyType({}),
    ) -> None:
        """Do a command to the targets, or to these `items`, once all that has to be asked was answered.

        What is `given` of its options is not asked for.

        Returns when the question stands on the screen, so that the next key is for it, or when there is none.
        """
        if reason := self.refusal(command) if items is None else command.refusal(self.session.engine, items[0]):
            self.say(f"{command.title}: {reason}", "warn")
            return
        from dockertui.screens.ordering import Order  # off the path to the first paint, and all forms with it

        order = Order(self, command, with_options, items, given)
        self.run_worker(order.go_through(), group="orders")
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
        from dockertui.screens.ordering import result

        if self.is_attached:
            self.say(*result(jobs))

    def running_jobs(self) -> list[Piece]:
        """What the header says of jobs under way."""
        running = self._jobs.running if self._jobs is not None else []
        return [Piece(f"{format.plural(len(running), 'job')}: J", "busy", "jobs", priority=0)] if running else []

    async def action_jobs(self) -> None:
        from dockertui.screens.jobs import JobsScreen

        await self.app.push_screen(JobsScreen(self.jobs, self.world))

    async def action_lens(self) -> None:
        from dockertui.screens.lens import LensScreen

        await self.app.push_screen(LensScreen(self.session.trace, self.session.endpoint, self.own_cost))

    def tell_of_half_done(self) -> None:
        """Say so when containers were left by a recreate that nobody here is at: it can be finished or undone."""
        if self._jobs is not None and self._jobs.running:
            return
        names = [container.name for container in self.session.mirror.objects("container").values()]
        if marks := {name: found for name in names if (found := mark(name)) is not None}:
            key = self.catalogue.keys_shown(BY_ID["menu"], 1)
            whose = ", ".join(sorted({found.name for found in marks.values()}))
            how = f"finish or undo it from the menu ({key}) of {min(marks)}"
            self.say(f"a recreate of {whose} was left half done: {how}", "warn", _HALF_DONE_STAYS)

    # leaving

    def asks_to_leave(self) -> bool:
        """Whether something runs, so that leaving was asked about; the answer yes leaves."""
        running = self._jobs.running if self._jobs is not None else []
        if not running:
            return False
        from dockertui.screens.confirm import ConfirmScreen, Question, objects_section
        from dockertui.screens.ordering import one_result

        told = [(one_result(job), [job.progress.summary or "under way"]) for job in running]
        sections = [objects_section("What is given up", told)]
        question = Question("Quit while something runs?", "quit, give it up", (), {}, lambda *_: sections)
        self.app.push_screen(ConfirmScreen(question), self._answered_to_leave)
        return True

    def _answered_to_leave(self, answer: Values | None) -> None:
        if answer is not None:
            self.leave_terminals()

    def on_unmount(self) -> None:
        for job in self._jobs.running if self._jobs is not None else ():
            self.jobs.cancel(job)
