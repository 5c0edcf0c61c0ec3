"""Reads a container's folders as somebody looks at them: by which way, how far, and what is kept of it.

**By which way.** The API lists no folder: an archive of one is a tar of all below it, data included, and a listing of
`/` that way reads the whole file system. And while the Engine sends an archive it holds the container's lock:
`inspect`, `stop` and `start` of it wait, measured on 20.10 and 28.5, for as long as it is read. So:

- in a container that runs, an exec of `find` lists the folder in some milliseconds, whatever lies below;
- where that cannot be (it does not run, has no `find`, the program is read-only, the settings forbid it) the archive is
  read, its data dropped as it comes, for at most `PATIENCE` seconds because of the lock, and `AMOUNT` bytes;
- of `/` the export, which is the same tar without the volumes, and takes no lock; before it, what a root is known to
  have is asked for by name, so that one can go on to `/var` before all of `/usr` has passed.

What passes is kept (bounded), so that going deeper into it asks for nothing.
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
"""Seconds for which an archive may keep the container locked, unless all of it is asked for."""
AMOUNT: Final = 1024 * 1024 * 1024
"""Bytes that are read for one listing, unless all of it is asked for."""
MARKS_HOLD: Final = 5.0
"""Seconds for which what changed holds for other folders; longer if it took long to tell."""
_MARKS_SHARE: Final = 10
"""Of the time, the part that may be spent on asking what changed: one in so many."""
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
"""What a root is likely to have."""
_ASKED_AT_ONCE: Final = 6
_NO_TOOL: Final = (
    *(ErrorKind.UNSUPPORTED, ErrorKind.BAD_REQUEST, ErrorKind.SERVER),
    *(ErrorKind.UNAUTHORIZED, ErrorKind.PROTOCOL),  # as of a proxy that lets no exec through
)
"""By these an exec says that the tool is not to be had."""
_ENGINES_FILES: Final = ("/etc/hostname", "/etc/hosts", "/etc/resolv.conf")
"""Mounts of the Engine's own in every container."""


@dataclass(frozen=True, slots=True)
class Place:
    """A container whose files are looked at; ``root`` is where, "/" or what a volume is mounted at."""

    container: str
    name: str
    running: bool
    root: str = "/"
    mounts: tuple[str, ...] = ()
    volume: str = ""


@dataclass(slots=True, eq=False)
class Reading:
    """A listing under way."""

    path: str
    began: float
    again: bool = False
    way: str = ""
    read: int = 0
    unfolding: Unfolding | None = None

    def covers(self, path: str) -> bool:
        """Whether that folder is being read right now."""
        return path == self.path or (self.unfolding is not None and path in self.unfolding.open)


