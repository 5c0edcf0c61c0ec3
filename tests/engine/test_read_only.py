"""With `--read-only` no command reaches the Engine: counted where the Engine would hear it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.operations.jobs import perform
from tests.engine.dockerd import Dockerd
from tests.engine.test_operations import CASES
from tests.engine.three_ways import endpoint_of, prepare, task_of


@asynccontextmanager
async def counted(dockerd: Dockerd, path: Path) -> AsyncIterator[list[bytes]]:
    """A proxy before the Engine; the first line of all that came through it."""
    lines: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_unix_connection(str(dockerd.socket))
        with suppress(ConnectionError):
            await asyncio.gather(_pump(reader, outer, lines), _pump(inner, writer, []))

    server = await asyncio.start_unix_server(serve, str(path))
    try:
        yield lines
    finally:
        server.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lines: list[bytes]) -> None:
    while data := await reader.read(65536):
        lines.append(data.partition(b"\r\n")[0])
        writer.write(data)
    writer.close()


async def test_no_command_reaches_the_engine(dockerd: Dockerd) -> None:
    free = Engine(endpoint_of(dockerd))
    await free.open()
    socket = dockerd.home / "proxy.sock"
    async with counted(dockerd, socket) as lines:
        bound = Engine(Endpoint("test", f"unix://{socket}", "DOCKER_HOST"), read_only=True)
        await bound.open()
        for case in {case.id: case for case in CASES}.values():
            prepare(case, dockerd)
            task = await task_of(case, free)
            assert task.command.refusal(bound) == "read only"
            with pytest.raises(EngineError) as refused:
                await perform(bound, task)
            assert refused.value.kind is ErrorKind.READ_ONLY, case.id
        await bound.close()
    await free.close()
    assert [line.split()[0] for line in lines] == [b"GET"], "the version, and nothing else"
