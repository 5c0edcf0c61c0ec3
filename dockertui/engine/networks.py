"""Calls of the API's family ``/networks`` that read."""

from __future__ import annotations

from typing import Final

from dockertui.engine.call import Call
from dockertui.engine.listing import Listing
from dockertui.engine.models import Network

NETWORKS: Final = Listing(
    "network",
    Call("GET", "/networks", docker=("network", "ls")),
    lambda raw, listed_at: Network.from_json(raw),
    lambda network: network.id,
    "/networks/{}",
)
ls, inspect = NETWORKS.ls, NETWORKS.inspect
