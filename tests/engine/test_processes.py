"""Processes and signals on a real Engine: what is shown is what `docker top` says, and a signal goes where it is to."""

from __future__ import annotations

import asyncio
import io
import shutil
import subprocess
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dockertui.engine import container_pids, containers, execs
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.models import Container
from dockertui.engine.processes import FORMATS, Process, ProcessLister
from dockertui.live.processes import ProcessHistory
from dockertui.operations import signalling
from dockertui.operations.command_lines import curl_line, docker_line
from dockertui.operations.jobs import Task, perform
from tests.engine.dockerd import Dockerd
from tests.engine.three_ways import endpoint_of, shell

TREE = "sleep 1000 & sh -c 'sleep 2000 & sleep 2000 & exec sleep 3000' & wait"


@pytest.fixture
async def engine(dockerd: Dockerd) -> AsyncIterator[Engine]:
    engine = Engine(endpoint_of(dockerd))
    await engine.open()
    yield engine
    await engine.close()


async def listed(engine: Engine, name: str, count: int) -> list[Process]:
    """The processes, once there are so many of them, each what it is to be."""
    async with asyncio.timeout(60):
        while True:
            found = (await ProcessLister(engine).list(name)).processes
            if len(found) == count and not any("runc" in one.command for one in found):
                return list(found)
            await asyncio.sleep(0.02)


async def tree(engine: Engine, dockerd: Dockerd) -> list[Process]:
    """A container `box`: a shell with a sleep and another process, which has two sleeps; and one of another user."""
    dockerd.run("--name=box", command=("sh", "-c", TREE))
    await listed(engine, "box", 5)
    dockerd.cli("exec", "--detach", "--user=nobody", "box", "sleep", "4000")
    return await listed(engine, "box", 6)


def of(found: list[Process], command: str) -> list[Process]:
    return [one for one in found if one.command == command]


async def container(engine: Engine, name: str) -> Container:
    return next(one for one in await containers.ls(engine) if one.name == name)


async def task(engine: Engine, process: Process, signal: str, name: str = "box") -> Task:
    """The order to signal a process, as the screen gives it."""
    item = await container(engine, name)
    command = signalling.signal_of(process)
    assert command.refusal(engine, item) == ""
    assert command.body.prepare is not None
    values = {"signal": signal, **await command.body.prepare(engine, item)}
    return Task(command, item.id, item.name, command.body.plan(item, values))


async def test_what_is_shown_is_what_docker_top_says(engine: Engine, clean_dockerd: Dockerd) -> None:
    await tree(engine, clean_dockerd)
    lister = ProcessLister(engine)
    found = await lister.list("box")
    assert lister.ps_args is not None
    printed = [
        line.split(None, len(found.titles) - 1) for line in clean_dockerd.cli("top", "box", lister.ps_args).splitlines()
    ]
    assert list(found.titles) == printed[0]
    rows = {int(row[0]): dict(zip(printed[0], row, strict=True)) for row in printed[1:]}
    assert {one.pid for one in found.processes} == rows.keys()
    for one in found.processes:
        row = rows[one.pid]
        assert (str(one.ppid), one.user, str(one.threads), one.state, one.command) == (
            row["PPID"], row["USER"], row["NLWP"], row["STAT"], row["COMMAND"],
        )  # fmt: skip
        assert one.memory == int(row["RSS"]) * 1024
        assert one.cpu_time is not None
        assert abs(one.cpu_time - int(row["TIME"])) <= 1
    assert {one.user for one in found.processes} == {"root", "nobody"}


async def test_the_share_of_a_busy_process(engine: Engine, clean_dockerd: Dockerd) -> None:
    clean_dockerd.run("--name=box", command=("sh", "-c", "sleep 1000 & while :; do :; done"))
    await listed(engine, "box", 2)
    history, lister, loop = ProcessHistory(), ProcessLister(engine), asyncio.get_running_loop()
    for _ in range(3):
        shares = {live.process.command: live.cpu for live in history.take(await lister.list("box"), loop.time())}
        await asyncio.sleep(1)
    busy = next(share for command, share in shares.items() if command.startswith("sh"))
    assert busy is not None
    assert 5 < busy < 130, "its share of a machine that does other things, too"
    assert shares["sleep 1000"] == pytest.approx(0, abs=1)


