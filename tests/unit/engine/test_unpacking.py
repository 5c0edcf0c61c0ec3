"""Archives of strangers: nothing of them lands outside of the folder."""

from __future__ import annotations

import asyncio
import io
import os
import socket
import tarfile
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO, Any, cast

import pytest

from dockertui.engine import unpacking
from dockertui.engine.errors import EngineError
from dockertui.engine.unpacking import packed, unpack
from tests.cases import Case, cases, table


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
    ("absolute", archive(member("/tmp/above"))),
    ("up and down again", archive(member("in/../file"))),
    ("hard link to what did not come", archive(member("file", tarfile.LNKTYPE, "mine"))),
    ("a folder's name for a file", archive(member("in", tarfile.DIRTYPE), member("in"))),
    ("no name", archive(member("."))),
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


def chain(steps: int, *last: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """Links through folders with long names, so that the true path grows longer than the system takes."""
    folder, members = "", []
    name = "d" * 247
    for step in range(steps):
        members += [
            member(f"{folder}{name}", tarfile.DIRTYPE),
            member(f"{folder}{chr(97 + step)}", tarfile.SYMTYPE, name),
        ]
        folder += f"{name}/"
    path = "/".join(chr(97 + step) for step in range(steps))
    long = f"{path}/{'l' * 254}"
    members.append(member(long, tarfile.SYMTYPE, "/".join([".."] * steps)))
    members.append(member("escape", tarfile.SYMTYPE, f"{long}/../victim"))
    return archive(*members, *last)


LINK, HARD = tarfile.SYMTYPE, tarfile.LNKTYPE
BREAKOUTS = {
    "../victim": archive(member("../victim/dotdot")),
    "/../victim": archive(member("/../victim/slash")),
    "hl ..": archive(member("dotdot", HARD, "../victim/hello")),
    "hl /..": archive(member("slash", HARD, "/../victim/hello")),
    "hl,sym": archive(member("loop", HARD, "../victim"), member("sym", LINK, "loop/hello"), member("sym")),
    "hl,hl": archive(member("loop", HARD, "../victim"), member("hard", HARD, "loop/hello"), member("hard")),
    "sym file through": archive(member("loop", LINK, "../victim"), member("loop/file")),
    "sym,hl": archive(member("loop", LINK, "../victim"), member("hard", HARD, "loop/hello"), member("hard")),
    "dir/sym deep": archive(member("dir", tarfile.DIRTYPE), member("dir/loop", LINK, "../../victim"),
                            member("dir/loop/newdir", tarfile.DIRTYPE), member("dir/loop/newdir/newfile")),
    "sym abs": b"",  # its link needs to know where
    "sym then hl to it then reg": archive(member("s", LINK, "../victim/hello"), member("h", HARD, "s"), member("h")),
    "normpath trick": archive(member("a/b", tarfile.DIRTYPE), member("s", LINK, "a/b"),
                              member("s/../../../victim/x")),
    "./ name": archive(member("./loop", LINK, "../victim"), member("loop/x")),
    "a/./b": archive(member("a", LINK, "../victim"), member("a/./x")),
    "sym to sym": archive(member("b", LINK, "../victim"), member("a", LINK, "b"), member("a/x")),
    "dir over sym": archive(member("a", LINK, "../victim"), member("a", tarfile.DIRTYPE), member("a/x")),
    "CVE-2025-4517 by s/.. (n=14), file through escape/..": chain(14, member("escape/../q")),
    "CVE-2025-4517 by s/.. (n=14), file over the link": chain(14, member("escape/hello"), member("escape")),
    "CVE-2025-4517 by s/.. (n=15), hard link": chain(15, member("flaglink", HARD, "escape/hello"), member("flaglink")),
    "CVE-2025-4517 by s/.. (n=15), file through escape/..": chain(15, member("escape/../q")),
    "CVE-2025-4517 by s/.. (n=15), new file over the link": chain(15, member("escape/new"), member("escape")),
    "CVE-2025-4517 by s/.. (n=16), hard link": chain(16, member("flaglink", HARD, "escape/hello"), member("flaglink")),
    "CVE-2025-4517 by s/.. (n=16), file over the link": chain(16, member("escape"), member("escape/hello")),
    "CVE-2025-4517 by s/.. (n=16), new file over the link": chain(16, member("escape/new")),
}  # fmt: skip


@table("tar_breakouts")
async def test_nothing_breaks_out(case: Case, tmp_path: Path) -> None:
    victim, folder = tmp_path / "victim", tmp_path / "dest"
    victim.mkdir()
    folder.mkdir()
    (victim / "hello").write_text("mine")
    data = BREAKOUTS[case.given]
    if case.given == "sym abs":
        data = archive(member("l", LINK, str(victim)), member("l/new"))
    with suppress(EngineError):  # what is refused, and what may stay as a link that nobody followed, are both well
        await unpack(reply(data), str(folder), lambda _: None)
    changed = [] if (victim / "hello").read_text() == "mine" else ["overwritten"]
    changed += [path.name for path in victim.iterdir() if path.name != "hello"]
    changed += [str(path) for path in all_of(folder) if path.is_file() and path.samefile(victim / "hello")
                and not path.is_symlink()]  # fmt: skip
    changed += [name for name in os.listdir(tmp_path) if name not in ("victim", "dest")]
    assert changed == case.expected


def test_every_breakout_of_the_table_is_there() -> None:
    assert [case.given for case in cases("tar_breakouts")] == list(BREAKOUTS)


async def test_what_is_no_file_is_skipped_and_said(tmp_path: Path) -> None:
    data = archive(
        member("in", tarfile.DIRTYPE),
        member("in/pipe", tarfile.FIFOTYPE),
        member("in/null", tarfile.CHRTYPE),
        member("in/file", data=b"here"),
    )
    told = await unpack(reply(data), str(tmp_path), lambda _: None)
    assert told["skipped"] == "skipped in/pipe (a FIFO), in/null (a device)"
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["file"]


async def test_a_planted_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    victim, folder = tmp_path / "victim", tmp_path / "folder"
    victim.write_text("mine")
    folder.mkdir()
    (folder / "file").symlink_to(victim)
    await unpack(reply(archive(member("file", data=b"new"))), str(folder), lambda _: None)
    assert victim.read_text() == "mine"
    assert not (folder / "file").is_symlink()
    assert (folder / "file").read_bytes() == b"new"


async def test_a_planted_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "folder"
    elsewhere.mkdir()
    folder.mkdir()
    (folder / "in").symlink_to(elsewhere)
    for data in (archive(member("in/file")), archive(member("in", tarfile.DIRTYPE), member("in/file"))):
        with pytest.raises(EngineError, match="'in' is"):
            await unpack(reply(data), str(folder), lambda _: None)
    assert not list(elsewhere.iterdir())


async def test_a_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    cut = archive(member("file", data=b"n" * 5000))[:3000]
    with pytest.raises(EngineError):
        await unpack(reply(cut), str(tmp_path), lambda _: None)
    assert (tmp_path / "file").read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


async def test_any_failure_reaches_who_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object, tar: tarfile.TarFile) -> None:
        raise AttributeError("no such filter")

    monkeypatch.setattr("dockertui.engine.extraction.Extraction.run", broken)
    with pytest.raises(EngineError, match="no such filter"):
        await unpack(reply(archive(member("file"))), str(tmp_path), lambda _: None)


