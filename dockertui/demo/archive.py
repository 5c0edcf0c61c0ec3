"""A container's files as tars: what is at a path, the whole file system, and what is put into a folder."""

import base64
import io
import json
import posixpath
import stat
import tarfile
import time
from collections.abc import Iterator
from urllib.parse import parse_qs

from aiohttp import web

from dockertui.demo import files
from dockertui.demo.call import HEADERS, TAR, Call, Route
from dockertui.demo.files import File, Files
from dockertui.demo.host import Refusal, conflict, invalid
from dockertui.demo.objects import Container

_GO_TYPES = {stat.S_IFDIR: 1 << 31, stat.S_IFLNK: 1 << 27, stat.S_IFBLK: 1 << 26, stat.S_IFIFO: 1 << 25,
             stat.S_IFSOCK: 1 << 24, stat.S_IFCHR: 1 << 26 | 1 << 21}  # fmt: skip
_GO_SPECIAL = ((stat.S_ISUID, 1 << 23), (stat.S_ISGID, 1 << 22), (stat.S_ISVTX, 1 << 20))
_TYPES = {stat.S_IFDIR: tarfile.DIRTYPE, stat.S_IFLNK: tarfile.SYMTYPE, stat.S_IFIFO: tarfile.FIFOTYPE}
_STAT = "X-Docker-Container-Path-Stat"
_UPLOAD_MOST = 256 * 1024 * 1024


def _path(call: Call) -> str:
    """The path asked for; bytes that are no UTF-8 as surrogates, as the file systems have them."""
    query = parse_qs(call.request.rel_url.raw_query_string, errors="surrogateescape")
    path = query.get("path", [""])[0]
    if not path:
        raise invalid("bad parameter: 'path' cannot be empty")
    return posixpath.join("/", path)


def _stat_header(all_files: Files, path: str) -> str:
    file = all_files[path]
    go = stat.S_IMODE(file.mode) & 0o777 | _GO_TYPES.get(stat.S_IFMT(file.mode), 0)
    told = {
        "name": posixpath.basename(path) or "/",
        "size": file.size or (4096 if stat.S_ISDIR(file.mode) else len(file.link)),
        "mode": go | sum(bit for own, bit in _GO_SPECIAL if file.mode & own),
        "mtime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(file.mtime)),
        "linkTarget": files.resolve(all_files, path, last=True) if file.link else "",
    }
    return base64.b64encode(json.dumps(told).encode("utf-8", "replace")).decode()


def header(name: str, file: File) -> bytes:
    """The tar's entry for a file."""
    entry = tarfile.TarInfo(name)
    entry.mode, entry.mtime, entry.uid, entry.gid = stat.S_IMODE(file.mode), int(file.mtime), file.uid, file.gid
    entry.type, entry.size, entry.linkname = _TYPES.get(stat.S_IFMT(file.mode), tarfile.REGTYPE), file.size, file.link
    return entry.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


Members = list[tuple[str, File]]
END = bytes(2 * tarfile.BLOCKSIZE)


def all_members(found: Files) -> Members:
    return [(one[1:], found[one]) for one in files.below(found, "/")]


def pieces(members: Members) -> Iterator[bytes]:
    """The tar of them, piece by piece."""
    for name, file in members:
        yield header(name, file)
        yield from file.pieces()
        yield bytes(-file.size % tarfile.BLOCKSIZE)
    yield END


async def _send(call: Call, members: Members, **headers: str) -> web.StreamResponse:
    stream = await call.stream(TAR, headers)
    for piece in pieces(members):
        await stream.write(piece)
    return stream.response


def head(call: Call) -> web.Response:
    found, path = files.at(call.host, call.container, _path(call))
    return web.Response(headers={**HEADERS, _STAT: _stat_header(found, path)})


async def get(call: Call) -> web.StreamResponse:
    container = call.container
    asked = _path(call)
    found, path = files.at(call.host, container, asked)
    base = "." if asked.endswith("/.") and path != "/" else posixpath.basename(asked.rstrip("/")) or ""
    call.host.tell(container, "archive-path")
    members = [(base or "/", found[path])]
    members += [(base + one[len(path.rstrip("/")) :], found[one]) for one in files.below(found, path)]
    return await _send(call, members, **{_STAT: _stat_header(found, path)})


async def export(call: Call) -> web.StreamResponse:
    """As the Engine does: what is mounted is not in it."""
    container = call.container
    call.host.tell(container, "export")
    return await _send(call, all_members(files.of(call.host, container, mounted=False)))


async def put(call: Call) -> None:
    container = call.container
    found, folder = files.at(call.host, container, _path(call))
    if not stat.S_ISDIR(found[folder].mode):
        raise invalid("extraction point is not a directory")
    _check_writable(container, folder)
    container.files |= unpacked(await uploaded(call), folder)
    container.touch()
    call.host.tell(container, "extract-to-dir")


async def uploaded(call: Call) -> bytes:
    """The body of a request. This Engine lives in the program that sends it, and takes no large one."""
    body = bytearray()
    async for chunk in call.request.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > _UPLOAD_MOST:
            raise Refusal(413, "the demo Engine keeps no more than 256 MB")
    return bytes(body)


def unpacked(data: bytes, folder: str = "/", status: int = 400) -> Files:
    """The files of a tar, as they are when it is unpacked into a folder. Refuses what is no tar."""
    found: Files = {}
    kinds = {tarfile.DIRTYPE: stat.S_IFDIR, tarfile.SYMTYPE: stat.S_IFLNK}
    if not data:  # which an Engine takes for an empty tar
        return found
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            for member in tar:
                opened = tar.extractfile(member) if member.isreg() else None
                path = posixpath.normpath(f"{folder.rstrip('/')}/{member.name}")
                mode = member.mode | kinds.get(member.type, stat.S_IFREG)
                data = opened.read() if opened is not None else b""
                found[path] = File(mode, float(member.mtime), data, member.linkname, member.uid, member.gid)
    except tarfile.TarError as error:
        raise Refusal(status, f"Error processing tar file: {error}") from None
    return found


def _check_writable(container: Container, folder: str) -> None:
    mounts = [one for one in container.mounts if f"{folder}/".startswith(f"{one.destination}/")]
    mount = max(mounts, key=lambda one: len(one.destination), default=None)
    if mount is not None and not mount.rw:
        raise conflict("mounted volume is marked read-only")
    if mount is None and container.host_config.get("ReadonlyRootfs"):
        raise conflict("container rootfs is marked read-only")


ROUTES = (
    Route("HEAD", "/containers/{id}/archive", head),
    Route("GET", "/containers/{id}/archive", get),
    Route("PUT", "/containers/{id}/archive", put, 200),
    Route("GET", "/containers/{id}/export", export),
)
