"""The Stats tab, the overview, the lines of dots in the list, and the program's own cost in the lens."""

from __future__ import annotations

import re

import pytest

from dockertui.config import Settings
from dockertui.engine.stats import Usage
from dockertui.screens.stats.overview import OverviewScreen
from dockertui.screens.stats.tab import StatsTab
from tests.demo import DemoEngine, Faults
from tests.ui.changes import remove
from tests.ui.frames import painted
from tests.ui.inventing import container_id, invent, still
from tests.ui.stage import NARROW, QUICK, WIDE, Clock, Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")

ASCII = Settings(stats_period=0.2, plots="ascii")


def plots(stage: Stage) -> StatsTab:
    tab = stage.tab("stats")
    assert isinstance(tab, StatsTab)
    return tab


def overview(stage: Stage) -> OverviewScreen:
    screen = stage.app.screen
    assert isinstance(screen, OverviewScreen)
    return screen


async def open_plots(stage: Stage, name: str = "shop-api-1") -> StatsTab:
    await stage.goto(name)
    await stage.press("m")
    await stage.until("Memory  ")
    return plots(stage)


def watched(stage: Stage, place: str = "statistics") -> frozenset[str]:
    return stage.main.session.sampler._wanted.get(place, frozenset())


# the tab


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_the_tab_shows_plots_with_scales_and_times(host: DemoEngine, size: tuple[int, int]) -> None:
    async with opened(size, engine=host, settings=QUICK) as stage:
        tab = await open_plots(stage)
        still(stage, "shop-api-1")
        tab.sampled()
        await stage.settle()
        text = stage.detail_text
        for words in ("CPU  ", " of 200%", "peak", "Memory  ", "of 512MiB limit", "512MiB ┤", "now", "-5m"):
            assert words in text, words
        assert "⣿" in text
        await stage.press("G")
        assert "Per processor" in stage.detail_text
        assert " 3   0% ┤" in stage.detail_text
        await stage.press("g")
        assert "CPU  " in stage.detail_text
        stage.check_frame()


async def test_keys_choose_the_time_span_and_pause(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host, settings=QUICK) as stage:
        tab = await open_plots(stage)
        still(stage, "shop-api-1")
        tab.sampled()
        await stage.press("1")
        assert tab.window_number == 1
        assert "-45s" in stage.text or "-30s" in stage.text
        await stage.press("4")
        assert "-1h" in stage.text or "-45m" in stage.text
        await stage.press("plus")
        assert tab.window_number == 3
        await stage.press("minus", "minus", "minus", "minus")
        assert tab.window_number == 6
        await stage.press("2", "space")
        assert "held, space" in stage.text
        invent(stage, "shop-api-1", minutes=9)
        before = stage.detail_text
        tab.sampled()
        await stage.settle()
        assert stage.detail_text == before
        await stage.press("space")
        assert "held, space" not in stage.text
        assert stage.detail_text != before


async def test_gaps_are_left_blank(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host, settings=QUICK) as stage:
        tab = await open_plots(stage)
        still(stage, "shop-api-1")
        tab.sampled()
        await stage.settle()
        row = next(line for line in stage.detail_text.split("\n") if "    0% ┤" in line)
        course = row.split("┤")[1].rstrip()
        assert re.search(r"[⠁-⣿] {5,}[⠁-⣿]", course), course


async def test_shown_container_is_sampled_without_its_row_in_view(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host, settings=QUICK) as stage:
        await open_plots(stage)
        id = container_id(stage, "shop-api-1")
        assert watched(stage) == {id}
        assert stage.main.session.sampler._watched == {id}
        await stage.press("escape")
        assert watched(stage) == frozenset()
        await stage.press("m", "]")
        assert watched(stage) == frozenset(), "another tab is shown"
        await stage.press("[")
        assert watched(stage) == {id}


async def test_a_stopped_container_shows_its_history_and_asks_for_nothing(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host, settings=QUICK) as stage:
        invent(stage, "shop-report-1")
        await stage.goto("shop-report-1")
        await stage.press("m")
        await stage.until("not running since")
        assert watched(stage) == frozenset()
        assert "peak 120%" in stage.text
        assert "now" not in stage.lines[-2], "the times are those of the clock"
        await stage.press("escape")
        await stage.goto("eager_lamarr")
        await stage.press("m")
        await stage.until("and was never sampled")
        stage.check_frame()


