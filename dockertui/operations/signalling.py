"""The command that signals one process of a container."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from dockertui.engine import containers, execs
from dockertui.engine.client import Engine
from dockertui.engine.container_pids import USER, ContainerPids, by_hand, find
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import mapping, number, text
from dockertui.engine.models import Container
from dockertui.engine.processes import Process, ProcessLister
from dockertui.masking import masked
from dockertui.operations.command import Command
from dockertui.operations.command_body import Body, FieldKind, Option, Plan, Values
from dockertui.operations.commands import COMMANDS
from dockertui.operations.containers import SIGNALS
from dockertui.resources.surroundings import Surroundings

_CHOSEN = 28
"""Characters of its command shown in the choice of a process."""
_GONE, _REFUSED = 3, 4
"""Exit codes of the script below."""
_SCRIPT = (
    "read -r s </proc/{pid}/stat || exit 3; set -- ${{s##*) }}; "
    '[ "${{20}}" = {started} ] || exit 3; kill -{signal} {pid} || exit 4'
)
"""Signals a process if it is still the same one: its start time is the 22nd field of its stat, proc(5)."""


class SignalTarget(NamedTuple):
    """The process to signal.

    inside: None for the container's first process, which the Engine signals itself; any other is signalled through a
    shell in the container. children: number of its child processes.
    """

    process: Process
    inside: ContainerPids | None
    children: int


def named(process: Process) -> str:
    """Return a process's line in the form's choice."""
    command = masked(process.command)
    return f"{process.pid} {command if len(command) <= _CHOSEN else f'{command[: _CHOSEN - 1]}…'}"


async def _list(engine: Engine, item: Container) -> Values:
    processes = tuple(map(named, (await ProcessLister(engine).list(item.id)).processes))
    if not processes:
        raise EngineError(ErrorKind.NOT_FOUND, "the Engine lists no process of it")
    return {"container": item, "processes": processes, "process": processes[0]}


async def _complete(engine: Engine, values: Values) -> Values:
    return {**values, **await _find(engine, values["container"], int(values["process"].split()[0]))}


async def _find(engine: Engine, item: Container, pid: int) -> Values:
    """Find the process by its PID, and how to signal it. Raises EngineError."""
    processes = {one.pid: one for one in (await ProcessLister(engine).list(item.id)).processes}
    if pid not in processes:
        raise EngineError(ErrorKind.NOT_FOUND, f"process {pid} has ended")
    first = number(mapping(await containers.inspect(engine, item.id), "State"), "Pid")
    found = None
    if pid != (first if first in processes else 1):  # Podman reports the container's own PIDs
        if item.state == "paused":
            message = "paused: unpause it first, nothing can run in it to send a signal"
            raise EngineError(ErrorKind.CONFLICT, message)
        found = await find(engine, item.id, pid)
    children = sum(one.ppid == pid for one in processes.values())
    return {"target": SignalTarget(processes[pid], found, children)}


def _plan(item: Container, values: Values) -> Plan:
    name, target = values["signal"], values.get("target")
    if target is None:  # the form is open, and its process is looked up afterwards
        return Plan((), ("exec", "--user", USER, item.name, "sh", "-c", f"kill -{name} …"))
    if target.inside is None:
        return Plan((containers.kill(item.id, name),), ("kill", "-s", name, item.name))
    script = _SCRIPT.format(pid=target.inside.pid, started=target.inside.started, signal=name)
    words = (*target.inside.shell, "-c", script)
    calls = (execs.create_call(item.id, execs.Command(words, tty=False, user=USER)), execs.start_call("{Id}"))
    return Plan(calls, ("exec", "--user", USER, item.name, *words), after=partial(_judge, target.process.pid))


async def _judge(pid: int, engine: Engine, replies: Any) -> str:
    """Return the result as a message. Raises EngineError."""
    first: Mapping[str, Any] = replies[0] if isinstance(replies, Sequence) and replies else {}
    outcome = await execs.outcome(engine, text(first, "Id"))
    if outcome.exit_code == 0:
        return f"process {pid}"
    if outcome.exit_code == _GONE:
        raise EngineError(ErrorKind.NOT_FOUND, f"process {pid} has ended")
    if outcome.exit_code == _REFUSED:
        raise EngineError(ErrorKind.UNAUTHORIZED, f"no right to signal process {pid}", by_hand(pid))
    why = outcome.reason or f"exit {outcome.exit_code}"
    raise EngineError(ErrorKind.SERVER, f"whether process {pid} was signalled is not known: {why}")


def _goes_with(item: Container, surroundings: Surroundings, values: Values) -> list[str]:
    target: SignalTarget = values["target"]
    told = [f"signal {values['signal']} to process {target.process.pid}: {target.process.command}"]
    if target.inside is None:
        return [*told, "it is the container's first process: when it ends, all end with it"]
    told.append(f"inside the container it is process {target.inside.pid}")
    if target.children:
        told.append(f"what it started goes on: {target.children} process{'' if target.children == 1 else 'es'}")
    return told


BODIES: Mapping[str, Body] = {
    "container.signal": Body(
        plan=_plan,
        options=(
            Option("process", "Process", FieldKind.CHOICE, required=True, choices_in="processes"),
            Option("signal", "Signal", FieldKind.CHOICE, "TERM", choices=SIGNALS, required=True),
        ),
        prepare=_list,
        complete=_complete,
        takes_along=_goes_with,
    )
}


def signal_of(process: Process) -> Command:
    """Return the command for a process that is already chosen: obstacles are reported before the form opens."""

    async def prepare(engine: Engine, item: Container) -> Values:
        return await _find(engine, item, process.pid)

    body = replace(BODIES["container.signal"], prepare=prepare, complete=None)
    face = next(command for command in COMMANDS if command.id == "container.signal")
    return replace(face, title=f"Signal process {process.pid}", load=lambda id: body)
