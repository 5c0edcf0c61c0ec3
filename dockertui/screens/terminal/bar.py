"""The bar above the terminals, and their notes in other bars. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from dockertui.operations.base import Context
from dockertui.operations.catalogue import Catalogue, sign
from dockertui.screens.base.bars import Message, footer
from dockertui.screens.base.bindings import hint
from dockertui.terminal.policy import State
from dockertui.terminal.process import AttachedProcess
from dockertui.terminal.session import TerminalSession
from dockertui.widgets.bar import BarLine, Piece

_SIGNS = {
    State.STARTING: ("○", "busy"),
    State.RUNNING: ("●", "good"),
    State.LOST: ("✗", "bad"),
    State.FAILED: ("✗", "bad"),
    State.BROKEN: ("✗", "bad"),
}
CAPTION_MOST = 24
"""Most characters of a tab's name."""


def leader_sign(key: str) -> str:
    """Return the leader as shown to the user: `ctrl+]`."""
    *held, base = key.split("+")
    return "+".join([*held, sign(base)])


def name(session: TerminalSession) -> str:
    """Return the session's name, with its container."""
    caption = session.caption
    short = caption if len(caption) <= CAPTION_MOST else caption[: CAPTION_MOST - 1] + "…"
    where = session.process.container_name
    return f"{short} {where}" if where and where not in short else short


def state(session: TerminalSession) -> tuple[str, str]:
    """Return a sign for the session's state, with its exit code if it ended, and their style."""
    if session.state is not State.ENDED:
        return _SIGNS[session.state]
    if session.exit_code is None:
        return "■", "dim"
    return f"■ {session.exit_code}", "dim" if session.exit_code == 0 else "warn"


def tabs(
    sessions: Sequence[TerminalSession], current: TerminalSession | None, notes: Sequence[Piece], leader: str
) -> BarLine:
    """Return all sessions as tabs; on the right the notes and the leader."""
    left = []
    for number, session in enumerate(sessions, 1):
        mark, style = state(session)
        here = session is current
        tab = "tab-on" if here else "tab"
        unseen = (("•", "accent"),) if session.unseen and not here else ()
        text = ((f" {number} {name(session)} ", tab), (mark, style), *unseen, (" ", tab))
        left.append(Piece(text, tab, f"terminal_tab({number - 1})", priority=0 if here else 2))
    right = [*notes, Piece(((leader_sign(leader), "key"), (" commands", "dim")), "", "terminal_commands", priority=1)]
    return left, right


def notes(session: TerminalSession | None, position: str) -> list[Piece]:
    """Return the notes on a session: position in its history, recording, watching, no tty."""
    found = []
    if position:
        found.append(Piece(f"{position}  ", "accent", priority=1))
    if session is None:
        return found
    if session.recorder is not None:
        found.append(Piece("● rec  ", "bad", priority=1))
    if not session.process.takes_input:
        found.append(Piece("watching  ", "warn", priority=1))
    elif not session.process.tty and session.live:
        found.append(Piece("no tty: ctrl+d ends input  ", "dim", priority=4))
    return found


def hints(catalogue: Catalogue, leader: str, *, ended: bool) -> BarLine:
    """Return the leader, and the keys that can follow it; of a session that has `ended` first what closes it."""
    left, right = footer(catalogue, Context.TERMINAL, Message("", ""))
    closing = [
        hint(one, catalogue.keys_shown(one, 1)) for one in catalogue.within(Context.ENDED) if catalogue.keys(one)
    ]
    return [*(closing if ended else ()), Piece(((leader_sign(leader), "key"), (" then", "dim"))), *left], right


def opened(sessions: Sequence[TerminalSession], key: str) -> list[Piece]:
    """Return the header's note on open terminals, with the key that shows them ("" if it has none)."""
    if not sessions:
        return []
    live = len([session for session in sessions if session.live])
    text = f"{len(sessions)} terminal{'s' if len(sessions) > 1 else ''}"
    return [Piece(f"▣ {text}{key and f': {key}'}", "accent" if live else "dim", "show_terminals", priority=3)]


def opening(session: TerminalSession) -> str:
    """Return what is done while a session is not connected yet."""
    process = session.process
    if isinstance(process, AttachedProcess):
        return f"attaching to {process.container_name}…"
    what = "opening a shell" if process.is_shell else f"starting {process.label}"
    return f"{what} in {process.container_name}…" if process.container_name else f"{what}…"


def ending(session: TerminalSession) -> str:
    """Return how a session ended, as a sentence; "" while it is live."""
    if session.live:
        return ""
    if session.exit_code is not None and session.process.is_shell:
        return f"shell in {session.process.container_name} ended with {session.exit_code}"
    if session.exit_code is not None:
        from dockertui.engine.exit_codes import meaning

        return f"{session.caption} ended: {meaning(session.exit_code)}"
    words = {State.LOST: "the connection was lost", State.FAILED: "did not start", State.BROKEN: "given up"}
    how = [words.get(session.state, ""), session.reason]
    return f"{session.caption}: {', '.join(filter(None, how)) or 'ended'}"
