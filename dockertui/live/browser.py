"""Read a container's folders on demand: which request is used, how much is read, and what is kept.

The API has no request that lists a folder: the archive of a folder is a tar of everything below it, data included, so
listing `/` that way reads the whole file system. And while the Engine sends an archive it holds the container's lock:
`inspect`, `stop` and `start` of it wait until the archive is read (measured on 20.10 and 28.5). So:

- in a running container, an exec of `find` lists the folder in some milliseconds, whatever lies below;
- where that is impossible (not running, no `find`, read-only mode, forbidden by the settings) the archive is read and
  its data dropped on arrival, for at most `PATIENCE` seconds, because of the lock, and `AMOUNT` bytes;
- for `/` the export is read: the same tar without the volumes, and without the lock. Before it, the usual folders of a
  root are asked for by name, so that the user can go on to `/var` before all of `/usr` has passed.

Everything that passes is kept (bounded), so that opening a folder below needs no request.
"""

from __future__ import annotations

import asyncio
import posixpath
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from dockertui.engine import files, find
from dockertui.engine.client import Engine, Stream
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.files import FileEntry
from dockertui.engine.trace import because
from dockertui.live.file_tree import FileTree, Folder, Unfolding

PATIENCE: Final = 10.0
"""Seconds for which reading an archive may keep the container locked, unless the whole folder is asked for."""
AMOUNT: Final = 1024 * 1024 * 1024
"""Bytes read for one listing, unless the whole folder is asked for."""
MARKS_HOLD: Final = 5.0
"""Seconds for which the list of changes is reused for other folders; longer if it took long to get."""
NOT_ALL: Final = "not all: "
"""The start of an error that tells that reading stopped before the end."""
_MARKS_SHARE: Final = 10
"""The inverse of the fraction of time that asking for changes may take."""
ARCHIVE, EXPORT = "the archive API", "an export, without volumes"
_MOST_FILES: Final = 1_000_000
_NAMES_LIMIT: Final = 256 * 1024
_SEED: Final = (
    *(
        "app",
        "bin",
        "boot",
        "data",
        "dev",
        "docker-entrypoint.sh",
        "entrypoint.sh",
        "etc",
        "home",
        "init",
        "lib",
        "lib64",
    ),
    *("media", "mnt", "opt", "proc", "root", "run", "sbin", "srv", "sys", "tmp", "usr", "var"),
)
"""Names a root is likely to have."""
_ASKED_AT_ONCE: Final = 6
_NO_TOOL: Final = (
    *(ErrorKind.UNSUPPORTED, ErrorKind.BAD_REQUEST, ErrorKind.SERVER),
    *(ErrorKind.UNAUTHORIZED, ErrorKind.PROTOCOL),  # for example from a proxy that forbids exec
)
"""Errors of an exec which mean that the tool is not available."""
_ENGINES_FILES: Final = ("/etc/hostname", "/etc/hosts", "/etc/resolv.conf")
"""Files that the Engine mounts in every container."""


@dataclass(frozen=True, slots=True)
class Place:
    """A container whose files are shown, from `root` down: "/" or the mount point of a volume."""

    container: str
    name: str
    running: bool
    root: str = "/"
    mounts: tuple[str, ...] = ()
    volume: str = ""


@dataclass(slots=True, eq=False)
class Reading:
    """A listing in progress."""

    path: str
    began: float
    again: bool = False
    way: str = ""
    read: int = 0
    unfolding: Unfolding | None = None

    def covers(self, path: str) -> bool:
        """Return whether the folder is being read right now."""
        return path == self.path or (self.unfolding is not None and path in self.unfolding.open)


