"""Run a program in a pty and keep its output with times, with a single read between it and the clock."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

from tests.engine.dockerd import Dockerd
from tests.pty.process import PATIENCE, PtyProcess

WHERE_IS_THE_CURSOR = b"\x1b[6n"
SIZE = (120, 40)


class Burst(NamedTuple):
    """What the program wrote after a moment: times of the first and last piece (s), and the bytes."""

    first: float
    last: float
    size: int


class Recorder(PtyProcess):
    """Keeps output as bytes; queries of the cursor position are answered at once, as a fast terminal does."""

    output: bytearray

    def __init__(self, argv: Sequence[str], *, host: str = "") -> None:
        self.output = bytearray()
        # PYTHONDONTWRITEBYTECODE would make every start compile the sources, which no user's does.
        foreign = ("DOCKER", "TEXTUAL", "PYTHON")
        own = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        own |= {"DOCKERTUI_CONFIG": os.devnull, "XDG_STATE_HOME": os.devnull}  # nothing of the user's counts
        super().__init__(argv, size=SIZE, env={**own, "DOCKER_HOST": host})

    def take(self, data: bytes) -> None:
        """Keep the output, and answer for the terminal."""
        self.output += data
        for _ in range(data.count(WHERE_IS_THE_CURSOR)):
            self.write(b"\x1b[2;1R")

    def wait_for(self, pattern: str) -> float:
        """Wait for a match in the output; return the time of its last byte."""
        wanted = re.compile(pattern.encode())
        deadline = time.monotonic() + PATIENCE
        with self.news:
            while wanted.search(self.output) is None:
                if time.monotonic() > deadline or self.ended:
                    raise AssertionError(f"{pattern!r} never came; the last output: {bytes(self.output[-2000:])!r}")
                self.news.wait(1)
            return self.reads[-1].at

    def after(self, moment: float, quiet: float = 0.06) -> Burst | None:
        """Return what was written after a moment until `quiet` seconds passed without output; None for nothing."""
        time.sleep(quiet)
        while self.reads[-1].at + quiet > time.monotonic():
            time.sleep(quiet / 4)
        reads = [read for read in self.reads[-200:] if read.at >= moment]
        return Burst(reads[0].at, reads[-1].at, sum(read.size for read in reads)) if reads else None

    def quit(self) -> None:
        """Quit it as a user does."""
        self.press("q")
        self.wait()


def open_program(host: str) -> Recorder:
    """Start dockertui on the Engine at `host`."""
    return Recorder([sys.executable, "-m", "dockertui"], host=host)


def populate(dockerd: Dockerd, count: int) -> None:
    """Make exactly `count` containers run, named `bench-000` and on, without a network."""
    names = sorted(dockerd.cli("ps", "--all", "--format", "{{.Names}}").split())
    if surplus := names[count:]:
        dockerd.cli("rm", "--force", *surplus)
    for number in range(len(names), count):
        dockerd.run(f"--name=bench-{number:03}")


CONTAINER = r"bench-\d\d\d"
"""Matches the name of a container in the output."""
