"""The cost of a busy log with its view open: CPU, lag behind real time, bytes to the terminal and memory."""

from __future__ import annotations

import asyncio
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
from dockertui.engine.logs import open_log, page_before
from dockertui.screens.log.feed import LARGEST_PAGE
from dockertui.widgets.log_query import Query
from dockertui.widgets.log_store import LogStore, StoredLine
from tests.engine.dockerd import IMAGE, Dockerd
from tests.engine.watching import opened
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
        """Write every 5 ms: a pipe does not resolve finer steps."""
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
    """Measure each rate for 15 s: CPU in percent of a core, lag in s, bytes a second, MB at start and end."""
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


LONG = 1_000_000
_WRITER = (
    f"BEGIN {{for (i = 1; i <= {LONG}; i++) "
    'print "n=" i " GET /api/products?page=" i % 977 " HTTP/1.1 200 a line of the usual length of an access log"}'
)


def measure_long(dockerd: Dockerd, runs: int, counts: tuple[int, ...]) -> list[Result]:
    """Measure a log of a million lines: tail, whole next to `docker logs`, pages to the start, memory, search."""
    dockerd.clean()
    container = dockerd.run(command=["awk", _WRITER])
    dockerd.cli("wait", container)
    found = [asyncio.run(_long(dockerd, container)) for _ in range(runs)]
    cli = []
    for _ in range(runs):
        started = time.monotonic()
        words = ["docker", "logs", container]
        subprocess.run(words, env=dockerd.environment(), stdout=subprocess.DEVNULL, check=True)
        cli.append(LONG / (time.monotonic() - started))
    tail, rate, paging, pages, memory, word, expression = zip(*found, strict=True)
    what = "log of a million lines:"
    return [
        Result(f"{what} the tail", "ms", tail),
        Result(f"{what} read", "lines/s", rate),
        Result(f"{what} read by docker logs", "lines/s", tuple(cli)),
        Result(f"{what} paged to its beginning", "s", paging, f"{pages[0]:.0f} pages"),
        Result(f"{what} memory", "B/line", memory),
        Result(f"{what} a word that is not there", "ms", word),
        Result(f"{what} an expression that is not there", "ms", expression),
    ]


async def _long(dockerd: Dockerd, container: str) -> tuple[float, ...]:
    async with opened(dockerd) as engine:
        started = time.monotonic()
        async with open_log(engine, container, tty=False, tail=1000) as log:
            lines = [line async for batch in log.batches() for line in batch]
        tail = time.monotonic() - started
        store = LogStore(max_bytes=1 << 30, max_lines=2 * LONG)
        before, started = resident(os.getpid()), time.monotonic()
        async with open_log(engine, container, tty=False) as log:
            async for batch in log.batches():
                store.append([StoredLine(line.time, 0, line.text) for line in batch])
        rate = len(store) / (time.monotonic() - started)
        memory = (resident(os.getpid()) - before) / len(store)
        started, behind, pages, oldest, beginning = time.monotonic(), 1000, 0, lines[0].time, False
        while not beginning:
            page = await page_before(engine, container, tty=False, before=oldest, behind=behind, count=LARGEST_PAGE)
            behind, pages, beginning = behind + page.entries, pages + 1, page.beginning
            oldest = page.lines[0].time if page.lines else oldest
        paging = time.monotonic() - started
        searches = [_search(store, line) for line in ("nowhere", "~no.?where")]
        return 1000 * tail, rate, paging, pages, memory, *searches


def _search(store: LogStore, line: str) -> float:
    """Return the milliseconds to search everything for a query without a match."""
    started, query = time.monotonic(), Query(line)
    assert not any(list(query.hits(block)) for block in store.blocks(store.first, store.end))
    return 1000 * (time.monotonic() - started)


MINUTE = 60.0
KEYS = ("k", "G")
"""Pressed alternately while lines arrive: stop following, follow again."""


def measure_minute(dockerd: Dockerd, runs: int, counts: tuple[int, ...]) -> list[Result]:
    """Measure each rate for a minute, with a key each second: lag, key to screen, memory, and the CLI's rate.

    `docker logs -f` runs beside it, into a pipe that is read at once: the rate that it gets from the same Engine.
    """
    results = []
    dockerd.clean()
    for rate in RATES:
        found = []
        for _ in range(runs):
            with Busy(dockerd, rate), Follower(dockerd) as follower:
                found.append(_minute(dockerd, follower))
        what = f"a minute of {rate:,} lines/s:"
        names = (
            "lag, median",
            "lag, longest",
            "not said to be behind",
            "key to screen, median",
            "key to screen, longest",
        )
        units = ("s", "s", "s", "ms", "ms", "MB", "MB", "MB", "lines/s", "lines/s")
        more = ("memory at the start", "memory, most", "memory at the end", "followed", "followed by docker logs -f")
        columns = zip(*found, strict=True)
        results += [
            Result(f"{what} {name}", unit, column)
            for name, unit, column in zip((*names, *more), units, columns, strict=True)
        ]
    return results


