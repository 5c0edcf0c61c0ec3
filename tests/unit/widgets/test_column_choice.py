"""A choice of columns as words: whatever they say, every column has a place, and what they named is not lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.widgets.column_choice import ColumnChoice
from dockertui.widgets.columns import Column, lay_out

IDS = ["state", "name", "status", "cpu", "image"]
COLUMNS: list[Column[Any]] = [Column(id, id.upper(), str, priority=max(0, at - 1)) for at, id in enumerate(IDS)]


def choice(words: object = None) -> ColumnChoice:
    return ColumnChoice(COLUMNS, "name", words)


def shown(made: ColumnChoice) -> list[str]:
    return [column.id for column in made.shown]


@pytest.mark.parametrize("words", [None, [], "name", 3, {"name": 1}, [3, None], ["-name"], IDS])
def test_the_default_is_everything_in_its_place(words: object) -> None:
    made = choice(words)
    assert made.shown == COLUMNS
    assert made.words == []


def test_columns_are_hidden_and_moved_and_the_words_say_so() -> None:
    made = choice()
    assert made.toggle("status")
    assert shown(made) == ["state", "name", "cpu", "image"]
    assert made.words == ["state", "name", "-status", "cpu", "image"]
    made.move("image", -2)
    assert made.words == ["state", "name", "image", "-status", "cpu"]
    made.move("state", -1)
    made.move("cpu", 5)
    assert choice(made.words).words == made.words
    assert shown(choice(made.words)) == ["state", "name", "image", "cpu"]
    assert made.toggle("status")
    assert shown(made) == ["state", "name", "image", "status", "cpu"]
    made.take(None)
    assert shown(made) == IDS


def test_the_name_cannot_be_hidden() -> None:
    made = choice()
    assert not made.toggle("name")
    assert made.words == []
    assert "name" in shown(choice(["-name", "status"]))


def test_a_column_of_a_later_version_has_its_place_and_one_of_another_is_kept() -> None:
    made = choice(["name", "-later", "image", "state"])
    assert [column.id for column in made.all] == ["name", "status", "cpu", "image", "state"]
    made.toggle("cpu")
    assert made.words == ["name", "status", "-cpu", "image", "state", "-later"]


def test_what_was_moved_to_the_left_is_shown_where_it_had_no_room() -> None:
    needs = [1, 20, 10, 5, 10]
    made = choice()
    assert [slot.column for slot in lay_out(made.shown, needs, 35)] == [0, 1, 2]
    made.move("image", -2)
    assert [made.shown[slot.column].id for slot in lay_out(made.shown, [1, 20, 10, 10, 5], 35)][:3] == [
        "state",
        "name",
        "image",
    ]


@given(st.lists(st.text("-abceghimnostu", max_size=6) | st.sampled_from([*IDS, *(f"-{id}" for id in IDS)])))
def test_any_words_place_every_column_once_and_survive_the_way_through_them(words: list[str]) -> None:
    made = choice(words)
    assert sorted(column.id for column in made.all) == sorted(IDS)
    assert "name" in shown(made)
    again = choice(made.words)
    assert (shown(again), again.all) == (shown(made), made.all)
