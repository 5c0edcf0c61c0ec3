"""The detail of the selected object, as tabs."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.trace import because
from dockertui.resources.base import Reference, Resource
from dockertui.resources.world import World
from dockertui.screens.log_tab import LogTab
from dockertui.screens.status import detail_title
from dockertui.screens.tabs import InspectTab, PageTab, Subject, Tab
from dockertui.widgets.bar import Bar

_SETTLE = 0.08
"""Seconds the cursor rests on an object before the Engine is asked about it."""
_REMEMBERED = 32
"""Inspect replies kept, so that going back to an object shows its page at once."""


class DetailView(Vertical):
    """What is known of one object. `show` follows the cursor; the Engine is asked once the cursor rests."""

    def __init__(self, engine: Engine, world: World) -> None:
        super().__init__(id="detail")
        self.engine = engine
        self.world = world
        self.subject: Subject | None = None
        self.gone = False
        """Whether the object shown went while it was shown."""
        self.seen = False
        """Whether the view is on the screen: only then is the Engine asked."""
        self.title_bar = Bar(classes="title")
        self.page = PageTab()
        self.json = InspectTab()
        self.logs = LogTab(engine)
        self.tabs: tuple[Tab, ...] = (self.page, self.logs, self.json)
        self.tab: Tab = self.page
        self._replies: OrderedDict[tuple[str, str], Mapping[str, Any]] = OrderedDict()
        self._asking: asyncio.Task[None] | None = None

    def compose(self) -> ComposeResult:
        yield self.title_bar
        yield from self.tabs

    def on_mount(self) -> None:
        self.select_tab(self.tab)

    def on_unmount(self) -> None:
        self._stop_asking()

    @property
    def key(self) -> tuple[str, str] | None:
        """Kind and id of the object shown."""
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
        if self.subject is not None and self.seen:
            self._asking = asyncio.create_task(self._ask(self.subject))

    def mark_gone(self) -> None:
        """The Engine does not have the object any more: say so, and keep what was known of it."""
        self.gone = True
        self._stop_asking()
        self._paint(keep=True)

    def _stop_asking(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    async def _ask(self, subject: Subject) -> None:
        """Inspect the object and paint the answer. Cancelled when another is shown."""
        await asyncio.sleep(_SETTLE)
        try:
            with because("detail"):
                reply = await subject.resource.inspect(self.engine, subject.item)
        except EngineError as error:
            # The list says by itself when an object went; the page keeps what it knows until then.
            self.subject = subject._replace(error=error if error.kind is not ErrorKind.NOT_FOUND else None)
        else:
            self.subject = subject._replace(inspect=reply, error=None)
            self._remember(subject.key, reply)
        self._paint(keep=True)

    def _remember(self, key: tuple[str, str], reply: Mapping[str, Any]) -> None:
        self._replies[key] = reply
        self._replies.move_to_end(key)
        while len(self._replies) > _REMEMBERED:
            self._replies.popitem(last=False)

    def repaint(self) -> None:
        """Paint again what is known: the time, a size or an object it refers to changed."""
        if self.seen:
            self._paint(keep=True)

    def _paint(self, *, keep: bool) -> None:
        shown = self.shown_tabs
        if self.tab not in shown:
            self.select_tab(self.page)
        self.title_bar.update(*detail_title(self.subject, self.gone, shown, self.tab))
        self.tab.show_subject(self.subject, self.world, keep=keep)

    # tabs

    @property
    def shown_tabs(self) -> list[Tab]:
        """The tabs that have something to say of the object."""
        return [tab for tab in self.tabs if self.subject is None or tab.shows(self.subject)]

    def select_tab(self, tab: Tab) -> None:
        """Show a tab; if the focus is in this view, it stays in it."""
        had_focus = self.screen.focused in self.tabs
        if tab is not self.tab:
            self.tab.leave()
        self.tab = tab
        for other in self.tabs:
            other.display = other is tab
        self._paint(keep=True)
        if had_focus:
            self.screen.set_focus(tab)

    def step_tab(self, steps: int) -> None:
        """Show the tab so many further on, round the end."""
        shown = self.shown_tabs
        self.select_tab(shown[(shown.index(self.tab) + steps) % len(shown)])

    @property
    def reference(self) -> Reference | None:
        """The reference under the line cursor, if there is one."""
        found = self.page.cursor_ref if self.screen.focused is self.page else None
        return found if isinstance(found, Reference) else None
