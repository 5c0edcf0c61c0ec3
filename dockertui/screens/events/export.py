"""Export of a timeline: the equivalent command lines, and a file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from dockertui.engine.call import Call
from dockertui.engine.models import Event
from dockertui.engine.whole_file import new_text
from dockertui.live.session import Session
from dockertui.operations.command_lines import curl_line, docker_line
from dockertui.resources import format
from dockertui.resources.event import as_json
from dockertui.resources.event_list import EventList
from dockertui.resources.registry import BY_KIND
from dockertui.screens.base.tab import Tab

_AT_ONCE = 2000
"""Events written before the event loop gets a turn."""
_SECOND = 1_000_000_000


def as_line(event: Event, *, reveal: bool = False) -> str:
    """Return an event as a line of JSON, secrets masked unless revealed."""
    return json.dumps(as_json(event, reveal=reveal), ensure_ascii=False)


def lines(session: Session, shown: EventList) -> tuple[str, str]:
    """Return the `docker` and the `curl` line that list these events, as far as the Engine's filters allow."""
    endpoint, version = session.endpoint, session.engine.version
    filters, (since, until) = engine_filters(shown), shown.span
    words = ["events", "--since", _seconds(since)]
    words += ["--until", _seconds(until)] if until is not None else []
    words += [word for key, values in filters.items() for value in values for word in ("--filter", f"{key}={value}")]
    params = {
        "since": _seconds(since),
        "until": None if until is None else _seconds(until),
        "filters": filters or None,
    }
    api = version.api if version is not None else "1.41"
    return docker_line(endpoint, words), curl_line(endpoint, api, [Call("GET", "/events", params)])


def engine_filters(shown: EventList) -> dict[str, list[str]]:
    """Return the Engine's filters for the list's subject and filter words: whole names only, no exclusions."""
    found: dict[str, list[str]] = {}
    about = shown.about
    if about is not None:
        found = {"type": [about.kind], about.kind: [about.id]}
    kinds = {kind for kind, _ in shown.seen}
    actions = {action for _, action in shown.seen}
    for word in shown.filter.line.split():
        term, _, needle = word.partition(":")
        if needle.startswith("~") or word.startswith(("~", "!~")):
            break  # the rest of the line is an expression, which the Engine does not know
        if term in ("kind", "type") and needle in kinds and about is None:
            found.setdefault("type", []).append(needle)
        elif term == "action" and needle in actions:
            found.setdefault("event", []).append(needle)
        elif term in BY_KIND and needle and about is None:
            found.setdefault(term, []).append(needle)
    return found


def _seconds(moment: int | None) -> str:
    """Return a moment as `docker events` and the API accept it; for None 1, as Podman takes 0 for no limit."""
    return "1" if moment is None else f"{moment // _SECOND}.{moment % _SECOND:09d}"


async def save(tab: Tab, path: str, events: Sequence[Event], *, reveal: bool) -> None:
    """Write events to a file as JSON lines, and report the result."""
    try:
        with new_text(path) as file:
            for at in range(0, len(events), _AT_ONCE):
                file.writelines(f"{as_line(event, reveal=reveal)}\n" for event in events[at : at + _AT_ONCE])
                await asyncio.sleep(0)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        tab.post_message(Tab.Said(f"{path} was not saved: {reason}", "bad"))
    else:
        tab.post_message(Tab.Said(f"{format.plural(len(events), 'event')} saved to {path}", "good"))
