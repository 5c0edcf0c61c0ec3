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


@SIZES
def test_login_form(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    async def scene(stage: Stage) -> None:
        await on_debug("2")(stage)
        await stage.main.action_order("registry.login")
        await stage.until("Log in to a registry")
        await stage.press("tab")
        await stage.type("ann")
        await stage.press("tab")
        await stage.type("open sesame")

    assert picture(snap_compare, host, size, scene)


@SIZES
def test_recreate_form(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    """Its secrets are hidden."""

    async def scene(stage: Stage) -> None:
        await on_debug()(stage)
        await stage.goto("legacy-import")
        await stage.main.action_order("container.recreate")
        await stage.until("Recreate with changes")

    assert picture(snap_compare, host, size, scene)


def test_long_notice(snap_compare: Compare, host: DemoEngine) -> None:
    async def scene(stage: Stage) -> None:
        await on_debug("2")(stage)
        said = 'Pull an image 127.0.0.1:5001/shop:1: Head "http://127.0.0.1:5001/v2/shop/manifests/1": no basic auth '
        stage.main.say(f"{said}credentials: check the name; if it is private, log in to its registry (: login)", "bad")
        await stage.settle()

    assert picture(snap_compare, host, NARROW, scene)
