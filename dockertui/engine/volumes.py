"""Requests of the API's family `/volumes`, named as the CLI names them. Sizes come from `system.df_volumes`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dockertui.engine.call import Call
from dockertui.engine.listing import Listing
from dockertui.engine.models import Volume
from dockertui.engine.target import segment

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


def create(body: Mapping[str, Any]) -> Call:
    return Call("POST", "/volumes/create", body=body)


def remove(volume: str, *, force: bool = False) -> Call:
    return Call("DELETE", f"/volumes/{segment(volume)}", {"force": force or None})


def prune(filters: Mapping[str, Sequence[str]]) -> Call:
    return Call("POST", "/volumes/prune", {"filters": filters or None})
