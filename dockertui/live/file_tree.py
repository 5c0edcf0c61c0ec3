"""What is known of a container's file system: folders by path, filled while a listing or an archive is read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from dockertui.engine.files import FileEntry, entry_of
from dockertui.engine.tar_stream import Member

KEPT: Final = 200_000
"""Files kept below the folder being read, some hundred bytes each; sizes are summed over all files."""


@dataclass(slots=True, eq=False)
class Folder:
    """The files of one folder. `way` says how they were read; `read_at` (epoch seconds) is when reading began."""

    way: str = ""
    read_at: float = 0.0
    entries: dict[str, FileEntry] = field(default_factory=dict)
    complete: bool = False
    dropped: bool = False
    """Whether some of its files were not kept because there were too many."""
    fresh: set[str] = field(default_factory=set)
    """Names that appeared or disappeared since this was last read."""
    unseen: set[str] = field(default_factory=set)
    """Names from an earlier reading that this one has not met yet."""


class FileTree:
    """Folders by path, the marks of differences from the image, and the names of owners."""

    def __init__(self, kept: int = KEPT) -> None:
        self.kept = kept
        self.count = 0
        self.folders: dict[str, Folder] = {}
        self.below: dict[str, int] = {}
        """Bytes of the files below each folder, as far as an archive was read."""
        self.marks: dict[str, str] = {}
        self.deleted: dict[str, list[str]] = {}
        self.owners: dict[int, str] = {}
        self.groups: dict[int, str] = {}

    def begin(self, path: str, way: str, now: float) -> Folder:
        """Begin a new reading of a folder; the entries of an earlier one stay until this one is complete."""
        before = self.folders.get(path) or Folder()
        folder = Folder(way, now, before.entries, fresh=before.fresh, unseen=set(before.entries))
        self.folders[path] = folder
        return folder

    def put(self, folder: Folder, entry: FileEntry) -> None:
        """Add or replace one file of a folder."""
        self.count += entry.name not in folder.entries
        folder.entries[entry.name] = entry
        folder.fresh.add(entry.name)
        folder.unseen.discard(entry.name)

    def finish(self, folder: Folder) -> None:
        """Complete the reading of a folder: drop the entries that it did not meet."""
        for name in folder.unseen:
            del folder.entries[name]
            self.count -= 1
        folder.fresh |= folder.unseen
        folder.unseen = set()
        folder.complete = not folder.dropped

    def take_marks(self, marks: dict[str, str]) -> None:
        """Set the marks of `docker diff`, by path."""
        self.marks = marks
        self.deleted = {}
        for path, mark in marks.items():
            if mark == "D":
                parent, name = posixpath.split(path)
                self.deleted.setdefault(parent, []).append(name)

    def mark(self, path: str) -> str:
        """Return A, C or D, or "" if unchanged. In the Engine's JSON a byte that is not UTF-8 is U+FFFD."""
        return self.marks.get(shown(path), "") if self.marks else ""

    def ghosts(self, path: str) -> Iterator[FileEntry]:
        """Yield the files of the image that were deleted from a folder."""
        entries = self.folders[path].entries if path in self.folders else {}
        for name in self.deleted.get(shown(path), ()):
            if name not in entries:
                yield FileEntry(name, 0)


def shown(path: str) -> str:
    """Return a path as it is in the Engine's JSON."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if not path.isascii() else path


def parts_of(name: str) -> list[str] | None:
    """Return the path components of a tar member below the folder asked for; None if it leads out of the folder."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    return None if ".." in parts else parts


class Unfolding:
    """Adds an archive's members to a tree. A tar is written depth first, so a folder is complete once it is left."""

    def __init__(self, tree: FileTree, root: str, way: str, now: float, partial: Iterable[str] = ()) -> None:
        """`partial`: folders that the archive shows incompletely, as an export does those with mounts."""
        self._tree = tree
        self._root = root.rstrip("/")
        self._way = way
        self._now = now
        self._partial = frozenset(partial)
        self._open: list[tuple[str, Folder]] = []
        self._enter(root)

    @property
    def open(self) -> list[str]:
        """The folders being read, outermost first."""
        return [path for path, _ in self._open]

    def take(self, members: Iterable[Member]) -> None:
        """Add further members, skipping the archive's own root and names that lead out of it."""
        for member in members:
            parts = parts_of(member.name)
            if parts:
                self._take(member, parts)

    def _take(self, member: Member, parts: list[str]) -> None:
        parent = "/".join((self._root, *parts[:-1])) or "/"
        while len(self._open) > 1 and parent != self._open[-1][0] and not parent.startswith(f"{self._open[-1][0]}/"):
            self._leave()
        path, folder = self._open[-1]
        entry = entry_of(member, parts[-1])
        if entry.hard:
            entry = entry._replace(size=self._size_of(entry.link))
        elif entry.size:
            for outer, _ in self._open:
                self._tree.below[outer] += entry.size
        if path == parent:
            if len(self._open) == 1 or self._tree.count < self._tree.kept or entry.name in folder.entries:
                self._tree.put(folder, entry)
            else:
                folder.dropped = True
        if entry.is_folder:
            self._enter("/".join((self._root, *parts)))

    def _size_of(self, name: str) -> int | None:
        """Return the size of an earlier member, by its name in the archive."""
        parts = parts_of(name) or [""]
        folder = self._tree.folders.get("/".join((self._root, *parts[:-1])) or "/")
        known = folder.entries.get(parts[-1]) if folder is not None else None
        return known.size if known is not None else None

    def _enter(self, path: str) -> None:
        self._tree.below[path] = 0
        self._open.append((path, self._tree.begin(path, self._way, self._now)))

    def _leave(self) -> None:
        path, folder = self._open.pop()
        if path not in self._partial:
            self._tree.finish(folder)
        if any(f"{partial}/".startswith(f"{path}/") for partial in self._partial):
            del self._tree.below[path]  # mounted files are not in the archive, so the sum would be wrong

    def end(self) -> None:
        """Complete all open folders at the archive's end."""
        while self._open:
            self._leave()
