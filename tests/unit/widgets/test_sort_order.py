"""Order under any sequence of changes: what an honest sort of everything would give."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from dockertui.widgets.sort_order import SortOrder, comparable

KEYS = st.sampled_from([f"k{number}" for number in range(12)])
VALUES = st.one_of(st.none(), st.integers(-3, 3), st.sampled_from(["a", "ab", "b", ""]), st.just(float("nan")))
NESTED = st.recursive(VALUES | st.binary(max_size=2), lambda inner: st.lists(inner, max_size=3).map(tuple))


@given(st.lists(NESTED, max_size=12), st.booleans())
def test_any_values_can_be_sorted_together(values: list[Any], descending: bool) -> None:
    ranked = sorted(comparable(value, descending) for value in values)
    assert len(ranked) == len(values)


@given(st.lists(st.text(), max_size=12))
def test_descending_texts_are_ascending_ones_turned_round(texts: list[str]) -> None:
    texts = [text.replace("\0", "") for text in texts]
    turned = sorted(texts, key=lambda text: comparable(text, True))
    assert turned == sorted(texts, reverse=True)


@pytest.mark.parametrize("descending", [False, True])
def test_nothing_sorts_last_either_way(descending: bool) -> None:
    order: SortOrder[Any] = SortOrder()
    order.sort(lambda value: value, None, descending)
    order.replace({"none": None, "nan": float("nan"), "two": 2, "one": 1})
    assert order.keys()[2:] == ["nan", "none"]
    assert order.keys()[:2] == (["two", "one"] if descending else ["one", "two"])


def test_equal_ones_are_sorted_by_the_tie_breaker_in_both_directions() -> None:
    order: SortOrder[tuple[str, str]] = SortOrder()
    for descending in (False, True):
        order.sort(lambda pair: pair[0], lambda pair: pair[1], descending)
        order.replace({"1": ("same", "b"), "2": ("same", "a")})
        assert order.keys() == ["2", "1"]


def test_a_sort_key_is_computed_once_for_a_version_of_an_object() -> None:
    asked: list[str] = []

    def value(obj: str) -> str:
        asked.append(obj)
        return obj

    order: SortOrder[str] = SortOrder()
    order.sort(value, None)
    objects = {str(number): f"object {number}" for number in range(200)}
    order.replace(objects)
    assert len(asked) == 200
    order.replace(dict(objects))
    order.patch({"7": "changed"})
    order.filter(lambda obj: "1" in obj)
    order.filter(None)
    assert asked[200:] == ["changed"]


def test_a_function_that_fails_sorts_last_and_hides_nothing() -> None:
    order: SortOrder[int] = SortOrder()
    order.sort(lambda value: 1 // value, None)
    order.filter(lambda value: 1 // value >= 0)
    order.replace({"zero": 0, "one": 1, "two": 2})
    assert order.keys() == ["two", "one", "zero"]
    assert isinstance(order.last_error, ZeroDivisionError)


def test_without_a_sort_objects_stay_as_they_came() -> None:
    order: SortOrder[str] = SortOrder()
    order.replace({"b": "1", "a": "2"})
    order.patch({"b": "changed", "0": "new"})
    assert order.keys() == ["b", "a", "0"]


class OrderMachine(RuleBasedStateMachine):
    """Any changes against a plain dictionary that is sorted whole after each."""

    def __init__(self) -> None:
        super().__init__()
        self.order: SortOrder[Any] = SortOrder()
        self.model: dict[str, Any] = {}
        self.descending = False
        self.keep: Any = None
        self.order.sort(lambda obj: obj, None, False)

    @rule(objects=st.dictionaries(KEYS, VALUES))
    def replace(self, objects: dict[str, Any]) -> None:
        self.order.replace(objects)
        self.model = dict(objects)

    @rule(changed=st.dictionaries(KEYS, VALUES, max_size=3), removed=st.sets(KEYS, max_size=3))
    def patch(self, changed: dict[str, Any], removed: set[str]) -> None:
        removed -= changed.keys()
        self.order.patch(changed, removed)
        self.model = {key: obj for key, obj in (self.model | changed).items() if key not in removed}

    @rule(number=st.integers(65, 200), value=VALUES)
    def patch_many(self, number: int, value: Any) -> None:
        changed = {f"m{index}": value for index in range(number)}
        self.order.patch(changed, ["k0"])
        self.model = {key: obj for key, obj in (self.model | changed).items() if key != "k0"}

    @rule(descending=st.booleans())
    def sort(self, descending: bool) -> None:
        self.descending = descending
        self.order.sort(lambda obj: obj, None, descending)

    @rule(letter=st.sampled_from([None, "a", "b"]))
    def filter(self, letter: str | None) -> None:
        self.keep = (lambda obj: letter in str(obj)) if letter else None
        self.order.filter(self.keep)

    @invariant()
    def is_sorted_and_complete(self) -> None:
        shown = {key: obj for key, obj in self.model.items() if self.keep is None or self.keep(obj)}
        expected = sorted(shown, key=lambda key: (comparable(shown[key], self.descending), key))
        assert self.order.keys() == expected
        assert all(self.order.row_of(key) == row for row, key in enumerate(expected))
        assert all(self.order.row_of(key) is None for key in self.model.keys() - shown.keys())
        assert self.order.objects == self.model or any(obj != obj for obj in self.model.values())


TestOrder = OrderMachine.TestCase
TestOrder.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_groups_ascend_whatever_the_order_within_them() -> None:
    order: SortOrder[tuple[str | None, int]] = SortOrder()
    order.replace({"a": ("x", 1), "b": (None, 5), "c": ("w", 2), "d": ("x", 3), "e": ("w", 9)})
    order.arrange(lambda item: item[1], None, True, None, lambda item: item[0])
    assert order.keys() == ["e", "c", "d", "a", "b"]
    assert [order.continues_group(row) for row in range(5)] == [False, True, False, True, False]
    order.patch({"f": ("x", 2)}, ["e"])
    assert order.keys() == ["c", "d", "f", "a", "b"]
    order.filter(lambda item: item[1] < 3)
    assert order.keys() == ["c", "f", "a"]
    order.sort(None, None)
    assert order.keys() == ["c", "a", "f"], "as they came, within their groups"
    order.arrange(lambda item: item[1], None, False, None)
    assert order.keys() == ["a", "c", "f", "d", "b"]
    assert not any(order.continues_group(row) for row in range(5))
