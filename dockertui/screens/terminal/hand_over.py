"""The whole real terminal for one session."""

from __future__ import annotations

import sys
from typing import Any

from textual.app import App, SuspendNotSupported

from dockertui.terminal.session import TerminalSession


async def hand_over(app: App[Any], session: TerminalSession, leader: str) -> str:
    """Give a session the real terminal until it ends or the leader and `o` are typed; return why not, or ""."""
    if sys.platform == "win32":
        return "handing the terminal over is not possible on Windows"
    from dockertui.terminal.hand_over import HandOver

    try:
        with app.batch_update(), app.suspend():
            await HandOver(session, leader).run()
    except SuspendNotSupported:
        return "this terminal cannot be handed over"
    return ""
