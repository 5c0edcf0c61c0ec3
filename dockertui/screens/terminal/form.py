"""The form of `X`: what to run in a container, and how."""

from __future__ import annotations

import asyncio
from typing import Final

from dockertui.engine.endpoint import Endpoint
from dockertui.engine.execs import Command
from dockertui.operations import form_values
from dockertui.operations.command_body import FieldKind, Option, Values
from dockertui.operations.command_lines import docker_line
from dockertui.operations.form_values import words
from dockertui.operations.refusals import Refused, refused
from dockertui.screens.base.form import FormScreen
from dockertui.terminal.policy import State
from dockertui.terminal.screen import Place
from dockertui.terminal.session import TerminalSession
from dockertui.widgets.text import clean

_LOOK, _FAILS_WITHIN = 0.05, 0.3
"""Seconds between two looks at a starting session, and for which a running one may still fail to start."""
_NOT_STARTED: Final = (126, 127)
"""Exit codes of commands that could not be started."""

OPTIONS: Final = (
    Option("command", "Command", FieldKind.WORDS, (), hint="sh -c 'ps aux | head'", required=True),
    Option("user", "User", hint="default: the image's; 1000:1000, postgres"),
    Option("workdir", "Working directory", hint="default: the image's; /srv"),
    Option(
        "env", "Environment", FieldKind.WORDS, (), hint="NAME=value NAME='two words'", check=form_values.assignments
    ),
    Option("tty", "Terminal (tty)", FieldKind.FLAG, True),
    Option("privileged", "Privileged", FieldKind.FLAG, False),
)


def exec_form(container: str, endpoint: Endpoint) -> FormScreen:
    """Return a form for a command to run in the container of that name; Enter runs it from every field."""
    return FormScreen(
        f"Run in {clean(container)}",
        OPTIONS,
        {option.id: option.default for option in OPTIONS},
        item=None,
        lines=lambda values, reveal: (docker_line(endpoint, _docker_words(container, values), reveal=reveal),),
        go_on="run",
        enter_submits=True,
    )


def _docker_words(container: str, values: Values) -> tuple[str, ...]:
    return (
        "exec",
        "--interactive",
        *words("--tty", values["tty"]),
        *words("--user", values["user"]),
        *words("--workdir", values["workdir"]),
        *words("--env", values["env"]),
        *words("--privileged", values["privileged"]),
        container,
        *values["command"],
    )


def command(values: Values) -> Command:
    """Return the typed values as a command."""
    return Command(
        values["command"],
        tty=values["tty"],
        user=values["user"],
        workdir=values["workdir"],
        env=values["env"],
        privileged=values["privileged"],
    )


async def refusal(session: TerminalSession, form: FormScreen, values: Values) -> Refused | None:
    """Return why the command could not be started; None once it runs or has run, or when the form is closed."""
    waited = 0.0
    while form.is_attached and session.live and waited < _FAILS_WITHIN:
        await asyncio.sleep(_LOOK)
        waited += _LOOK if session.state is State.RUNNING else 0
    if session.state is not State.FAILED and session.exit_code not in _NOT_STARTED:
        return None
    emulator = session.emulator
    told = " ".join(emulator.text(Place(0, 0), Place(emulator.total - 1, session.size.columns - 1)).split())
    said = session.reason or told or "it could not be started"
    code = f"exit {session.exit_code}: " if session.exit_code is not None else ""
    return refused(f"{code}{said}", values)
