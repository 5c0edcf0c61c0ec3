"""What a container writes changes the size of its terminal never, in whatever pieces it comes."""

from __future__ import annotations

import random

import pytest

from dockertui.terminal.emulator import Emulator, EmulatorListener
from dockertui.terminal.fixed_size import FixedSize
from dockertui.terminal.open_emulator import open_emulator
from dockertui.terminal.screen import Place

SIZE = (100, 30)

RESIZING = {
    "80 columns": b"\x1b[?40h\x1b[?3l",
    "132 columns": b"\x1b[?40h\x1b[?3h",
    "both at once": b"\x1b[?40;3h",
    "among others": b"\x1b[?7;40;25h\x1b[?3h",
    "with zeros before it": b"\x1b[?00040h\x1b[?3h",
    "controls inside": b"\x1b[?4\x000h\x1b[?\n3h",
    "kept and restored": b"\x1b[?40s\x1b[?40h\x1b[?40s\x1b[?40l\x1b[?40r\x1b[?3h",
    "nothing cleared": b"\x1b[?95h\x1b[?40h\x1b[?3h",
    "a C1 control in UTF-8": b"\xc2\x9b?40h\xc2\x9b?3h",
    "XTWINOPS": b"\x1b[8;10;20t",
    "DECSLPP": b"\x1b[30t\x1b[48;10;20t",
    "DECSCPP": b"\x1b[132$|\x1b[80$|",
    "DECSNLS": b"\x1b[10*|",
    "after a reset": b"\x1bc\x1b[?40h\x1b[?3h",
    "after a soft reset": b"\x1b[!p\x1b[?40h\x1b[?3l",
    "on the alternate screen": b"\x1b[?1049h\x1b[?40h\x1b[?3h\x1b[?1049l",
    "as a VT52": b"\x1b[?2l\x1b<\x1b[?40h\x1b[?3h",
}


@pytest.fixture(params=[True, False], ids=["native", "pure"])
def emulator(request: pytest.FixtureRequest) -> Emulator:
    return open_emulator(*SIZE, EmulatorListener(), native=request.param)


def check_size(emulator: Emulator) -> None:
    """Every row is as wide as before, and the last cell of each can be held and copied."""
    rows = emulator.changes(everything=True)
    assert (emulator.columns, emulator.rows, len(rows)) == (*SIZE, SIZE[1])
    assert {sum(run.width for run in row) for row in rows.values()} == {SIZE[0]}
    last = Place(emulator.total - 1, SIZE[0] - 1)
    emulator.anchor(last).release()
    emulator.text(Place(0, SIZE[0] - 1), last)


@pytest.mark.parametrize("name", RESIZING)
def test_the_size_stays_and_so_does_every_cell(emulator: Emulator, name: str) -> None:
    emulator.feed(RESIZING[name])
    check_size(emulator)
    emulator.feed(b"x" * SIZE[0])
    assert max(sum(run.width for run in row) for row in emulator.changes().values()) == SIZE[0]


@pytest.mark.parametrize("name", RESIZING)
def test_cut_anywhere_it_stays_too(emulator: Emulator, name: str) -> None:
    for code in RESIZING[name]:
        emulator.feed(bytes([code]))
    check_size(emulator)


def test_the_screen_is_not_cleared(emulator: Emulator) -> None:
    emulator.feed(b"kept\x1b[?40h\x1b[?3l\x1b[?3h")
    assert emulator.lines(0, 1) == ["kept"]


KEPT = {
    "other modes": b"\x1b[?1;25h\x1b[?2004h",
    "mode 40 turned off": b"\x1b[?40l",
    "a mode with 40 in it": b"\x1b[?1040h\x1b[?401h",
    "a mode of ANSI": b"\x1b[40h",
    "a background": b"\x1b[40m",
    "a number without end": b"\x1b[?" + b"4" * 10_000 + b"h",
    "many numbers": b"\x1b[?" + b"1;" * 10_000 + b"h",
}


@pytest.mark.parametrize("name", KEPT)
def test_everything_else_goes_through(name: str) -> None:
    assert FixedSize().allowed(KEPT[name]) == KEPT[name]


def test_what_is_set_beside_it_is_set(emulator: Emulator) -> None:
    emulator.feed(b"\x1b[?1004;40;2004h")
    assert emulator.mode(1004)
    assert emulator.mode(2004)


def test_in_pieces_nothing_is_lost_and_little_is_kept_back() -> None:
    dice = random.Random(7)
    data = b"".join(
        dice.choice([*RESIZING.values(), *KEPT.values(), b"text", b"\x1b", b"\x1b]0;t\x1b\\"]) for _ in range(300)
    )
    whole = FixedSize().allowed(data + b".")
    filtered, pieces, at = FixedSize(), [], 0
    while at < len(data):
        length = dice.randint(1, 40)
        pieces.append(filtered.allowed(data[at : at + length]))
        at += length
    assert b"".join([*pieces, filtered.allowed(b".")]) == whole
