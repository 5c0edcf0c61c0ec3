"""Paths and queries: what a name holds cannot change where a request goes."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.engine.errors import EngineError
from dockertui.engine.target import segment, target


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_segment_stays_one(name: str) -> None:
    try:
        quoted = segment(name)
    except EngineError:
        return
    assert unquote(quoted) == name
    assert not set(quoted) & set("/?# \r\n")


@pytest.mark.parametrize("name", ["", ".", "..", "a/../b", "a//b", "../../version", "/"])
def test_names_that_would_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(EngineError, match="cannot be the name"):
        segment(name, safe="/:@")


def test_references_of_images_keep_their_signs() -> None:
    assert segment("r.io:5000/a/b:1@sha256:f", safe="/:@") == "r.io:5000/a/b:1@sha256:f"
    assert segment("lone \udc80") == "lone%20%3F"


@given(st.dictionaries(st.text("abc", min_size=1), st.text(st.characters(exclude_categories=["Cs"])), max_size=3))
def test_queries_come_back(params: dict[str, str]) -> None:
    found = parse_qsl(urlsplit(target("/x", params)).query, keep_blank_values=True)
    assert dict(found) == params


def test_values_of_every_kind() -> None:
    params = {"all": True, "v": False, "n": 5, "none": None, "names": ("a", "b"), "filters": {"id": ["x"]}}
    path, _, query = target("/x", params).partition("?")
    found = parse_qsl(query)
    assert path == "/x"
    assert found[:-1] == [("all", "1"), ("v", "0"), ("n", "5"), ("names", "a"), ("names", "b")]
    assert json.loads(found[-1][1]) == {"id": ["x"]}
    assert target("/x", {"none": None}) == "/x"
