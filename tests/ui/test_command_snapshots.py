"""Pictures of menus, forms, questions and journals. `pytest … --snapshot-update` makes them anew."""

from __future__ import annotations

import pytest

from dockertui.demo import DemoEngine
from dockertui.operations import lines, run, running
from tests.ui.stage import NARROW, Stage
from tests.ui.test_snapshots import SIZES, Compare, Scene, keys, picture

pytestmark = pytest.mark.usefixtures("frozen", "steady")


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo Engine's socket and a new container's name are others each time."""
    monkeypatch.setattr(lines, "docker_options", lambda endpoint: ())
    monkeypatch.setattr(lines, "_where", lambda endpoint: ["--unix-socket", "/run/demo.sock"])
    monkeypatch.setattr(run, "new_name", lambda: "calm_heron_07")
    monkeypatch.setattr(running, "run", run)


def on_debug(*pressed: str) -> Scene:
    """With the cursor on a container that runs, press keys."""

    async def scene(stage: Stage) -> None:
        await stage.until_open()
        await stage.until_measured()
        await stage.goto("net-debug")
        await keys(stage, *pressed)

    return scene


@SIZES
def test_question(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    assert picture(snap_compare, host, size, on_debug("d", "2"))


@SIZES
def test_object_menu(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    assert picture(snap_compare, host, size, on_debug("full_stop"))


@SIZES
def test_run_form(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    async def scene(stage: Stage) -> None:
        await on_debug("c")(stage)
        await stage.until("Run a new container")
        await stage.type("nginx:1.27")

    assert picture(snap_compare, host, size, scene)


@SIZES
def test_wrong_field(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    assert picture(snap_compare, host, size, on_debug("3", "c", "x", "exclamation_mark", "ctrl+s"))


def test_bulk_menu(snap_compare: Compare, host: DemoEngine) -> None:
    assert picture(snap_compare, host, NARROW, on_debug("space", "b"))


def test_no_jobs(snap_compare: Compare, host: DemoEngine) -> None:
    assert picture(snap_compare, host, NARROW, on_debug("J"))
