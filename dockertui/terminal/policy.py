"""What a session is in, what a container may do in it, and who is told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dockertui.terminal.emulator import HISTORY_LINES


class State(StrEnum):
    """Where a session is in its life."""

    STARTING = "starting"
    RUNNING = "running"
    ENDED = "ended"  # the process has ended; with its exit code, where the Engine knows it
    LOST = "lost"  # the connection ended, not the process, as far as is known
    FAILED = "failed"  # it never ran
    BROKEN = "broken"  # the program failed, and let go of it; the process may run on


class Clipboard(StrEnum):
    """Whether containers may write the user's clipboard."""

    ASK = "ask"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a container may do, and how much of it is kept."""

    history: int = HISTORY_LINES
    title: bool = True
    bell: bool = True
    clipboard: Clipboard = Clipboard.ASK


class SessionObserver:
    """Who shows a session overrides what it wants to know. Called on the event loop: be quick."""

    def output_came(self) -> None:
        """The screen may have changed."""

    def state_changed(self) -> None:
        """State, title or name changed."""

    def bell_rang(self) -> None:
        """The container rang."""

    def clipboard_asked(self, text: str) -> None:
        """The container wants `text` in the clipboard, and the policy does not say no."""

    def interrupt_asked(self) -> None:
        """Ctrl-C was typed to a process that has no terminal: it would be signalled."""
