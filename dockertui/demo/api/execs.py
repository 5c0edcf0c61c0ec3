"""Exec: connections taken over after the upgrade, raw for a terminal, else in frames."""

import asyncio
import struct
from collections.abc import Callable

from aiohttp import web

from dockertui.demo.api.call import Call, Route, abort, empty, headers, reply
from dockertui.demo.world import execs
from dockertui.demo.world.console import ExecConsole
from dockertui.demo.world.objects import Container, Exec
from dockertui.demo.world.refusal import invalid
from dockertui.demo.world.shell import SHELLS, Shell

_HIGH_WATER = 1 << 16
_BEGINNING = 0.05
"""Seconds that a process takes to begin. Some clients lose what comes in one piece with the reply's head."""


class Takeover(asyncio.Protocol):
    """The connection of a request, ours from now on. The client may end its side and still read."""

    def __init__(self, call: Call, *, tty: bool, take: Callable[[bytes], None]) -> None:
        self._call = call
        self._tty = tty
        self._take = take
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.ended = asyncio.Event()

    async def begin(self) -> None:
        """Answer the upgrade, and take over."""
        told = {**headers(self._call.host), "Connection": "Upgrade", "Upgrade": "tcp"}
        response = web.StreamResponse(status=101, headers=told)
        await response.prepare(self._call.request)
        transport = self._call.request.transport
        if transport is None:
            raise ConnectionResetError("gone")
        self._transport = transport
        transport.set_write_buffer_limits(high=_HIGH_WATER)
        transport.set_protocol(self)

    def data_received(self, data: bytes) -> None:
        self._take(data)

    def eof_received(self) -> bool:
        self._take(b"")
        return True

    def pause_writing(self) -> None:
        self._flowing.clear()

    def resume_writing(self) -> None:
        self._flowing.set()

    def connection_lost(self, error: Exception | None) -> None:
        self._flowing.set()
        self._take(b"")
        self.ended.set()
        self._call.request.protocol.connection_lost(error)

    async def send(self, channel: int, data: bytes) -> None:
        """Raises ConnectionResetError when the client has gone, or a fault cuts the connection here."""
        if self.ended.is_set():
            raise ConnectionResetError("the client has gone")
        data = data if self._tty else struct.pack(">BxxxL", channel, len(data)) + data
        cut = self._call.streams.cut_after
        self._transport.write(data if cut is None else data[:cut])
        if cut is not None:
            abort(self._call.request)
            raise ConnectionResetError("cut by a fault")
        await self._flowing.wait()

    def close(self) -> None:
        """End it, after what has been written."""
        self._transport.close()


async def create(call: Call) -> web.StreamResponse:
    container = call.host.container(call.names["id"])
    body = await call.body()
    words = body.get("Cmd")
    if not isinstance(words, list) or not words:
        raise invalid("No exec command specified")
    pairs = (str(pair).partition("=") for pair in body.get("Env") or [])
    size = body.get("ConsoleSize")
    exec_ = Exec(
        call.host.passing_id(),
        container.id,
        [str(word) for word in words],
        bool(body.get("Tty")),
        user=str(body.get("User") or ""),
        workdir=str(body.get("WorkingDir") or ""),
        env={name: value for name, _, value in pairs},
        privileged=bool(body.get("Privileged")),
        size=(int(size[1]), int(size[0])) if isinstance(size, list) and len(size) == 2 else (80, 24),
    )
    return reply({"Id": execs.create(call.host, container, exec_).id}, 201)


async def start(call: Call) -> web.StreamResponse:
    exec_ = execs.find(call.host, call.names["id"])
    wanted = await call.body() if call.request.can_read_body else {}
    container = execs.begin(call.host, exec_)
    if wanted.get("Detach"):
        running = asyncio.ensure_future(_finish(call, container, exec_, ExecConsole(exec_, _nowhere)))
        _detached.add(running)
        running.add_done_callback(_detached.discard)
        return empty(200)
    console = ExecConsole(exec_, lambda channel, data: connection.send(channel, data))
    connection = Takeover(call, tty=exec_.tty, take=console.feed)
    await connection.begin()
    await asyncio.sleep(_BEGINNING if call.host.live else 0)
    try:
        await _finish(call, container, exec_, console)
    finally:
        connection.close()
    await connection.ended.wait()
    return web.Response()


_detached: set[asyncio.Future[None]] = set()
"""What runs with nobody looking; asyncio itself keeps no hold of it."""


async def _nowhere(channel: int, data: bytes) -> None:
    pass


async def _finish(call: Call, container: Container, exec_: Exec, console: ExecConsole) -> None:
    code = 137
    try:
        code = await _run(call, container, exec_, console)
    finally:
        execs.end(call.host, exec_, code)


async def _run(call: Call, container: Container, exec_: Exec, console: ExecConsole) -> int:
    """Run it until it ends, or its container does."""
    shell = Shell(call.host, container, exec_, console)
    if exec_.words[0] not in SHELLS and exec_.words[0].startswith("/no"):
        await console.write(f'OCI runtime exec failed: exec: "{exec_.words[0]}": executable file not found in $PATH\n')
        return 127
    running = asyncio.ensure_future(shell.run(exec_.words))
    stopping = asyncio.ensure_future(_stopped(call, container))
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return running.result() % 256 if running.done() else 137
    finally:
        running.cancel()
        stopping.cancel()


async def _stopped(call: Call, container: Container) -> None:
    """Wait for the end of a container."""
    queue = call.host.events.listen()
    try:
        while container.running and container.id in call.host.containers:
            await queue.get()
    finally:
        call.host.events.leave(queue)


async def resize(call: Call) -> web.StreamResponse:
    exec_ = execs.find(call.host, call.names["id"])
    exec_.size = (call.integer("w") or 80, call.integer("h") or 24)
    return empty(200)


async def inspect(call: Call) -> web.StreamResponse:
    exec_ = execs.find(call.host, call.names["id"])
    return reply(
        {
            "ID": exec_.id,
            "Running": exec_.running,
            "ExitCode": exec_.exit_code,
            "ProcessConfig": {
                "tty": exec_.tty,
                "entrypoint": exec_.words[0],
                "arguments": exec_.words[1:],
                "privileged": exec_.privileged,
                "user": exec_.user,
            },
            "OpenStdin": True,
            "OpenStderr": True,
            "OpenStdout": True,
            "CanRemove": not exec_.running,
            "ContainerID": exec_.container_id,
            "DetachKeys": "",
            "Pid": exec_.pid,
        }
    )


ROUTES = (
    Route("POST", "/containers/{id}/exec", create),
    Route("POST", "/exec/{id}/start", start),
    Route("POST", "/exec/{id}/resize", resize),
    Route("GET", "/exec/{id}/json", inspect),
)
