"""Plugins: list, inspect, enable, disable, remove."""

from typing import Any

from aiohttp import web

from dockertui.demo.api.call import Call, Route, empty, reply
from dockertui.demo.api.filters import parse
from dockertui.demo.world.refusal import conflict, not_found

Plugin = dict[str, Any]


def _found(call: Call) -> Plugin:
    ref = call.names["name"]
    for one in call.host.plugins.values():
        if ref in (one["Id"], one["Name"], one["Name"].removesuffix(":latest")):
            return one
    raise not_found(f'plugin "{ref}" not found')


def _tell(call: Call, one: Plugin, action: str) -> None:
    call.host.events.emit("plugin", action, one["Id"], {"name": call.names["name"]})


async def ls(call: Call) -> web.StreamResponse:
    enabled = parse(call, ("enabled", "capability")).truth("enabled")
    return reply([one for one in call.host.plugins.values() if enabled is None or one["Enabled"] is enabled])


async def show(call: Call) -> web.StreamResponse:
    return reply(_found(call))


async def enable(call: Call) -> web.StreamResponse:
    one = _found(call)
    call.integer("timeout")
    if one["Enabled"]:
        raise conflict(f"plugin already enabled: plugin {one['Name']} is enabled")
    one["Enabled"] = True
    _tell(call, one, "enable")
    return empty(200)


async def disable(call: Call) -> web.StreamResponse:
    one = _found(call)
    if not one["Enabled"]:
        raise conflict(f"plugin is already disabled: plugin {one['Name']} found but disabled")
    one["Enabled"] = False
    _tell(call, one, "disable")
    return empty(200)


async def remove(call: Call) -> web.StreamResponse:
    one = _found(call)
    if one["Enabled"] and not call.flag("force"):
        raise conflict(f"plugin {one['Name']} is enabled")
    del call.host.plugins[one["Id"]]
    _tell(call, one, "remove")
    return reply(one)


ROUTES = (
    Route("GET", "/plugins", ls),
    Route("GET", "/plugins/{name:path}/json", show),
    Route("POST", "/plugins/{name:path}/enable", enable),
    Route("POST", "/plugins/{name:path}/disable", disable),
    Route("DELETE", "/plugins/{name:path}", remove),
)
