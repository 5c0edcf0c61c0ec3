"""The menu of columns and order, and what is remembered of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dockertui.config import Settings
from dockertui.screens.main.columns_menu import ColumnsMenu
from dockertui.state import State
from tests.demo import DemoEngine
from tests.ui.changes import add
from tests.ui.stage import NARROW, WIDE, Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")


def titles(stage: Stage) -> list[str]:
    """The titles of the columns that the open list shows, from the left."""
    table = stage.main.pane.table
    return [table.columns[slot.column].id for slot in table._laid_out().slots]


def is_menu(stage: Stage) -> bool:
    return isinstance(stage.app.screen, ColumnsMenu)


def remembered(path: Path) -> Any:
    return json.loads(path.read_text()) if path.exists() else {}


def on_an_engine(path: Path) -> dict[str, Any]:
    """Options for a program that remembers: on the demo Engine it does not."""
    return {"demo": False, "name": "mine", "state": State(path)}


async def test_columns_are_hidden_shown_moved_and_reset(host: DemoEngine, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    async with opened(NARROW, engine=host, **on_an_engine(path)) as stage:
        assert titles(stage)[:4] == ["state", "name", "status", "cpu"]
        assert "ports" not in titles(stage)
        await stage.press("o")
        assert is_menu(stage)
        assert "✓ NAME" in stage.line("always shown")
        assert "sorted ▲" in stage.line("always shown")
        assert "no room" in stage.line("PORTS")
        assert "space show/hide  ← → move  0 reset" in stage.text
        await stage.press("space", "down", "space", "down", "space")
        assert titles(stage)[:3] == ["state", "name", "memory"], "the name stays"
        assert "✓" not in stage.line("STATUS")
        await stage.press(*"ports", "left", "left", "left", "escape", "escape")
        assert titles(stage)[:3] == ["state", "name", "ports"]
        assert not is_menu(stage)
        assert remembered(path)["columns"]["container"][:5] == ["state", "name", "-status", "ports", "-cpu"]
        assert "STATUS" not in stage.text
    async with opened(NARROW, engine=host, **on_an_engine(path)) as stage:
        assert titles(stage)[:3] == ["state", "name", "ports"]
        await stage.press("2")
        assert titles(stage)[:2] == ["name", "used"], "each kind has its own"
        await stage.press("1", "o", "0", "escape")
        assert titles(stage)[:4] == ["state", "name", "status", "cpu"]
        assert remembered(path)["columns"] == {}


async def test_a_column_is_hidden_and_shown_while_something_is_typed(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("o", *"status", "space")
        assert "status" not in titles(stage)
        await stage.press("space")
        assert "status" in titles(stage)
        assert "/ status" in stage.text, "what is typed stays"


async def test_the_menu_sorts_and_stays_or_closes_and_the_order_is_remembered(host: DemoEngine, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    async with opened(WIDE, engine=host, **on_an_engine(path)) as stage:
        await stage.press("o", "down", "o")
        assert is_menu(stage)
        assert stage.main.pane.table.sort == ("status", False)
        assert "sorted ▲" in stage.line("✓ STATUS")
        await stage.press("o")
        assert stage.main.pane.table.sort == ("status", True)
        assert "sorted ▼" in stage.line("✓ STATUS")
        assert remembered(path)["sort"] == {"container": "-status"}
        await stage.press("down", "enter")
        assert not is_menu(stage)
        assert stage.main.pane.table.sort == ("cpu", True)
        await stage.press("O")
        assert remembered(path)["sort"] == {"container": "cpu"}
    async with opened(WIDE, engine=host, **on_an_engine(path)) as stage:
        assert stage.main.pane.table.sort == ("cpu", False)
        await stage.press("o", "space", "escape")
        assert stage.main.pane.table.sort == ("cpu", False), "a hidden column sorts as before"
        assert "cpu" not in titles(stage)
        await stage.press("o", "0")
        assert stage.main.pane.table.sort == ("name", False)
        assert remembered(path)["sort"] == {}


async def test_a_column_without_an_order_does_not_sort(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("o", *"cpu 2", "enter")
        assert stage.main.pane.table.sort == ("name", False)


async def test_the_settings_win_and_nothing_is_written_over_them(host: DemoEngine, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text('{"columns": {"container": ["name", "-image"]}, "sort": {"container": "image"}}')
    settings = Settings(columns={"container": ("image", "status")}, sort={"container": "-status"})
    async with opened(WIDE, engine=host, settings=settings, **on_an_engine(path)) as stage:
        assert titles(stage) == ["name", "image", "status"]
        assert stage.main.pane.table.sort == ("status", True)
        before = path.read_text()
        await stage.press("o", "up", "space")
        assert "columns.container is in the settings, which win" in stage.text
        await stage.press("enter")
        assert "sort.container is in the settings, which win" in stage.text
        assert titles(stage) == ["name", "status"]
        assert stage.main.pane.table.sort == ("image", False)
        assert path.read_text() == before


async def test_the_demo_engine_reads_and_writes_no_state(host: DemoEngine, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text('{"sort": {"container": "image"}}')
    async with opened(NARROW, engine=host, state=State(path)) as stage:
        assert stage.main.pane.table.sort == ("name", False)
        await stage.press("o", "down", "space", "enter")
    assert path.read_text() == '{"sort": {"container": "image"}}'


@pytest.mark.parametrize(
    "text", ["{", '{"columns": [1], "sort": 3}', '{"columns": {"container": {"a": 1}}, "sort": {"container": 7}}',
             '{"columns": {"container": ["later"]}, "sort": {"container": "-later"}, "grouped": {"container": "yes"}}']
)  # fmt: skip
async def test_a_state_that_makes_no_sense_is_as_none(host: DemoEngine, tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    async with opened((220, 50), engine=host, **on_an_engine(path)) as stage:
        assert titles(stage)[:4] == ["state", "name", "status", "cpu"]
        assert stage.main.pane.table.sort == ("name", False)
        if text == "{":
            await stage.until("is not the JSON that dockertui writes")
    assert path.read_text() == text, "nothing was chosen"


async def test_a_state_that_cannot_be_written_is_said(host: DemoEngine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with opened(WIDE, engine=host, **on_an_engine(tmp_path / "file" / "state.json")) as stage:
        await stage.press("o", "down", "space", "escape")
        assert "cannot be written" in stage.text
        assert "status" not in titles(stage)


# groups


def projects(stage: Stage) -> list[str]:
    """The words of the project's column on the screen, from the top; "" where it shows none."""
    head = stage.line("PROJECT")
    start, end = head.index("PROJECT"), head.index("NAME")
    first = stage.lines.index(head) + 1
    return [line[start:end].strip() for line in stage.lines[first : first + len(stage.main.pane.table.visible_keys())]]


