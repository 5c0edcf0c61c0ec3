"""The journal of every request made, and its cause.

The last thousand requests are kept. The header's rate, the tests of frugality and the API lens all read them here.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from dockertui.engine.clock import EngineClock

CAPACITY: Final = 1000
BODY_KEPT: Final = 16 * 1024
"""Longest body of a request, in bytes, that is kept."""
_cause: ContextVar[tuple[str, Sequence[str]]] = ContextVar("dockertui_request_cause", default=("", ()))


@dataclass(slots=True)
class Request:
    """One request. It enters the journal when it is sent, and is completed when its reply has ended.

    `started` is in epoch seconds by this machine's clock; `duration` in seconds, None while the request or its stream
    runs; `path` is as sent, with version prefix and query; `bytes_in` and `bytes_out` count bodies, not headers;
    `status` is 0 until a reply begins; `error` is empty for a success. `docker` has the words after `docker` of the
    command equivalent to the operation that caused it, or is empty. `body` is as sent, None when it was not kept. Both
    may hold secrets.
    """

    number: int
    started: float
    cause: str
    method: str
    path: str
    status: int = 0
    duration: float | None = None
    bytes_in: int = 0
    bytes_out: int = 0
    error: str = ""
    docker: Sequence[str] = ()
    body: bytes | None = b""
    _began: float = field(default_factory=time.perf_counter, repr=False, compare=False)


class Trace:
    """A ring of the last requests, oldest first. Threads may record concurrently.

    `clock` is the Engine's, based on the one given (epoch seconds), which is this machine's: the Engine's relative
    times are computed from it.
    """

    def __init__(self, capacity: int = CAPACITY, clock: Callable[[], float] = time.time) -> None:
        self._requests: deque[Request] = deque(maxlen=capacity)
        self._numbers = itertools.count(1)
        self.clock = EngineClock(clock)

    def __iter__(self) -> Iterator[Request]:
        return iter(self._requests.copy())

    def __len__(self) -> int:
        return len(self._requests)

    def start(self, method: str, path: str, body: bytes | None = b"", docker: Sequence[str] = ()) -> Request:
        """Record that a request is being sent, for the cause set by `because`.

        body: None for one sent in pieces. docker: the command equivalent to the request, if the cause names none.
        """
        cause, named = _cause.get()
        docker = named or docker
        size = len(body or b"")
        request = Request(next(self._numbers), self.clock.local(), cause, method, path, bytes_out=size, docker=docker)
        request.body = body if size <= BODY_KEPT else None
        self._requests.append(request)
        return request

    def dated(self, request: Request, date: str | None) -> None:
        """Adjust the Engine's clock by the `Date` of a reply that is just arriving."""
        self.clock.heard(date, request.started, self.clock.local())

    def finish(
        self, request: Request, *, status: int | None = None, bytes_in: int | None = None, error: str = ""
    ) -> None:
        """Record the end of a request; parameters that are None leave the recorded value."""
        request.duration = time.perf_counter() - request._began
        request.error = error
        if status is not None:
            request.status = status
        if bytes_in is not None:
            request.bytes_in = bytes_in

    def per_minute(self, now: float) -> int:
        """Return how many requests were started in the 60 s before `now` (`clock.local`), at most the capacity."""
        return sum(1 for _ in self._last_minute(now))

    def causes(self, now: float) -> Counter[str]:
        """Count the same requests by cause."""
        return Counter(request.cause for request in self._last_minute(now))

    def _last_minute(self, now: float) -> Iterator[Request]:
        newest_first = reversed(self._requests.copy())
        return itertools.takewhile(lambda request: request.started > now - 60, newest_first)


@contextmanager
def because(cause: str, docker: Sequence[str] = ()) -> Iterator[None]:
    """Set the cause of the requests made inside, in this task and in those that it starts.

    `docker`: the words of the equivalent command.
    """
    token = _cause.set((cause, docker))
    try:
        yield
    finally:
        _cause.reset(token)
