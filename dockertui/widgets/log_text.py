"""What a log line says besides its text: its level, its time, its fields."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

from dockertui.widgets.sgr import plain

_LOOKED_AT = 400
"""Characters at the beginning of a line in which its level is searched."""
NANO = 1_000_000_000


def last_state(text: str) -> str:
    """Return what a terminal shows last of a line with carriage returns, as of a progress bar: the last visible part.

    Those at its end are only the line end of a terminal.
    """
    text = text.rstrip("\r")
    if "\r" not in text:
        return text
    parts = text.split("\r")
    return next((part for part in reversed(parts) if plain(part).strip()), "")


def last_states(text: str) -> str:
    """Return lines joined by newlines with each as `last_state` has it."""
    if "\r" not in text:
        return text
    text = text.replace("\r\n", "\n").removesuffix("\r")  # all that most logs of terminals have
    return "\n".join([last_state(line) for line in text.split("\n")]) if "\r" in text else text


class Level(IntEnum):
    """The level of a line, by its own word."""

    NONE = 0
    DEBUG = 1
    INFO = 2
    WARN = 3
    ERROR = 4
    FATAL = 5


_WORDS = {
    Level.DEBUG: "trace trc debug dbg verbose finest finer fine debug1 debug2",
    Level.INFO: "info inf information informational notice log note statement",
    Level.WARN: "warn wrn warning",
    Level.ERROR: "error err erro eror severe",
    Level.FATAL: "fatal ftl critical crit panic emerg emergency alert dpanic",
}
_LEVELS = {word: level for level, words in _WORDS.items() for word in words.split()}
_LETTERS = {"D": Level.DEBUG, "I": Level.INFO, "W": Level.WARN, "E": Level.ERROR, "F": Level.FATAL}


class _Patterns(NamedTuple):
    """How levels are written. Compiled on first use, which takes a few milliseconds."""

    keyed: re.Pattern[str]
    lettered: re.Pattern[str]
    grave_lettered: re.Pattern[str]
    shouted: re.Pattern[str]
    marked: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    words = "|".join(_LEVELS)
    long_words = "|".join(word.upper() for word in _LEVELS if len(word) > 2)
    return _Patterns(
        re.compile(r"""["']?\b(?:level|lvl|severity|loglevel|log\.level)["']?\s*[=:]\s*["']?(\w+)""", re.IGNORECASE),
        re.compile(r"^([IWEFD])\d{4} \d\d:\d\d"),  # klog, glog
        re.compile(r"^[wef]\d{4} \d\d:\d\d", re.MULTILINE),
        re.compile(rf"\b({long_words})\b"),
        re.compile(rf"[\[<(|]({words})\s*[\]>)|/]|^(?:\S+ ){{0,4}}?({words}):", re.IGNORECASE),
    )


def level(text: str) -> Level:
    """Return a line's own level: `level=warn`, `"severity":"ERROR"`, `[error]`, `WARN`, klog's `E1121`, pino's 50."""
    return _level(text[:_LOOKED_AT])


@lru_cache(maxsize=4096)
def _level(head: str) -> Level:
    head = plain(head)
    patterns = _patterns()
    if found := patterns.keyed.search(head):
        return _named(found[1])
    if found := patterns.lettered.match(head):
        return _LETTERS[found[1]]
    if found := patterns.shouted.search(head):
        return _LEVELS[found[1].lower()]
    if found := patterns.marked.search(head):
        return _LEVELS[(found[1] or found[2]).lower()]
    return Level.NONE


_GRAVE_SIGNS = (
    "level", "lvl", "severity",
    "warn", "wrn", "err", "eror", "severe", "fatal", "ftl", "crit", "panic", "emerg", "alert",
)  # fmt: skip
"""One of these, in lower case, is in each line of level WARN or worse, except klog's."""


def grave(text: str) -> Iterator[tuple[int, Level]]:
    """Yield the index and level of each line of a text that is a warning or worse.

    Only lines that contain one of the words are examined: some hundred times cheaper than `level` for all.
    """
    text = last_states(text)
    small = plain(text).lower()
    places = {place for sign in _GRAVE_SIGNS for place in lines_with(small, sign)}
    places.update(small.count("\n", 0, found.start()) for found in _patterns().grave_lettered.finditer(small))
    lines = text.split("\n") if places else []
    for place in sorted(places):
        if (grade := level(lines[place])) >= Level.WARN:
            yield place, grade


