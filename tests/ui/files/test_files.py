"""The Files tab: what it shows, what it asks for it, and what it says when it cannot."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from dockertui.config import Settings
from dockertui.screens.files.file_screen import FileScreen
from dockertui.screens.files.tab import FilesTab
from tests.demo import DemoEngine, Faults
from tests.ui.stage import NARROW, WIDE, Clock, Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")

NO_EXEC = Settings(files_exec=False)


@pytest.fixture
def engine() -> Iterator[DemoEngine]:
    """A demo Engine of its own, for what changes it or has it fail."""
    with DemoEngine(clock=Clock()) as engine:
        yield engine


@asynccontextmanager
async def files_of(
    name: str, host: DemoEngine, size: tuple[int, int] = NARROW, pane: str = "1", **options: object
) -> AsyncIterator[Stage]:
    """The program with the Files tab of an object open and its root listed."""
    async with opened(size, engine=host, **options) as stage:  # type: ignore[arg-type]
        await stage.press(pane)
        await stage.goto(name)
        await stage.press("F")
        await until_read(stage)
        yield stage


def tab_of(stage: Stage) -> FilesTab:
    tab = stage.tab("files")
    assert isinstance(tab, FilesTab)
    return tab


async def until_read(stage: Stage) -> None:
    tab = tab_of(stage)
    await stage.until(lambda: not tab.is_busy)


async def press(stage: Stage, *keys: str) -> None:
    """Press keys, and wait for what each reads."""
    for key in keys:
        await stage.press(key)
        await until_read(stage)


async def enter(stage: Stage, *names: str) -> None:
    """Go into what has these names, one after the other."""
    for name in names:
        assert tab_of(stage).move_to(name), f"{name} is not in:\n{stage.text}"
        await stage.press("enter")
        await until_read(stage)


def names(stage: Stage) -> list[str]:
    return tab_of(stage).shown


def asked(stage: Stage) -> list[str]:
    """What was asked of the Engine for the files so far."""
    return [
        f"{one.method} {one.path.partition('/containers/')[2].partition('/')[2]}"
        for one in stage.main.session.trace
        if one.cause.startswith("files") and "/containers/" in one.path
    ]


async def look(stage: Stage) -> FileScreen:
    await stage.press("enter")
    await stage.until(lambda: isinstance(stage.app.screen, FileScreen))
    screen = stage.app.screen
    assert isinstance(screen, FileScreen)
    await stage.until(lambda: screen.is_read)
    return screen


def files_below(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# by which way


async def test_running_container_is_listed_with_find_and_the_heading_names_it(host: DemoEngine) -> None:
    async with files_of("shop-web-1", host) as stage:
        assert names(stage)[:3] == ["dev", "docker-entrypoint.sh", "etc"] or names(stage)[:2] == ["dev", "etc"]
        assert "by find in the container" in stage.line("as of")
        assert "drwxr-xr-x root:root" in stage.line(" etc/")
        assert asked(stage) == ["POST exec", "GET changes"]


async def test_stopped_container_is_listed_from_its_export_after_its_usual_names(host: DemoEngine) -> None:
    async with files_of("shop-report-1", host) as stage:
        assert "by an export, without volumes (it does not run)" in stage.line("as of")
        requests = asked(stage)
        assert requests.index("HEAD archive?path=/var") < requests.index("GET export")
        assert "GET changes" in requests
        assert not any(request.startswith("POST") for request in requests)
        assert "bin → usr/bin" in stage.text


async def test_folder_seen_in_an_export_is_not_requested_again(host: DemoEngine) -> None:
    async with files_of("shop-report-1", host) as stage:
        before = asked(stage)
        await enter(stage, "usr", "bin")
        assert "grep" in names(stage)
        await press(stage, "backspace", "backspace")
        assert asked(stage) == before
        assert "MB" in stage.line(" usr/")


async def test_folder_that_an_export_shows_differently_is_requested_again(host: DemoEngine) -> None:
    """The Engine's own mounts are in `/etc`: an export has them empty."""
    async with files_of("shop-report-1", host) as stage:
        await enter(stage, "etc")
        assert asked(stage)[-1] == "GET archive?path=/etc/."
        assert "by the archive API (it does not run)" in stage.line("as of")
        assert "38B" in stage.line("resolv.conf")


