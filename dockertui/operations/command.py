"""Operations that ask something of the Engine, as far as menus, keys and the footer need to know them.

What a command asks for and sends, its body, is loaded when it is first wanted: no start pays for forms.
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
    """How much an operation may break."""

    NOTHING = 0
    INTERRUPTS = 1
    DESTROYS = 2


def has_all(version: Version) -> str:
    """Every Engine has it."""
    return ""


def always(item: Any) -> str:
    """It applies to every object."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Operation):
    """An operation on the Engine.

    kind: of the objects it is for. load: gives its body, by its id. on_object: whether it is done to an object, and not
    to the kind as a whole, as `prune` and `create` are. many: whether it is done to the marked ones. ask: whether its
    form comes first; else the options have their defaults unless they are asked for. applies: why it does not apply to
    an object, or "". doing, done: its words while it runs and afterwards. reads: whether it changes nothing on the
    Engine, and is so possible read-only. question: how its question begins, `{}` for the object's name, where the title
    does not do. lacks: why an Engine of a version has no such thing, or "". titled: its title on an Engine, where that
    does not do the same on all. prunes: whether it removes whatever is unused. rare: whether menus name it only where
    it applies.
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
        """What it does, in the words of its title that come first."""
        return self.title.partition(":")[0]

    @property
    def body(self) -> Body:
        """What it asks for and sends."""
        return self.load(self.id)

    def refusal(self, engine: Engine, item: Any = None) -> str:
        """Why it cannot be done to an object on this Engine, or ""."""
        if engine.read_only and not self.reads:
            return "read only"
        if engine.version is not None and (lack := self.lacks(engine.version)):
            return lack
        return self.applies(item) if self.on_object else ""

    def title_on(self, version: Version | None) -> str:
        """Its title, as it is true of an Engine of this version."""
        return self.titled(version) if self.titled is not None and version is not None else self.title
