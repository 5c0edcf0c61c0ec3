"""Pull and push with a real registry, with and without credentials; their progress, their refusals."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError
from dockertui.operations.jobs import Job, Jobs, State, perform
from tests.conftest import without_engine
from tests.engine import registry as registries
from tests.engine.dockerd import Dockerd
from tests.engine.three_ways import Case, by_curl, by_docker, by_the_program, endpoint_of, prepare, state, task_of

Way = Callable[[Case, Dockerd, Engine], Awaitable[Any]]


@pytest.fixture(scope="module")
def address(dockerd: Dockerd) -> Iterator[str]:
    """A registry that anybody may use, with the image shop:1 in it."""
    if reason := registries.missing():
        without_engine(reason)
    with registries.registry(dockerd, 5000) as address:
        dockerd.cli("tag", "busybox", f"{address}/shop:1")
        dockerd.cli("push", f"{address}/shop:1")
        yield address


@pytest.fixture(scope="module")
def private(dockerd: Dockerd) -> Iterator[str]:
    """A registry that wants to know who asks."""
    if reason := registries.missing():
        without_engine(reason)
    with registries.registry(dockerd, 5001, login=True) as address:
        yield address


@pytest.fixture
async def engine(dockerd: Dockerd, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Engine]:
    monkeypatch.setenv("DOCKER_CONFIG", str(dockerd.home / "config"))
    engine = Engine(endpoint_of(dockerd))
    await engine.open()
    yield engine
    await engine.close()
    registries.forget(dockerd)


async def test_all_three_ways_pull_the_same(address: str, dockerd: Dockerd, engine: Engine) -> None:
    case = Case("image.pull", values={"reference": f"{address}/shop:1"})
    prepare(case, dockerd)
    before = state(dockerd)
    program = await by_the_program(case, dockerd, engine)
    assert program != before
    assert await by_docker(case, dockerd, engine) == program
    assert await by_curl(case, dockerd, engine) == program


async def test_all_three_ways_run_pull_what_is_missing(address: str, dockerd: Dockerd, engine: Engine) -> None:
    values = {"image": f"{address}/shop:1", "name": "web", "command": ("sleep", "1d"), "network": "none"}
    case = Case("container.run", values=values)
    program = await by_the_program(case, dockerd, engine)
    assert f"{address}/shop:1" in str(program["image"])
    assert await by_docker(case, dockerd, engine) == program
    assert await by_curl(case, dockerd, engine) == program


async def test_a_run_pulls_before_anything_is_removed(address: str, dockerd: Dockerd, engine: Engine) -> None:
    """What is to be recreated stays when the new image cannot be had."""
    case = Case(
        "container.recreate",
        ["run --detach --network=none --stop-signal=KILL --name=web busybox sleep 1d"],
        "web",
        {"image": f"{address}/absent:1"},
    )
    prepare(case, dockerd)
    jobs = Jobs(engine, lambda job: None, lambda jobs: None)
    (job,) = jobs.start([await task_of(case, engine)])
    await jobs.settled()
    assert job.state is State.FAILED
    assert "check its name" in job.said
    assert dockerd.cli("ps", "--format", "{{.Names}} {{.Image}}") == "web busybox"


async def test_a_run_tells_that_it_pulled_and_how_far_it_was(
    address: str, clean_dockerd: Dockerd, engine: Engine
) -> None:
    values = {"image": f"{address}/shop:1", "name": "web", "network": "none"}
    jobs = Jobs(engine, lambda job: None, lambda jobs: None)
    (job,) = jobs.start([await task_of(Case("container.run", values=values), engine)])
    await jobs.settled()
    assert job.state is State.DONE
    assert "Downloaded newer image" in job.said or "up to date" in job.said
    assert job.progress.lines


@pytest.mark.parametrize("way", [by_the_program, by_docker, by_curl])
async def test_all_three_ways_push_with_credentials(way: Way, private: str, dockerd: Dockerd, engine: Engine) -> None:
    registries.remember(dockerd, private)
    name = f"{private}/shop:{getattr(way, '__name__', 'way')}"
    await way(Case("image.push", [f"tag busybox {name}"], name, {"reference": name}), dockerd, engine)
    dockerd.clean()
    await by_the_program(Case("image.pull", values={"reference": name}), dockerd, engine)
    assert name in dockerd.cli("image", "ls", "--format", "{{.Repository}}:{{.Tag}}")


@pytest.mark.parametrize("password", ["", "wrong"])
async def test_without_the_right_credentials_it_says_so(
    password: str, private: str, dockerd: Dockerd, engine: Engine
) -> None:
    registries.forget(dockerd)
    if password:
        registries.remember(dockerd, private, password)
    name = f"{private}/shop:no"
    case = Case("image.push", [f"tag busybox {name}"], name, {"reference": name})
    prepare(case, dockerd)
    with pytest.raises(EngineError, match=r"no basic auth|unauthorized|authentication required"):
        await perform(engine, await task_of(case, engine))


async def test_what_is_not_there_and_who_does_not_answer(address: str, clean_dockerd: Dockerd, engine: Engine) -> None:
    for reference, words in ((f"{address}/absent:1", "manifest"), ("127.0.0.1:9/shop:1", "connection refused")):
        ended: list[Job] = []
        jobs = Jobs(engine, lambda job: None, ended.extend)
        jobs.start([await task_of(Case("image.pull", values={"reference": reference}), engine)])
        await jobs.settled()
        assert ended[0].state is State.FAILED
        assert words in ended[0].said


async def test_the_progress_counts_layers_and_bytes(address: str, clean_dockerd: Dockerd, engine: Engine) -> None:
    jobs = Jobs(engine, lambda job: None, lambda jobs: None)
    (job,) = jobs.start([await task_of(Case("image.pull", values={"reference": f"{address}/shop:1"}), engine)])
    await jobs.settled()
    assert job.state is State.DONE
    assert [layer.done for layer in job.progress.layers.values()] in ([True], [])  # the layer may be there already
    assert "Downloaded newer image" in job.said or "up to date" in job.said


def long_ones(log: Path) -> list[int]:
    """The bytes of the connections that have ended and carried a layer."""
    return [size for size in map(int, log.read_text().split()) if size > 500_000]


async def test_a_pull_that_is_given_up_ends_on_the_engine_too(
    address: str, clean_dockerd: Dockerd, engine: Engine
) -> None:
    size = 24
    name = registries.push_big(clean_dockerd, address, layers=1, megabytes=size)
    with registries.slow(clean_dockerd, address, 5002, rate=2_000_000) as (slow, log):
        jobs = Jobs(engine, lambda job: None, lambda jobs: None)
        (job,) = jobs.start([await task_of(Case("image.pull", values={"reference": f"{slow}/{name}"}), engine)])
        while not job.over and (job.progress.share or 0) < 0.1:  # noqa: ASYNC110 (nothing tells how far it is)
            await asyncio.sleep(0.05)
        assert "MB of" in job.progress.summary
        jobs.cancel(job)
        await jobs.settled()
        assert job.state is State.CANCELLED
        assert job.said == "cancelled"
        while not (ended := long_ones(log)):  # noqa: ASYNC110 (until the Engine hangs up on the registry)
            await asyncio.sleep(0.05)
    assert ended[0] < size * 1_000_000, "it was not pulled to its end"
    assert name not in clean_dockerd.cli("images", "--format", "{{.Repository}}:{{.Tag}}")


async def test_the_credentials_are_masked_in_what_is_shown(private: str, dockerd: Dockerd, engine: Engine) -> None:
    from dockertui.operations.command_lines import curl_line

    registries.remember(dockerd, private)
    name = f"{private}/shop:1"
    case = Case("image.push", [f"tag busybox {name}"], name, {"reference": name})
    prepare(case, dockerd)
    task = await task_of(case, engine)
    secret = task.plan.calls[0].headers["X-Registry-Auth"]
    assert secret in curl_line(engine.endpoint, "1.41", task.plan.calls, reveal=True)
    assert secret not in curl_line(engine.endpoint, "1.41", task.plan.calls)
