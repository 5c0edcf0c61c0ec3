"""The command that signals a process of a container."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dockertui.engine import container_calls, execs
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import text
from dockertui.engine.inside import USER, Inside, by_hand
from dockertui.engine.models import Container
from dockertui.engine.processes import Process
from dockertui.operations.base import Context
from dockertui.operations.body import Body, Entry, Option, Plan, Values
from dockertui.operations.command import Command, Harm
from dockertui.operations.commands import running
from dockertui.operations.containers import KIND, SIGNALS
from dockertui.resources.world import World

_GONE, _REFUSED = 3, 4
"""Exit codes of the script below."""
_SCRIPT = (
    "read -r s </proc/{pid}/stat || exit 3; set -- ${{s##*) }}; "
    '[ "${{20}}" = {started} ] || exit 3; kill -{signal} {pid} || exit 4'
)
"""Signals a process if it is still the one that was meant: its start is the 22nd field of its stat, proc(5)."""


def signal(process: Process, inside: Inside | None, children: int) -> Command:
    """The command that signals a process of a container: its first one, where `inside` is None, by the Engine itself,
    any other through a shell in it. `children`: how many others it started.
    """

    def plan(item: Container, values: Values) -> Plan:
        name = values["signal"]
        if inside is None:
            return Plan((container_calls.kill(item.id, name),), ("kill", "-s", name, item.name))
        script = _SCRIPT.format(pid=inside.pid, started=inside.started, signal=name)
        words = (*inside.shell, "-c", script)
        calls = (execs.create_call(item.id, execs.Command(words, tty=False, user=USER)), execs.start_call("{Id}"))
        return Plan(calls, ("exec", "--user", USER, item.name, *words), after=_judge)

    async def _judge(engine: Engine, replies: Any) -> str:
        """What came of it. Raises EngineError."""
        first: Mapping[str, Any] = replies[0] if isinstance(replies, Sequence) and replies else {}
        outcome = await execs.outcome(engine, text(first, "Id"))
        if outcome.exit_code == 0:
            return f"process {process.pid}"
        if outcome.exit_code == _GONE:
            raise EngineError(ErrorKind.NOT_FOUND, f"process {process.pid} has ended")
        if outcome.exit_code == _REFUSED:
            raise EngineError(ErrorKind.UNAUTHORIZED, f"no right to signal process {process.pid}", by_hand(process.pid))
        why = outcome.reason or f"exit {outcome.exit_code}"
        raise EngineError(ErrorKind.SERVER, f"whether process {process.pid} was signalled is not known: {why}")

    def goes_with(item: Container, world: World, values: Values) -> list[str]:
        told = [f"signal {values['signal']} to process {process.pid}: {process.command}"]
        if inside is None:
            return [*told, "it is the container's first process: when it ends, all end with it"]
        told.append(f"inside the container it is process {inside.pid}")
        if children:
            told.append(f"what it started goes on: {children} process{'' if children == 1 else 'es'}")
        return told

    options = (Option("signal", "Signal", Entry.CHOICE, "TERM", choices=SIGNALS, required=True),)
    body = Body(plan=plan, options=options, takes_along=goes_with)
    return Command(
        "processes.signal", f"Signal process {process.pid}", "", (), "Processes", Context.PROCESSES,
        kind=KIND, load=lambda id: body, many=False, harm=Harm.DESTROYS, applies=running, ask=True, doing="signalling",
        done="signalled",
    )  # fmt: skip
