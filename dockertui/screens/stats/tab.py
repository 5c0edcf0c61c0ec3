"""The Stats tab: the usage of a container, as plots over time."""

from __future__ import annotations

import time
from typing import ClassVar

from textual.binding import BindingType

from dockertui.config import Settings
from dockertui.engine.fields import Reply
from dockertui.engine.models import Container
from dockertui.live.history import Series
from dockertui.live.session import Session
from dockertui.live.store import LinkState
from dockertui.operations.base import Context
from dockertui.operations.stats import WINDOWS
from dockertui.resources import format
from dockertui.resources.container_plots import plots
from dockertui.resources.surroundings import Surroundings
from dockertui.screens.base.bindings import bindings
from dockertui.screens.base.tab import Subject, Tab
from dockertui.widgets.chart import Plot, Runs, Window, glyphs_for
from dockertui.widgets.charts import Charts
from dockertui.widgets.keys import offer

PLACE = "statistics"
_FIRST_WINDOW = 2
_SHORTEST = 60.0


class StatsTab(Charts, Tab, inherit_bindings=False):
    """Sample the container while on the screen; its history stays when it does not run."""

    context = Context.STATS
    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.STATS)

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__(glyphs_for(settings.plots))
        self.session = session
        self.window_number = _FIRST_WINDOW
        self.held: float | None = None
        """End of the plots while they are held (epoch s by the Engine's clock); None while they move on."""
        self._subject: Subject | None = None
        self._surroundings: Surroundings | None = None

    # subject

    @property
    def container(self) -> Container | None:
        """The container in the detail."""
        subject = self._subject
        return subject.item if subject is not None and subject.resource.kind == "container" else None

    def show_subject(self, subject: Subject | None, surroundings: Surroundings, *, keep: bool) -> None:
        """Show the history of a container."""
        if not keep:
            self.top, self.held = 0, None
        self._subject, self._surroundings = subject, surroundings
        self._watch()
        self._show()

    def search(self, text: str) -> int:
        """Return 0: there is nothing to search in."""
        return 0

    def sampled(self) -> None:
        """Show new statistics of the container."""
        if self.held is None:
            self._show()

    def on_mount(self) -> None:
        self._unsubscribe = self.session.mirror.subscribe_link(lambda link: self._show())

    @property
    def _runs(self) -> bool:
        """Whether the container is known to run. A removed one does not, whatever its last state."""
        container = self.container
        return container is not None and container.running and not self._is_gone

    @property
    def _is_gone(self) -> bool:
        return self.container is not None and self.session.mirror.get("container", self.container.id) is None

    def _watch(self) -> None:
        container = self.container if self._runs and self.is_on_screen else None
        self.session.sampler.watch([container.id] if container is not None else [], PLACE)

    def on_show(self) -> None:
        self._watch()
        self._show()

    def on_hide(self) -> None:
        super().on_hide()
        self.leave()

    def leave(self) -> None:
        """Stop sampling the container for this tab."""
        self.session.sampler.watch([], PLACE)

    def on_unmount(self) -> None:
        self._unsubscribe()
        self.leave()

    # painting

    def _show(self) -> None:
        container, surroundings = self.container, self._surroundings
        if container is None or surroundings is None or not self.is_on_screen:
            return
        series = self.session.history.series(container.id)
        live = self.session.mirror.link.state is LinkState.LIVE
        status = (*self._windows(), *self._state(container, series, surroundings.clock()))
        if series is None or self._subject is None:
            self.show([], Window(0, _SHORTEST), status, live=live)
            return
        window = self._shown_window(series)
        margin = window.seconds / 8  # a step that began before the window reaches into it
        span = series.since(window.end - window.seconds - margin)
        shown: list[Plot] = plots(series, span, Reply(self._subject.inspect))
        going = live and self._runs and self.held is None
        self.show(shown, window, status, live=going, stale=not live)

    def _shown_window(self, series: Series) -> Window:
        seconds = WINDOWS[self.window_number - 1][1] or max(_SHORTEST, series.last - series.first)
        return Window(series.last if self.held is None else self.held, seconds)

    def _windows(self) -> Runs:
        return tuple(
            (f" {name} ", "tab-on" if number == self.window_number else "tab")
            for number, (name, _) in enumerate(WINDOWS, 1)
        )

    def _state(self, container: Container, series: Series | None, now: float) -> Runs:
        """Return what the plots cannot show: that nothing new arrives, and why."""
        if self.session.mirror.link.state is LinkState.LOST:
            return (("  the Engine is lost: as it was", "warn"),)
        if self.held is not None:
            return ((f"  {', '.join(filter(None, ('held', offer(self, 'stats.pause', 'goes on'))))}", "warn"),)
        if self._is_gone:
            return (("  removed: as it was", "warn"),)
        if not container.running:
            since = f" since {_moment(container.since, now)}" if container.since and series is not None else ""
            never = "" if series is not None else ", and was never sampled"
            return ((f"  not running{since}{never}", "warn"),)
        if series is None:
            return (("  asking the Engine…", "busy"),)
        return ((f"  every {format.period(self.session.sampler.period)}", "dim"),)

    # operations

    def action_window(self, number: int) -> None:
        self.window_number = number
        self._show()

    def action_longer(self) -> None:
        self.action_window(min(len(WINDOWS), self.window_number + 1))

    def action_shorter(self) -> None:
        self.action_window(max(1, self.window_number - 1))

    def action_pause(self) -> None:
        container = self.container
        series = self.session.history.series(container.id) if container is not None else None
        if self.held is not None or series is None:
            self.held = None
        else:
            self.held = series.last
        self._show()


def _moment(moment: float, now: float) -> str:
    """Return the time of day, with the date unless within a day. An age would grow, but this is painted once."""
    pattern = "%H:%M:%S" if 0 <= now - moment < 86_400 else "%Y-%m-%d %H:%M"
    try:
        return time.strftime(pattern, time.localtime(moment))
    except (OverflowError, OSError, ValueError):
        return str(moment)
