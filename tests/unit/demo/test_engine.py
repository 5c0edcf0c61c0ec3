"""The embedded Engine as a thing that starts, listens in private, and leaves nothing behind."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.contract.raw_http import Http
from tests.demo import DemoEngine


def test_the_socket_is_private_and_gone_afterwards() -> None:
    with DemoEngine() as engine:
        path = engine.socket_path
        assert engine.url == f"unix://{path}"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert Http(engine.url)("GET", "/_ping").body == b"OK"
    assert not path.parent.exists()


def test_stopping_twice_and_starting_twice_do_nothing() -> None:
    engine = DemoEngine()
    assert engine.start() == engine.start()
    engine.stop()
    engine.stop()


def test_a_stopped_one_stays_stopped() -> None:
    engine = DemoEngine()
    engine.start()
    engine.stop()
    engine.faults.refuse()
    engine.faults.clear()
    with pytest.raises(RuntimeError, match="stopped"):
        engine.start()


def test_a_forked_child_leaves_the_directory_to_its_parent() -> None:
    process, directory = begin("import os, sys; pid = os.fork(); pid or sys.exit(); os.wait(); time.sleep(600)")
    try:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while children.exists() and children.read_text():
            time.sleep(0.01)
        assert directory.is_dir()
    finally:
        process.terminate()
        process.wait()


def test_launch_returns_and_url_waits() -> None:
    engine = DemoEngine()
    engine.launch()
    try:
        assert Http(engine.url)("GET", "/_ping").status == 200
    finally:
        engine.stop()


async def test_it_serves_within_a_running_event_loop() -> None:
    async with DemoEngine(clock=lambda: 1_700_000_000.0) as engine:
        assert Http(engine.url).get("/containers/json")


PROGRAM = """
import time
from dockertui.demo import DemoEngine
print(DemoEngine().start(), flush=True)
{after}
"""


def begin(after: str) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(after=after)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # who runs the tests by nohup has all their children ignore it
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip().removeprefix("unix://")).parent


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_removes_the_directory_and_still_ends_the_process(number: signal.Signals) -> None:
    process, directory = begin("time.sleep(600)")
    assert directory.is_dir()
    process.send_signal(number)
    assert process.wait() == -number
    assert not directory.exists()


@pytest.mark.parametrize("again", ["SIGTERM", "SIGHUP"])
def test_a_second_signal_does_not_keep_the_directory(again: str) -> None:
    twice = f"""
import os, shutil, signal
remove = shutil.rmtree
def slowly(*given, **named):
    os.kill(os.getpid(), signal.{again})
    remove(*given, **named)
shutil.rmtree = slowly
print("ready", flush=True)
time.sleep(600)
"""
    process, directory = begin(twice)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.terminate()
    assert process.wait() == -signal.SIGTERM
    assert not directory.exists()


@pytest.mark.parametrize("after", ["", "raise RuntimeError", "raise SystemExit(3)"])
def test_every_end_of_the_program_removes_the_directory(after: str) -> None:
    process, directory = begin(after)
    process.wait()
    assert not directory.exists()


def test_the_next_one_sweeps_what_a_killed_process_left() -> None:
    process, left = begin("time.sleep(600)")
    process.kill()
    process.wait()
    assert left.exists()
    with DemoEngine():
        assert not left.exists()


def test_requests_are_noted_as_they_came() -> None:
    with DemoEngine() as engine:
        begun = time.time()
        http = Http(engine.url)
        http("GET", "/v1.51/containers/json", all=1)
        http("POST", "/containers/shop-db-1/pause")
        assert [(one.method, one.path) for one in engine.requests] == [
            ("GET", "/v1.51/containers/json?all=1"),
            ("POST", "/containers/shop-db-1/pause"),
        ]
        assert begun <= engine.requests[0].time <= engine.requests[1].time <= time.time()
        assert len(engine.requests_to("^POST .*/pause$")) == 1
        engine.forget_requests()
        assert engine.requests == []


def test_the_host_can_be_acted_on_from_outside() -> None:
    with DemoEngine(clock=lambda: 1_700_000_000.0) as engine:
        name = engine.run(lambda host: host.container("shop-db-1").image)
        assert name == "postgres:17"
        with pytest.raises(ZeroDivisionError):
            engine.run(lambda host: 1 // 0)


def test_a_start_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **options: object) -> None:
        raise ValueError("no world")

    monkeypatch.setattr("dockertui.demo.scene.build", broken)
    engine = DemoEngine()
    with pytest.raises(ValueError, match="no world"):
        engine.start()
    assert not engine.socket_path.parent.exists()
