"""Networks: columns, page, and the attached containers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from dockertui.engine.container_model import project_of
from dockertui.engine.fields import Reply
from dockertui.engine.models import Network
from dockertui.engine.networks import NETWORKS
from dockertui.resources import column_factories as column
from dockertui.resources import format
from dockertui.resources.base import Reference, Resource, Summary, facts, filled, labels, listing
from dockertui.resources.surroundings import Surroundings
from dockertui.resources.used_by import container_reference, running_first, use_count
from dockertui.widgets.columns import Cell, Column
from dockertui.widgets.page_lines import Field, Section

_PREDEFINED = frozenset({"bridge", "host", "none", "podman"})


class Networks(Resource[Network]):
    """What `docker network ls` lists."""

    title = "Networks"
    listing = NETWORKS
    actions = frozenset({"create", "destroy", "remove", "update", "prune"})
    busy_column = "members"
    has = frozenset({"references"})
    telling = ("members", True)
    plain = ("name", "driver", "subnets")

    def columns(self, surroundings: Surroundings) -> Sequence[Column[Network]]:
        def members(item: Network) -> int:
            return len(surroundings.containers_of_network(item.id, item.name))

        return (
            Column("name", "NAME", lambda item: item.name, lambda item: item.name.lower(), width=18),
            Column("members", "CONTAINERS", partial(_members, surroundings), members, width=10, priority=1),
            column.text("driver", "DRIVER", lambda item: item.driver, width=8, priority=2),
            Column("subnets", "SUBNET", lambda item: " ".join(item.subnets), lambda item: item.subnets, width=18,
                   priority=3),
            column.text("flags", "FLAGS", _flags, width=10, priority=4),
            column.dim("scope", "SCOPE", lambda item: item.scope, width=6, priority=5),
            column.age(surroundings, self.created, priority=6),
            column.short_id(priority=7),
        )  # fmt: skip

    def name(self, item: Network) -> str:
        return item.name or item.short_id

    def created(self, item: Network) -> float | None:
        return item.created

    def copies(self, item: Network) -> Iterable[tuple[str, str]]:
        yield from super().copies(item)
        yield from (("subnet", subnet) for subnet in item.subnets)
        yield from (("gateway", gateway) for gateway in item.gateways)

    def terms(self) -> Mapping[str, Callable[[Network], Iterable[str]]]:
        return {
            "name": lambda item: (item.name,),
            "id": lambda item: (item.id,),
            "driver": lambda item: (item.driver,),
            "scope": lambda item: (item.scope,),
            "state": lambda item: (_flags(item),),
            "subnets": lambda item: item.subnets,
            "label": labels,
        }

    def sections(self, item: Network, inspect: Reply, surroundings: Surroundings) -> list[Section]:
        return filled(
            Section("Network", facts(*_identity(item, inspect, surroundings))),
            Section("Addresses", _addresses(inspect)),
            Section("Containers", _member_fields(item, inspect, surroundings)),
            listing("Options", inspect.pairs("Options") or sorted(item.options.items())),
            listing("Labels", inspect.pairs("Labels") or sorted(item.labels.items())),
        )

    def references(self, item: Network, surroundings: Surroundings) -> list[Reference]:
        return [container_reference(member) for member in surroundings.containers_of_network(item.id, item.name)]

    def summary(self, items: Iterable[Network], surroundings: Surroundings) -> list[Summary]:
        unused = sum(
            not surroundings.containers_of_network(item.id, item.name) for item in items if item.name not in _PREDEFINED
        )
        return [Summary(f"{unused} unused", "dim")] if unused else []


def _members(surroundings: Surroundings, item: Network) -> Cell:
    members = surroundings.containers_of_network(item.id, item.name)
    return Cell("", "dim") if not members and item.name in _PREDEFINED else use_count(members)


def _flags(item: Network) -> str:
    flags = (
        ("internal", item.internal),
        ("attachable", item.attachable),
        ("ingress", item.ingress),
        ("IPv6", item.ipv6),
    )
    return " ".join(word for word, is_so in flags if is_so)


def _identity(item: Network, inspect: Reply, surroundings: Surroundings) -> list[Field | None]:
    return [
        Field("Name", item.name),
        Field("Id", item.id),
        Field("Driver", item.driver),
        Field("Scope", item.scope),
        Field("Internal", "yes: no way out of it" if item.internal else "no"),
        Field("Attachable", "yes" if item.attachable else "no"),
        Field("IPv6", "yes" if item.ipv6 else "no"),
        Field(
            "Created",
            format.moment(format.parse_time(inspect.text("Created")) or item.created, surroundings.clock()),
        ),
        Field("Project", project_of(item.labels)),
    ]


def _addresses(inspect: Reply) -> list[Field]:
    fields = []
    for pool in inspect.objects("IPAM", "Config"):
        lines = [
            f"gateway {pool.text('Gateway')}" if pool.text("Gateway") else "",
            f"from {pool.text('IPRange')}" if pool.text("IPRange") else "",
        ]
        fields.append(Field(pool.text("Subnet") or "subnet", [line for line in lines if line] or "no gateway"))
    return fields


def _member_fields(item: Network, inspect: Reply, surroundings: Surroundings) -> list[Field]:
    addresses = {
        id: " ".join(filter(None, (member.text("IPv4Address"), member.text("IPv6Address"))))
        for id, member in inspect.entries("Containers")
    }
    return [
        Field(
            member.name or member.short_id,
            addresses.get(member.id)
            or ("attached" if member.running else f"{member.state}: gets its address when it starts"),
            "" if member.running else "dim",
            ref=container_reference(member),
        )
        for member in running_first(surroundings.containers_of_network(item.id, item.name))
    ]
