"""What runs in containers: execs, and first processes where the demo's shell can play them.

Their connections are taken over: raw for a terminal, else in frames. What a first process prints goes to everybody who
is attached and into the log; its end is the container's.
"""

import asyncio
import re
from collections.abc import Iterable
from functools import partial

from aiohttp import web

from dockertui.demo import lifecycle, logs
from dockertui.demo.call import Call, Route
from dockertui.demo.host import Event, Host, conflict, invalid, not_found
from dockertui.demo.objects import Container, Exec, LogLine, Outlet
from dockertui.demo.shell import ERR, OUT, SHELLS, ExecConsole, Shell, unless
from dockertui.demo.templates import filled

_ENDS = ("die", "destroy")
_PLAYED = frozenset(("cat", "date", "env", "find", "hostname", "id", "ls", "ps", "pwd", "stty", "uname", "whoami"))
_BEYOND = re.compile(r"\b(while|for|if|until|case)\b|[|<`]|\$\(|&(?![&\d])|(?<!&)>(?!&)")
"""What the demo's shell does not understand: a script with this in it runs, silently, until it is stopped."""

_UNSEEN = 0.02
"""Seconds that a write takes which nobody sees: one that never ends then costs little."""
_ROUND_TRIP = 0.001
"""Seconds at least that a client needs from an exec's creation to its start, also where the clock stands still."""
_BEGINNING = 0.05
"""Seconds that a process takes to begin. Some clients lose what comes in one piece with the reply's head."""


def _create(call: Call) -> dict[str, str]:
    container, body = call.container, call.body
    words, size = body.get("Cmd"), body.get("ConsoleSize")
    if not isinstance(words, list) or not words:
        raise invalid("No exec command specified")
    if container.state == "paused":
        raise conflict(f"Container {container.id} is paused, unpause the container before exec")
    if container.state != "running":
        raise conflict(f"Container {container.id} is not running")
    exec_ = Exec(
        call.host.passing_id(),
        container.id,
        [str(word) for word in words],
        bool(body.get("Tty")),
        user=str(body.get("User") or ""),
        workdir=str(body.get("WorkingDir") or ""),
        env=dict(str(pair).partition("=")[::2] for pair in body.get("Env") or []),
        privileged=bool(body.get("Privileged")),
        size=(int(size[1]), int(size[0])) if size else (80, 24),
    )
    call.host.execs[exec_.id] = exec_
    call.host.tell(container, f"exec_create: {' '.join(exec_.words)}", execID=exec_.id)
    return {"Id": exec_.id}


def _asked(call: Call) -> Exec:
    if call.names["id"] not in call.host.execs:
        raise not_found(f"No such exec instance: {call.names['id']}")
    return call.host.execs[call.names["id"]]


async def start(call: Call) -> web.StreamResponse:
    host, exec_ = call.host, _asked(call)
    call.raw = await call.request.read()
    wanted = call.body if call.raw else {}
    container = host.container(exec_.container_id)
    if exec_.started:
        raise conflict(f"Error: Exec command {exec_.id} has already run")
    exec_.started = exec_.running = True
    exec_.pid, exec_.began = host.new_pid(), host.now()
    host.tell(container, f"exec_start: {' '.join(exec_.words)}", exec_.began + _ROUND_TRIP, execID=exec_.id)
    if wanted.get("Detach"):
        running = asyncio.ensure_future(_run(host, container, exec_, ExecConsole(exec_)))
        _detached.add(running)
        running.add_done_callback(_detached.discard)
        return web.Response()
    console = ExecConsole(exec_, lambda channel, data: connection.send(channel, data))
    async with call.takeover(exec_.tty, console.feed) as connection:
        await asyncio.sleep(_BEGINNING if host.live else 0)
        await _run(host, container, exec_, console)
    return web.Response()


_detached: set[asyncio.Future[None]] = set()
"""What runs with nobody looking; asyncio itself keeps no hold of it."""


async def _run(host: Host, container: Container, exec_: Exec, console: ExecConsole) -> None:
    """Run it until it ends, or its container does."""
    code: int | None = None
    try:
        code = await unless(_stopped(host, container), Shell(host, container, exec_, console).run(exec_.words))
    finally:
        exec_.running, exec_.exit_code = False, 137 if code is None else code % 256
        if container.id in host.containers:
            host.tell(container, "exec_die", execID=exec_.id, exitCode=str(exec_.exit_code))


async def _stopped(host: Host, container: Container) -> None:
    """Wait for the end of a container."""
    with host.events.listening() as queue:
        while container.running and container.id in host.containers:
            await queue.get()


def _resize_exec(call: Call) -> None:
    _asked(call).size = (call.integer("w") or 80, call.integer("h") or 24)


# -- first processes ------------------------------------------------------------------------------


