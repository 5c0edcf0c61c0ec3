"""Typed models of the Engine's replies: the objects of its listings, its version, its events.

Every class has `from_json`, which takes one object of a reply and never raises: unknown fields are ignored; absent,
null and mistyped ones get a default. Texts are kept exactly as received, escape sequences included.

Equality ignores what changes without an event: lists are sorted, and texts that change with time alone ("Up 5 minutes")
are not compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from dockertui.engine.container_model import SHORT_ID, Attachment, Container, Mount, Port, merge_since
from dockertui.engine.fields import (
    Raw,
    count,
    flag,
    instant,
    mapping,
    mappings,
    number,
    string_map,
    strings,
    text,
)

__all__ = [
    "Attachment",
    "Container",
    "Event",
    "Image",
    "Mount",
    "Network",
    "Port",
    "Version",
    "Volume",
    "merge_since",
]


@dataclass(frozen=True, slots=True)
class Image:
    """An image as `GET /images/json` lists it. `containers` is None when the Engine does not count.

    It takes no part in `==`: no event of an image reports that a container came or went.
    """

    id: str
    tags: tuple[str, ...]
    digests: tuple[str, ...]
    size: int
    created: float
    labels: Mapping[str, str] = field(hash=False)
    containers: int | None = field(compare=False)

    @classmethod
    def from_json(cls, raw: Raw) -> Self:
        return cls(
            id=text(raw, "Id"),
            tags=_references(raw, "RepoTags"),
            digests=_references(raw, "RepoDigests"),
            size=count(raw, "Size") or 0,
            created=instant(raw, "Created") or 0.0,
            labels=string_map(raw, "Labels"),
            containers=count(raw, "Containers"),
        )

    @property
    def short_id(self) -> str:
        return self.id.rpartition(":")[2][:SHORT_ID]

    @property
    def dangling(self) -> bool:
        """Whether it has no tag: `docker image prune` removes such images."""
        return not self.tags

    @property
    def name(self) -> str:
        """Its first tag, else the repository of its first digest, else "<none>"."""
        if self.tags:
            return self.tags[0]
        return self.digests[0].partition("@")[0] if self.digests else "<none>"


def _references(raw: Raw, key: str) -> tuple[str, ...]:
    """Return tags or digests; Engines before API 1.43 write "<none>:<none>" for none."""
    return tuple(sorted(name for name in strings(raw, key) if not name.startswith("<none>")))


class Network(NamedTuple):
    """A network as `GET /networks` lists it. `gateways` are those of `subnets`, "" for none."""

    id: str
    name: str
    driver: str
    scope: str
    created: float | None
    internal: bool
    attachable: bool
    ingress: bool
    ipv6: bool
    subnets: tuple[str, ...]
    gateways: tuple[str, ...]
    labels: Mapping[str, str]
    options: Mapping[str, str]

    @classmethod
    def from_json(cls, raw: Raw) -> Self:
        pools = mappings(mapping(raw, "IPAM"), "Config")
        return cls(
            id=text(raw, "Id"),
            name=text(raw, "Name"),
            driver=text(raw, "Driver"),
            scope=text(raw, "Scope"),
            created=instant(raw, "Created"),
            internal=flag(raw, "Internal"),
            attachable=flag(raw, "Attachable"),
            ingress=flag(raw, "Ingress"),
            ipv6=flag(raw, "EnableIPv6"),
            subnets=tuple(text(pool, "Subnet") for pool in pools),
            gateways=tuple(text(pool, "Gateway") for pool in pools),
            labels=string_map(raw, "Labels"),
            options=string_map(raw, "Options"),
        )

    @property
    def short_id(self) -> str:
        return self.id[:SHORT_ID]


class Volume(NamedTuple):
    """A volume as `GET /volumes` lists it; `size` and `ref_count` come from `system.df_volumes`."""

    name: str
    driver: str
    mountpoint: str
    created: float | None
    scope: str
    labels: Mapping[str, str]
    options: Mapping[str, str]
    size: int | None
    ref_count: int | None

    @classmethod
    def from_json(cls, raw: Raw) -> Self:
        used = mapping(raw, "UsageData")
        return cls(
            name=text(raw, "Name"),
            driver=text(raw, "Driver"),
            mountpoint=text(raw, "Mountpoint"),
            created=instant(raw, "CreatedAt"),
            scope=text(raw, "Scope"),
            labels=string_map(raw, "Labels"),
            options=string_map(raw, "Options"),
            size=count(used, "Size"),
            ref_count=count(used, "RefCount"),
        )


class Version(NamedTuple):
    """The Engine's version. `api` is the negotiated API version, `api_min` and `api_max` those it offers."""

    engine: str
    api: str
    api_min: str
    api_max: str
    os: str
    arch: str
    kernel: str
    podman: bool
    platform: str

    @classmethod
    def from_json(cls, raw: Raw, api: str = "") -> Self:
        """Parse a reply to `GET /version`. `api` is the negotiated version (`negotiation.negotiate`)."""
        components = [text(component, "Name") for component in mappings(raw, "Components")]
        return cls(
            engine=text(raw, "Version"),
            api=api or text(raw, "ApiVersion"),
            api_min=text(raw, "MinAPIVersion"),
            api_max=text(raw, "ApiVersion"),
            os=text(raw, "Os"),
            arch=text(raw, "Arch"),
            kernel=text(raw, "KernelVersion"),
            podman="Podman Engine" in components,
            platform=text(mapping(raw, "Platform"), "Name"),
        )

    def speaks(self, api: str) -> bool:
        """Whether the negotiated version is `api` (`1.44`) or newer."""
        return tuple(map(int, self.api.split("."))) >= tuple(map(int, api.split(".")))


class Event(NamedTuple):
    """An event. "health_status: healthy" is the action `health_status` with the detail `healthy`.

    `type` is the kind of object (container, image, network, volume…), `actor` its id (a volume's name); `time_ns` is in
    epoch nanoseconds by the Engine's clock.
    """

    type: str
    action: str
    detail: str
    actor: str
    attributes: Mapping[str, str]
    time_ns: int
    scope: str

    @classmethod
    def from_json(cls, raw: Raw) -> Self:
        action, _, detail = text(raw, "Action").partition(":")
        actor = mapping(raw, "Actor")
        return cls(
            type=text(raw, "Type"),
            action=action,
            detail=detail.removeprefix(" "),
            actor=text(actor, "ID"),
            attributes=string_map(actor, "Attributes"),
            time_ns=_moment(number(raw, "timeNano") or (number(raw, "time") or 0) * 1_000_000_000),
            scope=text(raw, "scope", "local"),
        )


def _moment(time_ns: int) -> int:
    """Clamp a time to the Engine's 64 bits; others cannot be shown."""
    return max(0, min(int(time_ns), (1 << 63) - 1))
