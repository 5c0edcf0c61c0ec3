"""The main screen: the panes, the detail, and the bars above and below."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from dockertui.live.session import Session
from dockertui.live.store import LinkState
from dockertui.operations.base import Context
from dockertui.operations.catalogue import BY_ID, Catalogue
from dockertui.own_cost import OwnCost
from dockertui.resources.base import Reference
from dockertui.resources.surroundings import Surroundings
from dockertui.screens.base.bars import footer, trouble
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.tab import Tab
from dockertui.screens.commands.availability import idle
from dockertui.screens.commands.runner import Runner
from dockertui.screens.main import bars
from dockertui.screens.main.browsing import Browsing
from dockertui.screens.main.detail import DetailView
from dockertui.screens.main.layout import Arrangement
from dockertui.screens.main.list_memory import ListMemory
from dockertui.screens.main.live_updates import LiveUpdates
from dockertui.screens.main.messages import Messages
from dockertui.screens.main.pane import Pane, ResourceTable
from dockertui.screens.main.panes import Panes
from dockertui.screens.main.selection import Selected
from dockertui.screens.terminal.terminals import Terminals
from dockertui.state import State
from dockertui.widgets.bar import Bar
from dockertui.widgets.chart import glyphs_for
from dockertui.widgets.page import Page
from dockertui.widgets.screen import BaseScreen
from dockertui.widgets.table import Table

if TYPE_CHECKING:
    from dockertui.screens.terminal.commands import TerminalCommands
    from dockertui.screens.terminal.pane import TerminalPane


class MainScreen(BaseScreen[None]):
    """Show one session. Widgets report by messages; this screen updates them by calling their methods.

    The `action_…` methods of its controllers become methods of the screen.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.ANYWHERE, Context.EVERYWHERE)

    def __init__(
        self, session: Session, catalogue: Catalogue, own_cost: OwnCost | None = None, state: State | None = None
    ) -> None:
        super().__init__()
        self.session = session
        self.own_cost = own_cost
        self.state = state or State()
        self.catalogue = catalogue
        self.surroundings = Surroundings(session.mirror, session.sampler.usage, session.history, session.endings)
        self.surroundings.glyphs = glyphs_for(catalogue.settings.plots)
        self.lists = Panes(session, self.surroundings, ListMemory(catalogue.settings, self.state, self.say))
        self.detail = DetailView(session, catalogue.settings, self.surroundings)
        self.selection = Selected(self.lists, self.detail)
        self.header = Bar(id="header", separator=" · ")
        self.strip = Bar(id="strip", separator="")
        self.footer = Bar(id="footer")
        self.runner = Runner(self)
        self.terminals = Terminals(self)
        self.arrangement = Arrangement(self, self.state)
        self.browsing = Browsing(self, self.arrangement)
        self.updates = LiveUpdates(self, self.arrangement, self.runner.report_half_done)
        self.messages = Messages(self, self.paint_footer, self.updates.say_skew)
        self._resumed = False
        for controller in (self.runner, self.terminals, self.arrangement, self.browsing):
            for name in filter(lambda name: name.startswith("action_"), dir(controller)):
                setattr(self, name, getattr(controller, name))

    def compose(self) -> ComposeResult:
        self.arrangement.classify()  # before there are children: setting a class would look up their styles once more
        yield self.header
        yield self.strip
        with Horizontal(id="body"):
            yield self.lists
            yield self.detail
        yield self.messages.notice
        yield self.footer

    @property
    def pane(self) -> Pane:
        """The open pane."""
        return self.lists.open

    def on_mount(self) -> None:
        self.updates.start()
        self.arrangement.arrange()
        self.arrangement.goto_pane(0)
        self.updates.link_changed(self.session.mirror.link)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Skip the refresh of styles on the first resume: they were looked up when the widgets were mounted."""
        event.refresh_styles, self._resumed = self._resumed, True

    def on_resize(self, event: events.Resize) -> None:
        self.arrangement.arrange()
        self.paint_strip()
        self.paint_footer()

    def on_unmount(self) -> None:
        self.updates.stop()
        self.runner.cancel_all()

    # the bars above and below

    def paint_header(self) -> None:
        left, right = bars.header(self.session, self.lists.containers, self.surroundings.clock())
        self.header.update(left, [*self.terminals.opened(), *self.runner.running_jobs(), *right])

    def paint_strip(self) -> None:
        """Update the tabs of the panes."""
        self.strip.update(*bars.strip(self.lists.stack, self.pane, self.size.width))

    @property
    def place(self) -> Context:
        """The context whose keys are active."""
        if isinstance(self.focused, Input):
            return Context.PROMPT
        return self.detail.tab.context if self.detail.has_keys else Context.LIST

    def paint_footer(self) -> None:
        """Update the footer and the notice above it."""
        retry = self.catalogue.key("program.retry")
        message = self.messages.one_line(trouble(self.session.mirror, self.updates.link, retry))
        if (led := self.terminals.footer()) and not message.text:
            self.footer.update(*led)
            return
        unfit = [*idle(self), *self.arrangement.idle, *(self.detail.tab.idle if self.detail.has_keys else ())]
        self.footer.update(*footer(self.catalogue, self.place, message, unfit, self.pane.resource.kind))

    def say(self, text: str, style: str = "", stays: float = 6.0) -> None:
        """Show a sentence in the footer for `stays` seconds."""
        self.messages.say(text, style, stays)

    # what the controllers call

    def focus_list(self) -> None:
        """Focus the list."""
        self.set_focus(self.pane.table)

    def show_busy(self, kind: str, id: str) -> None:
        """Repaint the row of an object on which a command starts or ends, and the header."""
        self.paint_header()
        for pane in self.lists.all:
            if pane.resource.kind == kind:
                pane.table.refresh_cells([id])

    async def ask(self, what: str, value: str, typed: Callable[[str], object], place: Widget) -> None:
        """Ask for one line of text; see `screens.base.prompt.Prompt`."""
        from dockertui.screens.base.prompt import ask  # not needed for the first paint, like menus and help

        await ask(what, value, typed=typed, place=place, before=self.footer)

    # messages of widgets

    async def take_key(self, event: events.Key) -> bool:
        return await self.runner.take_key(event)

    def on_descendant_focus(self) -> None:
        self.paint_footer()

    def on_table_selected(self, event: Table.Selected) -> None:
        if event.table is self.pane.table:
            self.arrangement.show_detail()
            self.paint_footer()

    def on_resource_table_chosen(self, event: ResourceTable.Chosen) -> None:
        """Open the pane of a clicked row; its cursor is there already."""
        chosen = next(pane for pane in self.lists.all if pane.table is event.table)
        self.arrangement.goto_pane(chosen.number - 1)

    def on_detail_view_dragged(self, event: DetailView.Dragged) -> None:
        self.arrangement.choose_share(event.x, remember=event.left)

    def on_detail_view_released(self) -> None:
        self.arrangement.action_split(0)

    def on_table_opened(self, event: Table.Opened) -> None:
        self.arrangement.open_detail(True)

    def on_table_visible_changed(self, event: Table.VisibleChanged) -> None:
        if event.table is self.lists.containers.table:
            self.lists.watch_visible()

    def on_table_marked(self, event: Table.Marked) -> None:
        self.pane.show_title()
        self.paint_strip()

    def on_page_followed(self, event: Page.Followed) -> None:
        if isinstance(event.ref, Reference):
            self.browsing.follow_to(event.ref)

    def on_log_frame_recognised(self) -> None:
        self.paint_footer()

    def on_tab_chosen(self, event: Tab.Chosen) -> None:
        self.browsing.follow_to(event.reference)

    def on_tab_said(self, event: Tab.Said) -> None:
        self.say(event.text, event.style)

    async def on_bar_pressed(self, event: Bar.Pressed) -> None:
        await self.run_action(event.action)

    def on_terminal_pane_counted(self) -> None:
        self.paint_header()

    def on_terminal_pane_said(self, event: TerminalPane.Said) -> None:
        self.say(event.text, event.style, event.stays)

    def on_terminal_pane_leading(self) -> None:
        """Clear the message once the leader key is pressed, so that the footer lists the keys that can follow it."""
        self.say("")

    async def on_terminal_commands_another_asked(self, event: TerminalCommands.AnotherAsked) -> None:
        await self.terminals.open_another(event.container, event.name, beside=event.beside)

    async def on_terminal_commands_hand_over_asked(self, event: TerminalCommands.HandOverAsked) -> None:
        await self.terminals.hand_over(event.session)

    # the program

    async def action_operate(self, id: str) -> None:
        """Run the operation `id` on the widget that handles its keys: for clicks in the footer and for the palette."""
        operation = BY_ID[id]
        hearers: dict[Context, Widget] = {
            Context.LIST: self.pane.table,
            self.detail.tab.context: self.detail.tab,
            Context.TERMINAL: self.terminals.pane or self,
        }
        await hearers.get(operation.context, self).run_action(operation.action)

    async def action_palette(self) -> None:
        from dockertui.screens.main import menus

        await menus.palette(self, self.action_operate)

    async def action_theme_menu(self) -> None:
        from dockertui.screens.main import menus

        await menus.theme(self)

    async def action_lens(self) -> None:
        from dockertui.screens.program.api_lens import LensScreen

        await self.app.push_screen(LensScreen(self.session.trace, self.session.endpoint, self.own_cost))

    def action_retry(self) -> None:
        self.session.mirror_sync.retry_now()
        link = self.updates.link
        if link.state is not LinkState.LIVE:
            self.say("connecting again…")
        else:
            self.say("asking again…" if trouble(self.session.mirror, link, "") else "already connected")

    async def action_quit(self) -> None:
        """Quit, after asking about what would end or be lost."""
        from dockertui.screens.main.quitting import ask_to_quit

        await ask_to_quit(self, self.runner, self.terminals)

    async def action_leave(self) -> None:
        """Quit from the list; from a zoomed list, undo the zoom."""
        if self.arrangement.zoomed:
            self.arrangement.action_zoom()
        else:
            await self.action_quit()
