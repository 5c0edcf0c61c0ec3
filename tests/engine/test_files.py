"""Saving, loading, importing, exporting: the same files and the same images, whoever does it; no file in memory."""

from __future__ import annotations

import asyncio
import resource
import tarfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError
from dockertui.operations.jobs import Jobs, State, perform
from tests.engine.dockerd import IMAGE, Dockerd, busybox_tar
from tests.engine.three_ways import Case, by_curl, by_docker, by_the_program, endpoint_of, prepare, state, task_of

Way = Callable[[Case, Dockerd, Engine], Awaitable[Any]]
WAYS: tuple[Way, ...] = (by_the_program, by_docker, by_curl)


@pytest.fixture
async def engine(dockerd: Dockerd) -> AsyncIterator[Engine]:
    engine = Engine(endpoint_of(dockerd))
    await engine.open()
    yield engine
    await engine.close()


def members(path: Path) -> set[tuple[str, int]]:
    """What is in a tar, by name and size; of what differs from one second to the next, the name."""
    with tarfile.open(path) as tar:
        return {(member.name, 0 if member.name.endswith("json") else member.size) for member in tar}


async def test_all_three_ways_save_the_same(dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    found = []
    for number, way in enumerate(WAYS):
        path = tmp_path / f"{number} it's.tar"
        await way(Case("image.save", ["tag busybox shop:1"], "shop:1", {"file": str(path)}), dockerd, engine)
        found.append(members(path))
    assert found[0] == found[1] == found[2]
    assert found[0]


async def test_all_three_ways_export_the_same(dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    found = []
    for number, way in enumerate(WAYS):
        path = tmp_path / f"{number}.tar"
        before = ["create --name=old --network=none busybox true"]
        await way(Case("container.export", before, "old", {"file": str(path)}), dockerd, engine)
        found.append(members(path))
    assert found[0] == found[1] == found[2]
    assert ("bin/busybox", 0) not in found[0]


async def test_all_three_ways_load_the_same(dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "shop.tar"
    dockerd.cli("tag", "busybox", "shop:1")
    dockerd.cli("save", "--output", str(path), "shop:1")
    found = [await way(Case("image.load", values={"file": str(path)}), dockerd, engine) for way in WAYS]
    assert found[0] == found[1] == found[2]
    assert "shop:1" in str(found[0])


async def test_all_three_ways_import_the_same(dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "root.tar"
    path.write_bytes(busybox_tar())
    values = {"file": str(path), "reference": "root:1", "message": "it's new", "changes": ('CMD ["sh"]',)}
    found = [await way(Case("image.import", values=values), dockerd, engine) for way in WAYS]
    assert found[0] == found[1] == found[2]
    assert "root:1" in str(found[0])


async def test_a_file_that_cannot_be_written_says_why(dockerd: Dockerd, engine: Engine) -> None:
    case = Case("image.save", target=IMAGE, values={"file": "/proc/none.tar"})
    prepare(case, dockerd)
    with pytest.raises(EngineError, match=r"/proc/none.tar cannot be written"):
        await perform(engine, await task_of(case, engine))


def names_in(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


async def test_a_save_that_is_given_up_leaves_no_file(dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    case = Case("image.save", target=IMAGE, values={"file": str(tmp_path / "a.tar")})
    prepare(case, dockerd)
    jobs = Jobs(engine, lambda job: None, lambda jobs: None)
    (job,) = jobs.start([await task_of(case, engine)])
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    jobs.cancel(job)
    await jobs.settled()
    assert job.state is State.CANCELLED
    assert names_in(tmp_path) == []


async def test_no_whole_file_is_in_memory(dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    """256 MB there and back, in a fraction of it."""
    dockerd.clean()
    size = 256
    fill = f"dd if=/dev/zero of=/big bs=1M count={size}"
    dockerd.cli("run", "--name=big", "--network=none", "busybox", "sh", "-c", fill)
    dockerd.cli("commit", "big", "big:1")
    path = tmp_path / "big.tar"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await perform(engine, await task_of(Case("image.save", target="big:1", values={"file": str(path)}), engine))
    await perform(engine, await task_of(Case("image.load", values={"file": str(path)}), engine))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert path.stat().st_size > size * 1024 * 1024
    assert grown < size / 4
    assert state(dockerd)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_all_three_ways_copy_the_same_out(dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    found = []
    for number, way in enumerate(WAYS):
        folder = tmp_path / f"{number} it's"
        folder.mkdir()
        before = ["create --name=old --network=none busybox true"]
        await way(Case("container.copy_out", before, "old", {"path": "/etc", "folder": str(folder)}), dockerd, engine)
        found.append(contents(folder))
    assert found[0] == found[1] == found[2]
    assert b"root" in found[0]["etc/passwd"]


async def test_all_three_ways_copy_the_same_in(dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    source = tmp_path / "it's"
    (source / "deep").mkdir(parents=True)
    (source / "deep" / "file").write_bytes(b"x" * 3_000_000)
    found = []
    for way in WAYS:
        before = ["run --detach --stop-signal=KILL --network=none --name=web busybox sleep 1d"]
        await way(Case("container.copy_in", before, "web", {"source": str(source), "path": "/root"}), dockerd, engine)
        sums = dockerd.cli("exec", "web", "md5sum", "/root/it's/deep/file")
        found.append((sorted(dockerd.cli("diff", "web").splitlines()), sums))
    assert found[0] == found[1] == found[2]
    assert "A /root/it's/deep/file" in found[0][0]


async def test_a_path_that_is_not_there_says_so(dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    before = ["create --name=old --network=none busybox true"]
    case = Case("container.copy_out", before, "old", {"path": "/none", "folder": str(tmp_path)})
    prepare(case, dockerd)
    with pytest.raises(EngineError, match="/none"):
        await perform(engine, await task_of(case, engine))
