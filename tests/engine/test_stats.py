"""`docker stats --no-stream` and the program say the same: of recorded replies to the letter, of a real Engine at the
same time."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socketserver
import subprocess
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from dockertui.engine.stats import Usage, usage
from dockertui.live.history import Column, StatsHistory
from dockertui.live.session import Session
from dockertui.resources import format
from dockertui.resources.registry import SOURCES
from tests.engine.dockerd import Dockerd
from tests.engine.three_ways import endpoint_of

RECORDED = Path(__file__).parents[1] / "unit" / "engine" / "recorded"
PATIENCE = 60.0
ID = "c" * 64
Until = Callable[[Callable[[], bool]], Awaitable[None]]


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RECORDED / f"stats_{name}.json").read_text())
    return found


def merged(name: str) -> dict[str, Any]:
    """The second of two replies with the first one in it, as a stream's message has it: the CLI keeps none itself."""
    return recorded(f"{name}_2") | {"precpu_stats": recorded(f"{name}_1")["cpu_stats"]}


def moved(raw: dict[str, Any]) -> dict[str, Any]:
    """A recorded reply with traffic and disk in it."""
    networks = {"eth0": {"rx_bytes": 123_456_789, "tx_bytes": 4_096}, "eth1": {"rx_bytes": 1_000, "tx_bytes": 999_999}}
    block = [{"major": 8, "minor": 0, "op": op, "value": value} for op, value in (("Read", 52_428_800), ("write", 77))]
    return raw | {"networks": networks, "blkio_stats": {"io_service_bytes_recursive": block}}


def unified(raw: dict[str, Any]) -> dict[str, Any]:
    """A reply as cgroup v2 has it: no times of processors, and other names for the memory's counters."""
    raw = json.loads(json.dumps(raw))
    for cpu_stats in (raw["cpu_stats"], raw["precpu_stats"]):
        cpu_stats["cpu_usage"].pop("percpu_usage", None)
    raw["memory_stats"]["stats"] = {"anon": 5_000, "file": 300_000, "inactive_file": 200_000}
    raw["memory_stats"]["usage"] = 9_999_999
    return raw


REPLIES = {
    "cgroup v1": recorded("docker20_cgroup1"),
    "throttled": recorded("docker20_throttled"),
    "cgroup v1, Docker 28": merged("docker28_oneshot"),
    "cgroup v2 without controllers": recorded("docker20_cgroup2"),
    "cgroup v2": unified(recorded("docker20_throttled")),
    "Podman": merged("podman5"),
    "with traffic": moved(recorded("docker20_cgroup1")),
}


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    reply: bytes


class _Replay(BaseHTTPRequestHandler):
    """An Engine that knows one container and says one thing of it."""

    server: _Server

    def do_HEAD(self) -> None:
        self._answer(b"")

    def do_GET(self) -> None:
        if self.path.split("?")[0].endswith("/stats"):
            self._answer(self.server.reply)
        elif self.path.endswith("/_ping"):
            self._answer(b"OK")
        elif "/info" in self.path:
            self._answer(b'{"OSType": "linux"}')
        else:
            self._answer(json.dumps({"Id": ID, "Name": "/web", "State": {"Running": True}}).encode())

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        for name, value in (("Api-Version", "1.41"), ("Ostype", "linux"), ("Content-Type", "application/json")):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "unix"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


@contextmanager
def replaying(raw: dict[str, Any], folder: Path) -> Iterator[str]:
    path = folder / "replay.sock"
    with _Server(str(path), _Replay) as server:
        server.reply = json.dumps(raw).encode()
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"unix://{path}"
        finally:
            server.shutdown()
            thread.join()


def docker_stats(host: str, *names: str) -> list[dict[str, str]]:
    """What the command says, a table's row each."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")}
    words = ["docker", "stats", "--no-stream", "--no-trunc", "--format", "{{json .}}", *names]
    done = subprocess.run(
        words, env={**own, "DOCKER_HOST": host}, capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def as_the_cli(usage: Usage) -> dict[str, str]:
    """Our figures in the command's words: what is not known to us is a zero to it."""

    def pair(first: str, second: str) -> str:
        return f"{first} / {second}"

    memory, limit = usage.memory or 0, usage.memory_limit or 0
    return {
        "CPUPerc": f"{usage.cpu or 0:.2f}%",
        "MemUsage": pair(format.memory(memory), format.memory(limit)),
        "MemPerc": f"{100 * memory / limit if limit else 0:.2f}%",
        "NetIO": pair(format.size(usage.net_rx or 0), format.size(usage.net_tx or 0)),
        "BlockIO": pair(format.size(usage.blk_read or 0), format.size(usage.blk_write or 0)),
        "PIDs": str(usage.pids or 0),
    }


