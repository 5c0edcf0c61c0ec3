"""The list of jobs: state, progress and results; running ones can be cancelled."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import BindingType

from dockertui.operations.base import Context
from dockertui.operations.command_lines import docker_line
from dockertui.operations.jobs import Job, Jobs, State, secrets_of
from dockertui.resources import format
from dockertui.resources.secrets import mask_sections
from dockertui.resources.surroundings import Surroundings
from dockertui.screens.base.bindings import bindings, closed_by
from dockertui.screens.base.second_screen import SecondScreen
from dockertui.widgets.bar import Piece
from dockertui.widgets.page import Field, Page, Section
from dockertui.widgets.sgr import plain
from dockertui.widgets.table import Cell, Column, Table

_SIGNS = {
    State.WAITING: Cell("○", "dim"),
    State.RUNNING: Cell("▶", "busy"),
    State.DONE: Cell("✓", "good"),
    State.FAILED: Cell("✗", "bad"),
    State.CANCELLED: Cell("■", "warn"),
}
_FRAME = 0.25
_BAR = 20
_LINES = 12


class _Row(NamedTuple):
    """A job's state when it was last looked at."""

    job: Job
    state: State
    said: str
    seconds: float


class JobTable(Table[_Row]):
    """The jobs, with the keys of every list."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.ROWS)


class JobsScreen(SecondScreen[None]):
    """All jobs of the session, running ones first. Escape goes back and ends nothing."""

    context = Context.JOBS
    offers: ClassVar[Mapping[str, str]] = {"screen.back": "back (they keep on)"}
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Context.JOBS, Context.SECRETS), closed_by("jobs")]

    def __init__(self, jobs: Jobs, surroundings: Surroundings) -> None:
        self._table = JobTable(_columns(), empty_text="no jobs yet")
        super().__init__(self._table)
        self._jobs = jobs
        self._surroundings = surroundings
        self._page = Page()
        self._hides = False
        """Whether the page of this job has secrets."""

    def body(self) -> ComposeResult:
        yield from (self.title_bar, self._table, self._page)

    def on_mount(self) -> None:
        self._table.sort_by("number", reverse=True)
        self._show()
        self._look()
        self.set_interval(_FRAME, self._look)

    def _look(self) -> None:
        now = self._surroundings.clock()
        rows = {str(job.number): _row(job, now) for job in self._jobs.newest_first}
        if rows != self._table.objects:
            self._table.set_objects(rows)
            running = len(self._jobs.running)
            self.title_bar.update(
                [Piece("Jobs", "title"), Piece(f"{running} running" if running else "none running", "dim")]
            )
            self._show()
        self.paint_footer()  # a form can become available only after its job has ended

    def _show(self) -> None:
        row = self._table.cursor_object
        shown, whole = (_sections(row.job, self._jobs, reveal) if row else [] for reveal in (self.reveal, True))
        self._hides = shown != whole
        self._page.show(shown)
        self.paint_footer()

    @property
    def has_secrets(self) -> bool:
        return self.reveal or self._hides

    def idle(self) -> Collection[str]:
        row = self._table.cursor_object
        if row is None:
            return ("jobs.output", "jobs.cancel", "jobs.again")
        unfit = () if _can_be_again(row) else ("jobs.again",)
        return (*unfit, "jobs.cancel") if row.job.over else unfit

    def drop(self) -> bool:
        return False

    def on_table_selected(self) -> None:
        self._show()

    async def on_table_opened(self) -> None:
        await self.action_output()

    async def action_output(self) -> None:
        """Show the whole output of the job under the cursor, followed while it runs."""
        row = self._table.cursor_object
        if row is not None:
            from dockertui.screens.commands.job_output import OutputScreen

            await self.app.push_screen(OutputScreen(row.job, self._jobs))

    def secrets_toggled(self) -> None:
        self._show()

    def action_again(self) -> None:
        """Go back to the form of the job under the cursor, filled in as it was."""
        row = self._table.cursor_object
        if row is not None and _can_be_again(row) and row.job.again is not None:
            again, row.job.again = row.job.again, None
            self.dismiss()
            again()

    def action_cancel(self) -> None:
        row = self._table.cursor_object
        if row is not None:
            self._jobs.cancel(row.job)


def _row(job: Job, now: float) -> _Row:
    return _Row(job, job.state, job.said if job.over else job.how_far, float(int((job.ended or now) - job.started)))


def _can_be_again(row: _Row | None) -> bool:
    return row is not None and row.job.over and row.job.again is not None


def _columns() -> list[Column[_Row]]:
    return [
        Column("state", "S", lambda row: _SIGNS[row.state], width=1),
        Column("what", "COMMAND", lambda row: row.job.task.command.title, width=16),
        Column("name", "ON", lambda row: row.job.task.name, width=14),
        Column("time", "TIME", lambda row: format.clock(row.seconds), width=8, right=True, priority=2),
        Column("said", "PROGRESS OR RESULT", _said, width=24, priority=1),
        Column("number", "#", lambda row: Cell(str(row.job.number), "dim"),
               lambda row: (not row.job.over, row.job.number), width=4, right=True, priority=3),
    ]  # fmt: skip


def _said(row: _Row) -> Cell:
    share = row.job.progress.share if not row.job.over else None
    text = f"{share:4.0%} {row.said}" if share is not None else row.said or str(row.state)
    return Cell(text, {State.FAILED: "bad", State.CANCELLED: "warn"}.get(row.state, ""))


def _sections(job: Job, jobs: Jobs, reveal: bool) -> Sequence[Section]:
    """Return the page of one job: state and result, layers, last lines of output."""
    line = docker_line(jobs.endpoint, job.task.plan.docker, job.task.plan.unsaid, reveal=reveal)
    facts = [Field("State", str(job.state)), Field("Docker", line)]
    if not job.over and job.progress.summary:
        facts.append(Field("How far", job.progress.summary))
    if job.said:
        facts.append(Field("Result", job.said, "bad" if job.state is State.FAILED else ""))
    layers = [
        Field(layer.id, f"{_gauge(layer.current, layer.total)} {layer.status}", "good" if layer.done else "")
        for layer in job.progress.layers.values()
    ]
    told = [Section("Layers", layers)] if layers else []
    if job.progress.lines:
        told.append(Section("Output", [Field("", [plain(line) for line in job.progress.lines[-_LINES:]])]))
    told.insert(0, Section(f"{job.task.command.title} {job.task.name}", facts))
    return told if reveal else mask_sections(told, secrets_of(job))


def _gauge(current: int, total: int) -> str:
    """Return `━━━━────  3MB of 10MB`, or "" if the size is unknown."""
    if not total:
        return ""
    filled = _BAR * current // total
    return f"{'━' * filled}{'─' * (_BAR - filled)} {format.size(current)} of {format.size(total)}"