async def test_read_only_nothing_is_run_in_a_container(host: DemoEngine) -> None:
    async with files_of("shop-web-1", host, read_only=True) as stage:
        assert "by an export, without volumes (read only)" in stage.line("as of")
        await enter(stage, "etc", "nginx")
        assert names(stage) == ["mime.types", "nginx.conf"]
        assert not any(request.startswith("POST") for request in asked(stage))


async def test_setting_prevents_running_anything_in_a_container(host: DemoEngine) -> None:
    async with files_of("shop-web-1", host, settings=NO_EXEC) as stage:
        assert "(by choice)" in stage.line("as of")
        assert not any(request.startswith("POST") for request in asked(stage))
        await stage.press("w")
        await until_read(stage)
        assert "by find in the container" in stage.text


@pytest.mark.parametrize("status", [400, 403, 500])
async def test_archive_is_used_without_find(engine: DemoEngine, status: int) -> None:
    engine.faults.fail("POST /containers/.*/exec", status=status, message="no find here")
    async with files_of("shop-web-1", engine) as stage:
        assert "by an export, without volumes (no find here)" in stage.line("as of")
        await enter(stage, "etc")
        assert "nginx" in names(stage)
        assert asked(stage).count("POST exec") == 2, "both tools once, and never again"


async def test_nothing_is_asked_before_the_tab_has_the_keyboard(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host) as stage:
        await stage.goto("shop-web-1")
        stage.main.detail.select_tab("files")
        await stage.until("enter: look at the files")
        await stage.press("j", "k", "j")
        assert asked(stage) == []
        await stage.press("enter")
        await until_read(stage)
        assert "etc" in names(stage)


# moving about


async def test_going_up_selects_the_folder_left(host: DemoEngine) -> None:
    async with files_of("shop-api-1", host) as stage:
        await enter(stage, "app", "shop")
        assert stage.line("/app/shop")
        await press(stage, "backspace", "h")
        assert tab_of(stage).browser.path == "/"
        assert tab_of(stage).cursor_key == "app"
        await stage.press("minus")
        assert tab_of(stage).browser.path == "/"


async def test_opening_a_link_goes_to_its_target(host: DemoEngine) -> None:
    async with files_of("shop-api-1", host) as stage:
        await enter(stage, "bin")
        assert tab_of(stage).browser.path == "/usr/bin"
        await press(stage, "backspace", "backspace")
        assert tab_of(stage).cursor_key == "bin"


async def test_a_typed_path_goes_there(host: DemoEngine) -> None:
    async with files_of("shop-api-1", host) as stage:
        await stage.press("c", "backspace")
        await stage.type("/app/../app/./shop/")
        await stage.press("enter")
        await until_read(stage)
        assert "settings.py" in names(stage)
        await stage.press("c", "end")
        await stage.type("/static")
        await stage.press("enter")
        await until_read(stage)
        assert names(stage) == ["app.js"]
        await stage.press("c", "end")
        await stage.type("/none")
        await stage.press("enter")
        await stage.until("/app/shop/static/none is not a readable folder")


async def test_filter_sort_and_marks(host: DemoEngine) -> None:
    async with files_of("shop-api-1", host) as stage:
        await enter(stage, "usr", "bin")
        await stage.press("slash")
        await stage.type("s !sh")
        await stage.press("enter")
        assert set(names(stage)) == {"base64", "ls", "ps", "sed", "sleep", "sort", "stat", "xargs", "bash"} - {"bash"}
        await stage.press("o")
        sizes = [tab_of(stage).objects[name].size or 0 for name in names(stage)]
        assert sizes == sorted(sizes, reverse=True)
        await stage.press("space", "space")
        assert "2 marked" in stage.text
        await press(stage, "backspace")
        assert "marked" not in stage.text
        assert tab_of(stage)._filter_line == ""


async def test_marks_and_what_was_deleted(host: DemoEngine) -> None:
    async with files_of("shop-api-1", host) as stage:
        assert stage.line(" etc/").split()[0] in ("C", "›C")
        await enter(stage, "var", "log")
        assert "D bootstrap.log  deleted" in stage.text
        await enter(stage, "bootstrap.log")
        await stage.until("only its image has it")
        await stage.press("d")
        assert stage.app.screen is stage.main