class Browser:
    """The files of one container at a time. ``changed`` is called whenever there is something new to show."""

    def __init__(self, engine: Engine, changed: Callable[[], None], *, by_exec: bool = True) -> None:
        self.engine = engine
        self.by_exec = by_exec
        self.place: Place | None = None
        self.path = "/"
        self.tree = FileTree()
        self.reading: Reading | None = None
        self.trouble = ""
        """Why the last reading failed, or is not complete."""
        self._changed = changed
        self._tools = list(find.TOOLS)
        self._why_no_exec = ""
        self._marking: asyncio.Task[None] | None = None
        self._marks_hold = 0.0
        """Until when (monotonic s) what is known of changes is not asked for anew."""
        self._task: asyncio.Task[None] | None = None

    # where

    def visit(self, place: Place | None) -> bool:
        """Look at another container, or at a new state of the same; whether it is another."""
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
        self.tree, self.path, self.trouble = FileTree(), place.root if place is not None else "/", ""
        self._tools = list(find.TOOLS)
        self._forget_marks()
        return True

    @property
    def folder(self) -> Folder | None:
        """The folder that is shown, as far as it was read."""
        return self.tree.folders.get(self.path)

    def within(self, path: str) -> bool:
        """Whether a path lies below the root."""
        root = self.place.root if self.place is not None else "/"
        return root == "/" or path == root or path.startswith(f"{root.rstrip('/')}/")

    def go(self, path: str, *, again: bool = False, whole: bool = False) -> None:
        """Show a folder, and read it unless it is known; ``whole``: all below it too, without a limit."""
        self.path, self.trouble = path, ""
        known = self.tree.folders.get(path)
        known_whole = known is not None and known.complete
        coming = self.reading is not None and self.reading.covers(path)
        if again or whole or not (known_whole or coming):
            self.stop()
            self.reading = Reading(path, time.monotonic(), again)
            self._task = asyncio.create_task(self._read(self.reading, whole))
        self._changed()

    async def settled(self) -> None:
        """Wait until nothing is read any more."""
        while waiting := [task for task in (self._task, self._marking) if task is not None and not task.done()]:
            await asyncio.wait(waiting)

    @property
    def is_busy(self) -> bool:
        """Whether a folder is being read, or what changed is being told."""
        return self.reading is not None or (self._marking is not None and not self._marking.done())

    def close(self) -> None:
        """Nobody looks any more: end everything."""
        self.stop()
        self._forget_marks()

    def _forget_marks(self) -> None:
        if self._marking is not None:
            self._marking.cancel()
            self._marking = None

    def stop(self) -> None:
        """End what is being read."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.reading = None

    def give_up(self) -> None:
        """End what is being read because somebody does not want to wait."""
        if self.reading is not None:
            self.trouble = "stopped: what came until then is shown"
            self.stop()
            self._changed()

    # reading

    @property
    def why_no_exec(self) -> str:
        """Why no command is run in the container, or ""."""
        if self.place is None or not self.place.running:
            return "it does not run"
        if self.engine.read_only:
            return "read only"
        return self._why_no_exec if not self._tools else "" if self.by_exec else "by choice"

    @staticmethod
    def archived(way: str) -> bool:
        """Whether a folder's way is one of those that run nothing in the container."""
        return way in (ARCHIVE, EXPORT)

    async def _read(self, reading: Reading, whole: bool) -> None:
        place = self.place
        assert place is not None
        try:
            with because("files"):
                if whole or self.why_no_exec or not await self._by_exec(place, reading):
                    await self._by_archive(place, reading, whole)
                self._mark(place, reading)
                await self._name_owners(place)
        except EngineError as error:
            self.trouble = str(error)
        if self.reading is reading:
            self.reading = self._task = None
        self._changed()

    async def _by_exec(self, place: Place, reading: Reading) -> bool:
        """Whether a tool in the container could list the folder."""
        while self._tools:
            reading.way = f"{self._tools[0].name} in the container"
            try:
                await self._listed(place, reading)
            except EngineError as error:
                if error.kind not in _NO_TOOL and error.kind is not ErrorKind.CONFLICT:
                    raise
                if await self._is_no_folder(place, reading.path):
                    raise EngineError(ErrorKind.NOT_FOUND, f"{reading.path} is no folder that can be read") from None
                self._why_no_exec = error.message
                if error.kind is ErrorKind.CONFLICT:  # as while it is paused, or for a folder that it may not read
                    return False
                del self._tools[0]
            else:
                return True
        return False

    async def _is_no_folder(self, place: Place, path: str) -> bool:
        """Whether the trouble is with the path, not with the tool."""
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
        """Nothing is locked by it, so that what changed can be told meanwhile."""
        reading.way = EXPORT
        await self._seed(place, reading)
        self._mark(place, reading)
        async with files.export(self.engine, place.container) as stream:
            await self._unfold(stream, reading, whole, self._mounted(place))

    @staticmethod
    def _mounted(place: Place) -> set[str]:
        """The folders that an export does not show as they are: those of mounts, and those that hold one."""
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
                self.trouble = f"not all: {said}: # reads on"
                return
            self._check_count(self.tree.folders[reading.path])
            self._changed()
        if reading.unfolding is None:
            raise files.packs_nothing(reading.path)
        reading.unfolding.end()

    @staticmethod
    def _enough(reading: Reading) -> str:
        """Why no more is read, or ""."""
        if reading.read > AMOUNT:
            return f"{AMOUNT >> 30} GiB were read"
        if reading.way == ARCHIVE and time.monotonic() - reading.began > PATIENCE:
            return f"stopped after {PATIENCE:.0f} s, the container is locked meanwhile"
        return ""

    async def _seed(self, place: Place, reading: Reading) -> None:
        """Show what the root is likely to have, asked for by name, before the export comes to it."""
        first = {path.split("/")[1] for path in place.mounts if path.startswith("/")} - {""}
        gate = asyncio.Semaphore(_ASKED_AT_ONCE)

        async def asked(name: str) -> FileEntry | None:
            async with gate:
                try:
                    told = await files.path_stat(self.engine, place.container, f"/{name}")
                except EngineError as error:
                    if error.kind is ErrorKind.LOST:
                        raise
                    return None  # it is not there; anything else the export will meet, and say
            size = None if (told.mode & 0o170000) == 0o040000 else told.size
            return FileEntry(name, told.mode, size=size, mtime=told.mtime, link=told.target)

        found = await asyncio.gather(*map(asked, sorted({*_SEED, *first})))
        folder = self.tree.begin("/", reading.way, self.engine.trace.clock())
        for entry in found:
            if entry is not None and entry.name not in folder.entries:
                self.tree.put(folder, entry)
        self._changed()

    # what else is told of files

    def _mark(self, place: Place, reading: Reading) -> None:
        """Ask what differs from the image, whenever a folder is read, unless that is known since a moment ago: what is
        new in a folder would stand there as if the image had it. Volumes are not in it.

        Apart from the reading, since the Engine may take long to tell of 100,000 files that changed.
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
            self.trouble = self.trouble or f"what changed cannot be told: {error}"
        took = time.monotonic() - began
        self._marks_hold = began + took + max(MARKS_HOLD, _MARKS_SHARE * took)
        self._changed()

    async def _name_owners(self, place: Place) -> None:
        """Read what the container calls its users and groups, where it says."""
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
    """Numbers and names of an ``/etc/passwd`` or ``/etc/group``; the first of a number is its name."""
    found: dict[int, str] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        fields = line.split(":")
        if len(fields) > 2 and fields[2].isdecimal() and len(fields[2]) < 11:
            found.setdefault(int(fields[2]), fields[0])
    return found
