"""The rows of a tree in their order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dockertui.widgets.tree_order import LEVELS, Forest

FAMILY = {"a": None, "b": "a", "c": "b", "d": "a", "e": None, "f": "gone"}


def forest(parents: dict[str, str | None]) -> Forest[str]:
    return Forest({key: key for key in parents}, parents)


def drawn(rows: Forest[str], *folded: str) -> list[str]:
    return [f"{row.drawn}{row.key}{f'+{row.hidden}' if row.hidden else ''}" for row in rows.rows(folded)]


def test_branches() -> None:
    assert drawn(forest(FAMILY)) == ["a", "├─ b", "│  └─ c", "└─ d", "e", "f"]


def test_what_hangs_on_a_folded_one_is_counted() -> None:
    assert drawn(forest(FAMILY), "a") == ["a+3", "e", "f"]
    assert drawn(forest(FAMILY), "b", "d") == ["a", "├─ b+1", "└─ d", "e", "f"]


def test_sorted_without_the_tree() -> None:
    rows = forest(FAMILY).sorted(lambda key: {"c": 3, "e": 5}.get(key), descending=True)
    assert [row.key for row in rows] == ["e", "c", "a", "b", "d", "f"]
    assert not any(row.drawn or row.parent for row in rows)


def test_a_chain_of_thousands_is_cheap_and_its_branches_are_bounded() -> None:
    parents: dict[str, str | None] = {"0": None} | {str(number): str(number - 1) for number in range(1, 5000)}
    rows = forest(parents).rows()
    assert len(rows) == 5000
    assert max(len(row.drawn) for row in rows) <= 3 * (LEVELS + 2)


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefghx") | st.none()))
def test_every_object_is_shown_once_whoever_claims_to_be_its_parent(parents: dict[str, str | None]) -> None:
    trees = forest(parents)
    shown = [row.key for row in trees.rows()]
    assert sorted(shown) == sorted(parents)
    for key in parents:
        ancestors = list(trees.ancestors(key))
        assert key not in ancestors
        assert all(shown.index(above) < shown.index(key) for above in ancestors)
        hidden = next((row.hidden for row in trees.rows([key]) if row.key == key), 0)
        assert hidden == trees.below(key)
