"""Say that something works once it takes longer than a moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from textual.screen import Screen

from dockertui.widgets.timer import once

SILENT = 0.3
"""Seconds of work before a message says so: less is felt as at once."""
STAYS = 600.0
"""Seconds that such a message stays, if nothing ends it."""


class Say(Protocol):
    """Show a sentence in the footer; an empty one clears it."""

    def __call__(self, text: str, style: str = "", stays: float = ...) -> None: ...


@contextmanager
def waiting(screen: Screen[Any], say: Say, text: str) -> Iterator[None]:
    """Say `text` while the block runs longer than `SILENT` seconds, and nothing afterwards."""
    said = []

    def tell() -> None:
        said.append(text)
        say(text, "busy", STAYS)

    timer = once(screen, SILENT, tell)
    try:
        yield
    finally:
        timer.stop()
        if said:
            say("")
