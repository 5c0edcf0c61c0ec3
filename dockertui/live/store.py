"""The mirror: the objects of one Engine as last listed, kind by kind, with subscribers to changes."""

from __future__ import annotations

import logging
import operator
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Any, Final, Generic, Literal, NamedTuple, TypeVar

from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.models import Event, Version

T = TypeVar("T")
Unsubscribe = Callable[[], None]


class Everything(Enum):
    """The type of `ALL`, which may be used in place of a set of IDs."""

    ALL = "all"


ALL: Final = Everything.ALL
"""Every object of a kind, including those not known yet."""

Ids = Collection[str] | Literal[Everything.ALL]


def _newer(old: T, new: T) -> T:
    return new


def _all_have_it(version: Version) -> str:
    return ""


class Source(NamedTuple, Generic[T]):
    """How one kind of object is listed and identified, and which events concern it.

    `ls` lists all objects, or those with the given IDs (an Engine's filter may let more through: they are as fresh and
    are kept). `touched` returns the IDs of the objects that an event may have changed, given the known ones; `actions`
    are the event actions that matter. `merge` makes the object to keep from the known and the listed one. `same` tells
    whether two look alike to a user; it is finer than `==` where visible fields take no part in `==`. `lacking` says
    why an Engine version has no such objects, or "". `at_once`: whether it is listed from the start, not only once it
    is wanted.
    """

    kind: str
    ls: Callable[[Engine, Collection[str] | None], Awaitable[list[T]]]
    identity: Callable[[T], str]
    touched: Callable[[Event, Mapping[str, T]], Ids]
    actions: frozenset[str] = frozenset()
    merge: Callable[[T, T], T] = _newer
    same: Callable[[T, T], bool] = operator.eq
    lacking: Callable[[Version], str] = _all_have_it
    at_once: bool = True


def event_filters(sources: Iterable[Source[Any]]) -> dict[str, list[str]]:
    """Return the filters for Docker's event stream: a health check alone is three events that change no list."""
    known = tuple(sources)
    return {
        "type": sorted(source.kind for source in known),
        "event": sorted({action for source in known for action in source.actions}),
    }


class LinkState(StrEnum):
    """The state of the mirror's connection to its Engine."""

    CONNECTING = "connecting"
    LIVE = "live"
    LOST = "lost"


class Link(NamedTuple):
    """The state of the connection, since when (epoch s), why, and when the next attempt is.

    `retry_at` (epoch s) is None during an attempt, while the link is live, and while it waits for a person (`refused`).
    """

    state: LinkState
    since: float
    error: EngineError | None = None
    retry_at: float | None = None

    @property
    def refused(self) -> bool:
        """Whether the login was refused: it is retried only when the user asks."""
        return self.state is LinkState.LOST and self.error is not None and self.error.kind is ErrorKind.LOGIN


class Change(NamedTuple):
    """IDs of one kind: the objects that are new or differ, and those that are gone.

    Both are empty when a kind is listed for the first time and has no objects, and when its `error` came or went.
    """

    kind: str
    changed: frozenset[str]
    removed: frozenset[str]


class _Shelf:
    """All that is known of one kind. `objects` is never modified, only replaced."""

    def __init__(self, source: Source[Any]) -> None:
        self.source = source
        self.objects: Mapping[str, Any] = MappingProxyType({})
        self.generation = 0
        self.listed_at: float | None = None
        self.error: EngineError | None = None


