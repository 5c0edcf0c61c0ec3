"""Exec and attach on a real Engine: what arrives, how it ends, and what a lost Engine looks like."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from dockertui.engine import attach, containers, execs
from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.execs import Command, Outcome
from dockertui.engine.hijack import Hijacked, WindowSize
from dockertui.engine.multiplex import Channel, Output
from tests.engine.dockerd import Dockerd


@pytest.fixture
async def engine(dockerd: Dockerd) -> AsyncIterator[Engine]:
    engine = Engine(Endpoint("test", dockerd.host, "a test"))
    await engine.open()
    yield engine
    await engine.close()


@pytest.fixture
def container(clean_dockerd: Dockerd) -> str:
    return clean_dockerd.run("--name=target")


async def collect(connection: Hijacked) -> list[Output]:
    found: list[Output] = []
    while outputs := await connection.read():
        found += outputs
    return found


def text(outputs: list[Output], channel: Channel = Channel.OUT) -> str:
    return b"".join(data for came, data in outputs if came is channel).decode()


async def until(connection: Hijacked, wanted: str) -> str:
    """Read until the output holds ``wanted``."""
    came = ""
    while wanted not in came:
        outputs = await connection.read()
        assert outputs, f"it ended without {wanted!r}: {came!r}"
        came += text(outputs)
    return came


async def shell(engine: Engine, container: str, script: str) -> tuple[list[Output], Outcome]:
    exec_id = await execs.create(engine, container, Command(("sh", "-c", script), tty=False))
    async with execs.start(engine, exec_id, tty=False) as connection:
        connection.half_close()
        outputs = await collect(connection)
    return outputs, await execs.outcome(engine, exec_id)


@pytest.mark.parametrize(
    ("script", "code"), [("exit 0", 0), ("exit 3", 3), ("kill -9 $$", 137), ("kill -TERM $$", 143)]
)
async def test_exit_codes(engine: Engine, container: str, script: str, code: int) -> None:
    assert await shell(engine, container, script) == ([], Outcome(False, code))


async def test_stdout_and_stderr_are_told_apart(engine: Engine, container: str) -> None:
    outputs, _ = await shell(engine, container, "echo out; echo err >&2")
    assert (text(outputs), text(outputs, Channel.ERR)) == ("out\n", "err\n")


async def test_input_ends_by_the_half_close(engine: Engine, container: str) -> None:
    exec_id = await execs.create(engine, container, Command(("wc", "-c"), tty=False))
    async with execs.start(engine, exec_id, tty=False) as connection:
        await connection.write(b"x" * 1_000_000)
        connection.half_close()
        assert text(await collect(connection)).strip() == "1000000"


async def test_200_mb_of_both_streams_arrive_whole_and_in_order(engine: Engine, container: str) -> None:
    script = "yes 0123456789abcdef | head -c 100000000 & yes fedcba9876543210 | head -c 100000000 >&2 & wait; wait"
    hashes = {Channel.OUT: hashlib.sha256(), Channel.ERR: hashlib.sha256()}
    exec_id = await execs.create(engine, container, Command(("sh", "-c", script), tty=False))
    async with execs.start(engine, exec_id, tty=False) as connection:
        while outputs := await connection.read():
            for channel, data in outputs:
                hashes[channel].update(data)
    for channel, line in ((Channel.OUT, b"0123456789abcdef\n"), (Channel.ERR, b"fedcba9876543210\n")):
        whole = (line * (100_000_000 // len(line) + 1))[:100_000_000]
        assert hashes[channel].hexdigest() == hashlib.sha256(whole).hexdigest()


async def test_a_terminal_follows_a_resize(engine: Engine, container: str) -> None:
    exec_id = await execs.create(engine, container, Command(("sh",)), WindowSize(80, 24))
    async with execs.start(engine, exec_id, tty=True) as connection:
        await execs.resize(engine, exec_id, WindowSize(123, 45))
        await connection.write(b"stty size; exit 3\n")
        assert "45 123" in text(await collect(connection))
    assert await execs.outcome(engine, exec_id) == Outcome(False, 3)


async def test_a_command_that_does_not_exist_says_so(engine: Engine, container: str) -> None:
    exec_id = await execs.create(engine, container, Command(("no-such-thing",)))
    async with execs.start(engine, exec_id, tty=True) as connection:
        assert "no-such-thing" in text(await collect(connection))
    assert (await execs.outcome(engine, exec_id)).exit_code in (126, 127)


async def test_an_exec_in_a_stopped_container_is_refused(
    engine: Engine, clean_dockerd: Dockerd, container: str
) -> None:
    clean_dockerd.cli("kill", container)
    with pytest.raises(EngineError, match="is not running") as raised:
        await execs.create(engine, container, Command(("sh",)))
    assert raised.value.kind is ErrorKind.CONFLICT


async def test_the_session_ends_when_the_container_is_removed(
    engine: Engine, clean_dockerd: Dockerd, container: str
) -> None:
    exec_id = await execs.create(engine, container, Command(("sh",)))
    async with execs.start(engine, exec_id, tty=True) as connection:
        await until(connection, "#")
        await asyncio.to_thread(clean_dockerd.cli, "rm", "--force", container)
        await collect(connection)
    outcome = await execs.outcome(engine, exec_id)
    assert not outcome.running
    assert outcome.exit_code == 137 or outcome.reason == "the container is gone"


async def test_a_killed_engine_does_not_look_like_an_end(
    engine: Engine, clean_dockerd: Dockerd, container: str
) -> None:
    exec_id = await execs.create(engine, container, Command(("sh",)))
    try:
        async with execs.start(engine, exec_id, tty=True) as connection:
            await until(connection, "#")
            await asyncio.to_thread(clean_dockerd.kill9)
            with suppress(EngineError):  # an end or a loss, as the kernel has it
                await collect(connection)
        outcome = await execs.outcome(engine, exec_id)
        assert outcome.exit_code is None
        assert "docker.sock" in outcome.reason
    finally:
        clean_dockerd.start()


async def test_attach_shows_the_recent_output_and_sends_input(engine: Engine, clean_dockerd: Dockerd) -> None:
    made = clean_dockerd.run("--interactive", command=("sh", "-c", "echo before; cat; echo after >&2"))
    recent: list[Output] = []
    while not recent:
        recent = await attach.recent(engine, made, tty=False)
    assert text(recent) == "before\n"
    async with attach.attach(engine, made, tty=False, stdin=True) as connection:
        await connection.write(b"to the process\n")
        assert await until(connection, "process") == "to the process\n"
    state = (await containers.inspect(engine, made))["State"]
    assert state["Running"], "leaving an attach must leave the container running"


async def test_attach_to_a_terminal(engine: Engine, clean_dockerd: Dockerd) -> None:
    made = clean_dockerd.run("--interactive", "--tty", command=("sh",))
    assert await attach.has_tty(engine, made)
    async with attach.attach(engine, made, tty=True, stdin=True) as connection:
        await attach.resize(engine, made, WindowSize(99, 33))
        await connection.write(b"stty size; exit 5\n")
        assert "33 99" in text(await collect(connection))
    assert await attach.outcome(engine, made) == Outcome(False, 5)


async def test_a_signal_reaches_the_process(engine: Engine, clean_dockerd: Dockerd) -> None:
    made = clean_dockerd.run(command=("sh", "-c", "trap 'echo got INT; exit 9' INT; while :; do sleep 0.1; done"))
    async with attach.attach(engine, made, tty=False, stdin=False) as connection:
        await attach.signal(engine, made, "INT")
        assert text(await collect(connection)) == "got INT\n"
    assert await attach.outcome(engine, made) == Outcome(False, 9)


async def test_a_read_only_engine_looks_and_does_not_touch(dockerd: Dockerd, container: str) -> None:
    engine = Engine(Endpoint("test", dockerd.host, "a test"), read_only=True)
    await engine.open()
    try:
        with pytest.raises(EngineError) as raised:
            await execs.create(engine, container, Command(("sh",)))
        assert raised.value.kind is ErrorKind.READ_ONLY
        async with attach.attach(engine, container, tty=False, stdin=False):
            pass
    finally:
        await engine.close()


ALL_CONTROLS = bytes([*range(1, 32), 127])
"""Every control character but Ctrl-@, which the Engine may keep until the next key."""


@pytest.mark.parametrize("kind", ["exec", "attach"])
async def test_every_control_key_arrives_at_once_and_none_ends_the_session(
    engine: Engine, clean_dockerd: Dockerd, kind: str
) -> None:
    script = "stty raw -echo; echo ready; cat"
    container = clean_dockerd.run("--name=raw", "--tty", "--interactive", command=("sh", "-c", script))
    if kind == "exec":
        connecting = execs.start(engine, await execs.create(engine, container, Command(("sh", "-c", script))), tty=True)
    else:
        connecting = attach.attach(engine, container, tty=True, stdin=True)
    async with asyncio.timeout(60), connecting as connection:
        if kind == "exec":
            await until(connection, "ready")
        for code in [*ALL_CONTROLS, *b"\x10\x11\x10\x11"]:
            await connection.write(bytes([code]))
            came = b""
            while not came:
                outputs = await connection.read()
                assert outputs, f"{code:#x} ended it"
                came = outputs[0].data
            assert came == bytes([code])
        await connection.write(b"\x00\x1f.")
        came = b""
        while len(came) < 3:
            came += b"".join(output.data for output in await connection.read())
        assert came == b"\x00\x1f."
