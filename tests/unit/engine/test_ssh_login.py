"""What a login by ssh that fails costs, and what is said of it."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from pathlib import Path

import pytest

from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.ssh_failure import meaning
from dockertui.live.mirror_sync import MirrorSync
from dockertui.live.store import LinkState, Mirror
from dockertui.resources.registry import SOURCES
from tests.unit.live.live_world import until

REFUSED = "me@lab: Permission denied (publickey)."
CHANGED = """
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
Host key verification failed.
"""
LAB = Endpoint("lab", "ssh://me@lab:2222", "context lab")


def failing_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, code: int = 255) -> Path:
    """A program named ssh, first on the PATH, that fails with these words after a moment; the file of its runs."""
    runs, program = tmp_path / "runs", tmp_path / "bin" / "ssh"
    program.parent.mkdir()
    runs.touch()
    program.write_text(
        f"#!{sys.executable}\nimport sys, time\nopen({str(runs)!r}, 'a').write('x')\ntime.sleep(0.2)\n"
        f"sys.stderr.write({words!r})\nsys.exit({code})\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return runs


@pytest.mark.parametrize("words", [REFUSED, CHANGED, "Host key verification failed."])
async def test_a_login_that_is_refused_is_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    runs = failing_ssh(tmp_path, monkeypatch, words)
    engine = Engine(LAB)
    with pytest.raises(EngineError) as caught:
        await engine.open()
    assert caught.value.kind is ErrorKind.LOGIN
    for _ in range(5):
        with pytest.raises(EngineError) as again:
            await engine.ping()
        assert again.value is caught.value
    assert len(runs.read_text()) == 1
    with pytest.raises(EngineError):
        await engine.open()  # as a key of the user has it
    assert len(runs.read_text()) == 2
    await engine.close()


@pytest.mark.parametrize("words", [REFUSED, "ssh: connect to host lab port 2222: Connection refused"])
async def test_waiting_requests_share_the_result_of_the_first_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    runs = failing_ssh(tmp_path, monkeypatch, words)
    engine = Engine(LAB)
    with pytest.raises(EngineError):
        await engine.open()
    runs.write_text("")
    engine._docker.session.connector.try_anew()  # type: ignore[union-attr]
    results = await asyncio.gather(*(engine.ping(30) for _ in range(12)), return_exceptions=True)
    assert all(isinstance(result, EngineError) for result in results)
    # Four at once may ask; those who come when the first answer is there make an attempt of their own, if they may.
    assert len(runs.read_text()) <= (1 if words is REFUSED else 3)
    await engine.close()


async def test_the_mirror_waits_for_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before, a wrong key was twelve logins in a minute, for which others lock an address out."""
    runs = failing_ssh(tmp_path, monkeypatch, REFUSED)
    engine, mirror = Engine(LAB), Mirror(SOURCES)
    sync = MirrorSync(engine, mirror, backoff=(0.01, 0.05), rng=random.Random(1))
    watching = asyncio.create_task(sync.run())
    try:
        for logins in (1, 2):
            await until(lambda: mirror.link.refused)
            await asyncio.sleep(0.5)  # ten attempts' time
            assert len(runs.read_text()) == logins
            assert mirror.link.retry_at is None
            sync.retry_now()
            await until(lambda: mirror.link.state is not LinkState.LOST)
    finally:
        watching.cancel()
        await asyncio.wait([watching])
        await engine.close()


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (REFUSED, ErrorKind.LOGIN, "ssh://me@lab:2222 refused the login: me@lab: Permission denied (publickey): try: "),
        ("Received disconnect from 10.0.0.1: Too many authentication failures", ErrorKind.LOGIN, "refused the login"),
        (CHANGED, ErrorKind.LOGIN, "the host key of lab has changed"),
        (CHANGED, ErrorKind.LOGIN, "ssh-keygen -R '[lab]:2222', then ssh -p 2222 me@lab"),
        (
            "No ED25519 host key is known for lab and you have requested strict checking.",
            ErrorKind.LOGIN,
            "ssh does not know the host key of lab: connect once by hand, and compare its fingerprint: ssh -p 2222",
        ),
        ("ssh: Could not resolve hostname lab: Name or service not known", ErrorKind.SSH, "cannot resolve host 'lab'"),
        ("ssh: connect to host lab port 2222: No route to host", ErrorKind.SSH, "answers at lab: No route to host"),
        ("bash: line 1: docker: command not found", ErrorKind.SSH, "lab has no docker command"),
        ("zsh:1: command not found: docker", ErrorKind.SSH, "lab has no docker command"),
        (
            "error during connect: dial unix /run/other.sock: connect: no such file or directory",
            ErrorKind.SSH,
            "there is no Engine at /run/other.sock on lab: is it running there? ssh -p 2222 me@lab sudo systemctl",
        ),
        (
            "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
            ErrorKind.SSH,
            "there is no Engine at /var/run/docker.sock on lab",
        ),
        (
            "failed to open the raw stream connection: dial unix /var/run/docker.sock: connect: permission denied",
            ErrorKind.SSH,
            "permission denied on the Engine's socket on lab: add the user to the group docker there",
        ),
        ("kex_exchange_identification: something new {0}", ErrorKind.SSH, "ssh://me@lab:2222: kex_exchange"),
    ],
)  # fmt: skip
def test_each_failure_has_its_own_sentence(said: str, kind: ErrorKind, words: str) -> None:
    found = meaning(LAB, " ".join(said.split()), "ssh -T -- lab")
    assert found.kind is kind
    assert words in str(found)
    assert found.remedy