async def test_changes_are_requested_again_when_another_folder_is_read(host: DemoEngine) -> None:
    async with files_of("shop-api-1", host) as stage:
        tab_of(stage).browser._marks_hold = float("inf")
        await enter(stage, "etc")
        assert asked(stage).count("GET changes") == 1
        tab_of(stage).browser._marks_hold = 0.0
        await press(stage, "backspace")
        await enter(stage, "var")
        assert asked(stage).count("GET changes") == 2


# looking into files


async def test_a_text_is_shown_in_its_colours(host: DemoEngine) -> None:
    async with files_of("shop-api-1", host) as stage:
        await enter(stage, "app", "shop")
        assert tab_of(stage).move_to("wsgi.py")
        screen = await look(stage)
        await stage.until("Python")
        assert "application = RequestCounter" in stage.text
        tokens = {style for line in screen.view._tokens for _, style in line}
        assert {"keyword", "string", "comment", "name"} <= tokens
        await stage.press("slash")
        await stage.type("counter")
        await stage.press("enter", "n")
        assert screen.view.line == "application = RequestCounter(get_wsgi_application())"
        await stage.press("escape")
        assert screen.is_current, "it ends the search first"
        await stage.press("escape")
        assert stage.app.screen is stage.main


async def test_a_program_is_shown_as_hex(host: DemoEngine) -> None:
    async with files_of("shop-api-1", host) as stage:
        await enter(stage, "usr", "bin")
        assert tab_of(stage).move_to("cat")
        await look(stage)
        assert "00000000  7f 45 4c 46 02 01 01 00  00 01 02 03 04 05 06 07  |.ELF............|" in stage.text
        await stage.press("x")
        assert "00000000" not in stage.text


async def test_large_file_shows_its_beginning_and_says_so(host: DemoEngine) -> None:
    async with files_of("shop-api-1", host) as stage:
        await enter(stage, "app", "logs")
        assert "268MB" in stage.line("import.log")
        screen = await look(stage)
        assert "the first 1.05MB: + reads more" in stage.text
        (request,) = [one for one in stage.main.session.trace if one.cause == "files: look"]
        assert request.bytes_in < 3_000_000, "the rest was not asked for"
        await stage.press("plus")
        await stage.until(lambda: screen.is_read)
        await stage.until("the first 8.39MB")


async def test_cut_file_stream_shows_the_received_part_and_says_so(engine: DemoEngine) -> None:
    async with files_of("shop-api-1", engine) as stage:
        await enter(stage, "app", "logs")
        engine.faults.cut("GET .*archive", 200_000)
        await look(stage)
        await stage.until("imported 500 products")
        assert "closed the connection" in " ".join(stage.text.split()), "whole, above the footer if it is too long"


async def test_device_has_no_content_to_show(host: DemoEngine) -> None:
    async with files_of("shop-web-1", host) as stage:
        tab = tab_of(stage)
        tab.patch({"etc": tab.objects["etc"]._replace(mode=0o020666)})
        tab.move_to("etc")
        await stage.press("enter")
        await stage.until("not a regular file (device, pipe or socket)")


# out and in


async def test_marked_files_are_downloaded(engine: DemoEngine, tmp_path: Path) -> None:
    async with files_of("shop-api-1", engine) as stage:
        await enter(stage, "app", "shop")
        tab_of(stage).move_to("static")
        await stage.press("space")
        tab_of(stage).move_to("wsgi.py")
        await stage.press("space", "d")
        await stage.until("docker")
        assert "shop-api-1:/app/shop/wsgi.py" in " ".join(stage.text.split())
        await stage.press("backspace")
        await stage.type(str(tmp_path))
        await stage.press("enter")
        await stage.until("copied from")
        assert files_below(tmp_path) == ["app.js", "wsgi.py"]
        assert "RequestCounter" in (tmp_path / "wsgi.py").read_text()


async def test_a_file_is_uploaded_and_marked_as_added(engine: DemoEngine, tmp_path: Path) -> None:
    source = tmp_path / "patch.conf"
    source.write_text("keepalive 10;\n")
    async with files_of("shop-web-2", engine) as stage:
        await enter(stage, "etc", "nginx")
        await stage.press("p")
        await stage.until("Here")
        await stage.type(str(source))
        await stage.press("enter")
        await stage.until("copied into")
        await stage.press("R")
        await until_read(stage)
        assert stage.line("patch.conf").lstrip(" ›").startswith("A")
        assert tab_of(stage).move_to("patch.conf")
        await look(stage)
        assert "keepalive 10;" in stage.text


