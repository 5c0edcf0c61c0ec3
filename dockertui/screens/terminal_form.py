"""The form of `X`: what to run in a container, and how."""

from __future__ import annotations

import shlex
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Checkbox, Input, Label

from dockertui.engine.execs import Command
from dockertui.widgets.screen import Dialog
from dockertui.widgets.text import clean


class Tick(Checkbox):
    """A checkbox whose state is a sign, not a colour alone."""

    @property
    def BUTTON_INNER(self) -> str:  # type: ignore[override]
        return "x" if self.value else " "


class ExecForm(Dialog[Command | None]):
    """Asks for a command; its result is None when left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "cancel", "Cancel"),
        ("ctrl+c", "cancel", "Cancel"),
        ("down", "app.focus_next", "Next"),
        ("up", "app.focus_previous", "Previous"),
    ]

    def __init__(self, container: str) -> None:
        super().__init__()
        self._container = container
        self.command = Input(placeholder="sh -c 'ps aux | head'", id="command", compact=True)
        self.user = Input(placeholder="the image's; 1000:1000, postgres", id="user", compact=True)
        self.workdir = Input(placeholder="the image's; /srv", id="workdir", compact=True)
        self.env = Input(placeholder="NAME=value NAME='two words'", id="env", compact=True)
        self.tty = Tick("terminal (tty)", value=True, id="tty", compact=True)
        self.privileged = Tick("privileged", value=False, id="privileged", compact=True)
        self.problem = Label("", id="problem", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label(f"Run in {clean(self._container)}", classes="form-title", markup=False)
            for label, field in (
                ("Command", self.command),
                ("User", self.user),
                ("Directory", self.workdir),
                ("Environment", self.env),
            ):
                yield Label(label, markup=False)
                yield field
            yield self.tty
            yield self.privileged
            yield self.problem
            yield Label("enter runs it · tab next · space ticks · esc leaves", classes="form-hint", markup=False)

    def on_mount(self) -> None:
        for field in (self.command, self.user, self.workdir, self.env):
            field.cursor_blink = False
        self.command.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._run()

    def on_key(self, event: events.Key) -> None:
        if event.key == "enter" and isinstance(self.focused, Checkbox):
            event.stop()
            event.prevent_default()
            self._run()

    def _run(self) -> None:
        try:
            self.dismiss(self.result)
        except ValueError as error:
            self.problem.update(str(error))

    @property
    def result(self) -> Command:
        """What is typed. Raises ValueError with what is wrong."""
        words = _words(self.command.value, "Command")
        if not words:
            raise ValueError("Command: what shall run?")
        env = _words(self.env.value, "Environment")
        if wrong := [pair for pair in env if "=" not in pair.lstrip("=")]:
            raise ValueError(f"Environment: {wrong[0]} has no =")
        return Command(
            words,
            tty=self.tty.value,
            user=self.user.value.strip(),
            workdir=self.workdir.value.strip(),
            env=env,
            privileged=self.privileged.value,
        )

    def action_cancel(self) -> None:
        self.dismiss(None)


def _words(text: str, label: str) -> tuple[str, ...]:
    """Words as a shell splits them."""
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise ValueError(f"{label}: {error}".lower().capitalize()) from None
