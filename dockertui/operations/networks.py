"""The forms and requests of the commands on networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from dockertui.engine import networks as calls
from dockertui.engine.fields import strings, text
from dockertui.engine.models import Container, Network
from dockertui.operations import form_values
from dockertui.operations.command_body import Body, FieldKind, InvalidValue, Option, Plan, Values
from dockertui.operations.commands import OWN_NETWORKS
from dockertui.operations.containers import freed
from dockertui.operations.form_values import LABELS, UNTIL, filter_words, filters, words
from dockertui.resources import format
from dockertui.resources.surroundings import Surroundings

KIND = "network"
_LABELS = Option("labels", "Labels", FieldKind.WORDS, (), hint="name=value …", check=form_values.labels)
_CONTAINER = Option("container", "Container", hint="name or id", required=True)


def _members(item: Network, surroundings: Surroundings, values: Values) -> list[str]:
    members = surroundings.containers_of_network(item.id, item.name)
    if not members:
        return ["no container is in it"]
    names = ", ".join(sorted(member.name for member in members))
    return [f"in use by {format.plural(len(members), 'container')} ({names}): the Engine refuses if one of them runs"]


def _create(item: Any, values: Values) -> Plan:
    body: dict[str, Any] = {
        "Name": values["name"],
        "CheckDuplicate": True,
        "Driver": values["driver"] or "bridge",
        "Internal": values["internal"],
        "Attachable": values["attachable"],
        "EnableIPv6": values["ipv6"],
        "IPAM": {"Driver": "default", "Options": {}, "Config": pools(values["subnet"], values["gateway"])},
        "Options": form_values.mapping(values["options"]),
        "Labels": form_values.mapping(values["labels"]),
    }
    flags = {"internal": "--internal", "attachable": "--attachable", "ipv6": "--ipv6"}
    docker = (
        *words("--driver", values["driver"]),
        *words("--subnet", values["subnet"]),
        *words("--gateway", values["gateway"]),
        *(word for key, flag in flags.items() for word in words(flag, values[key])),
        *words("--opt", values["options"]),
        *words("--label", values["labels"]),
    )
    return Plan((calls.create(body),), ("network", "create", *docker, values["name"]))


def _apart(values: Values) -> None:
    """Raise InvalidValue for overlapping subnets, which the docker command refuses."""
    nets = [ip_network(subnet) for subnet in values["subnet"]]
    for at, one in enumerate(nets):
        for other in nets[:at]:
            if one.version == other.version and one.overlaps(other):
                raise InvalidValue(f"{other} and {one} overlap", "subnet")


def pools(subnets: Sequence[str], gateways: Sequence[str]) -> list[dict[str, str]]:
    """Return the address pools of a network: each gateway with the subnet it is in, as the CLI does."""
    found: list[dict[str, str]] = [{"Subnet": subnet} for subnet in subnets]
    for gateway in gateways:
        inside = [pool for pool in found if ip_address(gateway) in ip_network(pool.get("Subnet", gateway))]
        if inside:
            inside[0]["Gateway"] = gateway
        else:
            found.append({"Gateway": gateway})  # the Engine will report what is wrong with it
    return found


def connect_plan(network: Network, values: Values) -> Plan:
    """Return the plan that attaches a container to a network."""
    call = calls.connect(
        network.id, values["container"], aliases=values["aliases"], ip=values["ip"], ip6=values.get("ip6", "")
    )
    docker = (*words("--alias", values["aliases"]), *words("--ip", values["ip"]), *words("--ip6", values["ip6"]))
    return Plan((call,), ("network", "connect", *docker, network.name, values["container"]))


def _disconnect(item: Network, values: Values) -> Plan:
    force, container = values["force"], values["container"]
    docker = ("network", "disconnect", *words("--force", force), item.name, container)
    return Plan((calls.disconnect(item.id, container, force=force),), docker)


def _prune(item: None, values: Values) -> Plan:
    wanted = filters(values)
    return Plan((calls.prune(wanted),), ("network", "prune", "--force", *filter_words(wanted)))


def pruned(item: None, surroundings: Surroundings, values: Values) -> list[str]:
    networks: list[Network] = list(surroundings.mirror.objects(KIND).values())
    unused = [n.name for n in networks if n.name not in OWN_NETWORKS and not _running_members(n, surroundings)]
    among = "of " if values.get("until") or values.get("labels") else ""
    return [f"{among}{format.plural(len(unused), 'network')} without containers: {', '.join(sorted(unused)) or 'none'}"]


def _running_members(network: Network, surroundings: Surroundings) -> list[Container]:
    return [member for member in surroundings.containers_of_network(network.id, network.name) if member.running]


def _created(reply: Any) -> str:
    return (text(reply, "Warning") or "; ".join(strings(reply, "Warnings"))) if isinstance(reply, dict) else ""


BODIES: Mapping[str, Body] = {
    "network.create": Body(
        check=_apart, plan=_create, outcome=_created,
        options=(
            Option("name", "Name", required=True, check=form_values.network_name),
            Option("driver", "Driver", hint="bridge by default; macvlan, ipvlan, overlay …", check=form_values.driver),
            Option(
                "subnet", "Subnets", FieldKind.WORDS, (), hint="172.30.0.0/16 fd00:30::/64; empty: the Engine chooses",
                check=form_values.each(form_values.subnet),
            ),
            Option(
                "gateway", "Gateways", FieldKind.WORDS, (), hint="172.30.0.1",
                check=form_values.each(form_values.address),
            ),
            Option("internal", "Internal: no way out", FieldKind.FLAG, False),
            Option("attachable", "Attachable (overlay)", FieldKind.FLAG, False),
            Option("ipv6", "IPv6", FieldKind.FLAG, False),
            Option("options", "Driver options", FieldKind.WORDS, (), hint="name=value …", check=form_values.pairs),
            _LABELS,
        ),
    ),
    "network.remove": Body(
        takes_along=_members, plan=lambda item, v: Plan((calls.remove(item.id),), ("network", "rm", item.name)),
    ),
    "network.connect": Body(
        plan=connect_plan,
        options=(
            _CONTAINER,
            Option("aliases", "Further names", FieldKind.WORDS, (), hint="alias …"),
            Option("ip", "IPv4 address", hint="empty: any of the subnet", check=form_values.address),
            Option("ip6", "IPv6 address", check=form_values.address),
        ),
    ),
    "network.disconnect": Body(
        options=(_CONTAINER, Option("force", "By force", FieldKind.FLAG, False)), plan=_disconnect,
        takes_along=lambda item, surroundings, v: [f"{v['container']} can no longer be reached in it"],
    ),
    "network.prune": Body(
        options=(UNTIL, LABELS), takes_along=pruned, plan=_prune,
        outcome=lambda reply: freed(reply, "NetworksDeleted", "network"),
    ),
}  # fmt: skip