@pytest.mark.skipif(shutil.which("docker") is None, reason="no docker command")
@pytest.mark.parametrize("name", REPLIES)
def test_of_a_recorded_reply_to_the_letter(name: str, tmp_path: Path) -> None:
    raw = REPLIES[name]
    found = usage(raw)
    assert found is not None
    with replaying(raw, tmp_path) as host:
        [row] = docker_stats(host, "web")
    ours = as_the_cli(found)
    assert {column: row[column] for column in ours} == ours


@asynccontextmanager
async def sampling(dockerd: Dockerd, *ids: str) -> AsyncIterator[tuple[StatsHistory, Until]]:
    """A session that samples containers: its history, and what waits until something is so."""
    told = asyncio.Event()
    session = Session(
        endpoint_of(dockerd), SOURCES, on_sample=lambda ids: told.set(), read_only=True, stats_period=1.0
    )  # fmt: skip
    session.mirror.subscribe(lambda change: told.set())
    session.sampler.watch(ids)
    task = asyncio.create_task(session.run())

    async def until(state: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not state():
                await told.wait()
                told.clear()

    try:
        yield session.history, until
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def measured(history: StatsHistory, id: str, times: int = 4) -> Callable[[], bool]:
    """Whether a container's share of the processor was measured so often."""

    def enough() -> bool:
        series = history.series(id)
        return series is not None and sum(cpu == cpu for cpu in series.since(0).column(Column.CPU)) >= times

    return enough


async def test_of_a_real_engine_at_the_same_time(clean_dockerd: Dockerd) -> None:
    """One that does nothing, so that all but its processor is the same exactly, and one that is held to a fifth."""
    still = await asyncio.to_thread(clean_dockerd.run, "--name=still", "--memory=64m")
    busy = await asyncio.to_thread(
        clean_dockerd.run, "--name=busy", "--cpus=0.2", command=("sh", "-c", "while :; do :; done")
    )
    async with sampling(clean_dockerd, still, busy) as (history, until):
        theirs = await asyncio.to_thread(docker_stats, clean_dockerd.host, "still", "busy")
        await until(measured(history, still))
        await until(measured(history, busy))
    told = {row["Name"]: row for row in theirs}
    last = history.last(still)
    assert last is not None
    ours = as_the_cli(last)
    assert {column: told["still"][column] for column in ours if column != "CPUPerc"} == {
        column: text for column, text in ours.items() if column != "CPUPerc"
    }
    assert (last.cpu or 0) < 1
    series = history.series(busy)
    assert series is not None
    span = series.since(0)
    shares = [share for share in span.column(Column.CPU) if share == share]
    assert abs(float(told["busy"]["CPUPerc"].rstrip("%")) - sum(shares) / len(shares)) < 10
    assert max(shares) < 30, "held to a fifth of a processor"
    assert max(share for share in span.column(Column.THROTTLED) if share == share) > 0
    assert span.cores in (0, os.cpu_count()), "none with cgroup v2"


async def test_a_restart_is_a_gap_and_what_died_is_remembered(clean_dockerd: Dockerd) -> None:
    work = ("sh", "-c", "dd if=/dev/zero of=/dev/null bs=1M count=3000; sleep 1d")
    id = await asyncio.to_thread(clean_dockerd.run, "--name=phoenix", command=work)
    async with sampling(clean_dockerd, id) as (history, until):
        await until(measured(history, id, 4))
        before, series = history.last(id), history.series(id)
        assert series is not None
        await asyncio.to_thread(clean_dockerd.cli, "restart", "--time=0", "phoenix")
        await until(lambda: False in series.since(0).known([Column.MEMORY]))
        await until(measured(history, id, 7))
        after = history.last(id)
        await asyncio.to_thread(clean_dockerd.cli, "kill", "phoenix")
        await until(lambda: not series.running)
    assert before is not None
    assert after is not None
    last = history.last(id)
    assert last is not None
    assert last.read >= after.read
    assert (history.peak_memory(id) or 0) >= (last.memory or 0) > 0
    span = series.since(0)
    rates = [rate for column in (Column.RX, Column.READ, Column.CPU) for rate in span.column(column)]
    assert all(rate >= 0 for rate in rates if rate == rate)
