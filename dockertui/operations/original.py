"""Rebuild the body of `POST /containers/create` from a container's `inspect`.

Config, HostConfig and the networks' endpoints are taken as they are, except what the Engine derived from the
container's id, chose itself, or took from the image: that comes again by itself, from a new image in its new form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from posixpath import normpath
from typing import Any, Final, NamedTuple

from dockertui.engine import containers, images, system
from dockertui.engine.client import Engine
from dockertui.engine.container_model import SHORT_ID
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import NOTHING, Raw, flag, mapping, mappings, strings, text

ANONYMOUS: Final = re.compile(r"[0-9a-f]{64}")
_OF_IMAGE: Final = ("User", "WorkingDir", "StopSignal", "Shell", "ArgsEscaped")
_WITHOUT_NETWORKS: Final = ("host", "none", "container:", "ns:")
_PODMANS_NOTES: Final = ("io.podman.", "io.container.manager", "org.opencontainers.image.", "org.systemd.property.")
_PODMANS_ENV: Final = ("container=podman", "HOSTNAME=")


class Original(NamedTuple):
    """The Engine's data on a container.

    image: the `inspect` of its image, empty when that is gone. info: the reply to `GET /info`. several: whether this
    Engine accepts several networks on creation, and MAC addresses per network.
    """

    inspect: Raw
    image: Raw = NOTHING
    info: Raw = NOTHING
    podman: bool = False
    several: bool = False

    @property
    def config(self) -> Raw:
        return mapping(self.inspect, "Config")

    @property
    def host(self) -> Raw:
        return mapping(self.inspect, "HostConfig")

    @property
    def networks(self) -> Raw:
        return mapping(mapping(self.inspect, "NetworkSettings"), "Networks")

    @property
    def tells_networks(self) -> bool:
        """Whether the reply lists its networks at all."""
        return isinstance(mapping(self.inspect, "NetworkSettings").get("Networks"), dict)

    @property
    def short_id(self) -> str:
        return text(self.inspect, "Id")[:SHORT_ID]

    @property
    def name(self) -> str:
        return text(self.inspect, "Name").removeprefix("/")


async def original_of(engine: Engine, id: str) -> Original:
    """Return the Engine's data on a container and its image. Raises EngineError."""
    inspect = await containers.inspect(engine, id)
    podman = engine.version is not None and engine.version.podman
    image = await image_of(engine, text(inspect, "Image"))
    return Original(inspect, image, await system.info(engine), podman, engine.supports("1.44"))


async def image_of(engine: Engine, reference: str) -> Raw:
    """Return an image's `inspect`; empty when the Engine does not have it. Raises EngineError."""
    if not reference:
        return NOTHING
    try:
        return await images.inspect(engine, reference)
    except EngineError as error:
        if error.kind is not ErrorKind.NOT_FOUND:
            raise
        return NOTHING


@dataclass(slots=True)
class Draft:
    """A container to be created, in the API's terms.

    endpoints: the settings of its endpoint in each network. primary: the network that HostConfig.NetworkMode names, ""
    if none. anonymous: the volumes to mount again, by path. leaves: the original was disconnected from the primary
    network.
    """

    config: dict[str, Any]
    host: dict[str, Any]
    endpoints: dict[str, dict[str, Any]]
    primary: str
    leaves: bool
    anonymous: dict[str, str] = field(default_factory=dict)


class Creation(NamedTuple):
    """The body of the request, the networks to connect before the start, and the one to disconnect ("" for none)."""

    body: dict[str, Any]
    connects: dict[str, dict[str, Any]]
    disconnect: str


def draft(original: Original) -> Draft:
    """Return the draft of the original container."""
    host = deepcopy(dict(original.host))
    endpoints = {name: _endpoint(original, place) for name, place in original.networks.items()}
    primary = _primary(original)
    connected = networked(text(host, "NetworkMode"))
    found = Draft(
        config=_config(original),
        host=host,
        endpoints=endpoints if connected else {},
        primary=primary if connected else "",
        leaves=connected and not original.podman and original.tells_networks and primary not in endpoints,
        anonymous=_anonymous(original),
    )
    if original.several and (mac := found.config.pop("MacAddress", "")) and found.primary in found.endpoints:
        found.endpoints[found.primary]["MacAddress"] = mac
    if original.podman:
        _without_podmans_own(found)
    return found


