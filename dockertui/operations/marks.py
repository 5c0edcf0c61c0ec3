"""The names that containers have while one takes another's place: whose place it is, and how the old one stood.

Every list looks at names, so that nothing is imported here that the first paint does not need.
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
    """How a container stands, as far as it has to stand so again."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class Mark(NamedTuple):
    """What the name of a container in an exchange says. policy: the old one's restart policy, if that was changed."""

    name: str
    role: str
    ran: Ran
    policy: str = ""


def mark(name: str) -> Mark | None:
    """What a name says of an exchange; None for any other name."""
    match = _MARKED.fullmatch(name)
    if match is None:
        return None
    policy = re.sub(r"-(\d)", r":\1", match["policy"] or "")
    return Mark(match["name"], match["role"], Ran(match["ran"]), policy)
