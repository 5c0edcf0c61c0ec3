"""Pictures of a build: its form, what is wrong in it, its output while it runs, and its failure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dockertui.operations import command_lines
from dockertui.screens.commands import command_run, jobs
from tests.demo import DemoEngine
from tests.ui.stage import Clock, Stage
from tests.ui.test_snapshots import SIZES, Compare, picture

pytestmark = pytest.mark.usefixtures("frozen", "shop")

DOCKERFILE = """\
# the shop, from its sources
FROM nginx:1.27 AS base
ARG VERSION=dev
COPY app /app
RUN echo "collecting 12 packages" && \\
    echo "compiling"
RUN echo "testing {0}"; {1}
"""


@pytest.fixture
def host() -> Iterator[DemoEngine]:
    """One that nobody else looks at: its images change."""
    with DemoEngine(clock=Clock()) as engine:
        yield engine


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, which has the same name in every picture."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app/main.py").write_text("print()")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "none"))
    monkeypatch.setattr(command_lines, "docker_options", lambda endpoint: ())
    told = command_lines.docker_line

    def steady(*words: Any, **options: Any) -> str:
        return told(*words, **options).replace(str(tmp_path), "/home/ann/shop")

    for place in (command_run, jobs):
        monkeypatch.setattr(place, "docker_line", steady)
    return tmp_path


def write(last: str) -> None:
    Path("Dockerfile").write_text(DOCKERFILE.format("all of it", last))


async def form(stage: Stage, *, last: str = "true") -> None:
    write(last)
    await stage.until_open()
    await stage.until_measured()  # what stands behind the form has its figures, or has not
    await stage.press("2")
    await stage.until_known()
    await stage.press("B")
    await stage.until("Build an image")
    await stage.press("down", "down")
    await stage.type("shop:1.4")
    await stage.press("down")
    await stage.type("VERSION=1.4 API_TOKEN=x")


async def output(stage: Stage, until: str) -> None:
    await stage.until("Build an image", absent=True)
    await stage.press("J", "enter")
    await stage.until(until)
    await stage.until("testing all of it")


@SIZES
def test_form(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    assert picture(snap_compare, host, size, form)


@SIZES
def test_wrong(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    async def scene(stage: Stage) -> None:
        await form(stage, last="\nRUN --mount=type=cache,target=/root true")
        await stage.press("ctrl+s")
        await stage.until("BuildKit")

    assert picture(snap_compare, host, size, scene)


@SIZES
def test_running(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    async def scene(stage: Stage) -> None:
        await form(stage, last="sleep 1000")
        await stage.press("ctrl+s")
        await output(stage, "step 5/5")

    assert picture(snap_compare, host, size, scene)


@SIZES
def test_failed(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    async def scene(stage: Stage) -> None:
        await form(stage, last="exit 2")
        await stage.press("ctrl+s")
        await stage.until("failed, Dockerfile:7, exit code 2")
        await output(stage, "failed")

    assert picture(snap_compare, host, size, scene)


@SIZES
def test_job(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    async def scene(stage: Stage) -> None:
        await form(stage, last="exit 2")
        await stage.press("ctrl+s")
        await stage.until("failed, Dockerfile:7, exit code 2")
        await stage.press("J")
        await stage.until("Output")

    assert picture(snap_compare, host, size, scene)
