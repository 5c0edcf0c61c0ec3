"""What the one-line bars say: header, titles, tab strip and footer. Pure functions of what they are given."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError
from dockertui.engine.models import Version
from dockertui.live.session import Session
from dockertui.live.store import Link, LinkState, Mirror
from dockertui.masking import masked
from dockertui.operations.base import Context, Operation
from dockertui.operations.catalogue import Catalogue
from dockertui.resources import format
from dockertui.widgets.bar import Piece

if TYPE_CHECKING:
    from dockertui.screens.base.tab import Subject
    from dockertui.screens.main.pane import Pane
    from dockertui.screens.main.tab_list import TabKind

Line = tuple[list[Piece], list[Piece]]
"""The pieces on the left and on the right of a bar."""


_COUNT_PRIORITY = {"bad": 1, "warn": 2, "good": 2}
"""Of the containers' counts, those of trouble are the last to go when the width does not suffice."""


_NAME_LEAST = 14
"""Cells of an object's name that stay beside the tabs, whatever their number."""

OVERDUE = 2.0
"""Seconds for which a change that was told may not have been read yet, and the lists still be called live."""
_LOOPBACK = r"localhost|127(?:\.\d{1,3}){3}|::1"

_PROMPT_KEYS = (("enter", "keep"), ("esc", "drop"), ("↑ ↓", "move"))


class Message(NamedTuple):
    """A sentence in the footer and its style; empty for none."""

    text: str
    style: str


def header(session: Session, containers: Pane, now: float) -> Line:
    """Which Engine this is, how its containers are, and whether what is shown is live."""
    endpoint, version = session.endpoint, session.mirror.version
    left = [Piece("dockertui", "accent", priority=5)]
    if endpoint.demo:
        left.append(Piece("DEMO", "warn"))
        left.append(Piece("nothing here is real", "dim", priority=5))
    else:
        left.append(Piece(endpoint.name, "title", least=_NAME_LEAST))
        left.append(Piece(endpoint.address, "dim", priority=7))
    left += [Piece(warning, "warn") for warning in insecure(endpoint)]
    left += _engine(version) if version is not None else []
    known = session.mirror.objects("container").values()
    counts = containers.resource.summary(known, containers.world)
    left += [Piece(part.text, part.style, priority=_COUNT_PRIORITY.get(part.style, 3)) for part in counts]
    right = [Piece("READ ONLY", "warn", priority=1)] if session.engine.read_only else []
    if session.mirror.link.state is LinkState.LIVE:
        right.append(Piece(f"{session.trace.per_minute(session.trace.clock.local())} req/min", "dim", priority=9))
    return left, [*right, link(session, now)]


def insecure(endpoint: Endpoint) -> list[str]:
    """What keeps the connection from being as safe as it may look, in capitals; nothing for most."""
    if endpoint.scheme != "tcp" or endpoint.demo:
        return []
    if endpoint.tls is None:
        return [] if re.fullmatch(_LOOPBACK, endpoint.split.hostname or "localhost") else ["NO TLS"]
    return [] if endpoint.tls.verify else ["TLS NOT VERIFIED"]


def _engine(version: Version) -> list[Piece]:
    brand = "Podman" if version.podman else "Engine"
    return [
        Piece(((f"{brand} {version.engine}", ""), (f" API {version.api}", "dim")), priority=6),
        Piece(f"{version.os}/{version.arch}", "dim", priority=8),
    ]


def link(session: Session, now: float) -> Piece:
    """Whether the mirror follows its Engine, and if not, since when, and when it tries again; `trouble` says why."""
    state = session.mirror.link
    if state.state is LinkState.LIVE:
        return _liveness(session)
    if state.state is LinkState.CONNECTING:
        return Piece("○ connecting", "busy")
    if state.refused:
        return Piece(f"✗ login refused {format.clock(now - state.since)} ago", "bad", "retry")
    wait = max(0, round(state.retry_at - now)) if state.retry_at is not None else 0
    again = f"retrying in {wait} s" if wait else "retrying"
    return Piece(f"✗ lost for {format.clock(now - state.since)}, {again}", "bad")


def _liveness(session: Session) -> Piece:
    """Of an Engine that answers: whether every list is fresh."""
    if failing := _failing(session.mirror):
        return Piece(f"✗ {', '.join(f'{kind}s' for kind in failing)} not listed", "bad")
    behind = session.watcher.behind()
    return Piece("● live", "good") if behind < OVERDUE else Piece(f"◐ behind by {format.clock(behind)}", "warn")


