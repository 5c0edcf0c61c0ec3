"""The main screen's part that does things: from a key or a menu to the form, the question, the job and its notice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from textual import events
from textual.screen import ModalScreen, Screen

from dockertui.engine.call import send
from dockertui.engine.errors import EngineError
from dockertui.engine.trace import because
from dockertui.live.session import Session
from dockertui.operations.base import Operation
from dockertui.operations.catalogue import BY_ID, Catalogue
from dockertui.operations.command import Command, Entry, Harm, Plan, Values
from dockertui.operations.jobs import Job, Jobs, State, Task
from dockertui.operations.lines import curl_line, docker_line
from dockertui.operations.remedies import explained
from dockertui.own_cost import OwnCost
from dockertui.resources import format
from dockertui.resources.base import Resource
from dockertui.resources.registry import BY_KIND
from dockertui.resources.secrets import masked_reply
from dockertui.resources.world import World
from dockertui.widgets.bar import Piece
from dockertui.widgets.keys import TakesKeys
from dockertui.widgets.page import Field, Section
from dockertui.widgets.timer import once

if TYPE_CHECKING:
    from dockertui.screens.pane import Pane

_LINES_SHOWN = 6
_TROUBLE_STAYS = 30.0
_SILENT, _WAITS = 0.3, 5.0
"""Seconds of waiting for the Engine before that is said, and how long it is."""


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
    _left_out = 0
    """Of the marked objects, those to which the command asked for does not apply."""

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

    # from the order to the jobs

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
        asked = asyncio.Event()
        self.run_worker(self._order(command, with_options, asked, items, given), group="orders")
        if command.prepare is None and command.report is None:  # who asks the Engine first may be kept waiting by it
            await asked.wait()

    async def _order(
        self,
        command: Command,
        with_options: bool,
        asked: asyncio.Event,
        items: Sequence[Any] | None,
        given: Values,
    ) -> None:
        try:
            await self._order_asking(command, with_options, asked, items, given)
        finally:
            asked.set()

    async def _told(self, command: Command, asking: Awaitable[Values]) -> Values | None:
        """What is told beyond the form; None when it is not, and that is said."""
        waiting = once(self, _SILENT, lambda: self.say(f"{command.title}: asking the Engine…", stays=_WAITS))
        try:
            with because(command.id):
                return await asking
        except EngineError as error:
            self.say(f"{command.title}: {explained(error)}", "bad", _TROUBLE_STAYS)
            return None
        finally:
            waiting.stop()

    async def _answer(self, screen: ModalScreen[Values | None], asked: asyncio.Event) -> Values | None:
        """What a dialog is answered with; `asked` is set when it stands on the screen."""
        answer: asyncio.Future[Values | None] = asyncio.get_running_loop().create_future()
        await self.app.push_screen(screen, answer.set_result)
        asked.set()
        return await answer

    async def _order_asking(
        self,
        command: Command,
        with_options: bool,
        asked: asyncio.Event,
        chosen: Sequence[Any] | None,
        given: Values,
    ) -> None:
        items = chosen or (self.fitting(command) if command.on_object else [None])
        about = items[0] if command.on_object else self._alike(command)
        self._left_out = len(self.targets) - len(items) if command.on_object and chosen is None else 0
        known: Values = command.values(about) | {
            option.id: any(command.values(item)[option.id] for item in items)
            for option in command.options
            if option.entry is Entry.FLAG
        }
        known = {**known, **given}
        values: Values | None = known
        if command.prepare is not None:
            prepared = await self._told(command, command.prepare(self.session.engine, about))
            if prepared is None:
                return
            values = known = {**known, **prepared}
        if command.ask or with_options:
            typed = await self._answer(self._form(command, items, known, given), asked)
            values = None if typed is None else {**known, **typed}
        if values is not None and command.complete is not None:
            values = await self._told(command, command.complete(self.session.engine, values))
        if values is not None and self._to_confirm(command, items):
            values = await self._answer(self._question(command, items, values), asked)
        if values is not None and command.report is not None:
            await self._report(command, items[0], values)
        elif values is not None:
            self._begin(command, items, values)

    async def _report(self, command: Command, item: Any, values: Values) -> None:
        """Ask, and show the answer on a page."""
        from dockertui.screens.report import ReportScreen

        plan, reply = command.plan(item, values), None
        self.say(f"{command.doing} the Engine…", stays=600)
        try:
            with because(command.id, plan.docker):
                for call in plan.calls:
                    reply = await send(self.session.engine, call)
        except EngineError as error:
            self.say(f"{command.title}: {explained(error)}", "bad", _TROUBLE_STAYS)
            return
        self.say("")

        def told(reveal: bool) -> list[Section]:
            sections = command.report(item, reply if reveal else masked_reply(reply)) if command.report else []
            return [*sections, self._by_hand(command, [item], values, reveal)]

        await self.app.push_screen(ReportScreen(self._title(command, [item]), told))

    def _by_hand(self, command: Command, items: Sequence[Any], values: Values, reveal: bool) -> Section:
        docker, curl = self.lines(command, items, values, reveal)
        return Section("The same by hand", [Field("docker", docker), Field("curl", curl)])

    def _alike(self, command: Command) -> Any:
        """What a form for something new starts from: the object under the cursor, if it is of that kind."""
        return self.pane.item if self.pane.resource.kind == command.kind else None

    def _to_confirm(self, command: Command, items: Sequence[Any]) -> bool:
        if command.harm is Harm.INTERRUPTS:
            return len(items) >= self.catalogue.settings.confirm_interrupts
        return command.harm is Harm.DESTROYS

    def _form(
        self, command: Command, items: Sequence[Any], values: Values, given: Values
    ) -> ModalScreen[Values | None]:
        from dockertui.screens.form import FormScreen

        return FormScreen(
            self._title(command, items),
            [option for option in command.options if option.id not in given],
            values,
            item=items[0],
            lines=lambda typed, reveal: self.lines(command, items, {**values, **typed}, reveal)[0],
            go_on=command.title.lower() if not self._to_confirm(command, items) else "go on",
            check=lambda typed: command.check({**given, **typed}),
        )

    def _question(self, command: Command, items: Sequence[Any], values: Values) -> ModalScreen[Values | None]:
        from dockertui.screens.confirm import ConfirmScreen, Question, objects_section

        def told(now: Values, reveal: bool) -> list[Section]:
            objects = [
                (
                    BY_KIND[command.kind].name(item) if item is not None else "gone",
                    command.takes_along(item, self.world, now),
                )
                for item in items
            ]
            lines = self._by_hand(command, items, now, reveal)
            return [objects_section("What it is done to, and what goes with it", objects), lines]

        flags = [option for option in command.options if option.entry is Entry.FLAG and not command.ask]
        title = f"{self._title(command, items)}?"
        return ConfirmScreen(Question(title, command.title.lower(), flags, values, told))

    def _title(self, command: Command, items: Sequence[Any]) -> str:
        if not command.on_object:
            return command.title
        resource = BY_KIND[command.kind]
        if len(items) > 1:
            left_out = f", not the {self._left_out} others that are marked" if self._left_out else ""
            return f"{command.title}: {len(items)} {resource.title.lower()}{left_out}"
        return f"{command.title}: {resource.name(items[0])}"

    def lines(
        self, command: Command, items: Sequence[Any], values: Values, reveal: bool
    ) -> tuple[list[str], list[str]]:
        """The `docker` and the `curl` lines of an order, secrets masked unless revealed; of many the first ones."""
        endpoint, version = self.session.endpoint, self.session.engine.version or self.session.mirror.version
        plans: list[Plan] = [command.plan(item, values) for item in items[:_LINES_SHOWN]]
        api = version.api if version is not None else "1.41"
        more = [f"… and {len(items) - _LINES_SHOWN} more"] if len(items) > _LINES_SHOWN else []
        docker = [docker_line(endpoint, plan.docker, reveal=reveal) for plan in plans]
        curl = [curl_line(endpoint, api, plan.calls, reveal=reveal) for plan in plans]
        return [*docker, *more], [*curl, *more]

    def _begin(self, command: Command, items: Sequence[Any], values: Values) -> None:
        resource: Resource[Any] | None = BY_KIND.get(command.kind)
        tasks = [
            Task(
                command,
                resource.source.identity(item) if resource and item is not None else "",
                resource.name(item) if resource and item is not None else _named(values),
                command.plan(item, values),
            )
            for item in items
        ]
        self.jobs.start(tasks)

    # what came of it

    @property
    def jobs(self) -> Jobs:
        """The session's jobs."""
        if self._jobs is None:
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
        """Say in a sentence what came of an order; no failure hides the others."""
        failed = [job for job in jobs if job.state is State.FAILED]
        done = [job for job in jobs if job.state is State.DONE]
        command = jobs[0].task.command
        if not self.is_attached:
            return
        if len(jobs) == 1:
            self.say(one_result(jobs[0]), "bad" if failed else "good", _TROUBLE_STAYS if failed else 6.0)
            return
        kind = BY_KIND[command.kind].title.lower()
        parts = [f"{command.done} {len(done)} of {len(jobs)} {kind}", *map(one_result, failed)]
        self.say(" · ".join(parts), "bad" if failed else "good", _TROUBLE_STAYS if failed else 6.0)

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

    # leaving

    def asks_to_leave(self) -> bool:
        """Whether something runs, so that leaving was asked about; the answer yes leaves."""
        running = self._jobs.running if self._jobs is not None else []
        if not running:
            return False
        from dockertui.screens.confirm import ConfirmScreen, Question, objects_section

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


def _named(values: Values) -> str:
    """What the form calls the thing that is made."""
    named = values.get("reference") or values.get("registry") or values.get("name")
    return str(named or next(iter(values.get("tags", ())), ""))


def one_result(job: Job) -> str:
    """`web stopped`, `Stop web: …` with the Engine's words, `pulling nginx`."""
    command, name = job.task.command, job.task.name
    if job.state is State.FAILED:
        return f"{command.title}{name and f' {name}'}: {job.said}"
    if job.state is State.CANCELLED:
        return f"{command.title}{name and f' {name}'}: cancelled"
    word = command.done if job.over else command.doing
    return f"{name} {word}".strip() + (f": {job.said}" if job.said else "")
