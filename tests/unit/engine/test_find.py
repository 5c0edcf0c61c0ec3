"""What `find` prints of a folder: names of any bytes, and nothing that a name can pretend."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from dockertui.engine.find import TOOLS, BusyboxParser, FoundFile, GnuParser, Parser

HOSTILE = (
    b"plain", b"with space", b"new\nline", b"\x1b[31mred", b"no utf-8 \xff\xfe", "é日本".encode(), b"a' -> 'b", b"-rf",
    b"81a4 0 0 0 0 0 0 fake", b"quote\"'`$(x)",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> str:
    for number, name in enumerate(HOSTILE):
        Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))).write_bytes(b"x" * number)
    (tmp_path / "folder").mkdir(mode=0o750)
    os.symlink(b"to\n81a4 0 0 0 0 0 0 " + os.fsencode(tmp_path) + b"/./fake", os.fsencode(tmp_path / "link"))
    os.symlink("b' -> 'c", tmp_path / "an' -> 'arrow")
    os.symlink("/nowhere", tmp_path / "new\nlink")
    os.mkfifo(tmp_path / "pipe")
    return str(tmp_path)


def entries(folder: str) -> dict[str, tuple[int, int | None, str]]:
    found = {}
    for entry in os.scandir(folder):
        told = entry.stat(follow_symlinks=False)
        size = None if entry.is_dir(follow_symlinks=False) else told.st_size
        found[entry.name] = (told.st_mode, size, os.readlink(entry.path) if entry.is_symlink() else "")
    return found


def parsed(parser: Parser, output: bytes, step: int) -> list[FoundFile]:
    found = [one for at in range(0, len(output), step) for one in parser.feed(output[at : at + step])]
    return found + parser.end()


@pytest.mark.parametrize("step", [1, 13, 100_000])
@pytest.mark.parametrize("tool", TOOLS, ids=["gnu", "busybox"])
def test_every_file_is_told_as_it_is(folder: str, tool: object, step: int) -> None:
    program = "busybox" if tool is TOOLS[1] else "find"
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program}")
    words = list(TOOLS[1].words(folder) if program == "busybox" else TOOLS[0].words(folder))
    if program == "busybox":
        words = ["busybox", *words]
        words[words.index("stat") : words.index("stat") + 1] = ["busybox", "stat"]
    output = subprocess.run(words, check=True, capture_output=True, env={**os.environ, "LC_ALL": "C"}).stdout
    kind = BusyboxParser if program == "busybox" else GnuParser
    found = parsed(kind(os.fsencode(f"{folder}/.")), output, step)
    told = {one.entry.name: one.entry for one in found}
    assert told.pop("").is_folder
    assert {name: (one.mode, one.size, one.link) for name, one in told.items()} == entries(folder)
    if program == "find" and os.geteuid() == 0:
        assert {(one.owner, one.group) for one in found} == {("root", "root")}


@pytest.mark.parametrize(
    "output", [b"OCI runtime exec failed: no such file\0x\0", b"f 644 0 0 root\0\0", b"x" * 100_000]
)
def test_what_is_no_list_is_refused(output: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        GnuParser(b"/.").feed(output)


def test_a_busybox_that_says_something_else_is_no_list() -> None:
    assert parsed(BusyboxParser(b"/."), b"find: unrecognized: -printf\n", 10) == []
