"""Requests of the API's family `/networks`, named as the CLI names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dockertui.engine.call import Call
from dockertui.engine.listing import Listing
from dockertui.engine.models import Network
from dockertui.engine.target import segment

NETWORKS: Final = Listing(
    "network",
    Call("GET", "/networks", docker=("network", "ls")),
    lambda raw, listed_at: Network.from_json(raw),
    lambda network: network.id,
    "/networks/{}",
)
ls, inspect = NETWORKS.ls, NETWORKS.inspect


def create(body: Mapping[str, Any]) -> Call:
    return Call("POST", "/networks/create", body=body)


def connect(network: str, container: str, *, aliases: Sequence[str] = (), ip: str = "", ip6: str = "") -> Call:
    """Attach a container, with further aliases and fixed addresses if given."""
    addresses = {key: value for key, value in (("IPv4Address", ip), ("IPv6Address", ip6)) if value}
    endpoint: dict[str, Any] = {"IPAMConfig": addresses} if addresses else {}
    if aliases:
        endpoint["Aliases"] = list(aliases)
    return Call(
        "POST", f"/networks/{segment(network)}/connect", body={"Container": container, "EndpointConfig": endpoint}
    )


def connect_as(network: str, container: str, endpoint: Mapping[str, Any]) -> Call:
    """Attach a container with an endpoint's settings in the API's form."""
    body = {"Container": container, "EndpointConfig": dict(endpoint)}
    return Call("POST", f"/networks/{segment(network)}/connect", body=body)


def disconnect(network: str, container: str, *, force: bool = False) -> Call:
    body = {"Container": container, "Force": force}
    return Call("POST", f"/networks/{segment(network)}/disconnect", body=body)


def remove(network: str) -> Call:
    return Call("DELETE", f"/networks/{segment(network)}")


def prune(filters: Mapping[str, Sequence[str]]) -> Call:
    return Call("POST", "/networks/prune", {"filters": filters or None})
