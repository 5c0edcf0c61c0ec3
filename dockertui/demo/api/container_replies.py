"""Containers as the API shows them: the short form of lists and the long one of inspect."""

import json
from typing import Any

from dockertui.demo.api.templates import CONFIG, HOST_CONFIG
from dockertui.demo.world.host import Host
from dockertui.demo.world.objects import Attachment, Container, Mount
from dockertui.demo.world.times import NEVER, human_duration, rfc3339

_ROOT = "/var/lib/docker"
_STATUS = "\0status\0"


def status_text(container: Container, now: float) -> str:
    """The words of `docker ps`: a port of State.String in moby's container/state.go."""
    started, finished = container.started or now, container.finished or now
    if container.state == "paused":
        return f"Up {human_duration(now - started)} (Paused)"
    if container.state == "restarting":
        return f"Restarting ({container.exit_code}) {human_duration(now - finished)} ago"
    if container.state == "running":
        up = f"Up {human_duration(now - started)}"
        if container.health is None:
            return up
        health = container.health.status
        return f"{up} (health: starting)" if health == "starting" else f"{up} ({health})"
    return {"created": "Created", "dead": "Dead", "removing": "Removal In Progress"}.get(
        container.state, f"Exited ({container.exit_code}) {human_duration(now - finished)} ago"
    )


def encoded_summary(host: Host, container: Container, size: bool) -> bytes:
    """A list entry as JSON. All but the status text is kept encoded until the container changes."""
    parts = container.summaries.get(size)
    if parts is None:
        whole = json.dumps(summary(host, container, size), separators=(",", ":"), ensure_ascii=False)
        head, _, tail = whole.encode("utf-8", "replace").partition(json.dumps(_STATUS).encode())
        parts = container.summaries[size] = (head, tail)
    return parts[0] + json.dumps(status_text(container, host.now())).encode() + parts[1]


def summary(host: Host, container: Container, size: bool) -> dict[str, Any]:
    """ContainerSummary of the specification, with a mark where the status text goes."""
    entry: dict[str, Any] = {
        "Id": container.id,
        "Names": [f"/{container.name}"],
        "Image": container.image,
        "ImageID": container.image_id,
        "Command": _command(container),
        "Created": int(container.created),
        "Ports": _summary_ports(container),
    }
    if size:
        entry |= _sizes(host, container)
    return entry | {
        "Labels": container.labels,
        "State": container.state,
        "Status": _STATUS,
        "HostConfig": {"NetworkMode": container.network_mode},
        "NetworkSettings": {
            "Networks": {
                name: _endpoint(container, place, detail=False) for name, place in container.attachments.items()
            }
        },
        "Mounts": [_mount(mount, summary=True) for mount in container.mounts],
    }


def _command(container: Container) -> str:
    words = container.command
    return " ".join(f"'{word}'" if " " in word else word for word in words)


def _sizes(host: Host, container: Container) -> dict[str, int]:
    image = host.images.get(container.image_id)
    sizes = {"SizeRw": container.size_rw} if container.size_rw else {}
    return sizes | {"SizeRootFs": (image.size if image else 0) + container.size_rw}


def _summary_ports(container: Container) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for port, bindings in container.ports.items():
        number, _, protocol = port.partition("/")
        row = {"PrivatePort": int(number), "Type": protocol or "tcp"}
        if not bindings:
            rows.append(row)
        rows += [
            {"IP": address, "PrivatePort": int(number), "PublicPort": public, "Type": protocol or "tcp"}
            for address, public in bindings
        ]
    return rows


def _endpoint(container: Container, place: Attachment, *, detail: bool) -> dict[str, Any]:
    names = [*dict.fromkeys([container.name, *place.aliases, container.id[:12]])]
    return {
        "IPAMConfig": None,
        "Links": None,
        "Aliases": place.aliases or None if detail else None,
        "MacAddress": place.mac,
        "DriverOpts": None,
        "GwPriority": 0,
        "NetworkID": place.network_id,
        "EndpointID": place.endpoint_id,
        "Gateway": place.gateway,
        "IPAddress": place.ip,
        "IPPrefixLen": place.prefix,
        "IPv6Gateway": "",
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "DNSNames": names if detail and place.aliases else None,
    }


