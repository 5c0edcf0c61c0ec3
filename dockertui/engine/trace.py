"""The journal of every request made, and why it was made.

The last thousand requests are kept. The header's rate, the tests of frugality and the API lens all read them
here.
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
"""Bytes of a request's body that are kept, as long as it is not longer."""
_cause: ContextVar[tuple[str, Sequence[str]]] = ContextVar("dockertui_request_cause", default=("", ()))


@dataclass(slots=True)
class Request:
    """One request. It is in the journal from the moment it is sent, and completed when its reply has ended.

    ``started`` is in epoch seconds by this machine's clock; ``duration`` in seconds, None while the request or
    its stream runs; ``path`` is what was sent, version prefix and query included; ``bytes_in`` and ``bytes_out``
    count bodies, not headers; ``status`` is 0 until a reply begins; ``error`` is empty for a success. ``docker`` has
    the words after ``docker`` of the command that does the same as the operation which caused it; empty where
    there is none. ``body`` is what was sent, None when it is no longer known. Both may hold secrets.
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
    """A ring of the last requests, oldest first. Threads may record in it at the same time.

    ``clock`` is the Engine's, over the one given (epoch seconds), which is this machine's: what an Engine tells in
    relative times is reckoned from it.
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
        """Record that a request is being sent, for the cause that `because` names. body: None for one in pieces.

        docker: the command that does the same as the request, where the cause names none.
        """
        cause, named = _cause.get()
        docker = named or docker
        size = len(body or b"")
        request = Request(next(self._numbers), self.clock.local(), cause, method, path, bytes_out=size, docker=docker)
        request.body = body if size <= BODY_KEPT else None
        self._requests.append(request)
        return request

    def dated(self, request: Request, date: str | None) -> None:
        """Learn from the `Date` of a reply that is just coming what time the Engine has."""
        self.clock.heard(date, request.started, self.clock.local())

    def finish(
        self, request: Request, *, status: int | None = None, bytes_in: int | None = None, error: str = ""
    ) -> None:
        """Record the end of a request; what is None stays as it was recorded meanwhile."""
        request.duration = time.perf_counter() - request._began
        request.error = error
        if status is not None:
            request.status = status
        if bytes_in is not None:
            request.bytes_in = bytes_in

    def per_minute(self, now: float) -> int:
        """How many requests were started in the 60 s before ``now`` (``clock.local``), at most the capacity."""
        return sum(1 for _ in self._last_minute(now))

    def causes(self, now: float) -> Counter[str]:
        """The same by cause."""
        return Counter(request.cause for request in self._last_minute(now))

    def _last_minute(self, now: float) -> Iterator[Request]:
        newest_first = reversed(self._requests.copy())
        return itertools.takewhile(lambda request: request.started > now - 60, newest_first)


@contextmanager
def because(cause: str, docker: Sequence[str] = ()) -> Iterator[None]:
    """Name the cause of the requests made inside, in this task and in those that it starts.

    ``docker``: the words of the command that does the same.
    """
    token = _cause.set((cause, docker))
    try:
        yield
    finally:
        _cause.reset(token)
