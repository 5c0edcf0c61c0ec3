"""The Files tab: the file system of a container, or a volume through a container that mounts it."""

from __future__ import annotations

import asyncio
import posixpath
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import BindingType

from dockertui.config import Settings
from dockertui.engine import files
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.files import FileEntry
from dockertui.engine.models import Container
from dockertui.engine.trace import because
from dockertui.live.browser import Browser
from dockertui.operations.base import Context
from dockertui.operations.command_lines import docker_command
from dockertui.resources import format
from dockertui.resources.file import columns, join
from dockertui.resources.file_place import Way, way_to
from dockertui.resources.surroundings import Surroundings
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.clipboard import report_copy
from dockertui.screens.base.tab import Subject, Tab
from dockertui.screens.files.heading import place_line, way_line
from dockertui.widgets.keys import key_of, offer
from dockertui.widgets.pacing import Pacing
from dockertui.widgets.table import Table
from dockertui.widgets.text import clean, fit
from dockertui.widgets.timer import once

_FRAME = 0.15
"""Seconds between two paints while a folder is read."""
_SORTS = (("name", False), ("size", True), ("time", True))


class FilesTab(Table[FileEntry], Tab, inherit_bindings=False):
    """A folder as a list. Nothing is requested, and nothing run in a container, before the tab has the focus."""

    context = Context.FILES
    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.FILES)
    head = 3

    def __init__(self, engine: Engine, settings: Settings) -> None:
        super().__init__()
        self.engine = engine
        self.settings = settings
        self.browser = Browser(engine, self._paint_soon, by_exec=settings.files_exec)
        self._item: Container | None = None
        self._why_not = ""
        self._shown = ""
        self._cursors: dict[str, str] = {}
        self._filter_line = ""
        self._pacing = Pacing(partial(once, self), self._paint)
        self._looking: asyncio.Task[None] | None = None

    def on_mount(self) -> None:
        self.set_columns(columns(self.browser), tie="name")
        self.sort_by("name")

    def on_unmount(self) -> None:
        self.leave()
        self.browser.close()

    # subject

    def show_subject(self, subject: Subject | None, surroundings: Surroundings, *, keep: bool) -> None:
        """Show the files of a container or volume, once the tab has the focus."""
        way = way_to(subject.item, surroundings, docker_command(self.engine.endpoint)) if subject is not None else Way()
        self._item, self._why_not = way.container, way.why_not
        if self.browser.visit(way.place):
            self._cursors.clear()
            self._show_nothing()
            if self.has_focus:
                self._begin()
        self._paint_head()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        if (
            has_focus
            and self.browser.place is not None
            and self.browser.folder is None
            and self.browser.reading is None
        ):
            self._begin()

    def _begin(self) -> None:
        if self.browser.place is not None:
            self.browser.go(self.browser.place.root)

    def leave(self) -> None:
        """End what is being read."""
        self.browser.cancel_by_user()
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None

    def on_hide(self) -> None:
        super().on_hide()
        self.leave()

    @property
    def is_busy(self) -> bool:
        """Whether something is being read or looked up, or a paint is due."""
        looking = self._looking is not None and not self._looking.done()
        return looking or self.browser.is_busy or self._pacing.is_due

    # painting

    def _paint_soon(self) -> None:
        """Paint, at most once in `_FRAME` seconds while a folder is read."""
        if self.is_attached:
            self._pacing.soon(_FRAME if self.browser.reading is not None else 0)

    def _show_nothing(self) -> None:
        self._shown = ""
        self._filter_line = ""
        self.set_filter(None)
        self.start_over()

    def _paint(self) -> None:
        """Update the list with what was read."""
        browser, folder = self.browser, self.browser.folder
        path = browser.path
        if self._shown != path:
            self._show_nothing()
            self._shown = path
            if folder is not None:
                folder.fresh = set(folder.entries)
        if folder is not None:
            came, folder.fresh = folder.fresh, set()
            gone = [name for name in came if name not in folder.entries]
            self.patch({name: folder.entries[name] for name in came if name in folder.entries}, gone)
            if browser.reading is None:
                self._show_ghosts()
                self.resort()
        self.refresh_cells()
        if (name := self._cursors.get(path)) and self.move_to(name):
            del self._cursors[path]
        self._paint_head()

    def _show_ghosts(self) -> None:
        """Show the files that the container deleted, in the current version of the marks only."""
        ghosts = {entry.name: entry for entry in self.browser.tree.ghosts(self.browser.path)}
        old = [name for name, entry in self.objects.items() if not entry.mode and name not in ghosts]
        if ghosts or old:
            self.patch(ghosts, old)

    def _paint_head(self) -> None:
        self.empty_text = self._why_empty()
        if self.is_mounted:
            self.refresh()  # for the heading; the rows have not changed, so nothing of them is sent

    def _why_empty(self) -> str:
        if self._why_not:
            return self._why_not
        if self.browser.folder is None:
            key = key_of(self, "files.open")
            return "" if self.browser.reading or self.browser.error or not key else f"{key}: look at the files"
        return (
            "no name matches the filter"
            if self._filter_line and self.objects
            else ""
            if self.browser.reading
            else "empty"
        )

    def draw_head(self, y: int) -> Sequence[Segment]:
        """Draw the path, how the list was read, and the column titles."""
        if y == 2:
            return super().draw_head(y)
        if y == 1:
            text, style = way_line(
                self.browser, offer(self, "files.stop", "stops"), offer(self, "files.whole", "reads on")
            )
            return [self.segment(fit(f" {clean(text)}", self.size.width), *((style,) if style else ()))]
        left, right = place_line(self.browser, len(self.shown), len(self.marks), self._filter_line)
        right = f" {clean(right)} "
        return [
            self.segment(fit(f" {clean(left)}", max(0, self.size.width - cell_len(right))), "title"),
            self.segment(right, "dim"),
        ]

    def head_clicked(self, x: int, event: events.Click) -> None:
        offset = event.get_content_offset_capture(self)
        if offset.y == 2:
            super().head_clicked(x, event)
        elif offset.y == 0:
            self.action_up()

    # navigation

    def _go(self, path: str, *, again: bool = False, whole: bool = False) -> None:
        if self._shown and self._shown != path and self.cursor_key is not None:
            self._cursors[self._shown] = self.cursor_key
        self.browser.go(path, again=again, whole=whole)

    def action_up(self) -> None:
        browser = self.browser
        if browser.place is None or browser.path == browser.place.root:
            return
        parent, name = posixpath.split(browser.path)
        self._cursors.setdefault(parent, name)
        self._go(parent)

    def on_table_opened(self, event: Table.Opened) -> None:
        event.stop()
        entry = self.objects.get(event.key)
        if entry is None:
            return
        path = join(self.browser.path, entry.name)
        if entry.is_folder:
            self._go(path)
        elif entry.is_link:
            self._look_at(path)
        elif entry.is_file:
            self._view(path, entry)
        elif not entry.mode:
            self._say("it was deleted in the container: only its image has it", "warn")
        else:
            self._say("not a regular file (device, pipe or socket)", "warn")

    async def action_type_path(self) -> None:
        await self.ask("go to", self._typable(self.browser.path), done=self._typed_path)

    @staticmethod
    def _typable(path: str) -> str:
        return path if path.isprintable() else ""

    def _typed_path(self, text: str) -> None:
        if text.strip() and self.browser.place is not None:
            path = posixpath.normpath(posixpath.join(self.browser.path, text.strip()))
            self._look_at(f"/{path.lstrip('/')}")

    def _look_at(self, path: str) -> None:
        """Open what a path leads to through its links: a folder or a file."""
        if self._looking is not None:
            self._looking.cancel()
        self.browser.stop()  # while the Engine sends an archive of a container, it answers nothing else about it
        self._looking = asyncio.create_task(self._look(path))

    async def _look(self, path: str) -> None:
        place = self.browser.place
        assert place is not None
        try:
            with because("files"):
                told = await files.path_stat(self.engine, place.container, path)
                if told.target:
                    path = told.target
                    told = await files.path_stat(self.engine, place.container, path)
        except EngineError as error:
            if error.kind is ErrorKind.NOT_FOUND and not self.browser.exec_unavailable_because:
                self._go(path)  # `find` may know what only the container's processes see, such as all below /proc
            else:
                self._say(f"{path}: {error}", "warn")
            return
        if not self.browser.within(path):
            self._say(f"it leads out of the volume, to {path}", "warn")
        elif (told.mode & 0o170000) == 0o040000:
            self._go(path.rstrip("/") or "/")
        else:
            self._view(path, FileEntry(posixpath.basename(path), told.mode, size=told.size, mtime=told.mtime))

    def _view(self, path: str, entry: FileEntry) -> None:
        from dockertui.screens.files.file_screen import FileScreen

        place = self.browser.place
        if place is None:
            return
        self.browser.cancel_by_user()

        async def closed(download: bool | None) -> None:
            if download:
                await self._download((path,))

        self.app.push_screen(FileScreen(self.engine, place.container, path, entry), closed)

    def action_again(self) -> None:
        if self.browser.place is not None:
            self._go(self.browser.path, again=True)

    def action_whole(self) -> None:
        if self.browser.place is not None:
            self._go(self.browser.path, again=True, whole=True)

    def action_turn_exec(self) -> None:
        self.browser.by_exec = not self.browser.by_exec
        self._say(
            "folders of running containers are listed by find in them"
            if self.browser.by_exec
            else "folders are listed by the archive API alone: nothing is run in a container"
        )
        self.action_again()

    async def action_stop(self) -> None:
        if self.browser.reading is not None:
            self.browser.cancel_by_user()
        elif self._filter_line:
            self._filter("")
        else:
            await self.run_action("screen.back")

    # the list

    def search(self, text: str) -> int:
        """Filter by name, as `action_filter` does."""
        self._filter(text)
        return len(self.shown)

    async def action_filter(self) -> None:
        await self.ask("filter names", self._filter_line, typed=self._filter)

    def _filter(self, line: str) -> None:
        self._filter_line = line
        words = line.lower().split()

        def keep(entry: FileEntry) -> bool:
            name = entry.name.lower()
            return all((word[1:] not in name) if word[:1] == "!" and word[1:] else word in name for word in words)

        self.set_filter(keep if words else None)
        self._paint_head()

    def action_sort(self) -> None:
        names = [name for name, _ in _SORTS]
        now = self.sort[0]
        self.sort_by(*_SORTS[(names.index(now) + 1) % len(_SORTS) if now in names else 0])

    def action_reverse(self) -> None:
        self.sort_by(self.sort[0], not self.sort[1])

    def action_mark(self) -> None:
        self.action_toggle_mark()

    def action_mark_all(self) -> None:
        self.mark_all_shown()

    def action_clear_marks(self) -> None:
        self.clear_marks()

    def on_table_marked(self, event: Table.Marked) -> None:
        event.stop()
        self._paint_head()

    # download and upload

    def _chosen(self) -> tuple[str, ...]:
        """Return the paths of the marked files, else of the one under the cursor, without deleted ones."""
        names = [name for name in self.shown if name in self.marks] or ([self.cursor_key] if self.cursor_key else [])
        return tuple(join(self.browser.path, name) for name in names if self.objects[name].mode)

    async def action_download(self) -> None:
        await self._download(self._chosen())

    async def _download(self, paths: tuple[str, ...]) -> None:
        if paths and self._item is not None:
            self.browser.cancel_by_user()
            await self.run_command("container.copy_out", self._item, {"path": paths})

    async def action_upload(self) -> None:
        if self._item is not None:
            self.browser.cancel_by_user()
            await self.run_command("container.copy_in", self._item, {"path": self.browser.path})

    def action_copy_path(self) -> None:
        if paths := self._chosen():
            what = paths[0] if len(paths) == 1 else format.plural(len(paths), "path")
            self._say(*report_copy(self.app, "\n".join(paths), what))

    def _say(self, text: str, style: str = "") -> None:
        self.post_message(self.Said(text, style))
