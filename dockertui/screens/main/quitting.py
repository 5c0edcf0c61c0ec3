"""Quitting, after asking about what would end or be lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from dockertui.screens.base.confirm import Answer, ConfirmScreen, Question, affected, ask
from dockertui.screens.base.form import FormScreen
from dockertui.screens.commands.results import one_result

if TYPE_CHECKING:
    from dockertui.operations.jobs import Job
    from dockertui.screens.base.desk import Desk
    from dockertui.screens.commands.runner import Runner
    from dockertui.screens.terminal.terminals import Terminals

QUITTING = "quitting"
"""The id of the question, so that it is not asked twice."""
_PUTTING_BACK = 20.0
"""Seconds for which quitting waits for jobs that have to put something back."""
_OUTCOME = "running: will be cancelled"
_RECREATE_OUTCOME = "running: will be put back as it was; if not, the next session offers that"


async def ask_to_quit(desk: Desk, runner: Runner, terminals: Terminals) -> None:
    """Quit; ask first if something would end or be lost, and under another program's keymap: its keys are habits."""
    app = desk.screen.app
    if any(isinstance(screen, ConfirmScreen) and screen.id == QUITTING for screen in app.screen_stack):
        return
    told = _ended_by_quitting(desk, runner, terminals)
    if not told and desk.catalogue.settings.keymap == "default":
        app.exit()
        return
    told = told or [("dockertui", ["nothing is running"])]
    question = Question("Quit?", [Answer("y", "quit")], lambda *_: [affected(told)])
    await ask(app, question, lambda _: desk.screen.run_worker(_quit(desk, runner, terminals)), id=QUITTING)


def _ended_by_quitting(desk: Desk, runner: Runner, terminals: Terminals) -> list[tuple[str, list[str]]]:
    """Return jobs, terminals, saves and typed forms that quitting ends, each with what becomes of it."""
    screen = desk.screen
    told = [(one_result(job), [*filter(None, [job.how_far]), _outcome(job)]) for job in runner.running]
    told += [(name, ["running: will be closed"]) for name in terminals.live]
    saves = [worker for worker in screen.workers if worker.group == "save" and not worker.is_finished]
    told += [(f"saving to {worker.name}", ["running: nothing of it will be kept"]) for worker in saves]
    forms = [form for form in screen.app.screen_stack if isinstance(form, FormScreen)]
    told += [(form.heading, [f"typed, and lost: {', '.join(form.typed)}"]) for form in forms if form.typed]
    return told


async def _quit(desk: Desk, runner: Runner, terminals: Terminals) -> None:
    """Quit once cancelled recreates have put their containers back, or have taken too long."""
    half_done = [job for job in runner.running if _exchanges(job)]
    for job in half_done:
        runner.jobs.cancel(job)
    if half_done:
        desk.say("quitting: what was being recreated is put back first…", "busy", _PUTTING_BACK)
        await asyncio.wait([job.runner for job in half_done if job.runner is not None], timeout=_PUTTING_BACK)
    await terminals.close()
    desk.screen.app.exit()


def _exchanges(job: Job) -> bool:
    """Whether the job puts one container in the place of another, which must not stop half way."""
    return job.task.plan.run is not None


def _outcome(job: Job) -> str:
    """Return what becomes of a job on quitting."""
    return _RECREATE_OUTCOME if _exchanges(job) else _OUTCOME