def _failing(mirror: Mirror) -> dict[str, EngineError]:
    """The kinds whose last list failed, and why."""
    found = ((source.kind, mirror.error(source.kind)) for source in mirror.sources)
    return {kind: error for kind, error in found if error is not None}


def trouble(mirror: Mirror, link: Link, retry: str) -> str:
    """Why what is shown is not live, with the remedy; "" when it is. `retry` is the key that tries again."""
    if link.state is LinkState.LIVE:
        return masked(" · ".join(f"{kind}s are not listed: {error}" for kind, error in _failing(mirror).items()))
    if link.error is None:
        return ""
    return masked(f"{link.error} · {retry} tries again" if link.refused else str(link.error))


def pane_title(pane: Pane) -> Line:
    """Number, kind and count of a pane, what its filter keeps, and what is worth knowing of all its objects."""
    style = "tab-on" if pane.active else "tab"
    return [
        Piece(f" {pane.number} {pane.resource.title} ", style, f"goto_pane({pane.number - 1})"),
        *_counts(pane),
    ], _notes(pane)


def _counts(pane: Pane) -> list[Piece]:
    total, shown = len(pane.table.objects), len(pane.table.shown)
    pieces = [Piece(str(total), "dim") if shown == total else Piece(f"{shown} of {total}", "accent")]
    if pane.filter:
        pieces.append(Piece(f"/{pane.filter.line}", "accent", priority=1))
    if pane.running_only:
        pieces.append(Piece("running only", "accent", priority=2))
    if pane.table.marks:
        pieces.append(Piece(f"● {len(pane.table.marks)} marked", "accent", priority=2))
    return pieces


def _notes(pane: Pane) -> list[Piece]:
    error = pane.world.mirror.error(pane.resource.kind)
    if error is not None:
        return [Piece(str(error), "bad", priority=1)]
    if pane.number == 1:  # the header has the containers' counts
        return []
    parts = pane.resource.summary(pane.world.mirror.objects(pane.resource.kind).values(), pane.world)
    return [Piece(part.text, part.style, priority=3) for part in parts]


def strip(panes: Sequence[Pane], current: Pane) -> Line:
    """The panes as tabs, for a screen that has room for one; the filter of the one that is open."""
    tabs = [
        Piece(
            f" {pane.number} {pane.resource.title} {len(pane.table.objects)} ",
            "tab-on" if pane is current else "tab",
            f"goto_pane({pane.number - 1})",
            priority=0 if pane is current else 3,
        )
        for pane in panes
    ]
    narrowed = current.filter or current.running_only or current.table.marks
    counts = _counts(current) if narrowed else []
    return tabs, [piece._replace(text=((" ", ""), (str(piece.text), piece.style))) for piece in counts]


def detail_title(
    subject: Subject | None, gone: bool, tabs: Sequence[TabKind], current: TabKind, heading: str = ""
) -> Line:
    """The name of the object shown, or what the tab shows in its place (`heading`), and the tabs.

    Where both do not fit the kind goes, the name is cut, tabs go.
    """
    left = [Piece("nothing selected ", "dim")]
    if heading:
        left = [Piece(f"{heading} ", "title", least=_NAME_LEAST)]
    elif subject is not None:
        name = Piece(f"{subject.resource.name(subject.item)} ", "title", least=_NAME_LEAST)
        left = [Piece(f"{subject.resource.kind} ", "dim", priority=2), name]
        left += [Piece("is gone ", "warn")] if gone else []
    return left, [
        Piece(f" {tab.title} ", "tab-on" if tab is current else "tab", f"open_tab({tab.id!r})", int(tab is not current))
        for tab in tabs
    ]


def footer(
    catalogue: Catalogue, context: Context, message: Message, idle: Collection[Operation] = (), kind: str = ""
) -> Line:
    """What the keys do here, but those `idle` now; or a message while there is one. `kind`: of the pane's objects."""
    if message.text:
        return [Piece(message.text, message.style)], []
    if context is Context.PROMPT:
        return [Piece(((key, "key"), (f" {what}", "dim"))) for key, what in _PROMPT_KEYS], []
    hints = catalogue.hints(context, kind)
    return [
        Piece(
            ((key, "key"), (f" {operation.hint}", "dim")),
            "",
            f"operate({operation.id!r})",
            priority=operation.hint_order,
        )
        for operation, key in hints
        if operation not in idle
    ], []
