"""What `ps` says of a container, and a signal to one of its processes: the same on the demo Engine and a real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from dockertui.engine import container_pids, containers, execs
from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.execs import Command
from dockertui.engine.processes import FORMATS, ProcessLister, listing
from tests.contract.workshop import Workshop


@pytest.fixture
async def engine(url: str) -> AsyncIterator[Engine]:
    engine = Engine(Endpoint("test", url, "a test"))
    await engine.open()
    yield engine
    await engine.close()


async def settled(engine: Engine, container: str) -> None:
    """Wait until what starts the process has become it."""
    while any("runc" in one.command for one in (await ProcessLister(engine).list(container)).processes):  # noqa: ASYNC110
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("ps_args", FORMATS, ids=lambda ps_args: str(ps_args)[:40])
async def test_every_format_names_the_process(engine: Engine, workshop: Workshop, ps_args: str | None) -> None:
    made = workshop.container("box", start=True, Cmd=["sleep", "1000"])
    await settled(engine, made)
    (one,) = listing(await containers.top(engine, made, ps_args)).processes
    inspect = await containers.inspect(engine, made)
    assert (one.pid, one.user, one.command) == (inspect["State"]["Pid"], "root", "sleep 1000")
    assert one.cpu_time == 0
    if ps_args is not None:
        assert one.age is not None
        assert one.age < 60
        assert one.memory
        assert one.state.startswith("S")


@pytest.mark.parametrize(
    ("ps_args", "message"),
    [("-eo pid,nonsense", "ps: error: unknown user-defined format"), ("-eo user,args", "find PID field in ps output")],
)
async def test_what_ps_refuses(engine: Engine, workshop: Workshop, ps_args: str, message: str) -> None:
    made = workshop.container("box", start=True)
    with pytest.raises(EngineError, match=message) as raised:
        await containers.top(engine, made, ps_args)
    assert raised.value.kind is ErrorKind.SERVER


async def test_what_an_exec_runs_is_listed(engine: Engine, workshop: Workshop) -> None:
    made = workshop.container("box", start=True)
    exec_id = await execs.create(engine, made, Command(("cat",), tty=False))
    async with execs.start(engine, exec_id, tty=False) as connection:
        await connection.write(b"it runs\n")
        assert await connection.read()
        first, second = (await ProcessLister(engine).list(made)).processes
        assert second.command == "cat"
        assert second.ppid == first.ppid, "it hangs on no process of the container"
        connection.half_close()
        await connection.read()
    assert (await execs.outcome(engine, exec_id)).exit_code == 0
    assert len((await ProcessLister(engine).list(made)).processes) == 1


async def test_the_pid_inside(engine: Engine, workshop: Workshop) -> None:
    made = workshop.container("box", start=True)
    (one,) = (await ProcessLister(engine).list(made)).processes
    assert (await container_pids.find(engine, made, one.pid)).pid == 1
    with pytest.raises(EngineError, match="has ended"):
        await container_pids.find(engine, made, 1)


async def test_the_exit_code_of_a_command(engine: Engine, workshop: Workshop) -> None:
    made = workshop.container("box", start=True)
    ended = await execs.run(engine, made, Command(("sh", "-c", "exit 3"), tty=False, user="0"))
    assert (ended.exit_code, ended.out, ended.err) == (3, b"", b"")
    assert (await execs.run(engine, made, Command(("echo", "one"), tty=False))).out == b"one\n"
