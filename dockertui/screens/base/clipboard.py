"""Copying: through the terminal (OSC 52), which works over ssh and in tmux, and to a local desktop's clipboard."""

from __future__ import annotations

import base64
import os
from typing import Any, Final

from textual.app import App

LIMIT: Final = 74_994
"""Bytes that terminals accept in one OSC 52: xterm and tmux refuse more of its base64 form."""


def copy(app: App[Any], text: str) -> str:
    """Copy `text`, and return how, or why it was not copied. `ctrl+v` in a field pastes it in any case."""
    app._clipboard = text
    here = _by_desktop(text)
    data = text.encode("utf-8", "replace")
    if len(data) > LIMIT:
        return here or f"not copied: {len(data)} bytes, terminals take {LIMIT}"
    driver = app._driver
    if driver is None:
        return here or "not copied: there is no terminal"
    driver.write(sequence(data, in_tmux=bool(os.environ.get("TMUX"))))
    return here or "by the terminal (OSC 52)"


def sequence(data: bytes, *, in_tmux: bool) -> str:
    """Return the OSC 52 sequence that makes a terminal copy `data`; tmux passes it to the outer terminal.

    tmux also handles an OSC 52 of its own (`set-clipboard on`), so both are sent: most systems allow one of them.
    """
    plain = f"\x1b]52;c;{base64.b64encode(data).decode()}\x07"
    return f"{plain}\x1bPtmux;{plain.replace(chr(27), chr(27) * 2)}\x1b\\" if in_tmux else plain


def _by_desktop(text: str) -> str:
    """Copy to the desktop's clipboard, unless over ssh; return "" if that fails."""
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        return ""
    import pyperclip

    try:
        pyperclip.copy(text)
    except pyperclip.PyperclipException:
        return ""
    return "to the clipboard"
