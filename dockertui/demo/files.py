"""The file systems of the demo's containers: what their image has, what they wrote, and what is mounted over it.

Nothing is kept but what was copied in: the rest is made anew, the same each time, when somebody looks. What images
and volumes have is in `files.json`: a file is a text (its lines, where it has several), or a `link`, or so many bytes
of something.
"""

import json
import posixpath
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from dockertui.demo.host import Host, Refusal, not_found
from dockertui.demo.objects import Container

_LINKS_MOST: Final = 40
_FOLDER, _FILE, _LINK, _PROGRAM = 0o40755, 0o100644, 0o120777, 0o100755
_ELF: Final = b"\x7fELF\x02\x01\x01\0" + bytes(range(256))
_BASES: Final = {"nginx": "alpine", "redis": "alpine", "postgres": "debian", "shop": "debian"}
WHITED_OUT: Final = ("/var/log/bootstrap.log",)
"""What a container that wrote anything has deleted."""


@dataclass(frozen=True, slots=True)
class File:
    """One file. `mode` as `st_mode`; `size` bytes of `data`, over and over where it is shorter."""

    mode: int
    mtime: float
    data: bytes = b""
    link: str = ""
    uid: int = 0
    gid: int = 0
    length: int = -1

    @property
    def size(self) -> int:
        return (self.length if self.length >= 0 else len(self.data)) if stat.S_ISREG(self.mode) else 0

    def pieces(self, most: int = 1 << 16) -> Iterator[bytes]:
        """What is in it."""
        block = self.data if self.length < 0 or not self.data else self.data * max(1, most // len(self.data))
        left = self.size
        while left > 0:
            piece = block[:left] if block else bytes(min(left, most))
            yield piece
            left -= len(piece)


Files = dict[str, File]
"""Files by their absolute path; each has its folders among them."""


def of(host: Host, container: Container, *, mounted: bool = True) -> Files:
    """All files of a container, with what is mounted or without."""
    files = _of_image(host, container)
    if container.size_rw:
        for path in WHITED_OUT:
            files.pop(path, None)
        _add(files, "/run/app.pid", File(_FILE, container.created, b"1\n"))
    for path, text in _contents()["engine"].items():  # what the Engine itself puts into every container
        _add(files, path, File(_FILE, container.created, text.replace("{name}", container.id[:12]).encode()))
    for mount in container.mounts if mounted else ():
        if mount.destination in files and not stat.S_ISDIR(files[mount.destination].mode):
            continue  # a file is mounted over a file
        when = host.volumes[mount.name].created if mount.name in host.volumes else container.created
        _add(files, mount.destination, File(_FOLDER, when))
        for name, made in _volume_files(mount.name, mount.destination).items():
            _add(files, f"{mount.destination}/{name}", _made(name, made, when))
    for path, file in container.files.items():
        _add(files, path, file)
    return files


def changes(host: Host, container: Container) -> dict[str, int]:
    """What differs from the image by path: 0 is modified, 1 added, 2 deleted."""
    found: dict[str, int] = {}
    if container.size_rw:
        found = {"/etc": 0, "/etc/resolv.conf": 0, "/run": 0, "/run/app.pid": 1, "/var": 0, "/var/log": 0}
        found |= dict.fromkeys(WHITED_OUT, 2) | {mount.destination: 1 for mount in container.mounts}
    image = _of_image(host, container) if container.files else {}
    for path in container.files:
        found[path] = int(path not in image)
        for parent in parents(path):
            found.setdefault(parent, int(parent not in image))
    return dict(sorted(found.items()))


def parents(path: str) -> list[str]:
    """The folders above a path but the root, the outermost first."""
    parts = path.split("/")[1:-1]
    return ["/" + "/".join(parts[: count + 1]) for count in range(len(parts))]


def _of_image(host: Host, container: Container) -> Files:
    image = host.images.get(container.image_id)
    built = image.created if image is not None else container.created
    files: Files = {"/": File(_FOLDER, container.created)}
    files |= image.files if image is not None and image.files else named(container.image, built)
    workdir = str(container.config.get("WorkingDir") or "")
    if workdir.startswith("/"):
        _add(files, workdir.rstrip("/") or "/", files.get(workdir, File(_FOLDER, built)))
    return files


def named(image: str, built: float) -> Files:
    """The files of an image, as they follow from its name."""
    told, files = _contents(), Files()
    for path in told["folders"]:
        _add(files, path, File(0o41777 if path == "/tmp" else _FOLDER, built))
    names = image.partition("@")[0].split("/")
    kinds = [*_BASES, "debian", "alpine", "busybox"]
    kind = next((kind for kind in kinds if any(part.startswith(kind) for part in names)), "debian")
    own = told.get(_BASES.get(kind, ""), {}) | told[kind]
    for name in told["programs"]:
        program = {"size": 30_000 + zlib.crc32(name.encode()) % 99_000}
        data = {"link": "busybox"} if "/usr/bin/busybox" in own else program
        _add(files, f"/usr/bin/{name}", _made("", data, built))
    for path, data in (told["every"] | own).items():
        _add(files, path, _made(path, data, built))
    return files


@cache
def _contents() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name("files.json").read_text(encoding="utf-8"))
    return found


