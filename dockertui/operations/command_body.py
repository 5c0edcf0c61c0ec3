"""What a command asks for and sends.

A body has its requests as values (`Call`) and the words of its `docker` line. The request sent, the `curl` line, the
confirmation and the journal are all made from these, so that none can differ from what is done.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dockertui.engine.call import Call
from dockertui.engine.client import Engine
from dockertui.engine.progress import Heard
from dockertui.masking import masked
from dockertui.operations.progress import Progress
from dockertui.resources.surroundings import Surroundings
from dockertui.widgets.page_lines import Section

Values = Mapping[str, Any]
"""The form's values by option id: str, int or None, bool, or tuple of str."""


class FieldKind(StrEnum):
    """The type of an option's value."""

    TEXT = "text"
    NUMBER = "a whole number"
    WORDS = "words, quoted as in a shell"
    FLAG = "yes or no"
    CHOICE = "one of several"
    SECRET = "what nobody is to see"


class InvalidValue(ValueError):
    """A value that cannot be used; the text says why, and which could.

    option: the id of the field, if several were checked together.
    """

    def __init__(self, text: str, option: str = "") -> None:
        super().__init__(text)
        self.option = option

    def __str__(self) -> str:
        return masked(super().__str__())  # it may quote a hidden field


@dataclass(frozen=True, slots=True)
class Option:
    """One field of a command's form.

    check: raises InvalidValue for a value that the Engine would refuse. choices_of: returns the choices from the
    object. choices_in: the id of the value, made by `prepare`, that holds the choices.
    """

    id: str
    label: str
    entry: FieldKind = FieldKind.TEXT
    default: Any = ""
    hint: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False
    check: Callable[[Any], None] = lambda _: None
    choices_of: Callable[[Any], Sequence[str]] | None = None
    choices_in: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A command's work on one object: its requests in order, and the equivalent `docker` words.

    after: runs afterwards with the Engine's reply, and returns a message; raises EngineError. note: a message to show
    in any case, as on unreadable credentials. run: sends these requests itself, if a failure must be undone, and
    returns a message. unsaid: settings of the created object that the `docker` words lack. left: returns what remains
    when not all requests were answered; gets how many were, and whether the next one may have been carried out. undo:
    returns the call that removes that again when the Engine refuses the next request; gets the replies, and returns
    None if nothing has to be removed.
    """

    calls: tuple[Call, ...]
    docker: tuple[str, ...]
    after: Callable[[Engine, Any], Awaitable[str]] | None = None
    note: str = ""
    run: Callable[[Engine, Heard], Awaitable[str]] | None = None
    unsaid: tuple[str, ...] = ()
    left: Callable[[int, bool], str] = lambda done, perhaps: ""
    undo: Callable[[Sequence[Any]], Call | None] = lambda replies: None


Report = Callable[[Any, Any], Sequence[Section]]
"""Makes the page for the Engine's reply from the object and the reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The part of a command that a command run needs.

    takes_along: what else the command affects, in words. outcome: a message on the Engine's reply, or on the list of
    replies to several requests. prepare: values from the Engine that replace the defaults. complete: adds values that
    the form does not ask for, such as credentials, once it is filled in. report: the reply as a page, for a command
    that only reads. check: raises InvalidValue, with the option's id, for values that conflict with each other or with
    this machine. progress: makes the listener to the replies.
    """

    plan: Callable[[Any, Values], Plan]
    options: tuple[Option, ...] = ()
    takes_along: Callable[[Any, Surroundings, Values], list[str]] = lambda item, surroundings, values: []
    outcome: Callable[[Any], str] = lambda reply: ""
    defaults: Callable[[Any], Values] = lambda item: {}
    prepare: Callable[[Engine, Any], Awaitable[Values]] | None = None
    complete: Callable[[Engine, Values], Awaitable[Values]] | None = None
    report: Report | None = None
    check: Callable[[Values], None] = lambda values: None
    progress: Callable[[Plan], Progress] = lambda plan: Progress()

    def values(self, item: Any = None) -> dict[str, Any]:
        """Return the options' defaults for an object."""
        return {option.id: option.default for option in self.options} | dict(self.defaults(item))
