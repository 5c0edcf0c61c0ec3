"""The table on a screen: what it paints, where its cursor stays, how little it repaints."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.events import MouseScrollDown
from textual.geometry import Region
from textual.message import Message

from dockertui.widgets.table import Cell, Column, Table
from tests.ui.frames import frame, painted, row_of, style_at, widths

STYLES = Path(__file__).parents[3] / "styles" / "theme.tcss"


@dataclass(frozen=True)
class Thing:
    name: str
    state: str = "running"
    size: int | None = 0


COLUMNS: list[Column[Thing]] = [
    Column("name", "NAME", lambda thing: thing.name, lambda thing: thing.name, width=12),
    Column("state", "STATE", lambda thing: Cell(thing.state, "good"), lambda thing: thing.state, width=8),
    Column(
        "size",
        "SIZE",
        lambda thing: str(thing.size),
        lambda thing: thing.size,
        width=6,
        right=True,
        priority=1,
    ),
]


class TableApp(App[None]):
    CSS_PATH = STYLES

    def __init__(self, columns: list[Column[Thing]] = COLUMNS) -> None:
        super().__init__()
        self.table: Table[Thing] = Table(columns, empty_text="No things. Press c.")
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.set_columns(COLUMNS if self.table.columns == tuple(COLUMNS) else self.table.columns, tie="name")

    def on_table_selected(self, message: Table.Selected) -> None:
        self.said.append(message)

    def on_table_opened(self, message: Table.Opened) -> None:
        self.said.append(message)

    def on_table_marked(self, message: Table.Marked) -> None:
        self.said.append(message)

    def on_table_visible_changed(self, message: Table.VisibleChanged) -> None:
        self.said.append(message)

    def on_table_sorted(self, message: Table.Sorted) -> None:
        self.said.append(message)

    def heard(self, kind: type[Message]) -> list[Any]:
        return [message for message in self.said if type(message) is kind]


def things(count: int) -> dict[str, Thing]:
    return {f"k{number}": Thing(f"thing-{number:03}", size=number) for number in range(count)}


async def test_rows_columns_and_position_are_painted() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 6)) as pilot:
        app.table.set_objects(things(20))
        await pilot.pause()
        assert frame(app) == [
            " NAME      STATE     SIZE",
            "›thing-000 running      0              ┃",
            " thing-001 running      1",
            " thing-002 running      2",
            " thing-003 running      3",
            " thing-004 running      4",
        ]
        assert widths(app) == {40}


async def test_a_narrow_table_drops_columns_a_zoomed_one_scrolls_them() -> None:
    app = TableApp()
    async with app.run_test(size=(24, 3)) as pilot:
        app.table.set_objects(things(1))
        await pilot.pause()
        assert frame(app)[0] == " NAME      STATE"
        app.table.show_all_columns = True
        await pilot.pause()
        assert frame(app)[0] == " NAME      STATE       ›"
        app.table.action_scroll_right()
        app.table.action_scroll_right()
        await pilot.pause()
        assert frame(app)[:2] == [" NAME     ‹  SIZE", "›thing-000      0"]
        app.table.action_scroll_left()
        await pilot.pause()
        assert frame(app)[0] == " NAME      STATE       ›"


async def test_columns_of_the_first_priority_stay_when_others_are_scrolled() -> None:
    sign: Column[Thing] = Column("sign", "S", lambda thing: "▶", width=1)
    more: list[Column[Thing]] = [column._replace(priority=index) for index, column in enumerate(COLUMNS)]
    app = TableApp([sign, *more])
    async with app.run_test(size=(26, 3)) as pilot:
        app.table.set_objects(things(1))
        app.table.show_all_columns = True
        await pilot.pause()
        app.table.action_scroll_right()
        await pilot.pause()
        assert frame(app)[:2] == [" S NAME     ‹  SIZE", "›▶ thing-000      0"]


async def test_a_long_reason_for_emptiness_is_wrapped() -> None:
    app = TableApp()
    async with app.run_test(size=(22, 4)) as pilot:
        app.table.empty_text = "permission denied on the socket\x1b"
        await pilot.pause()
        assert frame(app)[1:3] == [" permission denied", " on the socket␛"]


async def test_an_empty_table_says_why() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 4)) as pilot:
        await pilot.pause()
        assert frame(app)[1] == " No things. Press c."
        assert app.table.cursor_key is None
        for action in ("cursor_down", "page_up", "bottom", "toggle_mark", "open", "scroll_left"):
            await pilot.app.run_action(f"{action}", app.table)
        assert not app.heard(Table.Opened)


HOSTILE = [
    "[red]x[/red]",
    "\x1b[31mred\x1b]0;t\x07",
    "two\nlines",
    "\u202eoverride",
    "日本語コンテナ名前日本語コンテナ名前",
    "👨\u200d👩\u200d👧❤\ufe0f",
    "عربي",
    "y" * 10_000,
    "e" + "\u0301" * 500,
    "\ud800\x9b\0",
]


@pytest.mark.parametrize("size", [(80, 24), (30, 24), (3, 5)])
async def test_hostile_names_leave_the_columns_aligned(size: tuple[int, int]) -> None:
    app = TableApp()
    async with app.run_test(size=size) as pilot:
        app.table.set_objects({name[:9]: Thing(name, state=name) for name in HOSTILE})
        app.table.set_filter(lambda thing: True, lambda column, text: [(1, 4)])
        await pilot.pause()
        assert widths(app) == {size[0]}
        for line in frame(app):
            assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200d\u202e]", line)


async def test_numbers_stand_in_their_column_beside_wide_names() -> None:
    app = TableApp()
    async with app.run_test(size=(60, 14)) as pilot:
        app.table.set_objects({name[:9]: Thing(name, size=7) for name in HOSTILE})
        await pilot.pause()
        ends = {cell_len(line[: line.rindex("7") + 1]) for line in frame(app)[1 : len(HOSTILE) + 1]}
        assert ends == {59}


async def test_a_cell_that_cannot_be_made_is_a_question_mark() -> None:
    broken: Column[Thing] = Column("bad", "BAD", lambda thing: str(1 // 0), lambda thing: 1 // 0, width=5)
    app = TableApp([*COLUMNS, broken])
    async with app.run_test(size=(60, 4)) as pilot:
        app.table.set_objects(things(2))
        app.table.sort_by("bad")
        await pilot.pause()
        assert frame(app)[1].endswith("?")
        assert "thing-000" in frame(app)[1]
        assert isinstance(app.table.last_error, ZeroDivisionError)


async def test_one_changed_object_repaints_its_row_alone() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 10)) as pilot:
        objects = things(50)
        app.table.set_objects(objects)
        await pilot.pause()
        regions = painted(app.table)
        app.table.patch({"k3": replace(objects["k3"], state="exited")})
        assert regions == [Region(0, 4, 40, 1)]
        app.table.patch({"k3": replace(objects["k3"], state="exited"), "k40": Thing("thing-040", "exited")})
        assert regions == [Region(0, 4, 40, 1)]
        await pilot.pause()
        assert frame(app)[4].split()[:2] == ["thing-003", "exited"]


async def test_cells_are_formatted_for_rows_in_view_alone() -> None:
    asked: list[str] = []

    def cell(thing: Thing) -> str:
        asked.append(thing.name)
        return thing.name

    app = TableApp([Column("name", "NAME", cell, None)])
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.set_objects(things(1000))
        await pilot.pause()
        assert len(asked) == 9
        app.table.action_cursor_down()
        app.table.set_objects(dict(app.table.objects))
        await pilot.pause()
        assert len(asked) == 9
        app.table.refresh_cells(["k3", "k500"])
        assert asked[9:] == ["thing-003"]


async def test_refreshed_cells_repaint_only_rows_that_changed() -> None:
    clock = {"now": 0}
    age: Column[Thing] = Column("age", "AGE", lambda thing: f"{(clock['now'] + (thing.size or 0)) // 10} s", None)
    app = TableApp([age])
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.set_objects(things(9))
        await pilot.pause()
        regions = painted(app.table)
        app.table.refresh_cells()
        assert regions == []
        clock["now"] = 3
        app.table.refresh_cells()
        assert regions == [Region(0, 8, 40, 1), Region(0, 9, 40, 1)]


async def test_a_longer_text_widens_its_column_at_once_and_repaints_all_once() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 10)) as pilot:
        objects = things(9)
        app.table.set_objects(objects)
        await pilot.pause()
        regions = painted(app.table)
        app.table.patch({"k3": replace(objects["k3"], name="a longer name")})
        assert regions == [Region(0, 4, 40, 1), Region(0, 0, 40, 10)]
        await pilot.pause()
        assert frame(app)[0] == " NAME          STATE     SIZE"
        assert frame(app)[4] == " a longer name running      3"
        assert frame(app)[5] == " thing-004     running      4"
        app.table.patch({"k3": objects["k3"]})
        assert regions[2:] == [Region(0, 4, 40, 1)], "it shrinks later, if at all"


async def test_a_text_out_of_view_widens_its_column_when_it_is_scrolled_to() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 6)) as pilot:
        app.table.set_objects({**things(20), "long": Thing("a name of twenty cell")})
        await pilot.pause()
        assert frame(app)[0] == " NAME      STATE     SIZE"
        app.table.action_bottom()
        await pilot.pause()
        assert frame(app)[0] == " NAME                  STATE     SIZE"
        assert frame(app)[-1].startswith("›a name of twenty cell running")
        await pilot.resize_terminal(50, 6)
        app.table.action_top()
        await pilot.pause()
        assert frame(app)[0] == " NAME                  STATE     SIZE"


async def test_a_text_shortened_by_its_column_has_its_matches_marked() -> None:
    def shorten(text: str, width: int) -> str:
        return f"…{text[1 - width :]}"

    app = TableApp([Column("path", "PATH", lambda thing: thing.name, None, width=6, shorten=shorten)])
    async with app.run_test(size=(14, 3)) as pilot:
        app.table.set_objects({"a": Thing("/a/very/long/path/to/it"), "b": Thing("/short/to")})
        app.table.set_filter(lambda thing: True, lambda column, text: [(text.index("to"), text.index("to") + 2)])
        await pilot.pause()
        assert frame(app)[1:3] == ["›…/path/to/it", " /short/to"]
        assert [bool(style_at(app, x, 1).underline) for x in (7, 8, 9, 10)] == [False, True, True, False]
        assert [bool(style_at(app, x, 2).underline) for x in (7, 8, 9, 10)] == [False, True, True, False]


async def test_the_cursor_stays_on_the_first_row_until_the_user_moves() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 10)):
        app.table.sort_by("name")
        app.table.set_objects({"b": Thing("b")})
        app.table.patch({"a": Thing("a")})
        assert app.table.cursor_key == "a"
        app.table.action_cursor_down()
        app.table.patch({"0": Thing("0")})
        assert app.table.cursor_key == "b"
        assert app.table.cursor_object == Thing("b")


async def test_the_cursor_keeps_its_object_and_its_place_on_the_screen() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 8)) as pilot:
        app.table.sort_by("name")
        app.table.set_objects(things(50))
        app.table.move_to("k20")
        await pilot.pause()
        y = row_of(app, "thing-020")
        app.table.patch({f"new{number}": Thing(f"thing-01{number}b") for number in range(9)}, ["k0", "k1"])
        await pilot.pause()
        assert row_of(app, "thing-020") == y
        app.table.sort_by("size", reverse=True)
        await pilot.pause()
        assert app.table.cursor_key == "k20"
        assert row_of(app, "thing-020") == y
        assert "SIZE▼" in frame(app)[0]


async def test_the_neighbour_is_selected_when_the_object_goes() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 8)) as pilot:
        app.table.set_objects(things(5))
        app.table.move_to("k2")
        app.table.patch({}, ["k2", "k3"])
        assert app.table.cursor_key == "k4"
        app.table.patch({}, ["k4"])
        assert app.table.cursor_key == "k1"
        app.table.set_objects({})
        assert app.table.cursor_key is None
        await pilot.pause()
        assert app.heard(Table.Selected)[-1].key is None


async def test_a_view_scrolled_away_from_the_cursor_stays_where_it_is() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 6)) as pilot:
        app.table.sort_by("name")
        app.table.set_objects(things(50))
        app.table.scroll_rows(20)
        await pilot.pause()
        assert "thing-020" in frame(app)[1]
        app.table.patch({"new": Thing("a first one")})
        await pilot.pause()
        assert "thing-020" in frame(app)[1]
        assert app.table.cursor_key == "k0"


async def test_a_filter_marks_what_matched_on_the_cursor_row_as_well() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 8)) as pilot:
        app.table.set_objects(things(12))
        app.table.set_filter(
            lambda thing: "-01" in thing.name, lambda column, text: [(5, 8)] if column == "name" else []
        )
        await pilot.pause()
        assert [line.split()[0] for line in frame(app)[1:3]] == ["›thing-010", "thing-011"]
        assert [bool(style_at(app, x, 1).underline) for x in (5, 6, 8, 9)] == [False, True, True, False]
        assert style_at(app, 6, 2).underline
        app.table.set_filter(None)
        await pilot.pause()
        assert not style_at(app, 6, 2).underline


async def test_marks_are_signs_and_go_with_their_objects() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 8)) as pilot:
        app.table.set_objects(things(4))
        app.table.action_toggle_mark()
        app.table.toggle_mark("k2")
        await pilot.pause()
        assert [line[0] for line in frame(app)[1:5]] == ["●", "›", "●", " "]
        app.table.patch({}, ["k0"])
        assert app.table.marks == {"k2"}
        app.table.mark_all_shown()
        assert app.table.marks == {"k1", "k2", "k3"}
        app.table.clear_marks()
        await pilot.pause()
        assert app.table.marks == frozenset()
        assert app.heard(Table.Marked)


async def test_a_click_selects_a_double_click_opens_a_title_sorts() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 8)) as pilot:
        app.table.set_objects(things(4))
        await pilot.pause()
        await pilot.click(offset=(5, 3))
        assert app.table.cursor_key == "k2"
        assert app.table.has_focus
        await pilot.double_click(offset=(5, 2))
        await pilot.pause()
        assert [message.key for message in app.heard(Table.Opened)] == ["k1"]
        await pilot.click(offset=(24, 0))
        await pilot.click(offset=(24, 0))
        assert app.table.sort == ("size", True)
        assert app.table.shown[0] == "k3"
        await pilot.click(offset=(0, 1))
        await pilot.click(offset=(9, 2), control=True)
        assert app.table.marks == {"k3", "k2"}
        assert [message.table.sort for message in app.heard(Table.Sorted)]


async def test_the_wheel_scrolls_three_rows() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 8)) as pilot:
        app.table.set_objects(things(40))
        await pilot.pause()
        await pilot._post_mouse_events([MouseScrollDown], offset=(5, 3))
        await pilot.pause()
        assert "thing-003" in frame(app)[1]


async def test_visible_keys_follow_scrolling_and_hiding() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 4)) as pilot:
        app.table.set_objects(things(10))
        await pilot.pause()
        assert app.table.visible_keys() == ["k0", "k1", "k2"]
        app.table.action_page_down()
        assert app.table.visible_keys() == ["k2", "k3", "k4"]
        app.table.display = False
        await pilot.pause()
        assert app.table.visible_keys() == []
        app.table.display = True
        await pilot.pause()
        assert app.table.visible_keys() == ["k2", "k3", "k4"]
        assert app.heard(Table.VisibleChanged)


async def test_a_smaller_window_keeps_the_cursor_in_view() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 20)) as pilot:
        app.table.set_objects(things(40))
        app.table.move_to("k15")
        await pilot.pause()
        await pilot.resize_terminal(30, 6)
        await pilot.pause()
        assert row_of(app, "thing-015")
        assert widths(app) == {30}


@pytest.mark.parametrize("theme", ["textual-dark", "atom-one-light", "ansi-dark", "ansi-light"])
async def test_cursor_and_state_are_seen_in_every_theme(theme: str) -> None:
    app = TableApp()
    async with app.run_test(size=(40, 6)) as pilot:
        app.theme = theme
        app.table.set_objects(things(3))
        await pilot.pause()
        plain = style_at(app, 5, 2)
        assert style_at(app, 5, 1) != plain
        assert style_at(app, 12, 2) != plain
        app.table.active = False
        await pilot.pause()
        assert style_at(app, 5, 1) == plain, "keys go elsewhere"
        app.table.stale = True
        await pilot.pause()
        assert style_at(app, 5, 2) != plain


async def test_a_theme_that_changes_one_colour_repaints_it() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 6)) as pilot:
        app.table.set_objects(things(3))
        await pilot.pause()
        before = style_at(app, 12, 2)
        app.register_theme(replace(app.current_theme, name="other", success="#123456"))
        app.theme = "other"
        await pilot.pause()
        assert style_at(app, 12, 2) != before
        assert style_at(app, 5, 2) == style_at(app, 5, 3)


class SelectionMachine(RuleBasedStateMachine):
    """The table without a screen, under any changes: cursor and marks are those of objects shown."""

    KEYS = st.sampled_from([f"k{number}" for number in range(8)])
    THINGS = st.builds(Thing, st.sampled_from("abcd"), st.sampled_from(["up", "down"]), st.none() | st.integers(0, 3))

    def __init__(self) -> None:
        super().__init__()
        self.table: Table[Thing] = Table(COLUMNS)
        self.table.set_columns(COLUMNS, tie="name")
        self.moved = False
        self.before: list[str] = []
        self.cursor: str | None = None

    def follow(self) -> None:
        """After a change that is no move: the cursor is where it was, or at the neighbour."""
        shown, old = set(self.table.shown), self.before
        if not shown:
            expected = None
        elif not self.moved or self.cursor is None:
            expected = self.table.shown[0]
        else:
            row = old.index(self.cursor)
            survivors = [key for key in (*old[row:], *old[:row][::-1]) if key in shown]
            expected = survivors[0] if survivors else self.table.shown[0]
        assert self.table.cursor_key == expected

    @rule(objects=st.dictionaries(KEYS, THINGS))
    def set_objects(self, objects: dict[str, Thing]) -> None:
        self.table.set_objects(objects)
        self.follow()

    @rule(changed=st.dictionaries(KEYS, THINGS, max_size=3), removed=st.sets(KEYS, max_size=3))
    def patch(self, changed: dict[str, Thing], removed: set[str]) -> None:
        self.table.patch(changed, removed - changed.keys())
        self.follow()

    @rule(column=st.sampled_from([None, "name", "state", "size", "none such"]), reverse=st.booleans())
    def sort(self, column: str | None, reverse: bool) -> None:
        self.table.sort_by(column, reverse)
        self.follow()

    @rule(state=st.sampled_from([None, "up", "down", "nothing"]))
    def filter(self, state: str | None) -> None:
        self.table.set_filter(None if state is None else lambda thing: thing.state == state)
        self.follow()

    @precondition(lambda self: self.table.shown)
    @rule(action=st.sampled_from(["cursor_down", "cursor_up", "top", "bottom", "page_down", "toggle_mark"]))
    def act(self, action: str) -> None:
        getattr(self.table, f"action_{action}")()
        self.moved = True

    @rule()
    def mark(self) -> None:
        self.table.mark_all_shown()
        assert self.table.marks >= set(self.table.shown)

    @invariant()
    def is_consistent(self) -> None:
        table = self.table
        assert table.marks <= table.objects.keys()
        assert (table.cursor_key in table.shown) == bool(table.shown)
        if table.cursor_key:
            assert table.shown[table.cursor_row] == table.cursor_key
        self.before, self.cursor = table.shown, table.cursor_key


TestSelection = SelectionMachine.TestCase
TestSelection.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
