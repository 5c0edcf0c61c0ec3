"""Alt with every key, as the terminal sends it: Textual's parser keeps it for letters and digits alone.

A terminal sends Alt as an escape before the key's own bytes. Textual drops it before Enter, Backspace, control
and punctuation characters, which to a shell are other keys. Its parser is replaced by one that keeps it;
`tests/unit/test_terminal_alt_keys.py` holds what it relies on.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver


class AltParser(XTermParser):
    """Textual's parser, with Alt before every key."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        for event in super()._sequence_to_key_events(sequence, alt):
            if alt and "alt+" not in event.key:
                yield events.Key(f"alt+{event.key}", None)
            else:
                yield event


def keep_alt() -> None:
    """Have the driver, when it is made, take the parser that keeps Alt."""
    setattr(linux_driver, "XTermParser", AltParser)  # noqa: B010 (not exported there, says mypy)
