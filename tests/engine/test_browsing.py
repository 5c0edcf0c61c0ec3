"""Files of real containers: what is listed, by whichever way, is what `docker cp` packs; marks are `docker diff`'s."""

from __future__ import annotations

import asyncio
import io
import os
import resource
import shutil
import stat
import subprocess
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dockertui.engine import containers, files
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError
from dockertui.engine.files import FileEntry
from dockertui.engine.sending import send
from dockertui.live import browser as browsing
from dockertui.live.browser import Browser, Place
from tests.engine.dockerd import Dockerd
from tests.engine.three_ways import endpoint_of

SCRIPT = r"""
mkdir -p /t/sub/deep /t/empty; cd /t; echo hi > a; ln a hard; ln -s /etc abs; ln -s ../etc/passwd rel; ln -s loop loop
mkfifo pipe; echo x > "$(printf 'new\nline')"; echo y > "$(printf 'no utf-8 \377')"; echo z > "$(printf '\033[31mred')"
printf %250s x | tr ' ' n > /dev/null; touch "$(printf %250s x | tr ' ' n)"; chmod 4751 a; chmod 1777 sub
chown 65534:65534 sub/deep; echo deep > sub/deep/file; truncate -s 9G huge; touch -d '2001-02-03 04:05:06' old
ln -s "$(printf %300s x | tr ' ' l)" longlink; echo v > /data/v; rm /etc/group; echo 1 >> /etc/passwd
"""
KINDS = {
    tarfile.REGTYPE: stat.S_IFREG, tarfile.LNKTYPE: stat.S_IFREG, tarfile.DIRTYPE: stat.S_IFDIR,
    tarfile.SYMTYPE: stat.S_IFLNK, tarfile.FIFOTYPE: stat.S_IFIFO, tarfile.CHRTYPE: stat.S_IFCHR,
}  # fmt: skip
PSEUDO = {"dev", "proc", "sys"}
"""What a container that runs has something mounted over."""

Facts = dict[str, tuple[int, int, int, int | None, int, str]]


@pytest.fixture
async def engine(dockerd: Dockerd) -> AsyncIterator[Engine]:
    dockerd.clean()
    engine = Engine(endpoint_of(dockerd))
    await engine.open()
    yield engine
    await engine.close()


def furnished(dockerd: Dockerd) -> str:
    """A container with every kind of file, running."""
    container = dockerd.run("--name=box", "--volume=vol:/data")
    dockerd.cli("exec", "box", "sh", "-c", SCRIPT)
    return container


def place(dockerd: Dockerd, name: str, root: str = "/") -> Place:
    running = dockerd.cli("inspect", "--format", "{{.State.Running}}", name) == "true"
    return Place(dockerd.cli("inspect", "--format", "{{.Id}}", name), name, running, root, ("/data",))


async def read(browser: Browser, path: str, *, whole: bool = False) -> Facts:
    """What the browser lists at a path, once it has read it."""
    browser.go(path, whole=whole)
    await browser.settled()
    folder = browser.folder
    assert folder is not None, browser.error
    return {entry.name: facts_of(entry) for entry in folder.entries.values()}


def facts_of(entry: FileEntry) -> tuple[int, int, int, int | None, int, str]:
    size = entry.size if entry.is_file else None
    return entry.mode, entry.uid, entry.gid, size, int(entry.mtime), entry.link if entry.is_link else ""


def packed(dockerd: Dockerd, name: str, path: str) -> Facts:
    """The direct children of a folder in the tar that `docker cp` makes of it."""
    words = ["docker", "cp", f"{name}:{path.rstrip('/')}/.", "-"]
    found: Facts = {}
    sizes: dict[str, int] = {}
    with (
        subprocess.Popen(words, env=dockerd.environment(), stdout=subprocess.PIPE) as copying,
        tarfile.open(fileobj=copying.stdout, mode="r|", errors="surrogateescape") as tar,
    ):
        for one in tar:
            child = one.name.removeprefix("./").strip("/")
            sizes[one.name] = sizes[one.linkname] if one.islnk() else one.size
            if child and "/" not in child and child != ".":
                size = sizes[one.name] if one.isreg() or one.islnk() else None
                link = one.linkname if one.issym() else ""
                found[child] = (one.mode | KINDS[one.type], one.uid, one.gid, size, int(one.mtime), link)
    return found


