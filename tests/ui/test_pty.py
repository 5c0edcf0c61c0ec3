"""The whole program in a real terminal, as a user starts it: on a real Engine, and in every way it can end."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.engine.dockerd import Dockerd
from tests.pty.program import Program

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "dockertui"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment without settings and contexts of whoever runs the tests."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("DOCKER", "XDG_", "TEXTUAL"))}
    return {**own, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state"), "PYTHONPATH": str(ROOT)}


@contextmanager
def opened(
    dockerd: Dockerd, environment: dict[str, str], *words: str, size: tuple[int, int] = (120, 40)
) -> Iterator[Program]:
    """The program on the private Engine, with its first paint done."""
    with Program([*COMMAND, "--host", dockerd.host, *words], size=size, env=environment) as program:
        program.wait_for("Containers")
        program.wait_for("live")
        yield program


def test_a_container_appears_and_vanishes(clean_dockerd: Dockerd, environment: dict[str, str]) -> None:
    with opened(clean_dockerd, environment) as program:
        clean_dockerd.run("--name=visitor")
        program.wait_for("visitor")
        clean_dockerd.cli("rename", "visitor", "guest")
        program.wait_for("guest")
        program.wait_until_gone("visitor")
        clean_dockerd.cli("rm", "--force", "guest")
        program.wait_until_gone("guest")


def test_an_engine_that_dies_and_comes_back(clean_dockerd: Dockerd, environment: dict[str, str]) -> None:
    clean_dockerd.run("--name=before")
    with opened(clean_dockerd, environment) as program:
        program.wait_for("before")
        clean_dockerd.kill9()
        try:
            program.wait_for("lost")
            assert "before" in program.text
        finally:
            clean_dockerd.start()
        clean_dockerd.run("--name=after")
        program.wait_for("after")
        program.wait_until_gone("lost")


def test_it_is_usable_in_80x24_and_follows_a_resize(clean_dockerd: Dockerd, environment: dict[str, str]) -> None:
    clean_dockerd.run("--name=small")
    with opened(clean_dockerd, environment, size=(80, 24)) as program:
        program.wait_for("small")
        program.press("enter")
        program.wait_for("sleep 1d")
        program.resize(140, 40)
        program.wait_for(lambda screen: "small" in screen and "Volumes" in screen and "sleep 1d" in screen)


def test_the_terminal_is_as_before_when_the_user_quits(clean_dockerd: Dockerd, environment: dict[str, str]) -> None:
    with opened(clean_dockerd, environment) as program:
        program.press("q")
        assert program.wait() == 0
        assert program.text.strip() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_it_leaves_in_order_on_a_signal(
    clean_dockerd: Dockerd, environment: dict[str, str], number: signal.Signals
) -> None:
    with opened(clean_dockerd, environment) as program:
        program.signal(number)
        assert program.wait() == 128 + number


def test_it_ends_when_its_terminal_goes_away(clean_dockerd: Dockerd, environment: dict[str, str]) -> None:
    with opened(clean_dockerd, environment) as program:
        program.hang_up()
        assert program.wait() == 128 + signal.SIGHUP


def test_an_engine_that_accepts_and_never_answers_freezes_nothing(
    clean_dockerd: Dockerd, environment: dict[str, str]
) -> None:
    clean_dockerd.run("--name=calm")
    with opened(clean_dockerd, environment) as program:
        program.wait_for("calm")
        clean_dockerd.freeze()
        try:
            program.wait_for("lost")
            program.press("?")
            program.wait_until_gone("calm")
            program.press("escape")
            program.wait_for("calm")
        finally:
            clean_dockerd.thaw()
        program.wait_until_gone("lost")


def test_without_an_engine_it_says_what_it_tried_and_offers_the_demo(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with Program([*COMMAND, "--host", f"unix://{tmp_path}/absent.sock"], env=environment) as program:
        program.wait_for("absent.sock")
        program.press("d")
        program.wait_for("DEMO")
        program.press("q")
        assert program.wait() == 0


def test_make_run_falls_back_to_the_demo_engine(environment: dict[str, str], tmp_path: Path) -> None:
    absent = {"DOCKER_HOST": f"unix://{tmp_path}/absent.sock"}
    with Program([*COMMAND, "--or-demo"], env={**environment, **absent}) as program:
        program.wait_for("DEMO")


def test_who_names_an_engine_is_not_given_the_demo_engine(environment: dict[str, str], tmp_path: Path) -> None:
    with Program([*COMMAND, "--or-demo", "--host", f"unix://{tmp_path}/absent.sock"], env=environment) as program:
        program.wait_for("no Engine answered")


def test_make_run_with_demo_opens_the_demo_engine(environment: dict[str, str]) -> None:
    with Program([*COMMAND, "--or-demo", "--demo"], env=environment) as program:
        program.wait_for("DEMO")


def test_a_wrong_setting_is_told_on_the_screen_and_the_others_hold(
    clean_dockerd: Dockerd, environment: dict[str, str], tmp_path: Path
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('theme = "nrod"\n[keys]\n"pane.next" = "f5"\n')
    with opened(clean_dockerd, environment, "--config", str(settings)) as program:
        program.wait_for("settings.toml:1: unknown theme")
        program.wait_for("f5 pane")


def test_the_demo_engine_says_that_it_is_one_and_leaves_nothing(
    environment: dict[str, str],
) -> None:
    # Short: pytest's own directories are too long for the path of a unix socket.
    with tempfile.TemporaryDirectory(prefix="dt-") as temporary:
        with Program([*COMMAND, "--demo"], env={**environment, "TMPDIR": temporary}) as program:
            program.wait_for("DEMO")
            program.wait_for("Containers")
            assert os.listdir(temporary)
            program.press("q")
            assert program.wait() == 0
        assert not os.listdir(temporary)


def test_quick_answers_are_quick(environment: dict[str, str]) -> None:
    """Less than half of the time to the program's own first paint, the best of several on both sides."""

    def answer() -> float:
        with Program([*COMMAND, "--version"], env=environment) as program:
            program.wait()
            return time.monotonic() - program.started

    def start() -> float:
        with Program([*COMMAND, "--demo"], env=environment) as program:
            return program.wait_for("Containers") - program.started

    assert min(answer() for _ in range(5)) < min(start() for _ in range(3)) / 2