def _mount(mount: Mount, *, summary: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"Type": mount.type}
    if mount.type == "volume":
        # Lists leave out where an anonymous volume lies, inspect does not.
        hidden = summary and len(mount.name) == 64
        entry |= {"Name": mount.name, "Source": "" if hidden else mount.source}
    else:
        entry["Source"] = mount.source
    entry["Destination"] = mount.destination
    if mount.driver:
        entry["Driver"] = mount.driver
    return entry | {"Mode": mount.mode, "RW": mount.rw, "Propagation": mount.propagation}


# -- inspect --------------------------------------------------------------------------------------


def inspect(host: Host, container: Container, *, size: bool = False) -> dict[str, Any]:
    """ContainerInspectResponse of the specification."""
    home = f"{_ROOT}/containers/{container.id}"
    begun = container.started is not None
    command = container.command
    reply: dict[str, Any] = {
        "Id": container.id,
        "Created": rfc3339(container.created),
        "Path": command[0] if command else "",
        "Args": command[1:],
        "State": _state(container),
        "Image": container.image_id,
        "ResolvConfPath": f"{home}/resolv.conf" if begun else "",
        "HostnamePath": f"{home}/hostname" if begun else "",
        "HostsPath": f"{home}/hosts" if begun else "",
        "LogPath": f"{home}/{container.id}-json.log" if begun else "",
        "Name": f"/{container.name}",
        "RestartCount": container.restart_count,
        "Driver": "overlay2",
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "docker-default",
        "ExecIDs": None,
        "HostConfig": HOST_CONFIG | container.host_config,
        "GraphDriver": _graph_driver(container),
    }
    if size:
        reply |= {"SizeRw": container.size_rw} | _sizes(host, container)
    return reply | {
        "Mounts": [_mount(mount, summary=False) for mount in container.mounts],
        "Config": CONFIG | container.config,
        "NetworkSettings": _network_settings(container),
    }


def _state(container: Container) -> dict[str, Any]:
    state: dict[str, Any] = {
        "Status": container.state,
        "Running": container.running,
        "Paused": container.state == "paused",
        "Restarting": container.state == "restarting",
        "OOMKilled": container.oom_killed,
        "Dead": container.state == "dead",
        "Pid": container.pid,
        "ExitCode": container.exit_code,
        "Error": container.error,
        "StartedAt": rfc3339(container.started),
        "FinishedAt": rfc3339(container.finished) if container.finished is not None else NEVER,
    }
    if (health := container.health) is not None:
        state["Health"] = {
            "Status": health.status,
            "FailingStreak": health.failing_streak,
            "Log": [
                {"Start": rfc3339(one.start), "End": rfc3339(one.end), "ExitCode": one.exit_code, "Output": one.output}
                for one in health.log
            ],
        }
    return state


def _graph_driver(container: Container) -> dict[str, Any]:
    # Where the layers lie follows from the ids, so that nothing need be kept.
    layer = f"{_ROOT}/overlay2/{container.id[::-1]}"
    image = f"{_ROOT}/overlay2/{container.image_id.removeprefix('sha256:')[::-1]}"
    return {
        "Data": {
            "ID": container.id,
            "LowerDir": f"{layer}-init/diff:{image}/diff",
            "MergedDir": f"{layer}/merged",
            "UpperDir": f"{layer}/diff",
            "WorkDir": f"{layer}/work",
        },
        "Name": "overlay2",
    }


def _network_settings(container: Container) -> dict[str, Any]:
    main = container.attachments.get("bridge") or Attachment("")
    return {
        "Bridge": "",
        "SandboxID": container.sandbox if container.pid else "",
        "SandboxKey": f"/var/run/docker/netns/{container.sandbox[:12]}" if container.pid else "",
        "Ports": {
            port: [{"HostIp": address, "HostPort": str(number)} for address, number in bindings] or None
            for port, bindings in container.ports.items()
        },
        "HairpinMode": False,
        "LinkLocalIPv6Address": "",
        "LinkLocalIPv6PrefixLen": 0,
        "SecondaryIPAddresses": None,
        "SecondaryIPv6Addresses": None,
        "EndpointID": main.endpoint_id,
        "Gateway": main.gateway,
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "IPAddress": main.ip,
        "IPPrefixLen": main.prefix,
        "IPv6Gateway": "",
        "MacAddress": main.mac,
        "Networks": {name: _endpoint(container, place, detail=True) for name, place in container.attachments.items()},
    }
