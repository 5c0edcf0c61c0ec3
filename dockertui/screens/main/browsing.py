"""Navigation in the lists and the detail: sort, filter, references, tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockertui.engine.errors import EngineError
from dockertui.engine.trace import because
from dockertui.resources import format
from dockertui.resources.base import Reference
from dockertui.screens.main.pane import Pane
from dockertui.screens.main.reference_trail import ReferenceTrail
from dockertui.screens.main.tab_list import TABS

if TYPE_CHECKING:
    from dockertui.screens.main.desk import MainDesk
    from dockertui.screens.main.layout import Arrangement


class Browsing:
    """Handle the keys of lists and detail for a desk."""

    def __init__(self, desk: MainDesk, arrangement: Arrangement) -> None:
        self.desk = desk
        self.arrangement = arrangement
        self._trail = ReferenceTrail(desk.lists.all)

    @property
    def pane(self) -> Pane:
        """The open pane."""
        return self.desk.lists.open

    async def action_back(self) -> None:
        """Close the innermost of what is open: a state of the tab, the detail, the zoom, the filter."""
        detail = self.desk.detail
        if detail.has_keys and detail.tab.drop():
            return
        if self.arrangement.is_below:
            self.arrangement.open_detail(False)
        elif self.arrangement.zoomed:
            self.arrangement.action_zoom()
        elif self.pane.filter:
            self._filter("")

    # the list

    async def action_columns_menu(self) -> None:
        from dockertui.screens.main.columns_menu import ColumnsMenu  # like all menus

        def chosen(column: str | None) -> None:
            if column is not None:
                pane.sort_by(column)

        pane = self.pane
        await self.desk.screen.app.push_screen(ColumnsMenu(pane), chosen)

    def action_reverse_sort(self) -> None:
        self.pane.reverse()

    def action_mark_all(self) -> None:
        """Mark everything shown, but nothing that is only similar to what the filter asks for."""
        if self.pane.similar is not None:
            self.desk.say(f"nothing matches /{self.pane.filter.line}: similar names are marked one by one", "warn")
        else:
            self.pane.table.mark_all_shown()

    def action_running_only(self) -> None:
        pane = self.desk.lists.containers
        pane.toggle_running_only()
        self.arrangement.goto_pane(pane.number - 1)
        self.desk.say("running containers only" if pane.running_only else "all containers")

    def action_group(self) -> None:
        pane = self.desk.lists.containers
        pane.toggle_grouped()
        self.arrangement.goto_pane(pane.number - 1)
        self.desk.say("grouped by Compose project" if pane.grouped else "not grouped")

    async def action_measure(self) -> None:
        """Ask the Engine for the disk usage of this pane's objects, which may take it a while."""
        self.desk.say(f"measuring {self.pane.resource.title.lower()}…", stays=600)
        self.desk.screen.run_worker(self._measure(), group="measure", exclusive=True)

    async def _measure(self) -> None:
        pane, desk = self.pane, self.desk
        try:
            with because("sizes"):
                sizes = await pane.resource.measure(desk.session.engine)
        except EngineError as error:
            desk.say(f"sizes: {error}", "bad")
            return
        desk.surroundings.sizes[pane.resource.kind] = dict(sizes)
        pane.table.resort()
        pane.refresh_surroundings()
        desk.detail.repaint()
        nothing = f"{pane.resource.title.lower()} have no size of their own to measure"
        desk.say(format.plural(len(sizes), "size") if sizes else nothing)

    # filter and search

    async def action_filter(self) -> None:
        """Ask for a filter; up and down move in the list meanwhile."""
        await self.desk.ask("filter", self.pane.filter.line, self._filter, self.pane.table)

    async def action_search(self) -> None:
        """Search in the current tab of the detail."""
        tab = self.desk.detail.tab
        await self.desk.ask("search", "", tab.search, tab)

    def _filter(self, line: str) -> None:
        self.pane.set_filter(line)
        self.desk.paint_strip()
        self.desk.paint_footer()

    # references

    async def action_follow(self) -> None:
        """Go to a referenced object: the one under the line cursor, the only one, or one chosen from a menu."""
        item = self.pane.item
        if self.desk.detail.reference is not None:
            self.follow_to(self.desk.detail.reference)
        elif item is not None:
            from dockertui.screens.main import menus

            await menus.follow(self.desk, self.pane.resource.references(item, self.desk.surroundings), self.follow_to)

    def follow_to(self, reference: Reference) -> None:
        """Select the referenced object in its pane, and lift a filter that hides it."""
        pane = self._trail.pane_of(reference)
        if pane is None:
            if (index := self.desk.lists.index_without_pane(reference.kind)) is not None:
                self.desk.screen.call_later(self.arrangement.action_goto_pane, index)
            else:
                self.desk.say(f"{reference.kind} {reference.label}: the Engine does not have it any more", "warn")
            return
        if self.desk.detail.key is not None:
            self._trail.leave(Reference(*self.desk.detail.key, ""))
        self._select(pane, reference.id)

    def action_follow_back(self) -> None:
        origin = self._trail.back()
        if origin is None:
            self.desk.say("nothing to go back to")
        else:
            self._select(*origin)

    def _select(self, pane: Pane, id: str) -> None:
        """Move the cursor to an object; the detail stays open if it is."""
        opened = self.desk.detail.has_class("-open")
        if not pane.table.move_to(id):
            pane.lift_filters()
            pane.table.move_to(id)
        self.arrangement.goto_pane(pane.number - 1)
        if opened:
            self.arrangement.open_detail(True)

    # the detail

    def action_next_tab(self) -> None:
        self.desk.detail.step_tab(1)

    def action_previous_tab(self) -> None:
        self.desk.detail.step_tab(-1)

    def action_open_tab(self, id: str) -> None:
        """Open the detail on the tab `id`, if that tab applies to the object."""
        detail = self.desk.detail
        kind = next(kind for kind in TABS if kind.id == id)
        if detail.subject is None or kind not in detail.shown_tabs:
            follow = self.desk.catalogue.key("follow")
            self.desk.say(kind.otherwise.format(follow=follow) if detail.subject is not None else "nothing is selected")
            return
        detail.select_tab(id)
        self.arrangement.open_detail(True)

    def action_logs(self) -> None:
        from dockertui.screens.main import log_targets  # not needed for the first paint

        log_targets.open_logs(self.desk, self.action_open_tab)

    def action_logs_at_end(self) -> None:
        from dockertui.screens.main import log_targets

        log_targets.open_end(self.desk, self.action_open_tab)

    def action_project_logs(self) -> None:
        from dockertui.screens.main import log_targets

        log_targets.open_project_logs(self.desk, self.action_open_tab)

    def action_reveal(self) -> None:
        desk = self.desk
        desk.surroundings.reveal = not desk.surroundings.reveal
        desk.detail.repaint()
        for pane in desk.lists.all:
            pane.table.refresh_cells(None)
        shown = desk.surroundings.reveal
        desk.say("secrets are shown" if shown else "secrets are hidden", "warn" if shown else "")

    # screens over this one

    async def action_overview(self) -> None:
        """Show the usage of all running containers; the one chosen there opens with its statistics."""
        from dockertui.screens.stats.overview import OverviewScreen  # not needed for the first paint

        desk = self.desk
        await desk.screen.app.push_screen(OverviewScreen(desk.session, desk.surroundings), self._show_stats)

    def _show_stats(self, id: str | None) -> None:
        if id is not None:
            self.follow_to(Reference("container", id, id[:12]))
            self.action_open_tab("stats")

    async def action_events(self) -> None:
        """Show the Engine's events; follow the reference chosen there."""
        from dockertui.screens.events.screen import EventsScreen  # not needed for the first paint

        def chosen(reference: Reference | None) -> None:
            if reference is not None:
                self.follow_to(reference)

        await self.desk.screen.app.push_screen(EventsScreen(self.desk.session), chosen)
