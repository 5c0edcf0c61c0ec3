"""The event stream: history since a moment, then what happens, filtered as the Engine filters."""

import asyncio
import contextlib

from aiohttp import web

from dockertui.demo.call import Call, Route
from dockertui.demo.filters import Filters, parse, timestamp_ns
from dockertui.demo.host import Event

_FOREIGN = ("config", "node", "secret", "service")
_FILTERS = {"container", "daemon", "event", "image", "label", "network", "plugin", "scope", "type", "volume", *_FOREIGN}
_WITH_TEXT = ("health_status", "exec_create", "exec_start")


async def stream(call: Call) -> web.StreamResponse:
    filters = parse(call, _FILTERS)
    since, until = timestamp_ns(call.text("since")), timestamp_ns(call.text("until"))
    events = call.host.events
    with events.listening() as queue:
        past = [] if since is None and until is None else [*events.history]
        out = await call.stream()
        for event in past:
            if (since or 0) <= event.time_ns <= (until or event.time_ns) and _passes(filters, event):
                await out.write_json(event.json())
        left = None if until is None else max(until / 1e9 - call.host.now(), 0)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(left):
                while left != 0:
                    event = await queue.get()
                    if _passes(filters, event):
                        await out.write_json(event.json())
    return out.response


def _passes(filters: Filters, event: Event) -> bool:
    plain, name = event.action.partition(":")[0], event.attributes.get("name", "")
    texts = {event.actor, name} if event.type == "image" else set()
    texts.add(event.attributes.get("image", ""))
    return (
        filters.exact("type", event.type)
        and filters.exact("scope", "local")
        and filters.exact("event", event.action, *([plain] if plain in _WITH_TEXT else []))
        and filters.labels(event.attributes)
        and filters.exact("image", *texts, *(text.rpartition(":")[0] for text in texts))
        # By the beginning of an id or of a name, as moby's FuzzyMatch.
        and all(
            kind == event.type
            and any(text.startswith(wanted) for wanted in filters.of(kind) for text in (event.actor, name))
            for kind in ("container", "network", "volume", "plugin", "daemon")
            if kind in filters
        )
        and not any(kind in filters for kind in _FOREIGN)
    )


ROUTES = (Route("GET", "/events", stream),)
