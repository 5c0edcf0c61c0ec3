"""The sentences for the results of commands."""

from __future__ import annotations

from collections.abc import Sequence

from dockertui.operations.jobs import Job, State
from dockertui.resources.registry import BY_KIND

TROUBLE_STAYS = 30.0
"""Seconds for which a message about a failure stays."""


def result(jobs: Sequence[Job]) -> tuple[str, str, float]:
    """Return the result of a command run as sentence, style and seconds it stays; every failure is named."""
    failed = [job for job in jobs if job.state is State.FAILED]
    style, stays = ("bad", TROUBLE_STAYS) if failed else ("good", 6.0)
    if len(jobs) == 1:
        return one_result(jobs[0]), style, stays
    done = [job for job in jobs if job.state is State.DONE]
    command = jobs[0].task.command
    kind = BY_KIND[command.kind].title.lower()
    parts = [f"{command.done} {len(done)} of {len(jobs)} {kind}", *map(one_result, failed)]
    return " · ".join(parts), style, stays


def running(jobs: Sequence[Job]) -> str:
    """Return what jobs of one command run do, and how far they are: `building app:2: step 3/7`."""
    command, job = jobs[0].task.command, jobs[0]
    if len(jobs) == 1:
        return f"{command.doing} {job.task.name}".strip() + (f": {job.how_far}" if job.how_far else "")
    return f"{command.doing} {len(jobs)} {BY_KIND[command.kind].title.lower()}"


def one_result(job: Job) -> str:
    """Return `web stopped`, `Stop web: …` with the Engine's words, or `pulling nginx`."""
    command, name = job.task.command, job.task.name
    if job.state in (State.FAILED, State.CANCELLED):
        return f"{command.title}{name and f' {name}'}: {job.said}"
    word = command.done if job.over else command.doing
    return f"{name} {word}".strip() + (f": {job.said}" if job.said else "")
