"""Attach to a container's main process. Everything here raises EngineError."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from dockertui.engine import containers
from dockertui.engine.call import Call
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.execs import SETTLE, Outcome
from dockertui.engine.fields import flag, mapping, number, text
from dockertui.engine.hijack import DETACH_KEYS, Hijacked, WindowSize, hijack
from dockertui.engine.multiplex import Channel, Demultiplexer, FrameError, Output
from dockertui.engine.target import segment

RECENT_LINES: Final = 500
RECENT_LIMIT: Final = 8 * 1024 * 1024


def attach(engine: Engine, container: str, *, tty: bool, stdin: bool) -> AbstractAsyncContextManager[Hijacked]:
    """Open the process's streams, from now on.

    `tty` must be the value that the container was created with. Without `stdin` the connection only reads, which a
    read-only Engine allows. Leaving the context leaves the container running.
    """
    params: dict[str, Any] = {"stream": True, "stdin": stdin, "stdout": True, "stderr": True}
    if stdin and tty:
        params["detachKeys"] = DETACH_KEYS
    call = Call("POST", f"/containers/{segment(container)}/attach", params)
    return hijack(engine, call, tty=tty, reading=not stdin)


async def recent(engine: Engine, container: str, *, tty: bool) -> list[Output]:
    """Return the last lines that the process wrote, from the container's log: attach itself can replay all or nothing.

    Empty when the log driver cannot be read or its reply is malformed.
    """
    params = {"stdout": True, "stderr": True, "tail": RECENT_LINES}
    try:
        async with engine.stream(Call("GET", f"/containers/{segment(container)}/logs", params)) as stream:
            data = await stream.read(RECENT_LIMIT)
        return [Output(Channel.OUT, data)] if tty and data else Demultiplexer().feed(data)
    except (EngineError, FrameError):
        return []


async def resize(engine: Engine, container: str, size: WindowSize) -> None:
    """Set the size of the container's terminal."""
    await engine.request(Call("POST", f"/containers/{segment(container)}/resize", size.params))


async def signal(engine: Engine, container: str, name: str) -> None:
    """Send a signal ("INT") to the process, as Ctrl-C does in `docker attach` without a terminal."""
    await engine.request(containers.kill(container, name))


async def has_tty(engine: Engine, container: str) -> bool:
    """Whether the container was created with a terminal."""
    return flag(mapping(await containers.inspect(engine, container), "Config"), "Tty")


async def outcome(engine: Engine, container: str) -> Outcome:
    """Return how the process ended, once the connection has; `running` after a detach or a lost connection."""
    try:
        for pause in SETTLE:
            await asyncio.sleep(pause)
            state = mapping(await containers.inspect(engine, container), "State")
            if not flag(state, "Running"):
                reason = "out of memory" if flag(state, "OOMKilled") else text(state, "Error")
                return Outcome(False, number(state, "ExitCode"), reason)
    except EngineError as error:
        gone = error.kind is ErrorKind.NOT_FOUND
        return Outcome(False, None, "the container was removed" if gone else str(error))
    return Outcome(True)