def without(facts: Facts, names: set[str]) -> Facts:
    return {name: fact for name, fact in facts.items() if name not in names}


@pytest.mark.parametrize("way", ["exec", "archive", "stopped"])
async def test_a_listing_is_what_docker_cp_packs(way: str, dockerd: Dockerd, engine: Engine) -> None:
    furnished(dockerd)
    if way == "stopped":
        dockerd.cli("stop", "box")
    dockerd.cli("exec", "box", "truncate", "-s", "1M", "/t/huge", check=False)
    dockerd.cli("cp", "-", "box:/", stdin=tar_of("t/huge", 1 << 20))
    browser = Browser(engine, lambda: None, by_exec=way == "exec")
    browser.visit(place(dockerd, "box"))
    for path in ("/t", "/t/sub", "/t/sub/deep", "/t/empty", "/etc", "/data"):
        assert await read(browser, path) == packed(dockerd, "box", path), path
        assert browser.folder is not None
        assert browser.folder.complete
        assert browser.folder.way == ("find and stat in the container" if way == "exec" else browsing.ARCHIVE)
    root = await read(browser, "/")
    assert without(root, PSEUDO | {"data"}) == without(packed(dockerd, "box", "/"), PSEUDO | {"data"})
    assert set(root) == set(packed(dockerd, "box", "/"))


