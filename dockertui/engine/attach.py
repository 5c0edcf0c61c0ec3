"""Attaching to a container's own process. All raise EngineError."""

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
    """Its streams from now on. ``tty`` must be what the container was made with; without ``stdin`` it is only
    looked at, which a read-only Engine allows. Leaving the context leaves the container running.
    """
    params: dict[str, Any] = {"stream": True, "stdin": stdin, "stdout": True, "stderr": True}
    if stdin and tty:
        params["detachKeys"] = DETACH_KEYS
    call = Call("POST", f"/containers/{segment(container)}/attach", params)
    return hijack(engine, call, tty=tty, reading=not stdin)


async def recent(engine: Engine, container: str, *, tty: bool) -> list[Output]:
    """The last lines it wrote, from its log: what attaching itself can repeat is all or nothing.

    Nothing when its log driver cannot be read, or does not give what it should.
    """
    params = {"stdout": True, "stderr": True, "tail": RECENT_LINES}
    try:
        async with engine.stream(Call("GET", f"/containers/{segment(container)}/logs", params)) as stream:
            data = await stream.read(RECENT_LIMIT)
        return [Output(Channel.OUT, data)] if tty and data else Demultiplexer().feed(data)
    except (EngineError, FrameError):
        return []


async def resize(engine: Engine, container: str, size: WindowSize) -> None:
    """Tell its terminal its size."""
    await engine.request(Call("POST", f"/containers/{segment(container)}/resize", size.params))


async def signal(engine: Engine, container: str, name: str) -> None:
    """Send a signal, "INT", to its process: what Ctrl-C does in ``docker attach`` without a terminal."""
    await engine.request(containers.kill(container, name))


async def has_tty(engine: Engine, container: str) -> bool:
    """Whether it was made with a terminal."""
    return flag(mapping(await containers.inspect(engine, container), "Config"), "Tty")


async def outcome(engine: Engine, container: str) -> Outcome:
    """How its process ended, asked after the connection did; ``running`` after a detaching or a loss."""
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
