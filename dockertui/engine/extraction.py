"""Unpacking an untrusted tar into a folder: nothing lands elsewhere, and nothing is written through a link.

The checks are this program's own, since Python's tar filters are missing before 3.11.4 and had holes later. Every
folder on the way to a member is opened by descriptor without following links; a complete file is renamed over an
existing file or link, which is neither written to nor followed. As with `docker cp`, a folder is not replaced by
anything else, nor the reverse.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tarfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, Final

from dockertui.engine.whole_file import unguessable

_PIECE: Final = 1024 * 1024
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_FOLDER: Final = frozenset({errno.ENOTDIR, errno.ELOOP, errno.EMLINK})
"""The errors from opening a link or a file as a folder."""
_MODES: Final = 0o777
"""The mode bits to keep: a set-user-id bit of an untrusted file would act for the user who copies."""
_SPECIAL: Final = {tarfile.FIFOTYPE: "a FIFO", tarfile.CHRTYPE: "a device", tarfile.BLKTYPE: "a device"}


class Refused(Exception):
    """A member that is not unpacked, and why."""


class Extraction:
    """The unpacking of one tar into an existing folder. Raises Refused, OSError, tarfile.TarError.

    skipped: the members that cannot be copied, each with its type.
    """

    def __init__(self, folder: str) -> None:
        self.skipped: list[str] = []
        self.count = 0
        """Number of members unpacked."""
        self._root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)  # the user's choice: may be a link
        self._files: dict[tuple[str, ...], str] = {}
        """The regular files and symbolic links unpacked so far, with the target of a link."""
        self._folders: dict[tuple[str, ...], tarfile.TarInfo] = {}
        self._within: tuple[tuple[str, ...], int] | None = None
        """The last folder written to, as an open descriptor."""

    def run(self, tar: tarfile.TarFile) -> None:
        """Unpack all members in order."""
        for member in tar:
            self._take(member, tar)
        for parts in sorted(self._folders, key=len, reverse=True):  # after everything in them is written
            folder = self._opened(parts)
            os.fchmod(folder, self._folders[parts].mode & _MODES)
            _set_time(folder, self._folders[parts])

    def close(self) -> None:
        """Close the folders' descriptors."""
        self._forget()
        os.close(self._root)

    def _take(self, member: tarfile.TarInfo, tar: tarfile.TarFile) -> None:
        parts = parts_of(member.name)
        if member.type in _SPECIAL:
            self.skipped.append(f"{member.name} ({_SPECIAL[member.type]})")
        elif member.isdir():
            self._make_folder(parts, member)
        elif not parts:
            raise Refused(f"{member.name!r} is no name of a file")
        elif member.issym():
            self._put(parts, lambda name, folder: os.symlink(member.linkname, name, dir_fd=folder))
            self._files[parts] = member.linkname
        elif member.islnk():
            self._link(parts, member)
        elif member.isreg():
            self._put(parts, lambda name, folder: self._write(name, folder, member, tar.extractfile(member)))
            self._files[parts] = ""
        else:
            raise Refused(f"{member.name!r} is of a kind that is not known")
        self.count += member.type not in _SPECIAL

    # folders

    def _make_folder(self, parts: tuple[str, ...], member: tarfile.TarInfo) -> None:
        if not parts:
            return  # the folder itself
        above = self._opened(parts[:-1])
        try:
            os.mkdir(parts[-1], 0o700, dir_fd=above)
        except FileExistsError:
            if not stat.S_ISDIR(os.stat(parts[-1], dir_fd=above, follow_symlinks=False).st_mode):
                raise Refused(f"{member.name!r} is a folder, and what is there is none") from None
        self._folders[parts] = member

    def _opened(self, parts: tuple[str, ...]) -> int:
        """Open a folder below the root without following links, creating missing ones; return its descriptor."""
        if self._within is not None and self._within[0] == parts:
            return self._within[1]
        self._forget()
        found = os.dup(self._root)
        for at, part in enumerate(parts):
            try:
                with suppress(FileExistsError):
                    os.mkdir(part, 0o755, dir_fd=found)
                below = os.open(part, _FOLDER, dir_fd=found)
            except OSError as error:
                if error.errno not in _NO_FOLDER:
                    raise
                raise Refused(f"{'/'.join(parts[: at + 1])!r} is no folder of its own: it may be a link") from None
            finally:
                os.close(found)
            found = below
        self._within = (parts, found)
        return found

    def _forget(self) -> None:
        if self._within is not None:
            os.close(self._within[1])
            self._within = None

    # files and links

    def _put(self, parts: tuple[str, ...], make: Callable[[str, int], None]) -> None:
        """Create an entry under a temporary name, then rename it; an existing entry stays until then."""
        folder, name = self._opened(parts[:-1]), parts[-1]
        with suppress(FileNotFoundError):
            if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                raise Refused(f"{'/'.join(parts)!r} is no folder, and there is one of its name")
        part = unguessable(name)
        try:
            make(part, folder)
            os.replace(part, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(part, dir_fd=folder)
            raise

    def _write(self, name: str, folder: int, member: tarfile.TarInfo, data: IO[bytes] | None) -> None:
        with os.fdopen(os.open(name, _FILE, 0o600, dir_fd=folder), "wb") as file:
            if data is not None:
                shutil.copyfileobj(data, file, _PIECE)
            file.flush()
            os.fchmod(file.fileno(), member.mode & _MODES)
            _set_time(file.fileno(), member)

    def _link(self, parts: tuple[str, ...], member: tarfile.TarInfo) -> None:
        """Make another name for an earlier member; a symbolic link is created again, not followed."""
        target = parts_of(member.linkname)
        leads = self._files.get(target)
        if leads is None:
            raise Refused(f"{member.name!r} is a hard link to {member.linkname!r}, which did not come before it")
        if leads:
            self._put(parts, lambda name, folder: os.symlink(leads, name, dir_fd=folder))
        else:
            source = os.dup(self._opened(target[:-1]))
            try:
                self._put(parts, lambda name, folder: _hard(target[-1], source, name, folder))
            finally:
                os.close(source)
        self._files[parts] = leads


def _hard(target: str, source: int, name: str, folder: int) -> None:
    """Make a hard link to a file, if it still is one. Raises Refused, OSError."""
    if not stat.S_ISREG(os.stat(target, dir_fd=source, follow_symlinks=False).st_mode):
        raise Refused(f"{target!r} is no file any more")
    os.link(target, name, src_dir_fd=source, dst_dir_fd=folder, follow_symlinks=False)


def parts_of(name: str) -> tuple[str, ...]:
    """Return the parts of a member's name. Raises Refused for one that could lead out of the folder."""
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or ".." in parts or "\0" in name:
        raise Refused(f"{name!r} leads out of the folder")
    return parts


def _set_time(file: int, member: tarfile.TarInfo) -> None:
    """Set the modification time, as far as the file system can store it."""
    with suppress(OSError, OverflowError, ValueError):
        os.utime(file, (member.mtime, member.mtime))


def told(skipped: Sequence[str]) -> str:
    """Return a message on the skipped members, of many only the first."""
    more = f" and {len(skipped) - 3} more" if len(skipped) > 3 else ""
    return f"skipped {', '.join(skipped[:3])}{more}" if skipped else ""
