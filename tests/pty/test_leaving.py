"""In whatever way the program stops or ends, the terminal is as it was: its modes, its screen, its line discipline."""

from __future__ import annotations

import os
import re
import signal
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dockertui.output.driver import unblocked
from tests.pty.process import PATIENCE
from tests.pty.program import Program

ROOT = Path(__file__).parents[2]
DEMO = [sys.executable, "-m", "dockertui", "--demo"]

_MODES = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_KITTY = re.compile(rb"\x1b\[([<>])[0-9]*u")
RESTING = {7, 25}
"""The modes that are set in a terminal at rest: lines wrap, the cursor is seen."""


class Watched(Program):
    """A terminal that keeps count of what is turned on in it, and knows mode 2048 (so that 1016 is asked for)."""

    def __init__(self, argv: list[str], **options: Any) -> None:
        self.modes = set(RESTING)
        self.kitty = 0
        self._unread = b""
        super().__init__(argv, **options)
        self.before = self.attributes

    def take(self, data: bytes) -> None:
        super().take(data)
        self._unread += data
        end = 0
        for found in _MODES.finditer(self._unread):
            change = self.modes.update if found[2] == b"h" else self.modes.difference_update
            change(map(int, found[1].split(b";")))
            end = found.end()
        for found in _KITTY.finditer(self._unread):
            self.kitty += 1 if found[1] == b">" else -1
            end = max(end, found.end())
        if b"\x1b[?2048$p" in self._unread:
            self.write(b"\x1b[?2048;2$y")
            end = max(end, self._unread.rindex(b"\x1b[?2048$p") + 9)
        self._unread = self._unread[end:][-40:] if end else self._unread[-40:]

    @property
    def attributes(self) -> list[Any]:
        return termios.tcgetattr(self._master)

    @property
    def at_rest(self) -> bool:
        return self.modes == RESTING and self.kitty == 0 and self.attributes == self.before

    def check_at_rest(self) -> None:
        assert self.modes == RESTING
        assert self.kitty == 0
        assert self.attributes == self.before

    def until(self, holds: Any, what: str) -> None:
        self.wait_for(lambda _: bool(holds()), PATIENCE) if not holds() else None
        assert holds(), what


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("DOCKER", "XDG_", "TEXTUAL"))}
    return {**own, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}


@pytest.fixture
def opened(environment: dict[str, str]) -> Iterator[Watched]:
    with Watched(DEMO, env=environment) as program:
        program.wait_for("shop-")
        program.until(lambda: 1016 in program.modes, "the terminal was never asked for pixels")
        yield program


ENDS = [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT]


@pytest.mark.parametrize("number", ENDS)
def test_a_signal_that_ends_it_leaves_the_terminal_as_it_was(opened: Watched, number: signal.Signals) -> None:
    opened.signal(number)
    assert opened.wait() == 128 + number
    opened.check_at_rest()


def test_quitting_leaves_the_terminal_as_it_was(opened: Watched) -> None:
    opened.press("q")
    assert opened.wait() == 0
    opened.check_at_rest()


STUCK = """
import sys, time
from dockertui.cli import main
from dockertui.screens.main.layout import Arrangement
Arrangement.action_zoom = lambda self: time.sleep(600)
sys.exit(main(["--demo"]))
"""


def test_a_program_that_is_stuck_is_ended_and_leaves_the_terminal_as_it_was(environment: dict[str, str]) -> None:
    with Watched([sys.executable, "-c", STUCK], env=environment) as program:
        program.wait_for("shop-")
        program.press("z")
        time.sleep(1)
        program.signal(signal.SIGTERM)
        assert program.wait() == 128 + signal.SIGTERM
        program.check_at_rest()


CRASHING = """
import sys
from dockertui.cli import main
from dockertui.screens.main.screen import MainScreen
def fail(self):
    raise RuntimeError("as the test wants")
{}
sys.exit(main(["--demo"]))
"""


@pytest.mark.parametrize(
    "where", ["MainScreen.on_mount = fail", "import dockertui.app as app; app.DockerTUI.problems_to_screen = fail"]
)
def test_an_error_leaves_the_terminal_as_it_was(environment: dict[str, str], where: str) -> None:
    with Watched([sys.executable, "-c", CRASHING.format(where)], env=environment) as program:
        program.wait_for(lambda screen: "as the test wants" in screen.replace("\n", ""))
        if "on_mount" not in where:  # that is survived
            program.press("q")
        program.wait()
        program.check_at_rest()


SURVIVED = """
import sys
from dockertui.cli import main
from dockertui.screens.main.layout import Arrangement
def fail(self):
    secret = "hunter2"
    raise RuntimeError("as the test wants")
Arrangement.action_zoom = fail
sys.exit(main(["--demo"]))
"""


def test_an_error_is_said_and_written_down_and_the_program_goes_on(environment: dict[str, str], tmp_path: Path) -> None:
    with Watched([sys.executable, "-c", SURVIVED], env=environment) as program:
        program.wait_for("shop-")
        for _ in range(3):
            program.press("z")
        program.wait_for("an error in the program, RuntimeError: as the test wants")
        program.press("?")
        program.wait_until_gone("shop-")
        program.press("escape")
        program.wait_for("shop-")
        program.press("q")
        assert program.wait() == 0
    (crash_file,) = (tmp_path / "dockertui").glob("crash-*")
    assert "as the test wants" in crash_file.read_text()
    assert "hunter2" not in crash_file.read_text()


# stopping


