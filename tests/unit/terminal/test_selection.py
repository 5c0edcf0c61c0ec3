"""Selecting and searching in what a session keeps."""

from __future__ import annotations

import pytest

from dockertui.terminal.emulator import Emulator, EmulatorListener
from dockertui.terminal.open_emulator import open_emulator
from dockertui.terminal.screen import Place
from dockertui.terminal.selection import Search, Selection, word_at


@pytest.fixture(params=[True, False], ids=["native", "pure"])
def emulator(request: pytest.FixtureRequest) -> Emulator:
    emulator = open_emulator(20, 4, EmulatorListener(), native=request.param)
    emulator.feed("one two\r\n你好 /etc/passwd!\r\nthree Two\r\n".encode() + b"filler\r\n" * 20)
    return emulator


def test_a_selection_stays_at_its_text(emulator: Emulator) -> None:
    selection = Selection(emulator, Place(0, 4), Place(2, 4))
    emulator.feed(b"more\r\n" * 30)
    assert selection.text == "two\n你好 /etc/passwd!\nthree"
    assert selection.columns(0, 20) == (4, 20)
    assert selection.columns(1, 20) == (0, 20)
    assert selection.columns(2, 20) == (0, 5)
    assert selection.columns(3, 20) is None


def test_a_selection_may_run_backwards(emulator: Emulator) -> None:
    selection = Selection(emulator, Place(0, 6))
    assert selection.text == ""
    selection.extend(Place(0, 4))
    assert selection.text == "two"


@pytest.mark.parametrize(
    ("place", "word"), [(Place(0, 5), "two"), (Place(1, 8), "/etc/passwd"), (Place(1, 1), "你好"), (Place(0, 3), "")]
)
def test_a_double_click_takes_a_word(emulator: Emulator, place: Place, word: str) -> None:
    assert Selection(emulator, *word_at(emulator, place)).text.strip() == word


def test_search_goes_round_in_both_directions(emulator: Emulator) -> None:
    search = Search(emulator, "two")
    assert [match.place for match in search.matches] == [(0, 4), (2, 6)]
    assert search.after(Place(0, 4)) == search.matches[1]
    assert search.after(Place(2, 6)) == search.matches[0]
    assert search.before(Place(0, 4)) == search.matches[1]


def test_search_knows_wide_characters(emulator: Emulator) -> None:
    (match,) = Search(emulator, "/etc").matches
    assert match == ((1, 5), 4)


def test_nothing_found_is_nothing(emulator: Emulator) -> None:
    search = Search(emulator, "absent")
    assert search.after(Place(0, 0)) is None
    assert search.before(Place(0, 0)) is None
