"""The first process of a container: played by the demo's shell where it can, and attached to by whoever asks.

What it prints goes to everybody who is attached and into the log; its end is the container's.
"""

import asyncio
import re
from functools import partial

from aiohttp import web

from dockertui.demo import lifecycle, logs
from dockertui.demo.call import Call, Route, Takeover
from dockertui.demo.console import ExecConsole
from dockertui.demo.host import Event, Host
from dockertui.demo.objects import Container, Exec, LogLine
from dockertui.demo.refusal import conflict
from dockertui.demo.shell import SHELLS, Shell

_STDOUT, _STDERR = 1, 2
_ENDS = ("die", "destroy")
_PLAYED = frozenset(
    ("cat", "date", "env", "find", "hostname", "id", "ls", "ps", "pwd", "seq", "stty", "uname", "whoami")
)
_BEYOND = re.compile(r"\b(while|for|if|until|case)\b|[|<`]|\$\(|&(?![&\d])|(?<!&)>(?!&)")
"""What the demo's shell does not understand: a script with this in it runs, silently, until it is stopped."""

_UNSEEN = 0.02
"""Seconds that a write takes which nobody sees: one that never ends then costs little."""


def command(container: Container) -> list[str]:
    """What it runs in the end: an image's entry point script hands over to the command."""
    entrypoint, rest = container.config.get("Entrypoint") or [], container.config.get("Cmd") or []
    return [*rest] if rest and entrypoint and entrypoint[0].endswith("entrypoint.sh") else container.command


def playable(container: Container) -> bool:
    """Whether the demo's shell can run its command."""
    words = command(container)
    if not words:
        return False
    if words[0] in SHELLS:
        return len(words) == 1 or (len(words) > 2 and words[1] == "-c" and not _BEYOND.search(words[2]))
    return words[0].rpartition("/")[2] in _PLAYED


def play(host: Host, container: Container) -> None:
    """Run it, in the event loop, until it ends or `container.process` is cancelled."""
    words = command(container)
    run = Exec(host.passing_id(), container.id, words, container.tty, user=str(container.config.get("User") or ""))
    run.size, run.pid = container.size, container.pid
    console = ExecConsole(run, _Output(host, container))
    for data in container.typed:
        console.feed(data)
    container.typed.clear()
    if not container.config.get("OpenStdin") and not container.tty:
        console.feed(b"")
    container.first, container.feed = run, console.feed
    container.process = asyncio.ensure_future(_run(host, container, Shell(host, container, run, console), words))


async def _run(host: Host, container: Container, shell: Shell, words: list[str]) -> None:
    code = 137
    try:
        code = await shell.run(words) % 256
    finally:
        if container.process is not None:  # else it was the container's end that ended this
            container.process = None
            lifecycle.die(host, container, code)


class _Output:
    """Called with a channel and what was written to it: sends it to all who are attached, and keeps whole lines."""

    def __init__(self, host: Host, container: Container) -> None:
        self._host = host
        self._container = container
        self._begun = {1: b"", 2: b""}

    async def __call__(self, channel: int, data: bytes) -> None:
        *lines, self._begun[channel] = (self._begun[channel] + data).split(b"\n")
        for line in lines:
            text = line.removesuffix(b"\r").decode("utf-8", "replace")
            logs.write(self._container, self._host.now(), text, stderr=channel == 2)
        if not self._container.outlets:
            await asyncio.sleep(_UNSEEN)
        for send in [*self._container.outlets]:
            try:
                await send(channel, data)
            except ConnectionError:
                self._container.outlets.remove(send)


# -- attach ---------------------------------------------------------------------------------------


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
