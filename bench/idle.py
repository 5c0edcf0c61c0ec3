"""The cost of leaving the program open: CPU of the process and of dockerd, bytes, requests, memory."""

from __future__ import annotations

import time
from collections import Counter

from bench.counting import Counting
from bench.recorder import CONTAINER, open_program, populate
from bench.table import Result
from tests.engine.dockerd import Dockerd

SETTLE = 6.0
SPAN = 20.0


def measure(dockerd: Dockerd, runs: int, counts: tuple[int, ...]) -> list[Result]:
    """Measure CPU in percent of one core, bytes a second, requests a minute, MiB; over 20 s, 6 s after the start."""
    results = []
    for count in counts:
        populate(dockerd, count)
        spans = [_span(dockerd) for _ in range(runs)]
        cpu, engine_cpu, sent, requests, memory = zip(*(span[:5] for span in spans), strict=True)
        kinds = sum((span[5] for span in spans), Counter[str]())
        often = ", ".join(f"{number / runs:.3g} {path}" for path, number in kinds.most_common(4))
        results += [
            Result(f"idle with {count} running: CPU", "%", cpu),
            Result(f"idle with {count} running: CPU of dockerd, its containerd included", "%", engine_cpu),
            Result(f"idle with {count} running: to the terminal", "B/s", sent),
            Result(f"idle with {count} running: requests", "/min", requests, f"in 20 s: {often}"),
            Result(f"peak memory with {count} running", "MiB", memory),
        ]
    return results


def _span(dockerd: Dockerd) -> tuple[float, float, float, float, float, Counter[str]]:
    path = dockerd.home / "counting.sock"
    path.unlink(missing_ok=True)
    with Counting(path, dockerd.socket) as counting, open_program(counting.host) as program:
        program.wait_for(CONTAINER)
        time.sleep(SETTLE)
        cpu, engine_cpu, received = program.cpu, dockerd.cpu, program.received
        before = counting.requests.copy()
        time.sleep(SPAN)
        made = counting.requests - before
        span = (
            100 * (program.cpu - cpu) / SPAN,
            100 * (dockerd.cpu - engine_cpu) / SPAN,
            (program.received - received) / SPAN,
            60 * made.total() / SPAN,
            program.peak_memory / 2**20,
            made,
        )
        program.quit()
        return span
