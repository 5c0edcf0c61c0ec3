"""The private Engine itself: what the other tests rely on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.engine.dockerd import Dockerd, DockerdError


def names(dockerd: Dockerd) -> list[str]:
    return sorted(dockerd.cli("ps", "--all", "--format", "{{.Names}}").split())


def test_a_container_runs_and_its_output_comes_back(clean_dockerd: Dockerd) -> None:
    assert clean_dockerd.cli("run", "--rm", "--network=none", "busybox", "echo", "hello") == "hello"


def test_clean_leaves_only_the_image(clean_dockerd: Dockerd) -> None:
    clean_dockerd.run("--name=one", "--volume=data:/data")
    clean_dockerd.cli("network", "create", "net1")
    clean_dockerd.cli("tag", "busybox", "other:1")
    clean_dockerd.clean()
    assert names(clean_dockerd) == []
    assert clean_dockerd.cli("volume", "ls", "--quiet") == ""
    assert clean_dockerd.cli("network", "ls", "--quiet", "--filter", "type=custom") == ""
    assert clean_dockerd.cli("image", "ls", "--format", "{{.Repository}}:{{.Tag}}") == "busybox:latest"


def test_containers_survive_a_crash_of_the_daemon(clean_dockerd: Dockerd) -> None:
    clean_dockerd.run("--name=kept")
    clean_dockerd.crash()
    assert names(clean_dockerd) == ["kept"]


def test_the_daemon_is_really_down_between_kill_and_start(clean_dockerd: Dockerd) -> None:
    clean_dockerd.kill9()
    try:
        assert not clean_dockerd.answers()
        with pytest.raises(DockerdError, match="connect to the Docker daemon"):
            clean_dockerd.cli("ps")
    finally:
        clean_dockerd.start()
    assert clean_dockerd.answers()


def test_a_frozen_daemon_accepts_but_does_not_answer(clean_dockerd: Dockerd) -> None:
    clean_dockerd.freeze()
    try:
        assert not clean_dockerd.answers(timeout=0.3)
    finally:
        clean_dockerd.thaw()
    clean_dockerd.wait_until_up()


def test_bridges_stay_inside_the_namespace(clean_dockerd: Dockerd) -> None:
    outside = set(os.listdir("/sys/class/net"))
    clean_dockerd.cli("network", "create", "net1")
    assert "docker0" in clean_dockerd.nsenter("busybox", "ip", "link")
    assert set(os.listdir("/sys/class/net")) == outside


SESSION = """
import sys
from tests.engine.dockerd import Dockerd
engine = Dockerd()
engine.run("--name=orphan")
engine.run("--name=frozen")
engine.cli("pause", "frozen")
print(engine.home, engine._supervisor.pid, flush=True)
sys.stdin.read()
"""


def test_nothing_is_left_when_the_session_is_killed(dockerd: Dockerd) -> None:
    """Not even a paused container, which SIGKILL does not reach."""
    root = Path(__file__).parents[2]
    session = subprocess.Popen(
        [sys.executable, "-c", SESSION], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert session.stdout is not None
    home, pid = session.stdout.readline().split()
    session.kill()
    session.wait()
    deadline = time.monotonic() + 60
    while (Path(home).exists() or Path(f"/proc/{pid}").exists()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(home).exists()
    assert not Path(f"/proc/{pid}").exists()
    assert not list(Path("/sys/fs/cgroup").glob(f"**/dockertui-{Path(home).name}"))
