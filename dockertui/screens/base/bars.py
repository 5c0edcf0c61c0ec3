"""The contents of one-line bars that several screens share: footer, link, trouble. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from rich.cells import cell_len

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
"""Least cells of an object's name in a bar, however many other pieces there are."""

OVERDUE = 2.0
"""Seconds for which a reported change may remain unread before the lists no longer count as live."""
_MORE = 4
"""Cells of the sign that says how many tabs do not fit on a side."""


class Message(NamedTuple):
    """A sentence in the footer and its style; empty for none."""

    text: str
    style: str


def footer(
    catalogue: Catalogue, context: Context, message: Message, idle: Collection[Operation] = (), kind: str = ""
) -> BarLine:
    """Return the footer: a message, or else the keys of `context` without those of `idle` operations.

    kind: the kind of the open list.
    """
    if message.text:
        return [Piece(message.text, message.style)], []
    if context is Context.PROMPT:
        return [Piece(((key, "key"), (f" {what}", "dim"))) for key, what in catalogue.typing()], []
    unfit = {operation.id for operation in idle}
    return [hint(operation, key) for operation, key in catalogue.hints(context, kind) if operation.id not in unfit], []


def fitting(tabs: Sequence[Piece], current: int, room: int) -> list[Piece]:
    """Return the tabs, each of one text, that fit into `room` cells, the current one among them.

    How many do not fit on a side is shown there; a click on it opens the next of them.
    """
    cells = [cell_len(str(tab.text)) for tab in tabs]
    first, last = 0, len(tabs)
    while last - first > 1 and sum(cells[first:last]) + _MORE * ((first > 0) + (last < len(tabs))) > room:
        if last - 1 > current:
            last -= 1
        else:
            first += 1
    before = [Piece(f" ‹{first} ", "dim", tabs[first - 1].action)] if first else []
    after = [Piece(f" {len(tabs) - last}› ", "dim", tabs[last].action)] if last < len(tabs) else []
    return [*before, *tabs[first:last], *after]


def link(session: Session, now: float) -> Piece:
    """Return whether the mirror is live, else since when it is not and when it reconnects; `trouble` says why."""
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
    """Return whether every list of a connected Engine is fresh."""
    if failing := _failing(session.mirror):
        return Piece(f"✗ {', '.join(f'{kind}s' for kind in failing)} not listed", "bad")
    behind = session.mirror_sync.oldest_unread_age()
    return Piece("● live", "good") if behind < OVERDUE else Piece(f"◐ behind by {format.clock(behind)}", "warn")


def _failing(mirror: Mirror) -> dict[str, EngineError]:
    """Return the kinds whose last listing failed, with the error."""
    found = ((source.kind, mirror.error(source.kind)) for source in mirror.sources)
    return {kind: error for kind, error in found if error is not None}


def trouble(mirror: Mirror, link: Link, retry: str) -> str:
    """Return why the data is not live, with the remedy, or "". `retry` is the key that tries again."""
    if link.state is LinkState.LIVE:
        return masked(" · ".join(f"{kind}s are not listed: {error}" for kind, error in _failing(mirror).items()))
    if link.error is None:
        return ""
    return masked(f"{link.error} · {retry} tries again" if link.refused else str(link.error))
