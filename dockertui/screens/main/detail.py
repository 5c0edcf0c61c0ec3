"""The detail of the selected object, in tabs."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message

from dockertui.config import Settings
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.trace import because
from dockertui.live.session import Session
from dockertui.operations.base import Context
from dockertui.resources.base import Reference, Resource
from dockertui.resources.surroundings import Surroundings
from dockertui.screens.base.bars import NAME_LEAST, fitting
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.tab import Subject, Tab
from dockertui.screens.base.waiting import SILENT
from dockertui.screens.main.tab_list import TABS, TabKind
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.guard import shown_in
from dockertui.widgets.page import Page
from dockertui.widgets.timer import once

_SETTLE = 0.08
"""Seconds the cursor rests on an object before the Engine is asked about it."""
_LEAST_TITLE = 20
"""Cells that the title has beside the tabs, used or not: so these rarely change their line when the cursor moves."""
_REMEMBERED = 32
"""Number of inspect replies kept, so that going back to an object shows its page at once."""


class DetailView(Vertical):
    """The tabs of one object. `show` follows the cursor; the Engine is asked once the cursor rests."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.BELOW)

    class Dragged(Message):
        """The line to the left of the detail was dragged to a column of the screen, or left there."""

        def __init__(self, x: int, *, left: bool) -> None:
            super().__init__()
            self.x = x
            self.left = left

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, DetailView.Dragged)

    class Released(Message):
        """The line was double-clicked: it is to be where it was before it was dragged."""

    def __init__(self, session: Session, settings: Settings, surroundings: Surroundings) -> None:
        super().__init__(id="detail")
        self.session = session
        self.settings = settings
        self.surroundings = surroundings
        self.subject: Subject | None = None
        self.gone = False
        """Whether the object was removed while it was shown."""
        self.seen = False
        """Whether the view is on the screen: the Engine is asked only then."""
        self.title_bar = Bar(classes="title", separator="")
        self.tabs_bar = Bar(classes="tabs", separator="")
        """The tabs where there is no room for them beside the title."""
        self.kind = self._wanted = TABS[0]
        """The current tab, and the one to return to once an object has it."""
        self._made: dict[str, Tab] = {}
        self._is_composed = False
        """Whether the tabs made are children of this widget yet: Textual says so late, and keys may come before."""
        self._replies: OrderedDict[tuple[str, str], Mapping[str, Any]] = OrderedDict()
        self._asking: asyncio.Task[None] | None = None
        self._ended = False
        self._is_slow = False
        """Whether the Engine has been asked for longer than a moment."""

    def compose(self) -> ComposeResult:
        yield self.title_bar
        yield self.tabs_bar
        self.made(self.kind.id)
        yield from self._made.values()
        self._is_composed = True

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if self._is_on_line(event):
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self.post_message(self.Dragged(int(event.screen_x), left=False))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self.app.mouse_captured is self:
            self.release_mouse()
            if not self._is_on_line(event):
                self.post_message(self.Dragged(int(event.screen_x), left=True))

    def on_click(self, event: events.Click) -> None:
        if self._is_on_line(event) and event.chain == 2:
            self.post_message(self.Released())

    def _is_on_line(self, event: events.MouseEvent) -> bool:
        return event.screen_x == self.region.x < self.content_region.x

    def on_unmount(self) -> None:
        self._ended = True  # changes that arrive while the program ends send no more requests
        self._stop_asking()

    @property
    def key(self) -> tuple[str, str] | None:
        """Kind and id of the object."""
        return self.subject.key if self.subject is not None else None

    def show(self, resource: Resource[Any], item: Any) -> None:
        """Show an object, or its new version, and ask the Engine about it once the cursor rests; None for no object."""
        before = self.subject
        self.subject, self.gone = None, False
        if item is not None:
            subject = Subject(resource, item, {}, None)
            same = before is not None and before.key == subject.key
            error = before.error if same and before is not None else None
            self.subject = subject._replace(inspect=self._replies.get(subject.key, {}), error=error)
        self._paint(keep=before is not None and before.key == self.key)
        self._stop_asking()
        known = self.session.engine.version is not None  # else it asks once connected
        if self.subject is not None and self.seen and known and not self._ended:
            self._asking = asyncio.create_task(self._ask(self.subject))

    def mark_gone(self) -> None:
        """Mark the object as removed from the Engine; what is known of it stays."""
        self.gone = True
        self._stop_asking()
        self._paint(keep=True)

    def _stop_asking(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    async def _ask(self, subject: Subject) -> None:
        """Inspect the object and paint the reply. Cancelled when another is shown."""
        await asyncio.sleep(_SETTLE)
        slow = once(self, SILENT, self._say_asking)
        try:
            with because("detail"):
                reply = await subject.resource.inspect(self.session.engine, subject.item)
        except EngineError as error:
            # The list reports by itself that an object was removed; the page keeps what it knows until then. Before the
            # first connection, which the header reports on, there is only the list that was requested ahead of it.
            expected = error.kind is ErrorKind.NOT_FOUND or self.session.engine.version is None
            self.subject = subject._replace(error=None if expected else error)
        else:
            self.subject = subject._replace(inspect=reply, error=None)
            self._remember(subject.key, reply)
            if subject.resource.kind == "container":
                self.session.endings.learn(subject.key[1], reply)
        finally:
            slow.stop()
            self._is_slow = False
        self._paint(keep=True)

    def _say_asking(self) -> None:
        """Say in the title that the tabs still wait for what the Engine knows of the object."""
        self._is_slow = self.subject is not None and not self.subject.inspect
        self._paint_title()

    def _remember(self, key: tuple[str, str], reply: Mapping[str, Any]) -> None:
        self._replies[key] = reply
        self._replies.move_to_end(key)
        while len(self._replies) > _REMEMBERED:
            self._replies.popitem(last=False)

    def repaint(self) -> None:
        """Repaint what is known: the time, a size or a referenced object changed."""
        if self.seen:
            self._paint(keep=True)

    def _paint(self, *, keep: bool) -> None:
        shown = self.shown_tabs
        self._put(self._wanted if self._wanted in shown else TABS[0])
        with shown_in(self.tab):
            self.tab.show_subject(self.subject, self.surroundings, keep=keep)
        self._paint_title()

    def on_resize(self) -> None:
        self._paint_title()

    def _paint_title(self) -> None:
        room = self.content_size.width
        note = "is gone" if self.gone else "asking…" if self._is_slow else ""
        title = detail_title(self.subject, note, self.tab.heading)
        tabs = tab_pieces(self.shown_tabs, self.kind, room - 2)
        named = sum([cell_len(str(piece.text)) for piece in title if piece.style != "dim"])
        beside = room >= max(named, _LEAST_TITLE) + sum([cell_len(str(piece.text)) for piece in tabs]) + 2
        self.tabs_bar.display = not beside
        self.tabs_bar.update(() if beside else tabs)
        self.title_bar.update(title, tabs if beside else ())

    # tabs

    @property
    def shown_tabs(self) -> list[TabKind]:
        """The tabs that apply to the object."""
        return [kind for kind in TABS if self.subject is None or kind.shows(self.subject)]

    @property
    def tab(self) -> Tab:
        """The current tab."""
        return self.made(self.kind.id)

    @property
    def has_keys(self) -> bool:
        """Whether the current tab has the focus."""
        return self.is_attached and self.screen.focused is not None and self.screen.focused in self._made.values()

    def made(self, id: str) -> Tab:
        """Return the widget of a tab, making it if needed."""
        if id not in self._made:
            kind = next(kind for kind in TABS if kind.id == id)
            tab = self._made[id] = kind.make(self.session, self.settings)
            tab.display = kind is self.kind
            if self._is_composed:
                self.mount(tab)
        return self._made[id]

    def select_tab(self, id: str) -> None:
        """Show a tab for this and further objects that have it; a focus in this view moves to it."""
        self._wanted = next(kind for kind in TABS if kind.id == id)
        self._paint(keep=True)

    def _put(self, kind: TabKind) -> None:
        """Replace the current tab."""
        if kind is self.kind:
            return
        had_focus = self.has_keys
        self.tab.leave()
        self.kind = kind
        for other in (tab := self.tab, *self._made.values()):
            other.display = other is tab
        if had_focus:
            self.screen.set_focus(tab)

    def step_tab(self, steps: int) -> None:
        """Show the tab `steps` further on, wrapping around."""
        shown = self.shown_tabs
        self.select_tab(shown[(shown.index(self.kind) + steps) % len(shown)].id)

    @property
    def reference(self) -> Reference | None:
        """The reference under the line cursor, or None."""
        found = self.tab.cursor_ref if isinstance(self.tab, Page) and self.has_keys else None
        return found if isinstance(found, Reference) else None


def detail_title(subject: Subject | None, note: str, heading: str = "") -> list[Piece]:
    """Return the object's kind and name with a note, or `heading` in their place."""
    if heading:
        return [Piece(f"{heading} ", "title", least=NAME_LEAST)]
    if subject is None:
        return [Piece("nothing selected ", "dim")]
    name = Piece(f"{subject.resource.name(subject.item)} ", "title", least=NAME_LEAST)
    kind = Piece(f"{subject.resource.kind} ", "dim", priority=2)
    return [kind, name, *([Piece(f"{note} ", "warn")] if note else [])]


def tab_pieces(tabs: Sequence[TabKind], current: TabKind, room: int) -> list[Piece]:
    """Return the tabs that fit into `room` cells."""
    pieces = [
        Piece(f" {tab.title} ", "tab-on" if tab is current else "tab", f"open_tab({tab.id!r})", int(tab is not current))
        for tab in tabs
    ]
    return fitting(pieces, tabs.index(current) if current in tabs else 0, room)
