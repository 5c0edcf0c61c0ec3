"""Building on a real Engine: the same image whoever builds it, what is told of a failure, and how it is given up."""

from __future__ import annotations

import asyncio
import os
import re
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from dockertui.engine import build_context
from dockertui.engine.client import Engine
from dockertui.engine.dockerfile import instructions, steps
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.operations.build_progress import BuildProgress
from dockertui.operations.jobs import Job, Jobs, State, perform
from dockertui.operations.progress import LINE_LENGTH
from tests.engine.dockerd import Dockerd
from tests.engine.three_ways import Case, by_curl, by_docker, by_the_program, endpoint_of, prepare, task_of


@pytest.fixture
async def engine(dockerd: Dockerd) -> AsyncIterator[Engine]:
    engine = Engine(endpoint_of(dockerd))
    await engine.open()
    yield engine
    await engine.close()


def folder_of(base: Path, files: Mapping[str, str]) -> Path:
    """A folder with files; a name that ends in / is a folder."""
    for name, text in files.items():
        path = base / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_text(text)
    return base


STAGES = """\
ARG BASE=none
FROM ${BASE} AS tools
ARG VERSION=0
RUN echo "$VERSION" > /version
COPY . /all/

FROM tools AS shop
LABEL stage=shop
CMD ["sh"]

FROM tools AS never
RUN false
"""


def shop(base: Path) -> Path:
    folder = folder_of(
        base / "it's a shop",
        {
            "docker/Shop.Dockerfile": STAGES,
            ".dockerignore": "# what stays here\n**/*.log\nsecret\n!secret/but this\ndocker\n",
            "a.log": "no",
            "app/a.log": "no",
            "app/main.py": "print()",
            "secret/key": "no",
            "secret/but this": "yes",
            "empty/": "",
            "odd/\u00e9\u20ac name": "x",
        },
    )
    (folder / "app/run").write_text("#!/bin/sh\n")
    (folder / "app/run").chmod(0o4750)
    (folder / "link").symlink_to("app/main.py")
    (folder / "dangling").symlink_to("/no/where")
    os.link(folder / "app/main.py", folder / "app/again.py")
    os.utime(folder / "app/main.py", (1_600_000_000.5, 1_600_000_000.5))
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(folder / "sock"))
    return folder


LISTING = r"""
cd /all
find . -type d | sort | tr '\n' '\0' | xargs -0 stat -c "%n|%a %u %g"
find . ! -type d | sort | tr '\n' '\0' | xargs -0 stat -c "%n|%N|%a %u %g %s %Y %h"
cat /version
"""


def contents(dockerd: Dockerd, image: str) -> list[str]:
    """What the build put into the image: names, modes, owners, sizes, times; folders' times and sizes aside."""
    return dockerd.cli("run", "--rm", "--network=none", image, "sh", "-c", LISTING).splitlines()


async def test_all_three_ways_build_the_same(dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    folder = shop(tmp_path)
    values: dict[str, Any] = {
        "folder": str(folder), "dockerfile": "docker/Shop.Dockerfile", "tags": ("shop:1", "localhost:5000/shop:2"),
        "args": ("BASE=busybox", "VERSION=it's 1.2"), "target": "shop", "no_cache": True, "labels": ("x=y z",),
        "platform": "linux/amd64",
    }  # fmt: skip
    case = Case("image.build", values=values)
    case.command.body.check(case.command.body.values() | values)
    found, listed = [], []
    for way in (by_the_program, by_docker, by_curl):
        found.append(await way(case, dockerd, engine))
        listed.append(contents(dockerd, "shop:1"))
    assert listed[0] == listed[1] == listed[2]
    assert found[0] == found[1] == found[2]
    names = {line.partition("|")[0].removeprefix("./") for line in listed[0] if "|" in line}
    assert {"secret/but this", "app/main.py", "app/run", "link", "dangling", "empty", "odd/\u00e9\u20ac name"} <= names
    assert not {"a.log", "app/a.log", "secret/key", "sock", "docker/Shop.Dockerfile"} & names
    assert "it's 1.2" in listed[0]
    assert "./app/main.py|./app/main.py|644 0 0 7 1600000000 2" in listed[0]
    assert {"shop:1", "localhost:5000/shop:2"} <= {
        tag for image in found[0]["image"] for tag in image.get("RepoTags", ())
    }


async def built(engine: Engine, folder: Path, **values: Any) -> Job:
    """The job of a build, ended."""
    jobs = Jobs(engine, lambda job: None, lambda jobs: None)
    (job,) = jobs.start([await task_of(Case("image.build", values={"folder": str(folder), **values}), engine)])
    await jobs.settled()
    return job


FAILING = """\
# syntax=docker/dockerfile:1
ARG TAG=latest

FROM busybox:${TAG} AS base
# about to fail
RUN true \\
    # in the middle
    && echo "about to fail" \\
    && exit 7
RUN echo never
"""


async def test_a_failure_is_shown_with_its_step_and_line(dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    prepare(Case("image.build"), dockerd)
    job = await built(engine, folder_of(tmp_path, {"Dockerfile": FAILING}))
    assert job.state is State.FAILED
    assert job.said == (
        'step 3/4 failed, Dockerfile:6, exit code 7: RUN true     && echo "about to fail"     && exit 7'
    )
    assert job.progress.lines[-2:] == ["about to fail", f"\x1b[1;31m{job.said}\x1b[0m"]
    assert isinstance(job.progress, BuildProgress)
    assert (job.progress.step, job.progress.total) == (3, 4)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("FROM none/at/all:1", r"step 1/1 failed, Dockerfile:1: Get .* \(FROM none/at/all:1\)"),
        ("FROM busybox\nCOPY missing /", r"step 2/2 failed, Dockerfile:2: COPY failed: .* \(COPY missing /\)"),
        ("FROM busybox\n\nSHOUT", r".*parse error.* line 3: unknown instruction: SHOUT"),
        (
            "FROM busybox\nCOPY --from=none /a /b",
            r"step 2/2 failed, Dockerfile:2: invalid from flag value none: .* \(COPY --from=none /a /b\)",
        ),
    ],
)
async def test_what_the_engine_refuses_is_shown_with_its_line(
    dockerd: Dockerd, engine: Engine, tmp_path: Path, lines: str, told: str
) -> None:
    job = await built(engine, folder_of(tmp_path, {"Dockerfile": lines + "\n"}))
    assert job.state is State.FAILED
    assert re.fullmatch(told, job.said), job.said