class Mirror:
    """The objects of one Engine by kind and ID.

    A mapping that it returns is a snapshot: it never changes. Subscribers are called on the event loop, one after the
    other, and must be fast.
    """

    def __init__(self, sources: Iterable[Source[Any]], clock: Callable[[], float] = time.time) -> None:
        self.sources: Sequence[Source[Any]] = tuple(sources)
        self.clock = clock
        self.version: Version | None = None
        self._shelves = {source.kind: _Shelf(source) for source in self.sources}
        self._link = Link(LinkState.CONNECTING, clock())
        self._subscribers: list[Callable[[Change], None]] = []
        self._link_subscribers: list[Callable[[Link], None]] = []

    @property
    def link(self) -> Link:
        """The state of the connection to the Engine."""
        return self._link

    def set_link(self, link: Link) -> None:
        """Set the state of the connection and notify the subscribers if it differs."""
        if link != self._link:
            self._link = link
            for tell in tuple(self._link_subscribers):
                notify(tell, link)

    def objects(self, kind: str) -> Mapping[str, Any]:
        """Return the objects of a kind by ID, as last listed."""
        return self._shelves[kind].objects

    def get(self, kind: str, identity: str) -> Any | None:
        """Return one object, or None if there is none with that ID."""
        return self._shelves[kind].objects.get(identity)

    def generation(self, kind: str) -> int:
        """Return a number that grows with each `Change` of the kind."""
        return self._shelves[kind].generation

    def loaded(self, kind: str) -> bool:
        """Return whether the kind was ever listed: only then does an empty table mean that there are no objects."""
        return self._shelves[kind].listed_at is not None

    def listed_at(self, kind: str) -> float | None:
        """Return when all objects of the kind were last listed, epoch s; None if never."""
        return self._shelves[kind].listed_at

    def error(self, kind: str) -> EngineError | None:
        """Return why the kind could not be read the last time, or None if it could."""
        return self._shelves[kind].error

    def replace(self, kind: str, objs: Iterable[Any]) -> Change:
        """Apply a full listing: objects not in it are gone."""
        shelf = self._shelves[kind]
        known, first = shelf.objects, shelf.listed_at is None
        shelf.listed_at = self.clock()
        fresh = self._merged(shelf, objs)
        return self._keep(shelf, fresh, fresh, known.keys() - fresh.keys(), first)

    def update(self, kind: str, objs: Iterable[Any], asked: Collection[str]) -> Change:
        """Apply a listing of the objects `asked` for: those of them not in it are gone."""
        shelf = self._shelves[kind]
        fresh = self._merged(shelf, objs)
        gone = (shelf.objects.keys() & set(asked)) - fresh.keys()
        kept = {identity: obj for identity, obj in shelf.objects.items() if identity not in gone}
        return self._keep(shelf, kept | fresh, fresh, gone, False)

    def fail(self, kind: str, error: EngineError) -> None:
        """Record that the kind could not be read. Its known objects stay."""
        shelf = self._shelves[kind]
        known, shelf.error = shelf.error, error
        if str(known) != str(error):
            self._tell(shelf, Change(kind, frozenset(), frozenset()))

    def subscribe(self, tell: Callable[[Change], None]) -> Unsubscribe:
        """Call `tell` with every change from now on, until the returned function is called."""
        self._subscribers.append(tell)
        return lambda: _forget(self._subscribers, tell)

    def subscribe_link(self, tell: Callable[[Link], None]) -> Unsubscribe:
        """Call `tell` whenever the link changes, until the returned function is called."""
        self._link_subscribers.append(tell)
        return lambda: _forget(self._link_subscribers, tell)

    @staticmethod
    def _merged(shelf: _Shelf, objs: Iterable[Any]) -> dict[str, Any]:
        source, fresh = shelf.source, {}
        for obj in objs:
            identity = source.identity(obj)
            if not identity:
                continue
            known = shelf.objects.get(identity)
            fresh[identity] = obj if known is None else source.merge(known, obj)
        return fresh

    def _keep(
        self, shelf: _Shelf, objects: dict[str, Any], fresh: Mapping[str, Any], gone: Collection[str], first: bool
    ) -> Change:
        known, same = shelf.objects, shelf.source.same
        changed = {i for i, obj in fresh.items() if i not in known or not same(known[i], obj)}
        shelf.objects = MappingProxyType(objects)
        recovered, shelf.error = shelf.error is not None, None
        change = Change(shelf.source.kind, frozenset(changed), frozenset(gone))
        if changed or gone or first or recovered:
            self._tell(shelf, change)
        return change

    def _tell(self, shelf: _Shelf, change: Change) -> None:
        shelf.generation += 1
        for tell in tuple(self._subscribers):
            notify(tell, change)


def notify(tell: Callable[[Any], None], what: Any) -> None:
    """Call a subscriber; if it fails, log the error so that neither the others nor the mirror fail."""
    try:
        tell(what)
    except Exception as error:
        logging.getLogger("dockertui").error("a subscriber of the mirror failed", exc_info=error)


def _forget(subscribers: list[Any], tell: Any) -> None:
    if tell in subscribers:
        subscribers.remove(tell)
