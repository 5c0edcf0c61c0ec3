"""Engines behind ssh, with a program named ssh that is a relay of ours."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from dockertui.engine import ssh
from dockertui.engine.call import Call
from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.ssh import ssh_command
from tests.unit.engine.engine_peer import CHUNKED, Answer, Peer, after_version, chunk, peer, reply, saying

RELAY = """
import json, os, socket, sys, threading
with open({log!r}, "a") as log:
    print(json.dumps(sys.argv[1:]), file=log)
link = socket.socket(socket.AF_UNIX)
link.connect({target!r})

def upward():
    while data := os.read(0, 65536):
        link.sendall(data)
    link.shutdown(socket.SHUT_WR)

threading.Thread(target=upward, daemon=True).start()
while data := link.recv(65536):
    os.write(1, data)
"""


@pytest.fixture
def bin_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that comes first on the PATH."""
    directory = tmp_path / "bin"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}{os.pathsep}{os.environ['PATH']}")
    return directory


def install(bin_dir: Path, source: str) -> None:
    program = bin_dir / "ssh"
    program.write_text(f"#!{sys.executable}\n{source}")
    program.chmod(0o755)


@asynccontextmanager
async def behind_ssh(tmp_path: Path, bin_dir: Path, answer: Answer) -> AsyncIterator[tuple[Engine, Peer]]:
    """An Engine reached through the relay to a peer."""
    async with peer(tmp_path, answer) as server:
        install(bin_dir, RELAY.format(log=str(tmp_path / "log"), target=server.endpoint.socket_path))
        engine = Engine(Endpoint("lab", "ssh://me@lab:2222", "context lab"))
        try:
            yield engine, server
        finally:
            await engine.close()


def runs(tmp_path: Path) -> list[list[str]]:
    return [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]


async def answer_everything(path: str, writer: asyncio.StreamWriter) -> None:
    if path.endswith("/events"):
        writer.write(CHUNKED + chunk(b'{"Type":"x"}\n'))
    else:
        writer.write(reply(b"{}") if path != "/_ping" else b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


async def test_calls_go_through_ssh_and_share_its_connections(tmp_path: Path, bin_dir: Path) -> None:
    async with behind_ssh(tmp_path, bin_dir, after_version(answer_everything)) as (engine, server):
        assert (await engine.open()).engine == "99.0"
        for _ in range(3):
            assert await engine.get(Call("GET", "/info")) == {}
        assert runs(tmp_path) == [ssh_command(engine.endpoint)[1:]]
        assert server.requests[:2] == ["HEAD /_ping", "GET /version"]


async def test_many_at_once_and_none_is_left(tmp_path: Path, bin_dir: Path) -> None:
    async with behind_ssh(tmp_path, bin_dir, after_version(answer_everything)) as (engine, server):
        await engine.open()
        assert await asyncio.gather(*(engine.get(Call("GET", "/info")) for _ in range(8))) == [{}] * 8
        async with engine.objects(Call("GET", "/events")) as objects:
            assert await anext(objects) == {"Type": "x"}
        await engine.close()
        await server.left(0)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "import sys; sys.exit('me@lab: Permission denied (publickey).')",
            "me@lab: Permission denied (publickey): try: ssh -T",
        ),
        ("import sys; sys.exit(255)", "ssh ended with code 255"),
        ("print('Welcome to lab!', flush=True); input()", "the remote shell printed 'Welcome to lab!"),
        ("import os; os.write(2, b'x' * 100_000); raise SystemExit(1)", "xxx"),
    ],
    ids=["refused", "silent", "banner", "talkative"],
)
async def test_what_ssh_says_reaches_the_user(tmp_path: Path, bin_dir: Path, source: str, words: str) -> None:
    install(bin_dir, source)
    engine = Engine(Endpoint("lab", "ssh://me@lab", "context lab"))
    with pytest.raises(EngineError) as caught:
        await engine.open()
    await engine.close()
    assert caught.value.kind in (ErrorKind.SSH, ErrorKind.LOGIN)
    assert words in str(caught.value)
    assert "ssh://me@lab" in str(caught.value)
    assert len(caught.value.message) <= 1000


