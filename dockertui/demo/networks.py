"""Networks: what the Engine does with them, the addresses that containers get on them, and their part of the API."""

import ipaddress
from collections.abc import Iterable
from typing import Any

from dockertui.demo import images
from dockertui.demo.call import Call, Route
from dockertui.demo.filters import parse, prunable
from dockertui.demo.host import Host, Refusal, conflict, forbidden, invalid
from dockertui.demo.objects import Attachment, Container, Network
from dockertui.demo.templates import filled

_POOLS = ipaddress.ip_network("172.16.0.0/12")
_FILTERS = frozenset(("dangling", "driver", "id", "label", "name", "scope", "type"))
_DRIVERS = ("bridge", "host", "null", "ipvlan", "macvlan", "overlay")


def create(host: Host, wanted: dict[str, Any]) -> Network:
    """POST /networks/create; `wanted` is the request's body."""
    name, driver = str(wanted.get("Name") or ""), wanted.get("Driver") or "bridge"
    if not name.strip():
        raise invalid("invalid name: name is empty")
    if name in ("bridge", "host", "none"):
        raise forbidden(f"operation is not permitted on predefined {name} network ")
    if host.network_named(name):
        raise conflict(f"network with name {name} already exists")
    if driver not in _DRIVERS:
        raise Refusal(404, f"plugin {driver!r} not found".replace("'", '"'))
    ipam = wanted.get("IPAM") or {}
    network = Network(
        id=host.new_id(),
        name=name,
        driver=driver,
        created=host.now(),
        internal=bool(wanted.get("Internal")),
        attachable=bool(wanted.get("Attachable")),
        ipv6=bool(wanted.get("EnableIPv6")),
        pools=_pools(host, ipam.get("Config")),
        options={str(key): str(value) for key, value in (wanted.get("Options") or {}).items()},
        labels={str(key): str(value) for key, value in (wanted.get("Labels") or {}).items()},
        ipam_options=ipam.get("Options") if ipam else {},
    )
    host.networks[network.id] = network
    host.tell_network(network, "create")
    return network


def _pools(host: Host, wanted: list[dict[str, str]] | None) -> list[dict[str, str]]:
    taken = [ipaddress.ip_network(pool["Subnet"]) for one in host.networks.values() for pool in one.pools or []]

    def free(subnet: Any) -> bool:
        return not any(subnet.version == other.version and subnet.overlaps(other) for other in taken)

    if not wanted:
        subnet = next(one for one in _POOLS.subnets(new_prefix=16) if free(one))
        return [{"Subnet": str(subnet), "Gateway": str(subnet[1])}]
    for pool in wanted:
        try:
            allowed = free(ipaddress.ip_network(str(pool.get("Subnet")), strict=False))
        except ValueError:
            reason = f"invalid subnet {pool.get('Subnet')}: invalid CIDR block notation"
            raise invalid(f"invalid network config:\n{reason}") from None
        if not allowed:
            raise forbidden("invalid pool request: Pool overlaps with other one on this address space")
    return [dict(pool) for pool in wanted]


def remove(host: Host, network: Network) -> None:
    if network.predefined:
        raise forbidden(f"{network.name} is a pre-defined network and cannot be removed")
    if users := host.users_of_network(network):
        names = ", ".join(f'name:"{one.name}" id:"{one.attachments[network.name].endpoint_id[:12]}"' for one in users)
        raise forbidden(f"error while removing network: network {network.name} has active endpoints ({names})")
    del host.networks[network.id]
    host.tell_network(network, "destroy")


def join_all(host: Host, container: Container) -> None:
    """Give a starting container its endpoints; refuses when one of its networks is gone."""
    for name, place in container.attachments.items():
        network = host.network_named(name)
        if network is None:
            raise Refusal(404, f"failed to set up container networking: network {name} not found")
        place.network_id = network.id
        give_address(network, container, place)
        host.tell_network(network, "connect", container=container.id)


def leave(host: Host, container: Container, places: Iterable[Attachment]) -> None:
    """Give the addresses back, of the places that have one."""
    for place in places:
        network = host.networks.get(place.network_id)
        if place.endpoint_id and network is not None:
            network.taken.discard(place.ip)
            host.tell_network(network, "disconnect", container=container.id)
        place.release()


