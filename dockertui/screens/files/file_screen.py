"""A file of a container on the whole screen: shown as it arrives, a large one up to a limit."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import ClassVar, Final

from textual.binding import BindingType

from dockertui.engine import files
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError
from dockertui.engine.files import FileEntry
from dockertui.engine.trace import because
from dockertui.operations.base import Context
from dockertui.resources import format
from dockertui.resources.file import mode
from dockertui.screens.base.bindings import bindings, catalogue_of
from dockertui.screens.base.clipboard import report_copy
from dockertui.screens.base.second_screen import SecondScreen
from dockertui.widgets.bar import Piece
from dockertui.widgets.file_lines import FileLines
from dockertui.widgets.file_text import HIGHLIGHT_LIMIT, highlighted
from dockertui.widgets.pacing import Pacing
from dockertui.widgets.timer import once

FIRST: Final = 1024 * 1024
"""Bytes that are read at first; `action_more` multiplies this by `_MORE`."""
MOST: Final = 64 * FIRST
_MORE: Final = 8
_FRAME: Final = 0.15


class FileText(FileLines):
    """The lines, with the catalogue's keys of a file."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.FILE)


class FileScreen(SecondScreen[bool]):
    """Show one file. The result True asks for its download."""

    context = Context.FILE

    def __init__(self, engine: Engine, container: str, path: str, entry: FileEntry) -> None:
        super().__init__(FileText())
        self._engine = engine
        self._container = container
        self._path = path
        self._entry = entry
        self._limit = FIRST
        self._data = bytearray()
        self._language = ""
        self._pacing = Pacing(partial(once, self), self._paint)
        self._reading: asyncio.Task[None] | None = None
        self.is_read = False
        """Whether the requested part has arrived."""

    def on_mount(self) -> None:
        self._read()
        self._paint_title()

    def on_unmount(self) -> None:
        self._stop()

    # reading

    def _read(self) -> None:
        self._stop()
        self._data, self.is_read = bytearray(), False
        self.say("")
        self._reading = asyncio.create_task(self._read_and_highlight())

    def _stop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()

    async def _read_and_highlight(self) -> None:
        """Read the file, and show what has arrived."""
        try:
            with because("files: look"):
                async for entry, piece in files.read(self._engine, self._container, self._path, self._limit):
                    self._entry = entry
                    self._data += piece
                    self._pacing.soon(_FRAME)
        except EngineError as error:
            if self.is_attached:
                self.say(str(error), "bad", stays=0)
        self.is_read = True
        self._pacing.now()
        await self._colour()

    async def _colour(self) -> None:
        """Highlight the text in a thread: a lexer takes its time."""
        lines = self.view.lines
        if not self.view.hex and self._data and len(self._data) <= HIGHLIGHT_LIMIT:
            self._language, tokens = await asyncio.to_thread(highlighted, self._path.rpartition("/")[2], lines)
            if lines is self.view.lines and self.is_attached:
                self.view.colour(tokens)
                self._paint_title()

    def _paint(self) -> None:
        if self.is_attached:
            # A second read starts at 0: what is shown stays until it gets further.
            if len(self._data) >= len(self.view.data):
                self.view.show(bytes(self._data))
            self._paint_title()

    def _paint_title(self) -> None:
        """Show the path, what the file is, and how much of it is shown."""
        entry, have = self._entry, len(self._data)
        size = entry.size or 0
        kind = "hex" if self.view.hex else self._language or "text"
        facts = [Piece(kind, "dim", priority=3), Piece(f"{format.size(size)} {mode(entry)}", "dim", priority=2)]
        if not self.is_read:
            facts.insert(0, Piece(f"reading, {format.size(have)} so far", "busy"))
        elif have < size:
            more = (
                f"{self._key('file.more')} reads more"
                if self._limit < MOST
                else f"{self._key('file.download')} takes all"
            )
            facts.insert(0, Piece(f"the first {format.size(have)}: {more}", "warn"))
        self.title_bar.update([Piece(self._path, "title", least=12)], facts)

    def _key(self, id: str) -> str:
        return catalogue_of(self.app).key(id)

    # operations

    def action_more(self) -> None:
        """Read the file again, up to a higher limit: the API cannot start in the middle."""
        if self.is_read and len(self._data) < (self._entry.size or 0) and self._limit < MOST:
            self._limit = min(MOST, self._limit * _MORE)
            self._read()
            self._paint_title()

    def drop(self) -> bool:
        """End the search; return whether there was one."""
        dropped = super().drop()
        if dropped:
            self.say("")
        return dropped

    def action_download(self) -> None:
        self.dismiss(True)

    def action_turn_hex(self) -> None:
        self.view.turn_hex()
        self._paint_title()

    def action_copy_line(self) -> None:
        self.say(*report_copy(self.app, self.view.copied(), "line"))

    async def action_search(self) -> None:
        await self.ask("search", typed=self._search)

    def _search(self, text: str) -> None:
        found = self.view.search(text)
        self.say(f"{format.plural(found, 'line')} found" if text else "")
