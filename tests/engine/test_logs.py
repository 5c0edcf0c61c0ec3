"""Logs of a real Engine: what we read is what `docker logs` says."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from dockertui.engine import logs
from dockertui.engine.client import Engine
from dockertui.engine.log_lines import SECOND, LogLine
from dockertui.engine.logs import open_log
from dockertui.live.follower import Follower, Note, NoteKind
from dockertui.screens.base.time_span import TimeSpan
from dockertui.screens.log.feed import LogFeed, LogTarget
from dockertui.widgets.log_view import LogView
from tests.engine.dockerd import Dockerd
from tests.engine.watching import PATIENCE, opened
from tests.hanging import COMMAND_LIMIT

PARTIAL = "head -c 100000 /dev/zero | tr '\\0' x; echo; echo a; printf 'no end'"
MEGABYTE = "head -c 1000000 /dev/zero | tr '\\0' y; echo; echo short"
ODD = "printf 'crlf\\r\\n'; printf '\\n'; printf 'bad \\377\\303 bytes\\n'; printf 'é\\n'"
BOTH = "for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done"


@dataclass
class Following:
    """A follower at work, and what it told."""

    follower: Follower
    lines: list[LogLine] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    before: list[int] = field(default_factory=list)
    """How many lines came before each note."""
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.lines]

    async def until(self, text: str) -> None:
        """Wait for a line."""
        async with asyncio.timeout(PATIENCE):
            while text not in self.texts:
                await self.news.wait()
                self.news.clear()

    async def until_told(self, kind: NoteKind, count: int = 1) -> None:
        async with asyncio.timeout(PATIENCE):
            while sum(note.kind is kind for note in self.notes) < count:
                await self.news.wait()
                self.news.clear()


@asynccontextmanager
async def following(
    engine: Engine, container: str, tail: int | None = 1000, since: int | None = None
) -> AsyncIterator[Following]:
    found: list[Following] = []

    def took(lines: list[LogLine]) -> None:
        found[0].lines += lines
        found[0].news.set()

    def told(note: Note) -> None:
        found[0].notes.append(note)
        found[0].before.append(len(found[0].lines))
        found[0].news.set()

    found.append(Following(Follower(engine, container, on_lines=took, on_note=told, tail=tail, since=since)))
    task = asyncio.create_task(found[0].follower.run())
    try:
        yield found[0]
    finally:
        task.cancel()
        await asyncio.wait([task])


async def all_lines(engine: Engine, container: str, *, tty: bool) -> list[LogLine]:
    async with open_log(engine, container, tty=tty) as log:
        return [line async for batch in log.batches() for line in batch]


def cli_logs(dockerd: Dockerd, container: str) -> tuple[bytes, bytes]:
    done = subprocess.run(
        ["docker", "logs", container], env=dockerd.environment(), capture_output=True, check=True, timeout=COMMAND_LIMIT
    )
    return done.stdout, done.stderr


def as_text(output: bytes) -> list[str]:
    return output.decode("utf-8", "replace").removesuffix("\n").split("\n") if output else []


@pytest.mark.parametrize("driver", ["json-file", "local"])
@pytest.mark.parametrize(
    "command", [PARTIAL, MEGABYTE, ODD, BOTH, "true"], ids=["partial", "megabyte", "odd", "both", "none"]
)
@pytest.mark.parametrize("tty", [False, True], ids=["pipes", "terminal"])
async def test_the_lines_are_those_of_the_cli(clean_dockerd: Dockerd, driver: str, command: str, tty: bool) -> None:
    if driver == "local" and tty and "head" in command:
        pytest.skip("20.10's local driver loses the newline after a line in parts: where it ended cannot be known")
    words = (f"--log-driver={driver}", *(["--tty"] if tty else []))
    container = await asyncio.to_thread(clean_dockerd.run, *words, command=["sh", "-c", command])
    await asyncio.to_thread(clean_dockerd.cli, "wait", container)
    out, err = await asyncio.to_thread(cli_logs, clean_dockerd, container)
    async with opened(clean_dockerd) as engine:
        lines = await all_lines(engine, container, tty=tty)
    assert [line.text for line in lines if not line.stderr] == as_text(out)
    assert [line.text for line in lines if line.stderr] == as_text(err)


async def test_a_million_lines_are_paged_to_the_beginning(clean_dockerd: Dockerd) -> None:
    container = await asyncio.to_thread(clean_dockerd.run, command=["seq", "1", "1000000"])
    await asyncio.to_thread(clean_dockerd.cli, "wait", container)
    out, _ = await asyncio.to_thread(cli_logs, clean_dockerd, container)
    async with opened(clean_dockerd) as engine, following(engine, container) as log:
        await log.until("1000000")
        pages, oldest = [log.lines], log.lines[0].time
        while not log.follower.beginning:
            pages.append((await log.follower.older(oldest, 20_000)).lines)
            oldest = pages[-1][0].time
    ours = "".join(f"{line.text}\n" for page in reversed(pages) for line in page).encode()
    assert hashlib.sha256(ours).digest() == hashlib.sha256(out).digest()


async def test_lines_in_parts_stay_whole_over_pages(clean_dockerd: Dockerd) -> None:
    """A tail may begin within a line."""
    command = "for i in 1 2 3 4 5 6; do head -c 50000 /dev/zero | tr '\\0' $i; echo; done"
    container = await asyncio.to_thread(clean_dockerd.run, command=["sh", "-c", command])
    await asyncio.to_thread(clean_dockerd.cli, "wait", container)
    async with opened(clean_dockerd) as engine, following(engine, container, tail=6) as log:
        await log.until("6" * 50_000)
        lines = list(log.lines)
        while not log.follower.beginning:
            lines = (await log.follower.older(lines[0].time, 3)).lines + lines
    assert [(line.text[0], len(line.text)) for line in lines] == [(str(n), 50_000) for n in range(1, 7)]


async def test_it_follows_over_a_restart_without_losing_or_repeating(clean_dockerd: Dockerd) -> None:
    command = "i=0; while [ $i -lt 300 ]; do echo $(date +%s) $i; i=$((i+1)); done; echo end; sleep 1d"
    container = await asyncio.to_thread(clean_dockerd.run, command=["sh", "-c", command])
    async with opened(clean_dockerd) as engine, following(engine, container) as log:
        await log.until("end")
        await asyncio.to_thread(clean_dockerd.cli, "restart", "--time=0", container)
        log.follower.changed()
        await log.until_told(NoteKind.STARTED)
        async with asyncio.timeout(PATIENCE):
            while log.texts.count("end") < 2:
                await log.news.wait()
                log.news.clear()
        out, _ = await asyncio.to_thread(cli_logs, clean_dockerd, container)
        assert log.texts == as_text(out)


async def test_it_goes_on_after_the_engine_was_killed(clean_dockerd: Dockerd) -> None:
    command = ["sh", "-c", "echo before; sleep 1d"]
    container = await asyncio.to_thread(clean_dockerd.run, command=command)
    async with opened(clean_dockerd) as engine, following(engine, container) as log:
        await log.until("before")
        await asyncio.to_thread(clean_dockerd.crash)
        await log.until_told(NoteKind.LOST)
        await asyncio.to_thread(clean_dockerd.cli, "start", container, check=False)
        log.follower.changed()
        async with asyncio.timeout(PATIENCE):
            while log.texts.count("before") < 2:
                await log.news.wait()
                log.news.clear()
        out, _ = await asyncio.to_thread(cli_logs, clean_dockerd, container)
        assert log.texts == as_text(out)


async def test_the_end_is_told_after_what_was_written_while_the_engine_was_away(clean_dockerd: Dockerd) -> None:
    command = ["sh", "-c", "while :; do echo tick; sleep 0.02; done"]
    container = await asyncio.to_thread(clean_dockerd.run, command=command)
    async with opened(clean_dockerd) as engine, following(engine, container) as log:
        await log.until_told(NoteKind.READY)
        await asyncio.to_thread(clean_dockerd.crash)
        await log.until_told(NoteKind.ENDED)
        count = len(log.lines)
        out, _ = await asyncio.to_thread(cli_logs, clean_dockerd, container)
        assert count == len(as_text(out))


async def test_a_restart_while_the_engine_was_away_is_told_after_the_lines_before_it(clean_dockerd: Dockerd) -> None:
    command = ["sh", "-c", "echo begin; while :; do echo tick; sleep 0.02; done"]
    container = await asyncio.to_thread(clean_dockerd.run, "--restart=always", command=command)
    async with opened(clean_dockerd) as engine, following(engine, container) as log:
        await log.until_told(NoteKind.READY)
        await asyncio.to_thread(clean_dockerd.crash)
        await log.until_told(NoteKind.STARTED)
        async with asyncio.timeout(PATIENCE):
            while log.texts.count("begin") < 2:
                await log.news.wait()
                log.news.clear()
        place = next(place for note, place in zip(log.notes, log.before, strict=True) if note.kind is NoteKind.STARTED)
        assert log.texts[place] == "begin"


async def test_merged_logs_read_from_their_beginning_are_whole_and_in_order(clean_dockerd: Dockerd) -> None:
    count = 60_000
    command = ["sh", "-c", f"seq {count}; sleep 1d"]
    ids = [await asyncio.to_thread(clean_dockerd.run, command=command) for _ in range(2)]
    async with opened(clean_dockerd) as engine:
        view = LogView()
        feed = LogFeed(engine, [LogTarget(id, id[:4]) for id in ids], TimeSpan(whole=True), view)
        for _ in range(int(PATIENCE * 10)):
            await asyncio.sleep(0.1)
            if not feed.is_reading_on and view.store[view.store.end - 1].text == str(count):
                break
        feed.stop()
        times = [entry.time for entry in view.store.entries(view.store.first)]
        assert len(times) == 2 * count
        assert times == sorted(times)


async def test_a_log_that_was_rotated_is_read_without_a_gap(clean_dockerd: Dockerd) -> None:
    """Up to what the Engine has let go of. While it turns a file over, Docker 20.10 sends lines twice or never to who
    follows, its own command too: so the log is followed when that is over.
    """
    words = ("--log-opt=max-size=100k", "--log-opt=max-file=2")
    container = await asyncio.to_thread(clean_dockerd.run, *words, command=["sh", "-c", "seq 1 20000; sleep 1d"])
    async with asyncio.timeout(PATIENCE):
        while clean_dockerd.cli("logs", "--tail=1", container) != "20000":  # noqa: ASYNC110 (nothing tells of a line)
            await asyncio.sleep(0.1)
    async with opened(clean_dockerd) as engine, following(engine, container, tail=300) as log:
        await log.until("20000")
        lines = list(log.lines)
        while not log.follower.beginning:
            lines = (await log.follower.older(lines[0].time, 300)).lines + lines
        numbers = [int(line.text) for line in lines]
        assert 1 < numbers[0] < 19_000
        assert numbers == list(range(numbers[0], 20_001))
        assert not [note for note in log.notes if note.kind is NoteKind.GAP]


async def test_moments_read_as_floating_point_numbers_lose_and_double_nothing(
    clean_dockerd: Dockerd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Podman reads them: a quarter of a microsecond off."""
    monkeypatch.setattr(logs, "_moment", lambda when: None if when is None else f"{when / SECOND:.9f}")
    command = "seq 5000; for i in 1 2 3 4 5 6 7 8; do sleep 0.3; echo more $i; done; sleep 1d"
    container = await asyncio.to_thread(clean_dockerd.run, command=["sh", "-c", command])
    async with opened(clean_dockerd) as engine:
        await asyncio.sleep(0.5)  # all of the first are there
        for count in range(2, 8):  # each begins where another fraction was the last
            async with following(engine, container) as log:
                await log.until(f"more {count}")
                texts = log.texts
                while not log.follower.beginning:
                    page = await log.follower.older(log.lines[0].time, 700)
                    log.lines[:0] = page.lines
            assert log.texts[:5000] == [str(number) for number in range(1, 5001)]
            assert len(set(texts)) == len(texts)
            assert not [note for note in log.notes if note.kind is NoteKind.GAP]


