"""From the command to the names of containers on the screen, next to an empty Textual app and `--version`."""

from __future__ import annotations

import sys
import time

from bench.floor import TEXT
from bench.recorder import CONTAINER, Recorder, open_program, populate
from bench.table import Result
from tests.engine.dockerd import Dockerd


def measure(dockerd: Dockerd, runs: int, counts: tuple[int, ...]) -> list[Result]:
    """Measure milliseconds; the kinds of start alternate, so that a busy moment of the machine affects all of them."""
    results = []
    for count in counts:
        populate(dockerd, count)
        turns = [(_floor(), _names(dockerd), _version()) for _ in range(runs + 1)][1:]  # the first fills caches
        floor, names, version = zip(*turns, strict=True)
        ratio = sorted(names)[runs // 2] / sorted(floor)[runs // 2]
        results += [
            Result(f"start to the names of {count} containers", "ms", names, f"{ratio:.2f} of the empty app"),
            Result("start to the text of an empty Textual app", "ms", floor),
            Result("`--version`, to its end", "ms", version),
        ]
    return results


def _floor() -> float:
    with Recorder([sys.executable, "-m", "bench.floor"]) as program:
        shown = program.wait_for(TEXT)
        program.quit()
        return 1000 * (shown - program.started)


def _names(dockerd: Dockerd) -> float:
    with open_program(dockerd.host) as program:
        shown = program.wait_for(CONTAINER)
        program.wait_quiet()
        program.quit()
        return 1000 * (shown - program.started)


def _version() -> float:
    with Recorder([sys.executable, "-m", "dockertui", "--version"]) as program:
        program.wait()
        return 1000 * (time.monotonic() - program.started)
