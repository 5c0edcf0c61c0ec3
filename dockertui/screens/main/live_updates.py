"""What changes by itself on the main screen: the mirror's objects, the link, statistics, and the time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from dockertui.engine.clock import NOTABLE
from dockertui.live.store import Link, LinkState
from dockertui.resources import format
from dockertui.screens.base.bars import OVERDUE
from dockertui.screens.main.change_batching import ChangeBatching
from dockertui.widgets.timer import once

if TYPE_CHECKING:
    from dockertui.screens.main.desk import MainDesk
    from dockertui.screens.main.layout import Arrangement
    from dockertui.screens.main.panes import Changes

_LONG = 30.0
_SLOW_TICKS = 10


class LiveUpdates:
    """Keep a desk up to date with its session.

    on_connected: called when the Engine is connected; returns whether it showed a message.
    """

    def __init__(self, desk: MainDesk, arrangement: Arrangement, on_connected: Callable[[], bool]) -> None:
        self.desk = desk
        self.arrangement = arrangement
        self.link = desk.session.mirror.link
        self.ticks = 0
        self._on_connected = on_connected
        self._coalescer = ChangeBatching(partial(once, desk.screen), self._paint_changes)
        self._unsubscribe: list[Callable[[], None]] = []
        self._was_behind = False
        self._skew_said = False

    def start(self) -> None:
        """Subscribe to the mirror, and tick once a second."""
        mirror = self.desk.session.mirror
        self._unsubscribe = [mirror.subscribe(self._coalescer.add), mirror.subscribe_link(self.link_changed)]
        self.desk.screen.set_interval(1.0, self.tick)

    def stop(self) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()

    def _paint_changes(self, changes: Changes) -> None:
        """Apply the changes since the last paint to the screen."""
        self.desk.lists.take(changes)
        self.arrangement.contents_changed()
        self.desk.paint_header()
        self.desk.paint_strip()
        self.desk.paint_footer()
        self._follow_cursor(changes)

    def _follow_cursor(self, changes: Changes) -> None:
        """Show the detail of the object under the cursor, and inspect it again if it changed."""
        detail, pane = self.desk.detail, self.desk.lists.open
        kind, key = pane.resource.kind, pane.table.cursor_key
        changed, removed = changes.get(kind, (set(), set()))
        if detail.key is not None and detail.key[0] == kind and detail.key[1] in removed:
            detail.mark_gone()
        if detail.key != (kind, key) or key in changed:
            self.arrangement.show_detail()
        elif "container" in changes:
            detail.repaint()

    def link_changed(self, link: Link) -> None:
        """Show that the Engine was lost or is connected again."""
        desk, live = self.desk, link.state is LinkState.LIVE
        self.link = link
        desk.lists.leave_out_lacking()
        if desk.lists.open not in desk.lists.stack:
            self.arrangement.action_next_pane()
        desk.lists.mark_stale(link.state is LinkState.LOST)
        desk.screen.set_class(link.state is LinkState.LOST, "-lost")
        if live and desk.detail.subject is not None:
            self.arrangement.show_detail()
        if live and not self._on_connected():  # there is room for one message
            self.say_skew()
        desk.paint_header()
        desk.paint_footer()

    def say_skew(self) -> None:
        """Say once that the clocks of this machine and the Engine differ, if by a notable amount."""
        offset = self.desk.session.trace.clock.offset
        if abs(offset) >= NOTABLE and not self._skew_said:
            self._skew_said = True
            side = "behind" if offset > 0 else "ahead of"
            far = format.span(round(abs(offset)))
            self.desk.say(f"this machine's clock is {far} {side} the Engine's, which ages go by", "warn", stays=_LONG)

    def sampled(self, ids: frozenset[str]) -> None:
        """Show new statistics of these containers."""
        detail = self.desk.detail
        self.desk.lists.sampled(ids)
        if detail.key is not None and detail.key[1] in ids:
            detail.tab.sampled()

    def explained(self, id: str) -> None:
        """Show why a container ended."""
        self.desk.lists.containers.table.refresh_cells([id])
        self.desk.paint_footer()

    def tick(self) -> None:
        """Update once a second what depends on the time. Ages above two minutes are repainted rarely."""
        self.ticks += 1
        session, detail, lists = self.desk.session, self.desk.detail, self.desk.lists
        slow = self.ticks % _SLOW_TICKS == 0
        behind, self._was_behind = self._was_behind, session.mirror_sync.oldest_unread_age() >= OVERDUE
        if slow or behind or self._was_behind or session.mirror.link.state is not LinkState.LIVE:
            self.desk.paint_header()
        subject = detail.subject
        if slow or (subject is not None and lists.is_young(subject.resource, subject.item)):
            detail.repaint()
        lists.age(all_ages=slow)
