"""Operations that create containers: new, like another one, or recreated in place of one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dockertui.engine import containers, credentials, environment, images, networks, platforms
from dockertui.engine.call import Call
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import mapping, number, objects, strings, text
from dockertui.engine.models import Container
from dockertui.engine.progress import Heard
from dockertui.operations import client_defaults, dependents, exchange, run_form
from dockertui.operations.command_body import Body, FieldKind, Option, Plan, Values
from dockertui.operations.container_line import create_line, run_line
from dockertui.operations.exchange import Exchange, FoundContainer, Step, backward, forward, whole
from dockertui.operations.exchanging import Exchanger
from dockertui.operations.images import pulled
from dockertui.operations.marks import Ran, mark
from dockertui.operations.original import (
    Creation,
    Draft,
    Original,
    creation,
    draft,
    image_of,
    original_of,
    removes_itself,
    with_new_volumes,
    without_copies_of_what_is_unique,
)
from dockertui.operations.overlay import overlay
from dockertui.operations.told import told_of_recreate
from dockertui.resources.surroundings import Surroundings

_OF_COMPOSE = "com.docker.compose."
NEW_VOLUMES = Option("new_volumes", "New anonymous volumes", FieldKind.FLAG, False)


async def _recreated(engine: Engine, item: Container) -> Values:
    """Return the form's values to recreate a container. Raises EngineError."""
    original = await original_of(engine, item.id)
    if any(one.name == original.name for one in exchange.left_behind(await containers.ls(engine))):
        remedy = f"finish or undo it first, on {original.name}.dockertui-…"
        raise EngineError(ErrorKind.CONFLICT, f"a recreate of {original.name} was left half done", remedy)
    values = run_form.values_of(original.inspect, original.image)
    return {**values, "original": original, "before": values}


async def _another(engine: Engine, item: Container) -> Values:
    """Return the form's values for a container like another, without the labels by which Compose would adopt it."""
    original = await original_of(engine, item.id)
    values = run_form.values_of(original.inspect, original.image)
    labels = tuple(label for label in values["labels"] if not label.startswith(_OF_COMPOSE))
    return {**values, "original": original, "before": values, "name": run_form.new_name(), "labels": labels}


async def _with_image(engine: Engine, values: Values) -> Values:
    """Add a pull of the image if the Engine lacks it, as `docker run` does. Raises EngineError."""
    image = await image_of(engine, values["image"])
    if not image:
        headers, why = await credentials.header(values["image"], environment.own())
        return {**values, "pull": headers, "note": why and f"without credentials: {why}"}
    return {**values, "image_id": text(image, "Id")}


async def _completed(engine: Engine, values: Values) -> Values:
    """Add the image and the container's dependents, and check that its new name is free. Raises EngineError."""
    original = await _as_it_is(engine, values["original"])
    if values["name"] != original.name:
        await _check_free(engine, values["name"])
    users = await dependents.of(engine, text(original.inspect, "Id"), original.name)
    added = (await client_defaults.with_proxies(engine, {}))["proxies"]
    return {**await _with_image(engine, values), "original": original, "dependents": users, "cli_adds": added}


async def _as_it_is(engine: Engine, original: Original) -> Original:
    """Return the container's present state: the form may have been open for long, or an earlier attempt changed it.

    Raises EngineError when it is gone, or was renamed.
    """
    now = original._replace(inspect=await containers.inspect(engine, text(original.inspect, "Id")))
    if now.name != original.name:
        message = f"{original.name} is called {now.name} by now"
        raise EngineError(ErrorKind.CONFLICT, message, "leave this form, and look what became of it")
    return now


async def _check_free(engine: Engine, name: str) -> None:
    """Raise EngineError when a container has the name: better now than after the old one has stopped."""
    if any(name in container.names for container in await containers.ls(engine)):
        message = f"The container name {name!r} is already in use"
        raise EngineError(ErrorKind.CONFLICT, message, "choose another name, or remove or rename that container", 409)


async def _new(engine: Engine, values: Values) -> Values:
    """Add what `docker run` adds. Raises EngineError."""
    return await client_defaults.with_proxies(engine, await _with_image(engine, values))


def _defaults(item: Any) -> Values:
    return {"name": run_form.new_name(), "platform": client_defaults.platform()}