def give_address(network: Network, container: Container, place: Attachment, wanted_ip: str | None = None) -> None:
    """Fill in endpoint id, address and MAC; host and none networks have an endpoint and no address."""
    place.endpoint_id = images.digest(f"{network.id}{container.id}")
    if not network.pools:
        return
    subnet = ipaddress.ip_network(network.pools[0]["Subnet"], strict=False)
    place.gateway = "" if network.internal else network.pools[0].get("Gateway") or str(subnet[1])
    place.prefix = subnet.prefixlen
    place.ip = wanted_ip or _free_ip(network, subnet)
    network.taken.add(place.ip)
    place.mac = ":".join(["02", "42", *(f"{int(part):02x}" for part in place.ip.split("."))])


def _free_ip(network: Network, subnet: Any) -> str:
    """The next free address after the one given last, so that thousands are given without searching."""
    count = subnet.num_addresses
    for step in range(count):
        offset = (network.last_offset + 1 + step) % count
        address = str(subnet[offset])
        if 2 <= offset < count - 1 and address not in network.taken:
            network.last_offset = offset
            return address
    raise Refusal(403, "no available IPv4 addresses on this network's address pools")


# -- the API --------------------------------------------------------------------------------------


def ls(call: Call) -> list[dict[str, Any]]:
    host, filters = call.host, parse(call, _FILTERS)
    for kind in filters.of("type"):
        if kind not in ("builtin", "custom"):
            raise Refusal(500, f"invalid filter: 'type'='{kind}'")
    dangling = filters.truth("dangling")
    return [
        filled("Network", one)
        for one in host.networks.values()
        if filters.pattern("name", one.name)
        and filters.pattern("id", one.id)
        and filters.exact("driver", one.driver)
        and filters.exact("scope", one.scope)
        and filters.exact("type", "builtin" if one.predefined else "custom")
        and filters.labels(one.labels)
        and dangling in (None, not one.predefined and not host.users_of_network(one))
    ]


def show(call: Call) -> dict[str, Any]:
    """With its containers, which lists do not name."""
    network = call.host.network(call.names["id"])
    attached = {
        one.id: filled("Attached", place, Name=one.name, IPv4Address=f"{place.ip}/{place.prefix}" if place.ip else "")
        for one in call.host.users_of_network(network)
        if (place := one.attachments[network.name])
    }
    return filled("Network", network, Containers=attached)


def _asked(call: Call) -> tuple[Container, Network]:
    """The container that the body names, and the network of the path."""
    return call.host.container(str(call.body.get("Container") or "")), call.host.network(call.names["id"])


def _connect(call: Call) -> None:
    host, (container, network), wanted = call.host, _asked(call), call.body.get("EndpointConfig") or {}
    if network.name == "host":
        raise invalid("cannot connect container to host network - container must be created in host network mode")
    if network.name == "none" or "none" in container.attachments:
        reason = "multiple networks with one of the networks in private (none) mode"
        raise invalid(f"container cannot be connected to {reason}")
    if network.name in container.attachments:
        raise forbidden(f"endpoint with name {container.name} already exists in network {network.name}")
    place = Attachment(network.id, aliases=[str(alias) for alias in wanted.get("Aliases") or []])
    container.attachments[network.name] = place
    if container.state in ("running", "paused"):
        give_address(network, container, place, (wanted.get("IPAMConfig") or {}).get("IPv4Address"))
        host.tell_network(network, "connect", container=container.id)
    container.touch()


def _disconnect(call: Call) -> None:
    container, network = _asked(call)
    place = container.attachments.get(network.name)
    if place is None:
        raise Refusal(500, f"container {container.id} is not connected to the network {network.name}")
    del container.attachments[network.name]
    leave(call.host, container, [place])
    container.touch()


def _prune(call: Call) -> dict[str, Any]:
    """Those that no container is attached to, stopped ones included."""
    host = call.host
    attached = {name for one in host.containers.values() for name in one.attachments}
    gone = prunable(call, (one for one in host.networks.values() if not one.predefined and one.name not in attached))
    for network in gone:
        remove(host, network)
    host.tell_pruned("network", 0)
    return {"NetworksDeleted": [one.name for one in gone] or None}


ROUTES = (
    Route("GET", "/networks", ls),
    Route("POST", "/networks/create", lambda call: {"Id": create(call.host, call.body).id, "Warning": ""}, 201),
    Route("POST", "/networks/prune", _prune),
    Route("GET", "/networks/{id}", show),
    Route("DELETE", "/networks/{id}", lambda call: remove(call.host, call.host.network(call.names["id"]))),
    Route("POST", "/networks/{id}/connect", _connect, 200),
    Route("POST", "/networks/{id}/disconnect", _disconnect, 200),
)
