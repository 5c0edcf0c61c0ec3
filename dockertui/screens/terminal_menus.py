"""What the terminals ask: menus, confirmations, names; and the files that they write."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App

from dockertui.engine.whole_file import new_text
from dockertui.operations.base import Context
from dockertui.screens import terminal_bar
from dockertui.screens.prompt import Prompt
from dockertui.terminal.process import AttachedProcess
from dockertui.terminal.session import TerminalSession
from dockertui.widgets.menu import Item, Menu

if TYPE_CHECKING:
    from dockertui.screens.terminal_commands import TerminalCommands

_SHOWN = 60
"""Characters of a paste that a question shows."""


def _ask(app: App[Any], title: str, items: list[Item], choose: Callable[[str], None]) -> None:
    app.push_screen(Menu(title, items), lambda chosen: choose(chosen) if chosen is not None else None)


def paste(app: App[Any], text: str, go: Callable[[], None]) -> None:
    """Ask before several lines are pasted into what takes each for a command."""
    lines = len(text.splitlines())
    items = [
        Item("no", "Do not paste"),
        Item("yes", f"Paste {lines} line{'s' if lines > 1 else ''}: {text[:_SHOWN].replace(chr(10), '⏎')}"),
    ]
    _ask(app, "Each line would be run as it comes", items, lambda chosen: go() if chosen == "yes" else None)


def clipboard(
    app: App[Any],
    session: TerminalSession,
    text: str,
    answer: Callable[[TerminalSession, str, bool], None],
) -> None:
    """Ask whether a container may write the clipboard."""
    items = [
        Item("no", "No, and do not ask again in this session"),
        Item("yes", f"Yes, in all of this session: {text[:_SHOWN]!r}"),
    ]
    title = f"{terminal_bar.name(session)} wants to write your clipboard"
    app.push_screen(Menu(title, items), lambda chosen: answer(session, text, chosen == "yes"))


def close(pane: TerminalCommands, session: TerminalSession) -> None:
    """Ask before a session whose process runs is closed."""
    attached = isinstance(session.process, AttachedProcess)
    label = "Detach: the container keeps running" if attached else "Close: its program is asked to end"
    items = [Item("close", label), Item("keep", "Keep it")]

    def chosen(choice: str) -> None:
        if choice == "close" and session in pane.sessions:
            pane.run_worker(pane.drop(session), exit_on_error=False)

    _ask(pane.app, f"{terminal_bar.name(session)} still runs", items, chosen)


def interrupt(pane: TerminalCommands, session: TerminalSession) -> None:
    """Ctrl-C where there is no terminal that would turn it into a signal."""
    name = session.process.container_name
    if isinstance(session.process, AttachedProcess):
        items = [
            Item("detach", f"Detach: {name} keeps running"),
            Item("signal", f"Send SIGINT to {name}, which may end it"),
        ]
    else:
        items = [Item("end", "End its input (ctrl+d)"), Item("close", "Close the session")]

    def chosen(choice: str) -> None:
        if choice == "signal":
            pane.run_worker(session.interrupt(), exit_on_error=False)
        elif choice == "end":
            session.end_input()
        else:
            pane.run_worker(session.detach() if choice == "detach" else pane.drop(session), exit_on_error=False)

    _ask(pane.app, "Ctrl-C: there is no terminal in the container", items, chosen)


def choose(pane: TerminalCommands) -> None:
    """Offer all sessions."""
    items = [
        Item(str(number), terminal_bar.name(session), hint=" ".join(terminal_bar.state(session)[:1]))
        for number, session in enumerate(pane.sessions)
    ]
    _ask(pane.app, "Terminals", items, lambda chosen: pane.show(pane.sessions[int(chosen)]))


def commands(pane: TerminalCommands) -> None:
    """Offer all that can follow the leader."""
    operations = {operation.id: operation for operation in pane.catalogue.within(Context.TERMINAL)}
    leader = terminal_bar.leader_sign(pane.settings.terminal_leader)
    items = [
        Item(id, operation.title, hint=f"{leader} {pane.catalogue.keys_shown(operation, 1)}")
        for id, operation in operations.items()
        if id != "terminal.help"
    ]

    def chosen(id: str) -> None:
        pane.call_later(pane.run_operation, operations[id])

    engine = f" · {pane.session.emulator.engine}" if pane.session is not None else ""
    _ask(pane.app, f"In a terminal{engine}", items, chosen)


def leave(app: App[Any], sessions: list[TerminalSession], go: Callable[[], None]) -> None:
    """Ask before the program is left with sessions open."""
    names = ", ".join(terminal_bar.name(session) for session in sessions[:3])
    more = f" and {len(sessions) - 3} more" if len(sessions) > 3 else ""
    items = [Item("stay", "Stay"), Item("leave", f"Quit and close {names}{more}")]
    title = f"{len(sessions)} terminal session{'s' if len(sessions) > 1 else ''} still open"
    _ask(app, title, items, lambda chosen: go() if chosen == "leave" else None)


async def ask(pane: TerminalCommands, label: str, value: str, typed: Callable[[str], None]) -> None:
    """A line to type a name or a search in; what is typed counts at once."""
    screen = pane.screen
    await screen.query(Prompt).remove()
    prompt = Prompt(value, label, typed=typed, place=pane.view)
    await screen.mount(prompt, before=screen.query_one("#footer"))
    prompt.focus()


# files


def free_path(session: TerminalSession, ending: str) -> Path:
    """A new file's name in the working directory, or at home where that cannot be written."""
    folder = Path.cwd() if os.access(Path.cwd(), os.W_OK) else Path.home()
    base = re.sub(r"[^\w.-]+", "-", f"{session.process.container_name}-{session.process.label}")[:80]
    return folder / f"{base}-{time.strftime('%Y%m%d-%H%M%S')}-{session.number}.{ending}"


def save(pane: TerminalCommands) -> None:
    """Write all lines that are kept to a file."""
    session = pane.session
    if session is None:
        return
    lines = session.emulator.lines(0, session.emulator.total)
    path = free_path(session, "txt")
    try:
        with new_text(str(path), errors="replace") as file:
            file.write("\n".join(lines).rstrip("\n") + "\n")
    except OSError as error:
        pane.say(f"{path}: {error.strerror}", "bad")
    else:
        pane.say(f"saved {path}", "good")


def record(pane: TerminalCommands) -> None:
    """Begin to record, or end it."""
    session = pane.session
    if session is None:
        return
    if session.recorder is not None:
        path = session.recorder.path
        session.stop_recording()
        pane.say(f"recorded {path}", "good")
        return
    path = free_path(session, "cast")
    try:
        session.record(path)
    except OSError as error:
        pane.say(f"{path}: {error.strerror}", "bad")
    else:
        pane.say(f"recording to {path}")
    pane.refresh_bar()


def recordings() -> list[Path]:
    """The recordings at hand, the newest first."""
    folders = {Path.cwd(), Path.home()}
    found = [path for folder in folders for path in folder.glob("*.cast") if path.is_file()]
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)[:50]
