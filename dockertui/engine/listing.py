"""How each kind of object is listed: shared by the families of calls and by the preflight.

Kinds are named as events name them: container, image, network, volume.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar

from dockertui.engine.errors import EngineError, ErrorKind, PartlyRead
from dockertui.engine.fields import Raw, objects, text
from dockertui.engine.models import Container, Image, Network, Volume
from dockertui.engine.target import Params

T = TypeVar("T")


class Listing(NamedTuple):
    """A list of the API: its path and query, and how to read its reply, asked for at an epoch second."""

    path: str
    parse: Callable[[Any, float], list[Any]]
    params: Params = MappingProxyType({})


def containers(reply: Any, listed_at: float) -> list[Container]:
    return _read(reply, "containers", lambda raw: Container.from_json(raw, listed_at))


def images(reply: Any, listed_at: float = 0.0) -> list[Image]:
    return _read(reply, "images", Image.from_json)


def networks(reply: Any, listed_at: float = 0.0) -> list[Network]:
    return _read(reply, "networks", Network.from_json)


def volumes(reply: Any, listed_at: float = 0.0) -> list[Volume]:
    held = reply.get("Volumes") if isinstance(reply, dict) else reply
    return _read(held, "volumes", Volume.from_json, "Name")


def _read(reply: Any, kind: str, read: Callable[[Raw], T], identity: str = "Id") -> list[T]:
    """The objects of a list; null is an empty one.

    Anything else is an error, or it would clear a table; and so is an entry without its identity, or it would be gone.
    """
    if reply is not None and not isinstance(reply, list):
        raise EngineError(ErrorKind.PROTOCOL, f"what came for the list of {kind} is no list")
    entries = reply or []
    found = [read(raw) for raw in objects(entries) if text(raw, identity)]
    if unread := len(entries) - len(found):
        raise PartlyRead(f"{unread} of {len(entries)} {kind} in the Engine's list cannot be read", found)
    return found


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
