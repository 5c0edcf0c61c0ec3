"""Operations on the Engine as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dockertui.engine import containers as container_calls
from dockertui.engine import images as image_calls
from dockertui.engine import networks as network_calls
from dockertui.engine import system as system_calls
from dockertui.engine import volumes as volume_calls
from dockertui.engine.fields import number, objects
from dockertui.operations import containers, images, networks, prune_estimate, volumes
from dockertui.operations.command_body import Body, FieldKind, Option, Plan, Values
from dockertui.operations.form_values import words
from dockertui.resources import format
from dockertui.resources.surroundings import Surroundings

KIND = "system"


def _prune(item: None, values: Values) -> Plan:
    """Prune in the order of `docker system prune`: users before what they use."""
    calls = [container_calls.prune({}), network_calls.prune({})]
    kinds = ["containers", "networks"]
    if values["volumes"]:
        calls.append(volume_calls.prune({}))
        kinds.append("volumes")
    kinds.append("images")
    calls.append(image_calls.prune({"dangling": ["false" if values["unused"] else "true"]}))
    if not values.get("podman"):  # which has no build cache
        calls.append(system_calls.prune_build_cache(all=values["unused"]))
    flags = (*words("--all", values["unused"]), *words("--volumes", values["volumes"]))
    return Plan(
        tuple(calls),
        ("system", "prune", "--force", *flags),
        left=lambda done, perhaps: f"pruned by then: {', '.join(kinds[:done])}" if done else "",
    )


def _pruned(item: None, surroundings: Surroundings, values: Values) -> list[str]:
    filters = {"until": "", "labels": (), **values}
    cache = values.get("measured", {}).get(prune_estimate.CACHE, {})
    told = [
        *containers.pruned(item, surroundings, filters),
        *networks.pruned(item, surroundings, filters),
        *images.pruned(item, surroundings, filters),
        *([] if values.get("podman") else [f"build cache{prune_estimate.told(values, prune_estimate.CACHE, cache)}"]),
    ]
    return [*told, *volumes.pruned(item, surroundings, filters)] if values["volumes"] else told


def freed(replies: Any) -> str:
    """Return the total space freed."""
    return f"{format.size(sum(number(reply, 'SpaceReclaimed') or 0 for reply in objects(replies)))} freed"


BODIES: Mapping[str, Body] = {
    "system.prune": Body(
        options=(
            Option("unused", "All unused images, not just dangling ones", FieldKind.FLAG, False),
            Option("volumes", "Unused volumes, too", FieldKind.FLAG, False),
        ),
        prepare=prune_estimate.measured(), takes_along=_pruned, plan=_prune, outcome=freed,
    ),
}  # fmt: skip
