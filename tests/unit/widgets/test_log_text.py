"""What is read out of a line, and that nothing of a hostile one gets through."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.widgets.log_paint import LOOK, PaintOptions, painting, rows
from dockertui.widgets.log_query import Query
from dockertui.widgets.log_store import LogStore, StoredLine
from dockertui.widgets.log_text import (
    _LEVELS,
    Level,
    Times,
    fields,
    grave,
    last_state,
    last_states,
    level,
    stamp,
    unfolded,
)
from dockertui.widgets.sgr import Ink, pieces, plain, style
from tests.demo.hostile import STRINGS

_OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("level=warn msg=x", Level.WARN),
        ('{"level":"error","msg":"x"}', Level.ERROR),
        ('{"level":50,"msg":"pino"}', Level.ERROR),
        ('{"severity":"CRITICAL"}', Level.FATAL),
        ("2026/11/21 06:58:01 [error] 29#29: *1 connect() failed", Level.ERROR),
        ("2026-01-01 00:00:00 UTC [27] LOG:  checkpoint complete", Level.INFO),
        ("[2026-01-01 00:00:00: INFO/MainProcess] Task", Level.INFO),
        ("E1121 12:00:00.000000 1 main.go:1] x", Level.ERROR),
        ("W1121 12:00:00.000000 1 main.go:1] x", Level.WARN),
        ("WARNING: low memory", Level.WARN),
        ("\x1b[31mERROR\x1b[0m broken", Level.ERROR),
        ("panic: runtime error: index out of range", Level.FATAL),
        ("GET /error/page?debug=1 200", Level.NONE),
        ("the informer was notified", Level.NONE),
        ("", Level.NONE),
    ],
)
def test_levels(text: str, expected: Level) -> None:
    assert level(text) is expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("from a terminal\r", "from a terminal"),
        ("two of them\r\r", "two of them"),
        ("10%\r20%\r30%", "30%"),
        ("10%\r20%\r30%\r", "30%"),
        ("100%\r\x1b[K", "100%"),
        ("done\r    \r", "done"),
        ("\r", ""),
        ("", ""),
    ],
)
def test_a_line_is_its_last_state(text: str, shown: str) -> None:
    assert last_state(text) == shown
    assert painting(StoredLine(0, 0, text), PaintOptions()).text == shown
    assert last_states("\n".join([text, "a", text])) == "\n".join([shown, "a", shown])


def test_search_filter_and_level_see_the_last_state() -> None:
    store = LogStore()
    store.append([StoredLine(0, 0, text) for text in ("ERROR 1\rfine 2", "fine 3\rERROR 4\r", "WARN 5\r")])
    (block,) = store.blocks(0, 3)
    assert list(Query("ERROR").hits(block)) == [1]
    assert list(Query("~4$").hits(block)) == [1], "the line end of a terminal is none of its text"
    assert list(Query("!fine").hits(block)) == [1, 2]
    assert list(grave(block.text)) == [(1, Level.ERROR), (2, Level.WARN)]


def test_colours_are_kept_and_nothing_else_of_ansi() -> None:
    text = "\x1b[1;31mred\x1b[0m \x1b]52;c;aGk=\x07\x1b[2J\x1b]0;title\x1b\\plain\x1b[38;5;202mdeep\x1b[48;2;1;2;3mback"
    assert list(pieces(text)) == [
        ("red", Ink("color(1)", "", frozenset({"bold"}))),
        (" ", Ink()),
        ("plain", Ink()),
        ("deep", Ink("color(202)")),
        ("back", Ink("color(202)", "#010203")),
    ]
    assert plain(text) == "red plaindeepback"


@given(st.text(alphabet="\x1b[]0;13 8m5:?a\x07\x9b\x90\\", max_size=40))
def test_any_sequence_of_signs_is_read_without_failing(text: str) -> None:
    for piece, ink in pieces(text):
        style(ink)
        assert piece in text
    assert "".join(piece for piece, _ in pieces(text)) == plain(text)


@given(st.one_of(st.sampled_from(list(STRINGS.values())), st.text(max_size=60)), st.booleans())
def test_nothing_that_is_painted_can_be_obeyed(text: str, unfold: bool) -> None:
    painted = painting(StoredLine(1, 0, text.replace("\n", " ")), PaintOptions(unfold=unfold))
    assert not _OBEYED.search(painted.text)


def test_a_long_line_is_cut_and_says_so() -> None:
    painted = painting(StoredLine(1, 0, "x" * 1_000_000), PaintOptions())
    assert len(painted.text) < LOOK + 100
    assert "+991808" in painted.text


@given(st.text(max_size=80), st.integers(2, 30))
def test_the_rows_of_a_wrapped_line_are_the_line(text: str, width: int) -> None:
    line = painting(StoredLine(1, 0, text.replace("\n", " ")), PaintOptions()).text
    assert "".join(line[start:stop] for start, stop in rows(line, width)) == line


def test_json_and_logfmt_are_unfolded() -> None:
    assert unfolded('{"time":"x","level":"warn","msg":"hi","a":{"b":[1]}}') == 'WARN  hi a={"b": [1]}'
    assert unfolded('time=x level=info msg="two words" n=3') == "INFO  two words n=3"
    assert unfolded('{"msg":"hi","a":1,"b":2}', ("b", "msg")) == "2  hi"
    assert unfolded('{"user":{"name":"bo","x.y":{"z":3}},"q.r":4}', ("user.name", "q.r", "user.x", "a.b")) == "bo  4"
    assert unfolded('{"level":50,"msg":"of pino"}') == "ERROR of pino"
    assert unfolded("GET /x?a=1&b=2 200") == "GET /x?a=1&b=2 200"
    assert fields('{"a":') is None
    assert fields("[" * 100_000) is None


def test_a_query_folds_case_unless_it_has_a_capital() -> None:
    assert Query("error").matches("an ERROR")
    assert not Query("Error").matches("an ERROR")
    assert Query("~err.r").matches("ERROR")
    assert Query("!error").matches("fine")
    assert not Query("!error").matches("an error")


def test_a_wrong_expression_finds_nothing_and_says_why() -> None:
    query = Query("~(")
    assert query.error
    assert not query.matches("(")


@given(st.lists(st.sampled_from(["foo", "xfoofoo", "", "fo", "ÄFOO", "\x1b[31mf\x1b[0moo"]), min_size=1, max_size=60))
def test_a_word_is_found_in_blocks_as_in_lines(texts: list[str]) -> None:
    store = LogStore()
    store.append([StoredLine(n, 0, text) for n, text in enumerate(texts)])
    found = [number for block in store.blocks(0, len(texts)) for number in Query("foo").hits(block)]
    assert found == [n for n, text in enumerate(texts) if Query("foo").matches(plain(text))]


def test_timestamps() -> None:
    moment = 1_795_242_721_123_456_789
    assert stamp(moment, Times.UTC, 0) == "06:32:01.123 "
    assert stamp(moment, Times.RELATIVE, 1_795_242_721 + 90) == "   -1.5m "
    assert stamp(moment, Times.OFF, 0) == ""
    assert len(stamp(0, Times.LOCAL, 0)) == len(stamp(moment, Times.LOCAL, 0))


_PARTS = st.sampled_from(
    [*_LEVELS, *(word.upper() for word in _LEVELS), "level=", '"severity": ', "lvl: ", "50", "40",
     "E1121 10:20", "W0101 00:00", "[", "]", "<", ">", ":", " ", "x", "\x1b[31m", "\x1b[0m", "İ", "日"]
)  # fmt: skip


@given(st.lists(st.lists(_PARTS, max_size=8).map("".join), min_size=1, max_size=20))
def test_the_grave_lines_of_many_are_those_that_say_so_one_by_one(lines: list[str]) -> None:
    wanted = [(place, level(line)) for place, line in enumerate(lines) if level(line) >= Level.WARN]
    assert list(grave("\n".join(lines))) == wanted
