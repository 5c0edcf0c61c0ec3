"""The Procs tab: the container's processes as a tree, live while visible."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.screen import ModalScreen

from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import mapping, number
from dockertui.engine.models import Container
from dockertui.engine.processes import ProcessList, ProcessLister
from dockertui.engine.trace import because
from dockertui.live.processes import ProcessHistory, ProcessUsage
from dockertui.live.session import Session
from dockertui.live.store import LinkState
from dockertui.masking import masked
from dockertui.operations import signalling
from dockertui.operations.base import Context
from dockertui.resources import format, process
from dockertui.resources.surroundings import Surroundings
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.clipboard import report_copy
from dockertui.screens.base.tab import Subject, Tab
from dockertui.widgets.text import clean, fit
from dockertui.widgets.tree_table import TreeTable

_SETTLE = 0.1
"""Seconds that the cursor rests on a container before its processes are requested."""
_SOON = 1.0
"""Seconds between the first two samples: the second gives the current usage."""
_LOOK = 0.5
"""Seconds between two checks whether a sample is due: the pace changes when the user types."""
_LOOKS = 4
"""Checks after which a tab that is not on the screen counts as hidden: the layout may be late."""
_ALIVE = ("running", "paused")
_PAUSED = "paused: nothing of it runs until it is unpaused"


class ProcessTab(TreeTable[ProcessUsage], Tab, inherit_bindings=False):
    """Request the processes while on the screen; the last listing stays, greyed, when requests fail."""

    context = Context.PROCESSES
    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.PROCESSES)
    head = 2

    def __init__(self, session: Session) -> None:
        super().__init__(process.columns(self._shown), process.COMMAND, process.found_in)
        self.session = session
        self.note = ""
        self._trouble = ""
        self._lister = ProcessLister(session.engine)
        self._history = ProcessHistory()
        self._container: Container | None = None
        self._shows_secrets = False
        self._first: int | None = None
        """The host's PID of the container's first process, once known."""
        self._asking: asyncio.Task[None] | None = None

    # subject

    def show_subject(self, subject: Subject | None, surroundings: Surroundings, *, keep: bool) -> None:
        """Show the processes of a container; of the same one, request them anew if its state changed."""
        if self._shows_secrets != surroundings.reveal:
            self._shows_secrets = surroundings.reveal
            self.refresh_cells()
        before = self._container
        after = subject.item if subject is not None and isinstance(subject.item, Container) else None
        self._container = after
        if subject is not None:
            self._first = number(mapping(subject.inspect, "State"), "Pid") or None
        if after is None or before is None or after.id != before.id:
            self._start_anew()
        elif after.state != before.state or self._is_idle:
            self._ask_anew()

    @property
    def _is_idle(self) -> bool:
        """Whether nothing is requested though it should be: the tab was hidden, or the last request failed."""
        if self._container is None or self._container.state not in _ALIVE:
            return False
        return self._asking is None or (self._container.state == "running" and self._asking.done())

    def _start_anew(self) -> None:
        self._history, self._trouble = ProcessHistory(), ""
        self._show([], keep=False)
        self._ask_anew()

    def _ask_anew(self) -> None:
        self.leave()
        container = self._container
        if container is not None and container.state not in _ALIVE:
            self._trouble = ""
            self.empty_text = f"{container.name} is {container.state}: no process of it runs"
            self._show([], keep=False)
        elif container is not None:
            self.empty_text = "asking the Engine…"
            self._asking = asyncio.create_task(self._follow(container))
        self._tell()

    def leave(self) -> None:
        """Stop requesting."""
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def on_hide(self) -> None:
        self.leave()

    def on_show(self) -> None:
        if self._is_idle:
            self._ask_anew()

    def on_unmount(self) -> None:
        self.leave()

    # requests

    async def _follow(self, container: Container) -> None:
        """Request samples at the pace of the statistics; of a paused container only one, as nothing changes."""
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(_SETTLE)
        taken = 0
        while await self._may_ask() and await self._sample(container) and container.state == "running":
            due = clock()
            taken += 1
            while (rest := due + self._pause_after(taken) - clock()) > 0:  # noqa: ASYNC110 - no event tells the pace
                await asyncio.sleep(min(rest, _LOOK))

    async def _may_ask(self) -> bool:
        """Wait while the Engine is lost or another screen covers this one; return False if the tab is hidden."""
        looks = 0
        while not (self.is_on_screen and self._is_uncovered and not self._is_lost):
            looks = 0 if self.is_on_screen else looks + 1
            if looks > _LOOKS:
                return False
            self._tell()
            await asyncio.sleep(_LOOK)
        return True

    @property
    def _is_uncovered(self) -> bool:
        return self.app.screen is self.screen or isinstance(self.app.screen, ModalScreen)

    @property
    def _is_lost(self) -> bool:
        return self.session.mirror.link.state is LinkState.LOST

    def _pause_after(self, taken: int) -> float:
        """Return the seconds until the next sample: those of the statistics, which are longer when the user is idle."""
        period = self.session.sampler.period
        return min(_SOON, period) if taken == 1 else period

    async def _sample(self, container: Container) -> bool:
        """Take one sample; return False if there is no use in another."""
        try:
            with because("processes"):
                listing = await self._lister.list(container.id)
        except EngineError as error:
            gone = error.kind in (ErrorKind.NOT_FOUND, ErrorKind.CONFLICT)
            self._trouble = "it does not run any more" if gone else str(error)
            self.empty_text = self._trouble
            self._tell()
            return not gone
        self._trouble = "" if listing.titles else "the Engine lists no processes"
        self._take(listing)
        return True

    def _take(self, listing: ProcessList) -> None:
        self.empty_text = "the Engine lists no process of it"
        self._show(self._history.take(listing, self.session.trace.clock()))
        self._tell()

    def _show(self, found: Sequence[ProcessUsage], *, keep: bool = True) -> None:
        keys = {live.process.pid: live.key for live in found}
        parents = {live.key: keys.get(live.process.ppid or 0) for live in found}
        self.show({live.key: live for live in found}, parents, keep=keep)

    # the line above

    def _tell(self) -> None:
        """Update the line: number of processes, whose PIDs they are, errors."""
        self.stale = bool(self.objects) and (bool(self._trouble) or self._is_lost)
        self.note = " · ".join(part for part in self._parts() if part)
        self.refresh_frame()
        self.refresh(Region(0, 0, self.size.width, 1))

    def _parts(self) -> list[str]:
        if not self.objects:
            return []
        if self.stale:
            return ["the Engine is not reached" if self._is_lost else self._trouble, "as it was last seen"]
        lives = list(self.objects.values())
        threads = [live.process.threads for live in lives if live.process.threads is not None]
        paused = self._container is not None and self._container.state == "paused"
        order = "" if self.is_tree else f"by {self._sort[0]}"
        return [
            _PAUSED if paused else "",
            "1 process" if len(lives) == 1 else f"{len(lives)} processes",
            format.plural(sum(threads), "thread") if threads else "",
            self._whose(lives),
            order,
        ]

    def _whose(self, lives: Sequence[ProcessUsage]) -> str:
        pids = {live.process.pid for live in lives}
        if self._first is not None and self._first not in pids and 1 in pids:
            return "PIDs inside the container"
        return "PIDs of the host"

    def draw_head(self, y: int) -> Sequence[Segment]:
        if y:
            return super().draw_head(y)
        style = "warn" if self.stale else "dim"
        return [self.segment(fit(f" {clean(self.note)}", self.size.width), style)]

    def head_clicked(self, x: int, event: events.Click) -> None:
        super().head_clicked(x, event)
        self._tell()

    # operations

    def action_sort(self) -> None:
        """Step to the next sort order: the tree, then each of the figures."""
        orders = (None, *process.SORTS)
        self.sort_by(orders[(orders.index(self._sort[0]) + 1) % len(orders)])
        self._tell()

    def action_copy(self) -> None:
        self._copy("command", self._shown(self.cursor_item.process.command) if self.cursor_item else "")

    def action_copy_pid(self) -> None:
        self._copy("PID", str(self.cursor_item.process.pid) if self.cursor_item else "")

    def _shown(self, command: str) -> str:
        """Return a command line, secrets masked unless revealed."""
        return command if self._shows_secrets else masked(command)

    def _copy(self, what: str, text: str) -> None:
        if text:
            self.post_message(self.Said(*report_copy(self.app, text, what)))

    async def action_signal(self) -> None:
        """Ask for a signal, and send it to the process under the cursor."""
        live, container = self.cursor_item, self._container
        if live is None or container is None:
            self.post_message(self.Said("no process is selected"))
            return
        command, given = signalling.signal_of(live.process), {"process": signalling.named(live.process)}
        await self.run_command(command, container, given)
