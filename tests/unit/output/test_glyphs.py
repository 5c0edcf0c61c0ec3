"""Glyphs: as many cells as Rich counts, and nothing in them that a terminal obeys."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from dockertui.output.glyphs import _SURE, CONTINUED, FIRST_CODE, Glyphs, has_codes

OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def sent(text: str) -> str:
    """What the terminal would get for a text."""
    glyphs = Glyphs()
    return "".join(
        glyphs[cell].text if ord(cell) >= FIRST_CODE else cell for cell in glyphs.cells(text) if cell != CONTINUED
    )


@given(st.text())
def test_every_text_has_the_cells_that_rich_counts(text: str) -> None:
    assert len(Glyphs().cells(text)) == cell_len(text)


@given(st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Mn", "Lu", "So"])))
def test_nothing_is_sent_that_a_terminal_obeys(text: str) -> None:
    assert not OBEYED.search(sent(text))


@pytest.mark.parametrize(
    "text",
    [
        "\x1b]0;owned\x07 name",
        "\x1b[2J\x1b[H gone",
        "a\rb\nc\td\be",
        "\x9b31m csi \x90 dcs \x9d osc",
        "evil\u202egnp.exe",
        "\u2066iso\u2069",
        "half \ud83d pair",
        "\x7f\x00",
    ],
)
def test_controls_are_shown_as_replacement_characters(text: str) -> None:
    assert not OBEYED.search(sent(text))
    assert "\ufffd" in sent(text) or not cell_len(text)


def test_sure_characters_are_one_cell_and_no_marks() -> None:
    sure = [character for character in map(chr, range(0x110000)) if _SURE.fullmatch(character)]
    assert len(sure) > 1000
    for character in sure:
        assert get_character_cell_size(character) == 1, f"{ord(character):x}"
        assert unicodedata.category(character)[0] not in "CM" or unicodedata.category(character) == "Cn"


@pytest.mark.parametrize("text", ["│─╭▶■●…×", "naïve", "Größe", "Ελλάδα", "Привет"])
def test_common_text_is_kept_as_it_is(text: str) -> None:
    assert Glyphs().cells(text) == text


@pytest.mark.parametrize("text", ["漢字", "❤️", "👨‍👩‍👧", "e\u0301", "①", "\ue0b0", "👍🏽"])
def test_text_of_doubtful_width_gets_codes(text: str) -> None:
    cells = Glyphs().cells(text)
    assert has_codes(cells)
    assert sent(text) == text


def test_half_a_wide_glyph_becomes_a_space() -> None:
    glyphs = Glyphs()
    cells = glyphs.cells("漢字")
    assert glyphs.mend(cells[:3]) == cells[:2] + " "
    assert glyphs.mend(cells[1:]) == " " + cells[2:]
    assert glyphs.mend(cells) == cells


def test_a_heap_of_marks_is_cut() -> None:
    assert len(sent("a" + "\u0301" * 10_000)) <= 16


def test_private_characters_cannot_pose_as_codes() -> None:
    assert sent("\U000f0000\U0010fffd") == "\U000f0000\U0010fffd"
