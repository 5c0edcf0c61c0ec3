"""A shell in a container: output, echo, CPU and memory; the pane next to `docker exec`, and to tmux showing it."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.recorder import Recorder, populate
from bench.table import Result, percentile
from tests.engine.dockerd import Dockerd

MEGABYTES = 20
PRESSES = 60
LOOK = 10.0
"""Seconds for which `top` is watched."""
FLOOD = 100
"""Megabytes of output after which memory is read."""
CORPUS = {
    "plain": r"12:00:01 10.0.0.7 GET /cart/items?page=3 200 0.023 Mozilla/5.0 (X11; Linux x86_64)\n",
    "coloured": r"\033[32m12:00:01\033[0m \033[1;34mGET\033[0m /cart "
    r"\033[38;5;208m500\033[0m \033[38;2;9;200;9mok\033[0m\n",
    "full screen": r"\033[H"
    + r"\033[7m  PID USER   CPU\033[0m\033[K\r\n  471 root   \033[31m12.5\033[0m top\033[K\r\n" * 18,
}
Open = Callable[[Dockerd], Recorder]
_TAIL = 4096


class Screen(Recorder):
    """Keeps only the end of the output: searching all of it would slow fast programs down."""

    def take(self, data: bytes) -> None:
        super().take(data)
        del self.output[:-_TAIL]


def open_pane(dockerd: Dockerd) -> Recorder:
    """Start dockertui with a shell in its pane, zoomed to the whole screen."""
    program = Screen([sys.executable, "-m", "dockertui"], host=dockerd.host)
    program.wait_for(r"bench-\d\d\d")
    program.wait_quiet()
    program.press("x")
    program.wait_for("/ #")
    program.type("\x1dz")
    program.wait_quiet()
    return program


def open_exec(dockerd: Dockerd) -> Recorder:
    """Start `docker exec -it`."""
    return _shell(["docker", "exec", "-it", "bench-000", "sh"], dockerd)


def open_tmux(dockerd: Dockerd) -> Recorder:
    """Start `docker exec -it` within tmux."""
    socket = Path(tempfile.mkdtemp()) / "tmux"
    inner = "docker exec -it bench-000 sh"
    return _shell(["tmux", "-u", "-f", "/dev/null", "-S", str(socket), "new-session", inner], dockerd)


def _shell(words: list[str], dockerd: Dockerd) -> Recorder:
    program = Screen(words, host=dockerd.host)
    program.wait_for("/ #")
    program.wait_quiet()
    return program


WAYS: dict[str, Open] = {"dockertui": open_pane, "docker exec -it": open_exec, "tmux": open_tmux}


def measure(dockerd: Dockerd, runs: int, counts: tuple[int, ...]) -> list[Result]:
    """Measure every quantity for each way, in the same session."""
    populate(dockerd, 1)
    for name, text in CORPUS.items():
        script = f"i=0; printf '{text}' >/tmp/a; while [ $i -lt 12 ]; do cat /tmp/a /tmp/a >/tmp/b; mv /tmp/b /tmp/a; "
        script += f"i=$((i+1)); done; while cat /tmp/a; do :; done | head -c {MEGABYTES}000000 >/tmp/{name.split()[0]}"
        dockerd.cli("exec", "bench-000", "sh", "-c", script)
    results = []
    for way, open_way in WAYS.items():
        results += [_throughput(dockerd, way, open_way, name, runs) for name in CORPUS]
        results += _echo(dockerd, way, open_way, runs)
    results += [_top(dockerd, way, open_way) for way, open_way in WAYS.items() if way != "tmux"]
    return [*results, _memory(dockerd)]


def _throughput(dockerd: Dockerd, way: str, open_way: Open, name: str, runs: int) -> Result:
    values = []
    with open_way(dockerd) as program:
        for number in range(runs):
            letter = "ZQXVKWYJUN"[number % 10]
            program.output.clear()
            began = program.type(f"cat /tmp/{name.split()[0]}; clear; echo {letter}''{letter}{letter}{letter}\r")
            ended = program.wait_for(letter * 4)
            values.append(MEGABYTES / (ended - began))
            program.wait_quiet(0.2)
    return Result(f"output, {name}, {way}", "MB/s", tuple(values))


def _echo(dockerd: Dockerd, way: str, open_way: Open, runs: int) -> list[Result]:
    middle, high = [], []
    for _ in range(runs):
        times = []
        with open_way(dockerd) as program:
            for number in range(PRESSES):
                pressed = program.press("backspace" if number % 2 else "m")
                burst = program.after(pressed, 0.04)
                if burst is not None:
                    times.append(1000 * (burst.first - pressed))
        middle.append(percentile(times, 0.5))
        high.append(percentile(times, 0.95))
    return [
        Result(f"key to echo, {way}: p50", "ms", tuple(middle)),
        Result(f"key to echo, {way}: p95", "ms", tuple(high)),
    ]


def _top(dockerd: Dockerd, way: str, open_way: Open) -> Result:
    with open_way(dockerd) as program:
        program.type("top -d 1\r")
        program.wait_for("COMMAND")
        time.sleep(1)
        before = program.cpu
        time.sleep(LOOK)
        used = 100 * (program.cpu - before) / LOOK
    return Result(f"CPU while top runs, {way}", "%", (used,), "of one core")


def _memory(dockerd: Dockerd) -> Result:
    with open_pane(dockerd) as program:
        before = program.peak_memory
        for number in range(FLOOD // MEGABYTES):
            letter = "ZQXVKWYJUN"[number % 10]
            program.output.clear()
            program.type(f"cat /tmp/plain; clear; echo {letter}''{letter}{letter}{letter}\r")
            program.wait_for(letter * 4)
            program.wait_quiet(0.2)
        after = program.peak_memory
    grown = (after - before) / 1e6
    return Result(f"memory after {FLOOD} MB of output", "MB", (after / 1e6,), f"peak; {grown:.0f} MB more than before")
