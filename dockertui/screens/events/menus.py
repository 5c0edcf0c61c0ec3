"""Out of a timeline, and into it: what its menus offer to copy, to filter by, and how it is saved."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dockertui.engine.call import Call
from dockertui.engine.models import Event
from dockertui.engine.whole_file import new_text
from dockertui.operations.command_lines import curl_line, docker_line
from dockertui.resources import format
from dockertui.resources.event import as_json, as_printed
from dockertui.screens.base.clipboard import copy
from dockertui.widgets.menu import Item, Menu

if TYPE_CHECKING:
    from dockertui.screens.events.tab import EventsTab

_AT_ONCE = 2000
"""Events written between two looks at the keyboard."""
_SECOND = 1_000_000_000


async def choose(tab: EventsTab) -> None:
    """Offer the kinds and the actions that were heard of, with their numbers, to filter by."""
    kinds: dict[str, int] = {}
    for (kind, _), count in tab.list.seen.items():
        kinds[kind] = kinds.get(kind, 0) + count
    items = [Item("", "everything", hint=f"{sum(kinds.values()):,}")]
    for kind, count in sorted(kinds.items()):
        items.append(Item(f"kind:{kind}", kind, hint=f"{count:,}"))
        actions = sorted((action, n) for (of, action), n in tab.list.seen.items() if of == kind)
        items += [Item(f"kind:{kind} action:{name}", f"  {kind} {name}", hint=f"{n:,}") for name, n in actions]

    def chosen(words: str | None) -> None:
        if words is not None:
            others = [word for word in tab.list.filter.line.split() if not word.startswith(("kind:", "action:"))]
            tab.narrow(" ".join([words, *others]).strip())

    await tab.app.push_screen(Menu("Show", items), chosen)


# copying


async def copy_menu(tab: EventsTab) -> None:
    """Offer what can be copied."""
    events = tab.chosen
    docker, curl = lines(tab)
    offers: list[tuple[Item, Callable[[], str]]] = []
    if events:
        what = "Event" if len(events) == 1 else f"{len(events):,} events"
        offers += [
            (
                Item("line", f"{what}, as docker events prints it", hint="c"),
                lambda: "\n".join(as_printed(event, reveal=tab.reveal) for event in events),
            ),
            (Item("json", f"{what} as JSON"), lambda: "\n".join(as_line(event, reveal=tab.reveal) for event in events)),
            (Item("id", f"Id of the object: {events[-1].actor}"), lambda: events[-1].actor),
        ]
    offers += [
        (Item("docker", f"What is shown, by docker: {docker}"), lambda: docker),
        (Item("curl", f"What is shown, by curl: {curl}"), lambda: curl),
    ]
    made = {item.id: text for item, text in offers}

    def chosen(id: str | None) -> None:
        if id is not None:
            tab.post_message(tab.Said(f"copied {copy(tab.app, made[id]())}"))

    await tab.app.push_screen(Menu("Copy", [item for item, _ in offers]), chosen)


def copy_lines(tab: EventsTab) -> None:
    """Copy what is selected, as `docker events` prints it."""
    if events := tab.chosen:
        said = copy(tab.app, "\n".join(as_printed(event, reveal=tab.reveal) for event in events))
        tab.post_message(tab.Said(f"{format.plural(len(events), 'event')} copied {said}"))


def as_line(event: Event, *, reveal: bool = False) -> str:
    """An event as a line of JSON, without its secrets unless they are to be seen."""
    return json.dumps(as_json(event, reveal=reveal), ensure_ascii=False)


def lines(tab: EventsTab) -> tuple[str, str]:
    """The `docker` and the `curl` line that tell what is shown, as far as an Engine's filters say it."""
    endpoint, version = tab.session.endpoint, tab.session.engine.version
    filters, (since, until) = engine_filters(tab), tab.list.span
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


def engine_filters(tab: EventsTab) -> dict[str, list[str]]:
    """What of the object shown and of the filter's words the Engine can filter by: whole names, nothing excluded."""
    found: dict[str, list[str]] = {}
    about = tab.list.about
    if about is not None:
        found = {"type": [about.kind], about.kind: [about.id]}
    kinds = {kind for kind, _ in tab.list.seen}
    actions = {action for _, action in tab.list.seen}
    for word in tab.list.filter.line.split():
        term, _, needle = word.partition(":")
        if term in ("kind", "type") and needle in kinds and about is None:
            found.setdefault("type", []).append(needle)
        elif term == "action" and needle in actions:
            found.setdefault("event", []).append(needle)
        elif term in ("container", "image", "network", "volume") and needle and about is None:
            found.setdefault(term, []).append(needle)
    return found


def _seconds(moment: int | None) -> str:
    """A moment as command and API take it; none is the beginning, and 0 would be none to Podman."""
    return "1" if moment is None else f"{moment // _SECOND}.{moment % _SECOND:09d}"


# saving


async def save(tab: EventsTab) -> None:
    """Ask where to, and write what is shown, a JSON object a line."""

    def named(path: str) -> None:
        events = [row for row in tab.rows if isinstance(row, Event)]
        tab.run_worker(_saved(tab, path, events), name=path, group="save")

    default = time.strftime("dockertui-events-%Y%m%d-%H%M%S.jsonl")
    await tab.ask(f"save {format.plural(tab.list.count, 'event')} to", default, done=named)


async def _saved(tab: EventsTab, path: str, events: Sequence[Event]) -> None:
    try:
        with new_text(path) as file:
            for at in range(0, len(events), _AT_ONCE):
                file.writelines(f"{as_line(event, reveal=tab.reveal)}\n" for event in events[at : at + _AT_ONCE])
                await asyncio.sleep(0)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        tab.post_message(tab.Said(f"{path} was not saved: {reason}", "bad"))
    else:
        tab.post_message(tab.Said(f"{format.plural(len(events), 'event')} saved to {path}", "good"))