def _told(replies: Any) -> str:
    """Return messages on the pulled image and on the Engine's warnings."""
    found = [(pulled(reply), *strings(reply, "Warnings")) for reply in objects(replies)]
    return "; ".join(text for texts in found for text in texts if text)


def _pull(values: Values) -> tuple[Call, ...]:
    return (images.pull(values["image"], values.get("platform", ""), values["pull"]),) if "pull" in values else ()


def _create(name: str, made: Creation, values: Values) -> Call:
    platform = values.get("platform", "")
    return containers.create(name, made.body, platforms.normal(platform) if platform else None)


def _run(item: Any, values: Values) -> Plan:
    plan = run_form.plan(item, values)
    pulls = len(plan.calls) - 2
    return replace(plan, left=_left(values["name"], pulls), undo=_undo(pulls))


def _left(name: str, pulls: int) -> Any:
    """Return a Plan's `left`: what remains of a failed run."""

    def left(done: int, perhaps: bool) -> str:
        if done > pulls:
            return f"{name} was created and not started: start it once that is mended, or remove it"
        return f"{name} may have been created" if done == pulls and perhaps else ""

    return left


def _undo(pulls: int) -> Callable[[Sequence[Any]], Call | None]:
    """Return a Plan's `undo`, which removes a container that was created but failed to start, to free its name.

    Nothing ever ran in it. Not by force: if it runs after all it stays.
    """
    return lambda replies: containers.remove(text(replies[pulls], "Id"), volumes=True) if len(replies) > pulls else None


def _draft(values: Values) -> Draft:
    """Return the draft of the original container with the form's changes."""
    wanted = draft(values["original"])
    if values.get("new_volumes"):
        with_new_volumes(wanted)
    overlay(wanted, values["before"], values)
    return wanted


def _run_like(item: Container, values: Values) -> Plan:
    original: Original = values["original"]
    wanted = _draft(values)
    without_copies_of_what_is_unique(wanted, original.name)
    wanted.config["Env"] = client_defaults.variables(strings(wanted.config, "Env"), values.get("proxies", {}))
    made, name = creation(wanted, several=original.several), values["name"]
    line = run_line(wanted, values, original.info)
    pull = _pull(values)
    requests = (*pull, _create(name, made, values), *_connections(made, name), containers.start(name))
    return Plan(requests, line.words, unsaid=line.unsaid, left=_left(name, len(pull)),
                undo=_undo(len(pull)), note=values.get("note", ""))  # fmt: skip


def _connections(made: Creation, name: str) -> Sequence[Call]:
    """Return the requests between creation and start."""
    gone = (networks.disconnect(made.disconnect, name),) if made.disconnect else ()
    return (*gone, *(networks.connect_as(network, name, place) for network, place in made.connects.items()))


def exchange_of(original: Original, wanted: str) -> Exchange:
    """Return the exchange of a container for one named `wanted`."""
    ran = exchange.stands(text(mapping(original.inspect, "State"), "Status"))
    old = FoundContainer(text(original.inspect, "Id"), original.name, ran)
    leaves = removes_itself(original.inspect) and ran is not Ran.STOPPED
    policy = "" if ran is Ran.STOPPED or original.podman else _restarts(original.inspect)
    return Exchange(original.name, wanted, ran, old, None, leaves, thaws=original.podman, policy=policy)


def _restarts(inspect: Mapping[str, Any]) -> str:
    """Return the restart policy by which a restarted Engine starts even a stopped container, or ""."""
    policy = mapping(mapping(inspect, "HostConfig"), "RestartPolicy")
    name, most = text(policy, "Name"), number(policy, "MaximumRetryCount")
    if name not in ("always", "on-failure"):
        return ""
    return f"{name}:{most}" if most else name


def _recreate(item: Container, values: Values) -> Plan:
    """Create the new container first, and remove the old one once the new one is running stably.

    It gets no variables that the old one lacks; the line says that the docker command adds some.
    """
    original: Original = values["original"]
    wanted = _draft(values)
    made = creation(wanted, several=original.several)
    it = exchange_of(original, values["name"])
    name = it.part_name if made.connects or made.disconnect else it.new_name
    pull, create, after = _pull(values), _create(name, made, values), _connections(made, name)
    said = {**values, "name": name, "proxies": values.get("cli_adds", {})}
    line = create_line(wanted, said, original.info)
    steps = [*([whole(it)] if after else []), *forward(_with_new(it))]
    docker = (*line.words, *(word for step in steps for word in (";", *step.docker)))

    async def go(engine: Engine, heard: Heard) -> str:
        return await Exchanger(engine, heard, it).recreate(pull, create, after)

    requests = (*pull, create, *after, *(step.call for step in steps))
    return Plan(requests, docker, run=go, unsaid=line.unsaid, note=values.get("note", ""))


