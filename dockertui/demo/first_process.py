"""The first process of a container, where the demo's shell can play it: a shell, a script or one of its commands.

What it prints goes to everybody who is attached and into the log; its end is the container's.
"""

import asyncio
import re

from dockertui.demo import lifecycle, logs
from dockertui.demo.console import ExecConsole
from dockertui.demo.host import Host
from dockertui.demo.objects import Container, Exec
from dockertui.demo.shell import SHELLS, Shell

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