def networked(mode: str) -> bool:
    """Whether a container with this NetworkMode has networks of its own."""
    return not mode.startswith(_WITHOUT_NETWORKS)


def creation(wanted: Draft, *, several: bool) -> Creation:
    """Return the requests' bodies for a draft. `several`: all networks at once (API 1.44)."""
    config = {key: value for key, value in wanted.config.items() if value is not None}
    mode = text(wanted.host, "NetworkMode")
    further = {name: place for name, place in wanted.endpoints.items() if name != wanted.primary}
    asked = dict(further) if several else {}
    first = wanted.endpoints.get(wanted.primary)
    if first or (first is not None and asked):
        asked = {(mode if mode == "default" else wanted.primary): first, **asked}
    body = {**config, "HostConfig": with_volumes(wanted)}
    if asked:
        body["NetworkingConfig"] = {"EndpointsConfig": asked}
    return Creation(body, {} if several else further, wanted.primary if wanted.leaves else "")


def without_copies_of_what_is_unique(wanted: Draft, name: str) -> None:
    """Let a draft of the container `name` run beside it: without fixed addresses, and with volumes of its own."""
    wanted.anonymous.clear()
    wanted.config.pop("MacAddress", None)
    wanted.host.pop("ContainerIDFile", None)
    for place in wanted.endpoints.values():
        place.pop("IPAMConfig", None)
        place.pop("MacAddress", None)
        if aliases := [alias for alias in place.pop("Aliases", ()) if alias != name]:
            place["Aliases"] = aliases
    with_new_volumes(wanted)


def with_new_volumes(wanted: Draft) -> None:
    """Replace the draft's anonymous volumes by new ones."""
    wanted.anonymous.clear()
    for bind in [bind for bind in wanted.host.get("Binds") or () if ANONYMOUS.fullmatch(bind.partition(":")[0])]:
        wanted.host["Binds"].remove(bind)
        wanted.config["Volumes"] = {**(wanted.config.get("Volumes") or {}), bind.split(":")[1]: {}}
    for mount in mappings(wanted.host, "Mounts"):
        if isinstance(mount, dict) and mount.get("Type") == "volume" and ANONYMOUS.fullmatch(text(mount, "Source")):
            mount["Source"] = ""


def mounted(host: Raw) -> set[str]:
    """Return the paths at which a HostConfig mounts something."""
    binds = (bind.split(":") for bind in strings(host, "Binds"))
    found = [*(parts[1] for parts in binds if len(parts) > 1), *(text(m, "Target") for m in mappings(host, "Mounts"))]
    return {normpath(path) for path in [*found, *mapping(host, "Tmpfs")]}


# parts of a draft


def _config(original: Original) -> dict[str, Any]:
    """Return the container's own settings: neither generated by the Engine nor taken from the image."""
    config = deepcopy(dict(original.config))
    config.pop("OnBuild", None)
    mode = text(original.host, "NetworkMode")
    made_up = {original.short_id, ""} | ({text(original.info, "Name")} if mode == "host" else set())
    if text(config, "Hostname") in made_up or mode.startswith("container:") or _is_host(original.host, "UTSMode"):
        config.pop("Hostname", None)
    if mode.startswith("container:"):
        config.pop("Domainname", None)
    _strip(config, mapping(original.image, "Config"))
    return config


def _is_host(host: Raw, key: str) -> bool:
    return text(host, key) == "host"


def _strip(config: dict[str, Any], given: Raw) -> None:
    """Remove the image's settings, which come again by themselves."""
    if "Env" in config:
        config["Env"] = [line for line in strings(config, "Env") if line not in strings(given, "Env")]
    for key in ("Labels", "ExposedPorts", "Volumes", "Healthcheck"):
        if own := mapping(config, key):
            brought = mapping(given, key)
            config[key] = {name: value for name, value in own.items() if name not in brought or brought[name] != value}
    if not config.get("Healthcheck"):
        config.pop("Healthcheck", None)
    for key in _OF_IMAGE:
        if config.get(key) == given.get(key):
            config.pop(key, None)
    _strip_command(config, given)


