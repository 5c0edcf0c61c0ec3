"""The names of containers during an exchange: they record the original name and the old one's state.

Every list reads names, so nothing is imported here that the first paint does not need.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, NamedTuple

_MARKED: Final = re.compile(
    r"(?P<name>.+)\.dockertui-(?P<role>new|part|old)-(?P<ran>running|paused|stopped)"
    r"(?:-(?P<policy>always|on-failure(?:-\d+)?))?"
)


class Ran(StrEnum):
    """A container's state, as far as an exchange must restore it."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class Mark(NamedTuple):
    """The parts of a name during an exchange. policy: the old one's restart policy, if it was changed."""

    name: str
    role: str
    ran: Ran
    policy: str = ""


def mark(name: str) -> Mark | None:
    """Parse a container's name during an exchange; None for any other name."""
    match = _MARKED.fullmatch(name)
    if match is None:
        return None
    policy = re.sub(r"-(\d)", r":\1", match["policy"] or "")
    return Mark(match["name"], match["role"], Ran(match["ran"]), policy)
