"""The forms and requests of the commands on volumes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dockertui.engine import volumes as calls
from dockertui.engine.models import Volume
from dockertui.operations import form_values, prune_estimate
from dockertui.operations.command_body import Body, FieldKind, Option, Plan, Values
from dockertui.operations.commands import prunes_named
from dockertui.operations.containers import freed
from dockertui.operations.form_values import LABELS, filter_words, filters, words
from dockertui.resources import format
from dockertui.resources.surroundings import Surroundings

KIND = "volume"


def _users(item: Volume, surroundings: Surroundings, values: Values) -> list[str]:
    users = surroundings.containers_of_volume(item.name)
    told = ["all that is in it is lost"]
    if size := surroundings.size(KIND, item.name):
        told = [f"all that is in it is lost: {format.size(size.own)}"]
    if users:
        names = ", ".join(sorted(user.name for user in users))
        told.append(f"used by {format.plural(len(users), 'container')} ({names}): the Engine will refuse")
    return told


def _create(item: Any, values: Values) -> Plan:
    body = {
        "Name": values["name"],
        "Driver": values["driver"] or "local",
        **{
            key: form_values.mapping(values[id])
            for key, id in (("DriverOpts", "options"), ("Labels", "labels"))
            if values[id]
        },
    }
    docker = (
        *words("--driver", values["driver"]),
        *words("--opt", values["options"]),
        *words("--label", values["labels"]),
        *words("--name", values["name"]),
    )
    return Plan((calls.create(body),), ("volume", "create", *docker))


def _prune(item: None, values: Values) -> Plan:
    wanted = filters(values)
    return Plan((calls.prune(wanted),), ("volume", "prune", "--force", *filter_words(wanted)))


def _prune_all(item: None, values: Values) -> Plan:
    wanted = filters(values)
    docker = ("volume", "prune", "--force", "--all", *filter_words(wanted))
    return Plan((calls.prune({**wanted, "all": ["true"]}),), docker)


def _unused(item: None, surroundings: Surroundings, values: Values, *, anonymous: bool) -> list[str]:
    volumes: list[Volume] = list(surroundings.mirror.objects(KIND).values())
    doomed = [
        v.name for v in volumes if not surroundings.containers_of_volume(v.name) and (not anonymous or _anonymous(v))
    ]
    among = "of " if values.get("labels") else ""
    space = prune_estimate.told(values, KIND, doomed)
    names = ", ".join(sorted(name[:12] if _hex(name) else name for name in doomed)) or "none"
    return [f"{among}{format.plural(len(doomed), 'volume')} with all that is in them{space}: {names}"]


def pruned(item: None, surroundings: Surroundings, values: Values) -> list[str]:
    """List the volumes; Engines before API 1.42, and Podman, do not tell anonymous volumes from others."""
    version = surroundings.mirror.version
    if version is None or not prunes_named(version):
        return _unused(item, surroundings, values, anonymous=True)
    whose = "Podman" if version.podman else f"an Engine of API {version.api}"
    return [*_unused(item, surroundings, values, anonymous=False), f"{whose} removes named ones, too"]


def _hex(name: str) -> bool:
    return len(name) == 64 and not set(name) - set("0123456789abcdef")


def _anonymous(volume: Volume) -> bool:
    """Decide as the Engine does from API 1.42 on: one that an older Engine created has no label, and stays."""
    return "com.docker.volume.anonymous" in volume.labels


BODIES: Mapping[str, Body] = {
    "volume.create": Body(
        plan=_create,
        options=(
            Option("name", "Name", hint="empty: the Engine makes one up", check=form_values.name),
            Option("driver", "Driver", hint="local by default", check=form_values.driver),
            Option("options", "Driver options", FieldKind.WORDS, (), hint="type=nfs device=…", check=form_values.pairs),
            Option("labels", "Labels", FieldKind.WORDS, (), hint="name=value …", check=form_values.labels),
        ),
    ),
    "volume.remove": Body(
        takes_along=_users, options=(Option("force", "Even if its driver fails", FieldKind.FLAG, False),),
        plan=lambda item, v: Plan(
            (calls.remove(item.name, force=v["force"]),), ("volume", "rm", *words("--force", v["force"]), item.name)
        ),
    ),
    "volume.prune": Body(
        options=(LABELS,), prepare=prune_estimate.measured(KIND), takes_along=pruned, plan=_prune,
        outcome=lambda reply: freed(reply, "VolumesDeleted", "volume"),
    ),
    "volume.prune_all": Body(
        options=(LABELS,), prepare=prune_estimate.measured(KIND),
        takes_along=lambda item, surroundings, v: _unused(item, surroundings, v, anonymous=False), plan=_prune_all,
        outcome=lambda reply: freed(reply, "VolumesDeleted", "volume"),
    ),
}  # fmt: skip