async def test_older_formats_tell_the_same_processes(engine: Engine, clean_dockerd: Dockerd) -> None:
    best = {one.pid: (one.ppid, one.command) for one in await tree(engine, clean_dockerd)}
    lister = ProcessLister(engine)
    for format in range(len(FORMATS)):
        lister._format = format
        assert {one.pid: (one.ppid, one.command) for one in (await lister.list("box")).processes} == best


async def left_without(engine: Engine, dying: Process) -> set[int]:
    """The PIDs that are left when a process that was signalled has died: the signal is sent, death takes a moment.

    A killed child of a shell that does not wait for it stays, as a zombie.
    """
    async with asyncio.timeout(60):
        while True:
            found = (await ProcessLister(engine).list("box")).processes
            left = {one.pid for one in found if not one.state.startswith("Z")}
            if dying.pid not in left:
                return left
            await asyncio.sleep(0.02)


async def test_a_signal_goes_to_that_very_process(engine: Engine, clean_dockerd: Dockerd) -> None:
    found = await tree(engine, clean_dockerd)
    twins = of(found, "sleep 2000")
    assert len(twins) == 2
    for number, one in enumerate([twins[1], *of(found, "sleep 1000"), *of(found, "sleep 4000")], 1):
        assert await perform(engine, await task(engine, one, "KILL")) == f"process {one.pid}"
        left = await left_without(engine, one)
        assert len(left) == 6 - number
    assert twins[0].pid in left


async def test_a_signal_to_the_first_process(engine: Engine, clean_dockerd: Dockerd) -> None:
    found = await tree(engine, clean_dockerd)
    order = await task(engine, found[0], "KILL")
    assert order.plan.docker == ("kill", "-s", "KILL", "box")
    await perform(engine, order)
    assert clean_dockerd.cli("wait", "box") == "137"


@pytest.mark.parametrize("way", ["docker", "curl"])
async def test_the_lines_do_the_same(engine: Engine, clean_dockerd: Dockerd, way: str) -> None:
    (one,) = of(await tree(engine, clean_dockerd), "sleep 1000")
    plan = (await task(engine, one, "KILL")).plan
    assert engine.version is not None
    line = docker_line(engine.endpoint, plan.docker)
    shell(line if way == "docker" else curl_line(engine.endpoint, engine.version.api, plan.calls), clean_dockerd)
    await left_without(engine, one)


async def test_a_process_that_ended_meanwhile_is_not_another(engine: Engine, clean_dockerd: Dockerd) -> None:
    (one,) = of(await tree(engine, clean_dockerd), "sleep 4000")
    order = await task(engine, one, "KILL")
    clean_dockerd.cli("exec", "box", "kill", "-KILL", str((await container_pids.find(engine, "box", one.pid)).pid))
    await listed(engine, "box", 5)
    with pytest.raises(EngineError, match=f"process {one.pid} has ended"):
        await perform(engine, order)


async def test_in_the_hosts_pid_namespace(engine: Engine, clean_dockerd: Dockerd) -> None:
    # its first process outlives the other, or the Engine may forget the exec before it is asked what came of it
    clean_dockerd.run("--name=box", "--pid=host", command=("sh", "-c", "sleep 1000 & wait; sleep 2"))
    found = await listed(engine, "box", 2)
    (child,) = of(found, "sleep 1000")
    assert (await container_pids.find(engine, "box", child.pid)).pid == child.pid
    await perform(engine, await task(engine, child, "TERM"))
    assert clean_dockerd.cli("wait", "box") == "0"


