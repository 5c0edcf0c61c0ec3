"""How columns share a width: by their own wishes alone, never by contents."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dockertui.widgets.columns import GAP, Column, lay_out, lay_out_all


def column(name: str, width: int, grow: int = 0, priority: int = 0) -> Column[Any]:
    return Column(name, name.upper(), str, width=width, grow=grow, priority=priority)


COLUMNS = st.lists(
    st.builds(column, st.text("abc", min_size=1), st.integers(1, 30), st.integers(0, 3), st.integers(0, 4)),
    min_size=1,
    max_size=9,
)


def places(columns: list[Column[Any]], width: int) -> list[tuple[str, int, int]]:
    return [(columns[slot.column].id, slot.start, slot.width) for slot in lay_out(columns, width)]


def test_what_is_left_over_goes_to_those_who_grow() -> None:
    columns = [column("name", 10, grow=2), column("state", 8), column("image", 10, grow=1)]
    assert places(columns, 40) == [("name", 0, 17), ("state", 18, 8), ("image", 27, 13)]


def test_the_highest_priority_goes_first_then_the_rightmost() -> None:
    columns = [
        column("name", 10),
        column("id", 10, priority=2),
        column("a", 10, priority=1),
        column("b", 10, priority=1),
    ]
    assert [name for name, _, _ in places(columns, 42)] == ["name", "a", "b"]
    assert [name for name, _, _ in places(columns, 31)] == ["name", "a"]
    assert places(columns, 6) == [("name", 0, 6)]


@given(COLUMNS, st.integers(0, 200))
def test_columns_fit_in_order_without_overlap(columns: list[Column[Any]], width: int) -> None:
    slots = lay_out(columns, width)
    assert slots
    assert [slot.column for slot in slots] == sorted({slot.column for slot in slots})
    for before, after in pairwise(slots):
        assert after.start == before.start + before.width + GAP
    assert slots[-1].start + slots[-1].width <= width


@given(COLUMNS, st.integers(0, 200))
def test_a_column_with_growth_leaves_no_rest(columns: list[Column[Any]], width: int) -> None:
    slots = lay_out(columns, width)
    if any(columns[slot.column].grow for slot in slots):
        assert slots[-1].start + slots[-1].width == width


@given(COLUMNS, st.integers(10, 200))
def test_every_column_can_be_scrolled_to(columns: list[Column[Any]], width: int) -> None:
    seen: set[int] = set()
    left, more = 0, True
    while more:
        slots, fixed, more_left, more = lay_out_all(columns, width, left)
        assert more_left == (left > 0 and len(slots) < len(columns))
        assert [slot.column for slot in slots[:fixed]] == list(range(fixed))
        seen.update(slot.column for slot in slots)
        left += 1
    assert seen == set(range(len(columns)))


def test_columns_that_stay_leave_room_for_the_others() -> None:
    columns = [column("sign", 1), column("name", 10), column("state", 8), column("image", 12, priority=1)]
    assert lay_out_all(columns, 30, 0).fixed == 2
    assert lay_out_all(columns, 20, 0).fixed == 1
    assert [slot.column for slot in lay_out_all(columns, 30, 1).slots] == [0, 1, 3]
