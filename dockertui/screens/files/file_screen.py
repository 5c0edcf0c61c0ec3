"""A file of a container, over the whole screen: it is shown as it comes, a large one as far as is asked for."""

from __future__ import annotations

import asyncio
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer

from dockertui.engine import files
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError
from dockertui.engine.files import FileEntry
from dockertui.engine.trace import because
from dockertui.operations.base import Context
from dockertui.operations.catalogue import BY_ID, Catalogue
from dockertui.resources import format
from dockertui.resources.file import mode
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.clipboard import copy
from dockertui.screens.base.prompt import Prompt
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.file_lines import FileLines
from dockertui.widgets.file_text import HIGHLIGHT_LIMIT, highlighted
from dockertui.widgets.screen import Layer
from dockertui.widgets.timer import once

FIRST: Final = 1024 * 1024
"""Bytes of a file that are read at first; each asking for more reads eight times as much."""
MOST: Final = 64 * FIRST
_MORE: Final = 8
_FRAME: Final = 0.15
_SAID_STAYS: Final = 6.0


class FileText(FileLines):
    """The lines with the catalogue's keys of a file."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.FILE)


class FileScreen(Layer[bool]):
    """Shows one file; True for a result asks for its download."""

    def __init__(self, engine: Engine, container: str, path: str, entry: FileEntry, catalogue: Catalogue) -> None:
        super().__init__()
        self._engine = engine
        self._container = container
        self._path = path
        self._entry = entry
        self._hints = [o for o in catalogue.within(Context.FILE) if o.hint and catalogue.keys(o)]
        self._catalogue = catalogue
        self._limit = FIRST
        self._data = bytearray()
        self._language = ""
        self._said: tuple[str, str] = ("", "")
        self._title = Bar(classes="title")
        self._view = FileText()
        self._keys = Bar()
        self._timer: Timer | None = None
        self._coming: asyncio.Task[None] | None = None

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._view
        yield self._keys

    def on_mount(self) -> None:
        self.set_focus(self._view)
        self._read()
        self._paint_title()

    def on_unmount(self) -> None:
        self._stop()

    async def on_bar_pressed(self, event: Bar.Pressed) -> None:
        event.stop()
        await self._view.run_action(next(o.action for o in self._hints if o.id == event.action))

    @property
    def is_read(self) -> bool:
        """Whether as much as was asked for has come."""
        return self._coming is None

    # reading

    def _read(self) -> None:
        self._stop()
        self._data, self._said = bytearray(), ("", "")
        self._coming = asyncio.create_task(self._come())

    def _stop(self) -> None:
        if self._coming is not None:
            self._coming.cancel()
            self._coming = None

    async def _come(self) -> None:
        """Take the file as it comes; what is shown meanwhile is what came."""
        try:
            with because("files: look"):
                async for entry, piece in files.read(self._engine, self._container, self._path, self._limit):
                    self._entry = entry
                    self._data += piece
                    if self._timer is None:
                        self._timer = once(self, _FRAME, self._paint)
        except EngineError as error:
            self._said = str(error), "bad"
        self._coming = None
        self._paint()
        await self._colour()

    async def _colour(self) -> None:
        """Have the text highlighted, in a thread: a lexer takes its time."""
        lines = self._view.lines
        if not self._view.hex and self._data and len(self._data) <= HIGHLIGHT_LIMIT:
            self._language, tokens = await asyncio.to_thread(highlighted, self._path.rpartition("/")[2], lines)
            if lines is self._view.lines and self.is_attached:
                self._view.colour(tokens)
                self._paint_title()

    def _paint(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self.is_attached:
            if len(self._data) >= len(self._view.data):  # reading more begins anew: what is shown stays until then
                self._view.show(bytes(self._data))
            self._paint_title()

    def _paint_title(self) -> None:
        """The path with what it is, how much of it is shown; below, what there is to say, else the keys."""
        entry, have = self._entry, len(self._data)
        size = entry.size or 0
        kind = "hex" if self._view.hex else self._language or "text"
        facts = [Piece(kind, "dim", priority=3), Piece(f"{format.size(size)} {mode(entry)}", "dim", priority=2)]
        if self._coming is not None:
            facts.insert(0, Piece(f"reading, {format.size(have)} so far", "busy"))
        elif have < size:
            more = (
                f"{self._key('file.more')} reads more"
                if self._limit < MOST
                else f"{self._key('file.download')} takes all"
            )
            facts.insert(0, Piece(f"the first {format.size(have)}: {more}", "warn"))
        self._title.update([Piece(self._path, "title", least=12)], facts)
        text, style = self._said
        hints = [
            Piece(((self._key(o.id), "key"), (f" {o.hint}", "dim")), action=o.id, priority=o.hint_order)
            for o in self._hints
        ]
        self._keys.update([Piece(text, style)] if text else hints)

    def _key(self, id: str) -> str:
        return self._catalogue.keys_shown(BY_ID[id], 1)

    # what can be done

    def action_more(self) -> None:
        """Read the file again, and further: the API reads none from its middle."""
        if self._coming is None and len(self._data) < (self._entry.size or 0) and self._limit < MOST:
            self._limit = min(MOST, self._limit * _MORE)
            self._read()
            self._paint_title()

    def action_back(self) -> None:
        """End the search, then close."""
        if self._view.drop():
            self._say("")
        else:
            self.dismiss(False)

    def action_close(self) -> None:
        self.dismiss(False)

    def action_download(self) -> None:
        self.dismiss(True)

    def action_turn_hex(self) -> None:
        self._view.turn_hex()
        self._paint_title()

    def action_copy_line(self) -> None:
        self._say(copy(self.app, self._view.copied()))

    async def action_search(self) -> None:
        await self.query(Prompt).remove()
        prompt = Prompt("", "search", typed=self._search, place=self._view)
        await self.mount(prompt, before=self._keys)
        self.set_focus(prompt)

    def _search(self, text: str) -> None:
        found = self._view.search(text)
        self._say(f"{format.plural(found, 'line')} found" if text else "")

    def _say(self, text: str) -> None:
        """Say it in place of the keys, for some seconds."""
        self._said = said = text, ""
        self._paint_title()
        once(self, _SAID_STAYS, lambda: self._end_saying(said))

    def _end_saying(self, said: tuple[str, str]) -> None:
        if self._said is said:
            self._said = "", ""
            self._paint_title()
