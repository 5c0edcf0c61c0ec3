"""Building on a real Engine: the same image whoever builds it, what is told of a failure, and how it is given up."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from dockertui.engine.client import Engine
from dockertui.operations.build_progress import BuildProgress
from dockertui.operations.jobs import Job, Jobs, State
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
    case.command.check(case.command.values() | values)
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
    assert {"shop:1", "localhost:5000/shop:2"} <= {tag for image in found[0]["image"] for tag in image["RepoTags"]}


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
    assert job.said == ('step 3/4, Dockerfile:6: RUN true     && echo "about to fail"     && exit 7: exit code 7')
    assert job.progress.lines[-2:] == ["about to fail", job.said]
    assert isinstance(job.progress, BuildProgress)
    assert (job.progress.step, job.progress.total) == (3, 4)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("FROM none/at/all:1", r"step 1/1, Dockerfile:1: FROM none/at/all:1: Get .*"),
        ("FROM busybox\nCOPY missing /", r"step 2/2, Dockerfile:2: COPY missing /: COPY failed: .*"),
        ("FROM busybox\n\nSHOUT", r".*parse error.* line 3: unknown instruction: SHOUT"),
        (
            "FROM busybox\nCOPY --from=none /a /b",
            r"step 2/2, Dockerfile:2: COPY --from=none /a /b: invalid from flag value none: .*",
        ),
    ],
)
async def test_what_the_engine_refuses_is_shown_with_its_line(
    dockerd: Dockerd, engine: Engine, tmp_path: Path, lines: str, told: str
) -> None:
    job = await built(engine, folder_of(tmp_path, {"Dockerfile": lines + "\n"}))
    assert job.state is State.FAILED
    assert re.fullmatch(told, job.said), job.said
