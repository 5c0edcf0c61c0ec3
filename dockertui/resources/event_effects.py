"""Which events change a list: what all kinds share.

Found by comparing the lists before and after some fifty commands on Docker 20.10, 28.5 and Podman. An unknown action
counts as a change of its object: one request too many does no harm.
"""

from __future__ import annotations

from typing import Final

from dockertui.engine.models import Event
from dockertui.live.store import ALL, Ids

NOTHING: Final[frozenset[str]] = frozenset()

UNSEEN: Final = {
    "container": {
        *("attach", "detach", "resize", "top", "copy", "export", "archive-path", "extract-to-dir"),
        *("exec", "exec_create", "exec_start", "exec_detach", "exec_die", "exec_died"),
        *("kill", "oom", "cleanup", "sync", "init", "mount", "unmount"),
    },
    "image": {"push", "save", "mount", "unmount"},
    "network": {"connect", "disconnect"},
    "volume": {"mount", "unmount"},
}
"""Actions that change nothing in the list of their kind. A killed container also dies."""


def own(event: Event, kind: str) -> Ids:
    """Return the ids that an event changes, if it is about an object of this kind."""
    if event.type != kind or event.action in UNSEEN.get(kind, NOTHING):
        return NOTHING
    return frozenset((event.actor,)) if event.actor and event.action != "prune" else ALL
