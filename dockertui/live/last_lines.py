"""The last lines of a container's log up to a time, each cut to the space of a page."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final, NamedTuple

from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError
from dockertui.engine.log_lines import LogLine
from dockertui.engine.logs import open_log
from dockertui.engine.trace import because

_PATIENCE: Final = 10.0
"""Seconds for a log driver that reads from a remote service."""
_CHARACTERS: Final = 2000


class LastLines(NamedTuple):
    """The lines, oldest first, and why some or all are missing."""

    lines: tuple[LogLine, ...] = ()
    error: str = ""


def _cut(text: str) -> str:
    """Return the beginning of a long line; of one with carriage returns the end, which is its last state."""
    return text[-_CHARACTERS:] if "\r" in text.rstrip("\r") else text[:_CHARACTERS]


async def last_lines(
    engine: Engine, container: str, *, tty: bool, count: int, tail: int, until: int | None
) -> LastLines:
    """Return the last `count` lines of the log's last `tail` entries up to `until` (epoch ns; None for its end)."""
    kept: deque[LogLine] = deque(maxlen=count)
    try:
        with because("diagnosis"):
            async with asyncio.timeout(_PATIENCE):
                async with open_log(engine, container, tty=tty, tail=tail, until=until) as log:
                    async for batch in log.batches():
                        kept.extend(line._replace(text=_cut(line.text)) for line in batch[-count:])
    except EngineError as error:
        return LastLines(tuple(kept), str(error))
    except TimeoutError:
        return LastLines(tuple(kept), f"the Engine did not give the log within {_PATIENCE:.0f} s")
    return LastLines(tuple(kept))
