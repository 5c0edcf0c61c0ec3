"""Operations that ask something of the Engine: what they apply to, what they may be told, and what they send.

A `Command` says its requests as values (`Call`) and the words of its `docker` line. What is sent, the `curl` line, the
confirmation and the journal are all made from these, so that none of them can say what is not done.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from dockertui.engine.call import Call
from dockertui.engine.client import Engine
from dockertui.operations.base import Operation
from dockertui.operations.progress import Progress
from dockertui.resources.world import World
from dockertui.widgets.page_lines import Section

Values = Mapping[str, Any]
"""What the form holds, by the options' ids: str, int or None, bool, or tuple of str."""


class Harm(IntEnum):
    """How much an operation may break."""

    NOTHING = 0
    INTERRUPTS = 1
    DESTROYS = 2


class Entry(StrEnum):
    """What is typed into an option."""

    TEXT = "text"
    NUMBER = "a whole number"
    WORDS = "words, quoted as in a shell"
    FLAG = "yes or no"
    CHOICE = "one of several"
    SECRET = "what nobody is to see"


class Unfit(ValueError):
    """A value that cannot be used; the text says why, and what could.

    option: the id of the field, where several were looked at together.
    """

    def __init__(self, text: str, option: str = "") -> None:
        super().__init__(text)
        self.option = option


@dataclass(frozen=True, slots=True)
class Option:
    """One field of a command's form.

    check: raises Unfit for a value that the Engine would refuse. choices_of: what the object has to choose from.
    choices_in: the id of the value, made by `prepare`, that holds what there is to choose from.
    """

    id: str
    label: str
    entry: Entry = Entry.TEXT
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

    after: what is then done, told the Engine's reply; what is to be said of it. Raises EngineError.
    """

    calls: tuple[Call, ...]
    docker: tuple[str, ...]
    after: Callable[[Engine, Any], Awaitable[str]] | None = None


def always(item: Any) -> str:
    """It applies to every object."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Operation):
    """An operation on the Engine.

    kind: of the objects it is for. on_object: whether it is done to an object, and not to the kind as a whole, as
    `prune` and `create` are. many: whether it is done to the marked ones. ask: whether its form comes first; else
    the options have their defaults unless they are asked for. applies: why it does not apply to an object, or "".
    doing, done: its words while it runs and afterwards. takes_along: what else goes with the object, in words.
    outcome: what is worth saying of the Engine's reply, or of the list of them where there are several requests.
    long: whether it is a job to look at, rather than a matter of seconds. prepare: what the Engine knows better
    than the defaults. complete: what the form does not ask for, as credentials, once it is filled in. report: what
    the reply says, as a page, for a command that only asks. reads: whether it changes nothing on the Engine, and is
    so possible read-only. check: raises Unfit, with the option's id, for values that do not fit together or do not
    fit what is on this machine. progress: what listens to the replies. since: the API version that brings it, where
    1.41 does not.
    """

    kind: str
    plan: Callable[[Any, Values], Plan]
    on_object: bool = True
    many: bool = True
    harm: Harm = Harm.NOTHING
    options: tuple[Option, ...] = ()
    ask: bool = False
    applies: Callable[[Any], str] = always
    doing: str = ""
    done: str = ""
    takes_along: Callable[[Any, World, Values], list[str]] = lambda item, world, values: []
    outcome: Callable[[Any], str] = lambda reply: ""
    defaults: Callable[[Any], Values] = lambda item: {}
    prepare: Callable[[Engine, Any], Awaitable[Values]] | None = None
    complete: Callable[[Engine, Values], Awaitable[Values]] | None = None
    report: Callable[[Any, Any], Sequence[Section]] | None = None
    check: Callable[[Values], None] = lambda values: None
    progress: Callable[[Plan], Progress] = lambda plan: Progress()
    long: bool = False
    reads: bool = False
    since: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "action", f"screen.order({self.id!r})")

    def refusal(self, engine: Engine, item: Any = None) -> str:
        """Why it cannot be done to an object on this Engine, or ""."""
        if engine.read_only and not self.reads and self.report is None:
            return "read only"
        if self.since and engine.version is not None and not engine.supports(self.since):
            return f"needs API {self.since}"
        return self.applies(item) if self.on_object else ""

    def values(self, item: Any = None) -> dict[str, Any]:
        """The options' defaults for an object."""
        return {option.id: option.default for option in self.options} | dict(self.defaults(item))
