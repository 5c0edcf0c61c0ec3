"""Files and folders copied into and out of a container of a real Engine, against what `docker cp` made of them."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from dockertui.engine import containers
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError
from dockertui.engine.models import Container
from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command
from dockertui.operations.jobs import Task, perform
from tests.cases import Case, table
from tests.engine.dockerd import Dockerd
from tests.engine.three_ways import endpoint_of

NAME = "copied"
INSIDE = r"""
umask 022
mkdir -p /in /t/dir/sub /t/empty "/t/with space" /t/hl /t/outh /t/ro && ln -s in /lin && echo old >/in/file
cd /t/dir && echo a >a && ln a hard && ln -s a sym && ln -s /t/dir/a symabs && ln -s nowhere dangling
ln -s ../../../../etc/passwd esc && printf x >"$(printf 'new\nline')" && echo s >sub/s && chmod 755 sub/s
cd /t && ln -s dir linkdir && ln -s /etc dirabs && echo u >"with space/ü" && ln -s nothere hl/l1 && ln hl/l1 hl/l2
ln dir/a outh/a2 && echo r >ro/r && chmod 400 ro/r && chmod 700 ro
echo root:x:0:0:root:/root:/bin/sh >/etc/passwd && echo root:x:0: >/etc/group
"""


@pytest.fixture
async def engine(dockerd: Dockerd) -> AsyncIterator[Engine]:
    engine = Engine(endpoint_of(dockerd))
    await engine.open()
    yield engine
    await engine.close()


def furnish(dockerd: Dockerd) -> None:
    """The container of the tables, made anew unless it is there."""
    if NAME not in dockerd.cli("ps", "--format", "{{.Names}}").split():
        dockerd.clean()
        options = ("--detach", "--stop-signal=KILL", "--network=none", f"--name={NAME}")
        dockerd.cli("run", *options, "busybox", "sleep", "1d")
        dockerd.cli("exec", NAME, "sh", "-ec", INSIDE)


async def copy(engine: Engine, id: str, values: dict[str, Any]) -> str:
    """Copy by the program's own command."""
    command = BY_ID[id]
    assert isinstance(command, Command)
    (item,) = [one for one in await containers.ls(engine) if one.name == NAME]
    assert isinstance(item, Container)
    return await perform(engine, Task(command, item.id, item.name, command.body.plan(item, values)))


def tree(folder: Path) -> dict[str, str]:
    """What is in a folder: kind, mode, content and number of names of each."""
    found = {}
    for path in folder.rglob("*"):
        seen = path.lstat()
        mode = f"{seen.st_mode & 0o7777:o}"
        if stat.S_ISLNK(seen.st_mode):
            told = f"l:{os.readlink(path)}"
        elif stat.S_ISDIR(seen.st_mode):
            told = f"d:{mode}"
        else:
            told = f"f:{mode}:{path.read_text()}:{seen.st_nlink}"
        found[str(path.relative_to(folder))] = told
    return found


OF_THE_MACHINE = ("dirabs/hosts", "dirabs/hostname", "dirabs/resolv.conf")
"""Files that the Engine makes: their texts are another Engine's in the table."""


def without_texts(shown: dict[str, Any]) -> dict[str, Any]:
    made = shown.get("tree", {})
    told = {name: text[:6] if name in OF_THE_MACHINE else text for name, text in made.items()}
    return {"tree": told} if made else shown


@table("copy_out")
async def test_what_is_copied_out(case: Case, dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    furnish(dockerd)
    try:
        await copy(engine, "container.copy_out", {"path": case.given, "folder": str(tmp_path)})
    except EngineError:
        made: dict[str, Any] = {"error": True}
    else:
        made = {"tree": tree(tmp_path)}
    assert without_texts(made) == without_texts(case.expected)


def lay_out(folder: Path) -> None:
    """What the table copies in."""
    (folder / "d" / "sub").mkdir(parents=True)
    for name, text in (("d/a", "a\n"), ("uid", "u\n"), ("big", "b" * 100_000), ("suid", "s\n")):
        (folder / name).write_text(text)
        (folder / name).chmod(0o644)
    os.link(folder / "d" / "a", folder / "d" / "hard")
    (folder / "d" / "sym").symlink_to("a")
    (folder / "d" / "abs").symlink_to("/etc/passwd")
    (folder / "linkd").symlink_to("d")
    os.mkfifo(folder / "fifo", 0o644)
    os.chown(folder / "uid", 1234, 1234)
    (folder / "uid").chmod(0o640)
    (folder / "suid").chmod(0o4755)
    for path in (folder / "d", folder / "d" / "sub"):
        path.chmod(0o755)
    (folder / "fifo").chmod(0o644)


SEEN = r"""
cd /in && find . | sort | while read -r name; do
  stat -c '%n %F %a %u %g' "$name"; if [ -L "$name" ]; then readlink "$name"; fi
done
if [ -e /a ]; then printf '|/a'; fi
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a file away")
@table("copy_in")
async def test_what_is_copied_in(case: Case, dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    furnish(dockerd)
    dockerd.cli("exec", NAME, "sh", "-c", "rm -rf /in/* /a; echo old >/in/file")
    lay_out(tmp_path)
    source, path = case.given
    slash = "/" if source.endswith("/") else ""
    word = "ok"
    try:
        await copy(engine, "container.copy_in", {"source": f"{tmp_path / source}{slash}", "path": path})
    except EngineError:
        word = "error"
    seen = dockerd.cli("exec", NAME, "sh", "-c", SEEN)  # its last line end is taken off
    assert [word, seen.rstrip()] == [case.expected[0], case.expected[1].rstrip()]


async def test_what_is_no_file_is_skipped_on_the_way_out_and_the_rest_is_copied(
    dockerd: Dockerd, engine: Engine, tmp_path: Path
) -> None:
    furnish(dockerd)
    made = "mkdir /mixed && cd /mixed && echo a >a && mkfifo pipe && echo z >z && mknod n c 1 3"
    dockerd.cli("exec", NAME, "sh", "-c", made)
    try:
        said = await copy(engine, "container.copy_out", {"path": "/mixed", "folder": str(tmp_path)})
    finally:
        dockerd.cli("exec", NAME, "rm", "-r", "/mixed")
    assert sorted(tree(tmp_path)) == ["mixed", "mixed/a", "mixed/z"]
    assert "mixed/pipe (a FIFO)" in said
    assert "mixed/n (a device)" in said


async def test_a_socket_is_skipped_on_the_way_in_and_the_rest_is_copied(
    dockerd: Dockerd, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(dockerd)
    source = tmp_path / "mixed"
    source.mkdir()
    (source / "a").write_text("a")
    monkeypatch.chdir(source)  # a socket's path has a hundred characters at most
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("s")
        await copy(engine, "container.copy_in", {"source": str(source), "path": "/"})
    assert dockerd.cli("exec", NAME, "sh", "-c", "ls /mixed; rm -r /mixed").split() == ["a"]
