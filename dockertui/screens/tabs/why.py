"""The Why tab: the diagnosis of a container that ended or is not well."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, Final

from textual.binding import BindingType
from textual.timer import Timer

from dockertui.engine import containers
from dockertui.engine.errors import EngineError
from dockertui.engine.fields import Reply
from dockertui.engine.log_lines import SECOND
from dockertui.engine.models import Container, Event
from dockertui.engine.trace import because
from dockertui.live.event_listener import EventListener
from dockertui.live.last_lines import LastLines, last_lines
from dockertui.live.session import Session
from dockertui.live.store import LinkState
from dockertui.operations.base import Context
from dockertui.operations.command_lines import docker_command
from dockertui.resources.base import Reference
from dockertui.resources.secrets import mask_sections
from dockertui.resources.surroundings import Surroundings
from dockertui.resources.why.card import LINES, ROOM, card, moment
from dockertui.resources.why.diagnosis import is_well
from dockertui.resources.why.facts import Facts
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.tab import Subject, Tab
from dockertui.widgets.pacing import Pacing
from dockertui.widgets.page import Field, Page, Section
from dockertui.widgets.timer import once

_SETTLE = 0.1
"""Seconds that the cursor rests on a container before its log and events are requested."""
_REPAINT = 0.1
_BESIDE = 20
"""Cells beside the last log lines: their times."""
_AFTER = SECOND // 2
"""Nanoseconds after its end that are still searched for its last lines."""
_RUNNING_TAIL = 500
"""Log entries that are searched for the last lines before a restart."""
_EVENTS = (
    "create", "start", "die", "kill", "stop", "oom", "restart", "pause", "unpause", "rename", "update",
    "health_status", "destroy",
)  # fmt: skip
_ASKING: Final = Section("Why", [Field("Verdict", "asking the Engine…", "dim")])


class WhyTab(Page, Tab, inherit_bindings=False):
    """Request what `inspect` does not contain while on the screen; what was received stays."""

    context = Context.WHY
    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.WHY)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._subject: Subject | None = None
        self._surroundings: Surroundings | None = None
        self._asked: tuple[Any, ...] = ()
        self._log = LastLines()
        self._stopped = False
        self._starting: Timer | None = None
        self._pacing = Pacing(partial(once, self), self._paint)
        self._listening: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    def on_mount(self) -> None:
        self._unsubscribe = self.session.journal.subscribe(self._heard)

    def on_unmount(self) -> None:
        self._unsubscribe()
        self.leave()

    # subject

    @property
    def container(self) -> Container | None:
        """The container in the detail."""
        item = self._subject.item if self._subject is not None else None
        return item if isinstance(item, Container) else None

    def show_subject(self, subject: Subject | None, surroundings: Surroundings, *, keep: bool) -> None:
        """Show the diagnosis of a container from what is known; request the rest once the cursor rests."""
        before = self.container
        self._subject, self._surroundings = subject, surroundings
        after = self.container
        if before is None or after is None or before.id != after.id:
            self._stop()
            self._log, self._stopped = LastLines(), False
        self._paint(keep=keep)
        self._ask_soon()

    def facts(self) -> Facts | None:
        """Return all that is known of the container."""
        item, subject, surroundings = self.container, self._subject, self._surroundings
        if item is None or subject is None or surroundings is None:
            return None
        session, link = self.session, self.session.mirror.link
        events = [event for event in session.journal.of("container", item.id) if _concerns(event, item)]
        return Facts(
            name=item.name,
            now=surroundings.clock(),
            listed=item.state,
            inspect=Reply(subject.inspect),
            events=events,
            lines=self._log.lines,
            log_error=self._log.error if not self._log.lines else "",
            usage=session.history.last(item.id),
            peak=session.history.peak_memory(item.id),
            port_owners=_holders(surroundings, item),
            gone=surroundings.mirror.loaded("container") and surroundings.mirror.get("container", item.id) is None,
            gaps=[
                ((blank.since or 0) / SECOND, (blank.until or 1 << 63) / SECOND)
                for blank in session.journal.coverage.gaps(_scope(item))
                if not blank.partly
            ],
            linked=link.since if link.state is LinkState.LIVE else None,
            podman=self._podman,
            stopped=self._stopped,
            reveal=surroundings.reveal,
            docker=docker_command(session.endpoint),
        )

    @property
    def _podman(self) -> bool:
        version = self.session.mirror.version
        return version is not None and version.podman

    def _paint(self, *, keep: bool = True) -> None:
        facts = self.facts()
        width, height = self.size  # nothing before the first layout
        room = (max(_BESIDE, width - _BESIDE), max(ROOM[1], height // 3)) if width else ROOM
        sections = [] if facts is None else [_ASKING] if self._is_asking(facts) else card(facts, room)
        self.show(sections if facts is None or facts.reveal else mask_sections(sections, facts.secrets), keep=keep)

    def _is_asking(self, facts: Facts) -> bool:
        """Whether the inspection is still to come: a verdict before it would be of next to nothing."""
        known = self._subject is None or self._subject.inspect or self._subject.error is not None
        return not known and not facts.gone and facts.linked is not None

    def sampled(self) -> None:
        """Repaint: the card shows the usage beside the limits."""
        self._paint_soon()

    def _heard(self, event: Event) -> None:
        item = self.container
        if item is None or event.actor != item.id:
            return
        self._paint_soon()
        facts = self.facts() if event.action == "die" and self.is_on_screen else None
        if facts is not None and facts.auto_remove:  # its log is deleted with it, in a tenth of a second
            self._read_anew(item, facts)

    def _paint_soon(self) -> None:
        if self.is_on_screen:
            self._pacing.soon(_REPAINT)

    # requests

    def leave(self) -> None:
        """Stop requesting."""
        self._stop()

    def on_hide(self) -> None:
        self._stop()

    def on_show(self) -> None:
        self._ask_soon()

    def on_resize(self) -> None:
        self._paint()

    def _stop(self) -> None:
        for task in (self._listening, self._reading):
            if task is not None:
                task.cancel()
        if self._starting is not None:
            self._starting.stop()
        self._listening = self._reading = self._starting = None
        self._asked = ()

    def _ask_soon(self) -> None:
        """Send the requests if this state of the container has had none yet."""
        if self._stand() != self._asked and self.is_on_screen and self._subject is not None and self._subject.inspect:
            if self._starting is not None:
                self._starting.stop()
            self._starting = once(self, _SETTLE, self._ask)

    def _stand(self) -> tuple[Any, ...]:
        """Return the state that the replies hold for: a different one needs new requests."""
        item, inspect = self.container, Reply(self._subject.inspect if self._subject is not None else {})
        state = Reply(inspect.at("State"))
        names = ("Status", "StartedAt", "FinishedAt", "Error")
        health = state.text("Health", "Status")
        return (item.id if item else "", health, *(state.text(name) for name in names))

    def _ask(self) -> None:
        self._starting = None
        item, facts, stand = self.container, self.facts(), self._stand()
        if item is None or facts is None or not self.is_on_screen:
            return
        self._asked = stand
        if facts.gone or is_well(facts):
            return
        if self._listening is None:
            self._listening = asyncio.create_task(self._listener(item).run())
        self._read_anew(item, facts)

    def _read_anew(self, item: Container, facts: Facts) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._reading = asyncio.create_task(self._read(item, facts))

    def _listener(self, item: Container) -> EventListener:
        """Return a listener for this container only, from the oldest event that the Engine keeps.

        Podman has other words for events, so it is not asked for certain ones.
        """
        filters: dict[str, list[str]] = {"container": [item.id]}
        if not self._podman:
            filters |= {"type": ["container"], "event": list(_EVENTS)}
        return EventListener(self.session.engine, self.session.mirror, self.session.journal, _scope(item), (filters,))

    async def _read(self, item: Container, facts: Facts) -> None:
        """Read the last lines of its log: up to its end, or up to now if it is unhealthy."""
        death = facts.death
        until = None
        if death is not None and death.at is not None and facts.health != "unhealthy" and not facts.start_failed:
            until = int(death.at * SECOND) + _AFTER
        tail = _RUNNING_TAIL if facts.running and until is not None else LINES
        found = await last_lines(self.session.engine, item.id, tty=facts.tty, count=LINES, tail=tail, until=until)
        if found.lines or not self._log.lines:  # a container removed meanwhile keeps the lines read before
            self._log = found
        if self._podman and not facts.running:
            self._stopped = await self._was_stopped(item)
        self._paint()

    async def _was_stopped(self, item: Container) -> bool:
        """Whether Podman reports that a user stopped the container; False also if it does not answer."""
        try:
            with because("diagnosis"):
                return await containers.stopped_by_user(self.session.engine, item.id)
        except EngineError:
            return False

    # operations

    @property
    def moment(self) -> int | None:
        """The moment of the diagnosis in epoch nanoseconds; None for now."""
        facts = self.facts()
        found = moment(facts) if facts is not None else None
        return None if found is None else int(found * SECOND)

    def action_enter(self) -> None:
        self.action_follow()

    def action_copy(self) -> None:
        from dockertui.resources.why.markdown import markdown  # not needed for the first paint
        from dockertui.screens.base.clipboard import report_copy

        facts = self.facts()
        if facts is None:
            return
        told = report_copy(self.app, markdown(facts, self.session.mirror.version), "diagnosis as Markdown")
        self.post_message(self.Said(*told))


def _scope(item: Container) -> str:
    return f"why {item.id}"


def _concerns(event: Event, item: Container) -> bool:
    """Whether an event is the container's own and no exec's: health probes cause three exec events each."""
    return event.type == "container" and event.actor == item.id and not event.action.startswith("exec_")


def _holders(surroundings: Surroundings, item: Container) -> Mapping[int, Reference]:
    """Return which other container publishes each host port."""
    others: Mapping[str, Container] = surroundings.mirror.objects("container")
    return {
        port.public: Reference("container", other.id, other.name)
        for other in others.values()
        if other.id != item.id
        for port in other.ports
        if port.public
    }
