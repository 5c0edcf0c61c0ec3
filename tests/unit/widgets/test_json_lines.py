"""JSON as lines: what is open, what is folded, what a search finds."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dockertui.widgets.json_lines import Folds, Node, folded, is_match, nodes, scalar

VALUE = {"a": 1, "b": {"c": [True, None], "d": {}}, "e": "x"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab {}[]:,é", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
)


def unfolded() -> Folds:
    folds = Folds(0)
    folds.set_all(True)
    return folds


def shown(node: Node) -> str:
    """A line of unfolded JSON; the closing comma as JSON wants it."""
    key = f'"{node.key}": ' if node.key is not None and not node.is_end else ""
    comma = "" if node.is_last else ","
    if not node.is_container:
        return key + scalar(node.value) + comma
    brackets = "{}" if isinstance(node.value, dict) else "[]"
    return brackets[1] + comma if node.is_end else key + brackets[0]


@given(JSON)
def test_all_lines_unfolded_are_the_json(value: Any) -> None:
    assert json.loads("\n".join(shown(node) for node in nodes(value, unfolded()))) == value


def test_nodes_below_the_depth_are_folded() -> None:
    paths = [node.path for node in nodes(VALUE, Folds(1)) if not node.is_end]
    assert paths == [(), ("a",), ("b",), ("e",)]


def test_a_fold_is_turned_by_hand_and_back() -> None:
    folds = Folds(1)
    folds.set_open(("b",), True)
    assert [node.path for node in nodes(VALUE, folds)].count(("b",)) == 2
    folds.set_open(("b",), False)
    folds.set_open(("b",), False)
    assert [node.path for node in nodes(VALUE, folds)].count(("b",)) == 1


def test_nesting_without_end_is_no_recursion() -> None:
    deep: Any = "bottom"
    for _ in range(20_000):
        deep = [deep]
    folds = Folds(3000)
    assert sum(1 for _ in nodes(deep, folds)) == 6001


def test_folded_parts_say_how_much_is_in_them() -> None:
    assert folded({"a": 1}) == "{…} 1 key"
    assert folded([1, 2, 3]) == "[…] 3 items"


def test_scalars_are_clean() -> None:
    assert scalar("a\x1b[0m\n") == '"a␛[0m⏎"'
    assert scalar(True) == "true"
    assert scalar(None) == "null"
    assert scalar(1.5) == "1.5"
    assert scalar({}) + scalar([]) == "{}[]"


def test_a_search_looks_at_keys_and_scalars() -> None:
    hits = [node.path for node in nodes(VALUE, unfolded()) if is_match(node, "c")]
    assert hits == [("b", "c")]
    assert [node.path for node in nodes(VALUE, unfolded()) if is_match(node, "null")] == [("b", "c", 1)]
