"""The main screen: the panes, the detail, and the lines above and below."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from dockertui.engine.clock import NOTABLE
from dockertui.engine.errors import EngineError
from dockertui.engine.trace import because
from dockertui.live.session import Session
from dockertui.live.store import Link, LinkState
from dockertui.operations.base import Context
from dockertui.operations.catalogue import BY_ID, Catalogue
from dockertui.operations.command import Command
from dockertui.operations.view import BACK
from dockertui.own_cost import OwnCost
from dockertui.resources import format
from dockertui.resources.base import Reference
from dockertui.resources.surroundings import World
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.tab import Tab
from dockertui.screens.commands.runner import Operating
from dockertui.screens.main import bars
from dockertui.screens.main.change_batching import Coalescer
from dockertui.screens.main.detail import DetailView
from dockertui.screens.main.pane import Pane
from dockertui.screens.main.panes import Changes, Panes
from dockertui.screens.main.reference_trail import Trail
from dockertui.screens.main.tab_list import TABS
from dockertui.screens.terminal.terminals import TerminalActions
from dockertui.widgets.bar import Bar
from dockertui.widgets.chart import glyphs_for
from dockertui.widgets.notice import Notice
from dockertui.widgets.page import Page
from dockertui.widgets.table import Table
from dockertui.widgets.timer import once

WIDE = 110
"""Columns from which list and detail stand side by side."""
_MESSAGE_STAYS = 6.0
_LONG = 30.0
_SLOW_TICKS = 10


class MainScreen(Operating, TerminalActions):
    """Shows one session. What the widgets tell comes up as messages; what to show goes down by calls."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.ANYWHERE)

    def __init__(self, session: Session, catalogue: Catalogue, own_cost: OwnCost | None = None) -> None:
        super().__init__()
        self.session = session
        self.own_cost = own_cost
        self.catalogue = catalogue
        self.settings = catalogue.settings
        self.world = World(session.mirror, session.sampler.usage, session.history)
        self.world.glyphs = glyphs_for(self.settings.plots)
        self.lists = Panes(session, self.world)
        self.panes = self.lists.all
        self.containers = self.lists.containers
        self.detail = DetailView(session, self.settings, self.world)
        self.header = Bar(id="header", separator=" · ")
        self.strip = Bar(id="strip", separator="")
        self.notice = Notice()
        self.footer = Bar(id="footer")
        self.zoomed = False
        self._resumed = False
        self._trail = Trail(self.panes)
        self._coalescer = Coalescer(partial(once, self), self._paint_changes)
        self._unsubscribe: list[Any] = []
        self._message = bars.Message("", "")
        self._message_timer: Timer | None = None
        self._link = session.mirror.link
        self._was_behind = False
        self._skew_said = False
        self._ticks = 0

    def compose(self) -> ComposeResult:
        self._classify()  # before there are children, the styles of which would be looked up once more
        yield self.header
        yield self.strip
        with Horizontal(id="body"):
            yield self.lists
            yield self.detail
        yield self.notice
        yield self.footer

    @property
    def pane(self) -> Pane:
        """The pane that is open."""
        return self.lists.open

    def on_mount(self) -> None:
        mirror = self.session.mirror
        self._unsubscribe = [mirror.subscribe(self._coalescer.add), mirror.subscribe_link(self._link_changed)]
        self.set_interval(1.0, self._tick)
        self._arrange()
        self.goto_pane(0)
        self._link_changed(mirror.link)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Styles that were just looked up, when all this was mounted, need no refreshing."""
        event.refresh_styles, self._resumed = self._resumed, True

    def on_unmount(self) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()

    # what the mirror says

    def _paint_changes(self, changes: Changes) -> None:
        """Bring the screen up to date with what changed since the last paint."""
        self.lists.take(changes)
        self._paint_header()
        self._paint_strip()
        self._paint_footer()
        self._follow_cursor(changes)

    def _follow_cursor(self, changes: Changes) -> None:
        """Show the detail of what is under the cursor now, and ask again if that very object changed."""
        kind, key = self.pane.resource.kind, self.pane.table.cursor_key
        changed, removed = changes.get(kind, (set(), set()))
        if self.detail.key is not None and self.detail.key[0] == kind and self.detail.key[1] in removed:
            self.detail.mark_gone()
        if self.detail.key != (kind, key) or key in changed:
            self._show_detail()
        elif "container" in changes:
            self.detail.repaint()

    def _link_changed(self, link: Link) -> None:
        self._link = link
        self.lists.mark_stale(link.state is LinkState.LOST)
        self.set_class(link.state is LinkState.LOST, "-lost")
        if link.state is LinkState.LIVE and self.detail.subject is not None:
            self._show_detail()
        if link.state is LinkState.LIVE and not self.tell_of_half_done():  # only one message stands
            self._say_skew()
        self._paint_header()
        self._paint_footer()

    def _say_skew(self) -> None:
        """Say once that this machine's clock and the Engine's differ, where that is more than anybody would miss."""
        offset = self.session.trace.clock.offset
        if abs(offset) >= NOTABLE and not self._skew_said:
            self._skew_said = True
            side = "behind" if offset > 0 else "ahead of"
            self.say(
                f"this machine's clock is {format.span(round(abs(offset)))} {side} the Engine's, which ages go by",
                "warn",
                stays=_LONG,
            )

    def sampled(self, ids: frozenset[str]) -> None:
        """New statistics of these containers."""
        self.lists.sampled(ids)
        if self.detail.key is not None and self.detail.key[1] in ids:
            self.detail.tab.sampled()

    def _tick(self) -> None:
        """Once a second: what depends on the time. Ages above two minutes move slowly, and so does their repaint."""
        self._ticks += 1
        slow = self._ticks % _SLOW_TICKS == 0
        behind, self._was_behind = self._was_behind, self.session.watcher.behind() >= bars.OVERDUE
        if slow or behind or self._was_behind or self.session.mirror.link.state is not LinkState.LIVE:
            self._paint_header()
        if slow or (self.detail.subject is not None and self.lists.is_young(self.detail.subject.item)):
            self.detail.repaint()
        self.lists.age(all_ages=slow)

    # the lines above and below

    def _paint_header(self) -> None:
        left, right = bars.header(self.session, self.containers, self.world.clock())
        self.header.update(left, [*self.opened_terminals(), *self.running_jobs(), *right])

    def _paint_strip(self) -> None:
        self.strip.update(*bars.strip(self.panes, self.pane))

    def _paint_footer(self) -> None:
        context = self.detail.tab.context if self.detail.has_keys else Context.LIST
        if isinstance(self.focused, Input):
            context = Context.PROMPT
        message = self._one_line
        if (led := self.terminal_footer()) and not message.text:
            self.footer.update(*led)
            return
        idle = [*self.idle(), *(() if self._can_go_back else (BACK,))]
        kind = self.pane.resource.kind
        self.footer.update(*bars.footer(self.catalogue, context, message, idle, kind))

    @property
    def _one_line(self) -> bars.Message:
        """The message for the footer; one that is longer is shown whole above it, where else stands what is wrong."""
        fits = cell_len(self._message.text) < self.size.width
        if self._message.text and not fits:
            self.notice.tell(*self._message)
        else:
            retry = self.catalogue.keys_shown(BY_ID["program.retry"], 1)
            self.notice.tell(bars.trouble(self.session.mirror, self._link, retry), "bad")
        return self._message if fits else bars.Message("", "")

    @property
    def _can_go_back(self) -> bool:
        return self._is_below or self.zoomed or bool(self.pane.filter)

    @property
    def _is_below(self) -> bool:
        """Whether the detail is open, or has the keys."""
        return self.detail.has_class("-open") or self.detail.has_keys

    def say(self, text: str, style: str = "", stays: float = _MESSAGE_STAYS) -> None:
        """Show a sentence in the footer for some seconds."""
        self._message = bars.Message(text, style)
        if self._message_timer is not None:
            self._message_timer.stop()
        self._message_timer = once(self, stays, self._end_message) if text else None
        self._paint_footer()

    def _end_message(self) -> None:
        self.say("")
        self._say_skew()  # if another one stood before it

    # layout: wide or narrow, zoomed or not, list or detail

    @property
    def wide(self) -> bool:
        """Whether list and detail stand side by side."""
        return self.size.width >= WIDE

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()
        self._paint_footer()

    def _classify(self) -> None:
        self.set_class(self.wide, "-wide")
        self.set_class(not self.wide, "-narrow")
        self.set_class(self.zoomed, "-zoomed")
        self.set_class(self.detail.has_class("-open"), "-detail")

    def _arrange(self) -> None:
        self._classify()
        detail = self.detail.has_class("-open")
        self._see_detail(detail or (self.wide and not self.zoomed))
        self.lists.show_all_columns(self.zoomed)

    def _show_detail(self) -> None:
        """Show the object under the cursor. One that went while it was being read stays until its reader leaves."""
        if not (self.detail.gone and self.detail.has_class("-open")):
            self.detail.show(self.pane.resource, self.pane.item)

    def _see_detail(self, seen: bool) -> None:
        """The detail asks the Engine only while it is on the screen; what it missed it asks for now."""
        came = seen and not self.detail.seen
        self.detail.seen = seen
        if came:
            self._show_detail()

    def _open_detail(self, opened: bool) -> None:
        self.detail.set_class(opened, "-open")
        self._arrange()
        if opened:
            self._show_detail()
            self.set_focus(self.detail.tab)
        else:
            self.set_focus(self.pane.table)
            self._show_detail()
        self._paint_footer()

    def goto_pane(self, index: int) -> None:
        """Open a pane and give it the focus."""
        self.lists.goto(index)
        self._paint_strip()
        self._open_detail(False)

    def action_goto_pane(self, index: int) -> None:
        self.goto_pane(index)

    def action_next_pane(self) -> None:
        self.goto_pane(self.pane.number)

    def action_previous_pane(self) -> None:
        self.goto_pane(self.pane.number - 2)

    def action_zoom(self) -> None:
        self.zoomed = not self.zoomed
        self._arrange()
        self._paint_footer()

    def action_open_detail(self) -> None:
        self._open_detail(True)

    def action_back(self) -> None:
        """Close what is open, the innermost first."""
        if self.detail.has_keys and self.detail.tab.drop():
            return
        if self._is_below:
            self._open_detail(False)
        elif self.zoomed:
            self.action_zoom()
        elif self.pane.filter:
            self._filter("")

    def action_close(self) -> None:
        """Back to the list, at once."""
        self._open_detail(False)

    # messages of the widgets

    def on_table_selected(self, event: Table.Selected) -> None:
        if event.table is self.pane.table:
            self._show_detail()
            self._paint_footer()

    def on_table_opened(self, event: Table.Opened) -> None:
        self._open_detail(True)

    def on_table_visible_changed(self, event: Table.VisibleChanged) -> None:
        if event.table is self.containers.table:
            self.lists.watch_visible()

    def on_table_marked(self, event: Table.Marked) -> None:
        self.pane.show_title()
        self._paint_strip()

    def on_page_followed(self, event: Page.Followed) -> None:
        if isinstance(event.ref, Reference):
            self.follow_to(event.ref)

    async def on_bar_pressed(self, event: Bar.Pressed) -> None:
        await self.run_action(event.action)

    async def action_operate(self, id: str) -> None:
        """Do an operation where its keys would be heard: for a click in the footer, and for the palette."""
        operation = BY_ID[id]
        hearers = {
            Context.LIST: self.pane.table,
            self.detail.tab.context: self.detail.tab,
            Context.TERMINAL: self.terminals or self,
        }
        await hearers.get(operation.context, self).run_action(operation.action)

    def on_descendant_focus(self) -> None:
        self._paint_footer()

    # the list

    async def action_sort_menu(self) -> None:
        from dockertui.screens.main import menus

        await menus.sort(self)

    def action_reverse_sort(self) -> None:
        self.pane.reverse()

    def action_running_only(self) -> None:
        pane = self.containers
        pane.toggle_running_only()
        self.goto_pane(pane.number - 1)
        self.say("running containers only" if pane.running_only else "all containers")

    async def action_measure(self) -> None:
        """Ask what the objects of this pane take on disk; the answer may take the Engine a while."""
        resource = self.pane.resource
        self.say(f"measuring {resource.title.lower()}…", stays=600)
        self.run_worker(self._measure(), group="measure", exclusive=True)

    async def _measure(self) -> None:
        pane = self.pane
        try:
            with because("sizes"):
                sizes = await pane.resource.measure(self.session.engine)
        except EngineError as error:
            self.say(f"sizes: {error}", "bad")
            return
        self.world.sizes[pane.resource.kind] = dict(sizes)
        pane.table.resort()
        pane.refresh_surroundings()
        self.detail.repaint()
        nothing = f"{pane.resource.title.lower()} have no size of their own to measure"
        self.say(format.plural(len(sizes), "size") if sizes else nothing)

    # filter and search

    async def action_filter(self) -> None:
        """Filter the list; up and down move in it meanwhile."""
        await self._ask("filter", self.pane.filter.line, self._filter, self.pane.table)

    async def action_search(self) -> None:
        """Search in the tab of the detail that is shown."""
        await self._ask("search", "", self.detail.tab.search, self.detail.tab)

    async def _ask(
        self,
        what: str,
        value: str,
        typed: Callable[[str], object] | None,
        place: Widget,
        done: Callable[[str], object] | None = None,
    ) -> None:
        from dockertui.screens.base.prompt import ask  # off the path to the first paint, as menus and help are

        await ask(what, value, typed=typed, done=done, place=place, before=self.footer)

    def _filter(self, line: str) -> None:
        self.pane.set_filter(line)
        self._paint_strip()
        self._paint_footer()

    # references

    async def action_follow(self) -> None:
        """Go to what the object refers to: the reference under the line cursor, the only one there is, or ask."""
        item = self.pane.item
        if self.detail.reference is not None:
            self.follow_to(self.detail.reference)
        elif item is not None:
            from dockertui.screens.main import menus

            await menus.follow(self, self.pane.resource.references(item, self.world))

    def follow_to(self, reference: Reference) -> None:
        """Select the object of a reference in its pane; what hides it there is lifted."""
        pane = self._trail.pane_of(reference)
        if pane is None:
            self.say(f"{reference.kind} {reference.label}: the Engine does not have it any more", "warn")
            return
        if self.detail.key is not None:
            self._trail.leave(Reference(*self.detail.key, ""))
        self._select(pane, reference.id)

    def action_follow_back(self) -> None:
        origin = self._trail.back()
        if origin is None:
            self.say("nothing to go back to")
        else:
            self._select(*origin)

    def _select(self, pane: Pane, id: str) -> None:
        """Put the cursor on an object, and keep the detail open if it is."""
        opened = self.detail.has_class("-open")
        if not pane.table.move_to(id):
            pane.lift_filters()
            pane.table.move_to(id)
        self.goto_pane(pane.number - 1)
        if opened:
            self._open_detail(True)

    # the detail

    def action_next_tab(self) -> None:
        self.detail.step_tab(1)

    def action_previous_tab(self) -> None:
        self.detail.step_tab(-1)

    def action_open_tab(self, id: str) -> None:
        """Open the detail with one of its tabs, if that one has something to say of the object."""
        kind = next(kind for kind in TABS if kind.id == id)
        if self.detail.subject is None or kind not in self.detail.shown_tabs:
            self.say(kind.otherwise if self.detail.subject is not None else "nothing is selected")
            return
        self.detail.select_tab(id)
        self._open_detail(True)

    async def action_overview(self) -> None:
        """All running containers by what they use; the one chosen there is shown here."""
        from dockertui.screens.stats.overview import OverviewScreen  # off the path to the first paint

        await self.app.push_screen(OverviewScreen(self.session, self.world, self.catalogue), self._show_stats)

    def _show_stats(self, id: str | None) -> None:
        if id is not None:
            self.follow_to(Reference("container", id, id[:12]))
            self.action_open_tab("stats")

    def action_logs(self) -> None:
        from dockertui.screens.log import targets as log_choice  # off the path to the first paint

        log_choice.open_logs(self)

    def action_logs_at_end(self) -> None:
        from dockertui.screens.log import targets as log_choice

        log_choice.open_end(self)

    def action_project_logs(self) -> None:
        from dockertui.screens.log import targets as log_choice

        log_choice.open_project_logs(self)

    async def action_events(self) -> None:
        """The Engine's timeline; an object that is chosen in it is gone to."""
        from dockertui.screens.events.screen import EventsScreen  # off the path to the first paint

        def chosen(reference: Reference | None) -> None:
            if reference is not None:
                self.follow_to(reference)

        await self.app.push_screen(EventsScreen(self.session, self.catalogue), chosen)

    def on_tab_chosen(self, event: Tab.Chosen) -> None:
        self.follow_to(event.reference)

    async def on_tab_ordered(self, event: Tab.Ordered) -> None:
        command = BY_ID[event.command]
        assert isinstance(command, Command)
        await self.order(command, items=[event.item], given=event.given)

    def on_tab_said(self, event: Tab.Said) -> None:
        self.say(event.text, event.style)

    def action_reveal(self) -> None:
        self.world.reveal = not self.world.reveal
        self.detail.repaint()
        self.lists.containers.table.refresh_cells(None)
        self.say(
            "secrets are shown" if self.world.reveal else "secrets are hidden",
            "warn" if self.world.reveal else "",
        )

    # the program

    async def action_palette(self) -> None:
        from dockertui.screens.main import menus

        await menus.palette(self)

    async def action_theme_menu(self) -> None:
        from dockertui.screens.main import menus

        await menus.theme(self)

    async def action_help(self) -> None:
        from dockertui.screens.program.help import HelpScreen  # off the path to the first paint

        await self.app.push_screen(HelpScreen(self.catalogue))

    def action_retry(self) -> None:
        self.session.watcher.retry_now()
        if self._link.state is not LinkState.LIVE:
            self.say("connecting again…")
        else:
            self.say("asking again…" if bars.trouble(self.session.mirror, self._link, "") else "already connected")

    async def action_quit(self) -> None:
        await self.ask_to_quit()

    async def action_leave(self) -> None:
        """Quit from the list; one that is zoomed goes back to its size."""
        if self.zoomed:
            self.action_zoom()
        else:
            await self.ask_to_quit()
