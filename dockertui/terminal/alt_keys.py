"""Alt with every key, as the terminal sends it: Textual's parser keeps it for letters and digits only.

A terminal sends Alt as an escape before the key's own bytes. Textual drops it before Enter, Backspace, control and
punctuation characters, which to a shell are other keys, and turns the escape into `^` when the next one follows at
once. A subclass of its parser keeps it; `tests/unit/terminal/test_alt_keys.py` checks what it relies on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver

_INTRODUCERS: Final = frozenset("[O]P_^XN\x1b")
"""Characters that begin a longer sequence after an escape."""


class AltParser(XTermParser):
    """Textual's parser, with Alt before every key."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        if len(sequence) == 2 and sequence[0] == "\x1b" and sequence[1] not in _INTRODUCERS:
            sequence, alt = sequence[1], True
        for event in super()._sequence_to_key_events(sequence, alt):
            if alt and not event.key.startswith("alt+"):
                yield events.Key(f"alt+{event.key}", None)
            else:
                yield event


def keep_alt() -> None:
    """Make drivers created from now on use the parser that keeps Alt."""
    setattr(linux_driver, "XTermParser", AltParser)  # noqa: B010 (not exported there, says mypy)
