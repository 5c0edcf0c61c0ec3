"""The terminals' menus, questions and prompts, and the files they write."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from textual.app import App

from dockertui.engine.whole_file import new_text
from dockertui.operations.base import Context, Operation
from dockertui.operations.catalogue import Catalogue
from dockertui.resources import format
from dockertui.screens.base.confirm import Answer, Question, affected, ask
from dockertui.screens.base.menu import Item, Menu
from dockertui.screens.base.prompt import Prompt
from dockertui.screens.terminal import bar as terminal_bar
from dockertui.terminal.process import AttachedProcess
from dockertui.terminal.session import TerminalSession
from dockertui.terminal.view import TerminalView
from dockertui.widgets.page import Field, Section

_SHOWN = 60
"""Characters of a pasted line or a text that a question shows."""
_LINES = 8
"""Pasted lines that a question shows."""


def _ask(app: App[Any], title: str, items: list[Item], choose: Callable[[str], object]) -> None:
    def chosen(id: str | None) -> None:
        if id is not None:
            choose(id)

    app.push_screen(Menu(title, items), chosen)


def paste(app: App[Any], session: TerminalSession, text: str, go: Callable[[], None]) -> None:
    """Ask before pasting several lines into a program that runs each line as it comes."""
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


def close(app: App[Any], session: TerminalSession, go: Callable[[], None]) -> None:
    """Ask before closing a session whose process runs."""
    attached = isinstance(session.process, AttachedProcess)
    fate = "the container keeps running" if attached else "its program runs: it is asked to end"
    name, verb = terminal_bar.name(session), "detach" if attached else "close"
    _confirm(app, f"{verb.capitalize()} {name}?", Answer("y", verb), affected({name: [fate]}), go, sudden=False)


def interrupt(app: App[Any], session: TerminalSession, answered: Callable[[str], None]) -> None:
    """Ask what Ctrl-C means without a terminal that would make it a signal; `answered` gets the answer's key."""
    name = session.process.container_name
    if isinstance(session.process, AttachedProcess):
        told = affected({name: ["d: keeps running without you", "s: gets SIGINT, which may end it"]})
        answers = [Answer("d", "detach", harms=False), Answer("s", "send SIGINT")]
    else:
        told = affected({terminal_bar.name(session): ["e: reads the end of its input (ctrl+d)", "x: is asked to end"]})
        answers = [Answer("e", "end its input"), Answer("x", "close the session")]
    question = Question("Ctrl-C: the container has no terminal", answers, lambda *_: [told], sudden=True)
    ask(app, question, lambda answer: answered(answer.key))


def choose(app: App[Any], sessions: Sequence[TerminalSession], show: Callable[[TerminalSession], None]) -> None:
    """Offer all sessions."""
    items = [
        Item(str(number), terminal_bar.name(session), hint=" ".join(terminal_bar.state(session)[:1]))
        for number, session in enumerate(sessions)
    ]
    offered = list(sessions)
    _ask(app, "Terminals", items, lambda chosen: show(offered[int(chosen)]))


def commands(app: App[Any], catalogue: Catalogue, engine: str, do: Callable[[Operation], object]) -> None:
    """Offer all operations that can follow the leader; `engine` is the name of the emulator in use."""
    operations = {operation.id: operation for operation in catalogue.within(Context.TERMINAL)}
    leader = terminal_bar.leader_sign(catalogue.settings.terminal_leader)
    items = [
        Item(id, operation.title, hint=f"{leader} {catalogue.keys_shown(operation, 1)}")
        for id, operation in operations.items()
        if id != "terminal.help" and not id.startswith("terminal.session_")  # `choose` offers the sessions
    ]
    title = f"In a terminal{engine and f' · {engine}'}"
    _ask(app, title, items, lambda id: do(operations[id]))


def _confirm(
    app: App[Any], title: str, answer: Answer, told: Section, go: Callable[[], None], *, sudden: bool = True
) -> None:
    ask(app, Question(title, [answer], lambda *_: [told], sudden=sudden), lambda _: go())


async def ask_line(view: TerminalView, label: str, value: str, typed: Callable[[str], None]) -> None:
    """Ask for one line of text, such as a name or a search; `typed` gets it at every change."""
    screen = view.screen
    await screen.query(Prompt).remove()
    prompt = Prompt(value, label, typed=typed, place=view)
    await screen.mount(prompt, before=screen.query_one("#footer"))
    prompt.focus()


# files


def free_path(session: TerminalSession, ending: str) -> Path:
    """Return the path of a new file in the working directory, or in the home directory if that is not writable."""
    folder = Path.cwd() if os.access(Path.cwd(), os.W_OK) else Path.home()
    base = re.sub(r"[^\w.-]+", "-", f"{session.process.container_name}-{session.process.label}")[:80]
    return folder / f"{base}-{time.strftime('%Y%m%d-%H%M%S')}-{session.number}.{ending}"


def save(session: TerminalSession) -> tuple[str, str]:
    """Write all stored lines to a file; return the message and its style."""
    lines = session.emulator.lines(0, session.emulator.total)
    path = free_path(session, "txt")
    try:
        with new_text(str(path), errors="replace") as file:
            file.write("\n".join(lines).rstrip("\n") + "\n")
    except OSError as error:
        return f"{path}: {error.strerror}", "bad"
    return f"saved {path}", "good"


def record(session: TerminalSession) -> tuple[str, str]:
    """Start or stop recording; return the message and its style."""
    if session.recorder is not None:
        path = session.recorder.path
        session.stop_recording()
        return f"recorded {path}", "good"
    path = free_path(session, "cast")
    try:
        session.record(path)
    except OSError as error:
        return f"{path}: {error.strerror}", "bad"
    return f"recording to {path}", ""


def recordings() -> list[Path]:
    """Return the recordings in the working and home directories, newest first, at most 50."""
    folders = {Path.cwd(), Path.home()}
    found = [path for folder in folders for path in folder.glob("*.cast") if path.is_file()]
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)[:50]
