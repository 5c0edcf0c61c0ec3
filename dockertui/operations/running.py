"""Operations that make containers: from nothing, like another one, or anew in the place of one."""

from __future__ import annotations

from typing import Any

from dockertui.engine import container_calls as calls
from dockertui.engine import containers, images
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.models import Container
from dockertui.operations import run
from dockertui.operations.base import Context
from dockertui.operations.command import Command, Harm, Plan, Values
from dockertui.operations.containers import KIND
from dockertui.resources.world import World

_GROUP = "Containers"


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


async def _anew(engine: Engine, item: Any) -> Values:
    return {"name": run.new_name()}


def _recreate(item: Container, values: Values) -> Plan:
    made = run.plan(item, values)
    gone = calls.remove(item.id, force=True)
    return Plan((gone, *made.calls), ("rm", "--force", item.name, ";", *made.docker))


def _goes_with(item: Container, world: World, values: Values) -> list[str]:
    return [
        "removed, and made again from the form: what it wrote outside of volumes is lost",
        "its anonymous volumes stay behind; devices, capabilities and further networks are not taken over",
    ]


RUNNING: tuple[Command, ...] = (
    Command(
        "container.run", "Run a new container", "", ("c",), _GROUP, Context.OBJECT, "run", 3, "docker run create new",
        kind=KIND, on_object=False, ask=True, long=True, doing="starting", done="runs", options=run.OPTIONS,
        prepare=_anew, plan=run.plan,
    ),
    Command(
        "container.run_like", "Run another like this", "", (), _GROUP, Context.OBJECT, words="docker run clone copy",
        kind=KIND, many=False, ask=True, long=True, doing="starting", done="has another like it", options=run.OPTIONS,
        prepare=_another, plan=run.plan,
    ),
    Command(
        "container.recreate", "Recreate with changes", "", (), _GROUP, Context.OBJECT,
        words="docker run rm replace change",
        kind=KIND, many=False, ask=True, long=True, harm=Harm.DESTROYS, doing="recreating", done="recreated",
        options=run.OPTIONS, prepare=like, takes_along=_goes_with, plan=_recreate,
    ),
)  # fmt: skip
