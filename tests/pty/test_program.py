"""The pty harness itself, on tiny programs."""

from __future__ import annotations

import sys

import pytest

from tests.pty.program import Program

ECHO = """
import os, signal, sys, termios, tty
tty.setraw(0)
def size(*_):
    os.write(1, b"\\x1b[2;1Hsize %d %d" % os.get_terminal_size())
signal.signal(signal.SIGWINCH, size)
os.write(1, b"\\x1b[2J\\x1b[H\\x1b[?2026$p\\x1b[>1uready")
while True:
    typed = os.read(0, 100)
    if typed == b"q":
        sys.exit(7)
    if typed == b"?":
        os.write(1, b"\\x1b[3;5H\\x1b[6n")
        typed = os.read(0, 100)
    os.write(1, b"\\x1b[4;1H\\x1b[K" + ascii(typed).encode())
"""


@pytest.fixture
def echo() -> Program:
    program = Program([sys.executable, "-c", ECHO], size=(60, 10))
    program.wait_for("ready")
    return program


def test_the_screen_shows_what_is_written_and_queries_are_not_printed(echo: Program) -> None:
    with echo:
        assert echo.lines[0].rstrip() == "ready"
        assert echo.received > len("ready")


@pytest.mark.parametrize(
    ("key", "shown"), [("down", r"\x1b[B"), ("ctrl+k", r"\x0b"), ("x", "b'x'"), ("é", r"\xc3\xa9")]
)
def test_keys_arrive(echo: Program, key: str, shown: str) -> None:
    with echo:
        pressed = echo.press(key)
        assert echo.wait_for(shown) >= pressed


def test_the_terminal_answers_where_its_cursor_is(echo: Program) -> None:
    with echo:
        echo.press("?")
        echo.wait_for(r"\x1b[3;5R")


def test_a_resize_reaches_the_program(echo: Program) -> None:
    with echo:
        echo.resize(70, 12)
        echo.wait_for("size 70 12")
        assert len(echo.lines) == 12


def test_the_exit_code_comes_back(echo: Program) -> None:
    with echo:
        echo.press("q")
        assert echo.wait() == 7


def test_what_never_appears_is_told_with_the_screen(echo: Program) -> None:
    with echo, pytest.raises(AssertionError, match=r"(?s)never appeared \(not in 0 s\).*ready"):
        echo.wait_for("absent", patience=0.1)


def test_a_program_that_ends_is_not_waited_for(echo: Program) -> None:
    with echo:
        echo.press("q")
        with pytest.raises(AssertionError, match="the program ended"):
            echo.wait_for("absent")


def test_cpu_and_memory_are_read(echo: Program) -> None:
    with echo:
        assert echo.cpu >= 0
        assert echo.peak_memory > 1_000_000
