"""The whole program while its painters, its parsers and its handlers fail: it says so, and goes on."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from textual.widget import Widget

from dockertui.crash_log import LOGGER
from dockertui.engine import json_stream, multiplex
from dockertui.live.store import LinkState
from dockertui.widgets.lines import Lines
from dockertui.widgets.paint import Painted
from tests.ui.stage import WIDE, Stage, opened

WALK = (
    *("j", "enter", *["right_square_bracket"] * 6, "escape", "escape", "l", "j", "escape", "escape", "i", "j"),
    *("escape", "escape", "2", "3", "4", "1", "z", "z", "question_mark", "escape", "full_stop", "escape"),
    *("colon", "escape", "e", "j", "escape", "tilde", "escape", "x"),
)
"""Keys that lead over most of what is painted; the last opens a terminal."""


class Injected(LookupError):
    """What fails in these tests."""


def kinds(of: type[Any]) -> Iterator[type[Any]]:
    yield of
    for kind in of.__subclasses__():
        yield from kinds(kind)


def every(of: type[Any], name: str) -> list[type[Any]]:
    """The classes below one that have a method of their own of this name."""
    import dockertui.screens.main.tab_list
    import dockertui.terminal.view  # noqa: F401

    return sorted({kind for kind in kinds(of) if name in vars(kind)}, key=lambda kind: kind.__qualname__)


@pytest.fixture(autouse=True)
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of errors happen here: pytest need not format each."""
    monkeypatch.setattr(LOGGER, "propagate", False)


@pytest.fixture
def inject(monkeypatch: pytest.MonkeyPatch) -> Callable[[type[Any], str, Callable[[], bool]], None]:
    """Have a method of a class fail whenever it goes `wrong`."""

    def injected(kind: type[Any], name: str, wrong: Callable[[], bool]) -> None:
        real = vars(kind)[name]

        def fails(self: Any, *args: Any, **options: Any) -> Any:
            if wrong():
                raise Injected(f"in {name} of {type(self).__name__}")
            return real(self, *args, **options)

        monkeypatch.setattr(kind, name, fails)

    return injected


async def check_lives(stage: Stage) -> None:
    """The program runs on, its lists are live, and it does what keys say."""
    await stage.press("escape", "escape", "escape")
    stage.app.action_redraw()
    for widget in stage.main.walk_children(Widget):
        widget.refresh()
    stage.main.arrangement.goto_pane(0)
    await stage.settle()
    assert stage.main.session.mirror.link.state is LinkState.LIVE
    await stage.goto("shop-api-1")
    await stage.until("shop-api-1")
    stage.check_frame()


@pytest.mark.parametrize("seed", range(3))
async def test_painters_that_fail_at_random(seed: int, inject: Any) -> None:
    dice, on = random.Random(seed), [True]

    def wrong() -> bool:
        return on[0] and dice.random() < 0.2

    for kind in every(Painted, "render_line"):
        inject(kind, "render_line", wrong)
    for name in ("look", "draw", "draw_head"):
        for kind in every(Lines, name):
            inject(kind, name, wrong)
    async with opened(size=WIDE, fails=True) as stage:
        for key in WALK:
            await stage.press(key)
            stage.check_frame()
        assert stage.app.crashes.errors
        assert all(isinstance(error, Injected) for error in stage.app.crashes.errors)
        on[0] = False
        if stage.main.terminals.pane is not None:
            await stage.main.terminals.pane.close_all()
            stage.main.terminals.show(False)
        await check_lives(stage)


@pytest.mark.parametrize("kind", every(Painted, "render_line"), ids=lambda kind: kind.__name__)
async def test_a_painter_that_always_fails(kind: type[Any], inject: Any) -> None:
    on = [True]
    inject(kind, "render_line", lambda: on[0])
    async with opened(size=WIDE, fails=True) as stage:
        for key in WALK:
            await stage.press(key)
        assert any("in render_line of" in str(error) for error in stage.app.crashes.errors)
        on[0] = False
        if stage.main.terminals.pane is not None:
            await stage.main.terminals.pane.close_all()
            stage.main.terminals.show(False)
        await check_lives(stage)


async def test_what_a_reply_is_made_into_may_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of an object says so in its place."""
    from dockertui.resources.container import Containers

    real = Containers.sections
    on = [True]

    def sections(self: Any, *args: Any) -> Any:
        if on[0]:
            raise Injected("in a page")
        return real(self, *args)

    monkeypatch.setattr(Containers, "sections", sections)
    async with opened(size=WIDE, fails=True) as stage:
        await stage.until("this cannot be shown: Injected: in a page")
        on[0] = False
        await stage.press("j")
        await stage.until("Image id")
        assert "cannot be shown" not in stage.text


@pytest.mark.parametrize(
    ("module", "name"),
    [(json_stream.JSONSplitter, "feed"), (multiplex.FrameReader, "feed"), (multiplex.Demultiplexer, "feed")],
)
async def test_a_parser_that_fails_costs_what_it_reads(module: type[Any], name: str, inject: Any) -> None:
    on = [False]
    inject(module, name, lambda: on[0])
    async with opened(size=WIDE, fails=True) as stage:
        on[0] = True
        await stage.press("l", "j", "escape", "e", "j", "escape", "escape", "x")
        on[0] = False
        if stage.main.terminals.pane is not None:
            await stage.main.terminals.pane.close_all()
            stage.main.terminals.show(False)
        await stage.until_live()
        await check_lives(stage)
