"""The menus of a timeline: filter and copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual.app import App

from dockertui.engine.models import Event
from dockertui.resources import format
from dockertui.resources.event import as_printed
from dockertui.resources.event_list import EventList
from dockertui.screens.base.clipboard import report_copy
from dockertui.screens.base.menu import Item, Menu
from dockertui.screens.base.tab import Tab
from dockertui.screens.events.export import as_line


async def choose(app: App[Any], shown: EventList, narrow: Callable[[str], None]) -> None:
    """Offer the kinds and actions received so far, with their counts, as filters."""
    kinds: dict[str, int] = {}
    for (kind, _), count in shown.seen.items():
        kinds[kind] = kinds.get(kind, 0) + count
    items = [Item("", "everything", hint=f"{sum(kinds.values()):,}")]
    for kind, count in sorted(kinds.items()):
        items.append(Item(f"kind:{kind}", kind, hint=f"{count:,}"))
        actions = sorted((action, n) for (of, action), n in shown.seen.items() if of == kind)
        items += [Item(f"kind:{kind} action:{name}", f"  {kind} {name}", hint=f"{n:,}") for name, n in actions]

    def chosen(words: str | None) -> None:
        if words is not None:
            others = [word for word in shown.filter.line.split() if not word.startswith(("kind:", "action:"))]
            narrow(" ".join([words, *others]).strip())

    await app.push_screen(Menu("Show", items), chosen)


async def copy_menu(tab: Tab, events: Sequence[Event], docker: str, curl: str, *, reveal: bool) -> None:
    """Offer to copy the events, or the command lines that list what is shown."""
    offers: list[tuple[Item, Callable[[], str]]] = []
    if events:
        what = "Event" if len(events) == 1 else f"{len(events):,} events"
        offers += [
            (
                Item("line", f"{what}, as docker events prints it", hint="c"),
                lambda: "\n".join(as_printed(event, reveal=reveal) for event in events),
            ),
            (Item("json", f"{what} as JSON"), lambda: "\n".join(as_line(event, reveal=reveal) for event in events)),
            (Item("id", f"Id of the object: {events[-1].actor}"), lambda: events[-1].actor),
        ]
    offers += [
        (Item("docker", f"What is shown, by docker: {docker}"), lambda: docker),
        (Item("curl", f"What is shown, by curl: {curl}"), lambda: curl),
    ]
    made = {item.id: text for item, text in offers}
    named = {item.id: item.label for item, _ in offers}

    def chosen(id: str | None) -> None:
        if id is not None:
            tab.post_message(Tab.Said(*report_copy(tab.app, made[id](), named[id])))

    await tab.app.push_screen(Menu("Copy", [item for item, _ in offers]), chosen)


def copy_lines(tab: Tab, events: Sequence[Event], *, reveal: bool) -> None:
    """Copy events in the format of `docker events`."""
    if events:
        text = "\n".join(as_printed(event, reveal=reveal) for event in events)
        tab.post_message(Tab.Said(*report_copy(tab.app, text, format.plural(len(events), "event"))))
