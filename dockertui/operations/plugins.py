"""The forms and requests of the commands on plugins."""

from __future__ import annotations

from collections.abc import Mapping

from dockertui.engine import plugins as calls
from dockertui.engine.plugins import Plugin
from dockertui.operations.command_body import Body, FieldKind, Option, Plan, Values
from dockertui.operations.form_values import words
from dockertui.resources.surroundings import Surroundings


def _disable(item: Plugin, values: Values) -> Plan:
    force = values["force"]
    return Plan((calls.disable(item.name, force=force),), ("plugin", "disable", *words("--force", force), item.name))


def _users(item: Plugin, surroundings: Surroundings, values: Values) -> list[str]:
    """Return a line on the volumes and networks whose driver it is."""
    named = {item.name, item.name.removesuffix(":latest")}
    found = [
        f"{kind} {thing.name}"
        for kind in ("volume", "network")
        for thing in surroundings.mirror.objects(kind).values()
        if thing.driver in named
    ]
    return [f"is the driver of {', '.join(sorted(found))}"] if found else []


def _removed(item: Plugin, surroundings: Surroundings, values: Values) -> list[str]:
    return ["what it keeps is lost, and it can only be pulled again", *_users(item, surroundings, values)]


BODIES: Mapping[str, Body] = {
    "plugin.enable": Body(
        plan=lambda item, v: Plan((calls.enable(item.name),), ("plugin", "enable", item.name)),
    ),
    "plugin.disable": Body(
        plan=_disable, takes_along=_users, options=(Option("force", "Even while it is used", FieldKind.FLAG, False),),
    ),
    "plugin.remove": Body(
        plan=lambda item, v: Plan((calls.remove(item.name),), ("plugin", "rm", item.name)), takes_along=_removed,
    ),
}  # fmt: skip
