"""Exec and attach on the demo Engine, by the program's own client: as on a real one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from dockertui.engine import attach, containers, execs
from dockertui.engine.call import Call
from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.execs import Command, Outcome
from dockertui.engine.hijack import Hijacked, WindowSize
from dockertui.engine.multiplex import Channel
from dockertui.terminal.shell import find_shell
from tests.demo import DemoEngine


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    demo = DemoEngine()
    engine = Engine(Endpoint("demo", demo.start(), "a test", demo=True))
    await engine.open()
    yield engine
    await engine.close()
    demo.stop()


async def output(connection: Hijacked) -> str:
    found = b""
    while outputs := await connection.read():
        found += b"".join(data for _, data in outputs)
    return found.decode()


async def until(connection: Hijacked, wanted: str) -> str:
    found = ""
    while wanted not in found:
        outputs = await connection.read()
        assert outputs, f"it ended without {wanted!r}: {found!r}"
        found += b"".join(data for _, data in outputs).decode()
    return found


async def test_the_shell_is_found(engine: Engine) -> None:
    assert await find_shell(engine, "devbox") == "/bin/bash"


async def test_a_shell_on_a_terminal(engine: Engine) -> None:
    exec_id = await execs.create(engine, "devbox", Command(("bash",)), WindowSize(90, 30))
    async with execs.start(engine, exec_id, tty=True) as connection:
        await until(connection, "# ")
        await connection.write(b"stty size\r")
        assert "30 90\r\n" in await until(connection, "30 90\r\n")
        await execs.resize(engine, exec_id, WindowSize(50, 20))
        await connection.write(b"stty sizf\x7fe; tput colors && whoami\r")
        assert "256\r\nroot\r\n" in await until(connection, "root\r\n")
        await connection.write(b"yes\r")
        await until(connection, "y\r\ny\r\n")
        await connection.write(b"\x03")
        await until(connection, "^C")
        await connection.write(b"exit 3\r")
        await output(connection)
    assert await execs.outcome(engine, exec_id) == Outcome(False, 3)


async def test_input_ends_by_the_half_close(engine: Engine) -> None:
    exec_id = await execs.create(engine, "devbox", Command(("cat",), tty=False))
    async with execs.start(engine, exec_id, tty=False) as connection:
        await connection.write(b"one\ntwo\n")
        connection.half_close()
        assert await output(connection) == "one\ntwo\n"
    assert await execs.outcome(engine, exec_id) == Outcome(False, 0)


async def test_errors_come_by_their_own_channel(engine: Engine) -> None:
    exec_id = await execs.create(engine, "devbox", Command(("sh", "-c", "nonsense"), tty=False))
    async with execs.start(engine, exec_id, tty=False) as connection:
        (came, *_) = await connection.read()
    assert came.channel is Channel.ERR
    assert (await execs.outcome(engine, exec_id)).exit_code == 127


async def test_the_session_ends_with_its_container(engine: Engine) -> None:
    exec_id = await execs.create(engine, "devbox", Command(("bash",)))
    async with execs.start(engine, exec_id, tty=True) as connection:
        await until(connection, "# ")
        await engine.request(Call("POST", "/containers/devbox/kill"))
        await output(connection)
    assert (await execs.outcome(engine, exec_id)).exit_code == 137


async def test_a_container_that_does_not_run_refuses(engine: Engine) -> None:
    stopped = next(one for one in await containers.ls(engine) if one.state == "exited")
    with pytest.raises(EngineError, match="is not running") as raised:
        await execs.create(engine, stopped.id, Command(("sh",)))
    assert raised.value.kind is ErrorKind.CONFLICT


async def test_attach_shows_what_is_printed(engine: Engine) -> None:
    assert await attach.recent(engine, "shop-web-1", tty=False)
    async with attach.attach(engine, "shop-web-1", tty=False, stdin=True) as connection:
        assert await connection.read()
