"""Containers as the API shows them: the short form of lists and the long one of inspect."""

import json
from typing import Any

from dockertui.demo.host import Host
from dockertui.demo.objects import Attachment, Container, Health, Mount
from dockertui.demo.templates import CONFIG, CONTAINER, ENDPOINT, HOST_CONFIG, NETWORK_SETTINGS, overlay
from dockertui.demo.times import human_duration, rfc3339

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
    return {
        "Id": container.id,
        "Names": [f"/{container.name}"],
        "Image": container.image,
        "ImageID": container.image_id,
        "Command": _command(container),
        "Created": int(container.created),
        "Ports": _summary_ports(container),
        **(_sizes(host, container) if size else {}),
        "Labels": container.labels,
        "State": container.state,
        "Status": _STATUS,
        "HostConfig": {"NetworkMode": container.network_mode},
        "NetworkSettings": {"Networks": _endpoints(container, detail=False)},
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
        inside = {"PrivatePort": int(number)}
        rows += [
            {"IP": address, **inside, "PublicPort": public, "Type": protocol or "tcp"} for address, public in bindings
        ] or [{**inside, "Type": protocol or "tcp"}]
    return rows


def _endpoints(container: Container, *, detail: bool) -> dict[str, Any]:
    return {name: _endpoint(container, place, detail) for name, place in container.attachments.items()}


def _addresses(place: Attachment) -> dict[str, Any]:
    return {
        "EndpointID": place.endpoint_id,
        "Gateway": place.gateway,
        "IPAddress": place.ip,
        "IPPrefixLen": place.prefix,
        "MacAddress": place.mac,
    }


def _endpoint(container: Container, place: Attachment, detail: bool) -> dict[str, Any]:
    entry = ENDPOINT | _addresses(place) | {"NetworkID": place.network_id}
    if detail and place.aliases:
        names = [*dict.fromkeys([container.name, *place.aliases, container.id[:12]])]
        entry |= {"Aliases": place.aliases, "DNSNames": names}
    return entry


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


def inspect(host: Host, container: Container, *, size: bool = False) -> dict[str, Any]:
    """ContainerInspectResponse of the specification."""
    home = f"/var/lib/docker/containers/{container.id}"
    paths = {
        "ResolvConfPath": f"{home}/resolv.conf",
        "HostnamePath": f"{home}/hostname",
        "HostsPath": f"{home}/hosts",
        "LogPath": f"{home}/{container.id}-json.log",
    }
    return CONTAINER | {
        "Id": container.id,
        "Created": rfc3339(container.created),
        "Path": next(iter(container.command), ""),
        "Args": container.command[1:],
        "State": _state(container),
        "Image": container.image_id,
        **(paths if container.started is not None else {}),
        "Name": f"/{container.name}",
        "RestartCount": container.restart_count,
        "HostConfig": HOST_CONFIG | container.host_config,
        "GraphDriver": overlay(container.id, container.image_id.removeprefix("sha256:"), ID=container.id),
        **({"SizeRw": container.size_rw} | _sizes(host, container) if size else {}),
        "Mounts": [_mount(mount, summary=False) for mount in container.mounts],
        "Config": CONFIG | container.config,
        "NetworkSettings": _network_settings(container),
    }


def _state(container: Container) -> dict[str, Any]:
    health = container.health
    return {
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
        "FinishedAt": rfc3339(container.finished),
        **({"Health": _health(health)} if health is not None else {}),
    }


def _health(health: Health) -> dict[str, Any]:
    probes = [
        {"Start": rfc3339(one.start), "End": rfc3339(one.end), "ExitCode": one.exit_code, "Output": one.output}
        for one in health.log
    ]
    return {"Status": health.status, "FailingStreak": health.failing_streak, "Log": probes}


def _network_settings(container: Container) -> dict[str, Any]:
    sandbox = {"SandboxID": container.sandbox, "SandboxKey": f"/var/run/docker/netns/{container.sandbox[:12]}"}
    ports = {
        port: [{"HostIp": address, "HostPort": str(number)} for address, number in bindings] or None
        for port, bindings in container.ports.items()
    }
    return {
        **NETWORK_SETTINGS,
        **(sandbox if container.pid else {}),
        **_addresses(container.attachments.get("bridge") or Attachment("")),
        "Ports": ports,
        "Networks": _endpoints(container, detail=True),
    }
