"""What the screen knows of a kind of object: its columns, filter terms, page and references."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from dockertui.engine.client import Engine
from dockertui.engine.fields import Reply
from dockertui.engine.listing import Listing
from dockertui.engine.models import Event, Version
from dockertui.live.store import Ids, Source
from dockertui.resources.event_effects import own
from dockertui.resources.surroundings import Size, Surroundings
from dockertui.widgets.columns import Column
from dockertui.widgets.page_lines import LABEL_MAX, Field, Section

T = TypeVar("T")


class Reference(NamedTuple):
    """A reference to another object."""

    kind: str
    id: str
    label: str


class Summary(NamedTuple):
    """A part of a pane's title about all its objects, such as `4 running`, in a style."""

    text: str
    style: str = ""


class Resource(ABC, Generic[T]):
    """One kind of object. The screens are the same code for all kinds; the differences are in subclasses of this.

    A new kind is a model with a `Listing`, a file with such a subclass, and an entry in
    `dockertui.resources.registry.RESOURCES`.
    """

    title: ClassVar[str]
    listing: ClassVar[Listing[Any]]
    """How the API lists and inspects the kind."""
    actions: ClassVar[frozenset[str]]
    """The actions of events that change the list."""
    stacked: ClassVar[bool] = True
    """Whether the pane is always there. Other panes appear once chosen, and are listed from then on."""
    has: ClassVar[frozenset[str]] = frozenset()
    """What the kind has beyond the common parts: tabs, and operations that name it as their `of`."""
    name_column: ClassVar[str] = "name"
    """The column with the object's name, which is always shown."""
    default_sort: ClassVar[str] = "name"
    telling: ClassVar[tuple[str, bool]] = ("name", False)
    """The sort column, and whether reversed, by which the most telling objects come first: a closed pane shows few."""
    group_column: ClassVar[str] = ""
    """The column by whose values the list can be grouped; those without one are last."""
    busy_column: ClassVar[str] = "name"
    """The column that shows a running command on the object."""
    sampled: ClassVar[frozenset[str]] = frozenset()
    """Columns that change with every statistics sample, while their object does not."""

    @property
    def kind(self) -> str:
        """The kind's name in events and in the CLI."""
        return self.listing.kind

    def lacking(self, version: Version) -> str:
        """Return why an Engine of a version has no such objects, or ""."""
        return self.listing.needs.lacking(version)

    @cached_property
    def source(self) -> Source[T]:
        """How the mirror keeps the kind."""
        return Source(self.kind, self.listing.ls, self.listing.identity, self.touched, self.actions,
                      lacking=lambda version: self.lacking(version), at_once=self.stacked)  # fmt: skip

    def touched(self, event: Event, known: Mapping[str, T]) -> Ids:
        """Return the ids of the objects that an event may have changed, given the known ones."""
        return own(event, self.kind)

    @abstractmethod
    def columns(self, surroundings: Surroundings) -> Sequence[Column[T]]:
        """Return the columns of the list, most important first."""

    @abstractmethod
    def name(self, item: T) -> str:
        """Return the object's name."""

    @abstractmethod
    def terms(self) -> Mapping[str, Callable[[T], Iterable[str]]]:
        """Return the texts that each filter term (`name:` …) searches.

        A plain word searches the terms in `plain` and `prefixes`. For those in `prefixes` it must be at the start of
        the text: a few hex digits are somewhere in every id, and `healthy` is in `unhealthy`.
        """

    plain: ClassVar[Sequence[str]] = ("name",)
    prefixes: ClassVar[Sequence[str]] = ("id",)

    @abstractmethod
    def sections(self, item: T, inspect: Reply, surroundings: Surroundings) -> list[Section]:
        """Return the page of one object. `inspect` is empty until the Engine has replied."""

    @abstractmethod
    def references(self, item: T, surroundings: Surroundings) -> list[Reference]:
        """Return the objects that this one uses, and those that use it."""

    async def inspect(self, engine: Engine, item: T) -> Mapping[str, Any]:
        """Return the Engine's full reply about one object. Raises EngineError."""
        return await self.listing.inspect(engine, self.listing.identity(item))

    def created(self, item: T) -> float | None:
        """Return when the object was created, in epoch seconds; None if unknown."""
        return None

    def aging(self, item: T) -> Iterable[float | None]:
        """Return the times (epoch seconds) that are shown as ages."""
        return (self.created(item),)

    def copies(self, item: T) -> Iterable[tuple[str, str]]:
        """Yield label and text of what can be copied, common things first."""
        yield "name", self.name(item)
        yield "id", self.listing.identity(item)

    def summary(self, items: Iterable[T], surroundings: Surroundings) -> list[Summary]:
        """Return the most important facts about all objects."""
        return []

    def is_running(self, item: T) -> bool:
        """Whether the list of running objects includes this one."""
        return True

    def is_troubled(self, item: T, surroundings: Surroundings) -> bool:
        """Whether the object's state asks for an explanation."""
        return False

    async def measure(self, engine: Engine) -> Mapping[str, Size]:
        """Ask the Engine for the objects' disk usage by id: expensive, so only on request. Raises EngineError."""
        return {}


def facts(*fields: Field | None) -> list[Field]:
    """Return the fields that are not empty."""
    return [field for field in fields if field is not None and field.value]


def listing(title: str, pairs: Iterable[tuple[str, str]]) -> Section:
    """Return a section of names and values, such as labels.

    If a name is too long for a label, each line is `name=value`: long names differ at their end.
    """
    known = list(pairs)
    if any(len(name) > LABEL_MAX for name, _ in known):
        return Section(title, [Field("", f"{name}={value}") for name, value in known])
    return Section(title, [Field(name, value or "(empty)") for name, value in known])


def labels(item: Any) -> list[str]:
    """Return an object's labels as the filter term `label:` searches them."""
    return [f"{key}={value}" for key, value in item.labels.items()]


def filled(*sections: Section) -> list[Section]:
    """Return the sections that have fields."""
    return [section for section in sections if section.fields]