async def test_a_container_removed_under_you_stays_as_it_was() -> None:
    async with opened(NARROW, settings=QUICK) as stage:
        await open_plots(stage, "devbox")
        id = container_id(stage, "devbox")
        remove(stage, "devbox")
        await stage.until("removed: as it was")
        assert "Memory  " in stage.text
        assert watched(stage) == frozenset()
        assert stage.main.session.history.last(id) is not None
        stage.check_frame()


async def test_a_lost_engine_leaves_the_plots_and_says_so() -> None:
    async with opened(WIDE, settings=QUICK) as stage:
        await open_plots(stage)
        stage.engine.faults.refuse()
        await stage.until("the Engine is lost: as it was")
        assert "Memory  " in stage.detail_text
        stage.engine.faults.accept()
        stage.clock.advance(60)
        await stage.press("ctrl+r")
        await stage.until("● live")
        await stage.until_gone("the Engine is lost")


async def test_other_kinds_have_no_stats_tab(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("2", "m")
        assert "only containers have statistics" in stage.footer


async def test_without_a_change_nothing_is_painted(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host, settings=QUICK) as stage:
        tab = await open_plots(stage)
        still(stage, "shop-api-1")
        tab.sampled()
        await stage.settle()
        regions = painted(tab)
        tab.sampled()
        await stage.settle()
        assert not regions


async def test_plots_in_ascii(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host, settings=ASCII) as stage:
        tab = await open_plots(stage)
        still(stage, "shop-api-1")
        tab.sampled()
        await stage.settle()
        courses = [line.split("┤")[-1].split("│")[-1] for line in stage.detail_text.split("\n") if "┤" in line]
        assert any("#" in course for course in courses)
        assert not re.search("[⠀-⣿▀-▎▐-▟]", "".join(courses))


async def test_read_only_changes_nothing(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host, settings=QUICK, read_only=True) as stage:
        await open_plots(stage)
        assert "CPU  " in stage.text
        await stage.press("escape", "S")
        await stage.until("smoothed")


async def test_small_screens(host: DemoEngine) -> None:
    for size in ((40, 10), (20, 5), (300, 80)):
        async with opened(size, engine=host, settings=QUICK) as stage:
            await stage.goto("shop-api-1")
            await stage.press("m")
            await stage.until(lambda: bool(plots(stage)._plots))
            for key in ("G", "pageup", "down", "z", "6"):
                await stage.press(key)
                stage.check_frame()
            await stage.press("escape", "escape", "S")
            stage.check_frame()


# the overview


async def test_overview_sorts_running_containers_by_usage(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host, settings=QUICK) as stage:
        await stage.press("S")
        await stage.until("of 800%")
        screen = overview(stage)
        running = {id for id, item in stage.main.session.mirror.objects("container").items() if item.running}
        assert screen.table.objects.keys() == running
        assert watched(stage, "overview") == running
        await stage.until(lambda: all(row.figures[0] == row.figures[0] for row in screen.table.objects.values()))
        loads = [screen.table.objects[key] for key in screen.table.shown]
        assert [row.figures[0] for row in loads] == sorted((row.figures[0] for row in loads), reverse=True)
        assert "smoothed over 10 s" in stage.text
        assert f"{len(running)} running" in stage.text
        stage.check_frame()
        await stage.press("escape")
        assert stage.app.screen is stage.main
        assert watched(stage, "overview") == frozenset()


async def test_the_cursor_keeps_its_container_when_the_order_changes(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host, settings=QUICK) as stage:
        await stage.press("S")
        screen = overview(stage)
        await stage.until(lambda: screen.table.shown)
        await stage.press("j", "j")
        chosen, row = screen.table.cursor_key, screen.table.cursor_row - screen.table.top
        assert chosen is not None
        still(stage)
        history = stage.main.session.history
        last = history.last(chosen)
        assert last is not None
        others = [id for id in screen.table.objects if id != chosen]
        for number, id in enumerate(others):
            history._series.pop(id, None)
            history.take(id, Usage(500.0 + number, 1, 2, 0, 0, 0, 0, 1, last.read + 5))
        screen._sampled(frozenset(others))
        await stage.settle()
        assert screen.table.cursor_key == chosen
        assert screen.table.shown[-1] == chosen
        assert row >= 0


async def test_sorting_filtering_and_opening(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host, settings=QUICK) as stage:
        await stage.press("S")
        screen = overview(stage)
        await stage.until(lambda: screen.table.shown)
        await stage.press("o")
        await stage.until("Sort the overview by")
        await stage.press(*"MEM", "enter")
        assert screen.table.sort == ("memory", True)
        await stage.press("O")
        assert screen.table.sort == ("memory", False)
        await stage.press("slash", *"web", "enter")
        assert [screen.table.objects[key].container.name for key in screen.table.shown] in (
            ["shop-web-1", "shop-web-2"],
            ["shop-web-2", "shop-web-1"],
        )
        wanted = screen.table.cursor_object
        assert wanted is not None
        await stage.press("enter")
        assert stage.app.screen is stage.main
        assert stage.cursor == wanted.container.name
        assert stage.main.detail.kind.id == "stats"
        await stage.until("Memory  ")


async def test_escape_drops_the_filter_first(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host, settings=QUICK) as stage:
        await stage.press("S", "slash", *"nothing like it", "enter")
        assert overview(stage).table.shown == []
        await stage.press("escape")
        assert overview(stage).table.shown
        await stage.press("S")
        assert stage.app.screen is stage.main


def _sampled(screen: OverviewScreen) -> int:
    """How many rows have figures."""
    return sum(row.figures[0] == row.figures[0] for row in screen.table.objects.values())


async def test_overview_follows_starts_and_removals() -> None:
    async with opened(NARROW, settings=QUICK) as stage:
        await stage.press("S")
        screen = overview(stage)
        await stage.until(lambda: screen.table.shown)
        id = container_id(stage, "devbox")
        remove(stage, "devbox")
        await stage.until(lambda: id not in screen.table.objects)
        assert id not in watched(stage, "overview")
        await stage.until(lambda: _sampled(screen) == len(screen.table.objects))
        order, line = screen.table.shown, stage.lines[3]
        stage.engine.faults.refuse()
        await stage.until("✗ lost")
        sampler = stage.main.session.sampler
        await stage.until(lambda: not sampler.usage and not sampler._unreported)
        assert screen.table.stale
        assert _sampled(screen) == len(order), "what was seen stays"
        assert screen.table.shown == order
        assert stage.lines[3] == line
        assert "CPU ░░░░░░░░ 0.0%" not in stage.text
        stage.engine.faults.accept()
        await stage.until_live()
        await stage.until(lambda: not screen.table.stale and _sampled(screen) == len(order))


async def test_engine_without_host_figures_shows_totals_alone() -> None:
    async with opened(NARROW, settings=QUICK) as stage:
        stage.engine.faults.fail("GET /info", message="no info")
        await stage.press("S")
        await stage.until("no info")
        await stage.until("CPU ")
        assert "of 800%" not in stage.text


async def test_hostile_names_do_no_harm() -> None:
    with DemoEngine(clock=Clock(), faults=Faults(hostile=True)) as enemy:
        async with opened(WIDE, engine=enemy, settings=QUICK) as stage:
            await stage.press("S")
            await stage.until("smoothed")
            for _ in range(4):
                await stage.press("pagedown")
                stage.check_frame()
            await stage.press("enter")
            stage.check_frame()
            for key in ("j",) * 6:
                await stage.press("escape", key, "m")
                stage.check_frame()


async def test_replies_with_holes_and_of_other_types_do_no_harm() -> None:
    with DemoEngine(clock=Clock(), faults=Faults(missing_fields=0.4, unknown_fields=True)) as torn:
        async with opened(NARROW, engine=torn, settings=QUICK) as stage:
            for key in ("m", "G", "escape", "j", "m", "escape", "j", "m", "escape", "S", "j", "enter"):
                await stage.press(key)
                stage.check_frame()


# in the list, and in the lens


async def test_the_list_has_lines_of_dots_where_there_is_room(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host, settings=QUICK) as stage:
        assert "CPU 2 MIN" not in stage.text
    async with opened((200, 40), engine=host, settings=QUICK) as stage:
        await stage.press("z")
        await stage.until("CPU 2 MIN")
        still(stage, "shop-api-1")
        stage.main.updates.sampled(frozenset([container_id(stage, "shop-api-1")]))
        await stage.settle()
        assert len(re.findall("[⢀-⣿]", stage.line("shop-api-1"))) > 10
        assert not re.search("[⢀-⣿]", stage.line("shop-report-1"))


async def test_lens_shows_the_programs_own_usage(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host, settings=QUICK) as stage:
        await stage.until_measured()
        await stage.press("~")
        line = stage.line("this program")
        assert re.search(r"CPU \d+(\.\d)?%", line)
        assert re.search(r"\d+ requests/min", line)
        assert re.search(r"\d+ statistics", line)
        assert "live mirror" in line
        stage.check_frame()
