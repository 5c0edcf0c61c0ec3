"""Files that the program writes: readable by their owner only, never through a link, and renamed once complete.

A file is first written next to its place under an unpredictable name, so that nothing planted there is written to. An
existing file stays until the new one is complete. `docker save --output` uses the same mode.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, BinaryIO, Final

MODE: Final = 0o600
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})
"""The errors of a file system without hard links."""


def unguessable(name: str) -> str:
    """Return a temporary name for a file, short enough for any name."""
    return f".{name[:20]}.{secrets.token_hex(8)}.part"


def open_new(path: str) -> int:
    """Create a file that did not exist before; return its descriptor for writing. Raises OSError."""
    return os.open(path, _NEW, MODE)


class WholeFile:
    """A file being written. `keep` gives it its name, `drop` removes it unless it was kept. Raises OSError."""

    def __init__(self, path: str) -> None:
        self.path = path
        folder, name = os.path.split(path)
        self._part = os.path.join(folder, unguessable(name))
        self.file: BinaryIO = os.fdopen(open_new(self._part), "wb")
        self._begun = True

    def keep(self, *, replace: bool = True) -> None:
        """Give it its name, replacing an existing file, or only if there is none. Raises OSError."""
        self.file.close()
        if replace:
            os.replace(self._part, self.path)
        else:
            _name_new(self._part, self.path)
        self._begun = False

    def drop(self) -> None:
        """Remove what was written, unless it was kept."""
        with suppress(OSError):  # closing fails when its last bytes cannot be written
            self.file.close()
        if self._begun:
            self._begun = False
            with suppress(OSError):
                os.unlink(self._part)


def _name_new(part: str, path: str) -> None:
    """Give a file an unused name. Raises FileExistsError, OSError."""
    try:
        os.link(part, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(open_new(path))  # takes the name, or raises when it is taken
        os.replace(part, path)
    else:
        os.unlink(part)


@contextmanager
def new_text(path: str, *, errors: str = "surrogatepass") -> Iterator[IO[str]]:
    """Open a text file that did not exist before; nothing is left of it when writing fails.

    Raises FileExistsError, OSError; ValueError for an empty name.
    """
    if not path.strip():
        raise ValueError("no name was given")
    place = os.path.expanduser(path.strip())  # Path.expanduser raises for an unknown user
    if os.path.lexists(place):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), place)
    whole = WholeFile(place)
    try:
        with open(os.dup(whole.file.fileno()), "w", encoding="utf-8", errors=errors, newline="") as file:
            yield file
        whole.keep(replace=False)
    finally:
        whole.drop()
