"""Files that the program writes: for their owner alone, never through a link, and under their name once they are whole.

A file is begun beside its place under a name that nobody can know before, so that nothing planted there is written to.
What has the name already stays until the new file is complete. `docker save --output` writes with the same mode.
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
"""What a file system without hard links answers."""


def unguessable(name: str) -> str:
    """A name for the beginning of a file of that name, short enough wherever that one is."""
    return f".{name[:20]}.{secrets.token_hex(8)}.part"


def open_new(path: str) -> int:
    """A descriptor of a file that did not exist before, to write to. Raises OSError."""
    return os.open(path, _NEW, MODE)


class WholeFile:
    """A file on its way. `keep` gives it its name, `drop` forgets it unless it was kept. Raises OSError."""

    def __init__(self, path: str) -> None:
        self.path = path
        folder, name = os.path.split(path)
        self._part = os.path.join(folder, unguessable(name))
        self.file: BinaryIO = os.fdopen(open_new(self._part), "wb")
        self._begun = True

    def keep(self, *, replace: bool = True) -> None:
        """Have it under its name: in place of what has that name, or only if nothing has. Raises OSError."""
        self.file.close()
        if replace:
            os.replace(self._part, self.path)
        else:
            _name_new(self._part, self.path)
        self._begun = False

    def drop(self) -> None:
        """Remove what was written, unless it was kept."""
        with suppress(OSError):  # what cannot be written any more cannot be closed in order either
            self.file.close()
        if self._begun:
            self._begun = False
            with suppress(OSError):
                os.unlink(self._part)


def _name_new(part: str, path: str) -> None:
    """Give a file a name that nothing has. Raises FileExistsError, OSError."""
    try:
        os.link(part, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(open_new(path))  # takes the name, or says that it is taken
        os.replace(part, path)
    else:
        os.unlink(part)


@contextmanager
def new_text(path: str, *, errors: str = "surrogatepass") -> Iterator[IO[str]]:
    """A text file that did not exist before; nothing is left of it when the writing fails.

    Raises FileExistsError, OSError; ValueError where no name is given.
    """
    if not path.strip():
        raise ValueError("no name was given")
    place = os.path.expanduser(path.strip())  # Path's own way of it raises where there is no such user
    if os.path.lexists(place):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), place)
    whole = WholeFile(place)
    try:
        with open(os.dup(whole.file.fileno()), "w", encoding="utf-8", errors=errors, newline="") as file:
            yield file
        whole.keep(replace=False)
    finally:
        whole.drop()
