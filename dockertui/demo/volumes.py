"""Volumes: what the Engine does with them, and their part of the API."""

import re
from typing import Any

from dockertui.demo.call import Call, Route
from dockertui.demo.filters import parse
from dockertui.demo.host import Host, Refusal, conflict, invalid
from dockertui.demo.objects import Volume
from dockertui.demo.templates import filled

ANONYMOUS = "com.docker.volume.anonymous"
_FILTERS = frozenset(("dangling", "driver", "label", "name"))
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")


def create(host: Host, wanted: dict[str, Any]) -> Volume:
    """POST /volumes/create. Creating one that exists gives back the one there is, as the Engine does."""
    name, driver = str(wanted.get("Name") or ""), str(wanted.get("Driver") or "local")
    if driver != "local":
        raise Refusal(404, f'create {name}: error looking up volume plugin {driver}: plugin "{driver}" not found')
    if name in host.volumes:
        return host.volumes[name]
    labels = {str(key): str(value) for key, value in (wanted.get("Labels") or {}).items()} or None
    if not name:
        name, labels = host.new_id(), {**(labels or {}), ANONYMOUS: ""}
    if len(name) < 2:
        raise invalid(f"create {name}: volume name is too short, names should be at least two alphanumeric characters")
    if not _NAME.fullmatch(name):
        reason = f'"{name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are'
        remedy = "If you intended to pass a host directory, use absolute path"
        raise invalid(f"create {name}: {reason} allowed. {remedy}")
    options = {str(key): str(value) for key, value in (wanted.get("DriverOpts") or {}).items()} or None
    volume = Volume(name, host.now(), driver, labels, options)
    host.volumes[name] = volume
    host.tell_volume(volume, "create")
    return volume


def remove(host: Host, name: str, *, force: bool = False) -> None:
    if force and name not in host.volumes:
        return
    volume = host.volume(name)
    if users := host.users_of_volume(name):
        raise conflict(f"remove {name}: volume is in use - [{', '.join(one.id for one in users)}]")
    del host.volumes[name]
    host.tell_volume(volume, "destroy")


# -- the API --------------------------------------------------------------------------------------


def ls(call: Call) -> dict[str, Any]:
    filters = parse(call, _FILTERS)
    dangling = filters.truth("dangling")
    used = {mount.name for one in call.host.containers.values() for mount in one.mounts}
    chosen = [
        filled("Volume", one)
        for one in call.host.volumes.values()
        if filters.pattern("name", one.name)
        and filters.exact("driver", one.driver)
        and filters.labels(one.labels or {})
        and dangling in (None, one.name not in used)
    ]
    return {"Volumes": chosen, "Warnings": None}


def _remove(call: Call) -> None:
    remove(call.host, call.names["name"], force=call.flag("force"))


def _prune(call: Call) -> dict[str, Any]:
    host, filters = call.host, parse(call, ("all", "label", "label!"))
    named_too = filters.truth("all") or call.version < (1, 42)
    gone = [
        one
        for one in host.volumes.values()
        if (named_too or one.anonymous)
        and not host.users_of_volume(one.name)
        and filters.keep(one.labels or {}, one.created, host.now())
    ]
    for volume in gone:
        remove(host, volume.name)
    reclaimed = host.tell_pruned("volume", sum(one.size for one in gone))
    return {"VolumesDeleted": [one.name for one in gone], "SpaceReclaimed": reclaimed}


ROUTES = (
    Route("GET", "/volumes", ls),
    Route("POST", "/volumes/create", lambda call: filled("Volume", create(call.host, call.body)), 201),
    Route("POST", "/volumes/prune", _prune),
    Route("GET", "/volumes/{name:path}", lambda call: filled("Volume", call.host.volume(call.names["name"]))),
    Route("DELETE", "/volumes/{name:path}", _remove),
)
