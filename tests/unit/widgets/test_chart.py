"""Plots in cells: scales, columns of dots, gaps, the axis of time."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.widgets.chart import (
    ASCII,
    BINARY_STEPS,
    BLOCKS,
    BRAILLE,
    GLYPHS,
    Curve,
    Glyphs,
    Unit,
    Window,
    area,
    gauge,
    glyphs_for,
    links,
    resample,
    round_up,
    span,
    sparkline,
    time_axis,
)

NAN = math.nan
PLAIN = Unit(str)
BYTES = Unit(str, 1024, BINARY_STEPS)
ALL = pytest.mark.parametrize("glyphs", GLYPHS.values(), ids=GLYPHS)


def linked(times: list[float], values: list[float]) -> Curve:
    return Curve(times, values, links([value == value for value in values]))


@pytest.mark.parametrize(
    ("amount", "unit", "end"),
    [
        (0, PLAIN, 1),
        (0.4, PLAIN, 1),
        (1.2, PLAIN, 1.5),
        (10, PLAIN, 10),
        (61, PLAIN, 80),
        (999, PLAIN, 1000),
        (1000, PLAIN, 1000),
        (1025, BYTES, 1536),
        (300 << 20, BYTES, 384 << 20),
        (1 << 30, BYTES, 1 << 30),
        (1023 << 20, BYTES, 1 << 30),
    ],
)
def test_a_scale_ends_at_a_round_number(amount: float, unit: Unit, end: float) -> None:
    assert round_up(amount, unit) == pytest.approx(end)


@given(st.floats(0, 1e18), st.sampled_from([PLAIN, BYTES]))
def test_a_scale_holds_its_amount_and_is_at_most_twice_as_high(amount: float, unit: Unit) -> None:
    end = round_up(amount, unit)
    assert end >= amount * (1 - 1e-6)
    assert end <= max(unit.least, 2.001 * amount)


def test_columns_of_dots_hold_the_highest_value_since_the_one_before() -> None:
    curve = linked([0, 2, 4, 6], [1, 5, 2, 3])
    found = resample(curve, Window(7.9, 8), 4, BRAILLE)
    assert found[:7] == [1, 5, 5, 2, 2, 3, 3]
    assert math.isnan(found[7])


def test_a_gap_stays_open() -> None:
    curve = Curve([0, 2, 2, 6], [1, 1, NAN, 4], links([True, True, False, True]))
    found = resample(curve, Window(7.9, 8), 4, BRAILLE)
    assert found[:3] == [1, 1, 1]
    assert [math.isnan(value) for value in found[3:]] == [True, True, True, False, True]


def test_a_picture_moves_by_whole_cells() -> None:
    """Between two moves nothing but its right end changes."""
    curve = linked([float(t) for t in range(200)], [float(t % 7) for t in range(200)])
    before = resample(curve, Window(100.0, 40), 20, BRAILLE)
    for end in (100.5, 101.0, 101.9):
        assert resample(curve, Window(end, 40), 20, BRAILLE)[:36] == before[:36]
    assert resample(curve, Window(102.0, 40), 20, BRAILLE)[:36] == before[2:38]


@given(
    st.lists(st.tuples(st.floats(0.01, 50), st.floats(0, 1e9) | st.just(NAN)), max_size=60),
    st.floats(1, 5000),
    st.integers(1, 80),
    st.sampled_from(list(GLYPHS.values())),
)
def test_nothing_is_invented(steps: list[tuple[float, float]], seconds: float, cells: int, glyphs: Glyphs) -> None:
    moment, times = 0.0, []
    for passed, _ in steps:
        moment += passed
        times.append(moment)
    values = [value for _, value in steps]
    found = resample(linked(times, values), Window(moment, seconds), cells, glyphs)
    assert len(found) == cells * glyphs.columns
    assert {value for value in found if value == value} <= set(values)
    for line in area(found, 1e9, 3, glyphs):
        assert len(line) == cells


@ALL
def test_zero_is_a_line_and_a_gap_is_nothing(glyphs: Glyphs) -> None:
    rows = area([0.0] * glyphs.columns + [NAN] * glyphs.columns, 10, 2, glyphs)
    assert rows[0] == "  "
    assert rows[1][0] != " "
    assert rows[1][1] == " "


@ALL
def test_the_top_fills_all_rows_from_either_side(glyphs: Glyphs) -> None:
    full = [10.0] * glyphs.columns
    assert set("".join(area(full, 10, 3, glyphs))) == {glyphs.up([glyphs.levels] * glyphs.columns)}
    half = area([5.0] * glyphs.columns, 10, 2, glyphs)
    assert half[0] == " "
    hanging = area([5.0] * glyphs.columns, 10, 2, glyphs, hanging=True)
    assert hanging[1] == " "
    assert hanging[0] == glyphs.down([glyphs.levels] * glyphs.columns)


def test_braille_counts_its_dots_from_the_side_it_stands_on() -> None:
    assert area([4, 1], 4, 1, BRAILLE) == ["⣇"]
    assert area([4, 1], 4, 1, BRAILLE, hanging=True) == ["⡏"]
    assert sparkline([0, 1, 2, 3, 4], 4, BRAILLE) == "⢀⣠⣾"


def test_ascii_is_ascii() -> None:
    for hanging in (False, True):
        assert "".join(area([0, 1, 2, 3], 3, 1, ASCII, hanging=hanging)).isascii()
    assert gauge(0.5, 4, ASCII) == "##.."
    assert gauge(0.5, 4, BLOCKS) == "██░░"
    assert gauge(0.0001, 4, BLOCKS) == "▏░░░"
    assert gauge(0.999, 4, BLOCKS) == "████"
    assert gauge(0, 4, BLOCKS) == "░░░░"
    assert gauge(7, 4, ASCII) == "####"
    assert gauge(NAN, 4, ASCII) == "    "


def test_the_linux_console_has_no_braille(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "linux")
    assert glyphs_for("auto") is BLOCKS
    assert glyphs_for("ascii") is ASCII
    monkeypatch.setenv("TERM", "xterm-256color")
    assert glyphs_for("auto") is BRAILLE


def test_the_axis_says_how_long_ago_or_the_time_of_day() -> None:
    axis = time_axis(Window(1000, 300), 60, live=True, clock=str)
    assert axis.split() == ["-5m", "-4m", "-3m", "-2m", "-1m", "now"]
    assert axis.index("-2m") + 1 == pytest.approx(36, abs=1)
    assert len(axis) == 60
    assert time_axis(Window(1000, 300), 30, live=False, clock=lambda t: f"{t:.0f}").split() == ["700", "1000"]


@given(st.floats(1, 1e15), st.integers(1, 200), st.booleans())
def test_the_axis_fits(seconds: float, cells: int, live: bool) -> None:
    assert len(time_axis(Window(1e9, seconds), cells, live=live, clock=lambda _: "12:00:00")) == cells


def test_spans_read_in_words() -> None:
    assert [span(s) for s in (0, 15, 60, 90, 3600, 5400)] == ["0s", "15s", "1m", "1m 30s", "1h", "1h 30m"]