HOSTILE = """\
FROM busybox
RUN printf 'Step 3/4 : RUN false\\n\\033]0;owned\\007\\033[2J[b]markup[/b] \\033[31mred\\n'
RUN printf 'over\\rwritten\\n'; printf '%s' "no line end"
RUN head -c 100000 /dev/zero | tr '\\0' x; false
"""


async def test_what_a_container_prints_is_no_step(dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    """Nor is anything obeyed that it prints: what is kept is cleaned by the widgets, a line has a length."""
    job = await built(engine, folder_of(tmp_path, {"Dockerfile": HOSTILE}), no_cache=True)
    progress = job.progress
    assert isinstance(progress, BuildProgress)
    assert job.said.startswith("step 4/4 failed, Dockerfile:4, exit code 1: RUN head")
    assert "Step 3/4 : RUN false" in progress.lines, "as output, not as a heading"
    assert sum(line.startswith("\x1b[1mStep") for line in progress.lines) == 4
    assert "written" in progress.lines
    assert max(map(len, progress.lines)) <= LINE_LENGTH + 1


ODD = """\
# escape=`
# comment
ARG ONE=1

  # another
from busybox as Base
run  echo a`
b   `
# within

    c
ENV  A=1 `
     B=2
LABEL x="y # no comment"
FROM base
COPY --from=Base /etc/passwd /p
	RUN	true
CMD ["sh"]
"""


async def test_every_step_stands_where_it_is_said_to(dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    job = await built(engine, folder_of(tmp_path, {"Dockerfile": ODD}), labels=("a=b",))
    assert job.state is State.DONE, job.said
    found = steps(instructions(ODD))
    announced = [line for line in job.progress.lines if line.startswith("\x1b[1mStep")]
    assert len(announced) == len(found) + 1 == 10, "and the labels"
    assert [instruction.line for instruction in found] == [3, 6, 7, 12, 14, 15, 16, 17, 18]


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - another process does it
        await asyncio.sleep(0.02)


async def test_a_build_given_up_ends_on_the_engine(dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    prepare(Case("image.build"), dockerd)
    folder = folder_of(tmp_path, {"Dockerfile": "FROM busybox\nRUN echo begun && sleep 1d\nRUN true\n"})
    jobs = Jobs(engine, lambda job: None, lambda jobs: None)
    values = {"folder": str(folder), "tags": ("never:1",)}
    (job,) = jobs.start([await task_of(Case("image.build", values=values), engine)])
    await until(lambda: "begun" in job.progress.lines)
    assert dockerd.cli("ps", "--quiet")
    jobs.cancel(job)
    await jobs.settled()
    assert job.state is State.CANCELLED
    await until(lambda: not dockerd.cli("ps", "--quiet"))
    assert dockerd.cli("image", "ls", "--quiet", "never") == ""


async def test_what_cannot_be_read_ends_it_before_the_engine_begins(
    dockerd: Dockerd, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file gets shorter while it is sent: nothing is built of half a tar, and the file is named."""
    prepare(Case("image.build"), dockerd)
    folder = folder_of(tmp_path, {"Dockerfile": "FROM busybox\nCOPY . /\n", "data": "x" * 3_000_000})
    member = build_context._member

    def shortening(path: str, *rest: Any) -> Any:
        found = member(path, *rest)
        if path.endswith("data"):
            os.truncate(path, 1_000_000)
        return found

    monkeypatch.setattr(build_context, "_member", shortening)
    job = await built(engine, folder, tags=("never:1",))
    assert job.said == f"{folder}/data got shorter while it was sent: build again"
    assert dockerd.cli("image", "ls", "--quiet", "never") == ""


async def test_nothing_is_sent_when_read_only(dockerd: Dockerd, tmp_path: Path) -> None:
    bound = Engine(endpoint_of(dockerd), read_only=True)
    await bound.open()
    folder = folder_of(tmp_path, {"Dockerfile": "FROM busybox\n"})
    task = await task_of(Case("image.build", values={"folder": str(folder)}), Engine(endpoint_of(dockerd)))
    assert task.command.refusal(bound) == "read only"
    with pytest.raises(EngineError) as refused:
        await perform(bound, task)
    assert refused.value.kind is ErrorKind.READ_ONLY
    assert [request.path for request in bound.trace] == ["/version"]
    await bound.close()
