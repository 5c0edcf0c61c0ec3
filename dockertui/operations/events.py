"""Operations of the timeline of events: opening it, and those in it. They change nothing on the Engine."""

from __future__ import annotations

from dockertui.operations.base import Context, Operation
from dockertui.operations.view import moves

_EVENTS = "Events"
_SINCE = (
    ("all", "what is known", "0"),
    ("1m", "the last minute", "1"),
    ("5m", "the last 5 minutes", "2"),
    ("15m", "the last 15 minutes", "3"),
    ("1h", "the last hour", "4"),
    ("24h", "the last 24 hours", "5"),
    ("whole", "the beginning, on Podman of its whole record", "6"),
)


def _in_events(name: str, title: str, action: str, *keys: str, hint: str = "", order: int = 5) -> Operation:
    return Operation(
        f"events.{name}", title, action, keys, _EVENTS, Context.EVENTS, hint=hint, hint_order=order, palette=False
    )


EVENTS: tuple[Operation, ...] = (
    Operation(
        "events",
        "Events: the Engine's timeline, live and back in time",
        "events",
        ("e",),
        _EVENTS,
        hint="events",
        hint_order=6,
        words="timeline history what happened die oom kill exec health since",
    ),
    *moves(Context.EVENTS, "events"),
    _in_events("left", "The texts to the left", "scroll_left", "left", "h"),
    _in_events("right", "The texts to the right", "scroll_right", "right", "l"),
    _in_events("enter", "Open the event whole", "enter", "enter", hint="open", order=1),
    _in_events("filter", "Filter: words, !words, kind: action: object: image: …", "filter", "/", "&", hint="filter",
               order=2),
    _in_events("choose", "Filter by a kind or an action: choose", "choose", "F", hint="kinds", order=3),
    _in_events("probes", "Show or hide health probes", "probes", "p", hint="probes", order=3),
    _in_events("follow", "Go to the object in its pane", "follow_object", "f", hint="follow", order=4),
    _in_events("times", "Times: local, UTC, relative, none", "times", "t", hint="times"),
    *(_in_events(f"since_{name}", f"From {title}", f"since({key})", key) for name, title, key in _SINCE),
    _in_events("since", "Since, or since and until, by typing", "since_typed", "@", hint="since"),
    _in_events("select", "Begin or end a selection", "select", "space", hint="select"),
    _in_events("copy", "Copy: lines, JSON, the docker line, the curl line", "copy_menu", "y",
               hint="copy", order=4),
    _in_events("copy_lines", "Copy the line or the selection", "copy_lines", "c"),
    _in_events("save", "Save what is shown to a file, a JSON object a line", "save", "ctrl+s", hint="save"),
)  # fmt: skip
