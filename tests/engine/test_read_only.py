"""With `--read-only` nothing that writes reaches the Engine: counted where the Engine would hear it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from dockertui.engine import attach, execs
from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.execs import Command
from dockertui.engine.hijack import WindowSize
from dockertui.operations.commands import COMMANDS
from dockertui.operations.jobs import perform
from tests.engine import plugin
from tests.engine.dockerd import Dockerd, busybox_tar
from tests.engine.test_operations import CASES, UP
from tests.engine.test_plugins import BEFORE as PLUGIN_CASES
from tests.engine.three_ways import Case, endpoint_of, prepare, task_of

READING = {command.id for command in COMMANDS if command.reads}


@asynccontextmanager
async def counted(dockerd: Dockerd) -> AsyncIterator[tuple[Engine, list[bytes]]]:
    """An Engine that may only be read, through a proxy; and the first line of all that came through."""
    lines: list[bytes] = []
    path = dockerd.home / "proxy.sock"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_unix_connection(str(dockerd.socket))
        with suppress(ConnectionError):
            await asyncio.gather(_pump(reader, outer, lines), _pump(inner, writer, []))

    server = await asyncio.start_unix_server(serve, str(path))
    bound = Engine(Endpoint("test", f"unix://{path}", "DOCKER_HOST"), read_only=True)
    try:
        await bound.open()
        yield bound, lines
    finally:
        await bound.close()
        server.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lines: list[bytes]) -> None:
    while data := await reader.read(65536):
        lines.append(data.partition(b"\r\n")[0])
        writer.write(data)
    writer.close()


_HALF_DONE = [UP, "create --network=none --name=web.dockertui-new-running busybox"]
"""What a recreate leaves that was cut off after its first request."""


def cases(folder: Path) -> dict[str, Case]:
    """One case for each command that writes, by its id."""
    tar = folder / "root.tar"
    tar.write_bytes(busybox_tar())
    (folder / "Dockerfile").write_text("FROM busybox\n")
    plugin_made = f"plugin create {plugin.NAME} {plugin.make(folder / 'plugin')}"
    further = (
        Case("image.build", values={"folder": str(folder), "dockerfile": "Dockerfile"}),
        Case("image.pull", values={"reference": "127.0.0.1:9/shop:1"}),
        Case("image.push", ["tag busybox 127.0.0.1:9/shop:1"], "127.0.0.1:9/shop:1"),
        Case("image.load", values={"file": str(tar)}),
        Case("image.import", values={"file": str(tar), "reference": "root:1"}),
        Case("container.copy_in", [UP], "web", {"source": str(tar), "path": "/root"}),
        Case("registry.login", values={"registry": "127.0.0.1:9", "user": "ann", "password": "sesame"}),
        Case("registry.logout", values={"registry": "127.0.0.1:9"}),
        Case("volume.prune_all"),
        *(Case(id, [plugin_made, *before], plugin.NAME) for id, before in PLUGIN_CASES.items()),
        *(Case(f"container.recreate_{end}", _HALF_DONE, "web.dockertui-new-running") for end in ("finish", "undo")),
    )
    return {case.id: case for case in (*CASES, *further)}


async def test_no_command_that_writes_reaches_the_engine(
    dockerd: Dockerd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    kept = '{"auths": {"127.0.0.1:9": {"auth": "YW5uOm5v"}}}'
    config = write(tmp_path / "config.json", kept)
    free = Engine(endpoint_of(dockerd))
    await free.open()
    tried = cases(tmp_path)
    assert tried.keys() == {command.id for command in COMMANDS} - READING
    async with counted(dockerd) as (bound, lines):
        for case in tried.values():
            prepare(case, dockerd)
            task = await task_of(case, free, whatever_the_version=True)
            assert task.command.refusal(bound) == "read only"
            with pytest.raises(EngineError) as refused:
                await perform(bound, task)
            assert refused.value.kind is ErrorKind.READ_ONLY, case.id
    await free.close()
    assert [line.split()[0] for line in lines] == [b"GET"], "the version, and nothing else"
    assert config() == kept


async def test_no_terminal_reaches_the_engine(clean_dockerd: Dockerd) -> None:
    clean_dockerd.cli(*UP.split())
    size = WindowSize(24, 80)
    async with counted(clean_dockerd) as (bound, lines):

        async def connected(way: Callable[[], object]) -> None:
            async with way():  # type: ignore[attr-defined]
                pass

        attempts: list[Callable[[], Awaitable[object]]] = [
            lambda: execs.create(bound, "web", Command(("id",)), size),
            lambda: connected(lambda: execs.start(bound, "0" * 64, tty=False)),
            lambda: execs.resize(bound, "0" * 64, size),
            lambda: connected(lambda: attach.attach(bound, "web", tty=False, stdin=True)),
            lambda: attach.resize(bound, "web", size),
            lambda: attach.signal(bound, "web", "INT"),
        ]
        for attempt in attempts:
            with pytest.raises(EngineError) as refused:
                await attempt()
            assert refused.value.kind is ErrorKind.READ_ONLY
        assert [line.split()[0] for line in lines] == [b"GET"], "the version, and nothing else"
        await connected(lambda: attach.attach(bound, "web", tty=False, stdin=False))
        assert any(b"attach?" in line for line in lines), "looking is allowed"


@pytest.mark.parametrize(
    "case",
    [
        Case("image.save", target="busybox:latest", values={"file": "out.tar"}),
        Case("container.export", [UP], "web", {"file": "out.tar"}),
        Case("container.copy_out", [UP], "web", {"path": "/etc/passwd", "folder": "."}),
    ],
    ids=lambda case: case.id,
)
async def test_what_only_reads_is_possible(
    case: Case, dockerd: Dockerd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    prepare(case, dockerd)
    async with counted(dockerd) as (bound, lines):
        task = await task_of(case, bound)
        await perform(bound, task)
        assert {line.split()[0] for line in lines} == {b"GET"}
    assert len(list(map(str, written(tmp_path)))) == 1


def write(path: Path, text: str) -> Callable[[], str]:
    path.write_text(text)
    return path.read_text


def written(folder: Path) -> list[Path]:
    return list(folder.iterdir())
