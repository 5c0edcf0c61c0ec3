"""How each kind of object is listed: shared by the families of calls and by the preflight.

Kinds are named as events name them: container, image, network, volume.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import Raw, objects
from dockertui.engine.models import Container, Image, Network, Volume
from dockertui.engine.target import Params


class Listing(NamedTuple):
    """A list of the API: its path and query, and how to read its reply, asked for at an epoch second."""

    path: str
    parse: Callable[[Any, float], list[Any]]
    params: Params = MappingProxyType({})


def containers(reply: Any, listed_at: float) -> list[Container]:
    return [Container.from_json(raw, listed_at) for raw in _items(reply, "containers")]


def images(reply: Any, listed_at: float = 0.0) -> list[Image]:
    return [Image.from_json(raw) for raw in _items(reply, "images")]


def networks(reply: Any, listed_at: float = 0.0) -> list[Network]:
    return [Network.from_json(raw) for raw in _items(reply, "networks")]


def volumes(reply: Any, listed_at: float = 0.0) -> list[Volume]:
    held = reply.get("Volumes") if isinstance(reply, dict) else reply
    return [Volume.from_json(raw) for raw in _items(held, "volumes")]


def _items(reply: Any, kind: str) -> list[Raw]:
    """The objects of a list; null is an empty one. Anything else is an error, or it would clear a table."""
    if reply is not None and not isinstance(reply, list):
        raise EngineError(ErrorKind.PROTOCOL, f"what came for the list of {kind} is no list")
    return objects(reply)


LISTINGS: Final[Mapping[str, Listing]] = {
    "container": Listing("/containers/json", containers, {"all": True}),
    "image": Listing("/images/json", images),
    "network": Listing("/networks", networks),
    "volume": Listing("/volumes", volumes),
}


def only(key: str, wanted: Collection[str] | None) -> Params:
    """The query that filters a list by the field ``key``; an empty one for None, which is everything.

    Engines match some fields by prefix or pattern: what comes back must still be compared.
    """
    return {} if wanted is None else {"filters": {key: sorted(wanted)}}
