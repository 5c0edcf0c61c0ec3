"""Calls of the API's family ``/volumes`` that read. Sizes come from ``system.df_volumes``."""

from __future__ import annotations

from typing import Final

from dockertui.engine.call import Call
from dockertui.engine.listing import Listing
from dockertui.engine.models import Volume

VOLUMES: Final = Listing(
    "volume",
    Call("GET", "/volumes", docker=("volume", "ls")),
    lambda raw, listed_at: Volume.from_json(raw),
    lambda volume: volume.name,
    "/volumes/{}",
    key="Name",
    filter="name",
    member="Volumes",
)
ls, inspect = VOLUMES.ls, VOLUMES.inspect