def tar_of(name: str, size: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        entry = tarfile.TarInfo(name)
        entry.size = size
        tar.addfile(entry, io.BytesIO(bytes(size)))
    return out.getvalue()


def shell_less() -> bytes:
    """A root file system with a program that sleeps, a page and a setting."""
    busybox = Path(shutil.which("busybox") or "busybox").read_bytes()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in (("bin/sleep", busybox), ("srv/page.html", b"<p>x</p>"), ("etc/app.conf", b"a=1")):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize("running", [True, False], ids=["running", "stopped"])
async def test_an_image_without_a_shell_is_read_by_the_archive(running: bool, dockerd: Dockerd, engine: Engine) -> None:
    """Nothing is in it but one program that sleeps."""
    dockerd.cli("import", "--change", 'ENTRYPOINT ["/bin/sleep"]', "-", "scratch:1", stdin=shell_less())
    how = ["run", "--detach"] if running else ["create"]
    dockerd.cli(*how, "--stop-signal=KILL", "--network=none", "--name=bare", "scratch:1", "1d")
    browser = Browser(engine, lambda: None)
    browser.visit(place(dockerd, "bare"))
    assert without(await read(browser, "/"), PSEUDO) == without(packed(dockerd, "bare", "/"), PSEUDO)
    assert await read(browser, "/srv") == packed(dockerd, "bare", "/srv")
    assert browser.exec_unavailable_because if running else browser.exec_unavailable_because == "it does not run"
    pieces = [piece async for _, piece in files.read(engine, "bare", "/srv/page.html", 100)]
    assert b"".join(pieces) == b"<p>x</p>"


@pytest.mark.parametrize("mode", ["700", "711"])
async def test_a_folder_that_even_root_may_not_list_is_not_taken_for_empty(
    mode: str, dockerd: Dockerd, engine: Engine
) -> None:
    dockerd.run("--name=box", "--cap-drop=ALL", "--cap-add=CHOWN")
    dockerd.cli("exec", "box", "sh", "-c", f"mkdir /x; touch /x/a; chmod {mode} /x; chown 65534 /x")
    browser = Browser(engine, lambda: None)
    browser.visit(place(dockerd, "box"))
    assert list(await read(browser, "/x")) == ["a"]
    assert browser.folder is not None
    assert browser.archived(browser.folder.way)
    await read(browser, "/etc")
    assert not browser.archived(browser.folder.way)


async def test_marks_are_those_of_docker_diff(dockerd: Dockerd, engine: Engine) -> None:
    furnished(dockerd)
    marks = await files.changes(engine, "box")
    told = "\n".join(f"{mark} {path}" for path, mark in marks.items())
    assert sorted(told.split("\n")) == sorted(dockerd.cli("diff", "box").split("\n"))
    browser = Browser(engine, lambda: None)
    browser.visit(place(dockerd, "box"))
    await read(browser, "/t")
    odd = next(name for name in browser.folder.entries if "\udcff" in name)  # type: ignore[union-attr]
    assert browser.tree.mark(f"/t/{odd}") == "A"
    await read(browser, "/etc")
    assert [ghost.name for ghost in browser.tree.ghosts("/etc")] == ["group"]
    assert browser.tree.mark("/etc/passwd") == "C"
    assert browser.tree.mark("/etc/hosts") == ""


async def test_owners_have_the_names_that_the_container_gives_them(dockerd: Dockerd, engine: Engine) -> None:
    furnished(dockerd)
    for by_exec in (True, False):
        browser = Browser(engine, lambda: None, by_exec=by_exec)
        browser.visit(place(dockerd, "box"))
        await read(browser, "/t/sub")
        assert browser.tree.owners[65534] == "nobody"


def on_disk(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Mode, time and content of what was copied, links as what they lead to."""
    found = {}
    for parent, folders, names in os.walk(os.fsencode(folder)):
        for name in folders + names:
            path = os.path.join(parent, name)
            told = os.lstat(path)
            content = b""
            if stat.S_ISLNK(told.st_mode):
                content = os.readlink(path)
            elif stat.S_ISREG(told.st_mode):
                content = Path(os.fsdecode(path)).read_bytes()
            when = 0 if stat.S_ISLNK(told.st_mode) else int(told.st_mtime)
            found[repr(os.path.relpath(path, os.fsencode(folder)))] = (told.st_mode & 0o170777, when, content)
    return found


async def test_a_download_is_the_copy_that_docker_cp_makes(dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    furnished(dockerd)
    dockerd.cli(
        "exec", "box", "sh", "-c", "cd /t; rm huge pipe; dd if=/dev/urandom of=big bs=1M count=5; chmod 666 big"
    )
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
    for path in ("/t", "/etc/passwd", "/data", "/t/abs"):
        await send(engine, containers.copy_out("box", path, str(ours)))
        dockerd.cli("cp", f"box:{path}", f"{theirs}/")
    assert on_disk(ours) == on_disk(theirs)
    assert any("377" in name or "xff" in name for name in on_disk(ours))


async def test_an_upload_is_the_copy_that_docker_cp_makes(dockerd: Dockerd, engine: Engine, tmp_path: Path) -> None:
    source = tmp_path / "it's"
    (source / "deep").mkdir(parents=True)
    (source / "deep" / "file").write_bytes(os.urandom(2_000_000))
    os.chmod(source / "deep" / "file", 0o640)
    os.utime(source / "deep" / "file", (1e9, 1e9))
    os.symlink("deep/file", source / "link")
    found = []
    for name in ("one", "two"):
        dockerd.run(f"--name={name}")
        if name == "one":
            await send(engine, containers.copy_in(name, str(source), "/root"))
        else:
            dockerd.cli("cp", str(source), f"{name}:/root/")
        sums = dockerd.cli("exec", name, "md5sum", "/root/it's/deep/file")
        found.append((packed(dockerd, name, "/root/it's/deep"), packed(dockerd, name, "/root/it's").keys(), sums))
    assert found[0] == found[1]


@pytest.mark.parametrize("running", [True, False], ids=["running", "stopped"])
async def test_a_volume_through_a_container(running: bool, dockerd: Dockerd, engine: Engine) -> None:
    furnished(dockerd)
    if not running:
        dockerd.cli("stop", "box")
    browser = Browser(engine, lambda: None)
    browser.visit(place(dockerd, "box", "/data"))
    assert await read(browser, "/data") == packed(dockerd, "box", "/data")
    assert set(browser.folder.entries) == {"v"}  # type: ignore[union-attr]


def many(count: int) -> bytes:
    """A tar of so many files in one folder."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for number in range(count):
            entry = tarfile.TarInfo(f"many/file-{number:06}")
            tar.addfile(entry)
    return out.getvalue()


@pytest.mark.parametrize("by_exec", [True, False], ids=["exec", "archive"])
async def test_a_large_folder_comes_bit_by_bit(by_exec: bool, dockerd: Dockerd, engine: Engine) -> None:
    dockerd.run("--name=box")
    dockerd.cli("cp", "-", "box:/", stdin=many(20_000))
    seen: list[int] = []
    browser = Browser(
        engine, lambda: seen.append(len(browser.folder.entries) if browser.folder else 0), by_exec=by_exec
    )
    browser.visit(place(dockerd, "box"))
    assert len(await read(browser, "/many")) == 20_000
    assert by_exec or len({count for count in seen if 0 < count < 20_000}) > 10


async def test_a_large_file_passes_without_being_kept(dockerd: Dockerd, engine: Engine) -> None:
    """A gigabyte of it in a folder that is listed by its archive; of the file itself the beginning is read, no more."""
    dockerd.run("--name=box")
    dockerd.cli("exec", "box", "sh", "-c", "mkdir /t; truncate -s 1G /t/big; echo after > /t/later")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    browser = Browser(engine, lambda: None, by_exec=False)
    browser.visit(place(dockerd, "box"))
    found = await read(browser, "/t", whole=True)
    assert set(found) == {"big", "later"}
    assert browser.tree.below["/t"] == (1 << 30) + 6
    data = b"".join([piece async for _, piece in files.read(engine, "box", "/t/big", 1 << 20)])
    assert data == bytes(1 << 20)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 64, f"{grown:.0f} MB"


async def test_an_archive_does_not_lock_a_container_for_long(
    dockerd: Dockerd, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is behind nine gigabytes is not reached; then the container's other calls are answered again."""
    monkeypatch.setattr(browsing, "PATIENCE", 0.3)
    dockerd.run("--name=box")
    dockerd.cli("exec", "box", "sh", "-c", "mkdir /t; echo first > /t/a; truncate -s 9G /t/b; echo last > /t/c")
    browser = Browser(engine, lambda: None, by_exec=False)
    browser.visit(place(dockerd, "box"))
    found = await read(browser, "/t")
    assert set(found) == {"a", "b"}
    assert "stopped after" in browser.error
    assert browser.folder is not None
    assert not browser.folder.complete
    dockerd.cli("inspect", "box")


async def test_what_goes_wrong_is_said_in_a_sentence(dockerd: Dockerd, engine: Engine) -> None:
    furnished(dockerd)
    browser = Browser(engine, lambda: None)
    browser.visit(place(dockerd, "box"))
    for path in ("/none", "/t/a", "/t/loop"):
        browser.go(path)
        await browser.settled()
        assert path in browser.error
    for path in ("/t/loop", "/none"):
        with pytest.raises(EngineError, match=path):
            await files.path_stat(engine, "box", path)
    told = await files.path_stat(engine, "box", "/t/rel")
    assert told.target == "/etc/passwd"
    with pytest.raises(EngineError, match="no file"):
        _ = [piece async for piece in files.read(engine, "box", "/t/pipe", 100)]
    dockerd.cli("rm", "--force", "box")
    browser.go("/etc")
    await browser.settled()
    assert "No such container" in browser.error


async def test_an_engine_that_dies_while_it_sends_is_said(dockerd: Dockerd, engine: Engine) -> None:
    dockerd.run("--name=box")
    dockerd.cli("exec", "box", "sh", "-c", "mkdir /t; echo first > /t/a; truncate -s 9G /t/b")
    came = asyncio.Event()
    browser = Browser(engine, lambda: came.set() if browser.folder else None, by_exec=False)
    browser.visit(place(dockerd, "box"))
    browser.go("/t")
    await came.wait()
    dockerd.kill9()
    try:
        await browser.settled()
        assert browser.error
        assert browser.folder is not None
        assert set(browser.folder.entries) == {"a", "b"}
    finally:
        dockerd.start()
