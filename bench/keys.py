"""From a key press to the screen: the first and last byte of the change, and the number of bytes."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

from bench.recorder import CONTAINER, Burst, Recorder, open_program, populate
from bench.table import Result, percentile
from tests.engine.dockerd import Dockerd

PRESSES = 40
KEYS = {
    "cursor down": ("j", "k"),
    "page": ("pagedown", "pageup"),
    "next pane": ("tab", "shift+tab"),
    "zoom": ("z", "z"),
    "help": ("?", "escape"),
    "filter by a letter": ("/", "b", "escape"),
}


def measure(dockerd: Dockerd, runs: int, counts: tuple[int, ...]) -> list[Result]:
    """Measure milliseconds (p50 and p95 of each run) and bytes, with the highest number of containers."""
    populate(dockerd, max(counts))
    results = []
    for name, keys in KEYS.items():
        runs_of = [presses(dockerd, keys) for _ in range(runs)]
        first = [[1000 * (burst.first - pressed) for pressed, burst in run] for run in runs_of]
        last = [[1000 * (burst.last - pressed) for pressed, burst in run] for run in runs_of]
        size = [percentile([burst.size for _, burst in run], 0.5) for run in runs_of]
        note = f"last byte: p50 {_middle(last, 0.5):.1f} ms, p95 {_middle(last, 0.95):.1f} ms"
        results += [
            Result(f"key to screen, {name}: p50", "ms", tuple(percentile(run, 0.5) for run in first), note),
            Result(f"key to screen, {name}: p95", "ms", tuple(percentile(run, 0.95) for run in first)),
            Result(f"bytes for a key, {name}", "B", tuple(size)),
        ]
    return results


def _middle(runs: Sequence[Sequence[float]], share: float) -> float:
    return percentile([percentile(run, share) for run in runs], 0.5)


def presses(
    dockerd: Dockerd, keys: Sequence[str], begin: Callable[[Recorder], None] = lambda program: None
) -> list[tuple[float, Burst]]:
    """Press keys at a human pace; leave out those that changed nothing. `begin`: called before the first one."""
    generator = random.Random(1)
    with open_program(dockerd.host) as program:
        program.wait_for(CONTAINER)
        program.wait_quiet()
        begin(program)
        found = []
        for number in range(PRESSES):
            time.sleep(generator.uniform(0, 0.05))
            found.append(_press(program, keys[number % len(keys)]))
        program.press("escape", "escape")
        program.close()
    return [(pressed, burst) for pressed, burst in found if burst is not None]


def _press(program: Recorder, key: str) -> tuple[float, Burst | None]:
    pressed = program.press(key)
    return pressed, program.after(pressed)
