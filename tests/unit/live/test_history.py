"""The history of what containers used: rates, gaps, bounds, and what is known of one that died."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.engine.stats import Usage
from dockertui.live.history import BUDGET, GRACE, Column, StatsHistory
from dockertui.live.rows import Mean

START = 1_800_000_000.0
SECOND = 1_000_000_000


def sample(at: float, **figures: Any) -> Usage:
    """A sample `at` seconds after the first, of a container that uses half a processor and moves nothing."""
    usage = Usage(50.0, 100 << 20, 1 << 30, 0, 0, 0, 0, 3, START + at, cpu_time=int((at + 100) * SECOND / 2))
    return usage._replace(**figures)


def column(history: StatsHistory, column: Column, since: float = 0.0) -> list[float | None]:
    series = history.series("a")
    assert series is not None
    return [None if math.isnan(value) else value for value in series.since(START + since).column(column)]


def test_rates_are_of_the_time_between_two_samples() -> None:
    history = StatsHistory()
    history.take("a", sample(0, net_rx=1000, blk_write=0))
    history.take("a", sample(1, net_rx=3000, blk_write=10))
    history.take("a", sample(6, net_rx=4000, blk_write=10))
    assert column(history, Column.RX) == [None, 2000, 200]
    assert column(history, Column.WRITE) == [None, 10, 0]
    assert column(history, Column.CPU) == [50, 50, 50]


def test_a_restart_is_a_gap_and_no_spike() -> None:
    """The totals after it are higher here than those before: only the processor's time tells."""
    history = StatsHistory()
    history.take("a", sample(0, net_rx=1000))
    history.take("a", sample(2, net_rx=2000))
    history.take("a", sample(4, net_rx=9_000_000, cpu=0.0, cpu_time=5))
    history.take("a", sample(6, net_rx=9_000_400, cpu_time=5 + SECOND))
    assert column(history, Column.RX) == [None, 500, None, None, 200]
    assert column(history, Column.CPU) == [50, 50, None, None, 50], "zero, as the formula has it, is no figure"
    assert column(history, Column.MEMORY) == [100 << 20, 100 << 20, None, 100 << 20, 100 << 20]


def test_a_total_that_is_set_back_alone_is_a_gap_of_its_own() -> None:
    """A network that is taken away takes its bytes along."""
    history = StatsHistory()
    history.take("a", sample(0, net_rx=1000, net_tx=5))
    history.take("a", sample(1, net_rx=10, net_tx=6))
    assert column(history, Column.RX) == [None, None]
    assert column(history, Column.TX) == [None, 1]


def test_out_of_sight_is_a_gap() -> None:
    history = StatsHistory()
    history.take("a", sample(0, net_rx=1000))
    history.interrupt("a")
    history.interrupt("a")
    history.take("a", sample(60, net_rx=2000))
    assert column(history, Column.RX) == [None, None, None]
    assert column(history, Column.MEMORY) == [100 << 20, None, 100 << 20]


def test_samples_that_come_twice_count_once() -> None:
    history = StatsHistory()
    history.take("a", sample(0, net_rx=0))
    history.take("a", sample(0, net_rx=0))
    history.take("a", sample(0.1, net_rx=100))
    history.take("a", sample(1, net_rx=1000))
    assert column(history, Column.RX) == [None, 1000]


def test_what_died_is_remembered_for_a_while() -> None:
    now = [START]
    history = StatsHistory(lambda: now[0])
    assert history.last("a") is None
    assert history.peak_memory("a") is None
    history.take("a", sample(0, memory=5))
    history.take("a", sample(1, memory=9))
    history.take("a", sample(2, memory=7))
    history.stop("a")
    history.remove("a")
    last = history.last("a")
    assert last is not None
    assert (last.memory, history.peak_memory("a")) == (7, 9)
    now[0] += GRACE - 1
    history.take("b", sample(0))
    assert history.last("a") is not None
    now[0] += 1
    history.take("c", sample(0))
    assert history.last("a") is None
    assert history.series("a") is None


def test_the_peak_is_that_of_one_life() -> None:
    history = StatsHistory()
    history.take("a", sample(0, memory=500))
    history.take("a", sample(2, memory=300, cpu_time=1))
    assert history.peak_memory("a") == 300
    history.stop("a")
    assert history.peak_memory("a") == 300
    history.take("a", sample(9, memory=200))
    assert history.peak_memory("a") == 200


def test_a_restart_that_the_totals_hide_is_told_by_the_list() -> None:
    """A young container that works hard: its new totals are above its old ones when it is next sampled."""
    history = StatsHistory()
    history.take("a", sample(0, net_rx=0))
    history.begin("a", START - 5, 1.0)
    history.take("a", sample(2, net_rx=100))
    history.begin("a", START - 5.5, 0.5)
    history.take("a", sample(4, net_rx=200))
    assert column(history, Column.RX) == [None, 50, 50], "the same beginning, told more finely"
    history.begin("a", START + 5, 1.0)
    history.take("a", sample(6, net_rx=900, memory=1))
    assert column(history, Column.RX) == [None, 50, 50, None, None]
    assert history.peak_memory("a") == 1


