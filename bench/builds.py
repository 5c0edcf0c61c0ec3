"""Sending a build's context to the Engine: megabytes a second and memory, next to the docker CLI in the same run.

The image has one small file, so that nearly all of the time is spent packing, sending and receiving the context.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench.table import Result
from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command
from dockertui.operations.jobs import Task, perform
from tests.engine.dockerd import Dockerd

MB = 1_000_000
CONTEXTS = {"500 MB in 5 files": (5, 100 * MB), "40 MB in 10,000 files": (10_000, 4_000)}


class _Took(NamedTuple):
    seconds: float
    memory: float
    """The peak memory of the process, in MiB."""


_LOOK = 0.01


def measure(dockerd: Dockerd, runs: int, counts: tuple[int, ...]) -> list[Result]:
    """Measure MB/s for each context, alternating the program and the CLI, and the peak memory of each."""
    results: list[Result] = []
    for name, (files, size) in CONTEXTS.items():
        with tempfile.TemporaryDirectory(prefix="dt-bench-") as folder:
            total = _fill(Path(folder), files, size) / MB
            _by_docker(dockerd, folder)  # fills the page cache for all later runs
            ours, theirs = [], []
            for _ in range(runs):
                ours.append(_by_us(dockerd, folder))
                theirs.append(_by_docker(dockerd, folder))
        rate, cli_rate = (tuple(total / took.seconds for took in found) for found in (ours, theirs))
        ratio = f"{statistics.median(rate) / statistics.median(cli_rate):.2f} of the docker CLI"
        what = f"context of {name}:"
        results += [
            Result(f"{what} built from", "MB/s", rate, ratio),
            Result(f"{what} built from by the docker CLI", "MB/s", cli_rate),
            Result(f"{what} peak memory", "MiB", tuple(took.memory for took in ours)),
            Result(f"{what} peak memory of the docker CLI", "MiB", tuple(took.memory for took in theirs)),
        ]
    return results


def _fill(folder: Path, files: int, size: int) -> int:
    """Write incompressible files; return their size in bytes."""
    data = os.urandom(size)
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
    for number in range(files):
        path = folder / f"{number // 100:03d}" / f"{number:05d}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return files * size


def _by_docker(dockerd: Dockerd, folder: str) -> _Took:
    environment = {**dockerd.environment(), "DOCKER_BUILDKIT": "0"}
    return _timed(["docker", "build", "--quiet", folder], environment)[0]


def _by_us(dockerd: Dockerd, folder: str) -> _Took:
    """Measure without the start of Python, which a running program has behind it."""
    took, said = _timed([sys.executable, "-m", "bench.builds", folder], dockerd.environment())
    return took._replace(seconds=float(said))


def _timed(command: list[str], environment: dict[str, str]) -> tuple[_Took, str]:
    """Return the duration, the peak memory, and the output."""
    began, memory = time.monotonic(), 0.0
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            memory = max(memory, _peak(process.pid))
            time.sleep(_LOOK)
        took = time.monotonic() - began
        assert process.returncode == 0, command
        assert process.stdout is not None
        return _Took(took, memory), process.stdout.read().decode()


def _peak(pid: int) -> float:
    """Return the peak memory in MiB; 0 once the process is gone."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


async def _build(host: str, folder: str) -> float:
    """Return the seconds of one build by the program's own code."""
    command = BY_ID["image.build"]
    assert isinstance(command, Command)
    body = command.body
    engine = Engine(Endpoint("bench", host, "DOCKER_HOST"))
    await engine.open()
    values = body.values() | {"folder": folder}
    began = time.monotonic()
    body.check(values)
    await perform(engine, Task(command, "", "", body.plan(None, values)))
    took = time.monotonic() - began
    await engine.close()
    return took


if __name__ == "__main__":
    print(asyncio.run(_build(os.environ["DOCKER_HOST"], sys.argv[1])))
