"""Lines counted over time, and the bars drawn of them."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.widgets.chart import ASCII, BLOCKS, Glyphs
from dockertui.widgets.log_bars import STEPS, Bars, LogBars, bar_at, bar_time, draw, rows_for
from dockertui.widgets.log_query import LogFilter, Query
from dockertui.widgets.log_store import MARK, LogStore, StoredLine
from dockertui.widgets.log_text import NANO, Level

NOW = 1_795_240_000


def counted(store: LogStore, cells: int = 60, kept: LogFilter | None = None) -> Bars:
    bars = LogBars(store)
    bars.is_open = True
    bars.kept = kept or LogFilter()
    for _ in bars.update():
        pass
    return bars.bars(cells)


def entry(second: float, text: str, meta: int = 0) -> StoredLine:
    return StoredLine(int((NOW + second) * NANO), meta, text)


def clock(moment: float) -> str:
    return f"{moment - NOW:.0f}"


def test_steps_hold_each_other() -> None:
    assert all(not after % before for before, after in pairwise(STEPS))


def test_lines_are_counted_by_level_and_time() -> None:
    store = LogStore()
    store.append([entry(0, "INFO a"), entry(0.5, "ERROR b"), entry(1, "a mark", MARK), entry(2, "WARN c")])
    store.append([StoredLine(0, 0, "of no time")])
    assert counted(store) == Bars(NOW, 1, ((1, 0, 1), (0, 0, 0), (0, 1, 0)))


@pytest.mark.parametrize(
    ("kept", "sums"),
    [
        (LogFilter(query=Query("b")), (1, 0, 0)),
        (LogFilter(least=Level.WARN), (1, 1, 0)),
        (LogFilter(query=Query("!b"), least=Level.WARN), (0, 1, 0)),
    ],
)
def test_what_a_filter_leaves_out_is_not_counted(kept: LogFilter, sums: tuple[int, int, int]) -> None:
    store = LogStore()
    store.append([entry(0, "INFO a"), entry(0, "ERROR b"), entry(0, "WARN c"), entry(0, "a mark", MARK)])
    assert counted(store, kept=kept).counts == (sums,)


@given(st.lists(st.integers(0, 40 * 86_400), min_size=1, max_size=300), st.integers(10, 200))
def test_every_line_is_in_the_bar_of_its_time(seconds: list[int], cells: int) -> None:
    store = LogStore()
    store.append([entry(second, "x") for second in sorted(seconds)])
    bars = counted(store, cells)
    assert 1 <= len(bars.counts) <= cells
    wanted = Counter(bars.at((NOW + second) * NANO) for second in seconds)
    assert [others for _, _, others in bars.counts] == [wanted[bar] for bar in range(len(bars.counts))]


def test_counts_follow_the_window_of_the_log_at_both_ends() -> None:
    """Whatever was let go or loaded since: a count that went on equals a new one."""
    dice, store = random.Random(5), LogStore(max_lines=3_000)
    bars, newest, oldest = LogBars(store), 0.0, 0.0
    bars.is_open = True
    for _ in range(40):
        if dice.random() < 0.6:
            lines = [entry(newest + n / 10, dice.choice(("x", "ERROR"))) for n in range(dice.randrange(1, 900))]
            newest = newest + 100
            store.append(lines)
        else:
            oldest -= 100
            store.prepend([entry(oldest + n / 10, "WARN") for n in range(dice.randrange(1, 900))])
        for _ in bars.update():
            if dice.random() < 0.2:
                bars.bars(50)  # may be painted half counted
        shown, fresh = bars.bars(50), counted(store, 50)
        assert tuple(map(sum, zip(*shown.counts, strict=True))) == tuple(map(sum, zip(*fresh.counts, strict=True)))
        assert sum(map(sum, shown.counts)) == len(store)


def test_nothing_is_counted_while_they_are_not_open() -> None:
    store = LogStore()
    store.append([entry(0, "x")])
    bars = LogBars(store)
    assert not list(bars.update())
    assert bars.bars(10).counts == ()


def test_the_next_bar_is_one_with_lines() -> None:
    bars = Bars(NOW, 10, ((0, 0, 1), (0, 0, 0), (0, 1, 0)))
    assert bars.next(0, 1) == 2
    assert bars.next(2, -1) == 0
    assert bars.next(2, 1) is None
    assert bars.at(NOW * NANO - 1) == 0
    assert bars.at((NOW + 25) * NANO) == 2
    assert bars.at((NOW + 99) * NANO) == 2
    assert bars.time(2) == (NOW + 20) * NANO


@pytest.mark.parametrize("glyphs", [BLOCKS, ASCII])
def test_a_picture(glyphs: Glyphs) -> None:
    bars = Bars(NOW, 10, ((0, 0, 8), (0, 0, 0), (4, 2, 10), (0, 1, 3)))
    rows = ["".join(text for text, _ in row) for row in draw(bars, 2, (24, 6), clock, glyphs)]
    if glyphs is BLOCKS:
        assert rows[1:5] == [
            "            ██████      ",
            "▄▄▄▄▄▄      ██████      ",
            "██████      ██████▆▆▆▆▆▆",
            "            E     W     ",
        ]
    assert rows[0].startswith(" 20 +10s  lines 16  errors 4  warnings 2")
    assert rows[5].strip().endswith("40")
    styles = [[style for _, style in row] for row in draw(bars, 0, (24, 6), clock, glyphs)]
    assert styles[3] == ["cursor", "", "bad", "dim"]
    assert styles[4] == ["cursor", "", "bad", "warn"]


def test_what_is_rare_is_seen_and_fills_no_more_than_there_is() -> None:
    bars = Bars(NOW, 1, ((1, 1, 9998), (0, 0, 10_000)))
    rows = draw(bars, 1, (12, 8), clock)
    assert all(sum(len(text) for text, _ in row) <= 12 for row in rows[1:])
    assert "E" in rows[6][0][0]


@given(
    st.lists(st.tuples(*[st.integers(0, 10**6)] * 3), min_size=1, max_size=80),
    st.integers(10, 60),
    st.integers(80, 200),
)
def test_any_counts_fit_into_their_place(counts: list[tuple[int, int, int]], height: int, cells: int) -> None:
    bars = Bars(NOW, 60, (*counts, (0, 0, 1)))
    rows = rows_for(height)
    drawn = draw(bars, len(counts) // 2, (cells, rows), clock)
    assert len(drawn) == rows
    assert all(sum(len(text) for text, _ in row) <= cells for row in drawn[1:])


def test_no_room_no_bars() -> None:
    assert rows_for(9) == 0
    assert rows_for(22) < 22 // 2


def test_a_click_finds_the_bar_it_is_on() -> None:
    bars = Bars(NOW, 1, ((0, 0, 1),) * 10)
    assert [bar_at(bars, 40, x) for x in (0, 3, 4, 39)] == [0, 0, 1, 9]


def test_the_day_is_said_where_it_is_another() -> None:
    assert bar_time(0, step=60, utc=True) == "01-01 00:00"
    assert bar_time(5, step=5, utc=True) == "01-01 00:00:05"
    now = time.time()
    assert bar_time(now, step=1, utc=True) == f"{datetime.fromtimestamp(now, UTC):%H:%M:%S}"