async def test_a_span_without_lines_shows_none_from_before(clean_dockerd: Dockerd) -> None:
    container = await asyncio.to_thread(clean_dockerd.run, command=["sh", "-c", "seq 10; sleep 2; echo new; sleep 1d"])
    async with opened(clean_dockerd) as engine:
        await asyncio.sleep(1)
        async with following(engine, container, tail=None, since=time.time_ns()) as log:
            await log.until("new")
            assert log.texts == ["new"]


async def test_what_became_of_a_container_is_said(clean_dockerd: Dockerd) -> None:
    command = ["sh", "-c", "echo one; sleep 1; exit 3"]
    container = await asyncio.to_thread(clean_dockerd.run, "--restart=always", command=command)
    async with opened(clean_dockerd) as engine, following(engine, container) as log:
        await log.until_told(NoteKind.ENDED)
        await asyncio.to_thread(clean_dockerd.cli, "rm", "--force", container)
        log.follower.changed()
        await log.until_told(NoteKind.REFUSED)
        told = {note.kind: note.text for note in reversed(log.notes)}
        assert told[NoteKind.ENDED].startswith("restarting: 3")
        assert told[NoteKind.REFUSED] == "the container was removed"


async def test_a_driver_that_cannot_be_read_says_so(clean_dockerd: Dockerd) -> None:
    container = await asyncio.to_thread(clean_dockerd.run, "--log-driver=none", command=["echo", "hello"])
    async with opened(clean_dockerd) as engine, following(engine, container) as log:
        await log.until_told(NoteKind.REFUSED)
        assert log.notes[-1].text == "the Engine cannot read what the log driver 'none' has taken"


async def test_since_and_until_are_the_clis(clean_dockerd: Dockerd) -> None:
    container = await asyncio.to_thread(clean_dockerd.run, command=["sh", "-c", "seq 1 1000"])
    await asyncio.to_thread(clean_dockerd.cli, "wait", container)
    async with opened(clean_dockerd) as engine:
        lines = await all_lines(engine, container, tty=False)
        since, until = lines[200].time, lines[800].time
        async with open_log(engine, container, tty=False, since=since, until=until) as log:
            found = [line async for batch in log.batches() for line in batch]
    assert found == [line for line in lines if since <= line.time <= until]


async def test_leaving_closes_the_connection(clean_dockerd: Dockerd) -> None:
    container = await asyncio.to_thread(clean_dockerd.run, command=["sh", "-c", "while :; do echo x; sleep 0.01; done"])
    async with opened(clean_dockerd) as engine:
        for _ in range(5):
            async with following(engine, container) as log:
                await log.until("x")
        running = [request for request in engine.trace if "/logs" in request.path and request.duration is None]
        assert running == []
