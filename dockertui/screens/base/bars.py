"""What the one-line bars of several screens say: footer, link and trouble. Pure functions of what they are given."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from dockertui.engine.errors import EngineError
from dockertui.live.session import Session
from dockertui.live.store import Link, LinkState, Mirror
from dockertui.masking import masked
from dockertui.operations.base import Context, Operation
from dockertui.operations.catalogue import Catalogue
from dockertui.resources import format
from dockertui.screens.base.bindings import hint
from dockertui.widgets.bar import BarLine, Piece

NAME_LEAST = 14
"""Cells of an object's name that stay beside other pieces of a bar, whatever their number."""

OVERDUE = 2.0
"""Seconds for which a change that was told may not have been read yet, and the lists still be called live."""


class Message(NamedTuple):
    """A sentence in the footer and its style; empty for none."""

    text: str
    style: str


def footer(
    catalogue: Catalogue, context: Context, message: Message, idle: Collection[Operation] = (), kind: str = ""
) -> BarLine:
    """What the keys do here, but those `idle` now; or a message while there is one. `kind`: of the pane's objects."""
    if message.text:
        return [Piece(message.text, message.style)], []
    if context is Context.PROMPT:
        return [Piece(((key, "key"), (f" {what}", "dim"))) for key, what in catalogue.typing()], []
    hints = catalogue.hints(context, kind)
    return [hint(operation, key) for operation, key in hints if operation not in idle], []


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
