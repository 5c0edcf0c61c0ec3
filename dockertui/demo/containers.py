"""Containers: create, list, inspect, update, remove, prune, processes and changed files.

What the command of a new one will do on a host that runs nothing is decided when it is made: `fate`.
"""

import json
import re
from dataclasses import replace
from typing import Any

from dockertui.demo import execs, files, images, lifecycle, processes, volumes
from dockertui.demo.call import Call, Route, encode
from dockertui.demo.filters import Filters, check_values, parse, prunable
from dockertui.demo.host import Host, invalid
from dockertui.demo.objects import Attachment, Container, Mount, Temper
from dockertui.demo.templates import REPLIES, filled, overlay
from dockertui.demo.times import human_duration

_LEFT = ("amazing", "bold", "clever", "eager", "focused", "gracious", "happy", "keen", "nifty", "quirky", "serene")
_RIGHT = ("curie", "darwin", "euler", "gauss", "hopper", "knuth", "lamarr", "noether", "ritchie", "turing", "wu")
_APART = ("HostConfig", "NetworkingConfig")
_FILTERS = frozenset(
    ("ancestor", "before", "expose", "exited", "health", "id", "isolation", "is-task", "label", "name", "network",
     "publish", "since", "status", "volume")
)  # fmt: skip
_STATES = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
_HEALTHS = ("none", "starting", "healthy", "unhealthy")
_FILES = {"ResolvConf": "resolv.conf", "Hostname": "hostname", "Hosts": "hosts"}
_STATUS = "\0status\0"


def create(host: Host, name: str, wanted: dict[str, Any]) -> Container:
    """POST /containers/create; `wanted` is the request's body."""
    container = made(host, name, wanted)
    host.tell(container, "create")
    return container


def made(host: Host, name: str, wanted: dict[str, Any]) -> Container:
    """The new container on the host, of which nobody has been told yet."""
    if not wanted.keys() - _APART:
        raise invalid("config cannot be empty in order to create a container")
    reference = str(wanted.get("Image") or "")
    image = images.find(host, reference) if reference else None
    if name:
        lifecycle.check_name(host, name)
    config = _config(wanted, image.config if image else {})
    if not config.get("Cmd") and not config.get("Entrypoint"):
        raise invalid("no command specified")
    container = Container(
        id=host.new_id(),
        name=name.removeprefix("/") or _invented_name(host),
        image=reference,
        image_id=image.id if image else "",
        created=host.now(),
        config=config,
        host_config={key: value for key, value in (wanted.get("HostConfig") or {}).items() if value is not None},
    )
    config["Hostname"] = config.get("Hostname") or container.id[:12]
    container.temper = fate(container.command)
    if len(test := (config.get("Healthcheck") or {}).get("Test") or []) > 1:
        check = fate(["sh", "-c", test[1]] if test[0] == "CMD-SHELL" else test[1:])
        output = "".join(f"{line}\n" for line in check.says)
        container.temper = replace(container.temper, probe_exit=check.exit_code, probe_output=output)
    if container.temper.runs_for is None and execs.playable(container):
        container.temper = replace(container.temper, played=True)
    container.mounts = _mounts(host, container)
    container.attachments = _attachments(container, wanted.get("NetworkingConfig") or {})
    host.containers[container.id], host.names[container.name] = container, container.id
    return container


def _config(wanted: dict[str, Any], of_image: dict[str, Any]) -> dict[str, Any]:
    """The request's configuration over that of the image, as the Engine merges them."""
    config = {key: value for key, value in wanted.items() if key not in _APART}
    if not config.get("Entrypoint"):
        config["Entrypoint"] = of_image.get("Entrypoint")
        config["Cmd"] = config.get("Cmd") or of_image.get("Cmd")
    own = [*(config.get("Env") or [])]
    named = {text.partition("=")[0] for text in own}
    config["Env"] = own + [text for text in of_image.get("Env", []) if text.partition("=")[0] not in named]
    config["Labels"] = {**(of_image.get("Labels") or {}), **(config.get("Labels") or {})}
    for key in ("ExposedPorts", "Volumes"):
        if merged := {**(of_image.get(key) or {}), **(config.get(key) or {})}:
            config[key] = merged
    for key in ("WorkingDir", "User", "StopSignal"):
        if of_image.get(key) and not config.get(key):
            config[key] = of_image[key]
    return {key: value for key, value in config.items() if value is not None}


