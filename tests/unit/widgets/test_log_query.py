"""What is looked for in a log: expressions that would take for ever are given up, and said to be too dear."""

from __future__ import annotations

import re
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.widgets.log_query import Query, is_simple
from dockertui.widgets.log_store import Block, StoredLine

CATASTROPHES = [
    (r"(a+)+$", "a" * 5000 + "b"),
    (r"(a|aa)+$", "a" * 5000 + "b"),
    (r"(.*)*x", "a" * 5000),
    (r"(aa?)*b", "a" * 5000),
    (r"(x+x+)+y", "x" * 5000),
    (r"a?" * 40 + "a" * 40, "a" * 39),
    (r".*.*.*.*.*!", "=" * 20_000),
    (r"x.*y", "x" * 300_000),
    (r"([a-zA-Z]+)*\d", "z" * 4000),
]


def block(*lines: str) -> Block:
    return Block(0, [StoredLine(0, 0, line) for line in lines])


@pytest.mark.parametrize(("pattern", "line"), CATASTROPHES, ids=[pattern[:12] for pattern, _ in CATASTROPHES])
@pytest.mark.parametrize("sign", ["~", "!~"])
def test_catastrophic_expression_is_stopped(pattern: str, line: str, sign: str) -> None:
    query = Query(sign + pattern)
    started = time.process_time()
    kept = list(query.hits(block("before", *[line] * 500)))
    assert time.process_time() - started < 60, "500 such lines take hours"
    assert len(kept) <= 501
    if query.error:
        assert query.error.startswith("too dear: ")
        assert query.spans(line) == []
        assert list(query.hits(block(line))) == ([0] if query.inverse else []), "it finds nothing any more"


def test_nested_repeats_are_reported_as_too_expensive() -> None:
    query = Query("~(a+)+$")
    assert not query.matches("a" * 5000 + "b")
    assert query.error == "too dear: a line of 5,001 characters took over 0.05 s"


def test_marking_matches_is_stopped_too() -> None:
    query = Query("~(a|aa)+$")
    assert query.spans("a" * 5000 + "b") == []
    assert query.error


def test_a_heavy_expression_that_ends_finds_what_it_is_to() -> None:
    query = Query(r"~(GET|POST) /\w+(/\w+)*\?page=\d+ .*50[0-9]$")
    lines = [
        "GET /api/products?page=7 HTTP/1.1 502",
        "GET /api/products?page=8 HTTP/1.1 200",
        "POST /x?page=1 503",
    ] * 200
    assert list(query.hits(block(*lines))) == [n for n in range(600) if n % 3 != 1]
    assert query.error == ""
    assert query.spans(lines[0]) == [(0, len(lines[0]))]


@pytest.mark.parametrize(
    ("pattern", "simple"),
    [
        ("error", True),
        ("no.?where", True),
        (r"\d+ms", True),
        ("a.*b", True),
        ("warn|error|fatal", True),
        ("(a+)+", False),
        ("(a|b)*", False),
        ("(aa?)*", False),
        ("a{5}{5}", False),
        ("a?a?a?a?a?", False),
    ],
)
def test_simple_expressions_are_recognised(pattern: str, simple: bool) -> None:
    assert is_simple(pattern) is simple


@given(
    st.text(alphabet="ab.?*+|()[]^$\\d {}2,", max_size=8),
    st.lists(st.text(alphabet="ab12 ", max_size=12), min_size=1, max_size=5),
)
def test_fast_and_safe_search_find_the_same(pattern: str, lines: list[str]) -> None:
    query = Query(f"~{pattern}")
    try:
        plain = re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError):
        assert query.error
        return
    found = list(query.hits(block(*lines)))
    if query and not query.error:
        assert found == [number for number, line in enumerate(lines) if plain.search(line)]


def test_the_library_is_loaded_when_it_is_needed_alone() -> None:
    script = (
        "import sys; from dockertui.widgets.log_query import Query; Query('~no.?where').matches('x'); "
        "assert 'regex' not in sys.modules; Query('~(a|b)*c').matches('x'); assert 'regex' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
