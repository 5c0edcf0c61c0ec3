"""The lists as a user works with them: order, filter, marks, and a cursor that stays with its object."""

from __future__ import annotations

import re

import pytest

from dockertui.config import Settings
from dockertui.resources.registry import RESOURCES
from tests.demo import DemoEngine
from tests.ui.changes import add, remove, rename
from tests.ui.frames import row_of, style_at
from tests.ui.stage import NARROW, QUICK, WIDE, opened

pytestmark = pytest.mark.usefixtures("frozen")


# Order


@pytest.mark.parametrize("number", [1, 2, 3, 4])
async def test_sorting_by_each_column_and_back(host: DemoEngine, number: int) -> None:
    """By each column numbers come largest first; once more turns it round, a third time takes it back."""
    async with opened(WIDE, engine=host, settings=QUICK) as stage:
        await stage.press(str(number), "z")
        if number == 1:
            await stage.until_measured()
        pane, resource = stage.main.pane, RESOURCES[number - 1]
        first = stage.shown
        for column in resource.columns(stage.main.surroundings):
            if column.sort is None or column.id == resource.default_sort:
                continue
            seen = []
            for by in (column.id, column.id, resource.default_sort):
                pane.sort_by(column.id)
                await stage.settle()
                assert pane.sort == by
                seen.append(stage.shown)
            assert seen[2] == first, f"{column.id}: not taken back"
            assert sorted(seen[0]) == sorted(first)


async def test_sorted_by_memory_the_largest_is_on_top(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host, settings=QUICK) as stage:
        await stage.until_measured()
        await stage.press("o", *"mem", "enter")
        assert "MEM▼" in stage.text
        assert stage.shown[:3] == ["shop-search-1", "monitoring-prometheus-1", "shop-worker-1"]
        await stage.press("O")
        assert stage.shown[-1] == "shop-search-1" or stage.shown.index("shop-search-1") > 10


async def test_each_pane_has_its_own_sort_order(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("O", "2", "o", *"size", "enter")
        assert stage.shown[0] == "opensearchproject/opensearch:2.18.0"
        await stage.press("1")
        assert stage.shown[0] == "web-canary"


# Filter


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("grafana", ["monitoring-grafana-1"]),
        ("GRAFANA", ["monitoring-grafana-1"]),
        ("name:web", ["shop-web-1", "shop-web-2", "web-canary"]),
        ("name:web state:running", ["shop-web-1", "shop-web-2"]),
        ("image:redis", ["shop-cache-1"]),
        ("state:paused", ["monitoring-cadvisor-1"]),
        ("state:unhealthy", ["shop-worker-1"]),
        ("label:com.docker.compose.service=grafana", ["monitoring-grafana-1"]),
        ("label:ofelia", ["backup"]),
        ("name:web !canary", ["shop-web-1", "shop-web-2"]),
        ("nosuchthing", []),
    ],
)
async def test_filter_keeps_matching_rows(host: DemoEngine, line: str, names: list[str]) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("slash")
        await stage.type(line)
        assert stage.shown == names
        assert all(name in stage.text for name in names)
        assert f"{len(names)} of 22" in stage.text
        await stage.press("escape")
        assert len(stage.shown) == 22
        assert "of 22" not in stage.text


