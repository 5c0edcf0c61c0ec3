"""Histories of statistics that are the same in every run, in place of the demo Engine's samples."""

from __future__ import annotations

import math
from dataclasses import replace

from dockertui.engine.stats import Usage
from tests.ui.stage import NOW, Stage

MIB = 1 << 20
_AHEAD = 100_000
"""Seconds by which made-up samples are later than a frozen demo Engine's: a reply still under way counts as old."""


def container_id(stage: Stage, name: str) -> str:
    found: str = stage.change(lambda host: next(id for id, one in host.containers.items() if one.name == name))
    return found


def invent(stage: Stage, name: str, minutes: int = 6) -> None:
    """Replace a container's samples by a fixed history: a wave with a gap."""
    history, id = stage.main.session.history, container_id(stage, name)
    history._series.pop(id, None)
    for at in range(0, minutes * 60, 2):
        if 150 <= at < 190:
            history.interrupt(id)
            continue
        wave = 1 + math.sin(at / 20)
        history.take(id, Usage(
            60 * wave, int((150 + 100 * wave) * MIB), 512 * MIB, int(at * 21_000), int(at * 14_000 * wave), 0,
            int(at * 4_000), 5, NOW + _AHEAD + at, cpu_time=(at + 100) * 10**9, cache=80 * MIB, throttled=20 * wave,
            throttled_time=0.1 * wave, cores=(30 * wave, 30.0, 0.0, 0.0),
        ))  # fmt: skip


def still(stage: Stage, *names: str) -> None:
    """Stop sampling, and show fixed histories for the named containers."""
    stage.app.settings = replace(stage.app.settings, stats_period=3600.0)
    stage.main.session.sampler.period = 3600.0
    for name in names:
        invent(stage, name)
