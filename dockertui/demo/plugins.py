"""Plugins: list, inspect, enable, disable, remove."""

from typing import Any

from dockertui.demo.call import Call, Route
from dockertui.demo.filters import parse
from dockertui.demo.host import conflict, not_found

Plugin = dict[str, Any]


def _found(call: Call) -> Plugin:
    ref = call.names["name"]
    for one in call.host.plugins.values():
        if ref in (one["Id"], one["Name"], one["Name"].removesuffix(":latest")):
            return one
    raise not_found(f'plugin "{ref}" not found')


def _tell(call: Call, one: Plugin, action: str) -> None:
    call.host.events.emit("plugin", action, one["Id"], {"name": call.names["name"]})


def ls(call: Call) -> list[Plugin]:
    enabled = parse(call, ("enabled", "capability")).truth("enabled")
    return [one for one in call.host.plugins.values() if enabled is None or one["Enabled"] is enabled]


def enable(call: Call) -> None:
    call.integer("timeout")
    _switch(call, True, "plugin already enabled: plugin {} is enabled")


def disable(call: Call) -> None:
    _switch(call, False, "plugin is already disabled: plugin {} found but disabled")


def _switch(call: Call, on: bool, refusal: str) -> None:
    one = _found(call)
    if one["Enabled"] == on:
        raise conflict(refusal.format(one["Name"]))
    one["Enabled"] = on
    _tell(call, one, "enable" if on else "disable")


def remove(call: Call) -> Plugin:
    one = _found(call)
    if one["Enabled"] and not call.flag("force"):
        raise conflict(f"plugin {one['Name']} is enabled")
    del call.host.plugins[one["Id"]]
    _tell(call, one, "remove")
    return one


ROUTES = (
    Route("GET", "/plugins", ls),
    Route("GET", "/plugins/{name:path}/json", _found),
    Route("POST", "/plugins/{name:path}/enable", enable, 200),
    Route("POST", "/plugins/{name:path}/disable", disable, 200),
    Route("DELETE", "/plugins/{name:path}", remove),
)
