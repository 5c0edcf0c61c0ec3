"""The mirror: what one Engine last said, kind by kind, and who is told when that changes."""

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
    """The type of `ALL`, which stands where a set of identities may."""

    ALL = "all"


ALL: Final = Everything.ALL
"""Every object of a kind, those not known yet included."""

Ids = Collection[str] | Literal[Everything.ALL]


def _newer(old: T, new: T) -> T:
    return new


def _all_have_it(version: Version) -> str:
    return ""


class Source(NamedTuple, Generic[T]):
    """How one kind of object is listed and told apart, and which events concern it.

    `ls` lists all objects, or those of the identities given (an Engine's filter may let more through: they are as
    fresh and are kept). `touched` says which objects an event may have changed, given those known; `actions` are the
    words of the events it minds. `merge` makes the object to keep out of the known one and the listed one. `same`
    tells whether the two look alike to a user; it is finer than `==` where fields that take no part in `==` are seen.
    `lacking` says why an Engine of a version has no such objects, or "". `at_once`: whether it is listed from the
    start, and not only once somebody wants it.
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
    """What to ask Docker's event stream for: a health check alone is three events that change no list."""
    known = tuple(sources)
    return {
        "type": sorted(source.kind for source in known),
        "event": sorted({action for source in known for action in source.actions}),
    }


class LinkState(StrEnum):
    """How the mirror stands to its Engine."""

    CONNECTING = "connecting"
    LIVE = "live"
    LOST = "lost"


class Link(NamedTuple):
    """The state of the connection, since when (epoch s), why, and when it is tried again.

    `retry_at` (epoch s) is None while an attempt is under way, while the link is live, and while a person is waited for
    (`refused`).
    """

    state: LinkState
    since: float
    error: EngineError | None = None
    retry_at: float | None = None

    @property
    def refused(self) -> bool:
        """Whether the login was refused: it is repeated when the user wants it, and not before."""
        return self.state is LinkState.LOST and self.error is not None and self.error.kind is ErrorKind.LOGIN


class Change(NamedTuple):
    """Objects of one kind that are new or differ, and objects that are gone.

    Both are empty when a kind is listed for the first time and holds nothing, and when its `error` came or went.
    """

    kind: str
    changed: frozenset[str]
    removed: frozenset[str]


class _Shelf:
    """All that is known of one kind. `objects` is never altered, only replaced by another."""

    def __init__(self, source: Source[Any]) -> None:
        self.source = source
        self.objects: Mapping[str, Any] = MappingProxyType({})
        self.generation = 0
        self.listed_at: float | None = None
        self.error: EngineError | None = None


class Mirror:
    """The objects of one Engine by kind and identity.

    A mapping given out is a snapshot: it never changes. Subscribers are called on the event loop, one after the
    other, and must be cheap.
    """

    def __init__(self, sources: Iterable[Source[Any]], clock: Callable[[], float] = time.time) -> None:
        self.sources: Sequence[Source[Any]] = tuple(sources)
        self.clock = clock
        self.version: Version | None = None
        self._shelves = {source.kind: _Shelf(source) for source in self.sources}
        self._link = Link(LinkState.CONNECTING, clock())
        self._watching: list[Callable[[Change], None]] = []
        self._watching_link: list[Callable[[Link], None]] = []

    @property
    def link(self) -> Link:
        """How the mirror stands to its Engine."""
        return self._link

    def set_link(self, link: Link) -> None:
        """Record the state of the connection and tell the subscribers, if it differs."""
        if link != self._link:
            self._link = link
            for tell in tuple(self._watching_link):
                told(tell, link)

    def objects(self, kind: str) -> Mapping[str, Any]:
        """The objects of a kind by identity, as last listed."""
        return self._shelves[kind].objects

    def get(self, kind: str, identity: str) -> Any | None:
        """One object, or None if there is none of that identity."""
        return self._shelves[kind].objects.get(identity)

    def generation(self, kind: str) -> int:
        """A number that grows with each `Change` of the kind."""
        return self._shelves[kind].generation

    def loaded(self, kind: str) -> bool:
        """Whether the kind has ever been listed: an empty table then is an empty Engine."""
        return self._shelves[kind].listed_at is not None

    def listed_at(self, kind: str) -> float | None:
        """When all objects of the kind were last listed, epoch s; None if never."""
        return self._shelves[kind].listed_at

    def error(self, kind: str) -> EngineError | None:
        """Why the kind could not be read the last time, or None if it could."""
        return self._shelves[kind].error

    def replace(self, kind: str, objs: Iterable[Any]) -> Change:
        """Take a full listing: what is not in it is gone."""
        shelf = self._shelves[kind]
        known, first = shelf.objects, shelf.listed_at is None
        shelf.listed_at = self.clock()
        fresh = self._merged(shelf, objs)
        return self._keep(shelf, fresh, fresh, known.keys() - fresh.keys(), first)

    def update(self, kind: str, objs: Iterable[Any], asked: Collection[str]) -> Change:
        """Take a listing of the objects `asked` for: those of them that are not in it are gone."""
        shelf = self._shelves[kind]
        fresh = self._merged(shelf, objs)
        gone = (shelf.objects.keys() & set(asked)) - fresh.keys()
        kept = {identity: obj for identity, obj in shelf.objects.items() if identity not in gone}
        return self._keep(shelf, kept | fresh, fresh, gone, False)

    def fail(self, kind: str, error: EngineError) -> None:
        """Record that the kind could not be read. What is known of it stays."""
        shelf = self._shelves[kind]
        known, shelf.error = shelf.error, error
        if str(known) != str(error):
            self._tell(shelf, Change(kind, frozenset(), frozenset()))

    def subscribe(self, tell: Callable[[Change], None]) -> Unsubscribe:
        """Have `tell` called with every change from now on, until what is returned is called."""
        self._watching.append(tell)
        return lambda: _forget(self._watching, tell)

    def subscribe_link(self, tell: Callable[[Link], None]) -> Unsubscribe:
        """Have `tell` called whenever the link differs, until what is returned is called."""
        self._watching_link.append(tell)
        return lambda: _forget(self._watching_link, tell)

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
        for tell in tuple(self._watching):
            told(tell, change)


def told(tell: Callable[[Any], None], what: Any) -> None:
    """Tell a subscriber; one that fails is no reason that the others, or the mirror, should."""
    try:
        tell(what)
    except Exception as error:
        logging.getLogger("dockertui").error("a subscriber of the mirror failed", exc_info=error)


def _forget(watching: list[Any], tell: Any) -> None:
    if tell in watching:
        watching.remove(tell)
