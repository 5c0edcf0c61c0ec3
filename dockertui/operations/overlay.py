"""Apply the form's fields to an existing container's draft: unchanged fields keep their exact structure."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from contextlib import suppress
from posixpath import normpath
from typing import Any, Final

from dockertui.engine.fields import mapping, mappings, objects, strings
from dockertui.operations import client_defaults, form_values, run_form
from dockertui.operations.command_body import InvalidValue, Values
from dockertui.operations.original import Draft, networked

_TEXTS: Final = {"image": "Image", "command": "Cmd", "env": "Env", "labels": "Labels", "user": "User",
                 "workdir": "WorkingDir", "hostname": "Hostname"}  # fmt: skip
"""Fields that map to one member of Config."""
_WITHOUT_ALIASES: Final = ("bridge", "default", "")
"""Networks without aliases."""


def overlay(wanted: Draft, before: Values, values: Values) -> None:
    """Change a draft where the form's `values` differ from its initial ones, `before`.

    Raises InvalidValue for a value that cannot be used.
    """
    changed = {option.id for option in run_form.OPTIONS if option.id in before and _differs(option, before, values)}
    mounts = client_defaults.on_this_machine(_added(before, values, "mounts"))
    made = run_form.body({**values, "ports": _added(before, values, "ports"), "mounts": mounts})
    for id in changed & _TEXTS.keys():
        _put(wanted.config, _TEXTS[id], made.get(_TEXTS[id]))
    for id in sorted(changed & _CHANGES.keys()):
        _CHANGES[id](wanted, made, before, values)


def _differs(option: Any, before: Values, values: Values) -> bool:
    """Whether a field was changed; a value that only the form trimmed is unchanged."""
    value = values[option.id]
    if value == before[option.id] or isinstance(value, bool):
        return bool(value != before[option.id])
    with suppress(InvalidValue):
        return bool(value != form_values.read(option, form_values.typed(before[option.id])))
    return True


def _added(before: Values, values: Values, id: str) -> tuple[str, ...]:
    return tuple(item for item in values[id] if item not in before[id])


def _removed(before: Values, values: Values, id: str) -> set[str]:
    return set(before[id]) - set(values[id])


def _put(where: dict[str, Any], key: str, value: Any) -> None:
    """Set a member; an empty value removes it, and the image's or the Engine's default applies."""
    if value in (None, ""):
        where.pop(key, None)
    else:
        where[key] = value


def _entrypoint(wanted: Draft, made: Any, before: Values, values: Values) -> None:
    """Set the entry point: shell words if it had several before, else one program."""
    typed = values["entrypoint"]
    several = len(strings(wanted.config, "Entrypoint")) > 1
    _put(wanted.config, "Entrypoint", (shlex.split(typed) if several else made.get("Entrypoint")) or None)


def _health(wanted: Draft, made: Any, before: Values, values: Values) -> None:
    """Set the health check: a new command keeps the times; without one, the image's own check applies."""
    test = mapping(made, "Healthcheck")
    _put(wanted.config, "Healthcheck", {**mapping(wanted.config, "Healthcheck"), **test} if test else None)


def _tty(wanted: Draft, made: Any, before: Values, values: Values) -> None:
    wanted.config |= {"Tty": values["tty"], "OpenStdin": values["tty"]}


def _restart(wanted: Draft, made: Any, before: Values, values: Values) -> None:
    wanted.host["RestartPolicy"] = made["HostConfig"]["RestartPolicy"]


def _remove(wanted: Draft, made: Any, before: Values, values: Values) -> None:
    wanted.host["AutoRemove"] = values["remove"]


def _memory(wanted: Draft, made: Any, before: Values, values: Values) -> None:
    """Set the memory limit; remove a swap limit derived from the old one or left without one."""
    old, swap, new = (
        wanted.host.get("Memory") or 0,
        wanted.host.get("MemorySwap") or 0,
        made["HostConfig"].get("Memory"),
    )
    if swap > 0 and (swap == 2 * old or not new):
        wanted.host.pop("MemorySwap")
    wanted.host["Memory"] = new or 0