async def test_filter_healthy_excludes_unhealthy(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("slash")
        await stage.type("state:healthy")
        assert "shop-worker-1" not in stage.shown
        assert "shop-web-1" in stage.shown


@pytest.mark.parametrize(
    ("pane", "line", "names"),
    [
        ("2", "state:dangling", 2),
        ("2", "image:shop/api", 2),
        ("3", "driver:macvlan", 1),
        ("3", "label:team=platform", 1),
        ("4", "name:shop", 3),
        ("4", "state:anonymous", 3),
        ("4", "label:note", 1),
    ],
)
async def test_the_filter_of_the_other_panes(host: DemoEngine, pane: str, line: str, names: int) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press(pane, "slash")
        await stage.type(line)
        assert len(stage.shown) == names


async def test_a_match_is_marked_where_it_stands(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("slash")
        await stage.type("web-2")
        await stage.press("enter")
        y = row_of(stage.app, "shop-web-2")
        x = stage.lines[y].index("web-2")
        assert all(style_at(stage.app, x + i, y).underline for i in range(5))
        assert not style_at(stage.app, x - 1, y).underline


async def test_a_filter_stays_when_a_new_object_comes() -> None:
    async with opened(NARROW) as stage:
        await stage.press("slash", *"web", "enter")
        add(stage, "web-late")
        add(stage, "other")
        await stage.until("web-late")
        assert stage.shown == ["shop-web-1", "shop-web-2", "web-canary", "web-late"]
        await stage.until("4 of 24")


async def test_switching_panes_ends_the_typing(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("slash", *"web", "tab", "j")
        assert stage.main.pane.resource.kind == "image"
        assert not stage.main.pane.filter, "the filter belongs to the pane it was typed for"
        assert stage.main.lists.all[0].filter.line == "web"
        await stage.press("slash", *"redis")
        assert stage.shown == ["redis:7.4-alpine"]


async def test_moving_while_typing(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("slash", *"web", "down", "enter")
        assert stage.cursor == "shop-web-2"


# The cursor stays with its object


async def test_the_cursor_follows_its_object() -> None:
    async with opened(NARROW) as stage:
        await stage.goto("shop-db-1")
        await stage.press("O")
        assert stage.cursor == "shop-db-1"
        await stage.press("o", *"image", "enter")
        assert stage.cursor == "shop-db-1"
        await stage.press("slash", *"shop", "enter")
        assert stage.cursor == "shop-db-1"
        add(stage, "aaa-shop")
        await stage.until("aaa-shop")
        assert stage.cursor == "shop-db-1"
        rename(stage, "shop-db-1", "zzz-shop")
        await stage.until("zzz-shop")
        assert stage.cursor == "zzz-shop"
        await stage.press("escape")
        assert stage.cursor == "zzz-shop"
        assert stage.lines[row_of(stage.app, "zzz-shop")].startswith("›")


async def test_when_the_object_goes_the_next_one_is_selected() -> None:
    async with opened(NARROW) as stage:
        await stage.goto("shop-web-1")
        remove(stage, "shop-web-1")
        await stage.until(lambda: stage.cursor != "shop-web-1")
        assert stage.cursor == "shop-web-2"
        await stage.press("G")
        assert stage.cursor == "web-canary"
        remove(stage, "web-canary")
        await stage.until(lambda: stage.cursor != "web-canary")
        assert stage.cursor == "shop-worker-1"


async def test_marks_follow_their_objects_and_go_with_them() -> None:
    async with opened(NARROW) as stage:
        for name in ("devbox", "registry", "shop-db-1"):
            await stage.goto(name)
            await stage.press("space")
        await stage.press("O")
        rename(stage, "devbox", "workbench")
        remove(stage, "registry")
        await stage.until(lambda: "workbench" in stage.shown and len(stage.marked) == 2)
        assert stage.marked == ["shop-db-1", "workbench"]


async def test_list_empties_when_all_objects_are_removed() -> None:
    async with opened(NARROW) as stage:
        remove(stage, *stage.shown)
        await stage.until("no containers")
        assert stage.cursor == ""
        for key in ("j", "enter", "escape", "space", "i", "escape", "f", "o", "escape", "z", "z", "#"):
            await stage.press(key)
        stage.check_frame()
        add(stage, "first")
        await stage.until("first")
        assert stage.cursor == "first"


# Other keys


async def test_keys_of_the_settings() -> None:
    settings = Settings(keys={"program.theme": ("f9",), "list.down": ("f8",), "pane.image": ()})
    async with opened(NARROW, settings=settings) as stage:
        await stage.press("f8", "f8")
        assert stage.cursor == stage.shown[2]
        await stage.press("j", "down", "2", "T")
        assert stage.cursor == stage.shown[2], "its own keys are released"
        assert stage.main.pane.resource.kind == "container"
        assert stage.app.screen is stage.main
        await stage.press("f9")
        assert "Theme" in stage.text
        await stage.press("escape", "question_mark", "/")
        await stage.type("choose a theme")
        await stage.press("enter")
        assert re.search(r"f9 +Choose a theme", stage.text)


async def test_sentences_name_the_keys_of_the_settings() -> None:
    keys = {"follow": ("f8",), "jobs": ("f7",), "back": ("f6",), "container.pause": ("f5",)}
    async with opened(WIDE, settings=Settings(keys=keys)) as stage:
        await stage.goto("shop-web-1")
        await stage.press("enter", "f5")
        await stage.until("f6 goes to the list")
        await stage.press("f6", "2", "l")
        await stage.until("only containers have logs: f8 follows to those that use it")
        stage.engine.faults.hang("POST /containers/.*/rename")
        await stage.press("1", "R")
        await stage.until("Rename")
        await stage.type("another")
        await stage.press("ctrl+s")
        await stage.until("1 job: f7")
        stage.engine.faults.clear()


async def test_key_clash_is_shown_on_the_screen() -> None:
    settings = Settings(keys={"program.theme": ("z",)})
    async with opened(WIDE, settings=settings) as stage:
        await stage.until("keys.program.theme")
        assert "pane.zoom" in stage.footer


# Regular expressions, and names that are similar


async def test_an_expression_filters_and_is_marked_and_what_is_wrong_with_one_is_said(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("slash")
        await stage.type("state:running ~^shop-(web|api)")
        assert stage.shown == ["shop-api-1", "shop-web-1", "shop-web-2"]
        y = row_of(stage.app, "shop-web-2")
        x = stage.lines[y].index("shop-web-2")
        assert [bool(style_at(stage.app, x + i, y).underline) for i in range(9)] == [True] * 8 + [False]
        await stage.press("escape", "slash")
        await stage.type("~web(")
        assert stage.shown == []
        assert "missing ), unterminated subpattern" in stage.text
        await stage.press("backspace")
        assert len(stage.shown) == 3
        await stage.press("escape", "slash")
        await stage.type("!~(")
        assert stage.shown == [], "a broken exclusion shows nothing: ctrl+a would mark everything"


async def test_an_expression_given_up_on_the_way_leaves_nothing_of_before(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        pane = stage.main.pane
        pane.set_filter("~(web|db)+?")
        assert pane.table.shown
        pane.filter._spent = 1000.0
        pane._apply_filter()
        await stage.settle()
        assert stage.shown == []
        assert "too dear" in stage.text


async def test_where_nothing_matches_similar_names_are_shown_and_said_to_be(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.goto("registry")
        await stage.press("slash")
        await stage.type("shopweb")
        assert stage.shown == ["shop-web-1", "shop-web-2"]
        assert stage.cursor == "shop-web-1"
        assert "no exact match: 2 similar names" in stage.text
        y = row_of(stage.app, "shop-web-2")
        x = stage.lines[y].index("shop-web-2")
        marked = [bool(style_at(stage.app, x + i, y).underline) for i in range(10)]
        assert marked == [*[True] * 4, False, *[True] * 3, False, False]
        await stage.press("backspace", "backspace", "backspace")
        assert "no exact match" not in stage.text
        assert len(stage.shown) == 9
        await stage.press("escape")
        assert stage.shown[0] == "backup", "the order is as before"


async def test_the_closest_name_is_first_whatever_the_order(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host) as stage:
        await stage.press("O", "slash")
        await stage.type("sw2")
        assert stage.shown[0] == "shop-web-2"
        assert "no exact match" in stage.text
        assert "NAME▼" not in stage.text, "the closest is first, whatever the name"
        await stage.press("escape")
        assert "NAME▼" in stage.text
        assert stage.shown[0] == "web-canary"


@pytest.mark.parametrize("line", ["name:shopweb", "!web shopweb", "~shopweb", "state:running shopweb", "nosuchthing"])
async def test_similar_names_are_for_words_alone(host: DemoEngine, line: str) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("slash")
        await stage.type(line)
        assert stage.shown == []
        assert "no exact match" not in stage.text
        assert "no containers match the filter" in stage.text


async def test_similar_names_are_never_marked_together(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("slash")
        await stage.type("shopweb")
        await stage.press("enter", "ctrl+a")
        assert stage.marked == []
        assert "nothing matches /shopweb: similar names are marked one by one" in stage.text
        await stage.press("space")
        assert stage.marked == ["shop-web-1"]


async def test_similar_names_come_by_typing_alone_and_go_when_something_matches() -> None:
    async with opened(NARROW) as stage:
        await stage.press("slash", *"canary", "enter")
        remove(stage, "web-canary")
        await stage.until("no containers match the filter")
        await stage.press("slash", *["backspace"] * 6, *"shopweb", "enter")
        assert stage.shown == ["shop-web-1", "shop-web-2"]
        add(stage, "my-shopweb")
        await stage.until("1 of 22")
        assert stage.shown == ["my-shopweb"]
        assert "no exact match" not in stage.text
        assert stage.cursor == "my-shopweb"


async def test_a_match_that_is_not_running_is_no_reason_for_similar_names(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("A", "slash", *"lamarr")
        assert stage.shown == []
        assert "no exact match" not in stage.text
