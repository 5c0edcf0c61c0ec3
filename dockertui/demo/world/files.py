"""The file systems of the demo's containers: what their image has, what they wrote, and what is mounted over it.

Nothing is kept but what was copied in: the rest is made anew, the same each time, when somebody looks.
"""

import posixpath
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from dockertui.demo.world import file_contents as contents
from dockertui.demo.world.host import Host
from dockertui.demo.world.hostile import STRINGS
from dockertui.demo.world.objects import Container, Image
from dockertui.demo.world.refusal import Refusal, not_found

_LINKS_MOST: Final = 40
_FOLDER, _FILE, _LINK, _PROGRAM = 0o40755, 0o100644, 0o120777, 0o100755
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
    for path, data in contents.engines_files(container).items():
        _add(files, path, File(_FILE, container.created, data))
    if any(ord(sign) < 32 for sign in container.name):
        for kind, text in STRINGS.items():
            name = text.replace("/", "\u2215").replace("\0", "")[:200]
            _add(files, f"/srv/{name}", File(_FILE, container.created, f"{kind}\n{text}\n".encode()))
        _add(files, "/srv/no utf-8 \udcff\udcfe", File(_FILE, container.created, b"\xff\xfe"))
        _add(files, "/srv/round", File(_LINK, container.created, link="round"))
    for mount in container.mounts if mounted else ():
        if mount.destination in files and not stat.S_ISDIR(files[mount.destination].mode):
            continue  # a file is mounted over a file
        when = host.volumes[mount.name].created if mount.name in host.volumes else container.created
        _add(files, mount.destination, File(_FOLDER, when))
        for name, made in contents.volume_files(mount.name, mount.destination).items():
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


def of_image(image: Image) -> Files:
    """All files of an image."""
    return image.files or named(image.tags[0] if image.tags else "", image.created)


def named(image: str, built: float) -> Files:
    """The files of an image, as they follow from its name."""
    files: Files = {}
    for path in contents.FOLDERS:
        _add(files, path, File(0o41777 if path == "/tmp" else _FOLDER, built))
    for path, data in contents.image_files(image).items():
        _add(files, path, _made(path, data, built))
    return files


def _made(path: str, data: contents.Made, when: float) -> File:
    """A file of what the contents say: a text, a link's target, or so many bytes of a program or a log."""
    if isinstance(data, contents.Link):
        return File(_LINK, when, link=data.target)
    if isinstance(data, contents.Big):
        return File(data.mode, when, data.data, length=data.size, uid=data.uid, gid=data.uid)
    mode = _PROGRAM if data.startswith("#!") else 0o100640 if path == "/etc/shadow" else _FILE
    return File(mode, when, data.encode())


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
    prefix = f"{folder.rstrip('/')}/"
    return sorted(
        path[len(prefix) :]
        for path in files
        if path.startswith(prefix) and "/" not in path[len(prefix) :] and path != "/"
    )
