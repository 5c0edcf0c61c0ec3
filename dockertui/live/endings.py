"""Why containers ended or did not start, where only `inspect` tells: asked once for each end that is on the screen."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NamedTuple, Self

from dockertui.engine.client import Engine
from dockertui.engine.container_model import docker_state
from dockertui.engine.containers import CONTAINERS
from dockertui.engine.errors import EngineError
from dockertui.engine.fields import Raw, flag, instant, mapping, number, text
from dockertui.engine.models import Container, Event
from dockertui.engine.trace import because
from dockertui.live.journal import Journal
from dockertui.live.kind_reader import unexpected
from dockertui.live.store import Change, Link, LinkState, Mirror, notify

_SETTLE: Final = 0.5
"""Seconds after an end or an event until its effect is surely in the Engine's reply."""
_AGAIN: Final = 2.0
"""Seconds between two requests about one container: one may restart ten times a second."""
_PAUSE: Final = 0.1
"""Seconds between two requests, whatever ends at once."""
_OLD: Final = 10_000_000_000
"""Nanoseconds after which an event is history that somebody asked for."""
_SLACK: Final = 2.0
"""Seconds by which two reports of one end may differ."""
_GRACE: Final = 60.0
"""Seconds before an end in which a signal sent through the Engine may have caused it."""
KILLED: Final = 137
_START_CODES: Final = frozenset({126, 127, 128})


class Ending(NamedTuple):
    """What `inspect` says of a container that does not run.

    state, code, finished (epoch s): of which end it tells. oom: the OOM killer ended it. error: why it could not be
    started. restarts: how often its policy has restarted it.
    """

    state: str
    code: int
    finished: float | None
    oom: bool
    error: str
    restarts: int

    @classmethod
    def from_json(cls, raw: Raw) -> Self:
        state, code = mapping(raw, "State"), number(mapping(raw, "State"), "ExitCode") or 0
        return cls(
            docker_state(text(state, "Status")),
            code,
            instant(state, "FinishedAt"),
            flag(state, "OOMKilled") and code == KILLED,
            text(state, "Error").strip(),
            number(raw, "RestartCount") or 0,
        )

    def is_of(self, item: Container) -> bool:
        """Whether it tells of the end that the container is listed with."""
        if self.state != item.state or item.state != "exited":
            return self.state == item.state
        if self.finished is None or item.since is None:
            return self.code == item.exit_code
        return self.code == item.exit_code and abs(self.finished - item.since) <= item.since_error + _SLACK


def is_unclear(item: Container) -> bool:
    """Whether its listing leaves open why a container ended, did not start, or restarts."""
    if item.state == "exited":
        return item.exit_code == KILLED or item.exit_code in _START_CODES
    return item.state in ("created", "restarting")