def _invented_name(host: Host) -> str:
    while True:
        name = f"{host.random.choice(_LEFT)}_{host.random.choice(_RIGHT)}"
        if name not in host.names:
            return name


def _mounts(host: Host, container: Container) -> list[Mount]:
    mounts = [_bind(host, text) for text in container.host_config.get("Binds") or []]
    mounts += [_mount(host, wanted) for wanted in container.host_config.get("Mounts") or []]
    taken = {mount.destination for mount in mounts}
    own = [path for path in container.config.get("Volumes") or {} if path not in taken]
    return mounts + [_volume_mount(host, "", path, "", True) for path in own]


def _bind(host: Host, text: str) -> Mount:
    source, target, options = (*text.split(":", 2), "", "")[:3]
    writable = "ro" not in options.split(",")
    if source.startswith("/"):
        return Mount("bind", target, "", source, "", options, writable, "rprivate")
    return _volume_mount(host, source, target, options or "z", writable)


def _mount(host: Host, wanted: dict[str, Any]) -> Mount:
    source, target = str(wanted.get("Source") or ""), str(wanted.get("Target") or "")
    writable = not wanted.get("ReadOnly")
    if wanted.get("Type") == "volume":
        return _volume_mount(host, source, target, "z", writable)
    if wanted.get("Type") == "tmpfs":
        return Mount("tmpfs", target, rw=writable)
    return Mount("bind", target, "", source, "", "", writable, "rprivate")


def _volume_mount(host: Host, name: str, target: str, mode: str, writable: bool) -> Mount:
    volume = volumes.create(host, {"Name": name})
    return Mount("volume", target, volume.name, volume.mountpoint, volume.driver, mode if name else "", writable)


def _attachments(container: Container, networking: dict[str, Any]) -> dict[str, Attachment]:
    """The network of NetworkMode, and those of NetworkingConfig."""
    mode = container.network_mode
    if mode == "default":  # what the CLI says for the default bridge, in both places
        mode = container.host_config["NetworkMode"] = "bridge"
    if mode.startswith("container:"):
        return {}
    asked = networking.get("EndpointsConfig") or {}
    wanted = {"bridge" if name == "default" else name: place for name, place in asked.items()}
    return {
        name: Attachment("", [str(alias) for alias in (wanted.get(name) or {}).get("Aliases") or []])
        for name in dict.fromkeys([mode, *wanted])
    }


def fate(command: list[str]) -> Temper:
    """What a command does here: true, false, echo, sleep N, 'exit N' as they do; others run until stopped."""
    words = command[2].split() if len(command) > 2 and command[1] == "-c" else command
    text = " ".join(words)
    program = words[0].rpartition("/")[2] if words else ""
    if match := re.fullmatch(r"(?:echo (?P<said>[^;&|]*);? ?)?exit (?P<code>\d+)", text):
        said = (match["said"].strip(),) if match["said"] else ()
        return Temper(runs_for=0, exit_code=int(match["code"]), says=said)
    if program in ("true", "false"):
        return Temper(runs_for=0, exit_code=int(program == "false"))
    if program == "echo" and not re.search(r"[;&|]", text):
        return Temper(runs_for=0, says=(" ".join(words[1:]),))
    processes = (("root", " ".join(command)),)
    if program == "sleep" and len(words) == 2 and re.fullmatch(r"\d+(\.\d+)?", words[1]):
        # As process 1 it has no handler for SIGTERM, so that only SIGKILL ends it.
        return Temper(memory=1 << 20, runs_for=float(words[1]), stop_exit=None, processes=processes)
    return Temper(memory=3 << 20, stop_exit=None if program in ("sleep", "sh", "tail") else 0, processes=processes)


# -- replies --------------------------------------------------------------------------------------


def status_text(container: Container, now: float) -> str:
    """The words of `docker ps`: a port of State.String in moby's container/state.go."""
    up = f"Up {human_duration(now - (container.started or now))}"
    since_end = f"({container.exit_code}) {human_duration(now - (container.finished or now))} ago"
    if container.state == "running" and container.health is not None:
        health = container.health.status
        return f"{up} (health: starting)" if health == "starting" else f"{up} ({health})"
    return {
        "created": "Created",
        "running": up,
        "paused": f"{up} (Paused)",
        "restarting": f"Restarting {since_end}",
        "removing": "Removal In Progress",
        "exited": f"Exited {since_end}",
        "dead": "Dead",
    }[container.state]


