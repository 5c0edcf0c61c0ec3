"""Operations that make containers: from nothing, like another one, or anew in the place of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dockertui.engine import container_calls as calls
from dockertui.engine import containers, credentials, environment, images
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import objects, strings
from dockertui.engine.models import Container
from dockertui.operations import client_defaults, run
from dockertui.operations.body import Body, Plan, Values
from dockertui.operations.images import pulled
from dockertui.resources.world import World


async def like(engine: Engine, item: Container) -> Values:
    """What the form holds for a container like this one. Raises EngineError."""
    inspect = await containers.inspect(engine, item.id)
    try:
        image = await images.inspect(engine, str(inspect.get("Image") or item.image))
    except EngineError as error:
        if error.kind is not ErrorKind.NOT_FOUND:
            raise
        image = {}  # gone: what it brought is then taken for the container's own
    return run.values_of(inspect, image)


async def _another(engine: Engine, item: Container) -> Values:
    return {**await like(engine, item), "name": run.new_name()}


async def _with_image(engine: Engine, values: Values) -> Values:
    """An image that the Engine does not have is pulled first, as `docker run` does it. Raises EngineError."""
    try:
        await images.inspect(engine, values["image"])
    except EngineError as error:
        if error.kind is not ErrorKind.NOT_FOUND:
            raise
        headers, why = await credentials.header(values["image"], environment.own())
        return {**values, "pull": headers, "note": why and f"without credentials: {why}"}
    return values


async def _new(engine: Engine, values: Values) -> Values:
    """What `docker run` adds. Raises EngineError."""
    return await client_defaults.with_proxies(engine, await _with_image(engine, values))


def _defaults(item: Any) -> Values:
    return {"name": run.new_name(), "platform": client_defaults.platform()}


def _told(replies: Any) -> str:
    """That an image was pulled, and what the Engine warns of."""
    found = [(pulled(reply), *strings(reply, "Warnings")) for reply in objects(replies)]
    return "; ".join(text for texts in found for text in texts if text)


def _recreate(item: Container, values: Values) -> Plan:
    """The old one is removed when the image is there, and not before."""
    made = run.plan(item, values)
    *pull, create, start = made.calls
    gone = calls.remove(item.id, force=True)
    return Plan((*pull, gone, create, start), ("rm", "--force", item.name, ";", *made.docker), note=made.note)


def _goes_with(item: Container, world: World, values: Values) -> list[str]:
    return [
        "removed, and made again from the form: what it wrote outside of volumes is lost",
        "its anonymous volumes stay behind; devices, capabilities and further networks are not taken over",
    ]


BODIES: Mapping[str, Body] = {
    "container.run": Body(
        options=run.OPTIONS, defaults=_defaults, check=run.check, complete=_new, plan=run.plan, outcome=_told,
    ),
    "container.run_like": Body(
        options=run.OPTIONS, prepare=_another, check=run.check, complete=_new, plan=run.plan, outcome=_told,
    ),
    "container.recreate": Body(
        options=run.OPTIONS, prepare=like, check=run.check, complete=_with_image, takes_along=_goes_with,
        plan=_recreate, outcome=_told,
    ),
}  # fmt: skip
