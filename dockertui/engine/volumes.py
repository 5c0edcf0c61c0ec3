"""Calls of the API's family ``/volumes`` that read. All raise EngineError."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from dockertui.engine import listing
from dockertui.engine.client import Engine
from dockertui.engine.models import Volume
from dockertui.engine.target import segment


async def ls(engine: Engine, names: Collection[str] | None = None) -> list[Volume]:
    """All volumes; or those of ``names`` that exist. Sizes come from ``system.df_volumes``."""
    if names is not None and not names:
        return []
    found = listing.volumes(await engine.get("/volumes", params=listing.only("name", names)))
    return found if names is None else [volume for volume in found if volume.name in names]


async def inspect(engine: Engine, volume: str) -> dict[str, Any]:
    """Everything about one volume, as the API says it."""
    return await engine.get_object(f"/volumes/{segment(volume)}")