def _made(path: str, data: Any, when: float) -> File:
    """A file of what the contents say."""
    if isinstance(data, dict):
        if "link" in data:
            return File(_LINK, when, link=data["link"])
        mode = stat.S_IFREG | int(data.get("mode", "755"), 8)
        content = data["of"].encode("latin-1") if "of" in data else _ELF
        return File(mode, when, content, length=data["size"], uid=data.get("uid", 0), gid=data.get("uid", 0))
    text = "".join(f"{line}\n" for line in data) if isinstance(data, list) else data
    mode = _PROGRAM if text.startswith("#!") else 0o100640 if path == "/etc/shadow" else _FILE
    return File(mode, when, text.encode())


def _volume_files(name: str, destination: str) -> dict[str, Any]:
    """What is in a volume or below another mount, by what it is for."""
    if ending := next((one for one in ("pgdata", "uploads") if name.endswith(one)), ""):
        return dict(_contents()[ending])
    return {"README": f"mounted at {destination}\n"} if name and not destination.endswith("nginx.conf") else {}


def _add(files: Files, path: str, file: File) -> None:
    for parent in parents(path):
        files.setdefault(parent, replace(file, mode=_FOLDER, data=b"", link="", length=-1))
    files[path] = file


def resolve(files: Files, path: str, *, last: bool = False) -> str:
    """The path with its links followed; `last`: one at its end, too. Refuses endless ones."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    done, links = "", 0
    while parts:
        part = parts.pop(0)
        here = posixpath.dirname(done) if part == ".." else f"{done}/{part}"
        file = files.get(here or "/")
        if file is not None and file.link and (parts or last):
            links += 1
            if links > _LINKS_MOST:
                raise Refusal(500, f"too many levels of symbolic links: {path}")
            if file.link.startswith("/"):
                done = ""
            parts = [part for part in file.link.split("/") if part not in ("", ".")] + parts
        else:
            done = here.rstrip("/")
    return done or "/"


def at(host: Host, container: Container, path: str) -> tuple[Files, str]:
    """All files, and where a path leads among them; its own link is followed where it ends in a slash. Refuses."""
    files = of(host, container)
    found = resolve(files, path, last=path.endswith(("/", "/.")))
    if found not in files:
        raise not_found(f"Could not find the file {path} in container {container.id}")
    if path.endswith(("/", "/.")) and not stat.S_ISDIR(files[found].mode):
        raise Refusal(500, f"readdirent {path}: not a directory")
    return files, found


def below(files: Files, folder: str) -> list[str]:
    """The paths in a folder and all folders in it, a folder before what is in it, as a walk has them."""
    prefix = f"{folder.rstrip('/')}/"
    return sorted((path for path in files if path.startswith(prefix) and path != "/"), key=lambda path: path.split("/"))


def children(files: Files, folder: str) -> list[str]:
    """The names in a folder."""
    folder = folder.rstrip("/") or "/"
    return sorted(posixpath.basename(path) for path in files if posixpath.dirname(path) == folder and path != "/")
