"""Execs: further processes in a container. Their connections are taken over: raw for a terminal, else in frames."""

import asyncio

from aiohttp import web

from dockertui.demo.call import Call, Route
from dockertui.demo.console import ExecConsole, unless
from dockertui.demo.host import Host
from dockertui.demo.objects import Container, Exec
from dockertui.demo.refusal import conflict, invalid, not_found
from dockertui.demo.shell import SHELLS, Shell
from dockertui.demo.templates import filled

_ROUND_TRIP = 0.001
"""Seconds at least that a client needs from an exec's creation to its start, also where the clock stands still."""
_BEGINNING = 0.05
"""Seconds that a process takes to begin. Some clients lose what comes in one piece with the reply's head."""


def _create(call: Call) -> dict[str, str]:
    container, body = call.container, call.body
    words = body.get("Cmd")
    if not isinstance(words, list) or not words:
        raise invalid("No exec command specified")
    size = body.get("ConsoleSize")
    exec_ = Exec(
        call.host.passing_id(),
        container.id,
        [str(word) for word in words],
        bool(body.get("Tty")),
        user=str(body.get("User") or ""),
        workdir=str(body.get("WorkingDir") or ""),
        env=dict(str(pair).partition("=")[::2] for pair in body.get("Env") or []),
        privileged=bool(body.get("Privileged")),
        size=(int(size[1]), int(size[0])) if isinstance(size, list) and len(size) == 2 else (80, 24),
    )
    if container.state == "paused":
        raise conflict(f"Container {container.id} is paused, unpause the container before exec")
    if container.state != "running":
        raise conflict(f"Container {container.id} is not running")
    call.host.execs[exec_.id] = exec_
    call.host.tell(container, f"exec_create: {' '.join(exec_.words)}", execID=exec_.id)
    return {"Id": exec_.id}


def _asked(call: Call) -> Exec:
    if call.names["id"] not in call.host.execs:
        raise not_found(f"No such exec instance: {call.names['id']}")
    return call.host.execs[call.names["id"]]


async def start(call: Call) -> web.StreamResponse:
    exec_ = _asked(call)
    call.raw = await call.request.read()
    wanted = call.body if call.raw else {}
    container = _begin(call.host, exec_)
    if wanted.get("Detach"):
        running = asyncio.ensure_future(_finish(call, container, exec_, ExecConsole(exec_, _nowhere)))
        _detached.add(running)
        running.add_done_callback(_detached.discard)
        return web.Response()
    console = ExecConsole(exec_, lambda channel, data: connection.send(channel, data))
    async with call.takeover(exec_.tty, console.feed) as connection:
        await asyncio.sleep(_BEGINNING if call.host.live else 0)
        await _finish(call, container, exec_, console)
    return web.Response()


_detached: set[asyncio.Future[None]] = set()
"""What runs with nobody looking; asyncio itself keeps no hold of it."""


async def _nowhere(channel: int, data: bytes) -> None:
    pass


def _begin(host: Host, exec_: Exec) -> Container:
    """Start it. Refuses one that has run."""
    container = host.container(exec_.container_id)
    if exec_.started:
        raise conflict(f"Error: Exec command {exec_.id} has already run")
    exec_.started = exec_.running = True
    exec_.pid, exec_.began = host.new_pid(), host.now()
    host.tell(container, f"exec_start: {' '.join(exec_.words)}", exec_.began + _ROUND_TRIP, execID=exec_.id)
    return container


async def _finish(call: Call, container: Container, exec_: Exec, console: ExecConsole) -> None:
    code = 137
    try:
        code = await _run(call, container, exec_, console)
    finally:
        exec_.running, exec_.exit_code = False, code
        if container.id in call.host.containers:
            call.host.tell(container, "exec_die", execID=exec_.id, exitCode=str(code))


async def _run(call: Call, container: Container, exec_: Exec, console: ExecConsole) -> int:
    """Run it until it ends, or its container does."""
    shell = Shell(call.host, container, exec_, console)
    if exec_.words[0] not in SHELLS and exec_.words[0].startswith("/no"):
        await console.write(f'OCI runtime exec failed: exec: "{exec_.words[0]}": executable file not found in $PATH\n')
        return 127
    code = await unless(_stopped(call, container), shell.run(exec_.words))
    return 137 if code is None else code % 256


async def _stopped(call: Call, container: Container) -> None:
    """Wait for the end of a container."""
    with call.host.events.listening() as queue:
        while container.running and container.id in call.host.containers:
            await queue.get()


def _resize(call: Call) -> None:
    _asked(call).size = (call.integer("w") or 80, call.integer("h") or 24)


ROUTES = (
    Route("POST", "/containers/{id}/exec", _create, 201),
    Route("POST", "/exec/{id}/start", start),
    Route("POST", "/exec/{id}/resize", _resize, 200),
    Route("GET", "/exec/{id}/json", lambda call: filled("Exec", _asked(call))),
)