# volumes


async def test_volume_is_read_through_a_container_that_mounts_it(host: DemoEngine) -> None:
    async with files_of("shop_pgdata", host, pane="4") as stage:
        assert "volume shop_pgdata · /var/lib/postgresql/data" in stage.text
        assert "of shop-db-1" in stage.line("as of")
        assert {"PG_VERSION", "base", "pg_wal"} <= set(names(stage))
        await press(stage, "backspace")
        assert tab_of(stage).browser.path == "/var/lib/postgresql/data"
        await stage.press("c", "backspace")
        await stage.press(*["backspace"] * 40)
        await stage.type("/etc")
        await stage.press("enter")
        await stage.until("it leads out of the volume, to /etc")


async def test_a_volume_that_nobody_mounts_says_what_would_be_needed(host: DemoEngine) -> None:
    unused = host.run(lambda inside: next(name for name in inside.volumes if not inside.users_of_volume(name)))
    async with opened(NARROW, engine=host) as stage:
        await stage.press("4")
        await stage.goto(unused)
        await stage.press("F")
        await stage.until("One that never runs is enough")
        assert asked(stage) == []


# when something is wrong


async def test_cut_listing_keeps_the_received_entries(engine: DemoEngine) -> None:
    engine.faults.cut("GET .*export", 60_000)
    async with files_of("shop-report-1", engine) as stage:
        assert "etc" in names(stage)
        assert "listing" not in stage.text
        assert stage.lines[3].strip(), stage.text
        engine.faults.clear()
        await stage.press("R")
        await until_read(stage)
        assert "by an export" in stage.text


async def test_hanging_listing_can_be_cancelled(engine: DemoEngine) -> None:
    async with files_of("shop-report-1", engine) as stage:
        engine.faults.hang("GET .*archive")
        tab_of(stage).move_to("etc")
        await stage.press("enter")
        await stage.until("reading /etc by the archive API")
        await stage.press("escape")
        await stage.until("stopped")
        assert stage.main.detail.tab is tab_of(stage)
        engine.faults.clear()


async def test_removed_container_is_reported(engine: DemoEngine) -> None:
    async with files_of("shop-report-1", engine) as stage:
        engine.faults.fail("archive", status=404, message="No such container: shop-report-1")
        await enter(stage, "etc")
        assert "No such container" in stage.text


async def test_hostile_file_names_are_escaped() -> None:
    engine = DemoEngine(clock=Clock(), faults=Faults(hostile=True))
    async with opened(WIDE, engine=engine) as stage:
        hostile = next(name for name in stage.shown if name.startswith("escape"))
        await stage.goto(hostile)
        await stage.press("F")
        await until_read(stage)
        await enter(stage, "srv")
        stage.check_frame()
        found = {name for name in names(stage) if "\udcff" in name}
        assert found == {"no utf-8 \udcff\udcfe"}
        tab_of(stage).move_to(found.pop())
        await look(stage)
        assert "ff fe" in stage.text
        stage.check_frame()
        await stage.press("escape")
        tab_of(stage).move_to("round")
        await stage.press("enter")
        await stage.until("a link that leads in a circle, perhaps")
        for name in names(stage):
            tab_of(stage).move_to(name)
            await stage.press("d")
            await stage.settle()
            stage.check_frame()
            if stage.app.screen is not stage.main:
                await stage.press("escape")


async def test_download_of_a_hostile_name_stays_in_the_folder(tmp_path: Path) -> None:
    engine = DemoEngine(clock=Clock(), faults=Faults(hostile=True))
    async with opened(WIDE, engine=engine) as stage:
        await stage.goto(next(name for name in stage.shown if name.startswith("escape")))
        await stage.press("F")
        await until_read(stage)
        await enter(stage, "srv")
        await stage.press("ctrl+a")
        tab_of(stage).toggle_mark("round")  # the Engine itself refuses to copy a link without end
        await stage.press("d")
        await stage.until("docker")
        await stage.press("backspace")
        await stage.type(str(tmp_path))
        await stage.press("ctrl+s")
        await stage.until("copied from")
        assert sorted(os.fsencode(path) for path in os.listdir(tmp_path)) == sorted(
            os.fsencode(name) for name in names(stage) if name != "round"
        )