def command(container: Container) -> list[str]:
    """What it runs in the end: an image's entry point script hands over to the command."""
    entrypoint, rest = container.config.get("Entrypoint") or [], container.config.get("Cmd") or []
    return [*rest] if rest and entrypoint and entrypoint[0].endswith("entrypoint.sh") else container.command


def playable(container: Container) -> bool:
    """Whether the demo's shell can run its command."""
    words = command(container) or [""]
    if words[0] in SHELLS:
        return len(words) == 1 or (len(words) > 2 and words[1] == "-c" and not _BEYOND.search(words[2]))
    return words[0].rpartition("/")[2] in _PLAYED


def play(host: Host, container: Container) -> None:
    """Run it, in the event loop, until it ends or `container.process` is cancelled."""
    words = command(container)
    run = Exec(host.passing_id(), container.id, words, container.tty, user=str(container.config.get("User") or ""))
    run.size, run.pid = container.size, container.pid
    console = ExecConsole(run, _outlet(host, container))
    for data in container.typed:
        console.feed(data)
    container.typed.clear()
    if not container.config.get("OpenStdin") and not container.tty:
        console.feed(b"")
    container.first, container.feed = run, console.feed
    container.process = asyncio.ensure_future(_play(host, container, Shell(host, container, run, console), words))


async def _play(host: Host, container: Container, shell: Shell, words: list[str]) -> None:
    code = 137
    try:
        code = await shell.run(words) % 256
    finally:
        if container.process is not None:  # else it was the container's end that ended this
            container.process = None
            lifecycle.die(host, container, code)


def _outlet(host: Host, container: Container) -> Outlet:
    """Sends what is written to all who are attached, and keeps whole lines."""
    begun = {OUT: b"", ERR: b""}

    async def write(channel: int, data: bytes) -> None:
        *lines, begun[channel] = (begun[channel] + data).split(b"\n")
        for line in lines:
            text = line.removesuffix(b"\r").decode("utf-8", "replace")
            logs.write(container, host.now(), text, stderr=channel == ERR)
        if not container.outlets:
            await asyncio.sleep(_UNSEEN)
        for send in [*container.outlets]:
            try:
                await send(channel, data)
            except ConnectionError:
                container.outlets.remove(send)

    return write


async def attach(call: Call) -> web.StreamResponse:
    """What the container prints, from before its start too; what is typed goes to its first process."""
    container, host = call.container, call.host
    if container.state == "paused":
        raise conflict(f"Container {container.id} is paused, unpause the container before attach.")
    wanted = {channel for name, channel in (("stdout", OUT), ("stderr", ERR)) if call.flag(name)}

    async def send(channel: int, data: bytes) -> None:
        if channel in wanted:
            await connection.send(channel, data)

    async def write(lines: Iterable[LogLine]) -> None:
        for line in lines:
            await send(ERR if line.stderr else OUT, logs.encoded(container, line.text))

    async def follow(last: LogLine | None) -> None:
        """Until the container's next end. What the demo's shell plays comes by itself."""
        happened: list[Event] = []
        while not any(one.actor == container.id and one.action in _ENDS for one in happened):
            happened = await logs.news(host, container, queue)
            lines, last = logs.printed_after(host, container, last)
            if not container.temper.played:
                await write(lines)

    async with call.takeover(container.tty, partial(_type, container, call.flag("stdin"))) as connection:
        host.tell(container, "attach")
        if container.temper.played and container.state == "running" and container.process is None:
            host.play(container)
        logs.catch_up(host, container, host.now())
        last = container.logs[-1] if container.logs else None
        container.outlets.append(send)
        try:
            with host.events.listening() as queue:
                if call.flag("logs"):
                    await write([*container.logs])
                if call.flag("stream"):
                    await unless(connection.ended.wait(), follow(last))
        finally:
            if send in container.outlets:
                container.outlets.remove(send)
    return web.Response()


def _type(container: Container, heard: bool, data: bytes) -> None:
    """Input for its first process, kept until there is one. Its end counts where the container says so."""
    if heard and (data or (container.config.get("StdinOnce") and not container.tty)):
        (container.feed or container.typed.append)(data)


def _resize(call: Call) -> None:
    container = call.container
    columns, rows = call.integer("w") or 0, call.integer("h") or 0
    if container.state != "running":
        raise conflict(f"container {container.id} is not running")
    container.size = (columns, rows)
    if container.first is not None:
        container.first.size = container.size
    call.host.tell(container, "resize", height=str(rows), width=str(columns))


ROUTES = (
    Route("POST", "/containers/{id}/exec", _create, 201),
    Route("POST", "/exec/{id}/start", start),
    Route("POST", "/exec/{id}/resize", _resize_exec, 200),
    Route("GET", "/exec/{id}/json", lambda call: filled("Exec", _asked(call))),
    Route("POST", "/containers/{id}/attach", attach),
    Route("POST", "/containers/{id}/resize", _resize, 200),
)
