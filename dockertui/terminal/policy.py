"""A session's state, what a container may do in it, and the observer of both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dockertui.terminal.emulator import HISTORY_LINES


class State(StrEnum):
    """The state of a session."""

    STARTING = "starting"
    RUNNING = "running"
    ENDED = "ended"  # the process has ended; with its exit code, if the Engine knows it
    LOST = "lost"  # the connection ended, and the process perhaps not
    FAILED = "failed"  # it never ran
    BROKEN = "broken"  # the program failed and disconnected; the process may still run


class Clipboard(StrEnum):
    """Whether containers may write the user's clipboard."""

    ASK = "ask"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a container may do, and how many lines are kept."""

    history: int = HISTORY_LINES
    title: bool = True
    bell: bool = True
    clipboard: Clipboard = Clipboard.ASK


class SessionObserver:
    """Base class for observers of a session: override what is of interest. Called on the event loop: be quick."""

    def output_came(self) -> None:
        """The screen may have changed."""

    def state_changed(self) -> None:
        """State, title or name changed."""

    def bell_rang(self) -> None:
        """The container rang the bell."""

    def clipboard_asked(self, text: str) -> None:
        """The container wants `text` in the clipboard, and the policy does not forbid it."""

    def interrupt_asked(self) -> None:
        """Ctrl-C was typed to a process without a terminal: should it be signalled?"""
