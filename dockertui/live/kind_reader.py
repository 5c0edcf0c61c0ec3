"""Re-read one kind: dirty objects are read together, in few requests, and no change is missed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind, PartlyRead
from dockertui.engine.models import Event
from dockertui.engine.trace import because
from dockertui.live.backoff import Backoff
from dockertui.live.store import ALL, Ids, Mirror, Source

FILTERED = 50
"""The maximum number of objects asked for by ID; for more, a full list costs less."""
_REST = 4
"""An Engine is left alone for this many times as long as its last list took, unless something changed; a change waits
for no longer than one list takes.
"""
_RECONCILE_REST = 20


class Pace(NamedTuple):
    """How often an Engine is asked, in seconds.

    settle: from the first dirty object to the request, so that a burst costs one request.
    confirm: from the last event about an object to one more reading of it. Docker announces some changes (pause,
        network connect) before they are in the copy that its lists are made from; an fsync lies between the two.
    reconcile: between full lists, for what no event reports (a network connected to a stopped container, a lost event).
    """

    settle: float = 0.1
    confirm: float = 1.0
    reconcile: float = 60.0


class KindReader:
    """Keeps one kind of the mirror fresh, one request at a time, so that no older reply overwrites a newer one.

    `tried` is called after each request, with its error or None; an exception that it raises ends `run()`.
    """

    def __init__(
        self,
        engine: Engine,
        mirror: Mirror,
        source: Source[Any],
        pace: Pace,
        backoff: Backoff,
        tried: Callable[[EngineError | None], None],
    ) -> None:
        self.idle = asyncio.Event()
        """Set while no object is dirty, doubtful or being read."""
        self.tried = False
        """Whether a list has succeeded or failed since this reader began."""
        self.answered = False
        """Whether a list has succeeded."""
        self._engine = engine
        self._mirror = mirror
        self._source = source
        self._pace = pace
        self._backoff = backoff
        self._tell_tried = tried
        self._dirty: Ids = ALL
        self._doubtful: Ids = frozenset()
        self._wake = asyncio.Event()
        self._confirm_at: float | None = None
        self._reconcile_at: float | None = None
        self._rest_until = 0.0
        self._last_duration = 0.0
        self._wanted_at: float | None = None
        self._urgent = asyncio.Event()
        self._changed_at: float | None = None
        self._reading_at: float | None = None
        self._wake.set()

    def oldest_unread_age(self) -> float:
        """Return the age in seconds of the oldest reported change that has not been read; 0 if there is none."""
        moments = [at for at in (self._changed_at, self._reading_at) if at is not None]
        return asyncio.get_running_loop().time() - min(moments) if moments else 0.0

    def mark(self, ids: Ids) -> None:
        """Read these objects again soon: they have changed."""
        if ids:
            if self._changed_at is None:
                self._changed_at = asyncio.get_running_loop().time()
            self._read_soon(ids)

    def _read_soon(self, ids: Ids) -> None:
        """Read these objects as soon as the list in progress, or the rest after it, allows."""
        if self._wanted_at is None:
            self._wanted_at = asyncio.get_running_loop().time()
            self._urgent.set()
        self._add(ids)

    def _add(self, ids: Ids) -> None:
        if ids:
            self._dirty = _union(self._dirty, ids)
            self.idle.clear()
            self._wake.set()

    def take(self, event: Event) -> None:
        """Mark the objects that an event touches, and again after `Pace.confirm`, when the change is surely visible."""
        ids = self._source.touched(event, self._mirror.objects(self._source.kind))
        if ids:
            self.mark(ids)
            self._doubtful = _union(self._doubtful, ids)
            self._confirm_at = asyncio.get_running_loop().time() + self._pace.confirm

    def retry_now(self) -> None:
        """End the wait before the next attempt after a failure."""
        self._backoff.cut()

    async def run(self) -> None:
        """Read everything, then whatever is dirty, forever."""
        while True:
            await self._until_due()
            asked, self._dirty = self._dirty, frozenset()
            self._reading_at, self._changed_at, self._wanted_at = self._changed_at, None, None
            self._wake.clear()
            read = await self._read(asked)
            since, self._reading_at = self._reading_at, None
            if read:
                self._backoff.reset()
            else:
                self._changed_at = self._changed_at if since is None else since
                self._add(asked)
                await self._backoff.wait(self._backoff.next())
            if not (self._dirty or self._doubtful):
                self.idle.set()

    async def _until_due(self) -> None:
        """Wait for dirty objects and let them gather, or until it is time to confirm or reconcile."""
        while not self._wake.is_set():
            deadline = min((at for at in (self._confirm_at, self._reconcile_at) if at is not None), default=None)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(deadline):
                    await self._wake.wait()
            self._mark_due()
        if self._mirror.loaded(self._source.kind):
            await self._let_rest()
        self._mark_due()

    async def _let_rest(self) -> None:
        """Let changes gather and the Engine rest; a wanted object waits for no longer than a list takes."""
        loop = asyncio.get_running_loop()
        settled = loop.time() + self._pace.settle
        while (at := max(settled, self._may_ask_at())) > loop.time():
            self._urgent.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(at):
                    await self._urgent.wait()

    def _may_ask_at(self) -> float:
        rested, wanted = self._rest_until, self._wanted_at
        return rested if wanted is None else min(rested, wanted + self._last_duration)

    def _mark_due(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._confirm_at is not None and now >= self._confirm_at:
            self._confirm_at = None
            ids, self._doubtful = self._doubtful, frozenset()
            self._read_soon(ids)
        if self._reconcile_at is not None and now >= self._reconcile_at:
            self._reconcile_at = None
            self._add(ALL)

    async def _read(self, asked: Ids) -> bool:
        """Read the objects into the mirror; on failure record the error there and return False."""
        error = await self._ask(asked)
        if error is not None:
            self._mirror.fail(self._source.kind, error)
        self.tried = True
        self.answered = self.answered or error is None
        self._tell_tried(error)
        return error is None

    async def _ask(self, asked: Ids) -> EngineError | None:
        loop, kind, ls = asyncio.get_running_loop(), self._source.kind, self._source.ls
        began = loop.time()
        try:
            with because("live mirror"):
                if asked is ALL:
                    self._mirror.replace(kind, await ls(self._engine, None))
                else:
                    self._mirror.update(kind, await ls(self._engine, asked), asked)
        except PartlyRead as error:
            self._mirror.update(kind, error.objects, ())  # objects that could not be read keep their known state
            return error
        except EngineError as error:
            return error
        except Exception as error:
            return unexpected(error, f"listing its {kind}s")
        self._rest(began, loop.time(), asked)
        return None

    def _rest(self, began: float, ended: float, asked: Ids) -> None:
        """Note when the Engine may be asked again, and when it must be."""
        took = self._last_duration = ended - began
        self._rest_until = ended + _REST * took
        if asked is ALL:
            self._reconcile_at = ended + max(self._pace.reconcile, _RECONCILE_REST * took)


def unexpected(error: Exception, doing: str) -> EngineError:
    """Log an exception that no code foresaw and return it as an error that can be shown."""
    logging.getLogger("dockertui").error("an answer of the Engine could not be read", exc_info=error)
    message = f"unexpected answer of the Engine while {doing}: {type(error).__name__}: {error}"
    return EngineError(ErrorKind.PROTOCOL, message)


def _union(one: Ids, other: Ids) -> Ids:
    if one is ALL or other is ALL:
        return ALL
    both = _as_set(one) | _as_set(other)
    return both if len(both) <= FILTERED else ALL


def _as_set(ids: Collection[str]) -> frozenset[str]:
    return ids if isinstance(ids, frozenset) else frozenset(ids)
