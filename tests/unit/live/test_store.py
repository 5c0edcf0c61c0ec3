"""The mirror: what is told of a listing, and what is kept of it."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.live.store import Change, Link, LinkState, Mirror, Source
from tests.unit.live.live_world import Thing


async def _never(*_: object) -> list[Thing]:
    raise AssertionError("the mirror itself asks nothing")


def _source(kind: str = "thing", **options: object) -> Source[Thing]:
    return Source(kind, _never, lambda thing: thing.id, lambda *_: (), **options)  # type: ignore[arg-type]


def _mirror(*sources: Source[Thing]) -> tuple[Mirror, list[Change]]:
    mirror, changes = Mirror(sources or (_source(),), clock=lambda: 5.0), list[Change]()
    mirror.subscribe(changes.append)
    return mirror, changes


def _ids(*ids: str) -> frozenset[str]:
    return frozenset(ids)


def test_a_first_listing_tells_what_it_holds() -> None:
    mirror, changes = _mirror()
    assert not mirror.loaded("thing")
    mirror.replace("thing", [Thing("a"), Thing("b")])
    assert changes == [Change("thing", _ids("a", "b"), _ids())]
    assert mirror.loaded("thing")
    assert mirror.listed_at("thing") == 5.0


def test_a_first_listing_of_nothing_is_told_too() -> None:
    mirror, changes = _mirror()
    mirror.replace("thing", [])
    assert changes == [Change("thing", _ids(), _ids())]
    mirror.replace("thing", [])
    assert len(changes) == 1


def test_only_what_differs_is_told() -> None:
    mirror, changes = _mirror()
    mirror.replace("thing", [Thing("a"), Thing("b"), Thing("c")])
    mirror.replace("thing", [Thing("a"), Thing("b", "changed"), Thing("d")])
    assert changes[1:] == [Change("thing", _ids("b", "d"), _ids("c"))]
    mirror.replace("thing", [Thing("d"), Thing("b", "changed"), Thing("a")])
    assert len(changes) == 2
    assert mirror.generation("thing") == 2


def test_an_update_removes_only_what_was_asked_for() -> None:
    mirror, changes = _mirror()
    mirror.replace("thing", [Thing("a"), Thing("b"), Thing("c")])
    mirror.update("thing", [Thing("b", "changed")], asked=["a", "b", "never known"])
    assert changes[1:] == [Change("thing", _ids("b"), _ids("a"))]
    assert sorted(mirror.objects("thing")) == ["b", "c"]


def test_an_update_keeps_what_came_unasked() -> None:
    mirror, _ = _mirror()
    mirror.replace("thing", [Thing("a")])
    mirror.update("thing", [Thing("a1", "new")], asked=["a"])
    assert mirror.objects("thing") == {"a1": Thing("a1", "new")}


def test_a_mapping_given_out_never_changes() -> None:
    mirror, _ = _mirror()
    mirror.replace("thing", [Thing("a")])
    before = mirror.objects("thing")
    mirror.update("thing", [Thing("b")], asked=["a", "b"])
    assert before == {"a": Thing("a")}
    with pytest.raises(TypeError):
        operator.setitem(before, "x", Thing("x"))  # type: ignore[call-overload]


def test_objects_without_identity_are_left_out() -> None:
    mirror, _ = _mirror()
    mirror.replace("thing", [Thing(""), Thing("a")])
    assert list(mirror.objects("thing")) == ["a"]


def test_merge_decides_what_is_kept() -> None:
    mirror, changes = _mirror(_source(merge=lambda old, new: replace(new, note=old.note)))
    mirror.replace("thing", [Thing("a", note="fine")])
    mirror.replace("thing", [Thing("a", note="coarse")])
    assert mirror.get("thing", "a").note == "fine"  # type: ignore[union-attr]
    assert len(changes) == 1


def test_what_takes_no_part_in_equality_can_be_told() -> None:
    mirror, changes = _mirror(_source(same=lambda old, new: old == new and old.note == new.note))
    mirror.replace("thing", [Thing("a", note="up since 1"), Thing("b")])
    mirror.replace("thing", [Thing("a", note="up since 9"), Thing("b")])
    assert changes[1:] == [Change("thing", _ids("a"), _ids())]


def test_a_failure_keeps_the_objects_and_is_told_once() -> None:
    mirror, changes = _mirror()
    mirror.replace("thing", [Thing("a")])
    for _ in range(3):
        mirror.fail("thing", EngineError(ErrorKind.SERVER, "it burns", status=500))
    assert mirror.objects("thing") == {"a": Thing("a")}
    assert str(mirror.error("thing")) == "it burns"
    assert changes[1:] == [Change("thing", _ids(), _ids())]
    mirror.replace("thing", [Thing("a")])
    assert mirror.error("thing") is None
    assert len(changes) == 3


def test_kinds_are_apart() -> None:
    mirror, changes = _mirror(_source("one"), _source("two"))
    mirror.replace("one", [Thing("a")])
    assert not mirror.loaded("two")
    assert mirror.get("two", "a") is None
    assert [change.kind for change in changes] == ["one"]


def test_subscribers_leave_even_while_they_are_told() -> None:
    mirror, changes = _mirror()
    leave = mirror.subscribe(lambda change: leave())
    mirror.replace("thing", [Thing("a")])
    mirror.replace("thing", [Thing("b")])
    leave()
    assert len(changes) == 2


def test_links_are_told_when_they_differ() -> None:
    mirror, links = Mirror([], clock=lambda: 7.0), list[Link]()
    leave = mirror.subscribe_link(links.append)
    assert mirror.link == Link(LinkState.CONNECTING, 7.0)
    mirror.set_link(Link(LinkState.LIVE, 8.0))
    mirror.set_link(Link(LinkState.LIVE, 8.0))
    leave()
    mirror.set_link(Link(LinkState.LOST, 9.0))
    assert links == [Link(LinkState.LIVE, 8.0)]


_listing = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["", "x", "y"]))


@given(_listing, st.lists(st.tuples(_listing, st.none() | st.sets(st.sampled_from("abcdef")))))
def test_changes_are_all_one_needs_to_follow(
    first: dict[str, str], steps: list[tuple[dict[str, str], set[str] | None]]
) -> None:
    """Whoever applies each change to a copy holds what the mirror holds, and no change names what did not change."""
    mirror, copy = Mirror([_source()]), dict[str, Thing]()

    def follow(change: Change) -> None:
        now = mirror.objects("thing")
        assert all(copy.get(identity) != now[identity] for identity in change.changed)
        for identity in change.removed:
            del copy[identity]
        copy.update({identity: now[identity] for identity in change.changed})

    mirror.subscribe(follow)
    mirror.replace("thing", _things(first))
    for listing, asked in steps:
        if asked is None:
            mirror.replace("thing", _things(listing))
            assert mirror.objects("thing").keys() == listing.keys()
        else:
            mirror.update("thing", _things({i: s for i, s in listing.items() if i in asked}), asked)
            assert mirror.objects("thing").keys() & asked == listing.keys() & asked
        assert copy == mirror.objects("thing")


def _things(listing: dict[str, str]) -> Iterable[Thing]:
    return [Thing(identity, state) for identity, state in listing.items()]
