"""Results as Markdown."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version


@dataclass(frozen=True, slots=True)
class Result:
    """One measured quantity: its unit, and all measured values."""

    what: str
    unit: str
    values: tuple[float, ...]
    note: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def row(self) -> str:
        spread = f"{number(min(self.values))} to {number(max(self.values))}"
        return f"| {self.what} | {number(self.median)} {self.unit} | {spread} | {len(self.values)} | {self.note} |"


def number(value: float) -> str:
    """Format with three significant digits."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of all values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(results: Sequence[Result]) -> str:
    """Return a Markdown table of the medians."""
    head = "| what | median | min to max | runs | |\n|---|---|---|---|---|"
    return "\n".join([head, *(result.row() for result in results)])


def machine(engine: str) -> str:
    """Return one line on the machine and the versions measured."""
    load = os.getloadavg()[0]
    return (
        f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores ({platform.machine()}), load {load:.1f} at the start, "
        f"Python {platform.python_version()}, Textual {version('textual')}, Docker Engine {engine}, pty 120x40."
    )