def lines_with(text: str, word: str) -> Iterator[int]:
    """Yield the indices of the lines of a text that contain a word, ascending."""
    at, line_from, place = text.find(word), 0, 0
    while at >= 0:
        place += text.count("\n", line_from, at)
        yield place
        line_from = text.find("\n", at)
        if line_from < 0:
            return
        at = text.find(word, line_from)


def _named(word: str) -> Level:
    if word.isdecimal() and len(word) == 2:  # pino, bunyan: 10 trace to 60 fatal
        return Level(min(Level.FATAL, max(Level.DEBUG, int(word) // 10 - 1)))
    return _LEVELS.get(word.lower(), Level.NONE)


class Times(StrEnum):
    """How the Engine's timestamps are shown."""

    OFF = "off"
    LOCAL = "local"
    UTC = "UTC"
    RELATIVE = "relative"


def stamp(time: int, times: Times, now: float) -> str:
    """Return a time (epoch ns) as shown before a line; its width is fixed for each of the `Times`."""
    if times is Times.OFF:
        return ""
    if times is Times.RELATIVE:
        return f"{_ago(now - time / NANO) if time else '':>8} "
    if not time:
        return " " * 13
    day = datetime.fromtimestamp(time // NANO, UTC if times is Times.UTC else None)
    return f"{day:%H:%M:%S}.{time % NANO // 1_000_000:03d} "


def full_stamp(time: int) -> str:
    """Return a time with its date, to the nanosecond, in UTC."""
    return f"{datetime.fromtimestamp(time // NANO, UTC):%Y-%m-%d %H:%M:%S}.{time % NANO:09d} UTC" if time else "no time"


def _ago(seconds: float) -> str:
    seconds = max(0.0, seconds)
    for limit, size, unit in ((60, 1, "s"), (3600, 60, "m"), (86400, 3600, "h")):
        if seconds < limit:
            return f"-{seconds / size:.1f}{unit}" if size > 1 else f"-{seconds:.1f}s"
    return f"-{seconds / 86400:.1f}d"


# fields

_PAIR = re.compile(r"""([\w.@/-]+)=("(?:[^"\\]|\\.)*"|\S*)""")
_MESSAGE_KEYS = ("msg", "message", "log", "event")
_TIME_KEYS = ("time", "ts", "timestamp", "@timestamp", "t", "datetime", "date")
_LEVEL_KEYS = ("level", "lvl", "severity", "loglevel", "log.level")
_JSON_MAX = 64 * 1024


def fields(text: str) -> dict[str, str] | None:
    """Return the fields of a JSON or logfmt line, as text; None for other lines."""
    found = _fields(text)
    return None if found is None else {key: _scalar(value) for key, value in found.items()}


def has_fields(text: str) -> bool:
    """Return whether a line is JSON or logfmt."""
    return _fields(text) is not None


def _fields(text: str) -> Mapping[str, object] | None:
    text = plain(text).strip()
    if text[:1] == "{" and text[-1:] == "}" and len(text) <= _JSON_MAX:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None
    pairs = _PAIR.findall(text[:_JSON_MAX]) if "=" in text else []
    if len(pairs) < 2 or sum(len(key) + len(value) + 2 for key, value in pairs) < len(text) * 0.8:
        return None
    return {key: value[1:-1].replace('\\"', '"') if value[:1] == '"' else value for key, value in pairs}


def _scalar(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def unfolded(text: str, chosen: Sequence[str] = ()) -> str:
    """Return a JSON or logfmt line in readable form: level, message, then `key=value`; other lines unchanged.

    `chosen`: show only the values of these fields, in this order; `user.name` is a field within a field. The line's own
    time is left out: the Engine's is one key away.
    """
    if chosen:
        whole = _fields(text) or {}
        return "  ".join(value for key in chosen if (value := _at(whole, key)) is not None) or text
    found = fields(text)
    if found is None:
        return text
    grade = next((found.pop(key) for key in _LEVEL_KEYS if key in found), "")
    if grade.isdecimal() and _named(grade):
        grade = _named(grade).name
    message = next((found.pop(key) for key in _MESSAGE_KEYS if key in found), "")
    for key in _TIME_KEYS:
        found.pop(key, None)
    rest = " ".join(f"{key}={value}" for key, value in found.items())
    return " ".join(part for part in (f"{grade.upper():<5}" if grade else "", message, rest) if part)


def _at(found: Mapping[str, object], path: str) -> str | None:
    """Return a field's value; if none has this name, that of the field within the one named before the dot."""
    if path in found:
        return _scalar(found[path])
    first, dot, rest = path.partition(".")
    inner = found.get(first)
    return _at(inner, rest) if dot and isinstance(inner, dict) else None
