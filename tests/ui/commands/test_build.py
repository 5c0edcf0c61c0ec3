"""Building an image from the keyboard, on the demo Engine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.ui.stage import NARROW, WIDE, Stage, opened

FAILING = """\
FROM nginx:1.27
RUN echo "first words"
COPY app /app

RUN echo begun && \\
    exit 3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, and what the form has in it from the start."""
    (tmp_path / "Dockerfile").write_text(FAILING)
    (tmp_path / "app").mkdir()
    (tmp_path / "app/main.py").write_text("print()")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "none"))
    return tmp_path


async def form(stage: Stage) -> None:
    await stage.press("2", "B")
    await stage.until("Build an image")


async def fill(stage: Stage, label: int, text: str) -> None:
    """Go down so many fields, and type."""
    await stage.press(*["down"] * label)
    await stage.type(text)


async def test_a_build_is_followed_from_the_form_to_its_image(folder: Path) -> None:
    (folder / "Dockerfile").write_text(FAILING.replace("exit 3", "true"))
    async with opened(size=WIDE) as stage:
        await form(stage)
        await fill(stage, 2, "shop:1 shop:2")
        await stage.until("DOCKER_BUILDKIT=0 docker")
        await stage.press("ctrl+s")
        await stage.until("shop:1 built")
        await stage.until("shop:1 +1")
        await stage.press("J", "enter")
        await stage.until("Successfully tagged shop:2")
        assert "Step 4/4 : RUN echo begun" in stage.text
        stage.check_frame()
        (request,) = stage.engine.requests_to("POST .*/build")
        assert "t=shop:1&t=shop:2" in request.path


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
async def test_the_failed_step_and_its_line_are_shown(folder: Path, size: tuple[int, int]) -> None:
    async with opened(size=size) as stage:
        await form(stage)
        await stage.press("ctrl+s")
        await stage.until("step 4/4 failed, Dockerfile:5, exit code 3")
        await stage.press("J")
        await stage.until("failed")
        await stage.press("enter")
        await stage.until("first words")
        line = stage.line("step 4/4 failed")
        assert "Dockerfile:5, exit code 3: RUN echo begun" in line
        stage.check_frame()


async def test_the_cache_is_used_until_it_is_not_wanted(folder: Path) -> None:
    (folder / "Dockerfile").write_text("FROM nginx:1.27\nRUN echo once\n")
    async with opened(size=WIDE) as stage:
        jobs = stage.main.runner.jobs
        builds = ((), 0), ((), 1), (("down",) * 5 + ("space",), 1)
        for keys, cached in builds:
            begun = len(jobs.newest_first)
            await form(stage)
            await stage.press(*keys, "ctrl+s")
            await stage.until(lambda: len(jobs.newest_first) > begun and not jobs.running)  # noqa: B023 (awaited here)
            newest = jobs.newest_first[0]
            assert newest.state == "done"
            told = sum("Using cache" in line for line in newest.progress.lines)
            assert told == (cached if not keys else 0)


async def test_it_can_be_given_up_from_its_output(folder: Path) -> None:
    (folder / "Dockerfile").write_text("FROM nginx:1.27\nRUN echo begun; sleep 1000\n")
    async with opened(size=NARROW) as stage:
        await form(stage)
        await stage.press("ctrl+s")
        await stage.until("1 job")
        await stage.until("Build an image", absent=True)
        await stage.press("J", "enter")
        await stage.until("begun")
        await stage.press("x")
        await stage.until("cancelled")
        await stage.press("escape", "escape")
        await stage.until("Build an image: cancelled")


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        (0, "/none", "there is no such folder"),
        (1, "Other", "there is no Other in"),
        (2, "Shop", "Shop: not an image's name"),
        (3, "=x", "has no name before the ="),
        (4, "none", "no stage of Dockerfile is called so"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field_and_nothing_is_lost(
    folder: Path, field: int, typed: str, told: str
) -> None:
    async with opened(size=WIDE) as stage:
        await form(stage)
        await fill(stage, field, typed)
        await stage.press("ctrl+s")
        await stage.until(told)
        assert typed in stage.text
        stage.check_frame()
        assert not stage.engine.requests_to("POST .*/build")


async def test_hostile_output_is_shown_and_not_obeyed(folder: Path) -> None:
    (folder / "Dockerfile").write_text(
        "FROM nginx:1.27\nRUN printf '\\033]0;owned\\007\\033[2J[red]x[/red]\\342\\200\\256\\n'\n"
    )
    async with opened(size=WIDE) as stage:
        await form(stage)
        await stage.press("ctrl+s")
        await stage.until("built")
        await stage.press("J", "enter")
        await stage.until("[red]x[/red]")
        stage.check_frame()


async def test_a_secret_argument_is_never_shown(folder: Path) -> None:
    async with opened(size=WIDE) as stage:
        await form(stage)
        await fill(stage, 3, "DB_PASSWORD=hunter2")
        await stage.until("DB_PASSWORD=••••••")
        await stage.press("ctrl+s")
        await stage.until("failed")
        await stage.press("J")
        assert "hunter2" not in stage.text
        await stage.press("escape", "tilde")
        await stage.until("API lens")
        await stage.until("/build")
        assert "hunter2" not in stage.text
        assert "DB_PASSWORD" in stage.text


async def test_without_buildkit_what_needs_it_is_refused_by_line(folder: Path) -> None:
    (folder / "Dockerfile").write_text("FROM nginx:1.27\n\nRUN <<EOF\necho\nEOF\n")
    async with opened(size=WIDE) as stage:
        await form(stage)
        await stage.press("ctrl+s")
        await stage.until("line 3: RUN with a here-document needs BuildKit")


async def test_read_only_refuses_it(folder: Path) -> None:
    async with opened(size=WIDE, read_only=True) as stage:
        await stage.press("2", "B")
        await stage.until("Build an image: read only")
        assert not re.search("POST", " ".join(request.method for request in stage.engine.requests))
