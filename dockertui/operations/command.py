"""Operations that send requests to the Engine, as far as menus, keys and the footer need them.

A command's body, its form and requests, is loaded when first used: startup does not pay for forms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from dockertui.operations.base import Operation

if TYPE_CHECKING:
    from dockertui.engine.client import Engine
    from dockertui.engine.models import Version
    from dockertui.operations.command_body import Body


class Harm(IntEnum):
    """How much damage an operation may do."""

    NOTHING = 0
    INTERRUPTS = 1
    DESTROYS = 2


def has_all(version: Version) -> str:
    """Return "": every Engine has it."""
    return ""


def always(item: Any) -> str:
    """Return "": it applies to every object."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Operation):
    """An operation on the Engine.

    kind: the kind of its objects. load: returns the body of an id. on_object: whether it acts on an object, and not on
    the kind as a whole, as `prune` and `create` do. many: whether it acts on all marked objects. ask: whether its form
    opens first; else the options have their defaults unless the form is requested. applies: returns why it does not
    apply to an object, or "". doing, done: its words while it runs and afterwards. reads: whether it changes nothing on
    the Engine, and so is allowed when read-only. question: the start of its confirmation, `{}` for the object's name,
    if the title does not serve. lacks: returns why an Engine of a version does not support it, or "". titled: returns
    its title on an Engine, if it differs between versions. prunes: whether it removes everything unused. rare: whether
    menus list it only where it applies.
    """

    kind: str
    load: Callable[[str], Body]
    on_object: bool = True
    many: bool = True
    harm: Harm = Harm.NOTHING
    ask: bool = False
    applies: Callable[[Any], str] = always
    doing: str = ""
    done: str = ""
    reads: bool = False
    question: str = ""
    lacks: Callable[[Version], str] = has_all
    titled: Callable[[Version], str] | None = None
    prunes: bool = False
    rare: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "action", f"screen.run_command({self.id!r})")

    @property
    def verb(self) -> str:
        """The first words of its title, before a colon."""
        return self.title.partition(":")[0]

    @property
    def body(self) -> Body:
        """Its form and its requests."""
        return self.load(self.id)

    def refusal(self, engine: Engine, item: Any = None) -> str:
        """Return why it is impossible on this Engine, or on an object, or ""."""
        if engine.read_only and not self.reads:
            return "read only"
        if engine.version is not None and (lack := self.lacks(engine.version)):
            return lack
        return self.applies(item) if self.on_object else ""

    def title_on(self, version: Version | None) -> str:
        """Return its title on an Engine of this version."""
        return self.titled(version) if self.titled is not None and version is not None else self.title
