"""The tabs of the detail, in order. To add one, add a `TabKind` and its widget."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dockertui.config import Settings
from dockertui.live.session import Session
from dockertui.screens.base.tab import PageTab, Subject, Tab


class TabKind(NamedTuple):
    """A tab before its widget exists: `make` loads its code and builds it when it is first opened.

    id: for `open_tab`. of: what a kind must have (`Resource.has`) for the tab to apply; "" for nothing. otherwise: the
    message where the tab does not apply; `{follow}` stands for the key that follows references.
    """

    id: str
    title: str
    make: Callable[[Session, Settings], Tab]
    of: str = ""
    otherwise: str = ""

    def shows(self, subject: Subject) -> bool:
        """Whether the tab applies to an object."""
        return not self.of or self.of in subject.resource.has


def _logs(session: Session, settings: Settings) -> Tab:
    from dockertui.screens.log.tab import LogTab

    return LogTab(session.engine, settings)


def _why(session: Session, settings: Settings) -> Tab:
    from dockertui.screens.tabs.why import WhyTab

    return WhyTab(session)


def _processes(session: Session, settings: Settings) -> Tab:
    from dockertui.screens.tabs.processes import ProcessTab

    return ProcessTab(session)


def _events(session: Session, settings: Settings) -> Tab:
    from dockertui.screens.events.tab import EventsTab

    return EventsTab(session)


def _stats(session: Session, settings: Settings) -> Tab:
    from dockertui.screens.stats.tab import StatsTab

    return StatsTab(session, settings)


def _files(session: Session, settings: Settings) -> Tab:
    from dockertui.screens.files.tab import FilesTab

    return FilesTab(session.engine, settings)


def _inspect(session: Session, settings: Settings) -> Tab:
    from dockertui.screens.tabs.inspect import InspectTab

    return InspectTab()


TABS: tuple[TabKind, ...] = (
    TabKind("detail", "Detail", lambda session, settings: PageTab()),
    TabKind("why", "Why", _why, "why", "only containers die: {follow} follows to those that use it"),
    TabKind("logs", "Logs", _logs, "logs", "only containers have logs: {follow} follows to those that use it"),
    TabKind(
        "stats", "Stats", _stats, "stats", "only containers have statistics: {follow} follows to those that use it"
    ),
    TabKind("processes", "Procs", _processes, "processes", "only containers have processes"),
    TabKind("files", "Files", _files, "files", "containers and volumes have files: {follow} follows to who uses it"),
    TabKind("events", "Events", _events),
    TabKind("inspect", "Inspect", _inspect),
)
