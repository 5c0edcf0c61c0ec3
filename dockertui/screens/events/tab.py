"""The timeline of events: of one object as a tab of the detail, of the whole Engine as a screen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.timer import Timer

from dockertui.engine.models import Event
from dockertui.live.event_listener import BEGINNING, EventListener, Filters
from dockertui.live.session import Session
from dockertui.live.store import LinkState
from dockertui.masking import masked
from dockertui.operations.base import Context
from dockertui.resources import format
from dockertui.resources.event import reference
from dockertui.resources.event_list import EventList, EventSubject, Notice
from dockertui.resources.surroundings import Surroundings
from dockertui.screens.base import time_span
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.tab import Subject, Tab
from dockertui.screens.base.time_span import TimeSpan
from dockertui.widgets.keys import key_of, offer
from dockertui.widgets.log_text import NANO, Times
from dockertui.widgets.pacing import Pacing
from dockertui.widgets.timeline import Part, Timed, Timeline, TimelineRow
from dockertui.widgets.timer import once

_SETTLE = 0.1
"""Seconds that the cursor rests on an object before its events are requested."""
_FRAME, _RACING_FRAME = 0.1, 0.25
"""Seconds between two paints; longer when events arrive too fast to read."""
_RACING = 5
"""Events in the last two intervals above which they are too fast."""
_PODMAN_BACK = 3600 * NANO
"""Nanoseconds of the past that Podman is asked for at first: it keeps all events."""
_SINCE_HINT = "since: 10m, 2h, 14:30, 2026-01-31 14:30; until after two dots"
_FILTER_HINT = "words, !words, ~expression, kind: action: object: container: image: network: volume: label: id:"


class EventsTab(Timeline, Tab, inherit_bindings=False):
    """Listen for events while on the screen; those received stay in the session's journal."""

    context = Context.EVENTS
    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.EVENTS)

    def __init__(self, session: Session, *, everything: bool = False) -> None:
        self.session = session
        self.list = EventList(session.journal, session.mirror)
        super().__init__(self.list.rows, self._describe)
        self.named = self.everything = everything
        self.now = session.mirror.clock
        self.listener: EventListener | None = None
        self.span_text = ""
        self._listening: asyncio.Task[None] | None = None
        self._starting: Timer | None = None
        self._pacing = Pacing(partial(once, self), self._paint)
        self._new_count = self._last_new_count = 0
        self._leave: Callable[[], None] = _nothing
        self._surroundings: Surroundings | None = None
        self._reveals = self._shows_secrets = False

    def _describe(self, row: Timed) -> TimelineRow:
        if isinstance(row, Notice):
            return TimelineRow(notice=row.text)
        assert isinstance(row, Event)
        kind, action, name, text, style = self.list.describer.describe(row)
        text = text if self.reveal else masked(text)
        about = self.list.about
        if about is not None and row.type != about.kind:  # in the object's own rows its name is redundant
            text = f"{kind} {name}" if action in ("connect", "disconnect") else f"{kind} {name} {text}"
        return TimelineRow(kind, action, name, text, style)

    # what is shown

    def show_subject(self, subject: Subject | None, surroundings: Surroundings, *, keep: bool) -> None:
        """Show the events of an object."""
        about = _about(subject)
        self._surroundings = surroundings
        if about == self.list.about:
            self._paint_secrets()
            if self._leave is _nothing and self.is_on_screen:  # left and shown again at once, it was never hidden
                self.on_show()
            return
        same = about is not None and self.list.about is not None and about[:2] == self.list.about[:2]
        self.list.about = about
        if not same:
            self._stop()
            self.following, self.new = True, 0
            if self.is_on_screen:
                self._start_soon()
        self._gather()

    @property
    def reveal(self) -> bool:
        """Whether secrets are shown."""
        return self._reveals if self._surroundings is None else self._surroundings.reveal

    def show_secrets(self, shown: bool) -> None:
        """Show or hide secrets: for the screen, which has no detail with a key for that."""
        self._reveals = shown
        self._paint_secrets()

    def _paint_secrets(self) -> None:
        """Repaint if the rows do not match `reveal`."""
        if self._shows_secrets != self.reveal:
            self._shows_secrets = self.reveal
            self.repaint()

    def on_mount(self) -> None:
        self.set_interval(1.0, self._tick)

    def on_unmount(self) -> None:
        self.leave()

    def on_show(self) -> None:
        self._leave()
        self._leave = self.session.journal.subscribe(self._add_event)
        self._gather()
        self._start_soon()

    def on_hide(self) -> None:
        super().on_hide()
        self.leave()

    def leave(self) -> None:
        """End the requests, and unsubscribe from the journal."""
        self._leave()
        self._leave = _nothing
        self._stop()

    # listening

    def _start_soon(self) -> None:
        """Start after `_SETTLE`, as the cursor may be passing over many objects; for the whole Engine at once."""
        if self._starting is not None:
            self._starting.stop()
        self._starting = once(self, 0 if self.everything else _SETTLE, self._start)

    def _start(self, reach: int = 0) -> None:
        """Listen from where it stopped.

        reach: for Podman, start from here (epoch ns).
        """
        self._starting = None
        about = self.list.about
        if self._listening is not None or (about is None and not self.everything):
            return
        version = self.session.mirror.version
        podman = version is not None and version.podman
        filters = (None,) if about is None or podman else _filters(about)
        back = reach or (int(self.now() * NANO) - _PODMAN_BACK if podman else BEGINNING)
        session, scope = self.session, about.scope if about is not None else ""
        listener = EventListener(
            session.engine,
            session.mirror,
            session.journal,
            scope,
            filters,
            back=back,
            from_start=bool(reach),
            changed=self._listener_changed,
        )
        self.listener = listener
        self._listening = asyncio.create_task(listener.run())

    def _stop(self) -> None:
        if self._starting is not None:
            self._starting.stop()
            self._starting = None
        if self._listening is not None:
            self._listening.cancel()
            self._listening = None
        self.listener = None

    def _listener_changed(self) -> None:
        """Update the list after the listener's state changed."""
        self.list.live = self.listener is not None and self.listener.live
        self._paint_soon()

    def _add_event(self, event: Event) -> None:
        self.list.add(event)
        self._new_count += 1
        self._paint_soon()

    # painting

    def _paint_soon(self) -> None:
        if self.is_attached and self.is_on_screen:
            self._pacing.soon(_RACING_FRAME if self._new_count + self._last_new_count > _RACING else _FRAME)

    def _paint(self) -> None:
        self._new_count, self._last_new_count = 0, self._new_count
        self.rows_changed(self.list.update())
        self._show_status()

    def _gather(self) -> None:
        """Rebuild the rows after the subject, filter or span changed."""
        self.list.gather()
        self.spans = self.list.filter.spans if self.list.filter else None
        self.rows_changed()
        self.repaint()
        self._show_status()

    def _tick(self) -> None:
        """Repaint times and ages, once a second."""
        if self.is_on_screen:
            self.refresh_frame()
            self._show_status()

    def moved(self) -> None:
        self._show_status()

    def _show_status(self) -> None:
        self.empty_text = self._why_empty()
        self.say_status(*self._status_parts())

    def _why_empty(self) -> str:
        if self.list.filter or self.list.hidden or self.list.span != (None, None):
            probes = ": ".join(filter(None, ("hidden probes", key_of(self, "events.probes"))))
            return self.list.filter.error or f"no events match (filter, time range, or {probes})"
        if not self.list.live:
            return "asking the Engine…" if self.session.mirror.link.state is LinkState.LIVE else ""
        return f"nothing has happened; {self.list.beginning}"

    def _status_parts(self) -> tuple[list[Part], list[Part]]:
        waiting = (f"{self.new:,} new" if self.new else "", offer(self, "events.bottom", "follows"))
        place = ("▼ following", "good") if self.following else (f"‖ {', '.join(filter(None, waiting))}", "warn")
        left = [("Events", "title"), place] if self.everything else [place]
        if self.selected:
            left.append((f"{len(self.selected):,} selected", "accent"))
        if self.list.filter:
            left.append((f"/{self.list.filter.line}", "accent"))
        if self.span_text:
            left.append((self.span_text, "accent"))
        if self.list.hidden:
            left.append((f"{format.plural(self.list.hidden, 'probe event')} hidden: p", "dim"))
        elif self.list.probes:
            left.append(("with probes", "dim"))
        if self.times not in (Times.LOCAL, Times.OFF):
            left.append((f"times {self.times}", "dim"))
        return left, [*self._state(), (f"{format.plural(self.list.count, 'event')}", "dim")]

    def _state(self) -> list[Part]:
        """Return the error or wait that keeps events from being live, if any."""
        link, listener = self.session.mirror.link, self.listener
        if link.state is LinkState.LOST:
            return [(f"✗ lost for {format.clock(self.now() - link.since)}", "bad")]
        if listener is not None and listener.error is not None and not listener.live:
            return [(f"✗ {masked(listener.error.message)}", "bad")]
        return [] if self.list.live else [("○ asking", "busy")]

    # keys

    def search(self, text: str) -> int:
        """Filter the events: that takes the place of a search."""
        self.set_filter(text)
        return self.list.count

    async def action_filter(self) -> None:
        await self.ask(_FILTER_HINT, self.list.filter.line, typed=self.set_filter)

    def set_filter(self, line: str) -> None:
        """Apply a filter line."""
        self.list.set_filter(line)
        self._gather()

    def drop(self) -> bool:
        """End selection and filter; return whether there was one."""
        dropped = super().drop()
        if self.list.filter:
            self.set_filter("")
            return True
        return dropped

    async def action_choose(self) -> None:
        from dockertui.screens.events import menus as event_menus

        await event_menus.choose(self.app, self.list, self.set_filter)

    def action_probes(self) -> None:
        self.list.probes = not self.list.probes
        self._gather()

    def action_since(self, index: int) -> None:
        texts = ("", "last 1m", "last 5m", "last 15m", "last 1h", "last 24h", "")
        self._show_span(time_span.of_key(index, int(self.now() * NANO)), texts[index])

    async def action_since_typed(self) -> None:
        await self.ask(_SINCE_HINT, done=self._since_typed)

    def _since_typed(self, text: str) -> None:
        try:
            self._show_span(time_span.parse(text, int(self.now() * NANO)), text.strip())
        except ValueError as error:
            self.post_message(self.Said(str(error), "warn"))

    def _show_span(self, span: TimeSpan, text: str) -> None:
        self.list.span, self.span_text = (span.since, span.until), text
        self._reach(BEGINNING if span.whole and span.since is None else span.since or 0)
        self.follow()
        self._gather()

    def _reach(self, back: int) -> None:
        """Ask Podman, which keeps all events, for those before the known ones."""
        version = self.session.mirror.version
        if back and version is not None and version.podman and self.listener is not None and back < self.listener.back:
            self._stop()
            self._start(back)

    async def action_enter(self) -> None:
        item = self.cursor_item
        if isinstance(item, Event):
            from dockertui.screens.events.event_screen import EventScreen

            await self.app.push_screen(EventScreen(item, self.list.describer, reveal=self.reveal))

    def action_follow_object(self) -> None:
        item = self.cursor_item
        if isinstance(item, Event):
            found = reference(item, self.session.mirror, self.list.describer.name(item))
            if found.kind in {source.kind for source in self.session.mirror.sources}:
                self.post_message(self.Chosen(found))
            else:
                self.post_message(self.Said(f"there is no pane for a {found.kind}"))

    async def action_copy_menu(self) -> None:
        from dockertui.screens.events import export
        from dockertui.screens.events import menus as event_menus

        docker, curl = export.lines(self.session, self.list)
        await event_menus.copy_menu(self, self.chosen, docker, curl, reveal=self.reveal)

    def action_copy_lines(self) -> None:
        from dockertui.screens.events import menus as event_menus

        event_menus.copy_lines(self, self.chosen, reveal=self.reveal)

    async def action_save(self) -> None:
        """Ask for a path, and write the shown events to it as JSON lines."""
        from dockertui.screens.events import export

        def named(path: str) -> None:
            events = [row for row in self.rows if isinstance(row, Event)]
            self.run_worker(export.save(self, path, events, reveal=self.reveal), name=path, group="save")

        default = time.strftime("dockertui-events-%Y%m%d-%H%M%S.jsonl")
        await self.ask(f"save {format.plural(self.list.count, 'event')} to", default, done=named)

    @property
    def chosen(self) -> list[Event]:
        """The selected events, else the one under the cursor."""
        rows = [self.rows[at] for at in self.selected] if self.selected else [self.cursor_item]
        return [row for row in rows if isinstance(row, Event)]


def _nothing() -> None:
    """Do nothing: not subscribed."""


def _about(subject: Subject | None) -> EventSubject | None:
    if subject is None:
        return None
    kind, id = subject.key
    names: tuple[str, ...] = ()
    if kind == "image":
        names = subject.item.tags
    elif kind == "network":
        names = (subject.item.name,)
    return EventSubject(kind, id, names)


def _filters(about: EventSubject) -> tuple[Filters, ...]:
    """Return the filters that ask Docker for one object's events.

    The events of a container on networks and volumes name it in no field that a filter reads.
    """
    if about.kind == "container":
        others = {"type": ["network", "volume"], "event": ["connect", "disconnect", "mount", "unmount"]}
        return {"type": ["container"], "container": [about.id]}, others
    return ({"type": [about.kind], about.kind: [about.id, *about.names]},)
