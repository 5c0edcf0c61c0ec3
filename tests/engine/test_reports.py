"""What only asks: the program hears what the `curl` line answers, and its `docker` line is one that docker takes."""

from __future__ import annotations

import json
import math
import re
from collections.abc import AsyncIterator

import pytest

from dockertui.engine.client import Engine
from dockertui.engine.sending import send
from dockertui.operations import disk
from dockertui.operations.command_lines import curl_line, docker_line
from dockertui.operations.reports import BODIES
from tests.engine.dockerd import IMAGE, Dockerd
from tests.engine.three_ways import Case, endpoint_of, prepare, shell, task_of

WRITES = ["run --name=old --network=none busybox touch /new"]
CASES = (
    Case("container.diff", WRITES, "old"),
    Case("image.history", ["tag busybox shop:1"], IMAGE),
    Case("system.df", WRITES),
    Case("system.info"),
    Case("system.version"),
)
NEEDS_THE_HUB = {"image.search"}


@pytest.fixture
async def engine(dockerd: Dockerd) -> AsyncIterator[Engine]:
    engine = Engine(endpoint_of(dockerd), read_only=True)
    await engine.open()
    yield engine
    await engine.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_program_and_curl_hear_the_same(case: Case, dockerd: Dockerd, engine: Engine) -> None:
    prepare(case, dockerd)
    task = await task_of(case, engine)
    assert engine.version is not None
    (call,) = task.plan.calls
    heard = await send(engine, call)
    answered = json.loads(shell(curl_line(engine.endpoint, engine.version.api, task.plan.calls), dockerd))
    if case.id == "system.info":  # the time, and how many files are open
        assert heard.keys() == answered.keys()
    else:
        assert heard == answered
    assert shell(docker_line(engine.endpoint, task.plan.docker), dockerd)
    report = task.command.body.report
    assert report is not None
    sections = report(None, heard)
    assert any(section.fields for section in sections)


async def test_the_disk_usage_is_that_of_the_docker_command(dockerd: Dockerd, engine: Engine) -> None:
    prepare(Case("system.df", [*WRITES, "volume create data"]), dockerd)
    lines = [json.loads(line) for line in dockerd.cli("system", "df", "--format", "{{json .}}").splitlines()]
    raw = await send(engine, (await task_of(Case("system.df"), engine)).plan.calls[0])
    ours = disk.totals(raw)
    assert [(str(line.total), str(line.active)) for line in ours] == [
        (told["TotalCount"], told["Active"]) for told in lines
    ]
    for line, theirs in zip(ours, lines, strict=True):
        assert line.size == pytest.approx(in_bytes(theirs["Size"]), rel=0.001)
        assert line.reclaimable == pytest.approx(in_bytes(theirs["Reclaimable"].split()[0]), rel=0.001)


def in_bytes(text: str) -> float:
    """`1.984MB`, as docker rounds it."""
    match = re.fullmatch(r"([\d.]+)([kMGT]?)B", text)
    assert match is not None
    return float(match[1]) * math.pow(1000, " kMGT".index(match[2] or " "))


async def test_a_search_says_why_it_fails(dockerd: Dockerd, engine: Engine) -> None:
    """No registry is reached from here; the Engine's words come through."""
    task = await task_of(Case("image.search", values={"term": "127.0.0.1:9/none"}), engine)
    with pytest.raises(Exception, match=r"127\.0\.0\.1:9"):
        await send(engine, task.plan.calls[0])


def test_every_report_has_a_case() -> None:
    assert BODIES.keys() == {case.id for case in CASES} | NEEDS_THE_HUB
