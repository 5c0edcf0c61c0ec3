"""A command on its way: its objects and values, its form, its question, and its jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from textual.screen import ModalScreen

from dockertui.engine.errors import EngineError
from dockertui.engine.sending import send
from dockertui.engine.trace import because
from dockertui.masking import known_secrets, masked_tree
from dockertui.operations.command import Command, Harm
from dockertui.operations.command_body import FieldKind, Plan, Values
from dockertui.operations.command_lines import curl_line, docker_line
from dockertui.operations.jobs import Job, Jobs, State, Task
from dockertui.operations.refusals import Refused, refused
from dockertui.operations.remedies import explained
from dockertui.resources.base import Resource
from dockertui.resources.registry import BY_KIND
from dockertui.resources.secrets import mask_sections
from dockertui.screens.base.confirm import Answer, ConfirmScreen, Question, affected
from dockertui.screens.base.form import FormScreen
from dockertui.screens.base.waiting import waiting
from dockertui.screens.commands.report import ReportScreen
from dockertui.screens.commands.results import TROUBLE_STAYS, one_result
from dockertui.widgets.guard import log_survived
from dockertui.widgets.page import Field, Section
from dockertui.widgets.screen import push_for_result
from dockertui.widgets.text import error_line

if TYPE_CHECKING:
    from dockertui.screens.base.desk import Desk

_Answer = TypeVar("_Answer")
_LINES_SHOWN = 6
_LOOK, _FIRST_WORD = 0.25, 2.0
"""Seconds between two looks at the jobs a form waits for, and until it closes on transfers that take longer."""


class CommandRun:
    """A command to run on `items`; options with a value in `given` are not asked for.

    left_out: number of selected objects it does not apply to. asked: set when a question is on the screen, or when
    there is none.
    """

    def __init__(
        self,
        desk: Desk,
        jobs: Jobs,
        command: Command,
        with_options: bool,
        items: Sequence[Any],
        left_out: int,
        given: Values,
    ) -> None:
        self.desk = desk
        self.jobs = jobs
        self.command = command
        self.body = command.body
        self.with_options = with_options
        self.given = given
        self.asked = asyncio.Event()
        self.items = items
        self.left_out = left_out

    @property
    def asks_the_engine(self) -> bool:
        """Whether it sends a request before anything is shown."""
        return self.body.prepare is not None or self.body.report is not None

    async def run(self) -> None:
        """Ask for everything needed, then start the jobs."""
        try:
            about = self.items[0] if self.command.on_object else self._template()
            known: Values = {**self._known(about), **self.given}
            engines: Values = {}
            if self.body.prepare is not None:
                engines = await self._ask_engine(self.body.prepare(self.desk.session.engine, about))
            if self.command.ask or self.with_options:
                await self._by_form({**known, **engines}, engines)
            else:
                await self._try({**known, **engines})
        except EngineError:
            pass  # a message said so already
        finally:
            self.asked.set()

    async def _by_form(
        self, known: Values, engines: Values, typed: Values = MappingProxyType({}), refusal: Refused | None = None
    ) -> None:
        """Show the form, filled in as typed, until the Engine accepts it or the user leaves it.

        engines: the values that the Engine gave. typed, refusal: from a form that was left before.
        """
        form = self._form({**known, **typed}, engines, restored=bool(typed))
        await self.desk.screen.app.push_screen(form)
        self.asked.set()
        if refusal is not None:
            form.refuse(refusal)
        while (sent := await form.submitted()) is not None:
            again = partial(self._again, known, engines, self._kept(sent))
            try:
                refusal = await self._try({**known, **sent}, form, again)
            except Exception as error:  # a fault of the program: the form must not seem to wait for ever
                log_survived(f"{self.command.id} failed by a fault of the program", error)
                refusal = Refused("", f"an error in the program, {error_line(error)}")
            if refusal is None:
                await form.close()
                return
            if form.is_attached:
                form.refuse(refusal)

    def _kept(self, typed: Values) -> Values:
        """Return the values to remember of a form that is left: all but passwords."""
        secret = {option.id for option in self.body.options if option.entry is FieldKind.SECRET}
        return {id: value for id, value in typed.items() if id not in secret}

    def _again(self, known: Values, engines: Values, kept: Values, job: Job) -> None:
        """Show the form again, as it was submitted, with what the Engine said to it."""
        refusal = self._refused(job.said, kept) if job.state is State.FAILED else None
        self.desk.screen.run_worker(self._by_form(known, engines, kept, refusal), group="commands")

    async def _try(
        self, values: Values, form: FormScreen | None = None, again: Callable[[Job], None] | None = None
    ) -> Refused | None:
        """Complete the values, ask for confirmation, start the jobs; return why they were refused, or None.

        With a form, wait for the Engine's answer as `_is_over` says.
        """
        try:
            if self.body.complete is not None:
                values = await self._ask_engine(self.body.complete(self.desk.session.engine, values))
            if form is not None and not form.is_attached:
                return None  # cancelled meanwhile, before anything was requested
            if self._to_confirm:
                answer = await self._answer(self._question(values))
                if answer is None:
                    return Refused("", "")
                values = answer.values
            if self.body.report is not None:
                await self._report(values, form)
                return None
        except EngineError as error:
            return self._refused(explained(error), values)
        jobs = self.jobs.start([self._task(item, values) for item in self.items])
        if form is None or again is None:
            return None
        if await self._is_over(jobs, form):
            return self._refusal(jobs, values)
        for job in jobs:
            job.again = partial(again, job) if job.state is not State.DONE else None
        return None

    async def _is_over(self, jobs: Sequence[Job], form: FormScreen) -> bool:
        """Wait for the jobs while the form is open; return whether they ended meanwhile.

        Commands that interrupt take long and are not refused for a typed value, so nothing waits for them. For
        transfers, the first message or `_FIRST_WORD` seconds suffice: then the form closes.
        """
        transfers = all(call.progress or call.sink or call.source for job in jobs for call in job.task.plan.calls)
        waited, order = 0.0, jobs[0].order
        while form.is_attached and self.command.harm is not Harm.INTERRUPTS:
            if transfers and (waited >= _FIRST_WORD or any(job.heard.is_set() for job in jobs)):
                break
            if order is None or order.done():
                return True
            await asyncio.wait([order], timeout=_LOOK)
            waited += _LOOK
            form.tell(next((job.how_far for job in jobs if not job.over), ""))
        return False

    def _refusal(self, jobs: Sequence[Job], values: Values) -> Refused | None:
        """Return what the Engine refused; the next try is for those objects only."""
        failed = [job for job in jobs if job.state is State.FAILED]
        if not failed:
            return None
        self.items = [item for item, job in zip(self.items, jobs, strict=True) if job in failed]
        said = failed[0].said if len(jobs) == 1 else " · ".join(map(one_result, failed))
        return self._refused(said, values)

    def _refused(self, said: str, values: Values) -> Refused:
        """Return the refusal, assigned to one of the form's fields."""
        asked = [option.id for option in self.body.options if option.id not in self.given]
        return refused(said, {id: values[id] for id in asked if id in values})

    def _template(self) -> Any:
        """Return the object under the cursor as template for a new one, if it is of that kind."""
        selection = self.desk.selection
        return selection.under_cursor if selection.resource.kind == self.command.kind else None

    def _known(self, about: Any) -> Values:
        """Return the default values; a flag that one of the objects needs is set for all."""
        flags = [option.id for option in self.body.options if option.entry is FieldKind.FLAG]
        return self.body.values(about) | {id: any(self.body.values(item)[id] for item in self.items) for id in flags}

    async def _ask_engine(self, request: Awaitable[Values]) -> Values:
        """Ask the Engine for further values; on EngineError show it and raise it again."""
        title, say = self.command.title, self.desk.say
        try:
            with because(self.command.id), waiting(self.desk.screen, say, f"{title}: asking the Engine…"):
                return await request
        except EngineError as error:
            say(f"{title}: {explained(error)}", "bad", TROUBLE_STAYS)
            raise

    # what is shown

    async def _answer(self, dialog: ModalScreen[_Answer | None]) -> _Answer | None:
        """Show a dialog and return its answer."""
        answer = await push_for_result(self.desk.screen.app, dialog)
        self.asked.set()
        return await answer

    async def _report(self, values: Values, form: FormScreen | None) -> None:
        """Ask the Engine and show its reply on a page in place of the form. Raises EngineError, after showing it."""
        command, say, item = self.command, self.desk.say, self.items[0]
        plan, reply = self.body.plan(item, values), None
        say(f"{command.doing} the Engine…", stays=600)
        try:
            with because(command.id, plan.docker):
                for call in plan.calls:
                    reply = await send(self.desk.session.engine, call)
        except EngineError as error:
            say(f"{command.title}: {explained(error)}", "bad", TROUBLE_STAYS)
            raise
        say("")

        def make_sections(reveal: bool) -> list[Section]:
            report = self.body.report
            known = () if reveal else known_secrets(reply)
            sections = report(item, reply if reveal else masked_tree(reply, known)) if report is not None else []
            shown = sections if reveal else mask_sections(sections, known)
            return [*shown, self._equivalent_commands(values, reveal)]

        if form is not None:
            await form.close()
        await self.desk.screen.app.push_screen(ReportScreen(self._title, make_sections))

    def _form(self, values: Values, engines: Values, *, restored: bool) -> FormScreen:
        return FormScreen(
            self._title,
            [option for option in self.body.options if option.id not in self.given],
            values,
            item=self.items[0],
            lines=lambda typed, reveal: self._lines({**values, **typed}, reveal)[0],
            go_on=self.command.title.lower() if not self._to_confirm else "continue",
            check=lambda typed: self.body.check({**self.given, **typed}),
            known=engines,
            restored=restored,
        )

    @property
    def _to_confirm(self) -> bool:
        if self.command.harm is Harm.INTERRUPTS:
            return 0 < self.desk.catalogue.settings.confirm_interrupts <= len(self.items)
        return self.command.harm is Harm.DESTROYS

    def _question(self, values: Values) -> ConfirmScreen:
        command, surroundings = self.command, self.desk.surroundings

        def make_sections(now: Values, reveal: bool) -> list[Section]:
            name = BY_KIND[command.kind].name if command.on_object else lambda item: "will be removed"
            section = affected([(name(item), self.body.takes_along(item, surroundings, now)) for item in self.items])
            sections = [section._replace(fields=[*section.fields, *self._others])]
            return sections if reveal else mask_sections(sections)

        flags = [option for option in self.body.options if option.entry is FieldKind.FLAG and not command.ask]
        return ConfirmScreen(
            Question(
                f"{self._asked_title}?",
                [Answer("y", "prune" if command.prunes else command.verb.lower())],
                make_sections,
                lambda now, reveal: [self._equivalent_commands(now, reveal)],
                flags,
                values,
                sudden=self._is_sudden,
            )
        )

    @property
    def _is_sudden(self) -> bool:
        """Whether the Engine is asked between the user's last key and the question, which may take a while."""
        return self.body.complete is not None or (self.asks_the_engine and not self.command.ask)

    @property
    def _others(self) -> list[Field]:
        """The note on marked objects to which the command does not apply."""
        return [Field("…", f"not the other {self.left_out} marked: does not apply", "dim")] if self.left_out else []

    @property
    def _asked_title(self) -> str:
        """The command with its objects: `Remove web-1`, `Stop 2 containers`."""
        command = self.command
        if not command.on_object:
            return command.title_on(self.desk.session.engine.version)
        resource, count = BY_KIND[command.kind], len(self.items)
        name = resource.name(self.items[0]) if count == 1 else f"{count} {resource.title.lower()}"
        return command.question.format(name) if command.question else f"{command.verb} {name}"

    @property
    def _title(self) -> str:
        command = self.command
        if not command.on_object:
            return command.title_on(self.desk.session.engine.version)
        resource = BY_KIND[command.kind]
        if len(self.items) > 1:
            left_out = f", not the {self.left_out} others that are marked" if self.left_out else ""
            return f"{command.title}: {len(self.items)} {resource.title.lower()}{left_out}"
        return f"{command.title}: {resource.name(self.items[0])}"

    def _equivalent_commands(self, values: Values, reveal: bool) -> Section:
        docker, curl = self._lines(values, reveal)
        return Section("Equivalent commands", [Field("docker", docker), Field("curl", curl)])

    def _lines(self, values: Values, reveal: bool) -> tuple[list[str], list[str]]:
        """Return the `docker` and the `curl` lines, secrets masked unless revealed; of many, the first few."""
        session, count = self.desk.session, len(self.items)
        version = session.engine.version or session.mirror.version
        plans: list[Plan] = [self.body.plan(item, values) for item in self.items[:_LINES_SHOWN]]
        api = version.api if version is not None else "1.41"
        more = [f"… and {count - _LINES_SHOWN} more"] if count > _LINES_SHOWN else []
        docker = [docker_line(session.endpoint, plan.docker, plan.unsaid, reveal=reveal) for plan in plans]
        curl = [curl_line(session.endpoint, api, plan.calls, reveal=reveal) for plan in plans]
        return [*docker, *more], [*curl, *more]

    def _task(self, item: Any, values: Values) -> Task:
        resource: Resource[Any] | None = BY_KIND.get(self.command.kind)
        known = resource if item is not None else None
        id, name = (known.source.identity(item), known.name(item)) if known is not None else ("", _named(values))
        return Task(self.command, id, name, self.body.plan(item, values))


def _named(values: Values) -> str:
    """Return what the form names the object to be made."""
    named = values.get("reference") or values.get("registry") or values.get("name")
    return str(named or next(iter(values.get("tags", ())), ""))
