"""What Docker 20.10 lacks: held on the demo Engine, by the real `docker` and the real `curl`, and refused on 20.10.

`DOCKERTUI_CONTRACT_HOST=unix://…` names a newer real Engine to be used in the demo Engine's place.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import cast

import pytest

from dockertui.demo import DemoEngine
from dockertui.engine import volumes
from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.sending import send
from dockertui.engine.volumes import create
from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command
from dockertui.operations.command_lines import curl_line, docker_line
from dockertui.operations.commands import NAMED_TOO
from dockertui.operations.jobs import Task, perform
from dockertui.resources.surroundings import Surroundings
from tests.engine.dockerd import Dockerd
from tests.engine.three_ways import endpoint_of
from tests.hanging import COMMAND_LIMIT

KEPT = "kept-by-its-label"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    if other := os.environ.get("DOCKERTUI_CONTRACT_HOST"):
        yield other
        return
    with DemoEngine() as demo:
        yield demo.url


@pytest.fixture
async def engine(url: str) -> AsyncIterator[Engine]:
    engine = Engine(Endpoint("test", url, "DOCKER_HOST"))
    await engine.open()
    yield engine
    await engine.close()


def shell(line: str, url: str) -> str:
    environ = {**os.environ, "DOCKER_HOST": url}
    done = subprocess.run(["sh", "-c", line], env=environ, capture_output=True, text=True, timeout=COMMAND_LIMIT)
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("way", ["program", "docker", "curl"])
async def test_all_three_ways_prune_named_volumes(way: str, url: str, engine: Engine) -> None:
    if way == "docker" and "--all" not in shell("docker volume prune --help", url):
        pytest.skip("this docker command is older than API 1.42")
    for name, labels in (("named", {}), (KEPT, {"keep": "yes"})):
        await send(engine, create({"Name": name, "Labels": labels}))
    command = BY_ID["volume.prune_all"]
    assert isinstance(command, Command)
    assert command.refusal(engine) == ""
    plan = command.body.plan(None, {"labels": ("keep!=yes",)})
    assert engine.version is not None
    if way == "program":
        await perform(engine, Task(command, "", "", plan))
    elif way == "docker":
        shell(docker_line(engine.endpoint, plan.docker), url)
    else:
        shell(curl_line(engine.endpoint, engine.version.api, plan.calls), url)
    left = {volume.name for volume in await volumes.ls(engine)}
    assert "named" not in left
    assert KEPT in left


async def test_an_engine_without_it_says_so(dockerd: Dockerd) -> None:
    engine = Engine(endpoint_of(dockerd))
    await engine.open()
    command = BY_ID["volume.prune_all"]
    assert isinstance(command, Command)
    assert command.refusal(engine) == ("" if engine.supports("1.42") else "the other prune does it")
    await engine.close()


async def prune_as_it_is_told(engine: Engine) -> bool:
    """Whether the plain prune takes named volumes; its title and its question say so, and name what goes then."""
    command = BY_ID["volume.prune"]
    assert isinstance(command, Command)
    await perform(engine, Task(command, "", "", command.body.plan(None, {"labels": ()})))
    used = {volume.name for volume in await volumes.ls(engine)} - {"named"}
    await send(engine, create({"Name": "named", "Labels": {}}))
    await send(engine, create({"Labels": {}}))
    before = {volume.name: volume for volume in await volumes.ls(engine) if volume.name not in used}
    mirror = SimpleNamespace(version=engine.version, objects=lambda kind: before)
    users = SimpleNamespace(mirror=mirror, containers_of_volume=lambda name: [])
    (told, *further) = command.body.takes_along(None, cast(Surroundings, users), {"labels": ()})
    title = command.title_on(engine.version)
    await perform(engine, Task(command, "", "", command.body.plan(None, {"labels": ()})))
    left = {volume.name for volume in await volumes.ls(engine)}
    for name in before:
        assert (name[:12] in told) is (name not in left), f"{name}: {told}"
    assert ("named" in before.keys() - left) is (title == NAMED_TOO) is bool(further)
    return title == NAMED_TOO


async def test_what_prune_says_is_what_it_does_on_an_old_engine(clean_dockerd: Dockerd) -> None:
    engine = Engine(endpoint_of(clean_dockerd))
    await engine.open()
    assert await prune_as_it_is_told(engine) is not engine.supports("1.42")
    await engine.close()


async def test_what_prune_says_is_what_it_does_on_a_newer_engine() -> None:
    """By hand on 28.5 and on Podman, which takes named ones whatever its API: `DOCKERTUI_CONTRACT_HOST`."""
    with DemoEngine() as demo:
        engine = Engine(Endpoint("test", os.environ.get("DOCKERTUI_CONTRACT_HOST") or demo.url, "DOCKER_HOST"))
        await engine.open()
        assert engine.version is not None
        assert await prune_as_it_is_told(engine) is engine.version.podman
        await engine.close()