def _cpus(wanted: Draft, made: Any, before: Values, values: Values) -> None:
    """Set CPUs, and remove period and quota: the Engine accepts only one of the two."""
    wanted.host["NanoCpus"] = made["HostConfig"].get("NanoCpus") or 0
    for key in ("CpuPeriod", "CpuQuota"):
        wanted.host.pop(key, None)


def _network(wanted: Draft, made: Any, before: Values, values: Values) -> None:
    """Move the old network's endpoint to the new network, without the addresses, which belong to the old one.

    An existing endpoint in the new network overrides it; settings that were typed override both.
    """
    mode = made["HostConfig"]["NetworkMode"]
    old = wanted.endpoints.pop(wanted.primary, {})
    wanted.host["NetworkMode"], wanted.leaves = mode, False
    wanted.config.pop("MacAddress", None)
    if not networked(mode):
        wanted.endpoints, wanted.primary = {}, ""
        return
    wanted.primary = "bridge" if mode in _WITHOUT_ALIASES else mode
    kept = () if mode in _WITHOUT_ALIASES else ("Aliases", "Links")
    asked = mapping(mapping(mapping(made, "NetworkingConfig"), "EndpointsConfig"), mode)
    there = wanted.endpoints.pop(wanted.primary, {})
    place: dict[str, Any] = {**{key: old[key] for key in kept if key in old}, **there, **asked}
    wanted.endpoints = {wanted.primary: place, **wanted.endpoints}


def _ports(wanted: Draft, made: Any, before: Values, values: Values) -> None:
    """Apply changed ports: the others keep their bindings and ranges; removed ones are no longer exposed, either."""
    gone = _removed(before, values, "ports")
    bound: dict[str, list[Any]] = {}
    for private, bindings in mapping(wanted.host, "PortBindings").items():
        kept = [binding for binding in objects(bindings) if run_form.publish_text(private, binding) not in gone]
        if kept:
            bound[private] = kept
    closed = mapping(wanted.host, "PortBindings").keys() - bound.keys()
    for private, bindings in made["HostConfig"]["PortBindings"].items():
        bound[private] = [*bound.get(private, ()), *bindings]
    exposed = {port: value for port, value in mapping(wanted.config, "ExposedPorts").items() if port not in closed}
    wanted.config["ExposedPorts"] = {**exposed, **made["ExposedPorts"]}
    wanted.host["PortBindings"] = bound


def _mounts(wanted: Draft, made: Any, before: Values, values: Values) -> None:
    """Apply changed mounts: the others keep their options; a path removed or mounted otherwise loses its volume."""
    gone = _removed(before, values, "mounts")
    new = made["HostConfig"]
    binds = [bind for bind in strings(wanted.host, "Binds") if bind not in gone]
    mounts = [mount for mount in mappings(wanted.host, "Mounts") if run_form.mount_text(mount) not in gone]
    wanted.host["Binds"] = [*binds, *strings(new, "Binds")] or None
    wanted.host["Mounts"] = [*mounts, *mappings(new, "Mounts")] or None
    paths = {path: value for path, value in mapping(wanted.config, "Volumes").items() if path not in gone}
    wanted.config["Volumes"] = {**paths, **mapping(made, "Volumes")}
    lost = {normpath(path) for path in gone}
    wanted.anonymous = {path: name for path, name in wanted.anonymous.items() if normpath(path) not in lost}


_CHANGES: Final[Mapping[str, Callable[[Draft, Any, Values, Values], None]]] = {
    "entrypoint": _entrypoint,
    "health": _health,
    "tty": _tty,
    "restart": _restart,
    "remove": _remove,
    "memory": _memory,
    "cpus": _cpus,
    "network": _network,
    "ports": _ports,
    "mounts": _mounts,
}
