"""Which names count as similar to what was typed, and which of them are the closest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.resources.similar import Similar

NAMES = ("backup", "devbox", "eager_lamarr", "monitoring-grafana-1", "shop-api-1", "shop-db-1", "shop-report-1",
         "shop-search-1", "shop-web-1", "shop-web-2", "web-canary")  # fmt: skip


def ranked(line: str) -> list[str]:
    similar = Similar(line.split())
    found = {name: distance for name in NAMES if (distance := similar.distance(name)) is not None}
    return sorted(found, key=lambda name: (found[name], name))


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("grfana", ["monitoring-grafana-1"]),
        ("GRFN", ["monitoring-grafana-1"]),
        ("sw2", ["shop-web-2"]),
        ("shopweb", ["shop-web-1", "shop-web-2"]),
        ("webcan", ["web-canary"]),
        ("srch", ["shop-search-1"]),
        ("sdb", ["shop-db-1"]),
        ("shp wb", ["shop-web-1", "shop-web-2"]),
        ("xyz", []),
        ("nosuchthing", []),
        ("oeo", []),
    ],
)
def test_the_closest_come_first_and_what_is_far_not_at_all(line: str, names: list[str]) -> None:
    assert ranked(line)[: len(names)] == names
    assert names or not ranked(line)


def test_the_pieces_that_are_of_the_words_are_marked() -> None:
    def marked(line: str, name: str) -> str:
        spans = Similar(line.split()).spans(name)
        return "".join(sign if any(start <= at < end for start, end in spans) else "." for at, sign in enumerate(name))

    assert marked("grfana", "monitoring-grafana-1") == "...........gr.fana.."
    assert marked("sw1", "shop-web-1") == "s....w...1"
    assert marked("xyz", "shop-web-1") == "." * 10


@given(st.text(min_size=1, max_size=8), st.text(max_size=40))
def test_marks_lie_within_the_name_and_only_where_it_is_similar(word: str, name: str) -> None:
    similar = Similar([word])
    spans = similar.spans(name)
    assert bool(spans) is (similar.distance(name) is not None)
    assert all(0 <= start < end for start, end in spans)


@given(st.text(min_size=1, max_size=8), st.text(max_size=10), st.text(max_size=10))
def test_a_name_with_the_word_in_it_is_similar(word: str, before: str, after: str) -> None:
    assert Similar([word]).distance(f"{before}-{word}{after}") is not None
