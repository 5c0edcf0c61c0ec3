"""What the plots of a container say: figures, limits, and why there is nothing."""

from __future__ import annotations

from typing import Any

from dockertui.engine.fields import Reply
from dockertui.engine.stats import Usage
from dockertui.live.history import StatsHistory
from dockertui.resources import format
from dockertui.resources.container_plots import plots
from dockertui.resources.overview_rows import Capacity, columns, load, totals
from dockertui.widgets.chart import BRAILLE, Plot
from tests.unit.resources.test_columns import make

START = 1_800_000_000.0
MIB = 1 << 20
ID = "c" * 64


def sample(at: float, **figures: Any) -> Usage:
    usage = Usage(25.0, 50 * MIB, 200 * MIB, 0, 0, 0, 0, 3, START + at, cpu_time=int((at + 10) * 1e9))
    return usage._replace(**figures)


def shown(history: StatsHistory, inspect: dict[str, Any] | None = None) -> dict[str, Plot]:
    series = history.series(ID)
    assert series is not None
    return {plot.title: plot for plot in plots(series, series.since(0), Reply(inspect or {}))}


def said(plot: Plot) -> str:
    return "".join(text for text, _ in plot.figures)


def test_figures_are_of_now_with_peak_and_average() -> None:
    history = StatsHistory()
    history.take(ID, sample(0, cpu=10.0, net_rx=0))
    history.take(ID, sample(2, cpu=30.0, net_rx=4000, memory=100 * MIB))
    found = shown(history, {"HostConfig": {"NanoCpus": 1_500_000_000, "Memory": 200 * MIB, "PidsLimit": 50}})
    assert said(found["CPU"]) == "30% of 150% · peak 30% · average 20%"
    assert found["CPU"].limit == 150
    assert said(found["Memory"]) == "100MiB of 200MiB limit (50.0%) · peak 100MiB · average 75MiB"
    assert found["Memory"].limit == 200 * MIB
    assert said(found["Network"]) == "▲ in 2kB/s peak 2kB/s  ▼ out 0B/s peak 0B/s  total 4kB / 0B"
    assert said(found["PIDs"]).startswith("3 of 50")


def test_a_quota_is_a_limit_too_and_the_hosts_memory_is_none() -> None:
    history = StatsHistory()
    history.take(ID, sample(0))
    found = shown(history, {"HostConfig": {"CpuQuota": 50_000, "CpuPeriod": 25_000, "PidsLimit": -1}})
    assert found["CPU"].limit == 200
    assert said(found["Memory"]).startswith("50MiB of the host's 200MiB (25.0%)")
    assert found["Memory"].limit is None
    assert found["PIDs"].limit is None


def test_what_is_not_told_is_said_in_its_place() -> None:
    history = StatsHistory()
    history.take(ID, Usage(None, None, None, None, None, None, None, None, START))
    found = shown(history, {"HostConfig": {}})
    assert "memory controller" in found["Memory"].note
    assert "network" in found["Network"].note
    assert "pids controller" in found["PIDs"].note
    assert found["Throttled"].note == "nothing holds it back: it has no CPU limit"
    limited = shown(history, {"HostConfig": {"NanoCpus": 500_000_000}})  # of which Podman tells nothing
    assert "the Engine does not tell" in limited["Throttled"].note
    assert "cgroup v2" in found["Per processor"].note
    assert said(found["CPU"]) == "–"


def test_throttling_and_processors() -> None:
    history = StatsHistory()
    history.take(ID, sample(0))
    history.take(ID, sample(2, throttled=40.0, throttled_time=0.5, cores=(20.0, 5.0)))
    found = shown(history)
    assert said(found["Throttled"]).startswith("40% of the periods · 0.5 s a second held back")
    assert [name for name, _ in found["Per processor"].courses] == [" 0  20%", " 1   5%"]


def test_after_an_open_gap_there_is_no_figure_of_now() -> None:
    history = StatsHistory()
    history.take(ID, sample(0))
    history.stop(ID)
    assert said(shown(history)["CPU"]).startswith("– · peak 25%")


def test_the_overview_is_smoothed_and_begins_anew_after_a_gap() -> None:
    history, container = StatsHistory(), make(Id=ID)
    history.take(ID, sample(0, cpu=0.0))
    history.take(ID, sample(2, cpu=100.0))
    row = load(container, history)
    assert 15 < row.figures[0] < 20, "one part in five and a half, after two of ten seconds"
    for at in range(4, 120, 2):
        history.take(ID, sample(at, cpu=100.0))
    assert load(container, history).figures[0] > 99.9
    history.interrupt(ID)
    history.take(ID, sample(200, cpu=7.0))
    assert load(container, history).figures[0] == 7.0


def test_totals_are_sums_beside_what_the_host_has() -> None:
    history = StatsHistory()
    rows = []
    for number in range(3):
        id = str(number) * 64
        history.take(id, sample(0, net_rx=0))
        history.take(id, sample(1, net_rx=1000))
        rows.append(load(make(Id=id), history))
    rows.append(load(make(Id="9" * 64), history))
    found = {name: text for name, text, _ in totals(rows, Capacity(4, 600 * MIB), BRAILLE)}
    assert found["CPU"] == "█▌░░░░░░ 75.0% of 400%"
    assert found["MEM"] == "██░░░░░░ 150MiB of 600MiB"
    assert found["NET"] == "3kB/s / 0B/s"
    assert found["PIDS"] == "9"
    plain = {name: text for name, text, _ in totals(rows, Capacity(), BRAILLE)}
    assert plain["CPU"] == "75.0%"


def test_what_was_not_sampled_yet_is_blank_and_sorts_last() -> None:
    row = load(make(Id=ID), StatsHistory())
    for column in columns(Capacity(), BRAILLE):
        cell = column.cell(row)
        text = cell if isinstance(cell, str) else cell.text
        assert (text == "") == (column.id not in ("name", "image"))
        if column.id in ("cpu", "memory", "net", "block", "pids", "memory_bar"):
            assert column.sort is not None
            assert column.sort(row) is None


def test_a_thousand_of_a_unit_are_written_out() -> None:
    assert format.memory(1000 * 1024, 3) == "1000KiB"
    assert format.memory(1023.4 * 1024, 3) == "1023KiB"
    assert format.memory(999.4 * 1024, 3) == "999KiB"
    assert format.memory(1024**2, 3) == "1MiB"
    assert (format.period(2.0), format.period(7.5), format.period(3600)) == ("2 s", "7.5 s", "1 h 0 min")
