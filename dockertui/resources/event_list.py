"""The events of a timeline in order, with notices where some may be missing."""

from __future__ import annotations

import bisect
import operator
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from dockertui.engine.models import Event
from dockertui.live.event_coverage import EVERYTHING, Gap
from dockertui.live.event_listener import BEGINNING
from dockertui.live.journal import Journal, concerns
from dockertui.live.store import Mirror
from dockertui.resources.event import PLAIN, EventDescriber, terms
from dockertui.resources.filter import ListFilter

_END = 1 << 63
_moment = operator.attrgetter("time_ns")


class EventSubject(NamedTuple):
    """An object whose events are shown; `names` are those that events may have beside its id."""

    kind: str
    id: str
    names: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """The journal's name for the coverage of its events."""
        return f"{self.kind} {self.id}"


class Notice(NamedTuple):
    """A line of the program's own between events."""

    time_ns: int
    text: str


Row = Event | Notice


class EventList:
    """The rows of a timeline, oldest first. `rows` always is the same list, changed in place.

    span: first and last moment shown (epoch ns), both inclusive. probes: whether events of health checks are shown.
    hidden: how many are not.
    """

    def __init__(self, journal: Journal, mirror: Mirror) -> None:
        self.journal = journal
        self.mirror = mirror
        self.describer = EventDescriber(mirror, journal.probes)
        self.about: EventSubject | None = None
        self.span: tuple[int | None, int | None] = (None, None)
        self.probes = False
        self.live = False
        """Whether a listener runs: then a blank without an end is shown as well."""
        self.hidden = 0
        self.rows: list[Row] = []
        self.seen: Counter[tuple[str, str]] = Counter()
        """Number of events by kind and action, whatever the filter."""
        self._terms = terms(self.describer)
        self.filter: ListFilter[Event] = ListFilter("", self._terms, PLAIN)
        self._added: list[Event] = []
        self._blanks: list[Gap] = []
        self._dropped = 0
        self._probed = 0
        self._noticed = 0

    def set_filter(self, line: str) -> None:
        """Apply a filter line."""
        self.filter = ListFilter(line, self._terms, PLAIN, ("id",))
        self.gather()

    def gather(self) -> None:
        """Rebuild the rows from the journal."""
        journal = self.journal
        self._added.clear()
        self.rows.clear()
        self.seen.clear()
        self.hidden = 0
        self._dropped, self._probed = journal.dropped, journal.probes.version
        self.rows += [event for event in journal.between(*self.span) if self._keeps(event)]
        self._blanks = self._known_blanks()
        self._put_notices()

    @property
    def count(self) -> int:
        """Number of events shown."""
        return len(self.rows) - self._noticed

    def add(self, event: Event) -> None:
        """Take an event from the journal; the next `update` adds it."""
        self._added.append(event)

    def update(self) -> int:
        """Add new events to the rows; return how many were added at the end."""
        if self._probed != self.journal.probes.version:
            self.gather()
            return 0
        count, last = 0, self.rows[-1].time_ns if self.rows else 0
        added, self._added = self._added, []
        for event in added:
            if self._in_span(event) and self._keeps(event):
                bisect.insort_right(self.rows, event, key=_moment)
                count += event.time_ns >= last
        fewer = self._drop_old()
        if (blanks := self._known_blanks()) != self._blanks or fewer:
            self._blanks = blanks
            self.rows[:] = [row for row in self.rows if not isinstance(row, Notice)]
            self._put_notices()
        return count

    def _drop_old(self) -> bool:
        """Drop the rows whose events the journal has dropped; return whether it dropped any."""
        if self._dropped == self.journal.dropped:
            return False
        self._dropped = self.journal.dropped
        oldest = self.journal.oldest
        del self.rows[: bisect.bisect_left(self.rows, oldest.time_ns, key=_moment) if oldest else len(self.rows)]
        return True

    def _in_span(self, event: Event) -> bool:
        since, until = self.span
        return (since is None or event.time_ns >= since) and (until is None or event.time_ns <= until)

    def _keeps(self, event: Event) -> bool:
        """Whether an event is shown; events of the subject are counted."""
        self.describer.learn(event)
        if self.about is not None and not concerns(event, *self.about):
            return False
        self.seen[event.type, event.action] += 1
        if not self.probes and self.journal.probes.is_probe(event):
            self.hidden += 1
            return False
        return not self.filter or self.filter.matches(event)

    # missing events

    def _known_blanks(self) -> list[Gap]:
        found = self.journal.coverage.gaps(self.about.scope if self.about is not None else EVERYTHING)
        return found if self.live else [blank for blank in found if blank.until is not None]

    def _put_notices(self) -> None:
        notices = list(self._notices())
        self._noticed = len(notices)
        for notice in reversed(notices):
            bisect.insort_left(self.rows, notice, key=_moment)

    def _notices(self) -> Iterator[Notice]:
        """Yield a notice for each blank, at its end; for one without an end, after everything."""
        since, until = self.span
        kept_from = 0
        if self.journal.dropped and (oldest := self.journal.oldest) is not None:
            kept_from = oldest.time_ns
            yield Notice(kept_from, f"{self.journal.dropped:,} older events were dropped: the journal is full")
        for blank, following in zip(self._blanks, [*self._blanks[1:], None], strict=False):
            if blank.partly and following is not None and following.since == blank.until:
                blank = blank._replace(until=following.until)  # there is nothing between the two
            end = _END if blank.until is None else blank.until
            if end <= BEGINNING:
                continue  # everything was requested
            if end > max(kept_from, since or 0) and (blank.since or 0) <= (until or _END) and (end < _END or self.rows):
                yield Notice(end, self._unknown(blank))

    def _unknown(self, blank: Gap) -> str:
        if blank.partly:
            return "above, only changes of the lists are known: no exec, kill, oom, mount …"
        if blank.since is None:
            return self.beginning
        return "events may be missing here: the Engine no longer knew the last one heard"

    @property
    def beginning(self) -> str:
        """Why nothing is known from before the first event."""
        if self.mirror.version is not None and self.mirror.version.podman:
            return "nothing before this is known: 6 asks for all that Podman's log still has"
        return "nothing before this is known: the Engine keeps its last 256 events, and none from before it started"
