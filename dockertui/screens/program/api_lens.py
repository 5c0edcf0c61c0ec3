"""The API lens: the last thousand requests, live, each as `curl` and `docker` line."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import BindingType

from dockertui.engine.endpoint import Endpoint
from dockertui.engine.trace import Request, Trace
from dockertui.engine.whole_file import new_text
from dockertui.masking import masked, masked_path, masked_tree
from dockertui.operations.base import Context
from dockertui.operations.command_lines import docker_line, request_line
from dockertui.own_cost import Cost, OwnCost
from dockertui.resources import format
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.clipboard import report_copy
from dockertui.screens.base.second_screen import SecondScreen
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.page import Field, Page, Section
from dockertui.widgets.table import Cell, Column, Table

_FRAME = 0.5
_COST_LOOKS = 4
"""Looks between two updates of the program's own cost."""


class RequestRow(NamedTuple):
    """A request's state when it was last looked at."""

    request: Request
    path: str
    status: int
    duration: float | None
    bytes_in: int
    error: str


class LensTable(Table[RequestRow]):
    """The requests, with the keys of every list."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.ROWS)


class LensScreen(SecondScreen[None]):
    """The requests that the program sends to the Engine, and why."""

    context = Context.LENS
    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.LENS, Context.SECRETS)
    has_secrets = True

    def __init__(self, trace: Trace, endpoint: Endpoint, cost: OwnCost | None = None) -> None:
        self._table = LensTable(_columns(), empty_text="no request")
        super().__init__(self._table)
        self._trace = trace
        self._cost = cost
        self._endpoint = endpoint
        self._page = Page()
        self._own = Bar()
        self._looks = 0
        self._filter = ""
        self._paused = False

    def body(self) -> ComposeResult:
        yield from (self.title_bar, self._own, self._table, self._page)

    def on_mount(self) -> None:
        self._table.sort_by("number", reverse=True)
        self._table.show_all_columns = False
        self._look()
        self.set_interval(_FRAME, self._look)

    def _look(self) -> None:
        """Show new requests and changes, unless paused."""
        if not self._paused:
            known = self._table.objects
            now = {str(request.number): _entry(request, self.reveal) for request in self._trace}
            changed = {key: entry for key, entry in now.items() if known.get(key) != entry}
            gone = known.keys() - now.keys()
            if changed or gone:
                self._table.patch(changed, gone)
                self._show()
        self._paint_title()
        if self._looks % _COST_LOOKS == 0:
            self._own.update(*own_cost(self._cost.measure() if self._cost else None, self._trace))
        self._looks += 1

    def _paint_title(self) -> None:
        left = [Piece("API lens", "title"), Piece(f"{len(self._table.shown)} of {len(self._trace)} requests", "dim")]
        if self._filter:
            left.append(Piece(f"/{self._filter}", "accent"))
        if self._paused:
            left.append(Piece("PAUSED", "warn"))
        self.title_bar.update(left)

    def _show(self) -> None:
        entry = self._table.cursor_object
        self._page.show(self._sections(entry.request) if entry is not None else [])

    def on_table_selected(self) -> None:
        self._show()

    def curl(self, request: Request) -> str:
        """Return the request as a `curl` line; a body too long to be kept is `@BODY`."""
        body = "@BODY" if request.body is None else self._body(request.body)
        return request_line(self._endpoint, request.method, self._path(request), body, reveal=self.reveal)

    def _path(self, request: Request) -> str:
        return request.path if self.reveal else masked_path(request.path)

    def docker(self, request: Request) -> str:
        """Return the `docker` line that does the same, or ""."""
        return docker_line(self._endpoint, request.docker, reveal=self.reveal) if request.docker else ""

    def _body(self, body: bytes) -> str:
        text = body.decode("utf-8", "replace")
        if self.reveal or not text:
            return text
        try:
            return json.dumps(masked_tree(json.loads(text)), ensure_ascii=False)
        except (ValueError, RecursionError):
            return masked(text)

    def _sections(self, request: Request) -> list[Section]:
        fields = [Field("curl", self.curl(request)), Field("docker", self.docker(request) or "-")]
        if request.error:
            fields.insert(0, Field("Error", request.error if self.reveal else masked(request.error), "bad"))
        return [Section(f"{request.method} {self._path(request)}", fields)]

    # keys

    def drop(self) -> bool:
        """End the filter; return whether there was one."""
        dropped = bool(self._filter)
        if dropped:
            self._narrow("")
        return dropped

    def action_pause(self) -> None:
        self._paused = not self._paused
        self._look()

    def secrets_toggled(self) -> None:
        shown = {key: _entry(entry.request, self.reveal) for key, entry in self._table.objects.items()}
        self._table.patch(shown, ())
        self._show()

    async def action_filter(self) -> None:
        await self.ask("words of cause, method, path, status", self._filter, typed=self._narrow)

    def _narrow(self, line: str) -> None:
        self._filter = line
        words = line.lower().split()
        self._table.set_filter((lambda entry: all(word in _text(entry) for word in words)) if words else None)
        self._paint_title()
        self._show()

    def action_copy(self, what: str) -> None:
        entry = self._table.cursor_object
        if entry is not None:
            line = self.curl(entry.request) if what == "curl" else self.docker(entry.request)
            told = report_copy(self.app, line, f"{what} line") if line else ("no docker line does this", "accent")
            self.say(*told)

    def action_export(self) -> None:
        """Write the shown requests to a file in the working directory, as JSON lines."""
        path = Path(time.strftime("dockertui-requests-%Y%m%d-%H%M%S.jsonl"))
        entries = self._table.objects
        try:
            with new_text(str(path)) as file:
                for key in reversed(self._table.shown):
                    file.write(json.dumps(self._exported(entries[key]), ensure_ascii=False) + "\n")
        except OSError as error:
            self.say(f"not written: {error.strerror} ({path})", "bad")
        else:
            self.say(f"{len(self._table.shown)} requests written to {path}", "accent")

    def _exported(self, entry: RequestRow) -> dict[str, object]:
        request = entry.request
        return {
            "number": request.number,
            "started": request.started,
            "cause": request.cause,
            "method": request.method,
            "path": entry.path,
            "status": entry.status,
            "duration": entry.duration,
            "bytes_in": entry.bytes_in,
            "bytes_out": request.bytes_out,
            "error": entry.error,
            "curl": self.curl(request),
            "docker": self.docker(request),
        }


def own_cost(cost: Cost | None, trace: Trace) -> tuple[list[Piece], list[Piece]]:
    """Return what the program costs: its own resources, and the requests of the last minute by cause."""
    left = [Piece("this program", "dim", priority=1)]
    if cost is not None:
        left.append(Piece(f"CPU {format.share(cost.cpu)}", priority=0))
        if cost.memory is not None:
            left.append(Piece(format.memory(cost.memory, 3), priority=0))
        if cost.peak is not None:
            left.append(Piece(f"peak {format.memory(cost.peak, 3)}", "dim", priority=4))
        left.append(Piece(f"{format.rate(cost.sent)} to the terminal", priority=3))
        left.append(Piece(f"over {cost.seconds:.0f} s", "dim", priority=5))
    causes = trace.causes(trace.clock.local()).most_common()
    each = [Piece(f"{count} {cause or 'other'}", "dim", priority=2) for cause, count in causes]
    return left, [Piece(f"{sum(count for _, count in causes)} requests/min", priority=1), *each]


def _entry(request: Request, reveal: bool) -> RequestRow:
    path = request.path if reveal else masked_path(request.path)
    error = request.error if reveal else masked(request.error)
    return RequestRow(request, path, request.status, request.duration, request.bytes_in, error)


def _text(entry: RequestRow) -> str:
    request = entry.request
    return f"{request.cause} {request.method} {entry.path} {entry.status} {entry.error}".lower()


def _columns() -> list[Column[RequestRow]]:
    def moment(entry: RequestRow) -> Cell:
        return Cell(time.strftime("%H:%M:%S", time.localtime(entry.request.started)), "dim")

    return [
        Column("time", "TIME", moment, lambda e: e.request.number, width=8),
        Column("method", "METHOD", lambda e: e.request.method, lambda e: e.request.method, width=6),
        Column("path", "PATH", lambda e: e.path, lambda e: e.path, width=20),
        Column("status", "STATUS", _status, lambda e: e.status, width=6, right=True),
        Column("duration", "TOOK", _duration, lambda e: e.duration, width=7, right=True, priority=1),
        Column("in", "IN", lambda e: format.size(e.bytes_in), lambda e: e.bytes_in, width=6, right=True, priority=2),
        Column("cause", "CAUSE", lambda e: e.request.cause, lambda e: e.request.cause, width=14, priority=3),
        Column("out", "OUT", lambda e: format.size(e.request.bytes_out), lambda e: e.request.bytes_out, width=6,
               right=True, priority=4),
        Column("number", "#", lambda e: Cell(str(e.request.number), "dim"), lambda e: e.request.number, width=5,
               right=True, priority=5),
    ]  # fmt: skip


def _status(entry: RequestRow) -> Cell:
    if entry.error:
        return Cell(str(entry.status or "✗"), "bad")
    if not entry.status:
        return Cell("…", "busy")
    return Cell(str(entry.status), "good" if entry.status < 300 else "")


def _duration(entry: RequestRow) -> Cell:
    if entry.duration is None:
        return Cell("runs", "busy")
    return Cell(f"{entry.duration * 1000:.0f} ms" if entry.duration < 10 else f"{entry.duration:.0f} s")
