"""A container as an Engine lists it, with its ports, mounts and networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Final, NamedTuple, Self

from dockertui.engine.fields import Raw, count, instant, mapping, mappings, number, string_map, strings, text
from dockertui.engine.status import parse_status

SHORT_ID: Final = 12
PROJECT_LABEL: Final = "com.docker.compose.project"
SERVICE_LABEL: Final = "com.docker.compose.service"
NUMBER_LABEL: Final = "com.docker.compose.container-number"
ONE_OFF_LABEL: Final = "com.docker.compose.oneoff"
_PROJECT_LABELS: Final = (PROJECT_LABEL, "io.podman.compose.project")
_PODMAN_STATES: Final = {
    "configured": "created",
    "initialized": "created",
    "stopped": "exited",
    "stopping": "running",
}


class Port(NamedTuple):
    """A port of a container; `public` and `ip` say where the host publishes it (None and "" if not)."""

    private: int
    public: int | None = None
    ip: str = ""
    type: str = "tcp"

    @classmethod
    def from_json(cls, raw: Raw) -> Self:
        return cls(
            number(raw, "PrivatePort") or 0,
            number(raw, "PublicPort"),
            text(raw, "IP"),
            text(raw, "Type", "tcp"),
        )


class Mount(NamedTuple):
    """A mount of a container. `type` is volume, bind, tmpfs, npipe…; `name` is the volume's."""

    type: str
    name: str
    source: str
    destination: str
    mode: str
    rw: bool
    driver: str

    @classmethod
    def from_json(cls, raw: Raw) -> Self:
        return cls(
            type=text(raw, "Type"),
            name=text(raw, "Name"),
            source=text(raw, "Source"),
            destination=text(raw, "Destination"),
            mode=text(raw, "Mode"),
            rw=raw.get("RW") is not False,
            driver=text(raw, "Driver"),
        )


class Attachment(NamedTuple):
    """A container's endpoint in a network. Addresses are empty while it is not running."""

    network: str
    network_id: str
    ip: str
    ip6: str
    mac: str
    aliases: tuple[str, ...]

    @classmethod
    def from_json(cls, network: str, raw: Raw) -> Self:
        return cls(
            network=network,
            network_id=text(raw, "NetworkID"),
            ip=text(raw, "IPAddress"),
            ip6=text(raw, "GlobalIPv6Address"),
            mac=text(raw, "MacAddress"),
            aliases=tuple(strings(raw, "Aliases")),
        )


@dataclass(frozen=True, slots=True)
class Container:
    """A container as `GET /containers/json` lists it.

    `state` is created, running, paused, restarting, removing, exited or dead; `health` is "", starting, healthy or
    unhealthy; `created` is in epoch seconds, sizes in bytes. `since` is when `state` began (epoch seconds, by the
    Engine's clock), accurate to `since_error` seconds; see `merge_since`.
    """

    id: str
    name: str
    names: tuple[str, ...]
    image: str
    image_id: str
    command: str
    created: float
    state: str
    health: str
    exit_code: int | None
    ports: tuple[Port, ...]
    labels: Mapping[str, str] = field(hash=False)
    mounts: tuple[Mount, ...]
    networks: tuple[Attachment, ...]
    network_mode: str
    size_rw: int | None
    size_root: int | None
    status: str = field(compare=False)
    since: float | None = field(compare=False)
    since_error: float = field(compare=False)

    @classmethod
    def from_json(cls, raw: Raw, listed_at: float) -> Self:
        """Parse one item of the listing requested at `listed_at` (epoch seconds)."""
        identity, names, status = text(raw, "Id"), _container_names(raw), text(raw, "Status")
        told = parse_status(status)
        return cls(
            id=identity,
            name=names[0] if names else identity[:SHORT_ID],
            names=names,
            image=text(raw, "Image"),
            image_id=text(raw, "ImageID"),
            command=text(raw, "Command"),
            created=instant(raw, "Created") or 0.0,
            state=docker_state(text(raw, "State")),
            health=_health(mapping(raw, "Health")) or told.health,
            exit_code=told.exit_code,
            ports=tuple(sorted(map(Port.from_json, mappings(raw, "Ports")), key=_port_order)),
            labels=string_map(raw, "Labels"),
            mounts=tuple(
                sorted(map(Mount.from_json, mappings(raw, "Mounts")), key=attrgetter("destination", "source"))
            ),
            networks=_attachments(mapping(mapping(raw, "NetworkSettings"), "Networks")),
            network_mode=text(mapping(raw, "HostConfig"), "NetworkMode"),
            size_rw=count(raw, "SizeRw") if "SizeRw" in raw or "SizeRootFs" not in raw else 0,
            size_root=count(raw, "SizeRootFs"),
            status=status,
            since=listed_at - told.elapsed.seconds if told.elapsed else None,
            since_error=told.elapsed.error if told.elapsed else 0.0,
        )

    @property
    def short_id(self) -> str:
        return self.id[:SHORT_ID]

    @property
    def project(self) -> str:
        """The Compose project it belongs to, or ""."""
        return project_of(self.labels)

    @property
    def service(self) -> str:
        """The Compose service it belongs to, or ""."""
        return self.labels.get(SERVICE_LABEL, "")

    @property
    def number(self) -> str:
        """Its number among the containers of its Compose service, or ""."""
        return self.labels.get(NUMBER_LABEL, "")

    @property
    def running(self) -> bool:
        """True while running or paused, False while restarting."""
        return self.state in ("running", "paused")


def project_of(labels: Mapping[str, str]) -> str:
    """Return the Compose project that an object's labels name, or ""; on Podman the label is another one."""
    return next((labels[label] for label in _PROJECT_LABELS if labels.get(label)), "")


def merge_since(old: Container, new: Container) -> Container:
    """Return `new` with the more accurate estimate of `since`, if both can mean the same start.

    The Engine says "Up 2 hours"; a client that saw the container start knows the second, and keeps it over later
    listings. Of two equally accurate estimates the first is kept: "Up 2 hours", read every minute, would drift.
    """
    if old.since is None or new.since is None or old.since_error > new.since_error:
        return new
    same_state = old.state == new.state or (old.running and new.running)
    if not same_state or abs(old.since - new.since) > old.since_error + new.since_error:
        return new
    return replace(new, since=old.since, since_error=old.since_error)


def _container_names(raw: Raw) -> tuple[str, ...]:
    """Return the names without slash, the container's own before those of legacy links ("/other/alias")."""
    names = [name.removeprefix("/") for name in strings(raw, "Names")]
    return tuple(sorted(names, key=lambda name: ("/" in name, name)))


def docker_state(word: str) -> str:
    """Return Docker's word for a state; Podman's own words are translated."""
    state = word.lower()
    return _PODMAN_STATES.get(state, state)


def _health(raw: Raw) -> str:
    """Return the health in the listing itself, which API 1.52 and later have."""
    health = text(raw, "Status")
    return health if health in ("starting", "healthy", "unhealthy") else ""


def _port_order(port: Port) -> tuple[int, str, int, str]:
    return port.private, port.type, port.public or 0, port.ip


def _attachments(raw: Raw) -> tuple[Attachment, ...]:
    return tuple(
        Attachment.from_json(name, settings if isinstance(settings, dict) else {})
        for name, settings in sorted(raw.items())
    )
