"""The forms and requests of the commands on images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dockertui.engine import credentials, environment
from dockertui.engine import images as calls
from dockertui.engine.client import Engine
from dockertui.engine.fields import text
from dockertui.engine.models import Image
from dockertui.operations import client_defaults, form_values
from dockertui.operations.command_body import Body, FieldKind, Option, Plan, Values
from dockertui.operations.containers import freed
from dockertui.operations.form_values import LABELS, UNTIL, filter_words, filters, words
from dockertui.resources import format
from dockertui.resources.surroundings import Surroundings

KIND = "image"


def references(item: Image) -> tuple[str, ...]:
    """Return an image's names: its tags; without any, its id."""
    return item.tags or (item.id,)


def _remove(item: Image, values: Values) -> Plan:
    force, keep = values["force"], values["keep_parents"]
    gone = references(item)
    return Plan(
        tuple(calls.remove(name, force=force, prune=not keep) for name in gone),
        ("image", "rm", *words("--force", force), *words("--no-prune", keep), *gone),
        left=lambda done, perhaps: f"removed by then: {', '.join(gone[:done])}" if done else "",
    )


def _goes_with(item: Image, surroundings: Surroundings, values: Values) -> list[str]:
    users = surroundings.containers_of_image(item.id)
    told = [f"all its tags: {', '.join(item.tags)}"] if len(item.tags) > 1 else []
    if users:
        names = ", ".join(sorted(user.name for user in users))
        fate = "lose their image's name" if values.get("force") else "the Engine will refuse without force"
        told.append(f"used by {format.plural(len(users), 'container')} ({names}): {fate}")
    return [*told, f"{format.size(item.size)}, as far as no other image shares it"]


def _tag(item: Image, values: Values) -> Plan:
    source, new = references(item)[0], values["reference"]
    return Plan((calls.tag(item.id, new),), ("tag", source, new))


def _untag(item: Image, values: Values) -> Plan:
    return Plan((calls.remove(values["reference"]),), ("rmi", values["reference"]))


def _first_tag(item: Image) -> Values:
    return {"reference": item.tags[0] if item and item.tags else ""}


def _pull(item: Any, values: Values) -> Plan:
    name, platform = values["reference"], values["platform"]
    call = calls.pull(name, platform, values.get("headers", {}))
    docker = ("pull", *client_defaults.platform_words(platform), name)
    return Plan((call,), docker, note=values.get("note", ""))


def _pull_defaults(item: Image | None) -> Values:
    return {"reference": item.tags[0] if item and item.tags else "", "platform": client_defaults.platform()}


async def _logged_in(engine: Engine, values: Values) -> Values:
    """Add the registry's credentials; if they cannot be read, note that and go on without them, as the CLI does."""
    headers, why = await credentials.header(values["reference"], environment.own())
    return {**values, "headers": headers, "note": why and f"without credentials: {why}"}


def _push(item: Image, values: Values) -> Plan:
    name = values["reference"]
    return Plan((calls.push(name, values.get("headers", {})),), ("push", name), note=values.get("note", ""))


def _prune(item: None, values: Values) -> Plan:
    unused = values["unused"]
    wanted = filters(values)
    sent = {**wanted, "dangling": ["false" if unused else "true"]}
    return Plan((calls.prune(sent),), ("image", "prune", "--force", *words("--all", unused), *filter_words(wanted)))


def pruned(item: None, surroundings: Surroundings, values: Values) -> list[str]:
    images: list[Image] = list(surroundings.mirror.objects(KIND).values())
    unused = [image for image in images if not surroundings.containers_of_image(image.id)]
    doomed = unused if values.get("unused") else [image for image in unused if image.dangling]
    among = "of " if values.get("until") or values.get("labels") else ""
    total = format.size(sum(image.size for image in doomed))
    names = f": {', '.join(sorted(image.name for image in doomed))}" if values.get("unused") else ""
    return [f"{among}{format.plural(len(doomed), 'image')}, {total} as far as nothing shares it{names}"]


def pulled(reply: Any) -> str:
    """Return `Downloaded newer image for nginx:1`, or that it is up to date."""
    return text(reply, "status").removeprefix("Status: ") if isinstance(reply, dict) else ""


BODIES: Mapping[str, Body] = {
    "image.pull": Body(
        options=(
            Option("reference", "Image", hint="[registry/]name[:tag]", required=True, check=form_values.reference),
            Option("platform", "Platform", hint="linux/arm64; empty: the Engine's own", check=form_values.platform),
        ),
        defaults=_pull_defaults, complete=_logged_in, plan=_pull, outcome=pulled,
    ),
    "image.push": Body(
        options=(Option("reference", "Name", FieldKind.CHOICE, required=True, choices_of=lambda item: item.tags),),
        defaults=_first_tag, complete=_logged_in, plan=_push,
    ),
    "image.remove": Body(
        takes_along=_goes_with, plan=_remove,
        options=(
            Option("force", "Even if containers use it", FieldKind.FLAG, False),
            Option("keep_parents", "Keep its parents without a name", FieldKind.FLAG, False),
        ),
    ),
    "image.tag": Body(
        options=(Option("reference", "New name", hint="name:tag", required=True, check=form_values.new_reference),),
        defaults=lambda item: {"reference": item.tags[0] if item and item.tags else ""}, plan=_tag,
    ),
    "image.untag": Body(
        options=(Option("reference", "Tag", FieldKind.CHOICE, required=True, choices_of=lambda item: item.tags),),
        defaults=_first_tag, plan=_untag,
    ),
    "image.prune": Body(
        options=(Option("unused", "Those with a tag, too", FieldKind.FLAG, False), UNTIL, LABELS),
        takes_along=pruned, plan=_prune, outcome=lambda reply: freed(reply, "ImagesDeleted", "layer or tag"),
    ),
}  # fmt: skip