def encoded_summary(host: Host, container: Container, size: bool) -> bytes:
    """A list entry as JSON. All but the status text is kept encoded until the container changes."""
    parts = container.summaries.get(size)
    if parts is None:
        networks = {name: filled("Endpoint", at) for name, at in container.attachments.items()}
        whole = filled("Container in lists", container, Names=[f"/{container.name}"]) | {
            "Ports": _summary_ports(container),
            **(_sizes(host, container) if size else {}),
            "Labels": container.labels,
            "State": container.state,
            "Status": _STATUS,
            "HostConfig": {"NetworkMode": container.network_mode},
            "NetworkSettings": {"Networks": networks},
            "Mounts": [_mount_reply(mount, summary=True) for mount in container.mounts],
        }
        head, _, tail = encode(whole).rstrip().partition(json.dumps(_STATUS).encode())
        parts = container.summaries[size] = (head, tail)
    return parts[0] + json.dumps(status_text(container, host.now())).encode() + parts[1]


def _sizes(host: Host, container: Container) -> dict[str, int]:
    image = host.images.get(container.image_id)
    sizes = {"SizeRw": container.size_rw} if container.size_rw else {}
    return sizes | {"SizeRootFs": (image.size if image else 0) + container.size_rw}


def _summary_ports(container: Container) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for port, bindings in container.ports.items():
        number, protocol = int(port.partition("/")[0]), port.partition("/")[2] or "tcp"
        rows += [
            {"IP": address, "PrivatePort": number, "PublicPort": public, "Type": protocol}
            for address, public in bindings
        ] or [{"PrivatePort": number, "Type": protocol}]
    return rows


def _mount_reply(mount: Mount, *, summary: bool) -> dict[str, Any]:
    told = {key: value for key, value in filled("Mount", mount).items() if value or key not in ("Name", "Driver")}
    # Lists leave out where an anonymous volume lies, inspect does not.
    return told | {"Source": ""} if summary and len(mount.name) == 64 else told


def inspect(host: Host, container: Container, *, size: bool = False) -> dict[str, Any]:
    """ContainerInspectResponse of the specification."""
    shown = filled("Container", container)
    if container.started is not None:
        home = f"/var/lib/docker/containers/{container.id}"
        shown |= {f"{name}Path": f"{home}/{file}" for name, file in _FILES.items()}
        shown["LogPath"] = f"{home}/{container.id}-json.log"
    if health := container.health:
        log = [filled("Probe", one) for one in health.log]
        shown["State"]["Health"] = {"Status": health.status, "FailingStreak": health.failing_streak, "Log": log}
    return shown | {
        "HostConfig": REPLIES["HostConfig"] | container.host_config,
        "GraphDriver": overlay(container.id, container.image_id.removeprefix("sha256:"), ID=container.id),
        **({"SizeRw": container.size_rw} | _sizes(host, container) if size else {}),
        "Mounts": [_mount_reply(mount, summary=False) for mount in container.mounts],
        "Config": REPLIES["Config"] | container.config,
        "NetworkSettings": _network_settings(container),
    }


def _network_settings(container: Container) -> dict[str, Any]:
    shown = filled("NetworkSettings", container.attachments.get("bridge") or Attachment(""))
    if container.pid:
        shown |= {"SandboxID": container.sandbox, "SandboxKey": f"/var/run/docker/netns/{container.sandbox[:12]}"}
    ports = {
        port: [{"HostIp": address, "HostPort": str(number)} for address, number in bindings] or None
        for port, bindings in container.ports.items()
    }
    networks = {name: filled("Endpoint", place) for name, place in container.attachments.items()}
    for name, place in container.attachments.items():
        if place.aliases:
            names = [*dict.fromkeys([container.name, *place.aliases, container.id[:12]])]
            networks[name] |= {"Aliases": place.aliases, "DNSNames": names}
    return shown | {"Ports": ports, "Networks": networks}


# -- the API --------------------------------------------------------------------------------------


