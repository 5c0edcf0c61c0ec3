"""The `docker` line that asks what a request of the program's own asks, where the request itself names none."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

_READS: Final = tuple(
    (re.compile(rf"(?:/v[\d.]+)?{pattern}"), line)
    for pattern, line in (
        (r"/version", "version"),
        (r"/info", "info"),
        (r"/events", "events"),
        (r"/system/df", "system df --verbose"),
        (r"/containers/([^/]+)/stats", "stats {}"),
        (r"/containers/([^/]+)/logs", "logs {}"),
        (r"/containers/([^/]+)/top", "top {}"),
        (r"/containers/([^/]+)/changes", "diff {}"),
        (r"/images/(.+)/history", "history {}"),
    )
)


def docker_words(method: str, path: str) -> tuple[str, ...]:
    """The words after `docker`; none for a request that no command makes."""
    if method != "GET":
        return ()
    for pattern, line in _READS:
        if match := pattern.fullmatch(path.partition("?")[0]):
            return tuple(unquote(match[1]) if word == "{}" else word for word in line.split())
    return ()
