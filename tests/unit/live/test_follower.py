"""A log that is followed and paged on an Engine that keeps it as Podman does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from dockertui.engine import containers
from dockertui.engine.call import Call
from dockertui.engine.log_lines import SECOND, LogLine
from dockertui.live.follower import Follower, Note, NoteKind

START = 1_795_240_000
READ = 8192


class Podman:
    """Keeps what a process wrote in reads of 8 KiB, a moment each, and cuts lines there; reads moments as floats."""

    def __init__(self, text: str) -> None:
        self.entries: list[tuple[int, str]] = []
        for place in range(0, len(text), READ):
            moment = START * SECOND + place * 1_001
            self.entries += [(moment, part) for part in text[place : place + READ].splitlines(keepends=True)]

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[Podman]:
        params = call.params
        count = len(self.entries) if params["tail"] == "all" else int(params["tail"])
        since, until = (float(params[key] or fallback) for key, fallback in (("since", 0), ("until", "inf")))
        found = [entry for entry in self.entries[-count:] if since <= entry[0] / SECOND <= until]
        self.body = b"".join(_frame(moment, text) for moment, text in found)
        self.follow = params["follow"]
        yield self

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self.body
        if self.follow:
            await asyncio.Event().wait()

    async def rest(self, seconds: float) -> None:
        """Nothing is in a hurry here."""


def _frame(moment: int, text: str) -> bytes:
    stamp = f"{datetime.fromtimestamp(moment // SECOND, UTC):%Y-%m-%dT%H:%M:%S}.{moment % SECOND:09d}Z "
    payload = (stamp + text).encode()
    return b"\1\0\0\0" + len(payload).to_bytes(4, "big") + payload


async def _inspect(engine: object, container: str) -> dict[str, Any]:
    return {"State": {"Running": True, "StartedAt": "2026-11-21T00:00:00Z"}}


async def test_lines_that_podman_cut_are_whole_and_there_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "inspect", _inspect)
    written = [f"line {number} of a log that is long" for number in range(20_000)]
    podman: Any = Podman("".join(f"{line}\n" for line in written))
    lines: list[LogLine] = []
    notes: list[Note] = []
    follower = Follower(podman, "some", on_lines=lines.extend, on_note=notes.append)
    task = asyncio.create_task(follower.run())
    await asyncio.sleep(0.3)
    task.cancel()
    while not follower.beginning:
        lines[:0] = (await follower.older(lines[0].time, 700)).lines
    assert [line.text for line in lines] == written
    assert [note.kind for note in notes] == [NoteKind.READY]
