"""What real programs paint: the same bytes shown by tmux and by us, compared cell by cell."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockertui.terminal.emulator import Emulator, EmulatorListener
from dockertui.terminal.open_emulator import open_emulator
from dockertui.terminal.screen import BLINK, BOLD, INVERSE, UNDERLINE, Pen
from tests.conftest import without_engine
from tests.pty.process import PtyProcess

COLUMNS, ROWS = 80, 24
COMPARED = BOLD | INVERSE | UNDERLINE | BLINK
"""Attributes that tmux tells of; faint and italic depend on its terminal."""


class Capture(PtyProcess):
    """A program whose output is kept as it is."""

    def __init__(self, argv: list[str], cwd: Path) -> None:
        self.data = b""
        super().__init__(argv, size=(COLUMNS, ROWS), cwd=cwd)

    def take(self, data: bytes) -> None:
        self.data += data


def captured(argv: list[str], keys: list[str], cwd: Path) -> bytes:
    """What a program painted until it was quiet after each of the keys; it is not ended in order."""
    with Capture(argv, cwd) as program:
        program.wait_quiet(0.5)
        for key in keys:
            program.type(key)
            program.wait_quiet(0.3)
        return program.data


class Tmux:
    """A tmux of its own that shows bytes as they are."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "tmux"

    def __call__(self, *words: str) -> str:
        command = ["tmux", "-u", "-f", "/dev/null", "-S", str(self._socket), *words]
        return subprocess.run(command, capture_output=True, check=True).stdout.decode(errors="replace")

    def show(self, file: Path) -> None:
        script = f"stty raw -echo; cat {file}; touch {file}.shown; exec sleep 1000"
        self("new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), script, ";", "set", "-g", "status", "off")
        self("resize-window", "-x", str(COLUMNS), "-y", str(ROWS))
        deadline = time.monotonic() + 60
        while not Path(f"{file}.shown").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        last = ""
        while (now := self("capture-pane", "-ep")) != last:
            last = now
            time.sleep(0.2)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    if shutil.which("tmux") is None:
        without_engine("tmux is not installed")
    server = Tmux(tmp_path)
    yield server
    subprocess.run(["tmux", "-S", str(tmp_path / "tmux"), "kill-server"], capture_output=True, check=False)


VIM = next((name for name in ("vim.basic", "vim.tiny", "vim") if shutil.which(name)), "vim")
PROGRAMS = {
    "bash with colours": (["bash", "--norc", "-i"], ["ls --color=always -la /etc | head -40\r", "echo $'\\e[44mé'\r"]),
    "vim": (
        [VIM, "-u", "NONE", "-c", "set ruler number hlsearch", "text"],
        ["/the\r", "ihello", "\x1b", "yy", "5p", "G"],
    ),
    "vim in two windows": ([VIM, "-u", "NONE", "-c", "split", "text"], ["\x1b[6~", "dd", ":vsplit\r"]),
    "less": (["less", "-R", "text"], [" ", "/line 1\r", "n", "G"]),
    "top": (["top", "-d", "100"], ["c", "1"]),
    "htop": (["htop", "-d", "100"], ["\x1b[15~", "\x1b[B", "\x1b[B"]),
    "a test card": (
        [sys.executable, "-c", "for n in range(256): print(f'\\x1b[48;5;{n}m {n:3}\\x1b[0m', end='')"],
        [],
    ),
    "git": (["git", "-c", "color.ui=always", "--no-pager", "log", "--stat", "-5"], []),
    "a progress bar": ([sys.executable, "-c", "for n in range(50): print(f'\\r{n*2:3}% ' + '█' * n, end='')"], []),
    "wide text": (
        [sys.executable, "-c", "print('你好，世界 ' * 30); print('\\x1b[1;31m日本語\\x1b[m ' * 20)"],
        [],
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_tmux_and_we_show_the_same(name: str, tmux: Tmux, tmp_path: Path) -> None:
    argv, keys = PROGRAMS[name]
    if shutil.which(argv[0]) is None:
        without_engine(f"{argv[0]} is not installed")
    (tmp_path / "text").write_text("".join(f"line {number} of the text\twith a tab\n" for number in range(200)))
    folder = Path(__file__).parents[2] if name == "git" else tmp_path
    (tmp_path / "output").write_bytes(captured(argv, keys, folder))
    tmux.show(tmp_path / "output")
    ours = open_emulator(COLUMNS, ROWS, EmulatorListener(), native=True)
    ours.feed((tmp_path / "output").read_bytes())
    assert texts(ours) == padded(tmux("capture-pane", "-p"))
    theirs = open_emulator(COLUMNS, ROWS, EmulatorListener(), native=True)
    theirs.feed(tmux("capture-pane", "-ep").rstrip("\n").replace("\n", "\r\n").encode())
    assert pens(ours) == pens(theirs)


def texts(emulator: Emulator) -> list[str]:
    rows = emulator.changes(everything=True)
    return ["".join(run.text for run in rows[y]).rstrip() for y in range(ROWS)]


def padded(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.rstrip("\n").split("\n")]
    return lines + [""] * (ROWS - len(lines))


def pens(emulator: Emulator) -> list[list[tuple[str, Pen]]]:
    """For each row the characters that are no blanks, each with its colours."""
    rows = emulator.changes(everything=True)
    found: list[list[tuple[str, Pen]]] = []
    for y in range(ROWS):
        cells = [(char, run.pen) for run in rows[y] for char in run.text if not char.isspace()]
        found.append([(char, pen._replace(attributes=pen.attributes & COMPARED)) for char, pen in cells])
    return found
