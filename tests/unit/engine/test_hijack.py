"""The hijacked connection against an Engine of a few lines that does what a real one cannot be made to do."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from dockertui.engine.call import Call
from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.hijack import Hijacked, hijack
from dockertui.engine.multiplex import Channel, frame
from dockertui.engine.wire import BUFFER_LIMIT

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

UPGRADED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
VERSION = b'{"Version": "20.10.24", "ApiVersion": "1.41", "MinAPIVersion": "1.12"}'


@contextlib.asynccontextmanager
async def engine_that(folder: Path, script: Script, *, read_only: bool = False) -> AsyncIterator[Engine]:
    """An Engine that tells its version, and hands every POST to ``script``."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                if head.startswith(b"POST"):
                    await script(reader, writer)
                    break
                reply = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(VERSION)}"
                writer.write(reply.encode() + b"\r\n\r\n" + VERSION)
        writer.close()

    path = folder / "engine.sock"
    server = await asyncio.start_unix_server(serve, path)
    engine = Engine(Endpoint("test", f"unix://{path}", "a test"), read_only=read_only)
    await engine.open()
    try:
        yield engine
    finally:
        await engine.close()
        server.close()


async def drain(connection: Hijacked) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    while outputs := await connection.read():
        found += outputs
    return found


async def test_data_sent_with_the_upgrade_is_kept(tmp_path: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(UPGRADED + frame(Channel.OUT, b"early") + frame(Channel.ERR, b"bird"))

    async with engine_that(tmp_path, script) as engine, hijack(engine, Call("POST", "/x"), tty=False) as connection:
        assert await drain(connection) == [(1, b"early"), (2, b"bird")]


async def test_a_terminal_is_raw(tmp_path: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(UPGRADED + b"\1\0\0\0raw")

    async with engine_that(tmp_path, script) as engine, hijack(engine, Call("POST", "/x"), tty=True) as connection:
        assert await drain(connection) == [(1, b"\1\0\0\0raw")]


async def test_after_the_half_close_output_still_comes(tmp_path: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(UPGRADED)
        data = await reader.read()
        writer.write(frame(Channel.OUT, b"%d bytes" % len(data)))

    async with engine_that(tmp_path, script) as engine, hijack(engine, Call("POST", "/x"), tty=False) as connection:
        await connection.write(b"x" * 100_000)
        assert connection.can_half_close
        connection.half_close()
        assert await drain(connection) == [(1, b"100000 bytes")]


async def test_the_end_within_a_frame_is_a_loss(tmp_path: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(UPGRADED + frame(Channel.OUT, b"whole") + frame(Channel.OUT, b"cut")[:-1])

    async with engine_that(tmp_path, script) as engine, hijack(engine, Call("POST", "/x"), tty=False) as connection:
        with pytest.raises(EngineError, match="in the middle of a frame") as raised:
            await drain(connection)
    assert raised.value.kind is ErrorKind.LOST


async def test_invalid_frame_is_an_error(tmp_path: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(UPGRADED + b"this is no frame at all")

    async with engine_that(tmp_path, script) as engine, hijack(engine, Call("POST", "/x"), tty=False) as connection:
        with pytest.raises(EngineError, match="out of step") as raised:
            await drain(connection)
    assert raised.value.kind is ErrorKind.PROTOCOL


async def test_a_reset_is_a_loss_and_an_end_is_not(tmp_path: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(UPGRADED)
        await writer.drain()
        await reader.readexactly(1)  # leaving bytes unread makes the kernel reset the connection

    async with engine_that(tmp_path, script) as engine, hijack(engine, Call("POST", "/x"), tty=True) as connection:
        await connection.write(b"x" * 300_000)
        with pytest.raises(EngineError) as raised:
            await drain(connection)
    assert raised.value.kind is ErrorKind.LOST


async def test_writing_after_the_end_is_a_loss(tmp_path: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(UPGRADED)

    async with engine_that(tmp_path, script) as engine, hijack(engine, Call("POST", "/x"), tty=True) as connection:
        assert await drain(connection) == []
        with pytest.raises(EngineError) as raised:
            await connection.write(b"anybody?")
    assert raised.value.kind is ErrorKind.LOST


async def test_unread_output_stops_the_sender(tmp_path: Path) -> None:
    sent = 0

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(UPGRADED)
        for _ in range(1000):
            writer.write(b"y" * 65536)
            await writer.drain()
            sent += 65536

    async with engine_that(tmp_path, script) as engine, hijack(engine, Call("POST", "/x"), tty=True) as connection:
        before = -1
        while before != sent:  # until nothing moves any more
            before = sent
            await asyncio.sleep(0.2)
        assert 0 < sent < 8 * BUFFER_LIMIT
        assert sum(len(data) for _, data in await drain(connection)) == 1000 * 65536


async def test_a_reply_that_is_no_upgrade_is_refused(tmp_path: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async with engine_that(tmp_path, script) as engine:
        with pytest.raises(EngineError, match=r"does not hand the connection over \(HTTP 200\)"):
            async with hijack(engine, Call("POST", "/x"), tty=True):
                pass


async def test_read_only_refuses_input_and_allows_looking(tmp_path: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(UPGRADED + b"seen")

    async with engine_that(tmp_path, script, read_only=True) as engine:
        with pytest.raises(EngineError) as raised:
            async with hijack(engine, Call("POST", "/x"), tty=True):
                pass
        assert raised.value.kind is ErrorKind.READ_ONLY
        async with hijack(engine, Call("POST", "/x"), tty=True, reading=True) as connection:
            assert await drain(connection) == [(1, b"seen")]


async def test_the_journal_has_the_bytes_and_the_end(tmp_path: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(UPGRADED + b"four")

    async with engine_that(tmp_path, script) as engine:
        async with hijack(engine, Call("POST", "/x"), tty=True) as connection:
            await drain(connection)
        request = list(engine.trace)[-1]
    assert (request.method, request.status, request.bytes_in, request.error) == ("POST", 101, 4, "")
    assert request.duration is not None


async def test_leaving_early_closes_the_connection(tmp_path: Path) -> None:
    ended = asyncio.Event()

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(UPGRADED)
        await reader.read()
        ended.set()

    async with engine_that(tmp_path, script) as engine:
        async with hijack(engine, Call("POST", "/x"), tty=True):
            pass
        await asyncio.wait_for(ended.wait(), 30)