@pytest.fixture
def shell(environment: dict[str, str]) -> Iterator[Watched]:
    """The program as the job of a shell."""
    own = {**environment, "PS1": "ready> ", "PYTHON": sys.executable}
    with Watched(["bash", "--norc", "--noprofile", "-i"], env=own) as program:
        program.wait_for("ready>")
        program.type("bind 'set enable-bracketed-paste off'; clear\n")
        program.type("$PYTHON -m dockertui --demo\n")
        program.wait_for("shop-")
        yield program


def job_of(program: Watched) -> int:
    children = Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()
    return int(children[-1])


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def check_stopped(program: Watched, pid: int) -> None:
    """The job stands still, the shell answers, and nothing of the program is left in the terminal."""
    program.wait_for("Stopped")
    program.until(lambda: state_of(pid) == "T", "it is not stopped")
    program.modes.discard(2004)
    assert program.modes == RESTING
    assert program.kitty == 0
    program.type(
        "clear; stty -a | tr ' ' '\\n' | grep -xE -- '-?(icanon|echo|isig|icrnl|ixon)' | paste -sd' '; echo done\n"
    )
    program.wait_for("\ndone")
    assert not re.search(r"-(icanon|echo|isig|icrnl|ixon)", program.text)


def test_ctrl_z_gives_the_shell_its_terminal_and_fg_takes_it_again(shell: Watched) -> None:
    pid = job_of(shell)
    for _ in range(4):
        shell.press("ctrl+z")
        check_stopped(shell, pid)
        shell.type("fg\n")
        shell.wait_for("shop-")
        shell.until(lambda: 1049 in shell.modes, "it is not on the other screen")
    shell.press("q")
    shell.wait_for("ready>")
    shell.until(lambda: shell.modes - {2004} == RESTING, "its modes are not as before")


def test_a_stop_from_outside_does_the_same(shell: Watched) -> None:
    pid = job_of(shell)
    os.kill(pid, signal.SIGTSTP)
    check_stopped(shell, pid)
    shell.type("bg\n")
    shell.wait_for(lambda screen: screen.count("Stopped") >= 1 or state_of(pid) == "T")
    shell.type("fg\n")
    shell.wait_for("shop-")
    shell.press("?")
    shell.wait_until_gone("shop-")


def test_one_that_was_stopped_hard_sets_the_terminal_up_again(shell: Watched) -> None:
    pid = job_of(shell)
    for number in range(15):  # at different moments: what is read while it stands still is the shell's
        os.kill(pid, signal.SIGSTOP)
        shell.wait_for("Stopped")
        shell.type("stty sane; printf '\\033[?1049l\\033[?1000l\\033[?1003l'; clear\n")
        shell.wait_until_gone("shop-")
        shell.type("fg\n")
        shell.wait_for("shop-")
        shell.until(lambda: {1049, 1000, 1003} <= shell.modes, "its modes are not set again")
        time.sleep(0.03 * (number % 4))


def test_reading_from_the_terminal_never_waits_for_what_a_shell_took() -> None:
    master, terminal = os.openpty()
    try:
        own = unblocked(terminal)
        with pytest.raises(BlockingIOError):
            os.read(own, 1)
        assert os.get_blocking(terminal)  # that is the shell's too
        os.write(master, b"j\n")
        assert os.read(own, 2) == b"j\n"
        os.close(own)
    finally:
        os.close(master)
        os.close(terminal)


def test_what_is_no_terminal_is_read_as_it_is() -> None:
    with open(os.devnull) as file:
        assert unblocked(file.fileno()) == file.fileno()


def test_stopping_over_and_over_under_load_ends_in_no_deadlock(opened: Watched) -> None:
    """A session of its own has nobody who could continue it, so that it goes on at once."""
    for number in range(60):
        opened.type("jkjkjk" if number % 2 else "\t\x1b[B\x1b[A")
        opened.signal(signal.SIGTSTP)
        opened.type("jjkk")
        opened.signal(signal.SIGCONT)
        time.sleep(0.02 * (number % 4))
    opened.press("?")
    opened.wait_until_gone("shop-")
    opened.press("escape")
    opened.wait_for("shop-")
    opened.press("q")
    assert opened.wait() == 0
    opened.check_at_rest()


def test_an_exported_size_does_not_win_over_the_terminal(environment: dict[str, str]) -> None:
    with Program(DEMO, env={**environment, "COLUMNS": "50", "LINES": "12"}, size=(120, 40)) as program:
        program.wait_for("shop-")
        assert len(program.lines[0].rstrip()) > 100
        program.resize(150, 30)
        program.wait_for(lambda screen: len(screen.split("\n")[0]) > 140)
        program.press("q")
        assert program.wait() == 0


@pytest.mark.parametrize("term", ["xterm", "linux", "vt100"])
def test_without_colours_in_a_terminal_of_few_nothing_is_painted_black_on_black(
    environment: dict[str, str], term: str
) -> None:
    own = {**environment, "NO_COLOR": "1"}
    start = f"import os; os.environ.update(TERM={term!r}); os.environ.pop('COLORTERM', None); "
    with Program(
        [sys.executable, "-c", f"{start}from dockertui.cli import main; main(['--demo'])"], env=own
    ) as program:
        program.wait_for("shop-api-1")
        program.wait_quiet()
        with program.news:
            cells = [cell for row in program._screen.buffer.values() for cell in row.values() if cell.data.strip()]
        assert cells
        assert {(cell.fg, cell.bg) for cell in cells} == {("default", "default")}
        assert any(cell.reverse for cell in cells)  # the cursor's row, the bars
