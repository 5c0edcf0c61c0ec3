"""Calls of the API's family ``/networks`` that read. All raise EngineError."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from dockertui.engine import listing
from dockertui.engine.client import Engine
from dockertui.engine.models import Network
from dockertui.engine.target import segment


async def ls(engine: Engine, ids: Collection[str] | None = None) -> list[Network]:
    """All networks; or those of ``ids`` that exist."""
    if ids is not None and not ids:
        return []
    found = listing.networks(await engine.get("/networks", params=listing.only("id", ids)))
    return found if ids is None else [network for network in found if network.id in ids]


async def inspect(engine: Engine, network: str) -> dict[str, Any]:
    """Everything about one network, by id or name, the containers in it included, as the API says it."""
    return await engine.get_object(f"/networks/{segment(network)}")
