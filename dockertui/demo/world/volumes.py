"""Volumes: create, remove, prune."""

import re
from collections.abc import Callable
from typing import Any

from dockertui.demo.world.host import Host
from dockertui.demo.world.objects import Volume
from dockertui.demo.world.refusal import Refusal, conflict, invalid

ANONYMOUS = "com.docker.volume.anonymous"
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