async def test_grouped_each_project_is_named_once_and_the_rest_comes_last(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("ctrl+g")
        assert titles(stage)[:4] == ["state", "project", "name", "status"]
        assert [word for word in projects(stage) if word] == ["monitoring", "shop", "(none)"]
        assert projects(stage)[0] == "monitoring"
        assert projects(stage).index("shop") == stage.shown.index("shop-api-1")
        assert projects(stage).index("(none)") == stage.shown.index("backup")
        await stage.press("O")
        assert [word for word in projects(stage) if word] == ["monitoring", "shop", "(none)"]
        assert stage.shown[0] == "monitoring-prometheus-1", "the order is within each group"
        await stage.press("G")
        assert stage.main.pane.table.top
        assert projects(stage)[0], "the first row in view says whose it is"
        stage.check_frame()


async def test_a_group_is_kept_by_a_filter_and_by_changes_and_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    async with opened(NARROW, **on_an_engine(path)) as stage:
        await stage.press("2", "ctrl+g")
        assert stage.main.pane.resource.kind == "container"
        assert remembered(path)["grouped"] == {"container": True}
        await stage.press("slash", *"web", "enter")
        assert [word for word in projects(stage) if word] == ["shop", "(none)"]
        add(stage, "web-late")
        await stage.until("web-late")
        assert stage.shown == ["shop-web-1", "shop-web-2", "web-canary", "web-late"]
    async with opened(NARROW, **on_an_engine(path)) as stage:
        assert titles(stage)[:3] == ["state", "project", "name"]
        await stage.press("ctrl+g")
        assert remembered(path)["grouped"] == {}
        assert titles(stage)[:2] == ["state", "name"]


async def test_a_hidden_project_still_groups(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("o", *"project", "space", "escape", "escape", "ctrl+g")
        assert titles(stage)[:3] == ["state", "project", "name"]
        await stage.press("z")
        assert titles(stage)[:3] == ["state", "project", "name"]
        await stage.press("right")
        assert titles(stage)[:3] == ["state", "project", "name"], "they stay when the others are scrolled"


async def test_the_few_rows_of_a_closed_pane_are_not_grouped_and_nothing_of_them_is_remembered(
    host: DemoEngine, tmp_path: Path
) -> None:
    path = tmp_path / "state.json"
    async with opened((200, 60), engine=host, **on_an_engine(path)) as stage:
        containers = stage.main.lists.containers
        await stage.press("ctrl+g", "2")
        assert containers.glimpse
        assert "project" not in [column.id for column in containers.table.columns[:2]]
        await stage.press("1")
        assert titles(stage)[:3] == ["state", "project", "name"]
        assert containers.table.sort == ("name", False)
        assert remembered(path) == {"grouped": {"container": True}}
