"""Calls of the API's family ``/volumes`` that change something, named as the CLI names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dockertui.engine.call import Call
from dockertui.engine.target import segment


def create(body: Mapping[str, Any]) -> Call:
    return Call("POST", "/volumes/create", body=body)


def remove(volume: str, *, force: bool = False) -> Call:
    return Call("DELETE", f"/volumes/{segment(volume)}", {"force": force or None})


def prune(filters: Mapping[str, Sequence[str]]) -> Call:
    return Call("POST", "/volumes/prune", {"filters": filters or None})