def test_a_clock_that_was_set_back_far_begins_anew() -> None:
    history = StatsHistory()
    history.take("a", sample(1000))
    history.take("a", sample(0))
    series = history.series("a")
    assert series is not None
    assert list(series.since(0).times) == [START]


def test_absurd_figures_are_none() -> None:
    history = StatsHistory()
    history.take("a", sample(0, net_rx=0, memory=10**300, pids=10**40))
    history.take("a", sample(1, net_rx=10**300, memory=7))
    assert column(history, Column.MEMORY) == [None, 7]
    assert column(history, Column.RX) == [None, None]
    assert column(history, Column.PIDS) == [None, 3]


def test_processors_are_kept_apart_to_half_a_percent() -> None:
    history = StatsHistory()
    history.take("a", sample(0))
    history.take("a", sample(1, cores=(25.2, 100.0)))
    history.take("a", sample(2, cores=(0.0, 99.9)))
    series = history.series("a")
    assert series is not None
    span = series.since(START)
    assert span.cores == 2
    assert math.isnan(span.core(0)[0])
    assert span.core(0)[1:] == [25.0, 0.0]
    assert span.core(1)[1:] == [100.0, 100.0]


def test_an_hour_and_a_day_stay_bounded_and_reach_back() -> None:
    history = StatsHistory()
    for at in range(0, 3600, 2):
        history.take("a", sample(at, net_rx=at * 1000))
    hour = history.size
    series = history.series("a")
    assert series is not None
    span = series.since(START)
    assert span.times[0] < START + 10
    assert list(span.times) == sorted(span.times)
    assert hour < 50_000
    for at in range(3600, 86_400, 2):
        history.take("a", sample(at, net_rx=at * 1000))
    assert history.size < 110_000
    span = series.since(START)
    assert 11 * 3600 < START + 86_400 - span.times[0] < 14 * 3600
    assert set(span.column(Column.RX)) == {1000.0}, "means of what is even are even"


def test_thousands_of_containers_share_the_budget() -> None:
    history = StatsHistory(budget=500_000)
    for at in range(0, 600, 2):
        for number in range(100):
            history.take(str(number), sample(at))
    assert history.size < 1.3 * 500_000
    assert BUDGET < 40 << 20


def test_peaks_outlive_the_means() -> None:
    history = StatsHistory()
    for at in range(0, 7200, 2):
        history.take("a", sample(at, cpu=400.0 if at == 100 else 10.0))
    peaks = column(history, Column.CPU_PEAK)
    assert max(value for value in peaks if value is not None) == 400
    means = column(history, Column.CPU)
    assert max(value for value in means if value is not None) < 100


STEPS = st.lists(
    st.tuples(
        st.floats(0.25, 30.0),
        st.integers(0, 10**9),
        st.sampled_from(["runs", "runs", "runs", "restarts", "unseen", "stops"]),
    ),
    max_size=60,
)


@given(STEPS)
def test_rates_are_never_negative_and_add_up(steps: list[tuple[float, int, str]]) -> None:
    """Whatever happens, no rate is below zero, and the rates times their seconds are the bytes that were counted."""
    history = StatsHistory()
    at, total, spent, counted = 0.0, 0, SECOND, 0
    history.take("a", sample(at, net_rx=total, cpu_time=spent))
    for seconds, moved, what in steps:
        at += seconds
        if what == "restarts":
            total, spent = moved, spent - 1
        else:
            total, spent = total + moved, spent + 1
        if what == "unseen":
            history.interrupt("a")
        if what == "stops":
            history.stop("a")
        history.take("a", sample(at, net_rx=total, cpu_time=spent))
        counted += moved if what == "runs" else 0
    series = history.series("a")
    assert series is not None
    span = series.since(0)
    rates, times = span.column(Column.RX), span.times
    assert all(rate >= 0 for rate in rates if not math.isnan(rate))
    added = sum(rate * (times[i] - times[i - 1]) for i, rate in enumerate(rates) if not math.isnan(rate))
    assert added == pytest.approx(counted, rel=1e-4, abs=1)
    assert list(times) == sorted(times)


@given(st.lists(st.tuples(st.floats(0.25, 20.0), st.floats(0, 1e9)), min_size=1, max_size=20))
def test_a_mean_weighs_by_time_and_keeps_the_sum(steps: list[tuple[float, float]]) -> None:
    mean = Mean(2, peaks=1)
    moment = 0.0
    for seconds, value in steps:
        moment += seconds
        mean.add(moment, [value, value], (), seconds)
    row = mean.take()
    assert row is not None
    assert row[1][0] * moment == pytest.approx(sum(seconds * value for seconds, value in steps))
    assert row[1][1] == max(value for _, value in steps)
    assert 0 < row[0] <= moment * (1 + 1e-9)
    assert mean.take() is None
