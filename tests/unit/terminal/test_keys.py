"""Keys, mouse and pastes as bytes: the table, and the native library's own encoder beside it."""

from __future__ import annotations

import pytest

from dockertui.terminal import keys
from dockertui.terminal.emulator import EmulatorListener
from dockertui.terminal.keys import (
    ALT,
    CTRL,
    SHIFT,
    Keystroke,
    MouseEvent,
    encode,
    encode_mouse,
    encode_paste,
    keystroke,
)
from dockertui.terminal.open_emulator import open_emulator

NORMAL: dict[str, bytes] = {
    # what Textual calls the key, and the bytes that xterm sends for it
    "a": b"a", "Z": b"Z", "5": b"5", "space": b" ", "full_stop": b".", "question_mark": b"?", "tilde": b"~",
    "enter": b"\r", "tab": b"\t", "shift+tab": b"\x1b[Z", "backspace": b"\x7f", "escape": b"\x1b",
    "ctrl+a": b"\x01", "ctrl+c": b"\x03", "ctrl+d": b"\x04", "ctrl+z": b"\x1a", "ctrl+at": b"\x00", "ctrl+@": b"\x00",
    "ctrl+space": b"\x00", "ctrl+backslash": b"\x1c", "ctrl+right_square_bracket": b"\x1d",
    "ctrl+circumflex_accent": b"\x1e", "ctrl+underscore": b"\x1f", "ctrl+slash": b"\x1f", "ctrl+question_mark": b"\x7f",
    "alt+a": b"\x1ba", "alt+shift+a": b"\x1bA", "alt+full_stop": b"\x1b.", "alt+enter": b"\x1b\r",
    "alt+backspace": b"\x1b\x7f", "alt+ctrl+x": b"\x1b\x18", "alt+space": b"\x1b ", "alt+tab": b"\x1b\t",
    "alt+escape": b"\x1b\x1b", "ctrl+backspace": b"\x08",
    "up": b"\x1b[A", "down": b"\x1b[B", "right": b"\x1b[C", "left": b"\x1b[D", "home": b"\x1b[H", "end": b"\x1b[F",
    "shift+up": b"\x1b[1;2A", "alt+down": b"\x1b[1;3B", "ctrl+right": b"\x1b[1;5C", "ctrl+shift+left": b"\x1b[1;6D",
    "ctrl+home": b"\x1b[1;5H", "shift+end": b"\x1b[1;2F", "alt+ctrl+up": b"\x1b[1;7A",
    "insert": b"\x1b[2~", "delete": b"\x1b[3~", "pageup": b"\x1b[5~", "pagedown": b"\x1b[6~",
    "ctrl+delete": b"\x1b[3;5~", "shift+insert": b"\x1b[2;2~", "alt+pageup": b"\x1b[5;3~",
    "f1": b"\x1bOP", "f2": b"\x1bOQ", "f3": b"\x1bOR", "f4": b"\x1bOS", "f5": b"\x1b[15~", "f6": b"\x1b[17~",
    "f7": b"\x1b[18~", "f8": b"\x1b[19~", "f9": b"\x1b[20~", "f10": b"\x1b[21~", "f11": b"\x1b[23~",
    "f12": b"\x1b[24~", "shift+f1": b"\x1b[1;2P", "ctrl+f5": b"\x1b[15;5~", "alt+f12": b"\x1b[24;3~",
}  # fmt: skip
APPLICATION = NORMAL | {
    "up": b"\x1bOA",
    "down": b"\x1bOB",
    "right": b"\x1bOC",
    "left": b"\x1bOD",
    "home": b"\x1bOH",
    "end": b"\x1bOF",
}
OUR_OWN = {"alt+escape", "ctrl+backspace"}
"""Where terminals differ among themselves."""


def typed(key: str) -> Keystroke:
    base = key.rpartition("+")[2]
    return keystroke(key, base if len(base) == 1 and "ctrl" not in key and "alt" not in key else None)


@pytest.mark.parametrize("key", NORMAL)
def test_keys_in_normal_mode(key: str) -> None:
    assert encode(typed(key)) == NORMAL[key]


@pytest.mark.parametrize("key", APPLICATION)
def test_keys_in_application_cursor_mode(key: str) -> None:
    assert encode(typed(key), application_cursor=True) == APPLICATION[key]


