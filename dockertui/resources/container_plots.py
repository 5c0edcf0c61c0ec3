"""The plots of a container's statistics: figures, units, limits, and why a plot is empty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dockertui.engine.fields import Reply
from dockertui.engine.stats import Usage
from dockertui.live.history import Column, Series
from dockertui.live.rows import Span
from dockertui.resources import format
from dockertui.widgets.chart import BINARY_STEPS, Curve, Plot, Runs, Unit, links

_ANY: Final = (Column.MEMORY, Column.CPU, Column.RX, Column.READ, Column.PIDS)
"""A row without any of these is a gap."""


def _percent(amount: float) -> str:
    return f"{amount:.3g}%"


def _memory(amount: float) -> str:
    return format.memory(amount, 3)


PERCENT: Final = Unit(_percent, least=1.0)
MEMORY: Final = Unit(_memory, 1024, BINARY_STEPS, least=1024.0)
RATE: Final = Unit(format.rate, least=1000.0)
COUNT: Final = Unit(lambda amount: f"{amount:.3g}", steps=(1, 2, 4, 6, 8, 10), least=4)


class _Figures:
    """The columns of a span, as curves."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._links = links(span.known(_ANY))

    def curve(self, column: Column) -> Curve:
        return Curve(self._span.times, self._span.column(column), self._links)

    def core(self, number: int) -> Curve:
        return Curve(self._span.times, self._span.core(number), self._links)


def known(values: Sequence[float]) -> list[float]:
    """Return the values that are not NaN."""
    return [value for value in values if value == value]


def plots(series: Series, span: Span, inspect: Reply) -> list[Plot]:
    """Return the plots of a container over a span of its history; limits come from its `inspect` reply."""
    figures, usage = _Figures(span), series.usage
    limits = Reply(inspect.at("HostConfig"))
    return [
        _cpu(figures, _cpu_limit(limits)),
        _memory_plot(figures, usage, bool(limits.number("Memory"))),
        _two_ways("Network", ("in", "out"), figures, (Column.RX, Column.TX), (usage.net_rx, usage.net_tx),
                  "no figures: it has no network of its own, or the Engine does not tell them"),
        _two_ways("Block I/O", ("read", "written"), figures, (Column.READ, Column.WRITE),
                  (usage.blk_read, usage.blk_write), "the Engine does not tell them"),
        _pids(figures, limits.number("PidsLimit")),
        _throttling(figures, _cpu_limit(limits), told=bool(inspect)),
        _per_core(figures, span),
    ]  # fmt: skip


def _cpu_limit(limits: Reply) -> float | None:
    """Return the limit of `--cpus` or `--cpu-quota`, in percent of one core; None without one."""
    if nano := limits.number("NanoCpus"):
        return nano / 1e7
    quota = limits.number("CpuQuota")
    return 100.0 * quota / (limits.number("CpuPeriod") or 100_000) if quota > 0 else None


def _now(values: Sequence[float], unit: Unit) -> str:
    """Return the last figure, or a dash in an open gap."""
    return unit.text(values[-1]) if values and values[-1] == values[-1] else "–"


def _over_time(values: Sequence[float], peaks: Sequence[float], unit: Unit) -> Runs:
    """Return peak and average of the visible values."""
    found, highest = known(values), known(peaks)
    if not found or not highest:
        return ()
    return ((f" · peak {unit.text(max(highest))}", "dim"), (f" · average {unit.text(sum(found) / len(found))}", "dim"))


def _cpu(figures: _Figures, limit: float | None) -> Plot:
    values, peaks = figures.curve(Column.CPU), figures.curve(Column.CPU_PEAK)
    allowed = ((f" of {_percent(limit)}", "dim"),) if limit else ()
    said = (_now(values.values, PERCENT), "accent"), *allowed, *_over_time(values.values, peaks.values, PERCENT)
    return Plot("CPU", said, PERCENT, peaks, limit=limit, style="good")


def _memory_plot(figures: _Figures, usage: Usage, limited: bool) -> Plot:
    values, peaks = figures.curve(Column.MEMORY), figures.curve(Column.MEMORY_PEAK)
    limit = usage.memory_limit
    said: Runs = ((_now(values.values, MEMORY), "accent"),)
    if limit and usage.memory is not None:
        most = f"{format.memory(limit)} limit" if limited else f"the host's {format.memory(limit)}"
        said += ((f" of {most} ({usage.memory / limit:.1%})", "dim"),)
    said += _over_time(values.values, peaks.values, MEMORY)
    if usage.cache:
        said += ((f" · {_memory(usage.cache)} of file cache beside it", "dim"),)
    if usage.memory is None:
        return Plot("Memory", (), MEMORY, note="the Engine does not tell it: the host lacks the memory controller")
    return Plot("Memory", said, MEMORY, peaks, limit=float(limit) if limit and limited else None, style="busy")


def _two_ways(
    title: str,
    words: tuple[str, str],
    figures: _Figures,
    columns: tuple[Column, Column],
    totals: tuple[int | None, int | None],
    otherwise: str,
) -> Plot:
    if totals[0] is None and totals[1] is None:
        return Plot(title, (), RATE, note=otherwise)
    curves = figures.curve(columns[0]), figures.curve(columns[1])
    said: Runs = ()
    for sign, word, curve, style in zip("▲▼", words, curves, ("accent", "warn"), strict=True):
        peak = max(known(curve.values), default=None)
        said += ((f"{sign} {word} {_now(curve.values, RATE)}", style),)
        said += ((f" peak {RATE.text(peak)}  ", "dim"),) if peak is not None else (("  ", ""),)
    said += ((f"total {format.size(totals[0] or 0)} / {format.size(totals[1] or 0)}", "dim"),)
    return Plot(title, said, RATE, *curves, style="accent", down_style="warn")


def _pids(figures: _Figures, limit: int) -> Plot:
    curve = figures.curve(Column.PIDS)
    if not known(curve.values):
        return Plot("PIDs", (), COUNT, note="the Engine does not tell them: the host lacks the pids controller")
    allowed = ((f" of {limit}", "dim"),) if limit > 0 else ()
    said = (_now(curve.values, COUNT), "accent"), *allowed, *_over_time(curve.values, curve.values, COUNT)
    return Plot("PIDs", said, COUNT, curve, limit=float(limit) if limit > 0 else None)


def _throttling(figures: _Figures, limit: float | None, *, told: bool) -> Plot:
    curve, lost = figures.curve(Column.THROTTLED), figures.curve(Column.THROTTLED_TIME)
    if not known(curve.values):
        why = "no figures yet: it has hardly run, or the Engine does not tell them"
        if told and limit is None:
            why = "nothing holds it back: it has no CPU limit"
        return Plot("Throttled", (), PERCENT, note=why)
    said: Runs = ((f"{_now(curve.values, PERCENT)} of the periods", "accent"),)
    if known(lost.values):
        said += ((f" · {_now(lost.values, COUNT)} s a second held back, all threads together", "dim"),)
    return Plot("Throttled", said + _over_time(curve.values, curve.values, PERCENT), PERCENT, curve, style="warn")


def _per_core(figures: _Figures, span: Span) -> Plot:
    if not span.cores:
        return Plot("Per processor", (), PERCENT, note="the Engine does not tell them apart; with cgroup v2 none does")
    courses = []
    for number in range(span.cores):
        curve = figures.core(number)
        share = curve.values[-1] if len(curve.values) else 0.0
        courses.append((f"{number:>2} {share:>3.0f}%" if share == share else f"{number:>2}", curve))
    return Plot("Per processor", ((f"{span.cores}", "accent"),), PERCENT, style="good", courses=tuple(courses))
