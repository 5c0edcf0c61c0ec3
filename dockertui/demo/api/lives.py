"""Start, stop, restart, kill, pause, rename and wait: what changes a container's state."""

import asyncio

from aiohttp import web

from dockertui.demo.api.call import Call, Route, Stream, empty
from dockertui.demo.world import lifecycle
from dockertui.demo.world.objects import Container
from dockertui.demo.world.refusal import Unchanged, invalid

_GRACE = 10
"""Seconds between SIGTERM and SIGKILL when neither the request nor the container says otherwise."""
_OBEDIENT = 0.15
"""Seconds that an obedient process takes to end."""


async def start(call: Call) -> web.StreamResponse:
    lifecycle.start(call.host, _container(call))
    return empty()


async def stop(call: Call) -> web.StreamResponse:
    await _stop(call, _container(call))
    return empty()


async def _stop(call: Call, container: Container) -> None:
    """SIGTERM, the grace (skipped on a frozen host), the end. A restarting container just stays stopped."""
    host = call.host
    if not container.running:
        raise Unchanged
    if container.state == "restarting":
        container.state, container.start_due = "exited", None
        container.touch()
        host.tell(container, "stop")
        return
    lifecycle.tell_killed(host, container, _stop_signal(call, container))
    begun = container.started
    if host.live:
        await asyncio.sleep(_OBEDIENT if lifecycle.obeys(container) else _grace(call, container))
    # Meanwhile it may have ended, been killed or been removed by another.
    if container.running and container.started == begun and container.id in host.containers:
        lifecycle.finish_stop(host, container)


def _grace(call: Call, container: Container) -> int:
    given = call.integer("t")
    own = container.config.get("StopTimeout")
    grace = given if given is not None else own if isinstance(own, int) else _GRACE
    return grace if grace >= 0 else 3600


def _stop_signal(call: Call, container: Container) -> int:
    name = call.text("signal") or container.config.get("StopSignal") or "SIGTERM"
    try:
        return lifecycle.signal_number(name)
    except ValueError:
        raise invalid(f"invalid signal: {name}") from None


async def restart(call: Call) -> web.StreamResponse:
    container = _container(call)
    if container.running:
        await _stop(call, container)
    if not container.running:
        lifecycle.start(call.host, container)
    call.host.tell(container, "restart")
    return empty()


async def kill(call: Call) -> web.StreamResponse:
    lifecycle.kill(call.host, _container(call), call.names["id"], call.text("signal"))
    return empty()


async def pause(call: Call) -> web.StreamResponse:
    lifecycle.pause(call.host, _container(call))
    return empty()


async def unpause(call: Call) -> web.StreamResponse:
    lifecycle.unpause(call.host, _container(call))
    return empty()


async def rename(call: Call) -> web.StreamResponse:
    lifecycle.rename(call.host, _container(call), call.text("name"))
    return empty()


async def wait(call: Call) -> web.StreamResponse:
    """Answers (its headers at once, as the Engine) when the container is no longer running, or is gone."""
    container = _container(call)
    condition = call.text("condition") or "not-running"
    if condition not in ("not-running", "next-exit", "removed"):
        raise invalid(f'invalid condition: "{condition}"')
    stream = Stream(call, "application/json")
    queue = call.host.events.listen()
    try:
        await stream.open()
        deaths = 0
        while not _ended(call, container, condition, deaths):
            event = await queue.get()
            deaths += event.actor == container.id and event.action == "die"
    finally:
        call.host.events.leave(queue)
    await stream.write_json({"StatusCode": container.exit_code})
    return stream.response


def _ended(call: Call, container: Container, condition: str, deaths: int) -> bool:
    gone = container.id not in call.host.containers
    if condition == "removed":
        return gone
    return gone or deaths > 0 or (condition == "not-running" and not container.running)


def _container(call: Call) -> Container:
    return call.host.container(call.names["id"])


ROUTES = (
    Route("POST", "/containers/{id}/start", start),
    Route("POST", "/containers/{id}/stop", stop),
    Route("POST", "/containers/{id}/restart", restart),
    Route("POST", "/containers/{id}/kill", kill),
    Route("POST", "/containers/{id}/pause", pause),
    Route("POST", "/containers/{id}/unpause", unpause),
    Route("POST", "/containers/{id}/rename", rename),
    Route("POST", "/containers/{id}/wait", wait),
)
