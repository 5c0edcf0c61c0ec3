"""What a real Engine refuses: its own words reach the user, with the way out."""

from __future__ import annotations

import asyncio
import os
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dockertui.engine.client import Engine
from dockertui.operations.jobs import Job, Jobs, State
from tests.engine.dockerd import Dockerd
from tests.engine.three_ways import Case, endpoint_of, prepare, task_of

UP = "run --detach --stop-signal=KILL --name=web busybox sleep 1d"
RUN = {"image": "busybox", "name": "two", "command": ("sleep", "1d")}

REFUSALS = (
    (Case("container.rename", [UP, "create --name=two busybox"], "web", {"name": "two"}), "already in use",
     "another name"),
    (Case("container.run", [UP], values={**RUN, "name": "web"}), "already in use", "another name"),
    (Case("container.run", values={**RUN, "image": "absent:1"}), "registry-1.docker.io", "reachable from the Engine"),
    (
        Case("container.run", [UP.replace("busybox", "--publish=8080:80 busybox")],
             values={**RUN, "ports": ("8080:80",)}),
        "port is already allocated",
        "another port",
    ),
    (Case("container.remove", [UP], "web", {"force": False}), "cannot remove a running container", "force"),
    (Case("container.update", [UP], "web", {"memory": "1"}), "Minimum memory limit", ""),
    (Case("image.remove", ["tag busybox shop:1", "run --name=old --network=none shop:1 true", "rmi busybox"], "shop:1"),
     "using", "force"),
    (Case("network.create", ["network create net"], values={"name": "net"}), "already exists", "another name"),
    (
        Case("network.create", ["network create --subnet=10.77.0.0/16 a"],
             values={"name": "b", "subnet": ("10.77.0.0/16",)}),
        "Pool overlaps",
        "another subnet",
    ),
    (Case("network.remove", ["network create net", f"{UP.replace('busybox', '--network=net busybox')}"], "net"),
     "has active endpoints", "disconnect"),
    (Case("network.connect", ["network create net"], "net", {"container": "absent"}), "No such container", ""),
    (Case("volume.remove", ["volume create data", "create --volume=data:/d busybox"], "data"), "volume is in use",
     "remove the containers"),
)  # fmt: skip


@pytest.fixture
async def engine(dockerd: Dockerd) -> AsyncIterator[Engine]:
    engine = Engine(endpoint_of(dockerd))
    await engine.open()
    yield engine
    await engine.close()


@pytest.mark.parametrize(("case", "words", "way_out"), REFUSALS, ids=[case.id for case, _, _ in REFUSALS])
async def test_a_refusal_says_why_and_what_to_do(
    case: Case, words: str, way_out: str, dockerd: Dockerd, engine: Engine
) -> None:
    prepare(case, dockerd)
    ended: list[Job] = []
    jobs = Jobs(engine, lambda job: None, ended.extend)
    jobs.start([await task_of(case, engine)])
    await jobs.settled()
    (job,) = ended
    assert job.state is State.FAILED
    assert words in job.said
    assert way_out in job.said
    assert "\n" not in job.said


async def test_a_full_disk_says_so(clean_dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    tar = noise(tmp_path / "noise.tar", megabytes=24)
    used = int(clean_dockerd.nsenter("df", "--output=used", "-k", "/run").split()[-1])
    clean_dockerd.nsenter("mount", "-o", f"remount,size={used + 8192}k", "/run")  # where the Engine's data are
    try:
        jobs = Jobs(engine, lambda job: None, lambda jobs: None)
        (job,) = jobs.start([await task_of(Case("image.import", values={"file": str(tar)}), engine)])
        await jobs.settled()
    finally:
        clean_dockerd.nsenter("mount", "-o", "remount,size=50%", "/run")
    assert job.state is State.FAILED
    assert "no space left on device" in job.said
    assert "the bulk menu offers to prune" in job.said


def noise(path: Path, *, megabytes: int) -> Path:
    """A tar with one file in it that nothing makes smaller."""
    (path.parent / "noise").write_bytes(os.urandom(megabytes * 1024 * 1024))
    with tarfile.open(path, "w") as tar:
        tar.add(path.parent / "noise", "noise")
    return path


async def test_the_failure_of_one_leaves_the_others_their_results(clean_dockerd: Dockerd, engine: Engine) -> None:
    clean_dockerd.cli(*UP.split())
    clean_dockerd.cli("create", "--name=two", "--network=none", "busybox", "true")
    tasks = [
        await task_of(Case("container.remove", target=name, values={"force": False}), engine) for name in ("two", "web")
    ]
    ended: list[Job] = []
    jobs = Jobs(engine, lambda job: None, ended.extend)
    jobs.start(tasks)
    await jobs.settled()
    assert {job.task.name: job.state for job in ended} == {"two": State.DONE, "web": State.FAILED}
    assert clean_dockerd.cli("ps", "--all", "--format", "{{.Names}}") == "web"


async def test_a_cancelled_wait_closes_its_connection(clean_dockerd: Dockerd, engine: Engine) -> None:
    clean_dockerd.cli(*UP.split())
    ended: list[Job] = []
    jobs = Jobs(engine, lambda job: None, ended.extend)
    (job,) = jobs.start([await task_of(Case("container.wait", target="web"), engine)])
    while not any(request.path.endswith("/wait") for request in engine.trace):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    jobs.cancel(job)
    await jobs.settled()
    assert [job.state for job in ended] == [State.CANCELLED]
    (request,) = [request for request in engine.trace if request.path.endswith("/wait")]
    assert request.error == "cancelled"
