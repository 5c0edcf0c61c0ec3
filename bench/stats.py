"""The cost of showing statistics: the plots of a busy container, and the overview of all."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections import Counter

from bench.counting import Counting
from bench.recorder import CONTAINER, open_program, populate
from bench.table import Result
from dockertui.engine.stats import Usage
from dockertui.live.history import StatsHistory
from tests.engine.dockerd import Dockerd

SETTLE = 6.0
SPAN = 30.0
BUSY = "bench-000"
_WORK = "while :; do i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done; sleep 1; done"
_PLACES = (("the list alone", ""), ("the plots of a busy one", "m"), ("the overview", "S"))


def measure(dockerd: Dockerd, runs: int, counts: tuple[int, ...]) -> list[Result]:
    """Measure CPU in percent of one core, bytes a second, requests a minute, MiB; over 30 s, 6 s after a key."""
    results = [*_history(runs)]
    dockerd.clean()
    dockerd.run(f"--name={BUSY}", "--cpus=0.2", command=("sh", "-c", _WORK))
    for count in counts:
        populate(dockerd, count)
        for what, key in _PLACES:
            spans = [_span(dockerd, key) for _ in range(runs)]
            cpu, engine_cpu, sent, requests, memory = zip(*(span[:5] for span in spans), strict=True)
            kinds = sum((span[5] for span in spans), Counter[str]())
            often = ", ".join(f"{number / runs:.3g} {path}" for path, number in kinds.most_common(2))
            results += [
                Result(f"{what}, {count} running: CPU", "%", cpu),
                Result(f"{what}, {count} running: CPU of dockerd", "%", engine_cpu),
                Result(f"{what}, {count} running: to the terminal", "B/s", sent),
                Result(f"{what}, {count} running: requests", "/min", requests, f"in 30 s: {often}"),
                Result(f"{what}, {count} running: peak memory", "MiB", memory),
            ]
    return results


def _span(dockerd: Dockerd, key: str) -> tuple[float, float, float, float, float, Counter[str]]:
    path = dockerd.home / "counting.sock"
    path.unlink(missing_ok=True)
    with Counting(path, dockerd.socket) as counting, open_program(counting.host) as program:
        program.wait_for(CONTAINER)
        if key:
            program.press(key)
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
        if key == "S":
            program.press("q")
        program.quit()
        return span


def _history(runs: int) -> list[Result]:
    """Measure the memory of an hour of 100 containers, sampled every two seconds, and the cost of a sample."""
    sizes, costs = [], []
    for _ in range(runs):
        gc.collect()
        tracemalloc.start(1)
        history, taken, before = StatsHistory(), 0, time.process_time()
        for second in range(0, 3600, 2):
            for number in range(100):
                usage = Usage(float(number), 1 << 25, 1 << 30, second * 999, second, 0, 0, 9, 1.8e9 + second)
                history.take(str(number), usage)
                taken += 1
        costs.append((time.process_time() - before) / taken * 1e6)
        gc.collect()
        sizes.append(tracemalloc.get_traced_memory()[0] / 2**20)
        tracemalloc.stop()
        assert history.size < sizes[-1] * 2**20
    return [
        Result("history of 100 containers, 1 h every 2 s", "MiB", tuple(sizes)),
        Result("history: a sample, with the measuring", "µs", tuple(costs)),
    ]
