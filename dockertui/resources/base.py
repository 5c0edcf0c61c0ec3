"""What a kind of object is to the screen: its columns, the words its filter knows, its page and its references."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from dockertui.engine.client import Engine
from dockertui.engine.listing import Listing
from dockertui.engine.models import Event, Version
from dockertui.live.store import Ids, Source
from dockertui.resources.event_effects import own
from dockertui.resources.reply import Reply
from dockertui.resources.surroundings import Size, Surroundings
from dockertui.widgets.columns import Column
from dockertui.widgets.page_lines import LABEL_MAX, Field, Section

T = TypeVar("T")


class Reference(NamedTuple):
    """An object that another one names."""

    kind: str
    id: str
    label: str


class Summary(NamedTuple):
    """What a pane's title says of its objects beside their number: `4 running`, in a style."""

    text: str
    style: str = ""


class Resource(ABC, Generic[T]):
    """One kind of object. The screen is the same code for all of them; what differs stands in a subclass of this.

    A new kind is its model with a `Listing`, one file with such a subclass, and its place in
    `dockertui.resources.registry.RESOURCES`.
    """

    title: ClassVar[str]
    listing: ClassVar[Listing[Any]]
    """How the API lists the kind and tells all of one."""
    actions: ClassVar[frozenset[str]]
    """The words of the events that change what is listed."""
    stacked: ClassVar[bool] = True
    """Whether its pane is always there. Others come when they are chosen, and are listed from then on."""
    has: ClassVar[frozenset[str]] = frozenset()
    """What can be seen or done beside what all kinds have: tabs, and operations that name it as their `of`."""
    default_sort: ClassVar[str] = "name"
    busy_column: ClassVar[str] = "name"
    """The column that says what is being done to the object, while it is."""
    sampled: ClassVar[frozenset[str]] = frozenset()
    """Columns whose values change with every sample of statistics, without their object."""

    @property
    def kind(self) -> str:
        """The kind as events and the CLI name it."""
        return self.listing.kind

    def lacking(self, version: Version) -> str:
        """Why an Engine of a version has no such objects, or ""."""
        return self.listing.needs.lacking(version)

    @cached_property
    def source(self) -> Source[T]:
        """How the mirror keeps the kind."""
        return Source(self.kind, self.listing.ls, self.listing.identity, self.touched, self.actions,
                      lacking=lambda version: self.lacking(version), at_once=self.stacked)  # fmt: skip

    def touched(self, event: Event, known: Mapping[str, T]) -> Ids:
        """The objects that an event may have changed, given those known."""
        return own(event, self.kind)

    @abstractmethod
    def columns(self, surroundings: Surroundings) -> Sequence[Column[T]]:
        """The columns of the list, the most telling first."""

    @abstractmethod
    def name(self, item: T) -> str:
        """What a person calls this object."""

    @abstractmethod
    def terms(self) -> Mapping[str, Callable[[T], Iterable[str]]]:
        """The texts each filter term (`name:` …) looks at. A plain word looks at those of `plain`
        and `prefixes`. Those of `prefixes` must begin with the word: a few hex digits stand somewhere in every id, and
        healthy in unhealthy."""

    plain: ClassVar[Sequence[str]] = ("name",)
    prefixes: ClassVar[Sequence[str]] = ("id",)

    @abstractmethod
    def sections(self, item: T, inspect: Reply, surroundings: Surroundings) -> list[Section]:
        """The page of one object. `inspect` is empty until the Engine has answered."""

    @abstractmethod
    def references(self, item: T, surroundings: Surroundings) -> list[Reference]:
        """The objects this one uses, and those that use it."""

    async def inspect(self, engine: Engine, item: T) -> Mapping[str, Any]:
        """The Engine's whole answer about one object. Raises EngineError."""
        return await self.listing.inspect(engine, self.listing.identity(item))

    def created(self, item: T) -> float | None:
        """When the object was made, in epoch seconds; None where that is not known."""
        return None

    def aging(self, item: T) -> Iterable[float | None]:
        """The times, in epoch seconds, whose distance from now is shown."""
        return (self.created(item),)

    def copies(self, item: T) -> Iterable[tuple[str, str]]:
        """Label and text of what somebody may want to paste elsewhere, the common things first."""
        yield "name", self.name(item)
        yield "id", self.listing.identity(item)

    def summary(self, items: Iterable[T], surroundings: Surroundings) -> list[Summary]:
        """What is worth knowing of all the objects at a glance."""
        return []

    def is_running(self, item: T) -> bool:
        """Whether the object stays in the list when only what runs is shown."""
        return True

    def is_troubled(self, item: T) -> bool:
        """Whether somebody would ask why it is as it is."""
        return False

    async def measure(self, engine: Engine) -> Mapping[str, Size]:
        """What each object takes on disk, by id: dear for the Engine, so only on request. Raises EngineError."""
        return {}


def facts(*fields: Field | None) -> list[Field]:
    """The fields that say something."""
    return [field for field in fields if field is not None and field.value]


def listing(title: str, pairs: Iterable[tuple[str, str]]) -> Section:
    """A section of names and values, such as labels. Long names stand before their values: they differ at their end."""
    known = list(pairs)
    if any(len(name) > LABEL_MAX for name, _ in known):
        return Section(title, [Field("", f"{name}={value}") for name, value in known])
    return Section(title, [Field(name, value or "(empty)") for name, value in known])


def labels(item: Any) -> list[str]:
    """The labels of an object as a filter's `label:` looks for them."""
    return [f"{key}={value}" for key, value in item.labels.items()]


def filled(*sections: Section) -> list[Section]:
    """The sections that hold a field."""
    return [section for section in sections if section.fields]