class Browser:
    """The files of one container at a time. `changed` is called whenever there is something new to show."""

    def __init__(self, engine: Engine, changed: Callable[[], None], *, by_exec: bool = True) -> None:
        self.engine = engine
        self.by_exec = by_exec
        self.place: Place | None = None
        self.path = "/"
        self.tree = FileTree()
        self.reading: Reading | None = None
        self.error = ""
        """Why the last reading failed or is incomplete."""
        self._changed = changed
        self._tools = list(find.TOOLS)
        self._why_no_exec = ""
        self._marking: asyncio.Task[None] | None = None
        self._marks_hold = 0.0
        """Monotonic time in seconds until which the known changes are not asked for again."""
        self._task: asyncio.Task[None] | None = None

    # location

    def visit(self, place: Place | None) -> bool:
        """Show another container, or a new state of the same one; return whether it is another."""
        before, self.place = self.place, place
        if (
            before is not None
            and place is not None
            and (before.container, before.root) == (place.container, place.root)
        ):
            if before.running != place.running:
                self._tools = list(find.TOOLS)
            return False
        self.stop()
        self.tree, self.path, self.error = FileTree(), place.root if place is not None else "/", ""
        self._tools = list(find.TOOLS)
        self._forget_marks()
        return True

    @property
    def folder(self) -> Folder | None:
        """The folder shown, with the entries read so far; None before its reading began."""
        return self.tree.folders.get(self.path)

    def within(self, path: str) -> bool:
        """Return whether the path lies below the root."""
        root = self.place.root if self.place is not None else "/"
        return root == "/" or path == root or path.startswith(f"{root.rstrip('/')}/")

    def go(self, path: str, *, again: bool = False, whole: bool = False) -> None:
        """Show a folder and read it unless it is known; `whole` reads everything below it, without limits."""
        self.path, self.error = path, ""
        known = self.tree.folders.get(path)
        known_whole = known is not None and known.complete
        coming = self.reading is not None and self.reading.covers(path)
        if again or whole or not (known_whole or coming):
            self.stop()
            self.reading = Reading(path, time.monotonic(), again)
            self._task = asyncio.create_task(self._read(self.reading, whole))
        self._changed()

    async def settled(self) -> None:
        """Wait until all reading has ended."""
        while waiting := [task for task in (self._task, self._marking) if task is not None and not task.done()]:
            await asyncio.wait(waiting)

    @property
    def is_busy(self) -> bool:
        """Whether a folder or the list of changes is being read."""
        return self.reading is not None or (self._marking is not None and not self._marking.done())

    def close(self) -> None:
        """Stop all reading."""
        self.stop()
        self._forget_marks()

    def _forget_marks(self) -> None:
        if self._marking is not None:
            self._marking.cancel()
            self._marking = None

    def stop(self) -> None:
        """Stop the listing in progress."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.reading = None

    def cancel_by_user(self) -> None:
        """Stop the listing in progress because the user does not want to wait, and say so."""
        if self.reading is not None:
            self.error = "stopped: the list is incomplete"
            self.stop()
            self._changed()

    # reading

    @property
    def exec_unavailable_because(self) -> str:
        """Why no command can be run in the container, or ""."""
        if self.place is None or not self.place.running:
            return "it does not run"
        if self.engine.read_only:
            return "read only"
        return self._why_no_exec if not self._tools else "" if self.by_exec else "by choice"

    @staticmethod
    def archived(way: str) -> bool:
        """Return whether a folder was read in a way that runs nothing in the container."""
        return way in (ARCHIVE, EXPORT)

    async def _read(self, reading: Reading, whole: bool) -> None:
        place = self.place
        assert place is not None
        try:
            with because("files"):
                if whole or self.exec_unavailable_because or not await self._by_exec(place, reading):
                    await self._by_archive(place, reading, whole)
                self._mark(place, reading)
                await self._name_owners(place)
        except EngineError as error:
            self.error = str(error)
        if self.reading is reading:
            self.reading = self._task = None
        self._changed()

    async def _by_exec(self, place: Place, reading: Reading) -> bool:
        """List the folder with a tool in the container; return False if no tool could."""
        while self._tools:
            reading.way = f"{self._tools[0].name} in the container"
            try:
                await self._listed(place, reading)
            except EngineError as error:
                if error.kind not in _NO_TOOL and error.kind is not ErrorKind.CONFLICT:
                    raise
                if await self._is_no_folder(place, reading.path):
                    raise EngineError(ErrorKind.NOT_FOUND, f"{reading.path} is not a readable folder") from None
                self._why_no_exec = error.message
                if error.kind is ErrorKind.CONFLICT:  # a paused container, or an unreadable folder
                    return False
                del self._tools[0]
            else:
                return True
        return False

    async def _is_no_folder(self, place: Place, path: str) -> bool:
        """Return whether the path is at fault, not the tool."""
        if path == "/":
            return False
        try:
            await files.path_stat(self.engine, place.container, f"{path}/.")
        except EngineError as error:
            return error.kind is not ErrorKind.LOST
        return False

    async def _listed(self, place: Place, reading: Reading) -> None:
        folder: Folder | None = None
        async for found in find.listed(self.engine, place.container, reading.path, self._tools[0]):
            folder = folder or self.tree.begin(reading.path, reading.way, self.engine.trace.clock())
            for entry, owner, group in found:
                if owner:
                    self.tree.owners[entry.uid], self.tree.groups[entry.gid] = owner, group
                if entry.name:
                    self.tree.put(folder, entry)
            self._check_count(folder)
            self._changed()
        if folder is not None:
            self.tree.finish(folder)

    def _check_count(self, folder: Folder) -> None:
        if len(folder.entries) > _MOST_FILES:
            raise EngineError(
                ErrorKind.BAD_REQUEST, f"it has more than {_MOST_FILES:,} files, of which these are shown"
            )

    async def _by_archive(self, place: Place, reading: Reading, whole: bool) -> None:
        if reading.path == "/":
            await self._by_export(place, reading, whole)
            return
        reading.way = ARCHIVE
        async with files.archive(self.engine, place.container, f"{reading.path}/.") as stream:
            await self._unfold(stream, reading, whole, ())

    async def _by_export(self, place: Place, reading: Reading, whole: bool) -> None:
        """Read the export. It takes no lock, so the changes are asked for at the same time."""
        reading.way = EXPORT
        await self._seed(place, reading)
        self._mark(place, reading)
        async with files.export(self.engine, place.container) as stream:
            await self._unfold(stream, reading, whole, self._mounted(place))

    @staticmethod
    def _mounted(place: Place) -> set[str]:
        """Return the folders that an export shows incompletely: mount points and their parents."""
        mounts = {*place.mounts, *_ENGINES_FILES}
        return {*mounts, *map(posixpath.dirname, mounts)} - {"/"}

    async def _unfold(self, stream: Stream, reading: Reading, whole: bool, partial: Iterable[str]) -> None:
        async for members, size in files.members(stream):
            if reading.unfolding is None and members:
                now = self.engine.trace.clock()
                reading.unfolding = Unfolding(self.tree, reading.path, reading.way, now, partial)
            reading.read += size
            if reading.unfolding is None:
                continue
            reading.unfolding.take(members)
            if not whole and (said := self._enough(reading)):
                self.error = f"{NOT_ALL}{said}"
                return
            self._check_count(self.tree.folders[reading.path])
            self._changed()
        if reading.unfolding is None:
            raise files.packs_nothing(reading.path)
        reading.unfolding.end()

    @staticmethod
    def _enough(reading: Reading) -> str:
        """Return why reading stops here, or ""."""
        if reading.read > AMOUNT:
            return f"{AMOUNT >> 30} GiB were read"
        if reading.way == ARCHIVE and time.monotonic() - reading.began > PATIENCE:
            return f"stopped after {PATIENCE:.0f} s, the container is locked meanwhile"
        return ""

    async def _seed(self, place: Place, reading: Reading) -> None:
        """Show the usual names of a root, asked for by name, before the export reaches them."""
        first = {path.split("/")[1] for path in place.mounts if path.startswith("/")} - {""}
        gate = asyncio.Semaphore(_ASKED_AT_ONCE)

        async def asked(name: str) -> FileEntry | None:
            async with gate:
                try:
                    told = await files.path_stat(self.engine, place.container, f"/{name}")
                except EngineError as error:
                    if error.kind is ErrorKind.LOST:
                        raise
                    return None  # it does not exist; the export will meet and report any other error
            size = None if (told.mode & 0o170000) == 0o040000 else told.size
            return FileEntry(name, told.mode, size=size, mtime=told.mtime, link=told.target)

        found = await asyncio.gather(*map(asked, sorted({*_SEED, *first})))
        folder = self.tree.begin("/", reading.way, self.engine.trace.clock())
        for entry in found:
            if entry is not None and entry.name not in folder.entries:
                self.tree.put(folder, entry)
        self._changed()

    # changes and owners

    def _mark(self, place: Place, reading: Reading) -> None:
        """Ask what differs from the image each time a folder is read, unless the answer is recent: otherwise a file new
        in the folder would look like part of the image. Volumes have no changes.

        A task of its own, since with 100,000 changed files the Engine may take long to answer.
        """
        if place.volume or (self._marking is not None and not self._marking.done()):
            return
        if self._marking is not None and not reading.again and time.monotonic() < self._marks_hold:
            return
        self._marking = asyncio.create_task(self._marks(place))

    async def _marks(self, place: Place) -> None:
        began = time.monotonic()
        try:
            self.tree.take_marks(await files.changes(self.engine, place.container))
        except EngineError as error:
            self.error = self.error or f"cannot list the changes: {error}"
        took = time.monotonic() - began
        self._marks_hold = began + took + max(MARKS_HOLD, _MARKS_SHARE * took)
        self._changed()

    async def _name_owners(self, place: Place) -> None:
        """Read the container's names of users and groups, if it has them."""
        if self.tree.owners:
            return
        for path, names in (("/etc/passwd", self.tree.owners), ("/etc/group", self.tree.groups)):
            try:
                data = await files.read_whole(self.engine, place.container, path, _NAMES_LIMIT)
            except EngineError as error:
                if error.kind is ErrorKind.LOST:
                    raise
                continue
            names |= named(data)


def named(data: bytes) -> dict[int, str]:
    """Return the names by number of an `/etc/passwd` or `/etc/group`; the first line with a number wins."""
    found: dict[int, str] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        fields = line.split(":")
        if len(fields) > 2 and fields[2].isdecimal() and len(fields[2]) < 11:
            found.setdefault(int(fields[2]), fields[0])
    return found
