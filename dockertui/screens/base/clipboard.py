"""Copying: to a local desktop's clipboard, through tmux, or through the terminal (OSC 52), which works over ssh.

What is said is what is known: a desktop and tmux tell what became of it, a terminal does not.
"""

from __future__ import annotations

import base64
import os
import subprocess
from typing import Any, Final

from textual.app import App

LIMIT: Final = 74_994
"""Bytes that terminals accept in one OSC 52: xterm and tmux refuse more of its base64 form."""


_PATIENCE: Final = 2.0
"""Seconds that a command of tmux may take; it answers in milliseconds."""
_NO_CLIPBOARD: Final = {"linux": "the Linux console", "Apple_Terminal": "Terminal.app"}
"""Terminals without OSC 52, by TERM or TERM_PROGRAM."""


def report_copy(app: App[Any], text: str, what: str, remedy: str = "") -> tuple[str, str]:
    """Copy `text`, and return what to say about it, and the style. what: names the text. remedy: for when it failed."""
    how = copy(app, text)
    if how.startswith("not "):
        return "; ".join(filter(None, (f"{what} {how}", remedy))), "warn"
    return f"{what} copied {how}", ""


def copy(app: App[Any], text: str) -> str:
    """Copy `text`, and return how, or why it was not copied. `ctrl+v` in a field pastes it in any case."""
    app._clipboard = text
    data = text.encode("utf-8", "replace")
    return _by_desktop(text) or _by_tmux(data) or _by_terminal(app, data)


def _by_terminal(app: App[Any], data: bytes) -> str:
    """Send OSC 52, to which no terminal replies."""
    names = (os.environ.get("TERM_PROGRAM", ""), os.environ.get("TERM", ""))
    if lacking := next((_NO_CLIPBOARD[name] for name in names if name in _NO_CLIPBOARD), ""):
        return f"not copied: {lacking} has no clipboard for programs"
    if len(data) > LIMIT:
        return f"not copied: {len(data)} bytes, terminals take {LIMIT}"
    driver = app._driver
    if driver is None:
        return "not copied: there is no terminal"
    driver.write(sequence(data, in_tmux=bool(os.environ.get("TMUX"))))
    return "by the terminal, if it can (OSC 52)"


def _by_tmux(data: bytes) -> str:
    """Put the text into tmux's buffer and, through tmux, the terminal's clipboard; return "" without tmux.

    tmux takes OSC 52 from programs with `set-clipboard on` alone, and its default is `external`; its own command works
    with any. It knows whether its terminal has a clipboard.
    """
    if not os.environ.get("TMUX"):
        return ""
    try:
        subprocess.run(
            ["tmux", "load-buffer", "-w", "-"], input=data, check=True, capture_output=True, timeout=_PATIENCE
        )
        shown = subprocess.run(
            ["tmux", "display-message", "-p", "#{client_termfeatures}"],
            check=True, capture_output=True, text=True, timeout=_PATIENCE,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""  # not there, older than 3.2, or its server is gone
    if "clipboard" in shown.stdout.strip().split(","):
        return "to the terminal's clipboard, by tmux"
    return "to tmux's buffer alone: its terminal has no clipboard"


def sequence(data: bytes, *, in_tmux: bool) -> str:
    """Return the OSC 52 sequence that makes a terminal copy `data`; tmux passes it to the outer terminal.

    tmux also handles an OSC 52 of its own (`set-clipboard on`), so both are sent: most systems allow one of them.
    """
    plain = f"\x1b]52;c;{base64.b64encode(data).decode()}\x07"
    return f"{plain}\x1bPtmux;{plain.replace(chr(27), chr(27) * 2)}\x1b\\" if in_tmux else plain


def _by_desktop(text: str) -> str:
    """Copy to the desktop's clipboard, unless over ssh; return "" if it is not there afterwards."""
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        return ""
    import pyperclip

    try:
        pyperclip.copy(text)
        arrived = pyperclip.paste() == text  # without a display xclip fails, which pyperclip does not tell
    except (pyperclip.PyperclipException, OSError, UnicodeError):
        return ""
    return "to the clipboard" if arrived else ""