@pytest.mark.parametrize("native", [True, False], ids=["native", "pure"])
@pytest.mark.parametrize("application", [True, False], ids=["application", "normal"])
def test_the_emulators_follow_the_mode(native: bool, application: bool) -> None:
    emulator = open_emulator(10, 4, EmulatorListener(), native=native)
    emulator.feed(b"\x1b[?1h" if application else b"")
    table = APPLICATION if application else NORMAL
    assert {key: emulator.encode(typed(key)) for key in table} == table


@pytest.mark.parametrize("character", ["é", "ü", "你", "👍", "€", "ß"])
def test_other_alphabets_are_utf_8(character: str) -> None:
    assert encode(keystroke(character, character)) == character.encode()
    assert encode(keystroke(f"alt+{character}", None)) == b"\x1b" + character.encode()


@pytest.mark.parametrize("key", ["f24", "scroll_lock", "super", "caps_lock"])
def test_keys_without_bytes_send_nothing(key: str) -> None:
    assert encode(keystroke(key, None)) == b""


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        (Keystroke("a"), b"a"),
        (Keystroke("a", CTRL), b"\x1b[97;5u"),
        (Keystroke("enter", SHIFT), b"\x1b[13;2u"),
        (Keystroke("escape"), b"\x1b[27u"),
        (Keystroke("x", ALT), b"\x1b[120;3u"),
        (Keystroke("?"), b"?"),
        (Keystroke("up", CTRL), b"\x1b[1;5A"),
        (Keystroke("f5"), b"\x1b[15~"),
    ],
)
def test_kittys_protocol_when_the_container_turns_it_on(key: Keystroke, sent: bytes) -> None:
    emulator = open_emulator(10, 4, EmulatorListener(), native=True)
    emulator.feed(b"\x1b[>1u")
    assert emulator.encode(key) == sent
    emulator.feed(b"\x1b[<u")
    assert emulator.encode(Keystroke("a", CTRL)) == b"\x01"


# pastes


@pytest.mark.parametrize(
    ("text", "bracketed", "sent"),
    [
        ("one", False, b"one"),
        ("one\ntwo", False, b"one\rtwo"),
        ("one\r\ntwo", True, b"\x1b[200~one\ntwo\x1b[201~"),
        ("x\x1b[201~rm\n", True, b"\x1b[200~x [201~rm\n\x1b[201~"),
        ("a\x03b\x9bc\x7f", False, b"a b c "),
        ("é 👩\u200d👧\xa0", True, "\x1b[200~é 👩\u200d👧\xa0\x1b[201~".encode()),
    ],
)
def test_pastes(text: str, bracketed: bool, sent: bytes) -> None:
    assert encode_paste(text, bracketed=bracketed) == sent


@pytest.mark.parametrize(("text", "harmless"), [("ls -l", True), ("ls\n", False), ("a\rb", False), ("\ta", True)])
def test_pastes_that_would_run_are_known(text: str, harmless: bool) -> None:
    assert keys.is_harmless(text) is harmless


# the mouse


@pytest.mark.parametrize(
    ("event", "sent"),
    [
        (MouseEvent(0, 0, 0), b"\x1b[<0;1;1M"),
        (MouseEvent(2, 300, 9, pressed=False), b"\x1b[<2;301;10m"),
        (MouseEvent(0, 4, 5, motion=True), b"\x1b[<32;5;6M"),
        (MouseEvent(keys.WHEEL_UP, 1, 1), b"\x1b[<64;2;2M"),
        (MouseEvent(1, 1, 1, modifiers=CTRL | ALT | SHIFT), b"\x1b[<29;2;2M"),
    ],
)
def test_mouse_reports_sgr(event: MouseEvent, sent: bytes) -> None:
    assert encode_mouse(event, sgr=True) == sent


@pytest.mark.parametrize(
    ("event", "sent"),
    [
        (MouseEvent(0, 0, 0), b"\x1b[M !!"),
        (MouseEvent(0, 0, 0, pressed=False), b"\x1b[M#!!"),
        (MouseEvent(0, 222, 0), b"\x1b[M \xff!"),
        (MouseEvent(0, 223, 0), b""),
    ],
)
def test_mouse_reports_x10(event: MouseEvent, sent: bytes) -> None:
    assert encode_mouse(event, sgr=False) == sent


def test_mouse_reports_of_the_other_encodings() -> None:
    event = MouseEvent(0, 300, 2)
    assert encode_mouse(event, sgr=False, urxvt=True) == b"\x1b[32;301;3M"
    assert encode_mouse(event, sgr=False, utf8=True) == "\x1b[M \u014d#".encode()
