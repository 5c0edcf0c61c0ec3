"""The cost of browsing files: a folder of 100,000, and one above a gigabyte, each way and next to `docker cp`."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import tarfile
import time

from bench.logs import resident
from bench.table import Result
from dockertui.engine.client import Engine
from dockertui.live.browser import Browser, Place
from tests.engine.dockerd import Dockerd
from tests.engine.watching import opened

MANY = 100_000
LARGE = 1 << 30
NAME = "files"


def measure(dockerd: Dockerd, runs: int, counts: tuple[int, ...]) -> list[Result]:
    """Measure seconds until the whole list is there, megabytes a second, and the memory retained."""
    dockerd.clean()
    dockerd.run(f"--name={NAME}")
    dockerd.cli("cp", "-", f"{NAME}:/", stdin=_many())
    dockerd.cli("exec", NAME, "sh", "-c", f"mkdir /large; dd if=/dev/urandom of=/large/file bs=1M count={LARGE >> 20}")
    found = [asyncio.run(_looked(dockerd)) for _ in range(runs)]
    small, exec_, kept, archive, large, grown, root, export = zip(*found, strict=True)
    copied = tuple(_copied(dockerd, "/large") for _ in range(runs))
    return [
        Result("a folder of 3, by exec", "ms", small),
        Result(f"a folder of {MANY:,}, by exec", "s", exec_),
        Result(f"a folder of {MANY:,}, memory of its list", "B/file", kept),
        Result(f"a folder of {MANY:,}, by the archive", "s", archive),
        Result(f"a folder of {MANY:,}, by docker cp", "s", tuple(_copied(dockerd, "/many")[0] for _ in range(runs))),
        Result("a gigabyte below a folder, by the archive", "MB/s", large),
        Result("a gigabyte below a folder, by docker cp", "MB/s", tuple(rate for _, rate in copied)),
        Result("a gigabyte below a folder, memory left behind", "MB", grown),
        Result("the root above it, by exec", "ms", root),
        Result("the root above it, by the export", "s", export),
    ]


def _many() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for number in range(MANY):
            tar.addfile(tarfile.TarInfo(f"many/file-{number:06}"))
    return out.getvalue()


async def _looked(dockerd: Dockerd) -> tuple[float, ...]:
    async with opened(dockerd) as engine:
        small, _ = await _read(engine, "/etc", by_exec=True)
        exec_, kept = await _read(engine, "/many", by_exec=True)
        archive, _ = await _read(engine, "/many", by_exec=False)
        large, grown = await _read(engine, "/large", by_exec=False)
        root, _ = await _read(engine, "/", by_exec=True)
        export, _ = await _read(engine, "/", by_exec=False)
    return small * 1e3, exec_, kept / MANY, archive, LARGE / large / 1e6, grown / 1e6, root * 1e3, export


async def _read(engine: Engine, path: str, *, by_exec: bool) -> tuple[float, float]:
    """Return the seconds until a folder's list is complete, and the growth of memory in bytes."""
    whole = asyncio.Event()

    def changed() -> None:
        if browser.path == path and browser.reading is None:
            whole.set()

    browser = Browser(engine, changed, by_exec=by_exec)
    browser.visit(Place(NAME, NAME, True))
    browser.go("/tmp")  # finding the container's tool and its changes, done once, happens here
    await browser.settled()
    before, started = resident(os.getpid()), time.monotonic()
    browser.go(path, whole=not by_exec)
    await whole.wait()
    seconds = time.monotonic() - started
    await browser.settled()
    assert browser.folder is not None, browser.error
    assert browser.folder.complete, browser.error
    return seconds, float(resident(os.getpid()) - before)


def _copied(dockerd: Dockerd, path: str) -> tuple[float, float]:
    """Return the seconds of `docker cp … -`, and its output in megabytes a second."""
    words = ["docker", "cp", f"{NAME}:{path}", "-"]
    started = time.monotonic()
    subprocess.run(words, env=dockerd.environment(), stdout=subprocess.DEVNULL, check=True)
    seconds = time.monotonic() - started
    return seconds, LARGE / seconds / 1e6
