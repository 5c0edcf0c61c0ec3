"""Sequences and the screens they make, after xterm's `ctlseqs`, on both emulators."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from dockertui.terminal.emulator import Emulator, EmulatorListener
from dockertui.terminal.open_emulator import open_emulator
from dockertui.terminal.screen import (
    BLINK,
    BOLD,
    DEFAULT,
    DOUBLE,
    FAINT,
    INVERSE,
    INVISIBLE,
    ITALIC,
    OVERLINE,
    RGB,
    STRIKE,
    UNDERLINE,
    Pen,
    Place,
)


class Case(NamedTuple):
    """Output to a terminal of 10 columns and 4 rows, the rows that it makes, and where the cursor is then."""

    output: str
    rows: str
    cursor: tuple[int, int] | None = None


FILL = "aaa\r\nbbb\r\nccc\r\nddd"

SCREENS = {
    # text, line ends, wrapping
    "plain": Case("hello", "hello", (5, 0)),
    "carriage return": Case("abc\rX", "Xbc", (1, 0)),
    "line feed keeps the column": Case("ab\ncd", "ab|  cd", (4, 1)),
    "vertical tab and form feed are line feeds": Case("a\vb\fc", "a| b|  c"),
    "backspace moves": Case("abc\b\bX", "aXc", (2, 0)),
    "backspace stops at the edge": Case("a\b\b\bX", "X"),
    "tab": Case("a\tb", "a       b", (9, 0)),
    "tab stops at the right": Case("a\t\t\tb", "a        b"),
    "wrap": Case("0123456789ab", "0123456789|ab", (2, 1)),
    "the last column does not wrap yet": Case("0123456789", "0123456789", (9, 0)),
    "carriage return after the last column": Case("0123456789\rX", "X123456789"),
    "no wrap": Case("\x1b[?7l0123456789ab", "012345678b"),
    "scroll": Case(FILL + "\r\neee", "bbb|ccc|ddd|eee", (3, 3)),
    "bell prints nothing": Case("a\x07b", "ab"),
    "nul and del print nothing": Case("a\x00\x7fb", "ab"),
    # the cursor
    "CUP": Case("\x1b[2;3HX", "|  X", (3, 1)),
    "CUP without numbers": Case("abc\x1b[HX", "Xbc"),
    "CUP is clamped": Case("\x1b[99;99HX", "|||         X"),
    "HVP": Case("\x1b[3;2fX", "|| X"),
    "CUU": Case("\n\n\x1b[AX", "|X"),
    "CUU by two": Case("\n\n\n\x1b[2AX", "|X"),
    "CUD": Case("\x1b[2BX", "||X"),
    "CUF": Case("\x1b[4CX", "    X"),
    "CUB": Case("abcd\x1b[2DX", "abXd"),
    "CNL": Case("abc\x1b[2EX", "abc||X"),
    "CPL": Case("\n\nabc\x1b[FX", "|X|abc"),
    "CHA": Case("abc\x1b[6GX", "abc  X"),
    "HPA": Case("\x1b[4`X", "   X"),
    "HPR": Case("ab\x1b[3aX", "ab   X"),
    "VPA": Case("ab\x1b[3dX", "ab||  X"),
    "VPR": Case("ab\x1b[2eX", "ab||  X"),
    "CHT": Case("\x1b[IX", "        X"),
    "CBT": Case("\x1b[10G\x1b[ZX", "        X"),
    "DECSC and DECRC": Case("ab\x1b7\x1b[3;3Hcd\x1b8X", "abX||  cd"),
    "SCOSC and SCORC": Case("ab\x1b[s\x1b[3;3Hcd\x1b[uX", "abX||  cd"),
    "IND": Case("ab\x1bDc", "ab|  c"),
    "NEL": Case("ab\x1bEc", "ab|c"),
    "RI": Case("\n\nab\x1bMc", "|  c|ab"),
    "RI scrolls at the top": Case("ab\x1b[H\x1bMX", "X|ab"),
    "HTS and TBC": Case("\x1b[3g\x1b[1;4H\x1bH\x1b[H\tX", "   X"),
    # erasing
    "ED below": Case(FILL + "\x1b[2;2H\x1b[J", "aaa|b"),
    "ED above": Case(FILL + "\x1b[2;2H\x1b[1J", "|  b|ccc|ddd"),
    "ED all": Case(FILL + "\x1b[2J", ""),
    "EL right": Case("abcdef\x1b[3G\x1b[K", "ab"),
    "EL left": Case("abcdef\x1b[3G\x1b[1K", "   def"),
    "EL all": Case("abcdef\x1b[3G\x1b[2K", "", (2, 0)),
    "ECH": Case("abcdef\x1b[2G\x1b[3X", "a   ef", (1, 0)),
    "DECSED keeps the protected": Case('\x1b[1"qab\x1b[0"qcd\x1b[?2J', "ab"),
    # inserting and deleting
    "ICH": Case("abcdef\x1b[2G\x1b[2@", "a  bcdef"),
    "DCH": Case("abcdef\x1b[2G\x1b[2P", "adef"),
    "IL": Case(FILL + "\x1b[2H\x1b[LX", "aaa|X|bbb|ccc"),
    "DL": Case(FILL + "\x1b[2H\x1b[M", "aaa|ccc|ddd"),
    "IRM": Case("abc\x1b[H\x1b[4hXY\x1b[4l", "XYabc"),
    "REP": Case("ab\x1b[3b", "abbbb"),
    "SU": Case(FILL + "\x1b[S", "bbb|ccc|ddd"),
    "SD": Case(FILL + "\x1b[2T", "||aaa|bbb"),
    # regions
    "DECSTBM scrolls inside": Case(FILL + "\x1b[2;3r\x1b[3;1H\nX", "aaa|ccc|X|ddd"),
    "DECSTBM homes the cursor": Case("abc\x1b[2;3rX", "Xbc"),
    "IL within the region": Case(FILL + "\x1b[1;3r\x1b[2H\x1b[L", "aaa||bbb|ddd"),
    "DECOM": Case("\x1b[2;3r\x1b[?6h\x1b[HX", "|X"),
    "RI in the region": Case(FILL + "\x1b[2;3r\x1b[2H\x1bMX", "aaa|X|bbb|ddd"),
    # screens and resets
    "the alternate screen": Case("main\x1b[?1049halt", "    alt"),
    "back from the alternate screen": Case("main\x1b[?1049h\x1b[Halt\x1b[?1049lX", "mainX"),
    "RIS": Case(FILL + "\x1b[31m\x1bcX", "X"),
    "DECALN": Case("\x1b#8", "|".join(["E" * 10] * 4)),
    # character sets
    "line drawing": Case("\x1b(0lqk\x1b(Bq", "┌─┐q"),
    "shift out": Case("\x1b)0\x0eq\x0fq", "─q"),
    # strings that are not shown
    "OSC ended by BEL": Case("a\x1b]0;title\x07b", "ab"),
    "OSC ended by ST": Case("a\x1b]2;title\x1b\\b", "ab"),
    "OSC 8 link": Case("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\!", "link!"),
    "DCS": Case("a\x1bPq#0;2\x1b\\b", "ab"),
    "APC": Case("a\x1b_Gi=1;AAAA\x1b\\b", "ab"),
    "PM": Case("a\x1b^private\x1b\\b", "ab"),
    "SOS": Case("a\x1bXstring\x1b\\b", "ab"),
    "unknown CSI": Case("a\x1b[?9999hb\x1b[5;5%zc", "abc"),
    "vim's start": Case("\x1b[>4;2m\x1b[?4m\x1b[?2004h\x1b[?1h\x1b=ok", "ok"),
    "cancelled": Case("a\x1b[12\x18b", "ab"),
    "a control inside of a sequence": Case("ab\x1b[\r1CX", "aX"),
    "kitty's keyboard query": Case("a\x1b[?u\x1b[>1u\x1b[<ub", "ab"),
    # other alphabets
    "accents": Case("é e\u0301!", "é e\u0301!", (4, 0)),
    "wide": Case("你好!", "你好!", (5, 0)),
    "wide at the edge wraps": Case("123456789你", "123456789|你", (2, 1)),
    "half of a wide one overwritten": Case("你\x1b[2GX", " X"),
    "emoji": Case("👍!", "👍!", (3, 0)),
    "a family is one": Case("👩\u200d👩\u200d👧!", "👩\u200d👩\u200d👧!", (3, 0)),
    "a flag is one": Case("🇩🇪!", "🇩🇪!", (3, 0)),
    "a skin tone": Case("👍🏽!", "👍🏽!", (3, 0)),
    "broken UTF-8": Case("a\udcc3b", "a\ufffdb"),
}

PENS = {
    "reset": ("\x1b[31m\x1b[mx", Pen()),
    "red": ("\x1b[31mx", Pen(1)),
    "bright blue": ("\x1b[94mx", Pen(12)),
    "green background": ("\x1b[42mx", Pen(DEFAULT, 2)),
    "bright background": ("\x1b[103mx", Pen(DEFAULT, 11)),
    "256 colours": ("\x1b[38;5;200;48;5;17mx", Pen(200, 17)),
    "256 colours by colons": ("\x1b[38:5:200mx", Pen(200)),
    "truecolor": ("\x1b[38;2;1;2;3mx", Pen(RGB | 0x010203)),
    "truecolor by colons": ("\x1b[38:2::1:2:3mx", Pen(RGB | 0x010203)),
    "default colours": ("\x1b[31;42m\x1b[39;49mx", Pen()),
    "bold": ("\x1b[1mx", Pen(attributes=BOLD)),
    "faint": ("\x1b[2mx", Pen(attributes=FAINT)),
    "italic": ("\x1b[3mx", Pen(attributes=ITALIC)),
    "underline": ("\x1b[4mx", Pen(attributes=UNDERLINE)),
    "double underline": ("\x1b[21mx", Pen(attributes=UNDERLINE | DOUBLE)),
    "curly underline": ("\x1b[4:3mx", Pen(attributes=UNDERLINE)),
    "no underline": ("\x1b[4m\x1b[4:0mx", Pen()),
    "blink": ("\x1b[5mx", Pen(attributes=BLINK)),
    "inverse": ("\x1b[7mx", Pen(attributes=INVERSE)),
    "invisible": ("\x1b[8mx", Pen(attributes=INVISIBLE)),
    "strike": ("\x1b[9mx", Pen(attributes=STRIKE)),
    "overline": ("\x1b[53mx", Pen(attributes=OVERLINE)),
    "off again": ("\x1b[1;2;3;4;5;7;8;9;53m\x1b[22;23;24;25;27;28;29;55mx", Pen()),
}


@pytest.fixture(params=[True, False], ids=["native", "pure"])
def native(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def opened(native: bool, listener: EmulatorListener | None = None, size: tuple[int, int] = (10, 4)) -> Emulator:
    return open_emulator(*size, listener or EmulatorListener(), native=native)


def rows(emulator: Emulator) -> list[str]:
    shown = emulator.changes(everything=True)
    return ["".join(run.text for run in shown[y]).rstrip() for y in range(emulator.rows)]


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize("name", SCREENS)
def test_screens(name: str, native: bool) -> None:
    case = SCREENS[name]
    emulator = opened(native)
    emulator.feed(encoded(case.output))
    expected = case.rows.split("|")
    assert rows(emulator) == expected + [""] * (4 - len(expected))
    if case.cursor is not None:
        assert emulator.cursor is not None
        assert (emulator.cursor.x, emulator.cursor.y) == case.cursor


@pytest.mark.parametrize("name", SCREENS)
def test_a_byte_at_a_time_makes_the_same_screen(name: str, native: bool) -> None:
    whole, pieces = opened(native), opened(native)
    data = encoded(SCREENS[name].output)
    whole.feed(data)
    for at in range(len(data)):
        pieces.feed(data[at : at + 1])
    assert rows(pieces) == rows(whole)


@pytest.mark.parametrize("name", PENS)
def test_pens(name: str, native: bool) -> None:
    output, pen = PENS[name]
    emulator = opened(native)
    emulator.feed(encoded(output))
    assert emulator.changes()[0][0].pen == pen


def test_every_row_is_as_wide_as_the_screen(native: bool) -> None:
    emulator = opened(native)
    for case in SCREENS.values():
        emulator.feed(encoded(case.output))
        assert {sum(run.width for run in row) for row in emulator.changes(everything=True).values()} == {10}


def test_blanks_keep_the_background_they_were_erased_with(native: bool) -> None:
    emulator = opened(native)
    emulator.feed(b"\x1b[44m\x1b[2K\x1b[0m")
    assert {run.pen for run in emulator.changes()[0]} == {Pen(DEFAULT, 4)}


def test_only_changed_rows_are_told(native: bool) -> None:
    emulator = opened(native)
    emulator.feed(encoded(FILL))
    emulator.changes()
    assert not emulator.changes()
    emulator.feed(b"\x1b[2HX")
    assert 1 in emulator.changes()
    emulator.feed(b"\x1b[3HY")
    assert 2 in emulator.changes()


@pytest.mark.parametrize(
    ("output", "mode"),
    [("\x1b[?2004h", 2004), ("\x1b[?1h", 1), ("\x1b[?1004h", 1004), ("\x1b[?2026h", 2026), ("\x1b[?1006h", 1006)],
)
def test_modes(output: str, mode: int, native: bool) -> None:
    emulator = opened(native)
    assert not emulator.mode(mode)
    emulator.feed(encoded(output))
    assert emulator.mode(mode)


@pytest.mark.parametrize("mode", [9, 1000, 1002, 1003])
def test_the_mouse_that_is_asked_for(mode: int, native: bool) -> None:
    emulator = opened(native)
    assert emulator.mouse == 0
    emulator.feed(f"\x1b[?{mode}h".encode())
    assert emulator.mouse == mode


@pytest.mark.parametrize(
    ("number", "shape"), [(2, "block"), (4, "underline"), (6, "bar")], ids=["block", "underline", "bar"]
)
def test_cursor_shapes(number: int, shape: str, native: bool) -> None:
    emulator = opened(native)
    emulator.feed(f"\x1b[{number} q".encode())
    assert emulator.cursor is not None
    assert emulator.cursor.shape == shape
    emulator.feed(b"\x1b[?25l")
    assert emulator.cursor is not None
    assert not emulator.cursor.visible


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("\x1b[6n", b"\x1b[1;1R"),
        ("\x1b[5n", b"\x1b[0n"),
        ("\x1b[?2004$p", b"\x1b[?2004;2$y"),
        ("\x1b[18t", b"\x1b[8;4;10t"),
    ],
)
def test_queries_are_answered_to_the_container(query: str, answer: bytes, native: bool) -> None:
    answers: list[bytes] = []
    opened(native, EmulatorListener(reply=answers.append)).feed(encoded(query))
    assert b"".join(answers) == answer


@pytest.mark.parametrize(
    "query", ["\x1b]0;rm -rf /\n\x07\x1b[21t", "\x1b]52;c;?\x07", "\x1b]52;c;bHM=\x07\x1b]52;c;?\x07"]
)
def test_no_answer_holds_what_the_container_chose(query: str, native: bool) -> None:
    answers: list[bytes] = []
    opened(native, EmulatorListener(reply=answers.append)).feed(encoded(query))
    assert b"rm -rf" not in b"".join(answers)
    assert b"52" not in b"".join(answers)


def test_title_bell_and_clipboard_are_told(native: bool) -> None:
    told: list[str] = []
    listener = EmulatorListener(
        title=lambda text: told.append(f"title {text}"),
        bell=lambda: told.append("bell"),
        clipboard=lambda text: told.append(f"clipboard {text}"),
    )
    opened(native, listener).feed(b"\x1b]2;work\x07\x07\x1b]52;c;aGVsbG8=\x07")
    assert told == ["title work", "bell", "clipboard hello"]


@pytest.mark.parametrize("output", ["\x1b[8;50;132t", "\x1b[?3h", "\x1b[50t"])
def test_a_container_does_not_resize_its_terminal(output: str, native: bool) -> None:
    emulator = opened(native)
    emulator.feed(encoded(output))
    shown = emulator.changes(everything=True)
    assert len(shown) == 4
    assert sum(run.width for run in shown[0]) == 10


def test_history_is_kept_and_shown(native: bool) -> None:
    emulator = opened(native)
    emulator.feed(b"".join(b"line %d\r\n" % number for number in range(100)))
    assert emulator.total == 101
    assert emulator.live
    assert emulator.lines(5, 7) == ["line 5", "line 6"]
    emulator.scroll_to(10)
    assert rows(emulator) == ["line 10", "line 11", "line 12", "line 13"]
    assert emulator.cursor is None
    emulator.feed(b"more\r\n")
    assert (emulator.top, emulator.live) == (10, False)
    emulator.scroll_to(emulator.total)
    assert emulator.live


def test_ten_thousand_lines_are_kept(native: bool) -> None:
    emulator = opened(native, size=(80, 24))
    count = 12_500 if native else 10_100
    emulator.feed(b"".join(b"line %d\r\n" % number for number in range(count)))
    assert emulator.total >= 10_000
    assert emulator.lines(emulator.total - 10_000, emulator.total)[0] == f"line {count - 9_999}"


def test_an_anchor_stays_at_its_text(native: bool) -> None:
    emulator = opened(native)
    emulator.feed(b"one\r\ntwo\r\n")
    anchor = emulator.anchor(Place(1, 2))
    emulator.feed(b"x\r\n" * 50)
    assert anchor.place == Place(1, 2)
    anchor.release()


def test_text_of_a_range_joins_wrapped_lines(native: bool) -> None:
    emulator = opened(native)
    emulator.feed(b"first\r\nsecond\r\n")
    assert emulator.text(Place(0, 1), Place(1, 2)) == "irst\nsec"
    if native:
        emulator.feed(b"0123456789abc")
        assert emulator.text(Place(2, 0), Place(3, 9)) == "0123456789abc"


def test_a_narrower_terminal_wraps_anew(native: bool) -> None:
    emulator = opened(native)
    emulator.feed(b"01234567\r\n$ ")
    emulator.resize(5, 4)
    assert rows(emulator)[:3] == ["01234", "567", "$"]


def test_a_lower_terminal_keeps_the_prompt(native: bool) -> None:
    emulator = opened(native)
    emulator.feed(encoded(FILL))
    emulator.resize(10, 2)
    assert rows(emulator) == ["ccc", "ddd"]
    assert emulator.cursor is not None
    assert emulator.cursor.y == 1


def test_hidden_formats_are_not_painted(native: bool) -> None:
    """What would turn the text of the user's terminal round, or hide in it, is left out."""
    emulator = opened(native)
    emulator.feed("a\u202eb\u2066c\u200bd".encode())
    painted = "".join(rows(emulator))
    assert not set(painted) & set("\u202e\u2066\u200b")
