"""The status line of a log: whether it follows, filter and search, how many lines there are, how far behind it is."""

from typing import NamedTuple

from dockertui.widgets.log_paint import PaintOptions
from dockertui.widgets.log_query import LogFilter, Query
from dockertui.widgets.log_text import Level, Times

LAG_SHOWN = 0.5
"""Seconds behind real time from which the lag is shown: by the next paint on a busy machine it may have doubled."""

Part = tuple[str, str]
"""(text, style)"""


class StatusFacts(NamedTuple):
    """Everything that the line shows."""

    following: bool
    is_over: bool
    title: str
    new: int
    lines: int
    bytes: int
    lag: float
    state: Part
    filter: LogFilter
    shown: int
    is_filtered: bool
    context: int
    query: Query
    matches: str
    options: PaintOptions
    selected: int
    end_key: str
    """The key that goes to the end."""


def status(facts: StatusFacts) -> tuple[list[Part], list[Part]]:
    """Return the parts on the left and on the right."""
    left = [_place(facts)]
    if facts.title:
        left.append((f"  {facts.title}", "accent"))
    if facts.selected:
        left.append((f"  {facts.selected:,} selected", "accent"))
    left += _narrowed(facts)
    if facts.query:
        left.append((f"  /{facts.query.line}", "accent"))
    if facts.matches:
        left.append((f": {facts.matches}", "accent"))
    if facts.query.error:
        left.append((f" {facts.query.error}", "bad"))
    if facts.state[0]:
        left.append((f"  {facts.state[0]}", facts.state[1]))
    skips = f", {facts.end_key} skips" if facts.end_key else ""
    right = [(f"{facts.lag:.1f} s behind{skips}  ", "warn")] if facts.lag >= LAG_SHOWN else []
    if facts.options.times is not Times.OFF:
        right.append((f"{facts.options.times}  ", "dim"))
    right.append((f"{facts.lines:,} line{'s' * (facts.lines != 1)} {_size(facts.bytes)}", "dim"))
    return left, right


def _place(facts: StatusFacts) -> Part:
    if facts.following:
        return ("▼ at its end", "dim") if facts.is_over else ("▼ following", "good")
    goes = f"{facts.end_key} {'goes to its end' if facts.is_over else 'follows'}" if facts.end_key else ""
    new = f"{facts.new:,} new" if facts.new and not facts.is_over else ""
    return f"‖ {', '.join(filter(None, (new, goes)))}", "warn"


def _narrowed(facts: StatusFacts) -> list[Part]:
    found: list[Part] = []
    kept = facts.filter
    if kept.query:
        found.append((f"  &{kept.query.line}", "accent"))
    if kept.query.error:
        found.append((f" {kept.query.error}", "bad"))
    if kept.least:
        found.append(("  errors" if kept.least >= Level.ERROR else "  warnings and errors", "accent"))
    if kept.stderr:
        found.append(("  stderr", "accent"))
    if kept:
        found.append((f": {facts.shown:,}{'' if facts.is_filtered else '…'}", "accent"))
        if facts.context:
            found.append((f" ±{facts.context}", "dim"))
    return found


def _size(size: float) -> str:
    for unit in ("B", "kB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} MB"