class Endings:
    """The endings of the containers watched, by one request at a time.

    `on_found` receives the ID of a container of which more is known.
    """

    def __init__(self, engine: Engine, mirror: Mirror, journal: Journal, on_found: Callable[[str], None]) -> None:
        self._engine = engine
        self._mirror = mirror
        self._journal = journal
        self._tell = on_found
        self._known: dict[str, Ending] = {}
        self._asked: dict[str, tuple[str, int | None]] = {}
        """State and exit code with which each container was listed when it was last asked about."""
        self._due: dict[str, float] = {}
        """The loop's time before which a container is not asked about."""
        self._latest: dict[str, float] = {}
        """The loop's time up to which further events may delay that."""
        self._tables: tuple[dict[str, Any], ...] = (self._known, self._asked, self._due, self._latest)
        self._watched: Collection[str] = ()
        self._wake = asyncio.Event()
        self.idle = False
        """Whether everything watched has been asked about."""
        journal.subscribe(self._heard)
        mirror.subscribe(self._changed)
        mirror.subscribe_link(self._linked)

    def of(self, item: Container) -> Ending | None:
        """Return what is known of the end that a container is listed with."""
        found = self._known.get(item.id)
        return found if found is not None and found.is_of(item) else None

    def watch(self, ids: Collection[str]) -> None:
        """Ask about these containers, as far as that is needed, and about no others."""
        self._watched = ids
        self._look()

    def learn(self, id: str, reply: Mapping[str, Any]) -> None:
        """Take in an `inspect` reply, whoever asked for it."""
        item = self._mirror.get("container", id)
        if item is None or not is_unclear(item):
            return
        self._asked[id] = item.state, item.exit_code
        ending = Ending.from_json(reply)
        if ending.oom and self._was_killed(id, ending):
            ending = ending._replace(oom=False)
        if self._known.get(id) != ending:
            self._known[id] = ending
            notify(self._tell, id)

    def _was_killed(self, id: str, ending: Ending) -> bool:
        """Whether an event reports a signal just before its end: the OOM kill may then be that of another process."""
        if ending.finished is None:
            return False
        since, until = int((ending.finished - _GRACE) * 1e9), int((ending.finished + _SLACK) * 1e9)
        return any(event.action == "kill" for event in self._journal.of("container", id, since, until))

    # what changes

    def _look(self) -> None:
        self.idle = False
        self._wake.set()

    def _changed(self, change: Change) -> None:
        if change.kind == "container":
            for id in change.removed:
                for kept in self._tables:
                    kept.pop(id, None)
            for id in change.changed:
                self._due.setdefault(id, asyncio.get_running_loop().time() + _SETTLE)
            self._look()

    def _linked(self, link: Link) -> None:
        if link.state is LinkState.LIVE:  # events may have been missed
            for kept in self._tables:
                kept.clear()
            self._look()

    def _heard(self, event: Event) -> None:
        """Forget what an event may have changed. A failed start is announced by the network alone."""
        id = event.actor if event.type == "container" else event.attributes.get("container", "")
        if event.action.startswith(("exec", "health_status")) or event.time_ns < self._mirror.clock() * 1e9 - _OLD:
            return
        if self._mirror.get("container", id) is None:
            return
        self._asked.pop(id, None)
        known = self._known.get(id)
        loops = known is not None and known.state == "restarting" and event.action in ("die", "died", "start")
        if not loops:  # one that restarts keeps its count, which can only have grown
            self._known.pop(id, None)
        now = asyncio.get_running_loop().time()
        latest = self._latest.setdefault(id, now + _AGAIN)
        self._due[id] = max(self._due.get(id, 0.0), min(now + _SETTLE, latest))
        self._look()

    # requests

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            self._wake.clear()
            item, wait = self._next()
            if item is not None:
                await self._ask(item)
                await asyncio.sleep(_PAUSE)
                continue
            self.idle = wait is None and self._mirror.link.state is LinkState.LIVE
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._wake.wait()

    def _next(self) -> tuple[Container | None, float | None]:
        """Return the next container to ask about, or else in how many seconds there will be one."""
        if self._mirror.link.state is not LinkState.LIVE:
            return None, None
        now, waits = asyncio.get_running_loop().time(), []
        for id in self._watched:
            item: Container | None = self._mirror.get("container", id)
            if item is None or not is_unclear(item) or self._asked.get(id) == (item.state, item.exit_code):
                continue
            if (wait := self._due.get(id, 0.0) - now) <= 0:
                return item, None
            waits.append(wait)
        return None, min(waits, default=None)

    async def _ask(self, item: Container) -> None:
        self._asked[item.id] = item.state, item.exit_code
        self._due[item.id] = asyncio.get_running_loop().time() + _AGAIN
        self._latest.pop(item.id, None)
        try:
            with because("status"):
                self.learn(item.id, await CONTAINERS.inspect(self._engine, item.id))
        except EngineError:
            pass  # its listing is all that is known
        except Exception as error:
            unexpected(error, "saying why a container ended")
