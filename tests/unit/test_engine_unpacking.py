"""Archives of strangers: nothing of them lands outside of the folder."""

from __future__ import annotations

import io
import tarfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from dockertui.engine.errors import EngineError
from dockertui.engine.unpacking import packed, unpack


def member(
    name: str, kind: bytes = tarfile.REGTYPE, link: str = "", data: bytes = b"stolen"
) -> tuple[tarfile.TarInfo, bytes]:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname, entry.size = kind, link, len(data) if kind == tarfile.REGTYPE else 0
    return entry, data


def archive(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for entry, data in members:
            tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


@asynccontextmanager
async def reply(data: bytes) -> AsyncIterator[Any]:
    class Body:
        async def chunks(self) -> AsyncIterator[bytes]:
            for start in range(0, len(data), 1000):
                yield data[start : start + 1000]

    yield Body()


HOSTILE: Sequence[tuple[str, bytes]] = (
    ("above", archive(member("../above"))),
    ("through its link", archive(member("in/link", tarfile.SYMTYPE, "/tmp"), member("in/link/file"))),
    ("through its link, hidden", archive(member("in/link", tarfile.SYMTYPE, ".."),
                                         member("in/./link/../file", data=b""),
                                         member("in/link/file"))),
    ("hard link", archive(member("file", tarfile.LNKTYPE, "../victim"), member("file"))),
    ("device", archive(member("null", tarfile.CHRTYPE))),
)  # fmt: skip


@pytest.mark.parametrize("data", [data for _, data in HOSTILE], ids=[name for name, _ in HOSTILE])
async def test_a_hostile_archive_is_refused(data: bytes, tmp_path: Path) -> None:
    victim, folder = tmp_path / "victim", tmp_path / "folder"
    victim.write_text("mine")
    folder.mkdir()
    with pytest.raises(EngineError, match="cannot be written"):
        await unpack(reply(data), str(folder), lambda _: None)
    assert victim.read_text() == "mine"
    assert sorted(path.name for path in all_of(tmp_path) if path.parent == tmp_path) == ["folder", "victim"]


async def test_links_stay_as_they_are(tmp_path: Path) -> None:
    data = archive(member("etc/mtab", tarfile.SYMTYPE, "/proc/mounts"), member("etc/hosts", data=b"here"))
    await unpack(reply(data), str(tmp_path), lambda _: None)
    assert {path.name for path in all_of(tmp_path) if path.is_symlink()} == {"mtab"}
    assert (tmp_path / "etc" / "hosts").read_bytes() == b"here"


async def test_what_is_packed_is_what_is_unpacked(tmp_path: Path) -> None:
    source, folder = tmp_path / "source", tmp_path / "folder"
    (source / "deep").mkdir(parents=True)
    folder.mkdir()
    (source / "deep" / "big").write_bytes(bytes(range(256)) * 20_000)
    pieces = [piece async for piece in packed(str(source), lambda _: None)]
    await unpack(reply(b"".join(pieces)), str(folder), lambda _: None)
    assert (folder / "source" / "deep" / "big").read_bytes() == (source / "deep" / "big").read_bytes()


async def test_a_packing_that_is_given_up_ends(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"x" * 10_000_000)
    pieces = packed(str(tmp_path / "big"), lambda _: None)
    async for _ in pieces:
        break
    await pieces.aclose()  # type: ignore[attr-defined]


def all_of(folder: Path) -> list[Path]:
    return list(folder.rglob("*"))