async def test_without_ssh_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    engine = Engine(Endpoint("lab", "ssh://lab", "context lab"))
    with pytest.raises(EngineError, match="this machine has no ssh"):
        await engine.open()
    await engine.close()


async def test_a_link_that_breaks_is_lost(tmp_path: Path, bin_dir: Path) -> None:
    async def cut(path: str, writer: asyncio.StreamWriter) -> None:
        if path == "/_ping":
            await answer_everything(path, writer)
        else:
            await saying(reply(b"[1,", length=100), close=True)(path, writer)

    async with behind_ssh(tmp_path, bin_dir, after_version(cut)) as (engine, _):
        await engine.open()
        with pytest.raises(EngineError) as caught:
            await engine.get(Call("GET", "/info"))
        assert caught.value.kind is ErrorKind.LOST


async def test_a_cancelled_login_leaves_no_process(tmp_path: Path, bin_dir: Path) -> None:
    install(
        bin_dir,
        "import os, sys\n"
        f"open({str(tmp_path / 'pid')!r} + '.new', 'w').write(str(os.getpid()))\n"
        f"os.rename({str(tmp_path / 'pid')!r} + '.new', {str(tmp_path / 'pid')!r})\n"
        "import time; time.sleep(600)",
    )
    engine = Engine(Endpoint("lab", "ssh://lab", "context lab"))
    opening = asyncio.create_task(engine.open())
    while not (tmp_path / "pid").exists():  # noqa: ASYNC110 (another process writes it)
        await asyncio.sleep(0.02)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await engine.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_a_login_that_never_ends_is_given_up(
    tmp_path: Path, bin_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssh, "DIAL_TIMEOUT", 0.3)
    install(bin_dir, "import time; time.sleep(600)")
    engine = Engine(Endpoint("lab", "ssh://lab", "context lab"))
    with pytest.raises(EngineError, match=r"no answer within 0\.3 s") as caught:
        await engine.open()
    await engine.close()
    assert caught.value.kind is ErrorKind.SSH


async def test_a_master_connection_left_behind_holds_nothing_up(tmp_path: Path, bin_dir: Path) -> None:
    """As ssh does with ControlPersist: it leaves a process that keeps its standard error open."""
    install(
        bin_dir,
        "import subprocess, sys\n"
        "left = subprocess.Popen(['sleep', '600'], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)\n"
        f"open({str(tmp_path / 'left')!r}, 'w').write(str(left.pid))\n"
        "sys.exit('no such host')",
    )
    engine = Engine(Endpoint("lab", "ssh://lab", "context lab"))
    with pytest.raises(EngineError, match="no such host"):
        await engine.open()
    await engine.close()
    os.kill(int((tmp_path / "left").read_text()), signal.SIGKILL)  # it was still there: nobody waited for its end


@pytest.mark.parametrize(
    ("url", "arguments"),
    [
        ("ssh://lab", ["--", "lab", "docker system dial-stdio"]),
        ("ssh://me@Lab:22", ["-l", "me", "-p", "22", "--", "Lab", "docker system dial-stdio"]),
        ("ssh://[::1]:22", ["-p", "22", "--", "::1", "docker system dial-stdio"]),
        ("ssh://lab/a'b.sock", ["--", "lab", "docker --host 'unix:///a'\"'\"'b.sock' system dial-stdio"]),
    ],
)
def test_the_command_is_the_clis(url: str, arguments: list[str]) -> None:
    command = ssh_command(Endpoint("lab", url, "--host"))
    assert command[:8] == [
        "ssh", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=30", "-o", "ServerAliveInterval=15",
    ]  # fmt: skip
    assert command[8:] == arguments
