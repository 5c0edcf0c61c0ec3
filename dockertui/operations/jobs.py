"""Commands that run or have run: several at once, each with its own result, independent of the screen."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import Any, Final

from dockertui.engine.call import following
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.progress import Heard
from dockertui.engine.sending import send
from dockertui.engine.trace import because
from dockertui.masking import known_secrets, masked
from dockertui.operations.command import Command
from dockertui.operations.command_body import Plan
from dockertui.operations.progress import Progress
from dockertui.operations.remedies import UNCLEAR, leaving

AT_ONCE: Final = 8
"""Concurrent requests of one command run."""
KEPT: Final = 200
"""Ended jobs that can still be read."""


class State(StrEnum):
    """The state of a job."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Task:
    """The command on one object: `id` and `name` are "" when it does not exist yet."""

    command: Command
    id: str
    name: str
    plan: Plan


@dataclass(eq=False, slots=True)
class Job:
    """One task running or ended. `said` is its result: for a failure the Engine's words, without secrets.

    again: reopens its form with the same values; None without a form, or when the job succeeded.
    """

    number: int
    task: Task
    started: float
    state: State = State.WAITING
    said: str = ""
    ended: float | None = None
    progress: Progress = field(default_factory=Progress)
    runner: asyncio.Task[None] | None = None
    order: asyncio.Task[None] | None = None
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    again: Callable[[], object] | None = None

    @property
    def over(self) -> bool:
        return self.state not in (State.WAITING, State.RUNNING)

    @property
    def how_far(self) -> str:
        """Its progress in words, without secrets."""
        return masked(self.progress.summary, secrets_of(self))


class Jobs:
    """All jobs of a session. `changed` is called for each change of state, `ended` once for a whole command run."""

    def __init__(self, engine: Engine, changed: Callable[[Job], None], ended: Callable[[Sequence[Job]], None]) -> None:
        self._engine = engine
        self.endpoint = engine.endpoint
        self._changed = changed
        self._ended = ended
        self._numbers = itertools.count(1)
        self._all: deque[Job] = deque()
        self._orders: set[asyncio.Task[None]] = set()

    @property
    def newest_first(self) -> list[Job]:
        """The running jobs, then the ended ones, each newest first."""
        return sorted(self._all, key=lambda job: (job.over, -job.number))

    @property
    def running(self) -> list[Job]:
        return [job for job in self._all if not job.over]

    def start(self, tasks: Sequence[Task]) -> list[Job]:
        """Start a command run: the same command on each of some objects."""
        jobs = [
            Job(next(self._numbers), task, self._engine.trace.clock(), progress=task.command.body.progress(task.plan))
            for task in tasks
        ]
        self._all.extend(jobs)
        while len(self._all) > KEPT and self._all[0].over:
            self._all.popleft()
        order = asyncio.create_task(self._order(jobs))
        for job in jobs:
            job.order = order
        self._orders.add(order)
        order.add_done_callback(self._orders.discard)
        return jobs

    def cancel(self, job: Job) -> None:
        """Cancel a job: its connection is closed. What the Engine has done by then stays done."""
        if job.runner is not None and not job.over:
            job.runner.cancel()

    async def settled(self) -> None:
        """Wait until every job is over."""
        while self._orders:
            await asyncio.wait(self._orders)

    async def _order(self, jobs: Sequence[Job]) -> None:
        gate = asyncio.Semaphore(AT_ONCE)
        for job in jobs:
            job.runner = asyncio.create_task(self._run(job, gate))
        await asyncio.wait([job.runner for job in jobs if job.runner is not None])
        self._ended(jobs)

    async def _run(self, job: Job, gate: asyncio.Semaphore) -> None:
        try:
            async with gate:
                job.state = State.RUNNING
                self._changed(job)
                job.said = await perform(self._engine, job.task, partial(_hear, job))
            job.state, job.again = State.DONE, None
        except EngineError as error:
            job.state, job.said = State.FAILED, job.progress.failed(error)
        except asyncio.CancelledError as cancelled:
            job.state, job.said = State.CANCELLED, str(cancelled) or "cancelled"
        except Exception as error:  # a fault of the program: the job must not appear to run for ever
            job.state, job.said = State.FAILED, f"an error in the program, {error!r}"
            logging.getLogger("dockertui").error("a job failed by a fault of the program", exc_info=error)
        finally:
            job.progress.end()
            job.said = masked(job.said, secrets_of(job))  # whether shown in a notice, a form, or the list of jobs
            job.ended = self._engine.trace.clock()
            job.task = _without_passwords(job.task)
            self._changed(job)


def _hear(job: Job, said: Any) -> None:
    job.heard.set()
    job.progress.hear(said)


def _without_passwords(task: Task) -> Task:
    """Return what to remember of a task: nothing of a password."""
    if task.plan.after is None:
        return task
    calls = tuple(call if call.shown is None else call._replace(body=call.shown) for call in task.plan.calls)
    return replace(task, plan=Plan(calls, task.plan.docker, unsaid=task.plan.unsaid))


def secrets_of(job: Job) -> tuple[str, ...]:
    """Return the secrets in the bodies of its requests: an Engine may repeat them."""
    return known_secrets([call.body for call in job.task.plan.calls])


async def perform(engine: Engine, task: Task, heard: Heard = lambda _: None) -> str:
    """Send a task's requests in order; return a message on the replies.

    Raises EngineError; it, or a cancellation, says what was done by then.
    """
    note = task.plan.note
    try:
        said = await _perform(engine, task, heard)
    except EngineError as error:
        if note:
            raise EngineError(error.kind, f"{error}; {note}", status=error.status) from error
        raise
    return "; ".join(filter(None, (said, note)))


async def _perform(engine: Engine, task: Task, heard: Heard) -> str:
    plan = task.plan
    with because(task.command.id, plan.docker):
        if plan.run is not None:
            engine.permit(task.command.title)
            return await plan.run(engine, heard)
        replies = await _replies(engine, plan, heard)
        reply = replies[0] if len(replies) == 1 else replies
        if plan.after is None:
            return task.command.body.outcome(reply)
        engine.permit(task.command.title)
        return await plan.after(engine, reply)


async def _undone(engine: Engine, plan: Plan, replies: Sequence[Any]) -> bool:
    """Undo what the answered requests created; return whether that succeeded."""
    undo = plan.undo(replies)
    if undo is None:
        return False
    try:
        await send(engine, undo)
    except EngineError as error:
        return error.kind is ErrorKind.NOT_FOUND
    return True


async def _replies(engine: Engine, plan: Plan, heard: Heard) -> list[Any]:
    replies: list[Any] = []
    try:
        for call in plan.calls:
            replies.append(await send(engine, following(call, replies), heard))
    except EngineError as error:
        unclear = error.kind in UNCLEAR
        if not unclear and await _undone(engine, plan, replies):
            raise
        raise leaving(error, plan.left(len(replies), unclear)) from error
    except asyncio.CancelledError:
        left = plan.left(len(replies), True)
        raise asyncio.CancelledError(f"cancelled{left and f': {left}'}") from None
    return replies