def _strip_command(config: dict[str, Any], given: Raw) -> None:
    """Remove the image's command, which the Engine uses only for a container without an entry point of its own."""
    words, brought = strings(config, "Cmd"), strings(given, "Cmd")
    if strings(config, "Entrypoint") != strings(given, "Entrypoint") or (brought and not words):
        return
    config.pop("Entrypoint", None)
    if words == brought:
        config.pop("Cmd", None)


def _endpoint(original: Original, place: Any) -> dict[str, Any]:
    """Return the requested settings of an endpoint, without addresses chosen by the Engine and the short id as an
    alias."""
    told: Raw = place if isinstance(place, Mapping) else NOTHING
    kept = ("IPAMConfig", "Links", "DriverOpts", "GwPriority")
    found = {key: deepcopy(told[key]) for key in kept if told.get(key)}
    if aliases := [alias for alias in strings(told, "Aliases") if alias != original.short_id]:
        found["Aliases"] = aliases
    return found


def _primary(original: Original) -> str:
    mode = text(original.host, "NetworkMode")
    name = "bridge" if mode in ("", "default") else mode
    by_id = (found for found in original.networks if text(mapping(original.networks, found), "NetworkID") == name)
    return name if name in original.networks else next(by_id, name)


def _anonymous(original: Original) -> dict[str, str]:
    """Return the volumes that the Engine created for this container, by mount path."""
    own = {normpath(path) for path in mapping(original.config, "Volumes")}
    own |= {normpath(text(m, "Target")) for m in mappings(original.host, "Mounts") if not text(m, "Source")}
    found = {
        text(mount, "Destination"): text(mount, "Name")
        for mount in mappings(original.inspect, "Mounts")
        if mount.get("Type") == "volume" and text(mount, "Name")
    }
    return {path: name for path, name in found.items() if normpath(path) in own}


def with_volumes(wanted: Draft) -> dict[str, Any]:
    """Return the HostConfig with the anonymous volumes mounted by name."""
    host = deepcopy(wanted.host)
    taken = mounted(host)
    for path, name in wanted.anonymous.items():
        mount = next((m for m in host.get("Mounts") or () if normpath(text(m, "Target")) == normpath(path)), None)
        if mount is not None and not text(mount, "Source") and mount.get("Type") == "volume":
            mount["Source"] = name
        elif normpath(path) not in taken:
            host["Binds"] = [*(host.get("Binds") or ()), f"{name}:{path}"]
    return host


def _without_podmans_own(wanted: Draft) -> None:
    """Remove settings that Podman reports as if requested, but refuses or misinterprets in a request."""
    config, host = wanted.config, wanted.host
    config["Env"] = [line for line in strings(config, "Env") if not line.startswith(_PODMANS_ENV)]
    noted = mapping(host, "Annotations")
    host["UsernsMode"] = text(host, "UsernsMode") or text(noted, "io.podman.annotations.userns")
    host["Annotations"] = {name: value for name, value in noted.items() if not name.startswith(_PODMANS_NOTES)}
    derived = [key for key, value in (("Runtime", "oci"), ("MemorySwappiness", 0)) if host.get(key) == value]
    derived += ["ShmSize"] if text(host, "IpcMode").startswith(("host", "container:")) else []
    derived += ["CpuPeriod", "CpuQuota"] if host.get("NanoCpus") else []
    for key in derived:
        host.pop(key, None)
    for limit in host.get("Ulimits") or ():
        limit["Name"] = text(limit, "Name").removeprefix("RLIMIT_").lower()
    for device in host.get("Devices") or ():
        device["CgroupPermissions"] = device.get("CgroupPermissions") or "rwm"
    for place in wanted.endpoints.values():
        place["Aliases"] = [alias for alias in place.pop("Aliases", ()) if alias != config.get("Hostname")]


def removes_itself(inspect: Raw) -> bool:
    """Whether it was created with `--rm`."""
    return flag(mapping(inspect, "HostConfig"), "AutoRemove")
