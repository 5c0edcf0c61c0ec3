"""Start, stop, restart, kill, pause, rename and wait: what changes a container's state."""

import asyncio

from aiohttp import web

from dockertui.demo import lifecycle
from dockertui.demo.call import Call, Route
from dockertui.demo.objects import Container
from dockertui.demo.refusal import Unchanged, invalid

_GRACE = 10
"""Seconds between SIGTERM and SIGKILL when neither the request nor the container says otherwise."""
_OBEDIENT = 0.15
"""Seconds that an obedient process takes to end."""


async def stop(call: Call, container: Container | None = None) -> None:
    """SIGTERM, the grace (skipped on a frozen host), the end. A restarting container just stays stopped."""
    host, container = call.host, container or call.container
    if not container.running:
        raise Unchanged
    if container.state == "restarting":
        container.state, container.start_due = "exited", None
        container.touch()
        host.tell(container, "stop")
        return
    host.tell(container, "kill", signal=str(_stop_signal(call, container)))
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


async def restart(call: Call) -> None:
    container = call.container
    if container.running:
        await stop(call, container)
    if not container.running:
        lifecycle.start(call.host, container)
    call.host.tell(container, "restart")


async def wait(call: Call) -> web.StreamResponse:
    """Answers (its headers at once, as the Engine) when the container is no longer running, or is gone."""
    container = call.container
    condition = call.text("condition") or "not-running"
    if condition not in ("not-running", "next-exit", "removed"):
        raise invalid(f'invalid condition: "{condition}"')
    with call.host.events.listening() as queue:
        stream = await call.stream()
        deaths = 0
        while not _ended(call, container, condition, deaths):
            event = await queue.get()
            deaths += event.actor == container.id and event.action == "die"
    await stream.write_json({"StatusCode": container.exit_code})
    return stream.response


def _ended(call: Call, container: Container, condition: str, deaths: int) -> bool:
    gone = container.id not in call.host.containers
    if condition == "removed":
        return gone
    return gone or deaths > 0 or (condition == "not-running" and not container.running)


ROUTES = (
    Route("POST", "/containers/{id}/start", lambda call: lifecycle.start(call.host, call.container)),
    Route("POST", "/containers/{id}/stop", stop),
    Route("POST", "/containers/{id}/restart", restart),
    Route("POST", "/containers/{id}/kill",
          lambda call: lifecycle.kill(call.host, call.container, call.names["id"], call.text("signal"))),
    Route("POST", "/containers/{id}/pause", lambda call: lifecycle.pause(call.host, call.container)),
    Route("POST", "/containers/{id}/unpause", lambda call: lifecycle.unpause(call.host, call.container)),
    Route("POST", "/containers/{id}/rename",
          lambda call: lifecycle.rename(call.host, call.container, call.text("name"))),
    Route("POST", "/containers/{id}/wait", wait),
)  # fmt: skip
