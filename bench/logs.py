"""What a busy log costs: CPU, lag behind real time, bytes to the terminal and memory, with its view open."""

from __future__ import annotations

import contextlib
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Self

from bench.table import Result
from tests.engine.dockerd import IMAGE, Dockerd
from tests.pty.program import Program

SPAN = 15.0
SETTLE = 3.0
RATES = (2_000, 20_000)
NAME = "busy"
_FEED = 0.005


class Busy:
    """A container that logs `rate` lines a second, each with the time (ms) at which it was written."""

    def __init__(self, dockerd: Dockerd, rate: int) -> None:
        self._rate = rate
        self._ends = threading.Event()
        command = ["docker", "run", "--rm", "-i", "--network=none", f"--name={NAME}", IMAGE, "cat"]
        self._docker = subprocess.Popen(
            command, env=dockerd.environment(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        self._writer = threading.Thread(target=self._write, daemon=True)

    def __enter__(self) -> Self:
        self._writer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._writer.join()
        assert self._docker.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._docker.stdin.close()
        self._docker.wait()

    def _write(self) -> None:
        """In pieces of 5 ms: a pipe takes no finer."""
        assert self._docker.stdin is not None
        started, written = time.monotonic(), 0
        while not self._ends.wait(_FEED):
            due = int((time.monotonic() - started) * self._rate)
            moment = int(time.time() * 1000)
            lines = (_line(number, moment) for number in range(written, due))
            self._docker.stdin.write(b"".join(lines))
            self._docker.stdin.flush()
            written = due


def _line(number: int, moment: int) -> bytes:
    status = (200, 200, 200, 304, 404, 502)[number % 6]
    request = f"GET /api/products?page={number % 977} HTTP/1.1"
    return f"t={moment} n={number:08d} {request} {status} {number % 48_000}\n".encode()


def measure(dockerd: Dockerd, runs: int, counts: tuple[int, ...]) -> list[Result]:
    """For each rate, over 15 s: CPU in percent of a core, lag in s, bytes a second, MB at start and end."""
    results = []
    dockerd.clean()
    for rate in RATES:
        with Busy(dockerd, rate):
            spans = [_span(dockerd) for _ in range(runs)]
        cpu, engine, median, last, sent, before, after, rate_shown = zip(*spans, strict=True)
        what = f"log of {rate:,} lines/s:"
        results += [
            Result(f"{what} CPU", "%", cpu),
            Result(f"{what} CPU of dockerd", "%", engine),
            Result(f"{what} lag, median", "s", median),
            Result(f"{what} lag at the end", "s", last),
            Result(f"{what} to the terminal", "B/s", sent),
            Result(f"{what} memory at the start", "MB", before),
            Result(f"{what} memory at the end", "MB", after),
            Result(f"{what} followed", "lines/s", rate_shown),
        ]
    return results


def _span(dockerd: Dockerd) -> tuple[float, ...]:
    foreign = ("DOCKER", "TEXTUAL", "PYTHON")
    own = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    environment = {**own, "DOCKER_HOST": dockerd.host, "DOCKERTUI_CONFIG": os.devnull}
    with Program([sys.executable, "-m", "dockertui"], env=environment) as program:
        program.wait_for(NAME)
        program.press("l")
        program.wait_for("following")
        program.press("z")
        time.sleep(SETTLE)
        cpu, engine, received, memory = program.cpu, dockerd.cpu, program.received, _resident(program.pid)
        started, first = time.monotonic(), _newest(program)[1]
        lags = []
        while time.monotonic() - started < SPAN:
            time.sleep(0.25)
            lags.append(time.time() - _newest(program)[0])
        span = time.monotonic() - started
        return (
            100 * (program.cpu - cpu) / span,
            100 * (dockerd.cpu - engine) / span,
            statistics.median(lags),
            lags[-1],
            (program.received - received) / span,
            memory / 1e6,
            _resident(program.pid) / 1e6,
            (_newest(program)[1] - first) / span,
        )


def _newest(program: Program) -> tuple[float, int]:
    """When the newest line on the screen was written, and its number."""
    found = re.findall(r"t=(\d+) n=(\d+)", program.text)
    assert found, program.text
    return max(int(moment) for moment, _ in found) / 1000, max(int(number) for _, number in found)


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
