"""The contents of the header and the tab strip, as pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.cells import cell_len

from dockertui.engine.endpoint import Endpoint
from dockertui.engine.models import Version
from dockertui.live.session import Session
from dockertui.live.store import LinkState
from dockertui.screens.base.bars import NAME_LEAST, fitting, link
from dockertui.screens.main.pane import Pane, counts
from dockertui.widgets.bar import BarLine, Piece

_COUNT_PRIORITY = {"bad": 1, "warn": 2, "good": 2}
"""Priority of the containers' counts by style: those of trouble are the last to be dropped when width runs short."""
_LOOPBACK = r"localhost|127(?:\.\d{1,3}){3}|::1"


def header(session: Session, containers: Pane, now: float) -> BarLine:
    """Return the header: which Engine, how its containers are, and whether the data is live."""
    endpoint, version = session.endpoint, session.mirror.version
    left = [Piece("dockertui", "accent", priority=5)]
    if endpoint.demo:
        left.append(Piece("DEMO", "warn"))
        left.append(Piece("nothing here is real", "dim", priority=5))
    else:
        left.append(Piece(endpoint.name, "title", least=NAME_LEAST))
        left.append(Piece(endpoint.address, "dim", priority=7))
    left += [Piece(warning, "warn") for warning in insecure(endpoint)]
    left += _engine(version) if version is not None else []
    known = session.mirror.objects("container").values()
    counts = containers.resource.summary(known, containers.surroundings)
    left += [Piece(part.text, part.style, priority=_COUNT_PRIORITY.get(part.style, 3)) for part in counts]
    right = [Piece("READ ONLY", "warn", priority=1)] if session.engine.read_only else []
    if session.mirror.link.state is LinkState.LIVE:
        right.append(Piece(f"{session.trace.per_minute(session.trace.clock.local())} req/min", "dim", priority=9))
    return left, [*right, link(session, now)]


def insecure(endpoint: Endpoint) -> list[str]:
    """Return capitalised warnings about an insecure TCP connection; empty for most endpoints."""
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


def strip(panes: Sequence[Pane], current: Pane, width: int) -> BarLine:
    """Return the panes as tabs, for a screen that has room for one pane, and what narrows the open one.

    Where `width` cells do not suffice, the numbers of objects are dropped before tabs are.
    """
    narrowed = current.filter or current.running_only or current.table.marks
    found = [_beside_tabs(piece) for piece in counts(current)] if narrowed else []
    room = width - 2 - sum([cell_len(text) for piece in found[:1] for text, _ in piece.runs])
    full = _tabs(panes, current, [f" {pane.label} {len(pane.table.objects)} " for pane in panes])
    if sum([cell_len(str(tab.text)) for tab in full]) <= room:
        return full, found
    at = panes.index(current) if current in panes else 0
    return fitting(_tabs(panes, current, [f" {pane.label} " for pane in panes]), at, room), found


def _beside_tabs(piece: Piece) -> Piece:
    return piece._replace(text=((" ", ""), (str(piece.text), piece.style)))


def _tabs(panes: Sequence[Pane], current: Pane, titles: Sequence[str]) -> list[Piece]:
    return [
        Piece(title, "tab-on" if pane is current else "tab", f"goto_pane({pane.number - 1})", int(pane is not current))
        for pane, title in zip(panes, titles, strict=True)
    ]
