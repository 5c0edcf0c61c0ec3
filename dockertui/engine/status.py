"""Parse the Status text of a listed container: "Up 5 minutes (healthy)", "Exited (137) 3 hours ago".

The listing of containers has no start time, exit code or (before API 1.52) health of its own; they are in this text,
which the Engine builds in moby's `container/state.go` with the durations of go-units' `HumanDuration`. Podman's
compatible service imitates it.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_HOUR: Final = 3600.0
_UNITS: Final = {
    "second": (1.0, 1.0),
    "minute": (60.0, 60.0),
    "hour": (_HOUR, _HOUR / 2),  # hours are rounded to the nearest one, all others are cut
    "day": (24 * _HOUR, 24 * _HOUR),
    "week": (7 * 24 * _HOUR, 7 * 24 * _HOUR),
    "month": (30 * 24 * _HOUR, 30 * 24 * _HOUR),
    "year": (365 * 24 * _HOUR, 365 * 24 * _HOUR),
}
_DURATION: Final = re.compile(
    r"(?P<instant>Less than a second)"
    r"|(?:(?P<count>[0-9]{1,9})|About an?) (?P<unit>second|minute|hour|day|week|month|year)s?\b"
)
_EXIT_CODE: Final = re.compile(r"(?:Exited|Restarting) \((-?[0-9]{1,10})\)")
_HEALTH: Final = re.compile(r"\((?:health: )?(starting|healthy|unhealthy)\)$")


class Duration(NamedTuple):
    """A duration in seconds, as written; the true one differs by at most `error` seconds."""

    seconds: float
    error: float


class Status(NamedTuple):
    """The contents of a Status text. `health` is "", "starting", "healthy" or "unhealthy"."""

    health: str
    exit_code: int | None
    elapsed: Duration | None


def parse_status(status: str) -> Status:
    """Parse a Status text; what it lacks, or words in an unknown way, is empty or None."""
    status = status[:200]  # the Engine's longest is under 60; a foreign one must not cost time
    health = _HEALTH.search(status)
    code = _EXIT_CODE.match(status)
    return Status(
        health=health[1] if health else "",
        exit_code=int(code[1]) if code else None,
        elapsed=parse_duration(status),
    )


def parse_duration(text: str) -> Duration | None:
    """Parse the first duration in `text`, as go-units writes them: "About an hour", "3 weeks"."""
    match = _DURATION.search(text)
    if not match:
        return None
    if match["instant"]:
        return Duration(0.0, 1.0)
    size, error = _UNITS[match["unit"]]
    return Duration(int(match["count"] or 1) * size, error)
