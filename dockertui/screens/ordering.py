"""An order: from the command to the form, the question, the jobs, and the words for what came of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from textual.screen import ModalScreen

from dockertui.engine.call import send
from dockertui.engine.errors import EngineError
from dockertui.engine.trace import because
from dockertui.masking import known_secrets, masked, masked_tree
from dockertui.operations.body import Entry, Plan, Values
from dockertui.operations.command import Command, Harm
from dockertui.operations.jobs import Job, State, Task, secrets_of
from dockertui.operations.lines import curl_line, docker_line
from dockertui.operations.remedies import explained
from dockertui.resources.base import Resource
from dockertui.resources.registry import BY_KIND
from dockertui.resources.secrets import veiled
from dockertui.screens.confirm import Answer, ConfirmScreen, Question, affected
from dockertui.screens.form import FormScreen
from dockertui.screens.report import ReportScreen
from dockertui.widgets.keys import KeysInOrder
from dockertui.widgets.page import Field, Section
from dockertui.widgets.timer import once

if TYPE_CHECKING:
    from dockertui.screens.operating import Operating

_Answer = TypeVar("_Answer")
_LINES_SHOWN = 6
_TROUBLE_STAYS = 30.0
_SILENT, _WAITS = 0.3, 5.0
"""Seconds of waiting for the Engine before that is said, and how long it is."""


def _nothing() -> None:
    """No keys are held back."""


class Order:
    """A command to be done to `items`; what is `given` of its options is not asked for.

    left_out: of what was selected, how many it does not apply to.
    asked: set when a question stands on the screen, or when there is none.
    """

    def __init__(
        self,
        screen: Operating,
        command: Command,
        with_options: bool,
        items: Sequence[Any],
        left_out: int,
        given: Values,
    ) -> None:
        self.screen = screen
        self.command = command
        self.body = command.body
        self.with_options = with_options
        self.given = given
        self.asked = asyncio.Event()
        self._release: Callable[[], None] = _nothing
        self.items = items
        self.left_out = left_out

    @property
    def asks_the_engine(self) -> bool:
        """Whether it asks the Engine before there is anything to see."""
        return self.body.prepare is not None or self.body.report is not None

    async def go_through(self) -> None:
        """Ask what has to be asked, then begin."""
        try:
            values = await self._values()
            if values is not None and self.body.report is not None:
                await self._report(values)
            elif values is not None:
                self.screen.jobs.start([self._task(item, values) for item in self.items])
        finally:
            self.asked.set()
            self._release()

    async def _values(self) -> Values | None:
        """All that the order is to be told; None when it was given up."""
        about = self.items[0] if self.command.on_object else self._alike()
        known: Values = {**self._known(about), **self.given}
        if self.body.prepare is not None:
            prepared = await self._told(self.body.prepare(self.screen.session.engine, about))
            if prepared is None:
                return None
            known = {**known, **prepared}
        values: Values | None = known
        if self.command.ask or self.with_options:
            typed = await self._answer(self._form(known))
            values = None if typed is None else {**known, **typed}
        if values is not None and self.body.complete is not None:
            values = await self._told(self.body.complete(self.screen.session.engine, values))
        if values is not None and self._to_confirm:
            answered = await self._answer(self._question(values))
            values = None if answered is None else answered.values
        return values

    def _alike(self) -> Any:
        """What a form for something new starts from: the object under the cursor, if it is of that kind."""
        pane = self.screen.pane
        return pane.item if pane.resource.kind == self.command.kind else None

    def _known(self, about: Any) -> Values:
        """The defaults; a flag that one of the objects needs is set for all."""
        flags = [option.id for option in self.body.options if option.entry is Entry.FLAG]
        return self.body.values(about) | {id: any(self.body.values(item)[id] for item in self.items) for id in flags}

    async def _told(self, asking: Awaitable[Values]) -> Values | None:
        """What is told beyond the form; None when it is not, and that is said."""
        self._release()
        title, say = self.command.title, self.screen.say
        waiting = once(self.screen, _SILENT, lambda: say(f"{title}: asking the Engine…", stays=_WAITS))
        try:
            with because(self.command.id):
                return await asking
        except EngineError as error:
            say(f"{title}: {explained(error)}", "bad", _TROUBLE_STAYS)
            return None
        finally:
            waiting.stop()

    # what is shown

    async def _answer(self, dialog: ModalScreen[_Answer | None]) -> _Answer | None:
        """What a dialog is answered with."""
        answer: asyncio.Future[_Answer | None] = asyncio.get_running_loop().create_future()

        def answered(given: _Answer | None) -> None:
            """What follows is not yet on the screen: keys wait for it."""
            self._release = self._hold_keys()
            answer.set_result(given)

        await self.screen.app.push_screen(dialog, answered)
        self.asked.set()
        self._release()
        return await answer

    def _hold_keys(self) -> Callable[[], None]:
        app = self.screen.app
        return app.hold_keys() if isinstance(app, KeysInOrder) else _nothing

    async def _report(self, values: Values) -> None:
        """Ask, and show the answer on a page."""
        command, say, item = self.command, self.screen.say, self.items[0]
        plan, reply = self.body.plan(item, values), None
        say(f"{command.doing} the Engine…", stays=600)
        try:
            with because(command.id, plan.docker):
                for call in plan.calls:
                    reply = await send(self.screen.session.engine, call)
        except EngineError as error:
            say(f"{command.title}: {explained(error)}", "bad", _TROUBLE_STAYS)
            return
        say("")

        def told(reveal: bool) -> list[Section]:
            report = self.body.report
            known = () if reveal else known_secrets(reply)
            sections = report(item, reply if reveal else masked_tree(reply, known)) if report is not None else []
            return [*(sections if reveal else veiled(sections, known)), self._by_hand(values, reveal)]

        await self.screen.app.push_screen(ReportScreen(self._title, told))

    def _form(self, values: Values) -> ModalScreen[Values | None]:
        return FormScreen(
            self._title,
            [option for option in self.body.options if option.id not in self.given],
            values,
            item=self.items[0],
            lines=lambda typed, reveal: self._lines({**values, **typed}, reveal)[0],
            go_on=self.command.title.lower() if not self._to_confirm else "go on",
            check=lambda typed: self.body.check({**self.given, **typed}),
        )

    @property
    def _to_confirm(self) -> bool:
        if self.command.harm is Harm.INTERRUPTS:
            return 0 < self.screen.catalogue.settings.confirm_interrupts <= len(self.items)
        return self.command.harm is Harm.DESTROYS

    def _question(self, values: Values) -> ConfirmScreen:
        command, world = self.command, self.screen.world

        def told(now: Values, reveal: bool) -> list[Section]:
            name = BY_KIND[command.kind].name if command.on_object else lambda item: "will be removed"
            section = affected([(name(item), self.body.takes_along(item, world, now)) for item in self.items])
            told = [section._replace(fields=[*section.fields, *self._others])]
            return told if reveal else veiled(told)

        flags = [option for option in self.body.options if option.entry is Entry.FLAG and not command.ask]
        return ConfirmScreen(
            Question(
                f"{self._asked_title}?",
                [Answer("y", "prune" if command.prunes else command.verb.lower())],
                told,
                lambda now, reveal: [self._by_hand(now, reveal)],
                flags,
                values,
                sudden=self.asks_the_engine and not command.ask,
            )
        )

    @property
    def _others(self) -> list[Field]:
        """What is said of the marked ones to which the command does not apply."""
        return [Field("…", f"not the other {self.left_out} marked: does not apply", "dim")] if self.left_out else []

    @property
    def _asked_title(self) -> str:
        """The command with what it is done to: `Remove web-1`, `Stop 2 containers`."""
        command = self.command
        if not command.on_object:
            return command.title_on(self.screen.session.engine.version)
        resource, count = BY_KIND[command.kind], len(self.items)
        name = resource.name(self.items[0]) if count == 1 else f"{count} {resource.title.lower()}"
        return command.question.format(name) if command.question else f"{command.verb} {name}"

    @property
    def _title(self) -> str:
        command = self.command
        if not command.on_object:
            return command.title_on(self.screen.session.engine.version)
        resource = BY_KIND[command.kind]
        if len(self.items) > 1:
            left_out = f", not the {self.left_out} others that are marked" if self.left_out else ""
            return f"{command.title}: {len(self.items)} {resource.title.lower()}{left_out}"
        return f"{command.title}: {resource.name(self.items[0])}"

    def _by_hand(self, values: Values, reveal: bool) -> Section:
        docker, curl = self._lines(values, reveal)
        return Section("Equivalent commands", [Field("docker", docker), Field("curl", curl)])

    def _lines(self, values: Values, reveal: bool) -> tuple[list[str], list[str]]:
        """The `docker` and the `curl` lines, secrets masked unless revealed; of many the first ones."""
        session, count = self.screen.session, len(self.items)
        version = session.engine.version or session.mirror.version
        plans: list[Plan] = [self.body.plan(item, values) for item in self.items[:_LINES_SHOWN]]
        api = version.api if version is not None else "1.41"
        more = [f"… and {count - _LINES_SHOWN} more"] if count > _LINES_SHOWN else []
        docker = [docker_line(session.endpoint, plan.docker, reveal=reveal) for plan in plans]
        curl = [curl_line(session.endpoint, api, plan.calls, reveal=reveal) for plan in plans]
        return [*docker, *more], [*curl, *more]

    def _task(self, item: Any, values: Values) -> Task:
        resource: Resource[Any] | None = BY_KIND.get(self.command.kind)
        known = resource if item is not None else None
        id, name = (known.source.identity(item), known.name(item)) if known is not None else ("", _named(values))
        return Task(self.command, id, name, self.body.plan(item, values))


def _named(values: Values) -> str:
    """What the form calls the thing that is made."""
    named = values.get("reference") or values.get("registry") or values.get("name")
    return str(named or next(iter(values.get("tags", ())), ""))


def result(jobs: Sequence[Job]) -> tuple[str, str, float]:
    """What came of an order, in a sentence, with its style and the seconds it stays; no failure hides the others."""
    failed = [job for job in jobs if job.state is State.FAILED]
    style, stays = ("bad", _TROUBLE_STAYS) if failed else ("good", 6.0)
    if len(jobs) == 1:
        return one_result(jobs[0]), style, stays
    done = [job for job in jobs if job.state is State.DONE]
    command = jobs[0].task.command
    kind = BY_KIND[command.kind].title.lower()
    parts = [f"{command.done} {len(done)} of {len(jobs)} {kind}", *map(one_result, failed)]
    return " · ".join(parts), style, stays


def one_result(job: Job) -> str:
    """`web stopped`, `Stop web: …` with the Engine's words, `pulling nginx`; without secrets."""
    command, name = job.task.command, job.task.name
    said = masked(job.said, secrets_of(job))
    if job.state is State.FAILED:
        return f"{command.title}{name and f' {name}'}: {said}"
    if job.state is State.CANCELLED:
        return f"{command.title}{name and f' {name}'}: cancelled"
    word = command.done if job.over else command.doing
    return f"{name} {word}".strip() + (f": {said}" if said else "")
