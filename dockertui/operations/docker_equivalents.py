"""The `docker` line that asks what a request of the program's own asks, where there is one."""

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
        (r"/containers/json", "ps --all --no-trunc"),
        (r"/containers/([^/]+)/json", "container inspect {}"),
        (r"/containers/([^/]+)/stats", "stats {}"),
        (r"/containers/([^/]+)/logs", "logs {}"),
        (r"/containers/([^/]+)/top", "top {}"),
        (r"/containers/([^/]+)/changes", "diff {}"),
        (r"/images/json", "images --no-trunc"),
        (r"/images/(.+)/json", "image inspect {}"),
        (r"/images/(.+)/history", "history {}"),
        (r"/networks", "network ls"),
        (r"/networks/([^/]+)", "network inspect {}"),
        (r"/volumes", "volume ls"),
        (r"/volumes/([^/]+)", "volume inspect {}"),
    )
)


def docker_words(method: str, path: str) -> tuple[str, ...]:
    """The words after `docker`; none for a request that no command makes."""
    bare, _, query = path.partition("?")
    if method != "GET":
        return ()
    for pattern, line in _READS:
        if match := pattern.fullmatch(bare):
            size = ("--size",) if "size=1" in query and bare.endswith("/containers/json") else ()
            return (*(unquote(match[1]) if word == "{}" else word for word in line.split()), *size)
    return ()
