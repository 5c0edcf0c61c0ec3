"""The whole real terminal for one session, and the program back afterwards."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from dockertui.terminal.session import TerminalSession

if TYPE_CHECKING:
    from dockertui.screens.terminal.terminals import TerminalActions


async def hand_over(screen: TerminalActions, session: TerminalSession) -> None:
    """Let a session have the real terminal until it ends, or the leader and `o` are typed."""
    if sys.platform == "win32":
        screen.say("handing the terminal over is not possible on Windows", "warn")
        return
    from dockertui.terminal.hand_over import HandOver

    app = screen.app
    try:
        with app.batch_update(), app.suspend():
            await HandOver(session, screen.settings.terminal_leader).run()
    except SuspendNotSupported:
        screen.say("this terminal cannot be handed over", "warn")
    screen.show_terminals(True)
