"""What a wide screen does with its room: the line between list and detail, rows of closed panes, tabs that fit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dockertui.resources.registry import RESOURCES
from dockertui.screens.base.bars import fitting
from dockertui.screens.main.layout import Arrangement
from dockertui.screens.main.pane import Pane
from dockertui.screens.main.panes import shared
from dockertui.state import State
from dockertui.widgets.bar import Piece
from tests.demo import DemoEngine
from tests.ui.frames import row_of
from tests.ui.stage import Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")
LARGE = (200, 50)


def split_of(stage: Stage) -> int:
    return stage.main.lists.outer_size.width


async def test_the_list_is_as_wide_as_its_columns_need_within_limits(host: DemoEngine) -> None:
    async with opened(LARGE, engine=host) as stage:
        await stage.until_measured()
        assert "registry.example.com/tools/legacy:latest" in stage.text
        assert split_of(stage) == 100, "containers have more columns than fit"
        await stage.press("3")
        assert 80 <= split_of(stage) <= 108
        assert " ID " in stage.text, "networks fit whole"


@pytest.mark.parametrize("width", [110, 120, 160])
async def test_all_tabs_are_shown_where_half_the_width_suffices(host: DemoEngine, width: int) -> None:
    async with opened((width, 30), engine=host) as stage:
        await stage.goto("shop-db-1")
        for title in ("Detail", "Why", "Logs", "Stats", "Procs", "Files", "Events"):
            assert f" {title} " in stage.detail_text
        assert re.search(r"Inspect|1›", stage.detail_text)


async def test_keys_move_the_line_between_list_and_detail(host: DemoEngine) -> None:
    async with opened(LARGE, engine=host) as stage:
        before = split_of(stage)
        await stage.press("ctrl+left", "ctrl+left")
        assert split_of(stage) == before - 8
        await stage.press("3")
        assert split_of(stage) == before - 8, "a line that was moved stays there"
        await stage.pilot.resize_terminal(150, 50)
        await stage.settle()
        assert split_of(stage) == round(150 * (before - 8) / 200)
        for _ in range(60):
            await stage.press("ctrl+right")
        stage.check_frame()
        assert stage.main.detail.outer_size.width >= 24
        await stage.main.action_operate("split.reset")
        await stage.press("1")
        assert split_of(stage) == 81


async def test_the_mouse_drags_the_line_and_puts_it_back(host: DemoEngine) -> None:
    async with opened(LARGE, engine=host) as stage:
        before = split_of(stage)
        await stage.pilot.mouse_down(offset=(before, 10))
        await stage.pilot.hover(offset=(90, 12))
        await stage.pilot.mouse_up(offset=(90, 12))
        await stage.settle()
        assert split_of(stage) == 90
        await stage.pilot.hover(offset=(40, 12))
        await stage.settle()
        assert split_of(stage) == 90, "the button was let go"
        await stage.pilot.click(offset=(90, 12), times=2)
        await stage.settle()
        assert split_of(stage) == before


async def test_the_line_is_where_it_was_left(host: DemoEngine, tmp_path: Path) -> None:
    state = State(tmp_path / "state.json")
    async with opened(LARGE, engine=host) as stage:
        main = stage.main
        main.arrangement._state = state
        await stage.press("ctrl+left")
        assert Arrangement(main, State(tmp_path / "state.json")).share == split_of(stage) / LARGE[0]
        await main.action_operate("split.reset")
        assert Arrangement(main, State(tmp_path / "state.json")).share is None


@pytest.mark.parametrize("foreign", [True, "wide", 0, 1.5, [0.5], None])
async def test_a_remembered_share_that_is_none_does_not_count(foreign: object, host: DemoEngine) -> None:
    state = State()
    state.set("screen", "split", foreign)
    async with opened(LARGE, engine=host) as stage:
        assert Arrangement(stage.main, state).share is None


async def test_closed_panes_show_their_most_telling_rows_where_there_is_room(host: DemoEngine) -> None:
    async with opened(LARGE, engine=host) as stage:
        images = row_of(stage.app, "2 Images")
        assert "SIZE▼" in stage.lines[images + 1]
        assert stage.lines[images + 2].startswith(" opensearchproject/opensearch"), "the largest, and no cursor"
        await stage.press("2")
        assert "REPOSITORY:TAG▲" in stage.text, "the open pane has the order that was chosen for it"
        assert stage.cursor == stage.shown[0]
        containers = row_of(stage.app, "1 Containers")
        assert "monitoring-alertmanager-1" in stage.lines[containers + 2], "what restarts comes first"
        await stage.pilot.resize_terminal(200, 24)
        await stage.settle()
        assert row_of(stage.app, "4 Volumes") == row_of(stage.app, "3 Networks") + 1


async def test_a_pane_that_gets_objects_before_it_is_mounted_keeps_its_order(host: DemoEngine) -> None:
    async with opened(LARGE, engine=host) as stage:
        lists = stage.main.lists
        index = lists.index_without_pane("plugin")
        assert index is not None
        pane = Pane(index + 1, RESOURCES[index], lists.surroundings, lists.memory)
        pane.table.set_objects({"one": object()})
        pane.show_glimpse(5)
        await lists.mount(pane)
        pane.show_glimpse(0)
        assert pane.table.sort == (pane.resource.default_sort, False)


async def test_a_click_on_a_row_of_a_closed_pane_opens_it_there(host: DemoEngine) -> None:
    async with opened(LARGE, engine=host) as stage:
        y = row_of(stage.app, "shop_back ")
        await stage.pilot.click(offset=(4, y))
        await stage.settle()
        assert stage.main.pane.resource.kind == "network"
        assert stage.cursor == "shop_back"
        assert "network shop_back" in stage.detail_text
        assert "CONTAINERS▼" not in stage.text


async def test_the_usage_of_containers_in_a_closed_pane_is_sampled_as_far_as_it_is_seen(host: DemoEngine) -> None:
    async with opened(LARGE, engine=host) as stage:
        await stage.press("2")
        pane, sampler = stage.main.lists.containers, stage.main.session.sampler
        running = {id for id in pane.table.visible_keys() if pane.table.objects[id].running}
        assert running
        await stage.until(lambda: set(sampler._watched) == running)


@pytest.mark.parametrize("room", range(5, 40))
@pytest.mark.parametrize("current", range(5))
def test_no_tab_is_left_out_without_a_sign(room: int, current: int) -> None:
    tabs = [Piece(f" {title} ", action=title) for title in ("One", "Two", "Three", "Four", "Five")]
    shown = fitting(tabs, current, room)
    assert tabs[current] in shown
    whole = [tab for tab in shown if tab in tabs]
    signs = [str(piece.text) for piece in shown if piece not in tabs]
    assert len(tabs) - len(whole) == sum([int(sign.strip(" ‹›")) for sign in signs])
    assert sum([len(str(piece.text)) for piece in shown]) <= room or len(whole) == 1


@pytest.mark.parametrize(
    ("spare", "needs", "given"),
    [
        (-3, [10, 10, 10], [0, 0, 0]),
        (2, [10, 10, 10], [0, 0, 0]),
        (30, [10, 10, 10], [10, 10, 10]),
        (30, [30, 2, 30], [14, 2, 14]),
        (12, [0, 9, 9], [0, 6, 6]),
        (40, [5, 5, 5], [5, 5, 5]),
        (7, [2, 9, 9], [2, 0, 0]),
        (10, [], []),
    ],
)
def test_closed_panes_share_the_spare_lines(spare: int, needs: list[int], given: list[int]) -> None:
    assert shared(spare, needs) == given
