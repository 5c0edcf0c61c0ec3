"""Pictures of menus, forms, questions and journals. `pytest … --snapshot-update` makes them anew."""

from __future__ import annotations

import pytest

from dockertui.operations import command_lines, run_form
from dockertui.screens.base import waiting
from tests.demo import DemoEngine
from tests.ui.stage import NARROW, Stage
from tests.ui.test_snapshots import SIZES, Compare, Scene, keys, picture

pytestmark = pytest.mark.usefixtures("frozen", "steady")


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo Engine's socket and a new container's name are others each time, and a slow machine says it waits."""
    monkeypatch.setattr(waiting, "SILENT", 3600.0)
    monkeypatch.setattr(command_lines, "docker_options", lambda endpoint: ())
    monkeypatch.setattr(command_lines, "_where", lambda endpoint, reveal: ["--unix-socket", "/run/demo.sock"])
    monkeypatch.setattr(run_form, "new_name", lambda: "calm_heron_07")


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
    assert picture(snap_compare, host, size, on_debug("3", "c", "x", "slash", "ctrl+s"))


def test_bulk_menu(snap_compare: Compare, host: DemoEngine) -> None:
    assert picture(snap_compare, host, NARROW, on_debug("space", "b"))


def test_no_jobs(snap_compare: Compare, host: DemoEngine) -> None:
    assert picture(snap_compare, host, NARROW, on_debug("J"))


@SIZES
def test_login_form(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    async def scene(stage: Stage) -> None:
        await on_debug("2")(stage)
        await stage.main.runner.action_run_command("registry.login")
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
        await stage.main.runner.action_run_command("container.recreate")
        await stage.until("Recreate with changes")

    assert picture(snap_compare, host, size, scene)


def test_long_notice(snap_compare: Compare, host: DemoEngine) -> None:
    async def scene(stage: Stage) -> None:
        await on_debug("2")(stage)
        said = 'Pull an image 127.0.0.1:5001/shop:1: Head "http://127.0.0.1:5001/v2/shop/manifests/1": no basic auth '
        stage.main.say(f"{said}credentials: check the name; if it is private, log in to its registry (: login)", "bad")
        await stage.settle()

    assert picture(snap_compare, host, NARROW, scene)


def in_files(name: str, pane: str, *folders: str, then: tuple[str, ...] = ()) -> Scene:
    """In the Files tab of an object, some folders down; without the list, whose figures go on meanwhile."""

    async def scene(stage: Stage) -> None:
        await stage.until_open()
        await stage.until_explained()
        await stage.press(pane)
        await stage.goto(name)
        await stage.press("F", *(("z",) if stage.main.arrangement.wide else ()))
        tab = stage.tab("files")
        for folder in folders:
            await stage.until(lambda: not tab.is_busy)
            assert tab.move_to(folder)
            await stage.press("enter")
        await stage.until(lambda: not tab.is_busy)
        await stage.press(*then)

    return scene


@SIZES
def test_files(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    assert picture(snap_compare, host, size, in_files("shop-api-1", "1"))


def test_files_of_a_stopped_container(snap_compare: Compare, host: DemoEngine) -> None:
    assert picture(snap_compare, host, NARROW, in_files("shop-report-1", "1", "var", "log"))


@SIZES
def test_files_of_a_volume(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    assert picture(snap_compare, host, size, in_files("shop_pgdata", "4", "base", "16384", then=("space", "o")))


def looking_at(name: str, *folders: str) -> Scene:
    async def scene(stage: Stage) -> None:
        await in_files("shop-api-1", "1", *folders, name)(stage)
        await stage.until(lambda: getattr(stage.app.screen, "is_read", False))
        await stage.until("Python" if name.endswith(".py") else "hex")

    return scene


@SIZES
def test_text_file(snap_compare: Compare, host: DemoEngine, size: tuple[int, int]) -> None:
    assert picture(snap_compare, host, size, looking_at("wsgi.py", "app", "shop"))


def test_binary_file(snap_compare: Compare, host: DemoEngine) -> None:
    assert picture(snap_compare, host, NARROW, looking_at("cat", "usr", "bin"))
