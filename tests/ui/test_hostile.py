"""Strings and replies from an enemy: shown harmlessly everywhere, with every column in its place."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from rich.cells import cell_len

from dockertui.masking import masked_tree
from tests.demo import DemoEngine, Faults
from tests.demo.hostile import STRINGS
from tests.ui.changes import add
from tests.ui.stage import NARROW, WIDE, Clock, Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture(scope="module")
def enemy() -> Any:
    """A frozen demo Engine with a container, image, network and volume of each hostile string."""
    with DemoEngine(clock=Clock(), faults=Faults(hostile=True)) as engine:
        yield engine


@pytest.fixture(scope="module")
def usual(host: DemoEngine) -> frozenset[str]:
    """Identities of what is on the demo host without the hostile objects."""
    return frozenset(host.run(lambda it: {*it.containers, *it.images, *it.networks, *it.volumes}))


def hostile_keys(stage: Stage, usual: frozenset[str]) -> list[str]:
    """The hostile objects of the open pane."""
    keys = [key for key in stage.main.pane.table.objects if key not in usual]
    assert len(keys) == len(STRINGS)
    return keys


@pytest.mark.parametrize("pane", ["1", "2", "3", "4"])
async def test_in_lists_pages_and_json(enemy: DemoEngine, usual: frozenset[str], pane: str) -> None:
    async with opened(NARROW, engine=enemy) as stage:
        await stage.press(pane)
        for key in hostile_keys(stage, usual):
            stage.main.pane.table.move_to(key)
            await stage.press("enter")
            await stage.until_answered()
            stage.check_frame()
            for pressed in ("pagedown", "G", "i", "plus", "pagedown", "G"):
                await stage.press(pressed)
                stage.check_frame()
            await stage.press("]", "escape")
            stage.check_frame()


@pytest.mark.parametrize("size", [WIDE, (40, 10), (20, 5)], ids=["wide", "small", "tiny"])
async def test_on_screens_of_any_size(enemy: DemoEngine, usual: frozenset[str], size: tuple[int, int]) -> None:
    async with opened(size, engine=enemy) as stage:
        for pane in "1234":
            await stage.press(pane)
            for key in hostile_keys(stage, usual):
                stage.main.pane.table.move_to(key)
                await stage.settle()
                stage.check_frame()
        await stage.press("1", "G", "enter")
        await stage.until_answered()
        stage.check_frame()


async def test_zoomed_with_all_columns(enemy: DemoEngine) -> None:
    async with opened(WIDE, engine=enemy) as stage:
        for pane in "1234":
            await stage.press(pane, "z")
            for key in ("G", "right", "right", "right", "right", "z"):
                await stage.press(key)
                stage.check_frame()


async def test_columns_stay_aligned(enemy: DemoEngine) -> None:
    """The last column begins in the same cell on every line, wide and combining characters before it or not."""
    async with opened(NARROW, engine=enemy) as stage:
        await stage.press("slash", *"busybox", "enter")
        table = stage.main.pane.table
        strips = stage.app.screen._compositor.render_strips(stage.app.size)
        rows = [strip for strip in strips if "busybox:latest" in strip.text]
        assert len(rows) > 3
        assert len({_cell_of(strip.text, "busybox:latest") for strip in rows}) == 1
        assert table.last_error is None


def _cell_of(line: str, text: str) -> int:
    return cell_len(line[: line.index(text)])


async def test_in_menus_and_messages(enemy: DemoEngine, usual: frozenset[str]) -> None:
    """References to hostile names are offered, followed and come back from."""
    async with opened(NARROW, engine=enemy) as stage:
        for pane in "1234":
            await stage.press(pane)
            for key in hostile_keys(stage, usual):
                stage.main.pane.table.move_to(key)
                await stage.press("f")
                stage.check_frame()
                await stage.press("escape", "escape", pane)
        stage.check_frame()


@pytest.mark.parametrize("text", list(STRINGS.values()), ids=list(STRINGS))
async def test_as_a_filter_and_a_search(enemy: DemoEngine, text: str) -> None:
    async with opened(NARROW, engine=enemy) as stage:
        stage.main.pane.set_filter(text)
        await stage.settle()
        stage.check_frame()
        await stage.press("escape", "enter")
        stage.tab("detail").search(text)
        stage.check_frame()
        stage.main.say(f"container {text}: gone", "warn")
        await stage.settle()
        stage.check_frame()


async def test_no_markup_is_obeyed(enemy: DemoEngine) -> None:
    """The markup is text on the screen, and nothing of it is a style, a link or an action."""
    async with opened(WIDE, engine=enemy) as stage:
        await stage.press("4", "slash", *"markup", "enter")
        await stage.until("markup[red]x[/red]")
        for strip in stage.app.screen._compositor.render_strips(stage.app.size):
            for segment in strip:
                assert segment.style is None or not segment.style.link
                assert "@click" not in (segment.style.meta if segment.style else {})


async def test_long_values_stay_on_their_lines(enemy: DemoEngine) -> None:
    """10 kB of one letter: the list cuts it, the page shows a part and says how much there is."""
    async with opened(NARROW, engine=enemy) as stage:
        key = next(id for id, item in stage.main.pane.table.objects.items() if item.name.startswith("longx"))
        stage.main.pane.table.move_to(key)
        await stage.press("enter")
        await stage.until_known()
        assert stage.tab("detail").line_count < 2000
        assert re.search(r"x{20}", stage.text)
        stage.check_frame()


async def test_events_of_hostile_names(enemy: DemoEngine) -> None:
    """New hostile objects appear while the program runs, as any other."""
    async with opened(NARROW) as stage:
        add(stage, "evil", labels={text: text for text in STRINGS.values()}, env=tuple(STRINGS.values()))
        await stage.until("evil")
        await stage.goto("evil")
        await stage.press("enter")
        await stage.until_known()
        for _ in range(15):
            await stage.press("pagedown")
            stage.check_frame()


@pytest.mark.parametrize("text", ["x", "a://", "a://b:", "a.", ":", "://x:y@"])
def test_masking_takes_linear_time(text: str) -> None:
    """Secrets are looked for in values of any length; ten times the length may not take a hundred times as long."""
    times = []
    for length in (5_000, 50_000):
        value = text * (length // len(text))
        began = time.process_time()
        masked_tree({"Config": {"Env": [f"NAME={value}"], "Labels": {"label": value}}})
        times.append(time.process_time() - began)
    assert times[1] < 30 * times[0] + 0.05


# Fields that nobody knows, and fields that are not there


@pytest.mark.parametrize("missing", [0.3, 1.0])
async def test_missing_fields(missing: float) -> None:
    async with opened(NARROW, faults=Faults(missing_fields=missing)) as stage:
        await through_everything(stage)


async def test_unknown_fields() -> None:
    async with opened(NARROW, faults=Faults(unknown_fields=True)) as stage:
        await through_everything(stage)
        assert "shop-db-1" in stage.shown


async def through_everything(stage: Stage) -> None:
    """Every pane, a few objects, both tabs, sizes, sorted by each column."""
    for pane in stage.main.lists.all:
        await stage.press(str(pane.number))
        assert pane.table.shown, pane.resource.kind
        for column, _ in pane.sortable():
            pane.sort_by(column)
        await stage.press("j", "enter")
        await stage.until_answered()
        stage.check_frame()
        await stage.press("i")
        stage.check_frame()
        await stage.press("]", "escape")
        await stage.press("#", "slash", *"state:a", "escape")
        assert pane.table.last_error is None, pane.table.last_error
        stage.check_frame()
    await stage.press("1")
