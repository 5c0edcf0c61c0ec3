"""The detail of the selected object: its page, and the Engine's own JSON, as tabs."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.trace import because
from dockertui.operations.base import Context
from dockertui.resources import secrets
from dockertui.resources.base import Reference, Resource
from dockertui.resources.reply import Reply
from dockertui.resources.world import World
from dockertui.screens.binding import bindings
from dockertui.screens.status import detail_title
from dockertui.widgets.bar import Bar
from dockertui.widgets.json_view import JsonView
from dockertui.widgets.page import Field, Page, Section

_SETTLE = 0.08
"""Seconds the cursor rests on an object before the Engine is asked about it."""
_REMEMBERED = 32
"""Inspect replies kept, so that going back to an object shows its page at once."""

TABS = ("Detail", "Inspect")


class DetailPage(Page):
    """The page with the catalogue's keys of the detail."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.DETAIL)

    def action_enter(self) -> None:
        self.action_follow()


class DetailJson(JsonView):
    """The JSON with the same keys; those that fold have a meaning here alone."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.DETAIL)

    def action_enter(self) -> None:
        self.action_toggle_fold()


class DetailView(Vertical):
    """What is known of one object. `show` follows the cursor; the Engine is asked once the cursor rests."""

    def __init__(self, engine: Engine, world: World) -> None:
        super().__init__(id="detail")
        self.engine = engine
        self.world = world
        self.resource: Resource[Any] | None = None
        self.item: Any = None
        self.error: EngineError | None = None
        self.tab = 0
        self.seen = False
        """Whether the view is on the screen: only then is the Engine asked."""
        self.title_bar = Bar(classes="title")
        self.page = DetailPage()
        self.json = DetailJson()
        self._replies: OrderedDict[tuple[str, str], Mapping[str, Any]] = OrderedDict()
        self._asking: asyncio.Task[None] | None = None

    def compose(self) -> ComposeResult:
        yield self.title_bar
        yield self.page
        yield self.json

    def on_mount(self) -> None:
        self._show_tab()

    @property
    def view(self) -> Page | JsonView:
        """The widget of the tab that is shown."""
        return self.page if self.tab == 0 else self.json

    @property
    def key(self) -> tuple[str, str] | None:
        """Kind and id of the object shown."""
        if self.resource is None or self.item is None:
            return None
        return self.resource.kind, self.resource.source.identity(self.item)

    def show(self, resource: Resource[Any], item: Any) -> None:
        """Show an object, or its new version, and ask the Engine about it once the cursor rests; None for no object."""
        before = self.key
        self.resource, self.item = resource, item
        if self.key != before:
            self.error = None
        self._paint(keep=self.key == before)
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        if item is not None and self.seen:
            self._asking = asyncio.create_task(self._ask())

    async def _ask(self) -> None:
        """Inspect the object and paint the answer. It ends itself when another object is shown."""
        await asyncio.sleep(_SETTLE)
        resource, item, key = self.resource, self.item, self.key
        if resource is None or key is None:
            return
        try:
            with because("detail"):
                reply = await resource.inspect(self.engine, item)
        except EngineError as error:
            # The list says by itself when an object went; the page keeps what it knows until then.
            self.error = error if error.kind is not ErrorKind.NOT_FOUND else None
        else:
            self.error = None
            self._replies[key] = reply
            self._replies.move_to_end(key)
            while len(self._replies) > _REMEMBERED:
                self._replies.popitem(last=False)
        self._paint(keep=True)

    def repaint(self) -> None:
        """Paint again what is known: the time, a size or an object it refers to changed."""
        if self.seen:
            self._paint(keep=True)

    def _paint(self, *, keep: bool) -> None:
        self.title_bar.update(*detail_title(self.resource, self.item, TABS, self.tab))
        reply = self._replies.get(self.key or ("", ""), {})
        if self.tab == 1:
            self.json.show(reply if self.world.reveal else secrets.masked_reply(reply), keep=keep)
            return
        sections: list[Section] = []
        if self.resource is not None and self.item is not None:
            sections = self.resource.sections(self.item, Reply(reply), self.world)
        if self.error is not None:
            sections.insert(0, Section("Not up to date", [Field("Error", str(self.error), "bad")]))
        self.page.show(sections, keep=keep)

    # tabs

    def select_tab(self, tab: int) -> None:
        """Show a tab; what has the focus in this view keeps it."""
        had_focus = self.has_focus_within
        self.tab = tab % len(TABS)
        self._show_tab()
        if had_focus:
            self.view.focus()

    def _show_tab(self) -> None:
        self.page.display, self.json.display = self.tab == 0, self.tab == 1
        self._paint(keep=True)

    def focus_view(self) -> None:
        """Give the focus to the tab that is shown."""
        self.view.focus()

    @property
    def reference(self) -> Reference | None:
        """The reference under the line cursor, if there is one."""
        found = self.page.cursor_ref if self.tab == 0 and self.page.has_focus else None
        return found if isinstance(found, Reference) else None
