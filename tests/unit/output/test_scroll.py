"""Finding moved rows: only where the terminal can move them, and where it pays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dockertui.output.frame import CellRow
from dockertui.output.scroll import Scroll, find_scroll


def rows(letters: str) -> list[CellRow]:
    return [CellRow(letter * 5, "\0" * 5, False) for letter in letters]


def test_rows_that_moved_up() -> None:
    assert find_scroll(rows("HabcdefF"), rows("HbcdefgF")) == Scroll(1, 7, 1)


def test_rows_that_moved_down_by_two() -> None:
    assert find_scroll(rows("HabcdefgF"), rows("HxyabcdeF")) == Scroll(1, 8, -2)


def test_nothing_moved() -> None:
    assert find_scroll(rows("abcdefgh"), rows("abcdefgh")) is None
    assert find_scroll(rows("abcdefgh"), rows("stuvwxyz")) is None


def test_few_rows_are_not_worth_it() -> None:
    assert find_scroll(rows("abcH"), rows("bcdH")) is None


def test_blank_rows_say_nothing() -> None:
    assert find_scroll(rows("        "), rows("x       ")) is None


def test_moving_that_would_spoil_as_much_as_it_saves_is_left() -> None:
    """Every other row is fixed, so a move of the others spoils those."""
    assert find_scroll(rows("1a2b3c4d5e6f"), rows("1b2c3d4e5f6g")) is None


def test_unknown_rows_do_not_matter() -> None:
    assert find_scroll([None, None, None, None, None], rows("abcde")) is None


@given(st.text("abcdef ", min_size=1, max_size=12), st.text("abcdef ", min_size=12, max_size=12))
def test_a_move_is_inside_the_screen_and_saves_rows(shown: str, wanted: str) -> None:
    wanted = wanted[: len(shown)]
    scroll = find_scroll(rows(shown), rows(wanted))
    if scroll is None:
        return
    top, bottom, lines = scroll
    assert 0 <= top < bottom <= len(shown)
    assert 0 < abs(lines) < bottom - top
    kept = [wanted[y] == shown[y + lines] for y in range(top, bottom) if top <= y + lines < bottom]
    before = [wanted[y] == shown[y] for y in range(top, bottom)]
    assert sum(kept) > sum(before)
