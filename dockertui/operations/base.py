"""The catalogue's building block: an `Operation` is one thing a user can do, and the source of all text about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Context(StrEnum):
    """Where an operation's keys work."""

    EVERYWHERE = "on every screen"
    ANYWHERE = "anywhere"
    ROWS = "in every list"
    LIST = "in a list"
    DETAIL = "in the detail"
    OBJECT = "in the list"
    BELOW = "below the lists"
    LOG = "in a log"
    WHY = "in a diagnosis"
    PROCESSES = "in the processes"
    EVENTS = "in the events"
    STATS = "in the plots of statistics"
    OVERVIEW = "in the overview"
    FILES = "in files"
    FILE = "in a file"
    CONNECTION = "when there is no Engine"
    TERMINAL = "in a terminal, after the leader"
    READING = "reading back in a terminal"
    ENDED = "in a terminal that has ended"
    PROMPT = "while typing a filter or a search"
    SCREEN = "on a screen over the lists"
    SECRETS = "on a screen with secrets"
    LENS = "in the API lens"
    JOBS = "in the jobs"
    OUTPUT = "in a job's output"
    REPORT = "in a report"
    TIMELINE = "in the Engine's timeline"
    EVENT = "in an event"
    LINE = "in a line of a log"
    HELP = "in the help"
    FORM = "in a form"
    CHOICE = "in a form, at one of several"
    FLAG = "in a form, at yes or no"
    QUESTION = "in a question"
    MENU = "in a menu"
    COLUMNS = "in the menu of columns"


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a user can do.

    id: its name in the settings, `list.sort`. title: its name in help and palette. action: the screen's or widget's
    method `action_…` that runs it, with its arguments. keys: Textual's names of its keys, or the character. hint: its
    one word in the footer; without one it is not shown there, and the highest `hint_order` is dropped first when the
    width is too small. words: further words by which the palette finds it. kind: the kind of object it is about: an
    Engine without that kind has no use for it. of: what a kind must have (`Resource.has`) for it to make sense in its
    pane.
    """

    id: str
    title: str
    action: str
    keys: tuple[str, ...]
    group: str
    context: Context = Context.ANYWHERE
    hint: str = ""
    hint_order: int = 5
    words: str = ""
    palette: bool = True
    kind: str = ""
    of: str = ""