class Follower:
    """`docker logs -f` on the busy container; `lines` counts its lines so far."""

    def __init__(self, dockerd: Dockerd) -> None:
        self.lines = 0
        command = ["docker", "logs", "--follow", "--tail=0", NAME]
        while NAME not in dockerd.cli("ps", "--format", "{{.Names}}").split():
            time.sleep(0.1)
        self._docker = subprocess.Popen(command, env=dockerd.environment(), stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._docker.kill()
        self._docker.wait()
        self._reader.join()

    def _read(self) -> None:
        assert self._docker.stdout is not None
        while data := os.read(self._docker.stdout.fileno(), 1 << 20):
            self.lines += data.count(b"\n")


def _minute(dockerd: Dockerd, follower: Follower) -> tuple[float, ...]:
    with Program([sys.executable, "-m", "dockertui"], env=environment_of(dockerd)) as program:
        program.wait_for(NAME)
        program.press("l")
        program.wait_for("following")
        program.press("z")
        time.sleep(SETTLE)
        lags, unsaid, keys, memory = [], [0.0], [], [resident(program.pid)]
        started, first, given = time.monotonic(), _newest(program)[1], follower.lines
        turn = 0
        while time.monotonic() - started < MINUTE:
            time.sleep(0.25)
            text = program.text
            lags.append(time.time() - _newest(program)[0])
            said = re.search(r"([\d.]+) s behind", text)
            unsaid.append(lags[-1] - (float(said[1]) if said else 0.0))
            memory.append(resident(program.pid))
            if turn % 4 == 0:
                pressed = time.monotonic()
                program.press("k")
                program.wait_for("G follows")
                keys.append(time.monotonic() - pressed)
                program.press("G")
                program.wait_for("following")
            turn += 1
        span = time.monotonic() - started
        return (
            statistics.median(lags),
            max(lags),
            max(unsaid),
            1000 * statistics.median(keys),
            1000 * max(keys),
            memory[0] / 1e6,
            max(memory) / 1e6,
            memory[-1] / 1e6,
            (_newest(program)[1] - first) / span,
            (follower.lines - given) / span,
        )


_HUGE_WRITER = 'BEGIN {line = sprintf("%0920d", 7); for (i = 1; i <= 1000000; i++) print i, line}'


def measure_huge(dockerd: Dockerd, runs: int, counts: tuple[int, ...]) -> list[Result]:
    """Measure a log file of a gigabyte: from the key to its last line on the screen, next to `docker logs --tail`."""
    dockerd.clean()
    container = dockerd.run(f"--name={NAME}", command=["awk", _HUGE_WRITER])
    dockerd.cli("wait", container)
    opened_in, cli = [], []
    for _ in range(runs):
        with Program([sys.executable, "-m", "dockertui"], env=environment_of(dockerd)) as program:
            program.wait_for(NAME)
            started = time.monotonic()
            program.press("l")
            program.wait_for("1000000 0000")
            opened_in.append(1000 * (time.monotonic() - started))
        started = time.monotonic()
        words = ["docker", "logs", "--tail=1000", container]
        subprocess.run(words, env=dockerd.environment(), stdout=subprocess.DEVNULL, check=True)
        cli.append(1000 * (time.monotonic() - started))
    return [
        Result("log of 1 GB: key to its last line", "ms", tuple(opened_in)),
        Result("log of 1 GB: docker logs --tail=1000", "ms", tuple(cli)),
    ]


def environment_of(dockerd: Dockerd) -> dict[str, str]:
    """Return the program's environment: without any of this process's settings."""
    foreign = ("DOCKER", "TEXTUAL", "PYTHON")
    own = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**own, "DOCKER_HOST": dockerd.host, "DOCKERTUI_CONFIG": os.devnull, "XDG_STATE_HOME": os.devnull}


def _span(dockerd: Dockerd) -> tuple[float, ...]:
    with Program([sys.executable, "-m", "dockertui"], env=environment_of(dockerd)) as program:
        program.wait_for(NAME)
        program.press("l")
        program.wait_for("following")
        program.press("z")
        time.sleep(SETTLE)
        cpu, engine, received, memory = program.cpu, dockerd.cpu, program.received, resident(program.pid)
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
            resident(program.pid) / 1e6,
            (_newest(program)[1] - first) / span,
        )


def _newest(program: Program) -> tuple[float, int]:
    """Return the time at which the newest line on the screen was written, and its number."""
    found = re.findall(r"t=(\d+) n=(\d+)", program.text)
    assert found, program.text
    return max(int(moment) for moment, _ in found) / 1000, max(int(number) for _, number in found)


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
