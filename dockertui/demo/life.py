"""What happens on a live host without anybody's asking: probes, restarts, jobs that run and end."""

import asyncio
import math

from dockertui.demo import lifecycle
from dockertui.demo.host import Host
from dockertui.demo.objects import Container, Probe

TICK = 0.05
"""Seconds: what is due within one tick is done together."""
_LOOK = 0.5
"""Seconds between two looks when nothing is due: a request may have made something new."""


async def live(host: Host) -> None:
    """Let the host live, until cancelled. A frozen host does nothing by itself."""
    while host.live:
        tick(host)
        await asyncio.sleep(min(max(_next_due(host) - host.now(), TICK), _LOOK))


def _next_due(host: Host) -> float:
    dues = ((one.start_due, one.exit_due, one.probe_due) for one in host.containers.values())
    return min((due for three in dues for due in three if due is not None), default=math.inf)


def tick(host: Host) -> None:
    """Do all that is due by now."""
    now = host.now()
    for container in [*host.containers.values()]:
        if container.start_due is not None and now >= container.start_due:
            lifecycle.come_back(host, container)
        elif container.exit_due is not None and now >= container.exit_due and container.state == "running":
            lifecycle.die(host, container, container.temper.exit_code)
        elif container.probe_due is not None and now >= container.probe_due:
            probe(host, container)


def probe(host: Host, container: Container) -> None:
    """Run the health check once, with the events and the verdict of a real Engine."""
    now = host.now()
    container.probe_due = now + lifecycle.probe_interval(container)
    health, temper = container.health, container.temper
    if health is None or container.state != "running":
        return
    starting = now - (container.started or now) < temper.healthy_after
    code, output = (1, "not ready yet\n") if starting else (temper.probe_exit, temper.probe_output)
    _tell_exec(host, container, code)
    health.log.append(Probe(now, now + 0.04, code, output))
    before = health.status
    if code == 0:
        health.status, health.failing_streak = "healthy", 0
    elif not starting:
        health.failing_streak += 1
        if health.failing_streak >= (container.config["Healthcheck"].get("Retries") or 3):
            health.status = "unhealthy"
    if health.status != before:
        container.touch()
        host.tell(container, f"health_status: {health.status}")


def _tell_exec(host: Host, container: Container, code: int) -> None:
    test = container.config["Healthcheck"]["Test"]
    command = f"/bin/sh -c {' '.join(test[1:])}" if test[0] == "CMD-SHELL" else " ".join(test[1:])
    run = host.passing_id()
    host.tell(container, f"exec_create: {command}", execID=run)
    host.tell(container, f"exec_start: {command}", execID=run)
    host.tell(container, "exec_die", execID=run, exitCode=str(code))
