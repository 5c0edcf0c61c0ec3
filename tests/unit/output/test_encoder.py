"""The encoder: whatever the frames, the terminal ends up showing the last one, for few bytes."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len, set_cell_size, split_graphemes
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from dockertui.output.encoder import Encoder
from dockertui.output.frame import Frame, Mismatch
from dockertui.output.glyphs import Glyphs
from dockertui.output.pens import Pens
from tests.output_terminal import Terminal, visible

WIDTH, HEIGHT = 24, 8
STYLES = [
    Style.parse(style)
    for style in (
        "default",
        "red",
        "bold red on blue",
        "#102030 on #405060",
        "on blue",
        "reverse",
        "underline on blue",
        "strike italic",
    )
]
TEXTS = [
    "a",
    "running",
    " ",
    "      ",
    "                ",
    "│──╮",
    "漢字",
    "x漢",
    "①",
    "e\u0301",
    "…",
    "Größe",
]

Line = Sequence[tuple[str, Style]]


@st.composite
def lines(draw: st.DrawFn) -> Line:
    return draw(st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(STYLES)), min_size=1, max_size=5).map(tuple))


frames = st.lists(lines(), min_size=HEIGHT, max_size=HEIGHT)


def strip(line: Line, width: int = WIDTH) -> Strip:
    return Strip([Segment(text, style) for text, style in line]).adjust_cell_length(width, line[-1][1])


def layout(frame: Iterable[Line]) -> LayoutUpdate:
    return LayoutUpdate([[strip(line)] for line in frame], Region(0, 0, WIDTH, HEIGHT))


class Sender:
    """A frame, an encoder and a terminal."""

    def __init__(self, *, erase_colors: bool = True) -> None:
        pens, glyphs = Pens(erase_colors=erase_colors), Glyphs()
        self.frame = Frame(WIDTH, HEIGHT, pens, glyphs)
        self.encoder = Encoder(HEIGHT, pens, glyphs)
        self.terminal = Terminal(WIDTH, HEIGHT)

    def send(self, update: LayoutUpdate | ChopsUpdate) -> str:
        """What is sent for an update."""
        if isinstance(update, LayoutUpdate):
            self.frame.take_layout(update)
        else:
            self.frame.take_chops(update)
        data = self.encoder.encode(self.frame.rows)
        self.terminal.write(data)
        return data

    def show(self, *rows: str, style: str = "default") -> str:
        look = Style.parse(style)
        return self.send(layout([[(row, look)] for row in [*rows, *[" "] * (HEIGHT - len(rows))]]))


def expected(strips: Sequence[Strip]) -> list[list[tuple[object, ...]]]:
    """What a terminal shows that gets each glyph for itself, at its place."""
    terminal = Terminal(WIDTH, HEIGHT)
    terminal.write("\x1b[?7l")
    for y, row in enumerate(strips):
        x = 0
        for text, style, _ in row:
            for start, end, width in split_graphemes(text)[0]:
                pen = (style or Style()).render(" " * width)
                glyph = (style or Style()).render(text[start:end])
                terminal.write(f"\x1b[{y + 1};{x + 1}H{pen}\x1b[{y + 1};{x + 1}H{glyph}")
                x += width
    return terminal.cells()


@settings(max_examples=60, deadline=None)
@given(st.lists(frames, min_size=1, max_size=4), st.booleans())
def test_the_terminal_shows_the_last_of_any_frames(sequence: list[list[Line]], erase_colors: bool) -> None:
    sender = Sender(erase_colors=erase_colors)
    for frame in sequence:
        sender.send(layout(frame))
        assert sender.terminal.cells() == expected([strip(line) for line in frame])


@settings(max_examples=60, deadline=None)
@given(frames, st.integers(-5, 5), st.integers(0, HEIGHT), frames)
def test_scrolled_rows_are_right(frame: list[Line], lines_up: int, split: int, other: list[Line]) -> None:
    """Rows moved up or down, above a part that stays."""
    sender = Sender()
    sender.send(layout(frame))
    head = frame[:split]
    moved = [head[(y + lines_up)] if 0 <= y + lines_up < split else other[y] for y in range(split)]
    wanted = [*moved, *frame[split:]]
    sender.send(layout(wanted))
    assert sender.terminal.cells() == expected([strip(line) for line in wanted])


@pytest.mark.parametrize("seed", range(30))
def test_dirty_spans_are_taken(seed: int) -> None:
    """Chops between changing cuts, as the compositor makes them when widgets come, go and change."""
    rng = random.Random(seed)
    sender = Sender()
    wanted = [strip(_random_line(rng)) for _ in range(HEIGHT)]
    sender.send(LayoutUpdate([[row] for row in wanted], Region(0, 0, WIDTH, HEIGHT)))
    for _ in range(10):
        chops: list[dict[int, Strip | None]] = []
        ends: list[list[int]] = []
        spans: list[tuple[int, int, int]] = []
        for y in range(HEIGHT):
            start, end = sorted(rng.sample(range(WIDTH + 1), 2))
            fresh = strip(_random_line(rng), end - start)
            wanted[y] = Strip.join([wanted[y].crop(0, start), fresh, wanted[y].crop(end)])
            cuts = sorted({0, start, end, WIDTH})
            # What is not dirty may be absent, as the compositor leaves it.
            chops.append({x: fresh if x == start else None for x in cuts[:-1]})
            ends.append(cuts[1:])
            spans.append((y, start, end))
        sender.send(ChopsUpdate(chops, spans, ends))
        assert sender.terminal.cells() == expected(wanted)


def _random_line(rng: random.Random) -> Line:
    return [(rng.choice(TEXTS), rng.choice(STYLES)) for _ in range(rng.randint(1, 5))]


def test_an_unchanged_frame_sends_nothing() -> None:
    sender = Sender()
    sender.show("one", "two")
    assert sender.show("one", "two") == ""


def test_one_changed_cell_costs_a_move_and_the_cell() -> None:
    sender = Sender()
    sender.show("one", "two", "three", style="red on blue")
    assert sender.show("one", "twx", "three", style="red on blue") == "\x1b[2;3Hx"
    assert sender.show("one", "twy", "three", style="red on blue") == "\by"


def test_a_vanished_text_is_erased_to_the_end_of_the_line() -> None:
    sender = Sender()
    sender.show("one", "a longer text here", style="on blue")
    assert sender.show("one", "a ", style="on blue") == "\x1b[2;3H\x1b[K"


def test_moved_rows_are_scrolled_by_the_terminal() -> None:
    sender = Sender()
    sender.show("head", *(f"row {letter} with text" for letter in "abcdefg"))
    sent = sender.show("head", *(f"row {letter} with text" for letter in "bcdefgh"))
    assert sent == "\x1b[2;8r\x1b[2H\x1b[1M\x1b[r\x1b[8Hrow h with text\x1b[K"
    assert sender.terminal.lines()[7].rstrip() == "row h with text"
    sent = sender.show("head", *(f"row {letter} with text" for letter in "abcdefg"))
    assert sent.startswith("\x1b[2;8r\x1b[2H\x1b[1L\x1b[r")
    assert len(sent) < 60


def test_rows_with_wide_glyphs_are_written_whole_and_anchored() -> None:
    sender = Sender()
    sender.show("漢 name 1")
    sent = sender.show("漢 name 2")
    assert sent.startswith("\x1b[H  ")
    assert "漢\x1b[3G" in sent
    assert "name 2" in sent


def test_a_row_that_held_wide_glyphs_is_written_whole_too() -> None:
    sender = Sender()
    sender.show("a plain name", "漢 name 1")
    sent = sender.show("a plain name", "x  name 1")
    assert "x  name 1" in sent
    assert sender.terminal.lines()[1].rstrip() == "x  name 1"


def test_a_strip_that_comes_back_after_others_overlapped_it_is_painted() -> None:
    sender = Sender()
    sender.show("-" * WIDTH)
    first, second = (Strip([Segment(letter * 10)], 10) for letter in "ab")
    sender.send(ChopsUpdate([{0: first, 10: None}, *_untouched()], [(0, 0, 10)], [[10, WIDTH], *_whole()]))
    sender.send(ChopsUpdate([{0: None, 5: second, 15: None}, *_untouched()], [(0, 5, 15)], [[5, 15, WIDTH], *_whole()]))
    assert sender.terminal.lines()[0] == "aaaaabbbbbbbbbb---------"
    sender.send(ChopsUpdate([{0: first, 10: None}, *_untouched()], [(0, 0, 10)], [[10, WIDTH], *_whole()]))
    assert sender.terminal.lines()[0] == "aaaaaaaaaabbbbb---------"


def _untouched() -> list[dict[int, Strip | None]]:
    return [{0: None} for _ in range(HEIGHT - 1)]


def _whole() -> list[list[int]]:
    return [[WIDTH] for _ in range(HEIGHT - 1)]


def test_unchanged_cells_between_changed_ones_are_written_only_in_the_same_pen() -> None:
    sender = Sender()
    red, plain = Style.parse("red"), Style.parse("blue")
    rest: list[Line] = [[(" ", plain)]] * (HEIGHT - 1)
    sender.send(layout([[("a", plain), ("mid", plain), ("z", plain)], *rest]))
    assert sender.send(layout([[("b", plain), ("mid", plain), ("y", plain)], *rest])).endswith("bmidy")
    sender.send(layout([[("a", plain), ("mid", red), ("z", plain)], *rest]))
    sent = sender.send(layout([[("b", plain), ("mid", red), ("y", plain)], *rest]))
    assert "mid" not in sent


def test_after_forgetting_all_is_written() -> None:
    sender = Sender()
    sender.show("one", "two")
    for y in range(HEIGHT):
        sender.terminal.write(f"\x1b[{y + 1}H\x1b[7mgarbage here and there")
    sender.terminal.write("\x1b[3;5r\x0e")
    sender.encoder.forget()
    sender.show("one", "two")
    assert [line.rstrip() for line in sender.terminal.lines()[:3]] == ["one", "two", ""]
    assert not any(visible(sender.terminal.screen.buffer[y][0])[-2:-1] == (True,) for y in range(HEIGHT))


def test_leaving_resets_the_pen() -> None:
    sender = Sender()
    sender.show("one", style="bold red on blue")
    assert sender.encoder.leave() == "\x1b[m"


@pytest.mark.parametrize("text", ["\x1b[2J", "\x1b]0;t\x07", "\r\n", "\x9b5A", "\u202egnp", "\x0e", "a\x08\x7f"])
def test_no_control_in_a_cell_reaches_the_terminal(text: str) -> None:
    sender = Sender()
    sender.show("name")
    sent = sender.show("name" + text, "below")
    ours = re.sub(r"\x1b\[[\d;]*[A-Za-z]|\r\n|\r(?!\n)|\x08", "", sent)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202e]", ours)
    assert text not in sent
    assert sender.terminal.lines()[0].startswith("name")
    assert sender.terminal.lines()[1].rstrip() == "below"


def test_an_update_of_another_size_is_refused() -> None:
    sender = Sender()
    with pytest.raises(Mismatch):
        sender.frame.take_layout(LayoutUpdate([], Region(0, 0, 3, 3)))
    with pytest.raises(Mismatch):
        sender.frame.take_chops(ChopsUpdate([{}], [(0, 0, 1)], [[WIDTH]]))


def test_too_long_and_too_short_rows_stay_in_their_place() -> None:
    sender = Sender()
    long = Strip([Segment("x" * (WIDTH + 5))])
    short = Strip([Segment("y")])
    blank = strip([(" ", Style())])
    sender.send(LayoutUpdate([[long], [short], *[[blank]] * (HEIGHT - 2)], Region(0, 0, WIDTH, HEIGHT)))
    assert sender.terminal.lines()[:3] == ["x" * WIDTH, "y".ljust(WIDTH), " " * WIDTH]
    assert cell_len(set_cell_size("y", WIDTH)) == WIDTH
