"""Whatever a container sends: no exception, no long wait, rows as wide as the screen, memory bounded."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockertui.terminal.emulator import Emulator, EmulatorListener
from dockertui.terminal.open_emulator import open_emulator
from tests.unit.terminal.test_sequences import SCREENS, encoded

PIECES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([encoded(case.output) for case in SCREENS.values()]),
    st.sampled_from([b"\x1b[", b"\x1b]52;c;", b"\x1bP", b"\x9b31m", b"\x9d0;x\x9c", b"\xff\xfe", b"\x1b[99999999999d"]),
    st.builds(
        lambda numbers, final: b"\x1b[" + b";".join(b"%d" % number for number in numbers) + final,
        st.lists(st.integers(0, 70000), max_size=5),
        st.sampled_from([bytes([code]) for code in range(0x40, 0x7F)]),
    ),
    st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace")),
)
SIZES = st.tuples(st.integers(1, 140), st.integers(1, 60))
SLICE_MOST = 0.05
"""Seconds that feeding one slice may take at most, on the fast emulator."""


@pytest.fixture(params=[True, False], ids=["native", "pure"])
def native(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def check(emulator: Emulator) -> None:
    rows = emulator.changes(everything=True)
    assert len(rows) == emulator.rows
    assert {sum(run.width for run in row) for row in rows.values()} == {emulator.columns}
    for row in rows.values():
        assert all(
            char.isprintable() or char in "\u200d\ufe0f\ufe0e" or ord(char) > 0xDFFF for run in row for char in run.text
        )
    assert 0 <= emulator.top <= emulator.total - emulator.rows
    if (cursor := emulator.cursor) is not None:
        assert 0 <= cursor.x < emulator.columns
        assert 0 <= cursor.y < emulator.rows


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(PIECES, SIZES), max_size=30))
def test_anything_between_resizes_on_the_fast_one(steps: list[bytes | tuple[int, int]]) -> None:
    run(open_emulator(20, 5, EmulatorListener(), native=True), steps)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(PIECES, SIZES), max_size=15))
def test_anything_between_resizes_on_the_pure_one(steps: list[bytes | tuple[int, int]]) -> None:
    run(open_emulator(20, 5, EmulatorListener(), native=False), steps)


def run(emulator: Emulator, steps: list[bytes | tuple[int, int]]) -> None:
    for step in steps:
        if isinstance(step, bytes):
            emulator.feed(step)
        else:
            emulator.resize(*step)
        check(emulator)
    emulator.scroll_to(0)
    check(emulator)
    emulator.close()


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(list(SCREENS)), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_cuts_do_not_matter(names: list[str], dice: random.Random) -> None:
    data = b"".join(encoded(SCREENS[name].output) for name in names)
    whole, cut = (open_emulator(20, 5, EmulatorListener(), native=True) for _ in range(2))
    whole.feed(data)
    at = 0
    while at < len(data):
        length = dice.randint(1, 9)
        cut.feed(data[at : at + length])
        at += length
    assert cut.changes(everything=True) == whole.changes(everything=True)


HOSTILE = {
    "a line of 10 MB": b"x" * 10_000_000,
    "an OSC without end": b"\x1b]0;" + b"A" * 1_000_000,
    "a DCS without end": b"\x1bP" + b"q" * 1_000_000,
    "an APC without end": b"\x1b_G" + b"A" * 1_000_000,
    "titles": b"\x1b]0;title\x07" * 50_000,
    "queries": b"\x1b[c\x1b[6n" * 20_000,
    "combining marks": b"e" + "\u0301".encode() * 200_000,
    "huge parameters": b"\x1b[" + b"9" * 100_000 + b"m",
    "a kitty image": b"\x1b_Gf=24,s=1000,v=1000,m=1;" + b"AAAA" * 20_000 + b"\x1b\\",
    "a file as an image": b"\x1b_Gt=f,f=100;L2V0Yy9wYXNzd2Q=\x1b\\",
    "random bytes": random.Random(1).randbytes(1_000_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_output_is_taken_in_short_slices(name: str) -> None:
    """The fast emulator; a slice that took long because the machine did is fed once more, elsewhere."""
    emulator = open_emulator(80, 24, EmulatorListener(), native=True)
    slow = 0
    for start in range(0, len(HOSTILE[name]), 16384):
        began = time.thread_time()
        emulator.feed(HOSTILE[name][start : start + 16384])
        slow += time.thread_time() - began > SLICE_MOST
    assert slow == 0
    check(emulator)
    emulator.feed(b"\x1b\\\x1bcstill here")
    shown = "".join(run.text for run in emulator.changes(everything=True)[0])
    assert shown.startswith("still here")


def test_memory_is_bounded() -> None:
    """100 MB of output, and the history holds what it should, not all of it."""
    emulator = open_emulator(80, 24, EmulatorListener(), native=True)
    before = resident()
    piece = b"".join(b"line %06d of a flood that does not end\r\n" % number for number in range(25_000))
    for _ in range(100):
        emulator.feed(piece)
    assert emulator.total < 14_000
    assert resident() - before < 100_000_000


def resident() -> int:
    """Bytes of memory that this process holds."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
