"""The first process of a container: played by the demo's shell where it can, and attached to by whoever asks.

What it prints goes to everybody who is attached and into the log; its end is the container's.
"""

import asyncio
import re
from collections.abc import Iterable
from functools import partial

from aiohttp import web

from dockertui.demo import lifecycle, logs
from dockertui.demo.call import Call, Route
from dockertui.demo.console import ERR, OUT, ExecConsole, unless
from dockertui.demo.host import Event, Host
from dockertui.demo.objects import Container, Exec, LogLine, Outlet
from dockertui.demo.refusal import conflict
from dockertui.demo.shell import SHELLS, Shell

_ENDS = ("die", "destroy")
_PLAYED = frozenset(("cat", "date", "env", "find", "hostname", "id", "ls", "ps", "pwd", "stty", "uname", "whoami"))
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
    console = ExecConsole(run, _outlet(host, container))
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


# -- attach ---------------------------------------------------------------------------------------


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
    Route("POST", "/containers/{id}/attach", attach),
    Route("POST", "/containers/{id}/resize", _resize, 200),
)
