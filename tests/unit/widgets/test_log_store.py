"""The ring of lines: what is in it, what is let go, and that numbers stay with their lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.widgets.log_matches import Matches
from dockertui.widgets.log_query import LogFilter, LogSearch, Query
from dockertui.widgets.log_shown import ShownLines
from dockertui.widgets.log_store import MARK, STDERR, LogStore, StoredLine
from dockertui.widgets.log_text import Level

WORDS = ("error", "ok", "warn level=warn", "x")
STEPS = st.lists(
    st.tuples(st.booleans(), st.lists(st.tuples(st.sampled_from(WORDS), st.booleans()), max_size=700)), max_size=8
)


def entries(wrote: list[tuple[str, bool]], start: int) -> list[StoredLine]:
    return [StoredLine(start + n, STDERR if err else 0, f"{word} {start + n}") for n, (word, err) in enumerate(wrote)]


def played(steps: list[tuple[bool, list[tuple[str, bool]]]], store: LogStore) -> dict[int, StoredLine]:
    """Append and prepend as told; every line ever added, by its number."""
    known: dict[int, StoredLine] = {}
    clock = 1_000_000
    for older, wrote in steps:
        clock += len(wrote)
        if older:
            added = entries(wrote, 500_000 - clock)
            known |= dict(enumerate(added, store.first - len(added)))
            store.prepend(added)
        elif not store.dropped_after:
            added = entries(wrote, clock)
            known |= dict(enumerate(added, store.end))
            store.append(added)
    return known


@given(STEPS, st.integers(600, 3000))
def test_every_number_keeps_its_line_and_the_bounds_hold(
    steps: list[tuple[bool, list[tuple[str, bool]]]], limit: int
) -> None:
    store = LogStore(max_lines=limit)
    known = played(steps, store)
    assert len(store) <= limit + 512
    assert list(store.entries(store.first)) == [known[number] for number in range(store.first, store.end)]
    joints = len(store)  # the newlines between lines are counted once their block is made
    assert 0 <= sum(block.size for block in store.blocks(store.first, store.end)) - store.bytes <= joints


@given(STEPS, st.integers(600, 3000), st.sampled_from(["error", "~x|ok", "!error"]), st.integers(0, 3), st.booleans())
def test_filter_shows_matching_lines_with_context(
    steps: list[tuple[bool, list[tuple[str, bool]]]], limit: int, line: str, context: int, stderr: bool
) -> None:
    store = LogStore(max_lines=limit)
    shown = ShownLines(store)
    shown.set(LogFilter(Query(line), stderr=stderr), context)
    known: dict[int, StoredLine] = {}
    for step in range(len(steps)):
        known |= played(steps[step : step + 1], store)
        for _ in shown.update():
            pass
    hits = {
        number
        for number, entry in known.items()
        if Query(line).matches(entry.text) and (not stderr or entry.meta & STDERR) and number < store.end
    }
    wanted = {near for number in hits for near in range(number - context, number + context + 1)}
    got = shown.within(store.first, store.end)
    inside = [number for number in sorted(wanted) if store.first <= number < store.end]
    certain = [
        n
        for n in inside
        if any(store.first <= hit < store.end for hit in range(n - context, n + context + 1) if hit in hits)
    ]
    assert got == sorted(set(got))
    assert set(certain) <= set(got) <= set(inside)


@given(STEPS, st.integers(600, 3000), st.sampled_from(["error", "~x|ok", "!error"]), st.booleans())
def test_search_matches_are_counted(
    steps: list[tuple[bool, list[tuple[str, bool]]]], limit: int, line: str, stderr: bool
) -> None:
    store = LogStore(max_lines=limit)
    matches = Matches(store)
    matches.set(LogSearch(Query(line), LogFilter(stderr=stderr)))
    for step in range(len(steps)):
        played(steps[step : step + 1], store)
        for _ in matches.update():
            pass
        found = [
            number
            for number, entry in enumerate(store.entries(store.first), store.first)
            if Query(line).matches(entry.text) and (not stderr or entry.meta & STDERR)
        ]
        assert matches.is_whole
        assert matches.count == len(found)
        for number in (store.first, (store.first + store.end) // 2, store.end):
            assert matches.before(number) == sum(one < number for one in found)


def test_oldest_lines_are_dropped_by_bytes() -> None:
    store = LogStore(max_bytes=200_000)
    store.append([StoredLine(n, 0, "x" * 100) for n in range(10_000)])
    assert store.bytes <= 200_000
    assert store.dropped_before == 10_000 - len(store)
    assert store[store.end - 1].time == 9_999
    with pytest.raises(IndexError):
        store[store.first - 1]


def test_pages_before_push_out_the_end() -> None:
    store = LogStore(max_lines=2_000)
    store.append([StoredLine(n, 0, str(n)) for n in range(2_000)])
    dropped = store.prepend([StoredLine(n, 0, str(n)) for n in range(-1_000, 0)])
    assert dropped == store.dropped_after > 0
    assert store[store.first].text == "-1000"
    assert len(store) <= 2_000


def test_one_long_line_does_not_keep_others_from_going() -> None:
    store = LogStore(max_bytes=300_000)
    store.append([StoredLine(1, 0, "x" * 1_000_000)])
    store.append([StoredLine(n, 0, "short") for n in range(600)])
    assert store.bytes < 300_000
    assert store[store.end - 1].text == "short"


def test_a_newline_within_a_line_does_not_break_the_block() -> None:
    store = LogStore()
    store.append([StoredLine(n, 0, "a\nb") for n in range(600)])
    assert [entry.text for entry in store.entries(store.first)] == ["a b"] * 600


def test_lone_surrogates_survive() -> None:
    store = LogStore()
    store.append([StoredLine(n, 0, "\udc9b") for n in range(600)])
    assert store[store.first].text == "\udc9b"


def test_a_moment_is_found() -> None:
    store = LogStore()
    store.append([StoredLine(n * 10, 0, "x") for n in range(5_000)])
    assert store.number_at(12_345) == 1_235
    assert store.number_at(0) == store.first
    assert store.number_at(10**9) == store.end


def test_marks_are_always_shown() -> None:
    store = LogStore()
    store.append([StoredLine(1, 0, "a"), StoredLine(2, MARK, "started again"), StoredLine(3, STDERR, "error: b")])
    assert LogFilter(Query("b"), Level.ERROR, stderr=True).hits(store.blocks(0, 3)[0]) == [1, 2]
