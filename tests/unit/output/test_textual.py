"""The private parts of Textual and Rich that `output` depends on. A new version of either begins here."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from rich.cells import split_graphemes
from rich.style import Style
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.driver import Driver
from textual.events import CursorPosition, Key, Resize
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen

from dockertui.output.pens import _SET


def test_textual_is_the_version_that_was_read() -> None:
    assert version("textual") == "8.2.8"


def test_pyproject_pins_it() -> None:
    pyproject = Path(__file__).parents[3] / "pyproject.toml"
    assert re.search(r'"textual==8\.2\.8"', pyproject.read_text())


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (App._display, ["self", "screen", "renderable"]),
        (App._build_driver, ["self", "headless", "inline", "mouse", "size"]),
        (App._end_batch, ["self"]),
        (App._on_resize, ["self", "event"]),
        (App.post_display_hook, ["self"]),
        (Compositor.render_full_update, ["self", "simplify"]),
        (LayoutUpdate.__init__, ["self", "strips", "region"]),
        (ChopsUpdate.__init__, ["self", "chops", "spans", "chop_ends"]),
        (Driver.process_message, ["self", "message"]),
        (Driver.start_application_mode, ["self"]),
        (Driver.stop_application_mode, ["self"]),
        (split_graphemes, ["text", "unicode_version"]),
    ],
)
def test_signatures(function: Callable[..., Any], parameters: list[str]) -> None:
    assert list(inspect.signature(function).parameters) == parameters


@pytest.mark.parametrize(
    "name", ["_running", "_closed", "_batch_count", "_sync_available", "_driver", "cursor_position"]
)
def test_attributes_of_the_app(name: str) -> None:
    assert hasattr(App(), name)


def test_a_screen_has_a_compositor() -> None:
    assert "self._compositor = Compositor()" in inspect.getsource(Screen.__init__)


def test_display_is_what_paints() -> None:
    source = inspect.getsource(Screen._compositor_refresh)
    assert "app._display(self, update)" in source
    assert "render_update" in source


def test_handlers_of_every_class_are_called() -> None:
    """`CellDiff._on_resize` relies on App's being called too."""
    assert "for cls in self.__class__.__mro__" in inspect.getsource(MessagePump._get_dispatch_methods)


def test_a_driver_is_stopped_and_started_by_methods_that_can_be_replaced() -> None:
    assert "self.stop_application_mode()" in inspect.getsource(Driver.suspend_application_mode)
    assert "self.start_application_mode()" in inspect.getsource(Driver.resume_application_mode)


def test_synchronized_output_is_mode_2026() -> None:
    assert (SYNC_START, SYNC_END) == ("\x1b[?2026h", "\x1b[?2026l")


def test_attribute_bits_are_in_the_order_known() -> None:
    style = Style.parse(
        "bold dim italic underline blink blink2 reverse conceal strike underline2 frame encircle overline"
    )
    assert style._attributes & style._set_attributes == (1 << len(_SET)) - 1
    assert tuple(Style._style_map[bit] for bit in range(13)) == _SET
    for name in ("_color", "_bgcolor", "_link"):
        assert hasattr(style, name)


def parsed(data: str) -> list[Message]:
    return list(XTermParser().feed(data))


def test_a_cursor_report_becomes_an_event_of_its_own() -> None:
    (event,) = parsed("\x1b[2;17R")
    assert isinstance(event, CursorPosition)
    assert (event.x, event.y) == (16, 1)


def test_a_report_does_not_disturb_the_keys_around_it() -> None:
    events = parsed("a\x1b[2;17Rb\x1b[A")
    assert [event.key for event in events if isinstance(event, Key)] == ["a", "b", "up"]
    assert len(events) == 4


def test_a_resize_says_the_size() -> None:
    assert "size" in inspect.signature(Resize.__init__).parameters
