"""The log view under everything at once: random keys, lines and sizes leave it whole."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from textual.app import App, ComposeResult

from dockertui.app import DockerTUI
from dockertui.widgets.log_query import LogFilter, Query
from dockertui.widgets.log_store import STDERR, LogStore, StoredLine
from dockertui.widgets.log_view import LogView

WORDS = (
    "plain",
    "ERROR broken",
    "\x1b[31mred\x1b[0m",
    "日本語 " * 20,
    "x" * 300,
    "",
    "tab\there",
    '{"level":"warn","msg":"m"}',
)
ACTIONS = (
    "cursor_up", "cursor_down", "page_up", "page_down", "top", "bottom", "scroll_left", "scroll_right", "times", "wrap",
    "unfold", "level", "stderr", "more_context", "less_context", "enter", "next_match", "previous_match", "select",
    "histogram", "earlier_bar", "later_bar",
)  # fmt: skip


class LogApp(App[None]):
    """A log view and nothing else."""

    CSS_PATH: ClassVar[Any] = DockerTUI.CSS_PATH

    def compose(self) -> ComposeResult:
        yield LogView()


def entries(dice: random.Random, count: int, start: int) -> list[StoredLine]:
    return [StoredLine(start + n, dice.choice((0, STDERR)), dice.choice(WORDS)) for n in range(count)]


def steps(view: LogView, dice: random.Random) -> list[Callable[[], object]]:
    """What may happen next."""
    now = 1_795_240_000_000_000_000 + view.store.end
    return [
        *(getattr(view, f"action_{name}") for name in ACTIONS),
        lambda: view.append(entries(dice, dice.randrange(1, 900), now)),
        lambda: view.append(entries(dice, 3, now)),
        lambda: view.prepend(entries(dice, dice.randrange(1, 900), 1_000_000 + view.store.first)),
        lambda: view.search(dice.choice(("", "red", "~E.*n", "~(", "!plain", "nowhere"))),
        lambda: view.filter_by(dice.choice(("", "", "red", "!plain", "~(", "nowhere"))),
        lambda: view.set_filter(LogFilter()),
        lambda: view.scroll_rows(dice.randrange(-50, 50)),
        lambda: view.mark("a mark"),
        view.clear,
    ]


def check(view: LogView) -> None:
    """Every row can be painted, in the width there is; the cursor is on a line that exists, if any does."""
    for y in range(view.size.height):
        assert view.render_line(y).cell_length == view.size.width
    numbers = [row.number for row in view._frame or () if row.notice is None]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("seed", range(6))
async def test_random_walk(seed: int) -> None:
    dice = random.Random(seed)
    app = LogApp()
    async with app.run_test(size=(60, 14)) as pilot:
        view = app.query_one(LogView)
        view.focus()
        view.store.max_lines = 2_500
        for _ in range(250):
            if inspect.isawaitable(step := dice.choice(steps(view, dice))()):
                await step
            if dice.random() < 0.3:
                check(view)  # as Textual may paint at any time
            if dice.random() < 0.2:
                view._paint_now()
                check(view)
                last = [row.number for row in view._frame or () if row.notice is None][-1:]
                assert not (view.following and last) or last[0] == view.shown.before(view.store.end)
            if dice.random() < 0.03:
                await pilot.resize_terminal(dice.randrange(20, 100), dice.randrange(4, 30))
            if dice.random() < 0.1:
                await pilot.pause()
        await pilot.pause()
        assert len(view.store) <= 2_500 + 512


def test_a_filter_over_a_million_lines_is_looked_at_in_slices() -> None:
    store = LogStore()
    store.append([StoredLine(n, 0, "x") for n in range(100_000)])
    view = LogView()
    view.store, view.shown._store = store, store
    view.shown.set(LogFilter(Query("x")), 0)
    steps = sum(1 for _ in view.shown.update())
    assert steps > 100, "whoever filters can stop after each block"
    assert view.shown.count == 100_000