def ls(call: Call) -> bytes:
    filters = parse(call, _FILTERS)
    check_values(filters, "status", "state", _STATES)
    check_values(filters, "health", "health", _HEALTHS)
    limit, size = call.integer("limit") or 0, call.flag("size")
    everything = call.flag("all") or limit > 0 or "status" in filters
    host, ids = call.host, filters.of("id")
    if ids and all(len(one) == 64 for one in ids):  # how a program re-reads a few of thousands
        chosen = [host.containers[one] for one in ids if one in host.containers]
    else:
        chosen = [*host.containers.values()]
    chosen = [one for one in chosen if everything or one.running]
    if filters:
        found = (images.find_or_none(host, ref) for ref in filters.of("ancestor"))
        ancestors = {image.id for image in found if image is not None}
        chosen = [one for one in chosen if _passes(call, filters, ancestors, one)]
    chosen.sort(key=lambda one: one.created, reverse=True)
    rows = [encoded_summary(host, one, size) for one in chosen[: limit or None]]
    return b"[" + b",".join(rows) + b"]\n"


def _passes(call: Call, filters: Filters, ancestors: set[str], one: Container) -> bool:
    public = {f"{number}/{port.partition('/')[2]}" for port, pairs in one.ports.items() for _, number in pairs}
    exposed = {*(one.config.get("ExposedPorts") or {}), *one.ports}
    at = one.attachments
    return (
        filters.pattern("id", one.id)
        and filters.pattern("name", one.name, f"/{one.name}")
        and filters.labels(one.labels)
        and filters.exact("status", one.state)
        and filters.exact("health", one.health.status if one.health else "none")
        and ("exited" not in filters or (not one.running and filters.exact("exited", str(one.exit_code))))
        and ("ancestor" not in filters or one.image_id in ancestors)
        and filters.exact("network", *at, *(place.network_id for place in at.values()))
        and filters.exact("volume", *(text for mount in one.mounts for text in (mount.name, mount.destination)))
        and filters.exact("expose", *exposed, *(port.removesuffix("/tcp") for port in exposed))
        and filters.exact("publish", *public, *(port.removesuffix("/tcp") for port in public))
        and all(one.created < call.host.container(ref).created for ref in filters.of("before"))
        and all(one.created > call.host.container(ref).created for ref in filters.of("since"))
    )


def _create(call: Call) -> dict[str, Any]:
    return {"Id": create(call.host, call.text("name"), call.body).id, "Warnings": []}


def _update(call: Call) -> dict[str, Any]:
    """Limits and restart policy, those that are given."""
    container = call.container
    given = {key: value for key, value in call.body.items() if value}
    container.host_config = {**container.host_config, **given}
    container.touch()
    call.host.tell(container, "update")
    return {"Warnings": None}


def _remove(call: Call) -> None:
    force, with_volumes = call.flag("force"), call.flag("v")
    lifecycle.remove(call.host, call.container, call.names["id"], force=force, with_volumes=with_volumes)


def _prune(call: Call) -> dict[str, Any]:
    gone = prunable(call, (one for one in call.host.containers.values() if not one.running))
    for container in gone:
        lifecycle.destroy(call.host, container)
    reclaimed = call.host.tell_pruned("container", sum(one.size_rw for one in gone))
    return {"ContainersDeleted": [one.id for one in gone] or None, "SpaceReclaimed": reclaimed}


def top(call: Call) -> dict[str, Any]:
    container = call.container
    lifecycle.refuse_resting(container)
    titles, rows = processes.ps(call.host, container, call.text("ps_args") or "-ef")
    call.host.tell(container, "top")
    return {"Processes": rows, "Titles": titles}


def changes(call: Call) -> bytes:
    """Kind 0 is modified, 1 added, 2 deleted. Containers that wrote nothing have no changes (null)."""
    found = files.changes(call.host, call.container)
    return encode([{"Path": path, "Kind": kind} for path, kind in found.items()] or None)


ROUTES = (
    Route("GET", "/containers/json", ls),
    Route("POST", "/containers/create", _create, 201),
    Route("POST", "/containers/prune", _prune),
    Route("GET", "/containers/{id}/json", lambda call: inspect(call.host, call.container, size=call.flag("size"))),
    Route("GET", "/containers/{id}/top", top),
    Route("GET", "/containers/{id}/changes", changes),
    Route("POST", "/containers/{id}/update", _update),
    Route("DELETE", "/containers/{id}", _remove),
)
