"""Execs: further processes in a container, as the Engine keeps them."""

from dockertui.demo.world.host import Host
from dockertui.demo.world.objects import Container, Exec
from dockertui.demo.world.refusal import conflict, not_found

_ROUND_TRIP = 0.001
"""Seconds at least that a client needs from an exec's creation to its start, also where the clock stands still."""


def create(host: Host, container: Container, exec_: Exec) -> Exec:
    """Prepare one. Refuses a container that does not run."""
    if container.state == "paused":
        raise conflict(f"Container {container.id} is paused, unpause the container before exec")
    if container.state != "running":
        raise conflict(f"Container {container.id} is not running")
    host.execs[exec_.id] = exec_
    host.tell(container, f"exec_create: {' '.join(exec_.words)}", execID=exec_.id)
    return exec_


def find(host: Host, id: str) -> Exec:
    """By its id."""
    if id not in host.execs:
        raise not_found(f"No such exec instance: {id}")
    return host.execs[id]


def begin(host: Host, exec_: Exec) -> Container:
    """Start it. Refuses one that has run."""
    container = host.container(exec_.container_id)
    if exec_.started:
        raise conflict(f"Error: Exec command {exec_.id} has already run")
    exec_.started = exec_.running = True
    exec_.pid, exec_.began = host.new_pid(), host.now()
    host.tell_past(container, f"exec_start: {' '.join(exec_.words)}", exec_.began + _ROUND_TRIP, execID=exec_.id)
    return container


def end(host: Host, exec_: Exec, code: int) -> None:
    """It has ended."""
    exec_.running, exec_.exit_code = False, code
    if exec_.container_id in host.containers:
        container = host.containers[exec_.container_id]
        host.tell(container, "exec_die", execID=exec_.id, exitCode=str(code))
