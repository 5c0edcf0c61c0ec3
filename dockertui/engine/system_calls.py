"""Calls that concern the whole Engine and change something."""

from __future__ import annotations

from dockertui.engine.call import Call


def prune_build_cache(*, all: bool = False) -> Call:
    """The layers that builds keep; without `all` those that nothing refers to."""
    return Call("POST", "/build/prune", {"all": all or None})
