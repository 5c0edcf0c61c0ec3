"""Attach: what a container prints to who looks on, and what is typed to its first process."""

import asyncio
from functools import partial

from aiohttp import web

from dockertui.demo import logs
from dockertui.demo.call import Call, Route, Takeover
from dockertui.demo.host import Event, Host
from dockertui.demo.objects import Container, LogLine
from dockertui.demo.refusal import conflict

_STDOUT, _STDERR = 1, 2
_ENDS = ("die", "destroy")


async def attach(call: Call) -> web.StreamResponse:
    """What the container prints, from before its start too; what is typed goes to its first process."""
    container, host = call.container, call.host
    if container.state == "paused":
        raise conflict(f"Container {container.id} is paused, unpause the container before attach.")
    connection = call.takeover(container.tty, partial(_type, container) if call.flag("stdin") else _ignore)
    await connection.begin()
    host.tell(container, "attach")
    if container.temper.played and container.state == "running" and container.process is None:
        host.play(container)
    wanted = {channel for name, channel in (("stdout", _STDOUT), ("stderr", _STDERR)) if call.flag(name)}
    attached = _Attached(host, container, connection, wanted)
    container.outlets.append(attached.send)
    try:
        with host.events.listening() as queue:
            if call.flag("logs"):
                await attached.write([*container.logs])
            if call.flag("stream"):
                await attached.follow(queue)
    finally:
        if attached.send in container.outlets:
            container.outlets.remove(attached.send)
        connection.close()
    await connection.ended.wait()
    return web.Response()


def _ignore(data: bytes) -> None:
    pass


def _type(container: Container, data: bytes) -> None:
    """Input for its first process, kept until there is one. Its end counts where the container says so."""
    if data or (container.config.get("StdinOnce") and not container.tty):
        (container.feed or container.typed.append)(data)


class _Attached:
    """One who is attached to a container: gets what its first process writes, or what its log gets."""

    def __init__(self, host: Host, container: Container, connection: Takeover, wanted: set[int]) -> None:
        self._host = host
        self._container = container
        self._connection = connection
        self._wanted = wanted
        logs.catch_up(host, container, host.now())
        self._last = container.logs[-1] if container.logs else None

    async def send(self, channel: int, data: bytes) -> None:
        if channel in self._wanted:
            await self._connection.send(channel, data)

    async def write(self, lines: list[LogLine]) -> None:
        for line in lines:
            await self.send(_STDERR if line.stderr else _STDOUT, logs.encoded(self._container, line.text))

    async def follow(self, queue: "asyncio.Queue[Event]") -> None:
        """Until the container's next end, or the client's."""
        gone = asyncio.ensure_future(self._connection.ended.wait())
        died = False
        try:
            while not died and not gone.done():
                event = asyncio.ensure_future(queue.get())
                due = logs.next_line_due(self._container, self._host.now()) if self._host.live else None
                wait = None if due is None else max(due - self._host.now(), 0.01)
                await asyncio.wait({gone, event}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
                event.cancel()
                happened = event.result() if event.done() else None
                died = happened is not None and happened.actor == self._container.id and happened.action in _ENDS
                lines, self._last = logs.printed_after(self._host, self._container, self._last)
                if not self._container.temper.played:
                    await self.write(lines)
        finally:
            gone.cancel()


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
    Route("POST", "/containers/{id}/attach", attach),
    Route("POST", "/containers/{id}/resize", _resize, 200),
)
