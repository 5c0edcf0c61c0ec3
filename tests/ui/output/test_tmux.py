"""A real terminal, tmux, shows what the app holds: with hardware scrolling, wide glyphs and flow control on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

WIDTH, HEIGHT = 80, 24

# Ten times a second the program writes the text that its compositor holds to a file.
PROGRAM = """
import os
import sys
from pathlib import Path
from textual.app import App
from textual.containers import Horizontal
from textual.widgets import DataTable, Static
from dockertui.output.diff import CellDiff

class Program(CellDiff, App):
    CSS = "Static { width: 20; border: round gray; } DataTable { scrollbar-size-vertical: 0; }"
    animation_level = "none"

    def compose(self):
        if "wide" in sys.argv:
            yield DataTable(cursor_type="row", show_cursor=False)
        else:
            with Horizontal():
                yield Static("漢字 left e\\u0301")
                yield DataTable(cursor_type="row")

    def on_mount(self):
        table = self.query_one(DataTable)
        table.add_columns("NAME", "IMAGE")
        for row in range(100):
            table.add_row(f"{'名前' if row % 7 == 3 else 'name'}-{row} {'x' * (row % 5)}", f"image {row * row}")
        table.focus()
        self.set_interval(0.1, self.note)

    def note(self):
        text = "\\n".join(strip.text.rstrip() for strip in self.screen._compositor.render_strips())
        state = "waits" if self.flow.waits else str(self.flow.state)
        table = self.query_one(DataTable)
        state += f" {table.cursor_row + table.scroll_offset.y}"
        Path(sys.argv[1] + ".new").write_text(f"{state}\\n{text}")
        os.replace(sys.argv[1] + ".new", sys.argv[1])

Program().run()
"""


class Tmux:
    """A tmux server of its own with one pane."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._socket = f"dockertui-test-{uuid.uuid4().hex[:8]}"
        self.noted = folder / "noted"
        program = folder / "program.py"
        program.write_text(PROGRAM)
        root = Path(__file__).parents[3]
        command = f"cd {root} && PYTHONPATH={root} exec {sys.executable} {program} {self.noted} {' '.join(arguments)}"
        self("-f", "/dev/null", "new-session", "-d", "-x", str(WIDTH), "-y", str(HEIGHT), command)

    def __call__(self, *arguments: str) -> str:
        command = ["tmux", "-u", "-L", self._socket, *arguments]
        # readline, which pytest loads, leaves the size of its own terminal in the environment of children.
        environment = {**os.environ, "TERM": "xterm-256color"}
        return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout

    def screen(self) -> list[str]:
        return [line.rstrip() for line in self("capture-pane", "-p").split("\n")][:HEIGHT]

    def state(self) -> list[str]:
        """What the program says besides: of its flow control, and how far down it is."""
        return self.noted.read_text().split("\n")[0].split(" ")

    def press(self, *keys: str) -> None:
        self("send-keys", *keys)

    def close(self) -> None:
        subprocess.run(["tmux", "-L", self._socket, "kill-server"], capture_output=True, check=False)


@pytest.fixture
def tmux(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Tmux]:
    terminal = Tmux(tmp_path, *getattr(request, "param", ()))
    yield terminal
    terminal.close()


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Up to a minute: the limit is for a broken program, not for a slow machine."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(what)


def held(terminal: Tmux) -> list[str]:
    """The rows that the program says it holds."""
    if not terminal.noted.exists():
        return []
    return [line.rstrip() for line in terminal.noted.read_text().split("\n")[1:]]


def shows_what_is_held(terminal: Tmux) -> bool:
    return len(held(terminal)) == HEIGHT and terminal.screen() == held(terminal)


@pytest.mark.parametrize("tmux", [(), ("wide",)], indirect=True, ids=["beside", "full width"])
def test_tmux_shows_what_the_app_holds(tmux: Tmux) -> None:
    wait_until(lambda: shows_what_is_held(tmux), "the first screen")
    for keys in (
        ["Down"] * 3,
        ["PageDown"],
        ["Down"] * 5,
        ["PageDown"],
        ["Up"] * 30,
        ["C-End"],
        ["PageUp"],
        ["C-Home"],
    ):
        before = tmux.state()
        tmux.press(*keys)
        wait_until(lambda before=before: tmux.state()[-1:] != before[-1:], f"{keys} did nothing")  # type: ignore[misc]
        wait_until(lambda: shows_what_is_held(tmux), f"after {keys}: {tmux.screen()} is not {held(tmux)}")


def test_tmux_acknowledges_frames(tmux: Tmux) -> None:
    wait_until(lambda: shows_what_is_held(tmux), "the first screen")
    tmux.press("PageDown")
    wait_until(lambda: "active" in tmux.state(), "tmux answers cursor reports")


def test_a_resized_window_is_painted_anew(tmux: Tmux) -> None:
    wait_until(lambda: shows_what_is_held(tmux), "the first screen")
    tmux("resize-window", "-x", "60", "-y", "20")
    wait_until(lambda: len(held(tmux)) == 20, "the program saw the new size")
    tmux("resize-window", "-x", str(WIDTH), "-y", str(HEIGHT))
    wait_until(lambda: shows_what_is_held(tmux), f"{tmux.screen()} is not {held(tmux)}")
