"""What a stranger packed, put into a folder: nothing of it lands elsewhere, and nothing is written through a link.

The checks are this program's own, as Python's filters for tars are missing before 3.11.4 and had holes later. Every
folder on the way to a member is opened by its descriptor without following links, and a file gets its name when it is
whole, in place of a file or link that has it: that one is neither written to nor followed. As `docker cp` has it, a
folder is not replaced by something else, nor the other way round.
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
"""What a system answers when a folder is to be opened that is a link, or a file."""
_MODES: Final = 0o777
"""What of a mode is taken: a set-user-id bit of a stranger's file would be in the name of who copies."""
_SPECIAL: Final = {tarfile.FIFOTYPE: "a FIFO", tarfile.CHRTYPE: "a device", tarfile.BLKTYPE: "a device"}


class Refused(Exception):
    """A member that is not put anywhere, and why."""


class Extraction:
    """One tar on its way into a folder that exists. Raises Refused, OSError, tarfile.TarError.

    skipped: the members that are nothing to copy, each with what it is.
    """

    def __init__(self, folder: str) -> None:
        self.skipped: list[str] = []
        self.count = 0
        """Members that were put into the folder."""
        self._root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)  # the user's own choice: a link, too
        self._files: dict[tuple[str, ...], str] = {}
        """The regular files and the links that came, with where a link leads."""
        self._folders: dict[tuple[str, ...], tarfile.TarInfo] = {}
        self._within: tuple[tuple[str, ...], int] | None = None
        """The folder that was written to last, open."""

    def run(self, tar: tarfile.TarFile) -> None:
        """Take all members in their order."""
        for member in tar:
            self._take(member, tar)
        for parts in sorted(self._folders, key=len, reverse=True):  # now that nothing more is put into them
            folder = self._opened(parts)
            os.fchmod(folder, self._folders[parts].mode & _MODES)
            _set_time(folder, self._folders[parts])

    def close(self) -> None:
        """Let go of the folder."""
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
        """The descriptor of a folder below the root, no link followed; one that is missing is made."""
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
        """Make something under another name, and give it its own: what has that stays until then."""
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
        """A further name of something that came before; a symbolic link is made anew, not followed."""
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
    """A hard link to a file, if it is still that. Raises Refused, OSError."""
    if not stat.S_ISREG(os.stat(target, dir_fd=source, follow_symlinks=False).st_mode):
        raise Refused(f"{target!r} is no file any more")
    os.link(target, name, src_dir_fd=source, dst_dir_fd=folder, follow_symlinks=False)


def parts_of(name: str) -> tuple[str, ...]:
    """The parts of a member's name. Raises Refused for one that may lead out of the folder."""
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or ".." in parts or "\0" in name:
        raise Refused(f"{name!r} leads out of the folder")
    return parts


def _set_time(file: int, member: tarfile.TarInfo) -> None:
    """When it was changed, as far as the file system can keep it."""
    with suppress(OSError, OverflowError, ValueError):
        os.utime(file, (member.mtime, member.mtime))


def told(skipped: Sequence[str]) -> str:
    """What was left out, in words: of many the first."""
    more = f" and {len(skipped) - 3} more" if len(skipped) > 3 else ""
    return f"skipped {', '.join(skipped[:3])}{more}" if skipped else ""
