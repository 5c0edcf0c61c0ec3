"""What a job has told, whole: read like a log, its end followed while it runs."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from dockertui.engine.errors import shorten
from dockertui.masking import masked
from dockertui.operations.base import Context
from dockertui.operations.jobs import Job, Jobs, State, secrets_of
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.clipboard import copy
from dockertui.screens.base.prompt import ask
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.log_store import MARK, Entry
from dockertui.widgets.log_view import LogView
from dockertui.widgets.screen import Layer

_FRAME = 0.1
_STYLES = {State.DONE: "good", State.FAILED: "bad", State.CANCELLED: "warn"}


class OutputView(LogView):
    """The lines, with a log's keys."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.LOG)

    def action_copy(self) -> None:
        copy(self.app, "\n".join(self.lines_to_copy()))


class OutputScreen(Layer[None]):
    """Shows what a job tells. Escape or q goes back; the job goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "back", "Back"),
        ("q", "dismiss", "Back"),
        ("x,delete", "cancel", "Give it up"),
        ("ctrl+r", "reveal", "Show or hide secrets"),
    ]

    def __init__(self, job: Job, jobs: Jobs) -> None:
        super().__init__()
        self._job = job
        self._jobs = jobs
        self._view = OutputView()
        self._title, self._footer = Bar(classes="title"), Bar()
        self._shown = 0
        """Lines that were handed to the view, of all that were told."""
        self._reveal = False
        self._secrets = secrets_of(job)

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._view
        yield self._footer

    def on_mount(self) -> None:
        self._footer.update([
            Piece((("x", "key"), (" give it up", "dim")), action="cancel"),
            Piece((("/", "key"), (" search", "dim")), action="search"),
            Piece((("w", "key"), (" wrap", "dim")), action="wrap"),
            Piece((("G", "key"), (" follow", "dim")), action="follow"),
            Piece((("esc", "key"), (" back (jobs keep running)", "dim")), action="back"),
        ])  # fmt: skip
        self._view.notice = "it begins here"
        self._view.focus()
        self._look()
        self.set_interval(_FRAME, self._look)

    def _look(self) -> None:
        """Take what is new; say how many lines were let go before they could be shown."""
        job, progress = self._job, self._job.progress
        new = progress.told - self._shown
        kept = progress.lines[-new:] if new else []
        self._shown = progress.told
        if missing := new - len(kept):
            self._view.append([Entry(0, MARK, f"{missing} lines before these are not kept")])
        if kept:
            self._view.append([Entry(0, 0, self._seen(line)) for line in kept])
        elif not progress.told:
            self._view.say("nothing is told yet" if not job.over else "nothing was told")
        title = f"{job.task.command.title} {job.task.name}".strip()
        how = self._seen(progress.summary) if not job.over else str(job.state)
        shown = Piece(shorten(how, max(12, self.size.width - len(title) - 6)), _STYLES.get(job.state, "busy"))
        self._title.update([Piece(title, "title"), shown])

    def _seen(self, line: str) -> str:
        """A line without secrets, unless they are to be seen."""
        return line if self._reveal else masked(line, self._secrets)

    def action_reveal(self) -> None:
        self._reveal = not self._reveal
        self._view.clear()
        self._shown = 0
        self._look()

    async def action_search(self) -> None:
        await ask("search", typed=self._view.search, place=self._view, before=self._footer)

    async def on_log_view_line_opened(self, event: LogView.LineOpened) -> None:
        from dockertui.screens.log.line_screen import LogLineScreen

        await self.app.push_screen(LogLineScreen(event.entry))

    def action_back(self) -> None:
        """End search and selection, then go back."""
        if not self._view.drop():
            self.dismiss(None)

    def action_cancel(self) -> None:
        self._jobs.cancel(self._job)

    def action_wrap(self) -> None:
        self._view.action_wrap()

    def action_follow(self) -> None:
        self._view.follow()

    async def on_bar_pressed(self, event: Bar.Pressed) -> None:
        await self.run_action(event.action)