async def test_it_needs_no_filter_of_pythons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.11.0 to 3.11.3 have none."""
    for name in ("data_filter", "tar_filter", "fully_trusted_filter", "OutsideDestinationError", "FilterError"):
        monkeypatch.delattr(tarfile, name, raising=False)
    data = archive(member("in", tarfile.DIRTYPE), member("in/a", data=b"a"), member("in/b", HARD, "in/a"))
    await unpack(reply(data), str(tmp_path), lambda _: None)
    assert (tmp_path / "in" / "a").samefile(tmp_path / "in" / "b")
    with pytest.raises(EngineError, match="leads out"):
        await unpack(reply(archive(member("../x"))), str(tmp_path), lambda _: None)


async def test_modes_and_times_come_with_it_but_no_set_user_id(tmp_path: Path) -> None:
    entry, data = member("file", data=b"x")
    entry.mode, entry.mtime = 0o4750, 1_000_000_000
    closed, _ = member("in", tarfile.DIRTYPE)
    closed.mode = 0o500
    await unpack(reply(archive((entry, data), (closed, b""), member("in/file"))), str(tmp_path), lambda _: None)
    assert (tmp_path / "file").stat().st_mode & 0o7777 == 0o750
    assert (tmp_path / "file").stat().st_mtime == 1_000_000_000
    assert (tmp_path / "in").stat().st_mode & 0o7777 == 0o500
    (tmp_path / "in").chmod(0o700)


@pytest.mark.parametrize("name", ["x" * 255, "語" * 85, "new\nline", "half\udcff", " ", "-rf", ".part"])
async def test_any_name_that_a_file_can_have(name: str, tmp_path: Path) -> None:
    await unpack(reply(archive(member(name, data=b"x"))), str(tmp_path), lambda _: None)
    assert os.listdir(tmp_path) == [name]


async def test_a_name_that_no_file_can_have_says_why(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="too long"):
        await unpack(reply(archive(member("x" * 300), member("y"))), str(tmp_path), lambda _: None)
    assert os.listdir(tmp_path) == []


async def test_a_socket_is_left_out_of_what_is_sent_and_said(tmp_path: Path) -> None:
    source = tmp_path / "source"
    heard: list[Any] = []
    source.mkdir()
    (source / "file").write_text("x")
    os.mkfifo(source / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        monkeyed = os.getcwd()
        os.chdir(source)  # a socket's path has a hundred characters at most
        try:
            listening.bind("s")
        finally:
            os.chdir(monkeyed)
    sent = b"".join([piece async for piece in packed(str(source), heard.append)])
    with tarfile.open(fileobj=io.BytesIO(sent)) as tar:
        assert tar.getnames() == ["source", "source/file", "source/pipe"]
    assert heard[-1] == {"status": "skipped source/s (a socket)"}


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


async def test_many_at_once_do_not_wait_for_each_other_for_ever(tmp_path: Path) -> None:
    """With as many threads in common as a machine of one core has transfers: each of these waits for what they do."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    source = tmp_path / "big"
    source.write_bytes(b"x" * 3_000_000)

    async def there_and_back(folder: Path) -> None:
        os.mkdir(folder)
        pieces = [piece async for piece in packed(str(source), lambda _: None)]
        await unpack(reply(b"".join(pieces)), str(folder), lambda _: None)
        assert os.stat(folder / "big").st_size == 3_000_000

    async with asyncio.timeout(120):
        await asyncio.gather(*(there_and_back(tmp_path / f"to{number}") for number in range(3)))


def test_what_a_signal_cuts_off_is_written_too() -> None:
    written: list[bytes] = []

    class Cut(io.RawIOBase):
        def write(self, data: Any) -> int:
            written.append(bytes(data[:3]))
            return len(written[-1])

    unpacking._write_all(cast("IO[bytes]", Cut()), b"0123456789")
    assert b"".join(written) == b"0123456789"


async def test_a_packing_that_is_given_up_ends(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"x" * 10_000_000)
    pieces = packed(str(tmp_path / "big"), lambda _: None)
    async for _ in pieces:
        break
    await pieces.aclose()  # type: ignore[attr-defined]


def all_of(folder: Path) -> list[Path]:
    return list(folder.rglob("*"))
