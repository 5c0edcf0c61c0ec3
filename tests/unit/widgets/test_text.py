"""Text from strangers: harmless, and of exact width."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from dockertui.widgets.text import clean, crop, fit, occurrences, split_spans, wrap

ANYTHING = st.text(max_size=300) | st.text(st.characters(), max_size=300)  # surrogates too
HOSTILE = [
    "\x1b[31mred",
    "[red]x[/red]",
    "a\r\nb",
    "\u202egnp.exe",
    "日本語",
    "👨‍👩‍👧",
    "❤️",
    "e" + "\u0301" * 99,
    "\ud800",
]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain-1.27", "plain-1.27"),
        ("[red]x[/red]", "[red]x[/red]"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("\x7f\x9b", "␡<U+009B>"),
        ("two\nlines\r\n", "two⏎lines⏎"),
        ("over\rwrite", "over␍write"),
        ("\u202egnp.exe", "<U+202E>gnp.exe"),
        ("zero\u200bwidth\u2066", "zero<U+200B>width<U+2066>"),
        ("para\u2029graph", "para<U+2029>graph"),
        ("no\u00a0break", "no break"),
        ("\ud83d", "\ufffd"),
        ("❤️", "❤"),
        ("\ue0b0\U000e0041", "<U+E0B0><U+E0041>"),
        ("e\u0301", "e\u0301"),
        ("e" + "\u0301" * 99, "e" + "\u0301" * 4),
    ],
)
def test_clean_shows_what_a_terminal_would_obey(raw: str, shown: str) -> None:
    assert clean(raw) == shown


def test_clean_expands_tabs_to_the_next_stop() -> None:
    assert clean("ab\tc") == "ab      c"


def test_clean_keeps_lines_where_asked() -> None:
    assert clean("a\r\nb\x1bc", newline="\n") == "a\nb␛c"


def test_clean_counts_what_it_leaves_out() -> None:
    assert clean("x" * 10_000, limit=10) == "x" * 10 + "… (+9990)"


@given(ANYTHING)
def test_nothing_a_terminal_obeys_is_left(raw: str) -> None:
    left = {unicodedata.category(char) for char in clean(raw)}
    assert not left & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(ANYTHING)
def test_clean_of_clean_is_the_same(raw: str) -> None:
    once = clean(raw, limit=100_000)
    assert clean(once, limit=100_000) == once


@given(ANYTHING | st.sampled_from(HOSTILE), st.integers(0, 60), st.booleans())
@example("日本語", 4, True)
def test_fit_is_exactly_as_wide_as_asked(raw: str, width: int, right: bool) -> None:
    assert cell_len(fit(clean(raw), width, right)) == width


def test_fit_pads_and_cuts() -> None:
    assert fit("abc", 5) == "abc  "
    assert fit("abc", 5, right=True) == "  abc"
    assert fit("abcdef", 5) == "abcd…"
    assert fit("日本語", 4) == "日… "
    assert fit("abc", 0) == ""


@given(ANYTHING, st.integers(0, 40))
def test_crop_is_the_longest_beginning_that_fits(raw: str, width: int) -> None:
    text = clean(raw)
    kept = crop(text, width)
    assert text.startswith(kept)
    assert cell_len(kept) <= width
    if kept != text:
        assert cell_len(text[: len(kept) + 1]) > width


@given(ANYTHING, st.integers(2, 40))
def test_wrapped_lines_fit_and_lose_nothing(raw: str, width: int) -> None:
    text = clean(raw)
    lines = wrap(text, width)
    assert "".join(lines) == text
    assert all(cell_len(line) <= width for line in lines)


def test_wrap_breaks_at_words_in_the_last_half_of_a_line() -> None:
    assert wrap("/usr/bin:/usr/local/bin", 12) == ["/usr/bin:", "/usr/local/b", "in"]
    assert wrap("one, two three", 8) == ["one, ", "two ", "three"]
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]


def test_occurrences_ignore_case_and_take_the_needle_literally() -> None:
    assert occurrences("Web.1 web.1 webx1", "WEB.1") == [(0, 5), (6, 11)]
    assert occurrences("anything", "") == []


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5))
def test_split_spans_keeps_the_text_and_marks_the_spans(text: str, spans: list[tuple[int, int]]) -> None:
    pieces = split_spans(text, spans)
    assert "".join([piece for piece, _ in pieces]) == text
    marked = [match for piece, match in pieces for _ in piece]
    assert marked == [any(start <= at < end for start, end in spans) for at in range(len(text))]
