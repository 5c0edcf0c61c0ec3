"""A container's life: start, stop, kill, pause, rename, remove, with the events of a real Engine; probes and restarts.

What takes time (the grace of a stop) is waited for in the handlers of the API alone.
The order of the events was taken from an Engine 28.5.
"""

import asyncio
import math
import re
import signal as signals
from typing import Literal

from aiohttp import web

from dockertui.demo import logs, networks, volumes
from dockertui.demo.call import Call, Route
from dockertui.demo.host import Host, Refusal, Unchanged, conflict, invalid
from dockertui.demo.objects import Container, Health, Probe

NAME = re.compile(r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_TERM, _KILL = 15, 9
_CREATE_FAILED = (
    "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: "
    "unable to start container process"
)
_PROBE_DEFAULT = 30.0
_TICK = 0.05
"""Seconds: what is due within one tick is done together."""
_LOOK = 0.5
"""Seconds between two looks when nothing is due: a request may have made something new."""
_GRACE = 10
"""Seconds between SIGTERM and SIGKILL when neither the request nor the container says otherwise."""
_OBEDIENT = 0.15
"""Seconds that an obedient process takes to end."""

Ending = Literal["itself", "killed", "stopped"]


def check_name(host: Host, name: str, *, shown: str | None = None) -> None:
    """Refuses a name that is malformed or taken, in the Engine's words."""
    if not NAME.fullmatch(name):
        raise invalid(f"Invalid container name ({shown or name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")
    if owner := host.names.get(name.removeprefix("/")):
        raise conflict(
            f'Conflict. The container name "/{name.removeprefix("/")}" is already in use by container '
            f'"{owner}". You have to remove (or rename) that container to be able to reuse that name.'
        )


def start(host: Host, container: Container) -> None:
    if container.state == "paused":
        raise conflict("cannot start a paused container, try unpause instead")
    if container.running:
        raise Unchanged
    if container.state in ("dead", "removing"):
        raise conflict("container is marked for removal and cannot be started")
    program = next(iter(container.command), "")
    if program.startswith("no-such-"):
        reason = f'exec: "{program}": executable file not found in $PATH'
        container.exit_code, container.error = 127, f"{_CREATE_FAILED}: {reason}"
        container.touch()
        raise Refusal(400, container.error)
    _launch(host, container)


def _launch(host: Host, container: Container) -> None:
    for mount in container.mounts:
        if mount.type == "volume":
            place = {"destination": mount.destination, "propagation": mount.propagation}
            told = {"container": container.id, **place, "read/write": str(mount.rw).lower()}
            host.tell_volume(host.volume(mount.name), "mount", **told)
    networks.join_all(host, container)
    now = host.now()
    container.state, container.pid = "running", host.new_pid()
    container.started = now
    container.exit_code, container.oom_killed, container.error = 0, False, ""
    container.sandbox = container.sandbox or host.new_id()
    container.ports = published(container)
    container.log_from, container.start_due = now, None
    container.ended.clear()
    container.exit_due = None if container.temper.runs_for is None else now + container.temper.runs_for
    if (container.config.get("Healthcheck") or {}).get("Test", ["NONE"])[0] != "NONE":
        container.health, container.probe_due = Health("starting"), now + probe_interval(container)
    container.touch()
    host.tell(container, "start")
    for text in container.temper.says:
        logs.write(container, now, text, stderr=container.temper.complains)
    if container.temper.played:
        host.play(container)
    if container.temper.runs_for == 0:
        die(host, container, container.temper.exit_code)


def probe_interval(container: Container) -> float:
    """Seconds between two health probes."""
    nanos = (container.config.get("Healthcheck") or {}).get("Interval") or 0
    return nanos / 1e9 if nanos else _PROBE_DEFAULT


def published(container: Container) -> dict[str, list[tuple[str, int]]]:
    """Port spec -> (host address, host port) pairs; unpublished exposed ports have none."""
    found: dict[str, list[tuple[str, int]]] = {port: [] for port in container.config.get("ExposedPorts") or {}}
    for port, bindings in (container.host_config.get("PortBindings") or {}).items():
        pairs = found.setdefault(port, [])
        for binding in bindings or []:
            number = int(binding.get("HostPort") or 0) or 32768 + int(container.id[:3], 16)
            address = binding.get("HostIp") or ""
            pairs += [(address, number)] if address else [("0.0.0.0", number), ("::", number)]
    return found


def die(host: Host, container: Container, exit_code: int, *, oom: bool = False, ending: Ending = "itself") -> None:
    """The process has ended. Only one that ended by itself is restarted by its policy."""
    now = host.now()
    logs.catch_up(host, container, now)
    if oom:
        host.tell(container, "oom")
    lived = int(now - (container.started or now))
    networks.leave(host, container, container.attachments.values())
    for mount in container.mounts:
        if mount.type == "volume" and mount.name in host.volumes:
            host.tell_volume(host.volumes[mount.name], "unmount", container=container.id)
    container.state, container.pid, container.exit_code = "exited", 0, exit_code
    container.oom_killed, container.finished, container.paused_at = oom, now, None
    container.ports, container.exit_due, container.probe_due = {}, None, None
    container.log_from = container.first = container.feed = None
    if container.process is not None:
        container.process.cancel()
        container.process = None
    if container.health and container.health.status != "unhealthy":
        container.health.status = "unhealthy"
    _plan_restart(host, container, ending)
    container.touch()
    if ending == "stopped":
        host.tell(container, "stop")
    host.tell(container, "die", execDuration=str(lived), exitCode=str(exit_code))
    if container.host_config.get("AutoRemove") and container.state == "exited":
        destroy(host, container, with_volumes=True)


def _plan_restart(host: Host, container: Container, ending: Ending) -> None:
    """Restart policies, and the rest that a container like a cron job takes between two runs."""
    container.start_due = None
    if ending != "itself":
        return
    policy = (container.host_config.get("RestartPolicy") or {}).get("Name") or "no"
    rest = container.temper.rests_for
    if policy in ("always", "unless-stopped") or (policy == "on-failure" and container.exit_code):
        container.state = "restarting"
        # Doubling from 100 ms up to a minute: moby's restartmanager.go.
        container.start_due = host.now() + (rest or min(0.1 * 2.0**container.restart_count, 60.0))
    elif rest is not None:
        container.start_due = host.now() + rest


def signal_number(name: str, what_for: str = "") -> int:
    """'SIGTERM', 'term' or '15' as a number. Refuses what is no signal."""
    try:
        if name.isdigit():
            return signals.Signals(int(name)).value
        return signals.Signals[f"SIG{name.upper().removeprefix('SIG')}"].value
    except (KeyError, ValueError):
        raise invalid(f"{what_for}invalid signal: {name}") from None


def kill(host: Host, container: Container, ref: str, signal: str = "SIGKILL") -> None:
    number = signal_number(signal or "SIGKILL", f"cannot kill container: {ref}: ")
    if container.state not in ("running", "paused", "restarting"):
        raise conflict(f"cannot kill container: {ref}: container {container.id} is not running")
    host.tell(container, "kill", signal=str(number))
    if number == _KILL:
        _end(host, container, 128 + _KILL)
    elif number in (_TERM, signals.SIGINT, signals.SIGQUIT) and container.temper.stop_exit is not None:
        _end(host, container, container.temper.stop_exit)


def _end(host: Host, container: Container, exit_code: int, ending: Ending = "killed") -> None:
    """A signal ended it; the freezer lets go of a paused one first."""
    if container.state == "paused":
        host.tell(container, "unpause")
    die(host, container, exit_code, ending=ending)


def obeys(container: Container) -> bool:
    """Whether a SIGTERM ends it: then a stop needs no waiting and no SIGKILL."""
    return container.temper.stop_exit is not None and container.state != "paused"


def finish_stop(host: Host, container: Container) -> None:
    """The end of a stop whose SIGTERM was told: by itself, or by SIGKILL when it did not obey."""
    if obeys(container):
        _end(host, container, container.temper.stop_exit or 0, "stopped")
        return
    host.tell(container, "kill", signal=str(_KILL))
    _end(host, container, 128 + _KILL, "stopped")


def pause(host: Host, container: Container) -> None:
    if container.state == "paused":
        raise conflict(f"Container {container.id} is already paused")
    refuse_resting(container)
    logs.catch_up(host, container, host.now())
    container.state, container.paused_at = "paused", host.now()
    container.touch()
    host.tell(container, "pause")


def refuse_resting(container: Container) -> None:
    """Refuses what only a running or paused container can do."""
    if container.state == "restarting":
        raise conflict(f"Container {container.id} is restarting, wait until the container is running")
    if container.state not in ("running", "paused"):
        raise conflict(f"container {container.id} is not running")


def unpause(host: Host, container: Container) -> None:
    if container.state != "paused":
        raise Refusal(500, f"Container {container.id} is not paused")
    container.state, container.paused_at, container.log_from = "running", None, host.now()
    container.touch()
    host.tell(container, "unpause")


def rename(host: Host, container: Container, new: str) -> None:
    if not new:
        raise invalid("Neither old nor new names may be empty")
    name = new.removeprefix("/")
    if name == container.name:
        raise invalid("Renaming a container with the same name as its current name")
    try:
        check_name(host, name, shown=f"/{name}")
    except Refusal as refusal:
        raise Refusal(refusal.status, f"Error when allocating new name: {refusal.message}") from None
    old = container.name
    del host.names[old]
    container.name = name
    host.names[name] = container.id
    container.touch()
    host.tell(container, "rename", oldName=f"/{old}")


def remove(host: Host, container: Container, ref: str, *, force: bool = False, with_volumes: bool = False) -> None:
    if container.running and not force:
        reason = {
            "running": "container is running: stop the container before removing or force remove",
            "paused": "container is paused and must be unpaused first",
            "restarting": "container is restarting: stop the container before removing or force remove",
        }[container.state]
        raise conflict(f'cannot remove container "{ref}": {reason}')
    if container.running:
        container.host_config = {**container.host_config, "AutoRemove": False, "RestartPolicy": {"Name": "no"}}
        if container.state != "restarting":
            host.tell(container, "kill", signal=str(_KILL))
            _end(host, container, 128 + _KILL)
    destroy(host, container, with_volumes=with_volumes)


def destroy(host: Host, container: Container, *, with_volumes: bool = False) -> None:
    del host.containers[container.id]
    del host.names[container.name]
    host.sampled.pop(container.id, None)
    for mount in container.mounts if with_volumes else ():
        volume = host.volumes.get(mount.name)
        if volume and volume.anonymous and not host.users_of_volume(volume.name):
            volumes.remove(host, volume.name)
    host.tell(container, "destroy")


# -- what happens on a live host without anybody's asking --------------------------------------------


async def live(host: Host) -> None:
    """Let the host live, until cancelled. A frozen host does nothing by itself."""
    while host.live:
        tick(host)
        dues = ((one.start_due, one.exit_due, one.probe_due) for one in host.containers.values())
        due = min((due for three in dues for due in three if due is not None), default=math.inf)
        await asyncio.sleep(min(max(due - host.now(), _TICK), _LOOK))


def tick(host: Host) -> None:
    """Do all that is due by now."""
    now = host.now()
    for container in [*host.containers.values()]:
        if container.start_due is not None and now >= container.start_due:
            # The restart policy (or the cron job's hour) starts it again.
            container.start_due = None
            container.restart_count += container.state == "restarting"
            container.state = "exited"
            _launch(host, container)
        elif container.exit_due is not None and now >= container.exit_due and container.state == "running":
            die(host, container, container.temper.exit_code)
        elif container.probe_due is not None and now >= container.probe_due:
            probe(host, container)


def probe(host: Host, container: Container) -> None:
    """Run the health check once, with the events and the verdict of a real Engine."""
    now = host.now()
    container.probe_due = now + probe_interval(container)
    health, temper = container.health, container.temper
    if health is None or container.state != "running":
        return
    starting = now - (container.started or now) < temper.healthy_after
    code, output = (1, "not ready yet\n") if starting else (temper.probe_exit, temper.probe_output)
    kind, *words = container.config["Healthcheck"]["Test"]
    command, run = " ".join(["/bin/sh", "-c", *words] if kind == "CMD-SHELL" else [kind, *words]), host.passing_id()
    host.tell(container, f"exec_create: {command}", execID=run)
    host.tell(container, f"exec_start: {command}", execID=run)
    host.tell(container, "exec_die", execID=run, exitCode=str(code))
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


# -- the API --------------------------------------------------------------------------------------


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
    number = signal_number(call.text("signal") or container.config.get("StopSignal") or "SIGTERM")
    host.tell(container, "kill", signal=str(number))
    begun = container.started
    if host.live:
        given = call.integer("t")
        grace = container.config.get("StopTimeout", _GRACE) if given is None else given
        await asyncio.sleep(_OBEDIENT if obeys(container) else grace if grace >= 0 else 3600)
    # Meanwhile it may have ended, been killed or been removed by another.
    if container.running and container.started == begun and container.id in host.containers:
        finish_stop(host, container)


async def restart(call: Call) -> None:
    container = call.container
    if container.running:
        await stop(call, container)
    if not container.running:
        start(call.host, container)
    call.host.tell(container, "restart")


async def wait(call: Call) -> web.StreamResponse:
    """Answers (its headers at once, as the Engine) when the container is no longer running, or is gone."""
    container = call.container
    condition = call.text("condition") or "not-running"
    if condition not in ("not-running", "next-exit", "removed"):
        raise invalid(f'invalid condition: "{condition}"')
    died = False
    with call.host.events.listening() as queue:
        stream = await call.stream()
        while container.id in call.host.containers:
            if condition != "removed" and (died or (condition == "not-running" and not container.running)):
                break
            event = await queue.get()
            died = died or (event.actor == container.id and event.action == "die")
    await stream.write_json({"StatusCode": container.exit_code})
    return stream.response


ROUTES = (
    Route("POST", "/containers/{id}/start", lambda call: start(call.host, call.container)),
    Route("POST", "/containers/{id}/stop", stop),
    Route("POST", "/containers/{id}/restart", restart),
    Route("POST", "/containers/{id}/kill",
          lambda call: kill(call.host, call.container, call.names["id"], call.text("signal"))),
    Route("POST", "/containers/{id}/pause", lambda call: pause(call.host, call.container)),
    Route("POST", "/containers/{id}/unpause", lambda call: unpause(call.host, call.container)),
    Route("POST", "/containers/{id}/rename", lambda call: rename(call.host, call.container, call.text("name"))),
    Route("POST", "/containers/{id}/wait", wait),
)  # fmt: skip
