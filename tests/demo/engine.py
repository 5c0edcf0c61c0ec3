"""A demo Engine that can be inspected, acted on, and made to fail."""

from __future__ import annotations

import asyncio
import re
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from dockertui.demo import DemoEngine as Base
from dockertui.demo.host import Host
from tests.demo.faults import Faults

if TYPE_CHECKING:
    from tests.demo.server import FaultyServer

T = TypeVar("T")

_REQUESTS_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that the Engine received: path with version and query as sent, time by the real clock."""

    method: str
    path: str
    time: float


class DemoEngine(Base):
    """`containers`: number of generated containers besides the scene. `faults`: its faults (also `engine.faults`)."""

    def __init__(
        self,
        *,
        seed: int = 7,
        clock: Callable[[], float] | None = None,
        containers: int | None = None,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(seed=seed, clock=clock)
        self.faults = faults or Faults()
        self._extra = containers or 0
        self._server: FaultyServer | None = None
        self._seen: deque[Seen] = deque(maxlen=_REQUESTS_KEPT)

    def launch(self) -> None:
        """Start in the background, and return at once: `start` or `url` waits for the rest. Starts only once."""
        self._launch()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)

    @property
    def requests(self) -> list[Seen]:
        """The requests so far, oldest first (a copy)."""
        return [*self._seen]

    def requests_to(self, pattern: str) -> list[Seen]:
        """Return the requests whose '<METHOD> <path>' the regular expression matches anywhere."""
        return [one for one in self.requests if re.search(pattern, f"{one.method} {one.path}")]

    def forget_requests(self) -> None:
        self._seen.clear()

    @property
    def defects(self) -> list[Exception]:
        """Exceptions that no handler should have raised: bugs of this Engine."""
        return self._server.defects if self._server is not None else []

    def run(self, change: Callable[[Host], T]) -> T:
        """Call `change(host)` in the Engine's thread and return its result."""
        self.start()
        assert self.loop is not None

        async def call() -> T:
            return change(self.host)

        return asyncio.run_coroutine_threadsafe(call(), self.loop).result()

    # -- the thread ---------------------------------------------------------------------------

    async def _serve(self) -> None:
        try:
            await super()._serve()
        finally:
            self.faults.connect({})

    def furnish(self, host: Host) -> None:
        from tests.demo import crowd, hostile

        super().furnish(host)
        crowd.add(host, self._extra)
        if self.faults.hostile:
            hostile.add(host)

    def new_server(self) -> FaultyServer:
        from tests.demo.server import FaultyServer

        self._server = FaultyServer(self.host, self.faults, self.socket_path, self._note)
        loop = asyncio.get_running_loop()

        def in_loop(cause: Callable[[], Coroutine[object, object, None]]) -> Callable[[], None]:
            def cause_it() -> None:
                done = asyncio.run_coroutine_threadsafe(cause(), loop)
                if threading.current_thread() is not self._thread:
                    done.result()

            return cause_it

        self.faults.connect({name: in_loop(cause) for name, cause in self._server.signals().items()})
        return self._server

    def _note(self, method: str, path: str, time: float) -> None:
        self._seen.append(Seen(method, path, time))
