"""Splitting JSON streams, wherever the network cuts them."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.engine.json_stream import JSONSplitter, parse_json

SCALARS = st.none() | st.booleans() | st.integers() | st.text(alphabet='"\\{}[]é\n\x1e a\u2028')
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner), max_leaves=8
)
OBJECTS = st.dictionaries(st.text(max_size=5), VALUES, max_size=4)
SEPARATORS = st.sampled_from(["", "\n", "\r\n", " ", "\n\n", "\x1e", "\n\x1e"])


def feed_all(pieces: list[bytes]) -> tuple[list[dict[str, Any]], bool]:
    splitter = JSONSplitter()
    return [item for piece in pieces for item in splitter.feed(piece)], splitter.pending


def test_every_cut_of_a_hard_stream() -> None:
    objects = [{"a": '\\"}{"'}, {}, {"é": ["]", {"b": "\\"}]}, {"c": 1e3}]
    data = b"".join(json.dumps(item, ensure_ascii=False).encode() for item in objects) + b"\n"
    for cut in range(len(data) + 1):
        assert feed_all([data[:cut], data[cut:]]) == (objects, False)


@given(
    st.lists(st.tuples(OBJECTS, SEPARATORS), max_size=6),
    st.booleans(),
    st.lists(st.integers(0, 300), max_size=6),
    st.sampled_from([None, 1]),
)
def test_any_objects_cut_anywhere(
    items: list[tuple[dict[str, Any], str]], ascii_only: bool, cuts: list[int], indent: int | None
) -> None:
    texts = [json.dumps(item, ensure_ascii=ascii_only, indent=indent) + separator for item, separator in items]
    data = "".join(texts).encode()
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[start:end] for start, end in pairwise(places)]
    assert feed_all(pieces) == ([item for item, _ in items], False)


def test_an_object_that_has_begun_is_pending() -> None:
    for begun in (b'{"a": "}', b"{", b'\n{"a":{}'):
        assert feed_all([b"{}\n", begun]) == ([{}], True)
    assert feed_all([b"{}", b" \n\x1e"]) == ([{}], False)


@pytest.mark.parametrize(
    "data", [b"[1]", b"null\n", b"7", b'"x"\n', b"<html>", b"{}oops", b"{oops}", b"}", b"{]\n", b"\x00"]
)
def test_what_is_no_object_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        feed_all([data])


def test_text_that_is_not_utf8_is_repaired() -> None:
    assert feed_all([b'{"a":"\xff', b'\xc3"}\n']) == ([{"a": "\ufffd\ufffd"}], False)


def test_an_object_without_end_is_refused_before_it_fills_the_memory() -> None:
    splitter = JSONSplitter(limit=1000)
    splitter.feed(b'{"a": "')
    with pytest.raises(ValueError, match="more than 1000 bytes"):
        splitter.feed(b"x" * 1000)


def test_nesting_without_end_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_json(b"[" * 1_000_000)
    with pytest.raises(ValueError, match="nested too deeply"):
        feed_all([b'{"a":' * 100_000 + b"}" * 100_000])


@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,\\n 1').map(str.encode))
def test_any_bytes_are_objects_or_a_value_error(data: bytes) -> None:
    try:
        found, _ = feed_all([data])
    except ValueError:
        return
    assert all(isinstance(item, dict) for item in found)
