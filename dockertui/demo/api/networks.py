"""Networks: list, inspect, create, connect, disconnect, remove, prune."""

from typing import Any

from aiohttp import web

from dockertui.demo.api.call import Call, Route, empty, reply
from dockertui.demo.api.filters import Filters, parse
from dockertui.demo.world import networks
from dockertui.demo.world.host import Host
from dockertui.demo.world.objects import Network
from dockertui.demo.world.refusal import Refusal
from dockertui.demo.world.times import rfc3339

_FILTERS = frozenset(("dangling", "driver", "id", "label", "name", "scope", "type"))


async def ls(call: Call) -> web.StreamResponse:
    host, filters = call.host, parse(call, _FILTERS)
    for kind in filters.values("type"):
        if kind not in ("builtin", "custom"):
            raise Refusal(500, f"invalid filter: 'type'='{kind}'")
    dangling = filters.truth("dangling")
    chosen = [
        one
        for one in host.networks.values()
        if _passes(filters, one) and (dangling is None or dangling == _unused(host, one))
    ]
    # Lists name no containers: only inspect does.
    return reply([_reply(one, {}) for one in chosen])


def _passes(filters: Filters, one: Network) -> bool:
    return (
        filters.pattern("name", one.name)
        and filters.pattern("id", one.id)
        and filters.exact("driver", one.driver)
        and filters.exact("scope", one.scope)
        and filters.exact("type", "builtin" if one.predefined else "custom")
        and filters.labels(one.labels)
    )


def _unused(host: Host, network: Network) -> bool:
    return not network.predefined and not host.users_of_network(network)


async def show(call: Call) -> web.StreamResponse:
    network = call.host.network(call.names["id"])
    attached = {
        one.id: {
            "Name": one.name,
            "EndpointID": place.endpoint_id,
            "MacAddress": place.mac,
            "IPv4Address": f"{place.ip}/{place.prefix}" if place.ip else "",
            "IPv6Address": "",
        }
        for one in call.host.users_of_network(network)
        if (place := one.attachments[network.name])
    }
    return reply(_reply(network, attached))


def _reply(one: Network, attached: dict[str, Any]) -> dict[str, Any]:
    return {
        "Name": one.name,
        "Id": one.id,
        "Created": rfc3339(one.created),
        "Scope": one.scope,
        "Driver": one.driver,
        "EnableIPv4": True,
        "EnableIPv6": one.ipv6,
        "IPAM": {"Driver": "default", "Options": one.ipam_options, "Config": one.pools},
        "Internal": one.internal,
        "Attachable": one.attachable,
        "Ingress": False,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": False,
        "Containers": attached,
        "Options": one.options,
        "Labels": one.labels,
    }


async def create(call: Call) -> web.StreamResponse:
    network = networks.create(call.host, await call.body())
    return reply({"Id": network.id, "Warning": ""}, 201)


async def connect(call: Call) -> web.StreamResponse:
    body = await call.body()
    container = call.host.container(str(body.get("Container") or ""))
    networks.connect(call.host, call.host.network(call.names["id"]), container, body.get("EndpointConfig") or {})
    return empty(200)


async def disconnect(call: Call) -> web.StreamResponse:
    body = await call.body()
    container = call.host.container(str(body.get("Container") or ""))
    networks.disconnect(call.host, call.host.network(call.names["id"]), container)
    return empty(200)


async def remove(call: Call) -> web.StreamResponse:
    networks.remove(call.host, call.host.network(call.names["id"]))
    return empty()


async def prune(call: Call) -> web.StreamResponse:
    filters = parse(call, ("label", "label!", "until"))
    gone = networks.prune(call.host, lambda one: filters.keep(one.labels, one.created, call.host.now()))
    return reply({"NetworksDeleted": gone or None})


ROUTES = (
    Route("GET", "/networks", ls),
    Route("POST", "/networks/create", create),
    Route("POST", "/networks/prune", prune),
    Route("GET", "/networks/{id}", show),
    Route("DELETE", "/networks/{id}", remove),
    Route("POST", "/networks/{id}/connect", connect),
    Route("POST", "/networks/{id}/disconnect", disconnect),
)
