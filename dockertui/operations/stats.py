"""Operations of statistics: opening them, and those in them. They change nothing on the Engine."""

from __future__ import annotations

from dockertui.operations.base import Context, Operation
from dockertui.operations.view import moves

_STATS = "Statistics"
WINDOWS: tuple[tuple[str, float], ...] = (
    ("1m", 60.0),
    ("5m", 300.0),
    ("15m", 900.0),
    ("1h", 3600.0),
    ("12h", 43200.0),
    ("all", 0.0),
)
"""The time spans of the plots, in seconds; 0: since the container was first seen."""


def _in_stats(name: str, title: str, action: str, *keys: str, hint: str = "", order: int = 5) -> Operation:
    return Operation(
        f"stats.{name}", title, action, keys, _STATS, Context.STATS, hint=hint, hint_order=order, palette=False
    )


def _in_overview(name: str, title: str, action: str, *keys: str, hint: str = "", order: int = 5) -> Operation:
    return Operation(
        f"overview.{name}", title, action, keys, _STATS, Context.OVERVIEW, hint=hint, hint_order=order, palette=False
    )


STATS: tuple[Operation, ...] = (
    Operation(
        "container.stats",
        "Statistics (metrics) of a container over time",
        "open_tab('stats')",
        ("m",),
        _STATS,
        hint="stats",
        of="stats",
        words="cpu memory network block io pids throttling metrics top usage plot chart graph",
    ),
    Operation(
        "overview",
        "Overview of all running containers by what they use",
        "overview",
        ("S",),
        _STATS,
        words="top stats statistics metrics cpu memory host totals",
    ),
    *moves(Context.STATS, "stats"),
    *(
        _in_stats(
            f"window_{name}",
            f"Show the last {name}" if seconds else "Show all since it was first seen",
            f"window({number})",
            str(number),
        )
        for number, (name, seconds) in enumerate(WINDOWS, 1)
    ),
    _in_stats("longer", "A longer time", "longer", "-", hint="longer", order=1),
    _in_stats("shorter", "A shorter time", "shorter", "+", hint="shorter", order=2),
    _in_stats("pause", "Hold the plots, or let them go on", "pause", "space", hint="hold", order=2),
    *moves(Context.OVERVIEW, "overview"),
    _in_overview("open", "Statistics of the container", "open", "enter", hint="its plots", order=1),
    _in_overview("filter", "Filter by name, image or project", "screen.filter", "/", hint="filter", order=2),
    _in_overview("sort", "Sort by what they use", "screen.sort_menu", "o", hint="sort", order=2),
    _in_overview("reverse", "Reverse the order", "screen.reverse", "O"),
)