def _with_new(it: Exchange) -> Exchange:
    """Return the exchange's state once the new container is created."""
    new = FoundContainer(it.new_name, it.new_name, Ran.STOPPED)
    return replace(it, new=new)


def _goes_with(item: Container, surroundings: Surroundings, values: Values) -> list[str]:
    return told_of_recreate(item, values["original"], _draft(values), values)


# recreates left half done


async def _left_behind(engine: Engine, item: Container) -> Exchange:
    """Return the exchange that a container's name marks. Raises EngineError when it is already over."""
    marked = mark(item.name)
    for it in exchange.left_behind(await containers.ls(engine)):
        if marked is not None and (it.name, it.ran, it.policy) == (marked.name, marked.ran, marked.policy):
            return replace(it, thaws=engine.version is not None and engine.version.podman)
    raise EngineError(ErrorKind.NOT_FOUND, f"no recreate was left half done with {item.name}")


async def _to_finish(engine: Engine, item: Container) -> Values:
    it = await _left_behind(engine, item)
    if it.new is None or it.partial:
        why = "was not made" if it.partial else "was not made, or has another name"
        raise EngineError(ErrorKind.NOT_FOUND, f"the new {it.name} {why}: the recreate can only be undone")
    return {"exchange": it, "steps": forward(it)}


async def _to_undo(engine: Engine, item: Container) -> Values:
    it = await _left_behind(engine, item)
    if it.old is None:
        raise EngineError(ErrorKind.NOT_FOUND, f"the old {it.name} is gone: the recreate can only be finished")
    return {"exchange": it, "steps": backward(it)}


def _ending(go: Callable[[Exchanger], Awaitable[str]]) -> Callable[[Any, Values], Plan]:
    """Return a plan function that ends an exchange, forward or backward."""

    def plan(item: Container, values: Values) -> Plan:
        async def end(engine: Engine, heard: Heard) -> str:
            return await go(Exchanger(engine, heard, values["exchange"]))

        steps: Sequence[Step] = values["steps"]
        docker = tuple(word for step in steps for word in (";", *step.docker))[1:]
        return Plan(tuple(step.call for step in steps), docker, run=end)

    return plan


def _told_of_finish(item: Container, surroundings: Surroundings, values: Values) -> list[str]:
    old = values["exchange"].old
    back = [f"if the new one does not hold, {old.name} is put back as it was"] if old is not None else []
    return [*back, *_told_of_ending(item, surroundings, values)]


def _told_of_ending(item: Container, surroundings: Surroundings, values: Values) -> list[str]:
    steps: Sequence[Step] = values["steps"]
    removes = any(step.docker[0] == "rm" for step in steps)
    lost = ["what the removed one wrote outside of volumes is lost"] if removes else []
    other = "if another program is recreating it at this moment, leave it alone"
    return [*(step.says for step in steps), *lost, other]


def _told_of_undo(item: Container, surroundings: Surroundings, values: Values) -> list[str]:
    beside = "if the new one was given another name it stays, and may run: stop it first"
    return [*([beside] if values["exchange"].new is None else []), *_told_of_ending(item, surroundings, values)]


BODIES: Mapping[str, Body] = {
    "container.run": Body(
        options=run_form.OPTIONS, defaults=_defaults, check=run_form.check, complete=_new, plan=_run, outcome=_told,
    ),
    "container.run_like": Body(
        options=run_form.OPTIONS, prepare=_another, check=run_form.check, complete=_new, plan=_run_like, outcome=_told,
    ),
    "container.recreate": Body(
        options=(*run_form.OPTIONS, NEW_VOLUMES), prepare=_recreated, check=run_form.check, complete=_completed,
        takes_along=_goes_with, plan=_recreate,
    ),
    "container.recreate_finish": Body(
        prepare=_to_finish, takes_along=_told_of_finish, plan=_ending(Exchanger.go_on),
    ),
    "container.recreate_undo": Body(
        prepare=_to_undo, takes_along=_told_of_undo, plan=_ending(Exchanger.go_back),
    ),
}  # fmt: skip
