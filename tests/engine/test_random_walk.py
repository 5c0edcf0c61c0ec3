"""The invariant of the live mirror: when the events have settled, it equals a fresh listing.

Several threads do what comes into their heads with the Docker CLI. `DOCKERTUI_WALK_SEED` repeats a walk's choices.
"""

from __future__ import annotations

import asyncio
import os
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from threading import Event, Lock

from tests.engine.dockerd import Dockerd, DockerdError
from tests.engine.watching import Watch, watching

WALKERS = 4
ROUNDS = 4
STEPS = 15
"""Operations that succeeded, for each walker in each round: 240 in all."""


class Walker:
    """One user of the CLI, with a few names of its own; what it tries may fail, as for any user."""

    def __init__(self, dockerd: Dockerd, seed: int, number: int, fragile: Lock) -> None:
        self.dockerd = dockerd
        self.fragile = fragile
        self.tired = Event()
        self.random = random.Random(f"{seed}-{number}")
        self.containers = [f"w{number}-c{each}" for each in range(4)]
        self.networks = [f"w{number}-n{each}" for each in range(2)]
        self.volumes = [f"w{number}-v{each}" for each in range(2)]
        self.images = [f"w{number}-i{each}:1" for each in range(2)]

    def walk(self, steps: int) -> None:
        """Do things until so many succeeded, or are told to stop."""
        while steps and not self.tired.is_set():
            steps -= self.step()

    def step(self) -> bool:
        """Try one operation; whether it succeeded."""
        words = self.random.choices([words for words, _ in self.moves()], [weight for _, weight in self.moves()])[0]
        if words[:2] == ("network", "connect") and not self.runs(words[3]):
            return False  # the one change that Docker tells nobody; see test_live.py
        try:
            with self.fragile if words[0] == "network" else nullcontext():
                self.dockerd.cli(*words)
        except DockerdError:
            return False
        return True

    def runs(self, container: str) -> bool:
        return self.dockerd.cli("inspect", "-f", "{{.State.Running}}", container, check=False) == "true"

    def moves(self) -> list[tuple[tuple[str, ...], int]]:
        pick = self.random.choice
        container, network, volume, image = map(pick, (self.containers, self.networks, self.volumes, self.images))
        base = pick(["busybox", image])
        made = ("--name", container, "--stop-signal=KILL", "--label", f"n={self.random.random()}")
        return [
            (("create", *made, "--network", "none", base, "sleep", "1d"), 3),
            (("run", "-d", *made, "--network", network, "-v", f"{volume}:/data", base, "sleep", "1d"), 6),
            (("run", "-d", *made, "-v", "/anonymous", base, "sleep", "1d"), 4),
            (("start", container), 6),
            (("stop", "-t0", container), 5),
            (("restart", "-t0", container), 2),
            (("kill", container), 3),
            (("pause", container), 6),
            (("unpause", container), 6),
            (("rename", container, pick(self.containers)), 6),
            (("rm", "-f", "-v", container), 5),
            (("update", "--restart", "no", container), 1),
            (("exec", container, "true"), 2),
            (("commit", container, image), 3),
            (("tag", "busybox", image), 5),
            (("rmi", image), 3),
            (("rmi", "-f", image), 2),
            (("network", "create", network), 5),
            (("network", "connect", network, container), 6),
            (("network", "disconnect", network, container), 4),
            (("network", "rm", network), 3),
            (("volume", "create", volume), 3),
            (("volume", "rm", volume), 3),
        ]


async def test_after_a_walk_the_mirror_equals_a_listing(clean_dockerd: Dockerd) -> None:
    async with watching(clean_dockerd) as watch:
        await _walk(watch, crash_in=())


async def test_and_after_one_in_which_the_daemon_is_killed(clean_dockerd: Dockerd) -> None:
    async with watching(clean_dockerd) as watch:
        await _walk(watch, crash_in=(1, 2))


async def _walk(watch: Watch, crash_in: tuple[int, ...]) -> None:
    seed = int(os.environ.get("DOCKERTUI_WALK_SEED") or random.SystemRandom().randrange(1_000_000))
    print(f"DOCKERTUI_WALK_SEED={seed}")
    fragile = Lock()  # Docker 20.10 that is killed within `network create` never starts again: it panics
    walkers = [Walker(watch.dockerd, seed, number, fragile) for number in range(WALKERS)]
    with ThreadPoolExecutor(WALKERS) as threads:
        try:
            for round_ in range(ROUNDS):
                walks = [asyncio.wrap_future(threads.submit(walker.walk, STEPS)) for walker in walkers]
                if round_ in crash_in:
                    await asyncio.sleep(random.Random(seed + round_).uniform(0.2, 1.5))
                    await asyncio.to_thread(_crash, watch.dockerd, fragile)
                await asyncio.gather(*walks)
                await watch.settled()
                assert await watch.differences() == [], f"DOCKERTUI_WALK_SEED={seed}, round {round_}"
        finally:
            for walker in walkers:
                walker.tired.set()


def _crash(dockerd: Dockerd, fragile: Lock) -> None:
    with fragile:
        dockerd.crash(down=1.0)
