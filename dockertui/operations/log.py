"""Operations of logs: opening one, and those in it. They change nothing on the Engine."""

from __future__ import annotations

from dockertui.operations.base import Context, Operation
from dockertui.operations.view import moves

_LOGS = "Logs"
_SINCE = (
    ("tail", "the tail", "0"),
    ("1m", "the last minute", "1"),
    ("5m", "the last 5 minutes", "2"),
    ("15m", "the last 15 minutes", "3"),
    ("1h", "the last hour", "4"),
    ("24h", "the last 24 hours", "5"),
    ("all", "its beginning", "6"),
)


def _in_log(
    name: str, title: str, action: str, *keys: str, hint: str = "", order: int = 5, words: str = ""
) -> Operation:
    return Operation(
        f"log.{name}", title, action, keys, _LOGS, Context.LOG, hint=hint, hint_order=order, words=words, palette=False
    )


LOG: tuple[Operation, ...] = (
    Operation(
        "container.logs",
        "Logs; of all marked containers, together",
        "screen.logs",
        ("l",),
        _LOGS,
        Context.LIST,
        hint="logs",
        hint_order=1,
        of="logs",
        words="docker logs output errors stdout stderr tail follow",
    ),
    Operation(
        "container.project_logs",
        "Logs of the Compose project, together",
        "screen.project_logs",
        ("L",),
        _LOGS,
        Context.LIST,
        of="logs",
        words="compose logs docker output",
    ),
    *moves(Context.LOG, "log"),
    _in_log("left", "To the left", "scroll_left", "left", "h"),
    _in_log("right", "To the right", "scroll_right", "right", "l"),
    _in_log("search", "Search: word, ~regex, !without", "screen.search", "/", hint="search", order=2),
    _in_log("next_match", "Next match", "next_match", "n"),
    _in_log("previous_match", "Previous match, also in what is not loaded yet", "previous_match", "N"),
    _in_log("filter", "Filter: word, ~regex, !without", "filter", "&", hint="filter", order=2),
    _in_log("more_context", "More lines around those that the filter keeps", "more_context", "+"),
    _in_log("less_context", "Fewer lines around those that the filter keeps", "less_context", "-"),
    _in_log("level", "All levels, warnings and errors, errors only", "level", "v", hint="level"),
    _in_log("stderr", "Standard error only, or both", "stderr", "E", hint="stderr"),
    _in_log("enter", "The whole line; from a filtered one, go to its place", "enter", "enter", hint="line"),
    _in_log("times", "Times: none, local, UTC, relative", "times", "t", hint="times", order=3),
    _in_log("wrap", "Wrap long lines", "wrap", "w", hint="wrap", order=3),
    _in_log("unfold", "Unfold JSON and logfmt", "unfold", "J", hint="unfold", order=1),
    _in_log("fields", "Choose the fields of JSON and logfmt that are shown", "fields", "F"),
    _in_log("histogram", "Bars above the log: lines by time and level", "histogram", "H", hint="bars"),
    _in_log("earlier_bar", "To the time of the bar before", "earlier_bar", "<"),
    _in_log("later_bar", "To the time of the next bar", "later_bar", ">"),
    _in_log("mark", "Draw a mark line", "mark_here", "m", hint="mark"),
    _in_log("select", "Begin or end a selection", "select", "space", hint="select"),
    _in_log("copy", "Copy the line or the selection", "copy", "y", "c", hint="copy", order=4),
    _in_log("copy_last", "Copy the last N lines shown", "copy_last", "Y"),
    _in_log("save", "Save what is shown, or the whole log, to a file", "save", "ctrl+s", hint="save"),
    _in_log("pager", "Open what is shown in $PAGER", "pager", "|"),
    *(_in_log(f"since_{name}", f"From {title}", f"since({key})", key) for name, title, key in _SINCE),
    _in_log("since", "Since, or since and until, by typing", "since_typed", "@", words="until time"),
)
