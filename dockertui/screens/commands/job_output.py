"""The whole output of a job, as a log that is followed while the job runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import BindingType

from dockertui.engine.errors import shorten
from dockertui.masking import masked
from dockertui.operations.base import Context
from dockertui.operations.jobs import Job, Jobs, State, secrets_of
from dockertui.resources import format
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.clipboard import report_copy
from dockertui.screens.base.second_screen import SecondScreen
from dockertui.widgets.bar import Piece
from dockertui.widgets.log_store import MARK, StoredLine
from dockertui.widgets.log_view import LogView

_FRAME = 0.1
_STYLES = {State.DONE: "good", State.FAILED: "bad", State.CANCELLED: "warn"}


class OutputView(LogView):
    """The output, with a log's keys."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.LOG)

    def action_copy(self) -> None:
        lines = self.lines_to_copy()
        self.set_state(*report_copy(self.app, "\n".join(lines), format.plural(len(lines), "line")))


class OutputScreen(SecondScreen[None]):
    """Show the output of a job. Escape or q goes back; the job goes on."""

    context = Context.OUTPUT
    offers: ClassVar[Mapping[str, str]] = {
        "log.search": "", "log.wrap": "", "log.bottom": "follow", "screen.back": "back (jobs keep running)",
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.OUTPUT)
    view: OutputView

    def __init__(self, job: Job, jobs: Jobs) -> None:
        super().__init__(OutputView())
        self._job = job
        self._jobs = jobs
        self._shown = 0
        """Number of output lines handed to the view, dropped ones included."""
        self._secrets = secrets_of(job)

    def on_mount(self) -> None:
        self.view.notice = "start of output"
        self._look()
        self.set_interval(_FRAME, self._look)

    def _look(self) -> None:
        """Append new lines; say how many were dropped before they could be shown."""
        job, progress = self._job, self._job.progress
        new = progress.told - self._shown
        kept = progress.lines[-new:] if new else []
        self._shown = progress.told
        if missing := new - len(kept):
            self.view.append([StoredLine(0, MARK, f"{missing} lines before these are not kept")])
        if kept:
            self.view.append([StoredLine(0, 0, self._seen(line)) for line in kept])
        elif not progress.told:
            self.view.set_state("no output yet" if not job.over else "no output")
        title = f"{job.task.command.title} {job.task.name}".strip()
        how = self._seen(progress.summary) if not job.over else str(job.state)
        shown = Piece(shorten(how, max(12, self.size.width - len(title) - 6)), _STYLES.get(job.state, "busy"))
        self.title_bar.update([Piece(title, "title"), shown])

    def _seen(self, line: str) -> str:
        """Return a line with its secrets masked, unless they are revealed."""
        return line if self.reveal else masked(line, self._secrets)

    def secrets_toggled(self) -> None:
        self.view.clear()
        self._shown = 0
        self._look()

    async def on_log_view_line_opened(self, event: LogView.LineOpened) -> None:
        from dockertui.screens.log.line_screen import LogLineScreen

        await self.app.push_screen(LogLineScreen(event.entry))

    def action_cancel(self) -> None:
        self._jobs.cancel(self._job)
