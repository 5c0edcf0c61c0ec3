"""Volumes: what the Engine does with them, and their part of the API."""

import re
from collections.abc import Callable
from typing import Any

from dockertui.demo.call import Call, Route
from dockertui.demo.filters import Filters, parse
from dockertui.demo.host import Host
from dockertui.demo.objects import Volume
from dockertui.demo.refusal import Refusal, conflict, invalid
from dockertui.demo.times import rfc3339

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
    _check_name(name)
    options = {str(key): str(value) for key, value in (wanted.get("DriverOpts") or {}).items()} or None
    volume = Volume(name, host.now(), driver, labels, options)
    host.volumes[name] = volume
    host.tell_volume(volume, "create")
    return volume


def _check_name(name: str) -> None:
    if len(name) < 2:
        raise invalid(f"create {name}: volume name is too short, names should be at least two alphanumeric characters")
    if not _NAME.fullmatch(name):
        raise invalid(
            f'create {name}: "{name}" includes invalid characters for a local volume name, only '
            '"[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. '
            "If you intended to pass a host directory, use absolute path"
        )


def remove(host: Host, name: str, *, force: bool = False) -> None:
    if force and name not in host.volumes:
        return
    volume = host.volume(name)
    if users := host.users_of_volume(name):
        raise conflict(f"remove {name}: volume is in use - [{', '.join(one.id for one in users)}]")
    del host.volumes[name]
    host.tell_volume(volume, "destroy")


def prune(host: Host, wanted: Callable[[Volume], bool]) -> tuple[list[str], int]:
    """Remove the unused volumes that are `wanted`. Returns their names and the bytes won."""
    used = {mount.name for one in host.containers.values() for mount in one.mounts}
    gone = [one for one in host.volumes.values() if one.name not in used and wanted(one)]
    for volume in gone:
        del host.volumes[volume.name]
        host.tell_volume(volume, "destroy")
    reclaimed = sum(volume.size for volume in gone)
    host.tell_pruned("volume", reclaimed)
    return [volume.name for volume in gone], reclaimed


# -- the API --------------------------------------------------------------------------------------


def ls(call: Call) -> dict[str, Any]:
    filters = parse(call, _FILTERS)
    dangling = filters.truth("dangling")
    used = {mount.name for one in call.host.containers.values() for mount in one.mounts}
    chosen = [
        one
        for one in call.host.volumes.values()
        if _passes(filters, one) and (dangling is None or dangling == (one.name not in used))
    ]
    return {"Volumes": [summary(one) for one in chosen], "Warnings": None}


def _passes(filters: Filters, one: Volume) -> bool:
    return (
        filters.pattern("name", one.name) and filters.exact("driver", one.driver) and filters.labels(one.labels or {})
    )


def summary(one: Volume) -> dict[str, Any]:
    return {
        "CreatedAt": rfc3339(one.created, nanos=False),
        "Driver": one.driver,
        "Labels": one.labels,
        "Mountpoint": one.mountpoint,
        "Name": one.name,
        "Options": one.options,
        "Scope": "local",
    }


def with_usage(host: Host, one: Volume) -> dict[str, Any]:
    """The entry of system/df, which alone knows size and use."""
    return summary(one) | {"UsageData": {"RefCount": len(host.users_of_volume(one.name)), "Size": one.size}}


def _remove(call: Call) -> None:
    remove(call.host, call.names["name"], force=call.flag("force"))


def _prune(call: Call) -> dict[str, Any]:
    filters = parse(call, ("all", "label", "label!"))
    named_too = filters.truth("all") or call.version < (1, 42)
    gone, reclaimed = prune(
        call.host,
        lambda one: bool(named_too or one.anonymous) and filters.keep(one.labels or {}, one.created, call.host.now()),
    )
    return {"VolumesDeleted": gone, "SpaceReclaimed": reclaimed}


ROUTES = (
    Route("GET", "/volumes", ls),
    Route("POST", "/volumes/create", lambda call: summary(create(call.host, call.body)), 201),
    Route("POST", "/volumes/prune", _prune),
    Route("GET", "/volumes/{name:path}", lambda call: summary(call.host.volume(call.names["name"]))),
    Route(
        "DELETE", "/volumes/{name:path}", lambda call: remove(call.host, call.names["name"], force=call.flag("force"))
    ),
)
