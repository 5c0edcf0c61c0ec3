"""Textual's parser with Alt kept, and what of Textual that relies on."""

from __future__ import annotations

import inspect

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver

from dockertui.terminal.alt_keys import AltParser, keep_alt


def parsed(text: str) -> list[str]:
    return [event.key for event in AltParser().feed(text) if isinstance(event, events.Key)]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("\x1bx", ["alt+x"]),
        ("\x1bA", ["alt+shift+a"]),
        ("\x1b.", ["alt+full_stop"]),
        ("\x1b\r", ["alt+enter"]),
        ("\x1b\x7f", ["alt+backspace"]),
        ("\x1b\x18", ["alt+ctrl+x"]),
        ("\x1bx\x1by\x1b5", ["alt+x", "alt+y", "alt+5"]),
        ("\x1b[A", ["up"]),
        ("\x1bOP", ["f1"]),
        ("\x1b[1;3A", ["alt+up"]),
        ("x\x18", ["x", "ctrl+x"]),
        ("\x1b[200~a\rb\x1b[201~x", ["x"]),
    ],
)
def test_alt_is_kept(text: str, keys: list[str]) -> None:
    assert parsed(text) == keys


def test_the_driver_takes_it() -> None:
    keep_alt()
    assert linux_driver.XTermParser is AltParser  # type: ignore[attr-defined]
    assert "XTermParser(" in inspect.getsource(linux_driver.LinuxDriver)


def test_textual_asks_where_we_answer() -> None:
    assert [*inspect.signature(XTermParser._sequence_to_key_events).parameters] == ["self", "sequence", "alt"]