async def test_without_a_right_to_signal(engine: Engine, clean_dockerd: Dockerd) -> None:
    clean_dockerd.run("--name=box", "--cap-drop=ALL")
    clean_dockerd.cli("exec", "--detach", "--user=nobody", "box", "sleep", "4000")
    (one,) = of(await listed(engine, "box", 2), "sleep 4000")
    with pytest.raises(EngineError, match=f"no right to signal process {one.pid}"):
        await perform(engine, await task(engine, one, "TERM"))


@pytest.fixture
def shell_less(clean_dockerd: Dockerd, tmp_path: Path) -> str:
    """An image of one static program that forks once and sleeps."""
    if shutil.which("gcc") is None:
        return ""
    source = tmp_path / "forks.c"
    source.write_text("#include <unistd.h>\nint main(void) { fork(); for (;;) pause(); }\n")
    subprocess.run(["gcc", "-static", "-o", tmp_path / "forks", source], check=True)
    data = (tmp_path / "forks").read_bytes()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        entry = tarfile.TarInfo("forks")
        entry.mode, entry.size = 0o755, len(data)
        tar.addfile(entry, io.BytesIO(data))
    clean_dockerd.cli("import", "--change", 'CMD ["/forks"]', "-", "forks:1", stdin=buffer.getvalue())
    return clean_dockerd.cli("run", "--detach", "--network=none", "--name=box", "forks:1")


async def test_a_container_without_a_shell_says_so(engine: Engine, shell_less: str, clean_dockerd: Dockerd) -> None:
    if not shell_less:
        pytest.skip("needs gcc, to make a program that forks")
    first, second = await listed(engine, "box", 2)
    with pytest.raises(EngineError, match="no shell") as raised:
        await container_pids.find(engine, "box", second.pid)
    assert raised.value.kind is ErrorKind.UNSUPPORTED
    assert f"kill -s SIGNAL {second.pid}" in str(raised.value)
    await perform(engine, await task(engine, first, "KILL"))
    assert clean_dockerd.cli("wait", "box") == "137"


async def test_a_paused_container_lists_and_is_not_signalled(engine: Engine, clean_dockerd: Dockerd) -> None:
    found = await tree(engine, clean_dockerd)
    clean_dockerd.cli("pause", "box")
    try:
        assert len((await ProcessLister(engine).list("box")).processes) == len(found)
        with pytest.raises(EngineError, match="is paused"):
            await container_pids.find(engine, "box", found[-1].pid)
    finally:
        clean_dockerd.cli("unpause", "box")


async def test_of_what_does_not_run(engine: Engine, clean_dockerd: Dockerd) -> None:
    clean_dockerd.run("--name=box", command=("true",))
    clean_dockerd.cli("wait", "box")
    with pytest.raises(EngineError, match="not running") as raised:
        await ProcessLister(engine).list("box")
    assert raised.value.kind is ErrorKind.CONFLICT
    with pytest.raises(EngineError) as missing:
        await ProcessLister(engine).list("nobody")
    assert missing.value.kind is ErrorKind.NOT_FOUND


async def test_hostile_arguments(engine: Engine, clean_dockerd: Dockerd) -> None:
    hostile = "\x1b]52;c;ZXZpbA==\x07\n\x9b31m‮evil " + "x" * 100_000
    clean_dockerd.run("--name=box", command=("sh", "-c", "sleep 1000 & wait", hostile))
    first, _ = await listed(engine, "box", 2)
    assert len(first.command) > 50_000
    (child,) = of(await listed(engine, "box", 2), "sleep 1000")
    assert (await container_pids.find(engine, "box", child.pid)).pid != 1


async def test_nothing_is_left_of_what_was_asked_with(engine: Engine, clean_dockerd: Dockerd) -> None:
    found = await tree(engine, clean_dockerd)
    await container_pids.find(engine, "box", found[-1].pid)
    assert {one.pid for one in (await ProcessLister(engine).list("box")).processes} == {one.pid for one in found}
    ended = await execs.run(engine, "box", execs.Command(("sh", "-c", "exit 0"), tty=False))
    assert ended.exit_code == 0
