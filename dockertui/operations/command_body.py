"""What a command asks for and sends.

A body says its requests as values (`Call`) and the words of its `docker` line. What is sent, the `curl` line, the
confirmation and the journal are all made from these, so that none of them can say what is not done.
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
"""What the form holds, by the options' ids: str, int or None, bool, or tuple of str."""


class FieldKind(StrEnum):
    """What is typed into an option."""

    TEXT = "text"
    NUMBER = "a whole number"
    WORDS = "words, quoted as in a shell"
    FLAG = "yes or no"
    CHOICE = "one of several"
    SECRET = "what nobody is to see"


class InvalidValue(ValueError):
    """A value that cannot be used; the text says why, and what could.

    option: the id of the field, where several were looked at together.
    """

    def __init__(self, text: str, option: str = "") -> None:
        super().__init__(text)
        self.option = option

    def __str__(self) -> str:
        return masked(super().__str__())  # it may quote what the field hides


@dataclass(frozen=True, slots=True)
class Option:
    """One field of a command's form.

    check: raises Unfit for a value that the Engine would refuse. choices_of: what the object has to choose from.
    choices_in: the id of the value, made by `prepare`, that holds what there is to choose from.
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
    """What a command would do to one object: its requests, one after the other, and the `docker` words for it.

    after: what is then done, told the Engine's reply; what is to be said of it. Raises EngineError. note: what is to be
    said however it ends, as of credentials that could not be read. run: sends these requests itself, where one that
    fails has to be undone; returns what is to be said. unsaid: what the `docker` words do not say of the thing that is
    made. left: what stands when not all of the requests were answered, in words; told how many were, and whether the
    next one may have been carried out. undo: what takes that away again once the Engine has refused the next one, told
    the replies; None where there is nothing to take away.
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
"""The page that says what the Engine answered, told the object and the reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The part of a command that its order needs.

    takes_along: what else goes with the object, in words. outcome: what is worth saying of the Engine's reply, or of
    the list of them where there are several requests. prepare: what the Engine knows better than the defaults.
    complete: what the form does not ask for, as credentials, once it is filled in. report: what the reply says, as a
    page, for a command that only asks. check: raises Unfit, with the option's id, for values that do not fit together
    or do not fit what is on this machine. progress: what listens to the replies.
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
        """The options' defaults for an object."""
        return {option.id: option.default for option in self.options} | dict(self.defaults(item))
