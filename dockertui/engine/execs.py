"""Requests of the API's family `/exec`: a further process in a running container. All raise EngineError."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Final

from dockertui.engine.call import Call
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import flag, number, text
from dockertui.engine.hijack import DETACH_KEYS, Hijacked, WindowSize, hijack
from dockertui.engine.json_stream import parse_json
from dockertui.engine.multiplex import Channel
from dockertui.engine.target import segment

RUN_TIMEOUT: Final = 15.0
"""Seconds that a command may take whose output is waited for."""
START_PATIENCE: Final = 5.0
SETTLE: Final = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
"""Pauses (s) before each request for how a process ended: its output ends a moment before the Engine knows."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command to run in a container, as `docker exec` has it. `env` are "NAME=value"."""

    words: tuple[str, ...]
    tty: bool = True
    user: str = ""
    workdir: str = ""
    env: tuple[str, ...] = ()
    privileged: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """A process's state. `exit_code` is None while it runs, or when the Engine does not say."""

    running: bool
    exit_code: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that has ended, and its output."""

    exit_code: int | None
    out: bytes
    err: bytes


def create_call(container: str, command: Command) -> Call:
    """Return the request that prepares a command without input; the `Id` in the reply is the exec's."""
    body = {"AttachStdout": True, "AttachStderr": True, "Tty": command.tty, "Cmd": list(command.words)}
    return Call(
        "POST", f"/containers/{segment(container)}/exec", body=body | ({"User": command.user} if command.user else {})
    )


def start_call(exec_id: str) -> Call:
    """Return the request that runs a prepared command, answered when it has ended; `outcome` asks for the exit code.

    Docker 20.10 may not reply when the command ends the container. Detached, Podman would never notice the end.
    """
    body = {"Detach": False, "Tty": False}
    return Call("POST", f"/exec/{exec_id}/start", body=body, patience=START_PATIENCE)


async def create(engine: Engine, container: str, command: Command, size: WindowSize | None = None) -> str:
    """Prepare the command and return the exec's id. From API 1.42 on the terminal starts with `size`."""
    body: dict[str, Any] = {
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": command.tty,
        "Cmd": list(command.words),
        "Env": list(command.env),
        "Privileged": command.privileged,
    }
    if command.user:
        body["User"] = command.user
    if command.workdir:
        body["WorkingDir"] = command.workdir
    if command.tty:
        body["DetachKeys"] = DETACH_KEYS
    if command.tty and size is not None and engine.supports("1.42"):
        body["ConsoleSize"] = [size.rows, size.columns]
    reply = await engine.request(Call("POST", f"/containers/{segment(container)}/exec", body=body))
    exec_id = _id_in(reply.body)
    if not exec_id:
        raise EngineError(ErrorKind.PROTOCOL, "the Engine prepared a command without giving its id")
    return exec_id


def _id_in(body: bytes) -> str:
    try:
        value = parse_json(body)
    except ValueError:
        return ""
    return text(value, "Id") if isinstance(value, dict) else ""


def start(engine: Engine, exec_id: str, *, tty: bool) -> AbstractAsyncContextManager[Hijacked]:
    """Start the command, connected. Leaving the context closes the connection, but does not end the process."""
    body = {"Detach": False, "Tty": tty}
    return hijack(engine, Call("POST", f"/exec/{segment(exec_id)}/start", body=body), tty=tty)


async def resize(engine: Engine, exec_id: str, size: WindowSize) -> None:
    """Set the size of the process's terminal. Only after `start`: before it, Engines fail after a wait."""
    await engine.request(Call("POST", f"/exec/{segment(exec_id)}/resize", size.params))


async def inspect(engine: Engine, exec_id: str) -> Outcome:
    """Return whether it runs, and its exit code."""
    reply = await engine.get_object(Call("GET", f"/exec/{segment(exec_id)}/json"))
    running = flag(reply, "Running")
    return Outcome(running, None if running else number(reply, "ExitCode"))


async def outcome(engine: Engine, exec_id: str) -> Outcome:
    """Return how it ended, once its connection has: waits a moment for the Engine to know.

    Still `running` means that the connection was lost, or that the process closed its output.
    """
    try:
        for pause in SETTLE:
            await asyncio.sleep(pause)
            found = await inspect(engine, exec_id)
            if not found.running:
                return found
    except EngineError as error:
        gone = error.kind is ErrorKind.NOT_FOUND
        return Outcome(False, None, "the container is gone" if gone else str(error))
    return Outcome(True)


async def run(engine: Engine, container: str, command: Command, limit: int = 1 << 24) -> Finished:
    """Run a short command without a terminal to its end.

    Raises EngineError: TIMEOUT when it takes over `RUN_TIMEOUT`, PROTOCOL when it prints over `limit` bytes.
    """
    try:
        async with asyncio.timeout(RUN_TIMEOUT):
            return await _run(engine, container, command, limit)
    except TimeoutError:
        message = f"{command.words[0]} in the container did not end within {RUN_TIMEOUT:g} s"
        raise EngineError(ErrorKind.TIMEOUT, message) from None


async def _run(engine: Engine, container: str, command: Command, limit: int) -> Finished:
    exec_id = await create(engine, container, command)
    printed: dict[Channel, list[bytes]] = {}
    size = 0
    async with start(engine, exec_id, tty=False) as connection:
        while outputs := await connection.read():
            for channel, data in outputs:
                printed.setdefault(Channel(channel), []).append(data)
                size += len(data)
            if size > limit:
                raise EngineError(ErrorKind.PROTOCOL, f"{command.words[0]} prints more than {limit} bytes")
    ended = await outcome(engine, exec_id)
    return Finished(ended.exit_code, *(b"".join(printed.get(channel, ())) for channel in (Channel.OUT, Channel.ERR)))
