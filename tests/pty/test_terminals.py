"""Terminals through the whole program in a real pty: what keys arrive, and what never leaves."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.engine.dockerd import Dockerd
from tests.pty.program import Program

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "dockertui"]
LEADER = "\x1d"


class Terminal(Program):
    """The program, and every byte that it has sent to its terminal."""

    def __init__(self, dockerd: Dockerd, home: Path, *words: str, size: tuple[int, int] = (120, 40)) -> None:
        self.sent = b""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("DOCKER", "XDG_", "TEXTUAL"))}
        environment = {**own, "HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "PYTHONPATH": str(ROOT)}
        super().__init__([*COMMAND, "--host", dockerd.host, *words], size=size, env=environment, cwd=home)

    def take(self, data: bytes) -> None:
        self.sent += data
        super().take(data)

    def shell(self) -> None:
        """Open a shell in the first container, and wait for its prompt."""
        self.wait_for("desk")
        self.press("x")
        self.wait_for("/ #")


@pytest.fixture
def terminal(clean_dockerd: Dockerd, tmp_path: Path) -> Iterator[Terminal]:
    clean_dockerd.run("--name=desk")
    with Terminal(clean_dockerd, tmp_path) as program:
        program.shell()
        yield program


KEYS = {
    # what a terminal sends for each key, and what `cat -v` in the container must print
    "letters": ("aZ5~", "aZ5~"),
    "other alphabets": ("é", "M-CM-)"),
    "ctrl+a": ("\x01", "^A"), "ctrl+c": ("\x03", "^C"), "ctrl+d": ("\x04", "^D"), "ctrl+l": ("\x0c", "^L"),
    "ctrl+p": ("\x10", "^P"), "ctrl+q": ("\x11", "^Q"), "ctrl+z": ("\x1a", "^Z"), "ctrl+backslash": ("\x1c", "^\\"),
    "ctrl+underscore": ("\x1f", "^_"), "ctrl+space": ("\x00", "^@"), "tab": ("\t", "\t"), "enter": ("\r", "^M"),
    "backspace": ("\x7f", "^?"), "shift+tab": ("\x1b[Z", "^[[Z"),
    "up": ("\x1b[A", "^[[A"), "down": ("\x1b[B", "^[[B"), "right": ("\x1b[C", "^[[C"), "left": ("\x1b[D", "^[[D"),
    "home": ("\x1b[H", "^[[H"), "end": ("\x1b[F", "^[[F"),
    "insert": ("\x1b[2~", "^[[2~"), "delete": ("\x1b[3~", "^[[3~"),
    "pageup": ("\x1b[5~", "^[[5~"), "pagedown": ("\x1b[6~", "^[[6~"),
    "shift+up": ("\x1b[1;2A", "^[[1;2A"), "alt+left": ("\x1b[1;3D", "^[[1;3D"), "ctrl+right": ("\x1b[1;5C", "^[[1;5C"),
    "ctrl+shift+right": ("\x1b[1;6C", "^[[1;6C"), "ctrl+delete": ("\x1b[3;5~", "^[[3;5~"),
    "f1": ("\x1bOP", "^[OP"), "f2": ("\x1bOQ", "^[OQ"), "f3": ("\x1bOR", "^[OR"), "f4": ("\x1bOS", "^[OS"),
    "f5": ("\x1b[15~", "^[[15~"), "f6": ("\x1b[17~", "^[[17~"),
    "f7": ("\x1b[18~", "^[[18~"), "f8": ("\x1b[19~", "^[[19~"),
    "f9": ("\x1b[20~", "^[[20~"), "f10": ("\x1b[21~", "^[[21~"),
    "f11": ("\x1b[23~", "^[[23~"), "f12": ("\x1b[24~", "^[[24~"),
    "shift+f5": ("\x1b[15;2~", "^[[15;2~"),
    "alt+x": ("\x1bx", "^[x"), "alt+dot": ("\x1b.", "^[."), "alt+enter": ("\x1b\r", "^[^M"),
    "alt+backspace": ("\x1b\x7f", "^[^?"), "leader": (LEADER + LEADER, "^]"),
}  # fmt: skip
CURSOR_KEYS = {
    name: (KEYS[name][0], f"^[O{KEYS[name][0][-1]}") for name in ("up", "down", "right", "left", "home", "end")
}


def cat_v(terminal: Terminal, keys: Mapping[str, tuple[str, str | None]]) -> dict[str, str]:
    """Type each key before `cat -v`, a mark behind it; what was printed before each mark."""
    terminal.type("stty -icanon -echo -isig -icrnl -ixon; cat -v\r")
    terminal.wait_for("ixon; cat -v\n")
    found = {}
    for number, (name, (typed, expected)) in enumerate(keys.items()):
        if expected is None:
            continue
        terminal.type(typed)
        terminal.wait_quiet(0.12)  # or an escape at the end would join what follows
        terminal.type(f"<{number}>\n")
        terminal.wait_for(f"<{number}>\n")
        match = re.search(rf"▏(.*)<{number}>", terminal.text)
        found[name] = match[1] if match else terminal.text
    return found


def test_every_key_arrives(terminal: Terminal) -> None:
    printed = cat_v(terminal, KEYS)
    expected = {name: text for name, (_, text) in KEYS.items() if text is not None}
    assert {name: text.strip() for name, text in printed.items()} == {
        name: text.strip() for name, text in expected.items()
    }


def test_cursor_keys_follow_the_application_mode(terminal: Terminal) -> None:
    terminal.type("printf '\\033[?1h'\r")
    terminal.wait_quiet(0.2)
    assert cat_v(terminal, CURSOR_KEYS) == {name: text for name, (_, text) in CURSOR_KEYS.items()}


def test_a_paste_with_lines_asks_where_each_would_run(terminal: Terminal) -> None:
    terminal.write(b"\x1b[200~echo one\necho two\n\x1b[201~")
    terminal.wait_for("Paste 2 lines?")
    terminal.wait_quiet(1.0)  # a question that comes by itself takes no key at once
    terminal.press("escape")
    terminal.wait_until_gone("Paste 2 lines?")
    assert "echo one" not in terminal.text
    terminal.write(b"\x1b[200~echo three\x1b[201~")
    terminal.wait_for("echo three")


HOSTILE = {
    "clipboard": rb"\033]52;c;c3Rv''bGVu\007",
    "clipboard by ST": rb"\033]52;c;c3Rv''bGVu\033\\\\",
    "titles": rb"\033]0;EVIL\007\033]2;EVIL\007",
    "a notification": rb"\033]9;EVIL\007\033]777;notify;EVIL;EVIL\007",
    "a device control string": rb"\033P1$tEVIL\033\\\\",
    "a kitty image": rb"\033_Ga=T,f=100,t=f;L2V0Yy9wYXNzd2Q=\033\\\\",
    "8-bit controls": rb"\302\235EVIL\302\234\302\233?1049l",
    "the palette": rb"\033]4;1;rgb:ff/00/ff\007\033]104\007\033]11;#ff00ff\007",
    "modes": rb"\033[?1049l\033[?25h\033[?1000h\033[>1u\033[?2004l",
    "a link": rb"\033]8;;http://evil''.example/\033\\\\EVIL\033]8;;\033\\\\",
    "a resize": rb"\033[8;10;10t\033[4;100;100t",
    "a reset": rb"\033c\033[!p",
}
FORBIDDEN = re.compile(
    rb"\x1b\]|\x1bP|\x1b_|\x1b\^|\x1bX|\x1bc|\x1b\[!p|\x1b\[[0-9;]*t|\xc2[\x80-\x9f]|c3RvbGVu|evil\.example"
)
"""Strings, resets, resizes and 8-bit controls: none of them may reach the user's terminal from a container."""


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hostile_reaches_the_users_terminal(name: str, clean_dockerd: Dockerd, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('terminal_clipboard = "no"\nterminal_title = false\n')
    clean_dockerd.run("--name=desk")
    with Terminal(clean_dockerd, tmp_path, "--config", str(tmp_path / "config.toml")) as terminal:
        terminal.shell()
        before = len(terminal.sent)
        script = HOSTILE[name].decode("ascii")
        terminal.type(f"printf '{script}'; echo do''ne\r")
        terminal.wait_for("done")
        terminal.wait_quiet(0.3)
        came = terminal.sent[before:]
        assert not FORBIDDEN.findall(came)
        assert b"\x1b[?1049" not in came
        assert b"\x1b[?1000" not in came
        assert "Containers" in terminal.text


def test_the_clipboard_is_asked_for_once(terminal: Terminal) -> None:
    terminal.type("printf '\\033]52;c;c3Rv''bGVu\\007'\r")
    terminal.wait_for("write your clipboard?")
    terminal.wait_quiet(1.0)  # it takes no key at once: that may be meant for the shell
    assert b"\x1b]52;c;c3RvbGVu" not in terminal.sent
    terminal.press("escape")
    terminal.wait_until_gone("write your clipboard?")
    terminal.type("printf '\\033]52;c;c3Rv''bGVu\\007'; echo again\r")
    terminal.wait_for("▏again")
    terminal.wait_quiet(0.3)
    assert "write your clipboard?" not in terminal.text
    assert b"c3RvbGVu" not in terminal.sent


def test_a_line_of_ten_megabytes_and_an_endless_string(terminal: Terminal) -> None:
    terminal.type("head -c 10000000 /dev/zero | tr '\\0' x; echo; echo first\r")
    terminal.wait_for(lambda screen: re.search(r"▏first", screen) is not None)
    terminal.type("printf '\\033]0;'; head -c 1000000 /dev/zero | tr '\\0' A; printf '\\007'; echo second\r")
    terminal.wait_for(lambda screen: re.search(r"▏second", screen) is not None)
    assert b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" not in terminal.sent


def test_ctrl_c_ends_a_flood(terminal: Terminal) -> None:
    terminal.type("yes\r")
    terminal.wait_for("▏y")
    terminal.press("ctrl+c")
    terminal.wait_for("^C")


def test_sessions_end_restart_close_and_quitting_asks(terminal: Terminal) -> None:
    terminal.type("sleep 1; exit 3\r")
    terminal.type(f"{LEADER}[")  # what is read back stays when its shell ends, however long that ran
    terminal.wait_for("ended with 3")
    terminal.type(f"{LEADER}r")
    terminal.wait_for(lambda screen: screen.count("/ #") > 1)
    terminal.type(f"{LEADER}d")
    terminal.wait_for("1 terminal")
    terminal.press("q")
    terminal.wait_for("Quit?")
    terminal.press("escape")
    terminal.wait_until_gone("Quit?")
    terminal.press("t")
    terminal.wait_for("ctrl+] commands")
    terminal.type(f"{LEADER}x")
    terminal.wait_for("it is asked to end")
    terminal.press("enter")
    terminal.wait_until_gone("it is asked to end")
    terminal.type(f"{LEADER}x")
    terminal.wait_for("it is asked to end")
    terminal.press("y")
    terminal.wait_until_gone("1 terminal")


def test_the_terminal_is_handed_over_and_comes_back(terminal: Terminal) -> None:
    terminal.type(f"{LEADER}o")
    terminal.wait_for("back to dockertui")
    terminal.type("sleep 0.5; stty size\r")
    terminal.wait_for("40 120")
    assert "Containers" not in terminal.text
    terminal.type(f"{LEADER}o")
    terminal.wait_for("Containers")
    terminal.wait_for("40 120")
    terminal.type("echo still''here\r")
    terminal.wait_for("stillhere")


def test_the_shell_follows_the_window(terminal: Terminal) -> None:
    terminal.resize(80, 24)
    terminal.wait_for(lambda screen: len(screen.splitlines()) <= 24)
    terminal.type("sleep 0.5; stty size\r")
    terminal.wait_for("21 80")
