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
from dockertui.resources import format
from dockertui.screens.base.prompt import Prompt
from dockertui.screens.commands.confirm import Answer, Answered, Question, affected, ask
from dockertui.screens.terminal import bar as terminal_bar
from dockertui.terminal.process import AttachedProcess
from dockertui.terminal.session import TerminalSession
from dockertui.widgets.menu import Item, Menu
from dockertui.widgets.page import Field, Section

if TYPE_CHECKING:
    from dockertui.screens.terminal.commands import TerminalCommands

_SHOWN = 60
"""Characters of a pasted line, or of a text, that a question shows."""
_LINES = 8
"""Pasted lines that a question shows."""


def _ask(app: App[Any], title: str, items: list[Item], choose: Callable[[str], None]) -> None:
    app.push_screen(Menu(title, items), lambda chosen: choose(chosen) if chosen is not None else None)


def paste(app: App[Any], session: TerminalSession, text: str, go: Callable[[], None]) -> None:
    """Ask before several lines are pasted into what takes each for a command."""
    lines = text.splitlines()
    shown = [line[:_SHOWN] for line in lines[:_LINES]] + (
        [f"… and {len(lines) - _LINES} more"] if lines[_LINES:] else []
    )
    told = Section("Affected", [Field(terminal_bar.name(session), "runs each line as it comes"), Field("lines", shown)])
    _confirm(app, f"Paste {format.plural(len(lines), 'line')}?", Answer("y", "paste"), told, go)


def clipboard(
    app: App[Any],
    session: TerminalSession,
    text: str,
    allow: Callable[[], None],
) -> None:
    """Ask whether a container may write the clipboard."""
    name = terminal_bar.name(session)
    told = affected({
        "clipboard": [f"gets {text[:_SHOWN]!r}"],
        name: ["may write it in all of this session; after no it is not asked again"],
    })  # fmt: skip
    _confirm(app, f"Let {name} write your clipboard?", Answer("y", "allow"), told, allow)


def close(pane: TerminalCommands, session: TerminalSession) -> None:
    """Ask before a session whose process runs is closed."""
    attached = isinstance(session.process, AttachedProcess)
    fate = "the container keeps running" if attached else "its program runs: it is asked to end"
    name, verb = terminal_bar.name(session), "detach" if attached else "close"

    def go() -> None:
        if session in pane.sessions:
            pane.run_worker(pane.drop(session))

    _confirm(pane.app, f"{verb.capitalize()} {name}?", Answer("y", verb), affected({name: [fate]}), go, sudden=False)


def interrupt(pane: TerminalCommands, session: TerminalSession) -> None:
    """Ctrl-C where there is no terminal that would turn it into a signal."""
    name = session.process.container_name
    if isinstance(session.process, AttachedProcess):
        told = affected({name: ["d: keeps running without you", "s: gets SIGINT, which may end it"]})
        answers = [Answer("d", "detach", harms=False), Answer("s", "send SIGINT")]
    else:
        told = affected({terminal_bar.name(session): ["e: reads the end of its input (ctrl+d)", "x: is asked to end"]})
        answers = [Answer("e", "end its input"), Answer("x", "close the session")]

    def answered(answer: Answered) -> None:
        if answer.key == "s":
            pane.run_worker(session.interrupt())
        elif answer.key == "e":
            session.end_input()
        elif session in pane.sessions:
            pane.run_worker(session.detach() if answer.key == "d" else pane.drop(session))

    ask(pane.app, Question("Ctrl-C: the container has no terminal", answers, lambda *_: [told], sudden=True), answered)


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


def _confirm(
    app: App[Any], title: str, answer: Answer, told: Section, go: Callable[[], None], *, sudden: bool = True
) -> None:
    ask(app, Question(title, [answer], lambda *_: [told], sudden=sudden), lambda _: go())


async def ask_line(pane: TerminalCommands, label: str, value: str, typed: Callable[[str], None]) -> None:
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
