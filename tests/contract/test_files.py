"""A container's files, as the program reads them: the same calls, the same answers on each Engine."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dockertui.engine import containers, files
from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.sending import send
from dockertui.live.browser import Browser, Place
from tests.contract.workshop import Workshop


@pytest.fixture
async def engine(url: str) -> AsyncIterator[Engine]:
    engine = Engine(Endpoint("contract", url, "test"))
    await engine.open()
    yield engine
    await engine.close()


@pytest.fixture
async def box(engine: Engine, workshop: Workshop, tmp_path: Path) -> str:
    """A container with some files of ours in `/srv/it's`, running."""
    volume = workshop.volume("files")
    container = workshop.container("files", start=True, HostConfig={"Binds": [f"{volume}:/mnt/data"]})
    await send(engine, containers.copy_in(container, furnished(tmp_path / "it's"), "/tmp"))
    return container


def furnished(source: Path) -> str:
    """A folder with a file, links and a name that is no UTF-8."""
    (source / "deep").mkdir(parents=True)
    (source / "deep" / "file").write_bytes(b"0123456789" * 1000)
    os.chmod(source / "deep" / "file", 0o640)
    os.utime(source / "deep" / "file", (1e9, 1e9))
    os.symlink("deep/file", source / "link")
    os.symlink("round", source / "round")
    Path(os.fsdecode(os.fsencode(source) + b"/\xff\xfe")).write_bytes(b"odd")
    return str(source)


async def listed(engine: Engine, container: str, path: str, *, running: bool) -> set[tuple[str, int, int | None, str]]:
    browser = Browser(engine, lambda: None)
    browser.visit(Place(container, container, running))
    browser.go(path)
    await browser.settled()
    assert browser.error == ""
    assert browser.folder is not None
    assert browser.folder.complete
    return {
        (one.name, one.mode, one.size if one.is_file else None, one.link) for one in browser.folder.entries.values()
    }


@pytest.mark.parametrize("running", [True, False], ids=["by exec", "by archive"])
async def test_a_folder_is_listed_as_it_was_copied_in(engine: Engine, box: str, running: bool) -> None:
    assert await listed(engine, box, "/tmp/it's", running=running) == {
        ("deep", stat.S_IFDIR | 0o755, None, ""),
        ("link", stat.S_IFLNK | 0o777, None, "deep/file"),
        ("round", stat.S_IFLNK | 0o777, None, "round"),
        ("\udcff\udcfe", stat.S_IFREG | 0o644, 3, ""),
    }
    assert await listed(engine, box, "/tmp/it's/deep", running=running) == {
        ("file", stat.S_IFREG | 0o640, 10_000, "")
    }  # fmt: skip


async def test_the_root_by_an_export_has_what_a_root_has(engine: Engine, box: str) -> None:
    names = {name for name, *_ in await listed(engine, box, "/", running=False)}
    assert {"bin", "etc", "tmp", "mnt", "proc", "sys", ".dockerenv"} <= names


async def test_a_path_is_told(engine: Engine, box: str) -> None:
    told = await files.path_stat(engine, box, "/tmp/it's/deep/file")
    assert (told.mode, told.size, told.mtime, told.target) == (stat.S_IFREG | 0o640, 10_000, 1e9, "")
    told = await files.path_stat(engine, box, "/tmp/it's/link")
    assert (stat.S_IFMT(told.mode), told.target) == (stat.S_IFLNK, "/tmp/it's/deep/file")
    assert stat.S_ISDIR((await files.path_stat(engine, box, "/tmp")).mode)
    assert (await files.path_stat(engine, box, "/tmp")).mode & stat.S_ISVTX


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/tmp/none", ErrorKind.NOT_FOUND),
        ("/tmp/it's/round", ErrorKind.SERVER),
        ("/tmp/it's/deep/file/.", ErrorKind.SERVER),
    ],
)
async def test_what_is_not_there_is_refused(engine: Engine, box: str, path: str, kind: ErrorKind) -> None:
    with pytest.raises(EngineError, match=path) as refused:
        await files.path_stat(engine, box, path)
    assert refused.value.kind is kind
    with pytest.raises(EngineError) as refused:
        await files.read_whole(engine, box, path, 100)
    assert refused.value.kind is kind


async def test_a_file_is_read_as_far_as_is_asked(engine: Engine, box: str) -> None:
    assert await files.read_whole(engine, box, "/tmp/it's/deep/file", 15) == b"012345678901234"
    assert len(await files.read_whole(engine, box, "/tmp/it's/deep/file", 1 << 20)) == 10_000


async def test_of_a_name_that_is_no_utf_8_its_content_or_a_sentence(engine: Engine, box: str) -> None:
    """20.10 packs nothing of it; the folder as a whole has it."""
    said = ""
    try:
        content = await files.read_whole(engine, box, "/tmp/it's/\udcff\udcfe", 100)
    except EngineError as error:
        content, said = b"", str(error)
    assert content == b"odd" or "packs nothing" in said


async def test_what_was_copied_in_counts_as_added(engine: Engine, box: str) -> None:
    marks = await files.changes(engine, box)
    assert marks["/tmp/it's/deep/file"] == "A"
    assert marks["/tmp"] == "C"


async def test_nothing_is_copied_into_a_file_or_a_container_that_is_gone(
    engine: Engine, box: str, tmp_path: Path
) -> None:
    refusals = (ErrorKind.BAD_REQUEST, ErrorKind.SERVER)  # 28 and 20.10
    for path, kinds in (("/tmp/it's/deep/file", refusals), ("/none", (ErrorKind.NOT_FOUND,))):
        with pytest.raises(EngineError) as refused:
            await send(engine, containers.copy_in(box, str(tmp_path / "it's"), path))
        assert refused.value.kind in kinds, path
    with pytest.raises(EngineError, match="No such container"):
        await files.read_whole(engine, "f" * 64, "/etc/passwd", 100)


async def test_a_container_that_may_not_be_written_is_not(engine: Engine, workshop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    volume = workshop.volume("files")
    host = {"ReadonlyRootfs": True, "Binds": [f"{volume}:/mnt/data:ro"]}
    container = workshop.container("still", start=True, HostConfig=host)
    for path in ("/tmp", "/mnt/data"):
        with pytest.raises(EngineError, match="read-only"):
            await send(engine, containers.copy_in(container, str(tmp_path / "x"), path))
