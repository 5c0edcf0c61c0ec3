"""Faults that can be injected while the Engine runs: for tests and benchmarks."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Failure:
    """A reply in place of the right one. message None sends a body without 'message'."""

    status: int
    message: str | None


class Faults:
    """Faults by pattern: a regular expression searched in '<METHOD> <path>', the path without its version.

    Every method may be called from any thread, before the Engine starts and while it runs. `clear` ends all lasting
    faults; requests that hang are then answered.
    """

    def __init__(self, *, unknown_fields: bool = False, missing_fields: float = 0.0, hostile: bool = False) -> None:
        self.unknown_fields = unknown_fields
        """Add fields that no specification has to every JSON object."""
        self.missing_fields = missing_fields
        """The share (0 to 1) of fields that are left out or null; identities are always sent."""
        self.hostile = hostile
        """Start with objects whose strings are hostile (see `tests.demo.hostile`); read only at the start."""
        self._lock = threading.Lock()
        self._delays: dict[str, float] = {}
        self._hangs: set[str] = set()
        self._cuts: dict[str, int | None] = {}
        self._failures: dict[str, Failure] = {}
        self._signals: dict[str, Callable[[], None]] = {}

    # -- lasting, by pattern ------------------------------------------------------------------

    def delay(self, seconds: float, pattern: str = "") -> None:
        """Delay replies. Zero ends it."""
        self._set(self._delays, pattern, seconds if seconds > 0 else None)

    def hang(self, pattern: str = "") -> None:
        """Accept requests and never answer them, until `clear`."""
        re.compile(pattern)
        with self._lock:
            self._hangs.add(pattern)

    def cut(self, pattern: str = "", after: int | None = None) -> None:
        """Break the connection within the body: after so many bytes, or half of it."""
        re.compile(pattern)
        with self._lock:
            self._cuts[pattern] = after

    def fail(self, pattern: str = "", *, status: int = 500, message: str | None = "something broke") -> None:
        """Reply with an error; `message` None leaves the message out of the body."""
        self._set(self._failures, pattern, Failure(status, message))

    def clear(self) -> None:
        """End all lasting faults, and listen again."""
        with self._lock:
            for faults in (self._delays, self._hangs, self._cuts, self._failures):
                faults.clear()
        self.unknown_fields, self.missing_fields = False, 0.0
        self._signal("cleared")
        self._signal("accept")

    # -- at once ------------------------------------------------------------------------------

    def break_event_streams(self) -> None:
        """Break every open event stream now; new ones work."""
        self._signal("break_event_streams")

    def break_connections(self) -> None:
        """Break every open connection now, as a killed daemon would."""
        self._signal("break_connections")

    def refuse(self) -> None:
        """Stop listening and break every connection: connecting is then refused. `accept` undoes it."""
        self._signal("refuse")

    def accept(self) -> None:
        """Listen again, on the same path."""
        self._signal("accept")

    # -- for the server -----------------------------------------------------------------------

    def connect(self, signals: dict[str, Callable[[], None]]) -> None:
        """Set what to call (from any thread) for the faults that happen at once; called by the Engine."""
        self._signals = signals

    def delay_of(self, what: str) -> float:
        return max(self._found(self._delays, what), default=0.0)

    def hangs(self, what: str) -> bool:
        with self._lock:
            return any(re.search(pattern, what) for pattern in self._hangs)

    def failure_of(self, what: str) -> Failure | None:
        return next(iter(self._found(self._failures, what)), None)

    def cut_of(self, what: str) -> tuple[bool, int | None]:
        """Return whether this reply is cut, and after how many bytes (None: half)."""
        found = self._found(self._cuts, what)
        return bool(found), found[0] if found else None

    def _found(self, faults: dict[str, Any], what: str) -> list[Any]:
        with self._lock:
            return [value for pattern, value in faults.items() if re.search(pattern, what)]

    def _set(self, faults: dict[str, Any], pattern: str, value: Any) -> None:
        re.compile(pattern)
        with self._lock:
            if value is None:
                faults.pop(pattern, None)
            else:
                faults[pattern] = value

    def _signal(self, name: str) -> None:
        if name in self._signals:
            self._signals[name]()
