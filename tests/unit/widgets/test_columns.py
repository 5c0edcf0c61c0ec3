"""How columns share a width: by importance, whole before the next."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dockertui.widgets.columns import GAP, SETTLING, Cell, Column, Needs, Slot, lay_out, lay_out_all


def column(name: str, width: int, right: bool = False, priority: int = 0) -> Column[Any]:
    return Column(name, name.upper(), str, width=width, right=right, priority=priority)


COLUMNS = st.lists(
    st.builds(column, st.text("abc", min_size=1), st.integers(1, 30), st.booleans(), st.integers(0, 4)),
    min_size=1,
    max_size=9,
)
NEEDS = st.lists(st.integers(1, 80), min_size=9, max_size=9)


def places(columns: list[Column[Any]], needs: list[int], width: int) -> list[tuple[str, int, int]]:
    return [(columns[slot.column].id, slot.start, slot.width) for slot in lay_out(columns, needs, width)]


def least(columns: list[Column[Any]]) -> list[int]:
    return [column.width for column in columns]


def test_columns_are_as_wide_as_they_need_and_the_rest_is_empty() -> None:
    columns = [column("name", 10), column("state", 8), column("size", 6, right=True)]
    assert places(columns, [5, 8, 7], 40) == [("name", 0, 5), ("state", 6, 8), ("size", 15, 7)]


def test_more_than_half_of_the_width_is_given_when_nothing_else_wants_it() -> None:
    columns = [column("name", 10), column("state", 8, priority=1), column("image", 20, priority=2)]
    assert places(columns, [30, 8, 40], 40) == [("name", 0, 30), ("state", 31, 8)]
    assert places(columns, [30, 8, 10], 40) == [("name", 0, 20), ("state", 21, 8), ("image", 30, 10)]


def test_the_last_column_is_cut_unless_it_holds_numbers() -> None:
    columns = [column("name", 10), column("image", 10, priority=1)]
    assert places(columns, [10, 40], 25) == [("name", 0, 10), ("image", 11, 14)]
    columns = [column("name", 10), column("size", 10, right=True, priority=1)]
    assert places(columns, [10, 15], 25) == [("name", 0, 10)]


def test_the_highest_priority_goes_first_then_the_rightmost() -> None:
    columns = [
        column("name", 10),
        column("id", 10, priority=2),
        column("a", 10, priority=1),
        column("b", 10, priority=1),
    ]
    assert [name for name, _, _ in places(columns, least(columns), 42)] == ["name", "a", "b"]
    assert [name for name, _, _ in places(columns, least(columns), 31)] == ["name", "a"]
    assert places(columns, least(columns), 6) == [("name", 0, 6)]


@given(COLUMNS, NEEDS, st.integers(0, 200))
def test_columns_fit_in_order_without_overlap(columns: list[Column[Any]], needs: list[int], width: int) -> None:
    slots = lay_out(columns, needs[: len(columns)], width)
    assert slots
    assert [slot.column for slot in slots] == sorted({slot.column for slot in slots})
    for before, after in pairwise(slots):
        assert after.start == before.start + before.width + GAP
    assert slots[-1].start + slots[-1].width <= width


@given(COLUMNS, NEEDS, st.integers(0, 200))
def test_a_column_that_is_cut_leaves_no_rest(columns: list[Column[Any]], needs: list[int], width: int) -> None:
    slots = lay_out(columns, needs[: len(columns)], width)
    if any(slot.width < needs[slot.column] for slot in slots):
        assert slots[-1].start + slots[-1].width == width


@given(COLUMNS, NEEDS, st.integers(0, 200))
def test_a_longer_text_never_shows_another_column(columns: list[Column[Any]], needs: list[int], width: int) -> None:
    needs = needs[: len(columns)]
    before = {slot.column for slot in lay_out(columns, needs, width)}
    for index in range(len(needs)):
        longer = [need + (place == index) for place, need in enumerate(needs)]
        assert {slot.column for slot in lay_out(columns, longer, width)} <= before


@given(COLUMNS, NEEDS, st.integers(10, 200))
def test_every_column_can_be_scrolled_to(columns: list[Column[Any]], needs: list[int], width: int) -> None:
    seen: set[int] = set()
    left, more = 0, True
    while more:
        slots, fixed, more_left, more = lay_out_all(columns, needs[: len(columns)], width, left)
        assert more_left == (left > 0 and len(slots) < len(columns))
        assert [slot.column for slot in slots[:fixed]] == list(range(fixed))
        assert slots[-1].start + slots[-1].width <= width or not slots[-1].width
        seen.update(slot.column for slot in slots)
        left += 1
    assert seen == set(range(len(columns)))


def test_columns_that_stay_leave_room_for_the_others() -> None:
    columns = [column("sign", 1), column("name", 10), column("state", 8), column("image", 12, priority=1)]
    assert lay_out_all(columns, least(columns), 30, 0).fixed == 2
    assert lay_out_all(columns, least(columns), 20, 0).fixed == 1
    assert [slot.column for slot in lay_out_all(columns, least(columns), 30, 1).slots] == [0, 1, 3]


def test_the_last_column_may_be_cut_and_is_whole_when_scrolled_further() -> None:
    columns = [column("name", 10), column("state", 8, priority=1), column("image", 10, priority=2)]
    assert lay_out_all(columns, [10, 8, 20], 36, 0) == (
        [Slot(0, 0, 10), Slot(1, 11, 8), Slot(2, 20, 16)],
        1,
        False,
        True,
    )
    assert lay_out_all(columns, [10, 8, 20], 36, 1) == ([Slot(0, 0, 10), Slot(2, 11, 20)], 1, True, False)


def test_needs_grow_at_once_and_shrink_when_the_longer_text_was_gone_for_a_while() -> None:
    now, slots = [0.0], [Slot(0, 0, 5), Slot(1, 6, 6)]
    needs = Needs([column("name", 10), column("size", 6, right=True)], "name", lambda: now[0])
    assert needs.cells == [5, 6]
    assert not needs.grow()
    needs.see(slots, [Cell("日本語コンテナ"), Cell("1")])
    assert needs.grow()
    assert needs.cells == [14, 6]
    needs.see(slots, [Cell("short name"), Cell("1")])
    assert not needs.grow()
    assert not needs.are_due
    now[0] += SETTLING
    assert needs.are_due
    needs.shrink({0, 1})
    assert needs.cells == [14, 6], "it was seen since the last time"
    needs.see(slots, [Cell("short name"), Cell("1")])
    needs.shrink({0, 1})
    assert needs.cells == [10, 6]
    needs.see(slots, [Cell("one less."), Cell("1")])
    needs.shrink({0, 1})
    assert needs.cells == [10, 6]
    needs.shrink({1})
    assert needs.cells == [5, 6], "what is not shown is unknown"
