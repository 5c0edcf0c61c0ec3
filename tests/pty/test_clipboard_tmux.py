"""Copying in a real tmux: what is said is what became of it."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dockertui.screens.base import clipboard
from dockertui.screens.base.clipboard import copy, report_copy
from tests.pty.process import PtyProcess

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

TEXT = "docker logs web ✓"
SENT = base64.b64encode(TEXT.encode())


class App:
    """An app whose terminal takes what is written."""

    def __init__(self) -> None:
        self._driver = self
        self.written = ""

    def write(self, text: str) -> None:
        self.written += text


class Terminal(PtyProcess):
    """The terminal around tmux: all that it is sent."""

    def __init__(self, argv: list[str], folder: Path, term: str) -> None:
        self.data = b""
        super().__init__(["env", f"TERM={term}", *argv], size=(80, 24), cwd=folder, env={**os.environ, "TMUX": ""})

    def take(self, data: bytes) -> None:
        self.data += data


class Tmux:
    """A tmux of its own."""

    def __init__(self, folder: Path) -> None:
        self.words = ["tmux", "-u", "-f", "/dev/null", "-S", str(folder / "tmux")]

    def __call__(self, *words: str) -> str:
        return subprocess.run([*self.words, *words], capture_output=True, check=True, text=True).stdout.strip()


@pytest.fixture
def tmux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tmux]:
    """A tmux with a session, in which this process seems to run; no desktop."""
    tmux = Tmux(tmp_path)
    tmux("new-session", "-d", "-x", "80", "-y", "24", "exec sleep 1000")
    monkeypatch.setenv("TMUX", tmux("display-message", "-p", "#{socket_path},#{pid},0"))
    monkeypatch.setenv("TMUX_PANE", "%0")
    monkeypatch.setattr(clipboard, "_by_desktop", lambda text: "")
    try:
        yield tmux
    finally:
        tmux("kill-server")


@pytest.mark.parametrize("setting", ["on", "external", "off"])
def test_the_terminal_of_tmux_gets_the_text_whatever_its_setting(setting: str, tmux: Tmux, tmp_path: Path) -> None:
    tmux("set-option", "-s", "set-clipboard", setting)
    with Terminal([*tmux.words, "attach-session"], tmp_path, "xterm-256color") as terminal:
        terminal.wait_quiet(0.5)
        app: Any = App()
        assert report_copy(app, TEXT, "line") == ("line copied to the terminal's clipboard, by tmux", "")
        terminal.wait_quiet(0.5)
        assert SENT in terminal.data
        assert tmux("show-buffer") == TEXT
        assert not app.written, "tmux has done it"


def test_a_terminal_without_clipboard_is_not_told_to_have_it(tmux: Tmux, tmp_path: Path) -> None:
    with Terminal([*tmux.words, "attach-session"], tmp_path, "vt100") as terminal:
        terminal.wait_quiet(0.5)
        app: Any = App()
        assert copy(app, TEXT) == "to tmux's buffer alone: its terminal has no clipboard"
        terminal.wait_quiet(0.5)
        assert SENT not in terminal.data
        assert tmux("show-buffer") == TEXT


def test_without_a_server_the_terminal_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMUX", f"{tmp_path}/gone,1,0")
    monkeypatch.setenv("TERM", "tmux-256color")
    monkeypatch.delenv("TERM_PROGRAM", raising=False)
    monkeypatch.setattr(clipboard, "_by_desktop", lambda text: "")
    app: Any = App()
    assert copy(app, TEXT) == "by the terminal, if it can (OSC 52)"
    assert SENT.decode() in app.written
    monkeypatch.setenv("TERM", "linux")
    assert report_copy(app, TEXT, "line", "ctrl+s saves it") == (
        "line not copied: the Linux console has no clipboard for programs; ctrl+s saves it",
        "warn",
    )


def test_a_desktop_that_did_not_take_it_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a display xclip fails, and pyperclip does not tell."""
    import pyperclip

    held = {"text": "before"}
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.delenv("SSH_TTY", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(pyperclip, "copy", lambda text: None)
    monkeypatch.setattr(pyperclip, "paste", lambda: held["text"])
    app: Any = App()
    assert copy(app, TEXT) == "by the terminal, if it can (OSC 52)"
    monkeypatch.setattr(pyperclip, "copy", lambda text: held.update(text=text))
    assert copy(app, TEXT) == "to the clipboard"
