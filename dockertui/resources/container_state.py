"""A container's state as symbol and text, from its listing and the current time."""

from __future__ import annotations

from dockertui.engine.fields import Reply
from dockertui.engine.models import Container
from dockertui.live.endings import Ending
from dockertui.resources import format
from dockertui.resources.surroundings import Surroundings
from dockertui.widgets.columns import Cell

# One-cell symbols that are in every font on users' machines; the status has the word for it.
_SYMBOLS = {
    "running": Cell("▶", "good"),
    "paused": Cell("‖", "warn"),
    "restarting": Cell("↻", "warn"),
    "exited": Cell("■", "dim"),
    "created": Cell("○", "dim"),
    "removing": Cell("×", "warn"),
    "dead": Cell("✗", "bad"),
}
RANK = {"restarting": 0, "dead": 1, "running": 2, "paused": 3, "removing": 4, "created": 5, "exited": 6}
_STOPPED_ON_REQUEST = frozenset({130, 143})  # SIGINT and SIGTERM: most likely a `stop`


def process(inspect: Reply) -> list[str]:
    """Return command and arguments of process 1 from `inspect`. Podman repeats a lone command as argument."""
    path, arguments = inspect.text("Path"), inspect.words("Args")
    given = [*inspect.words("Config", "Entrypoint"), *inspect.words("Config", "Cmd")]
    repeated = arguments == [path] == given
    return [*([path] if path else []), *(arguments if not repeated else [])]


def symbol(item: Container) -> Cell:
    """Return the state as one cell."""
    sign = _SYMBOLS.get(item.state, Cell("?", "warn"))
    if item.state == "running" and item.health == "unhealthy":
        return Cell(sign.text, "bad")
    return Cell(sign.text, "bad") if item.state == "exited" and failed(item) else sign


def failed(item: Container) -> bool:
    """Whether it ended by itself with an error."""
    return item.exit_code not in (0, None) and item.exit_code not in _STOPPED_ON_REQUEST


def status(surroundings: Surroundings, item: Container) -> Cell:
    """Return state and age: `up 3h healthy`, `exit 1, 2h`, or why it ended: `OOM killed, 2h`, `restarting 4x`."""
    lasted = "" if item.since is None else " " + format.age(surroundings.clock() - item.since)
    if (ending := surroundings.ending(item)) is not None and (why := _why(ending, lasted)) is not None:
        return why
    if item.state == "running":
        styles = {"healthy": "good", "unhealthy": "bad", "starting": "warn"}
        return Cell(f"up{lasted} {item.health}".rstrip(), styles.get(item.health, "good"))
    if item.state in ("exited", "dead"):
        code = "" if item.exit_code is None else f" {item.exit_code}"
        style = "bad" if item.state == "dead" or failed(item) else "dim"
        return Cell(f"{'exit' if code else item.state}{code},{lasted}" if lasted else f"{item.state}{code}", style)
    if item.state == "restarting":
        return Cell(f"restarting ({item.exit_code})" if item.exit_code is not None else "restarting", "warn")
    return Cell(f"{item.state}{lasted}", "warn" if item.state in ("paused", "removing") else "dim")


def _why(ending: Ending, lasted: str) -> Cell | None:
    """Return what its inspection adds to the status; None if nothing."""
    if ending.state == "restarting":
        oom = " OOM" if ending.oom else ""
        return Cell(f"restarting {ending.restarts}x{oom}", "warn") if ending.restarts else None
    if ending.error:
        from dockertui.resources.why.start_reasons import short  # few containers need it

        return Cell(f"start failed: {short(ending.error)}", "bad")
    return Cell(f"OOM killed,{lasted}" if lasted else "OOM killed", "bad") if ending.oom else None


def status_order(item: Container) -> tuple[int, float]:
    """Return a sort key: what needs attention first; within a state the latest."""
    return RANK.get(item.state, 9), -(item.since or 0)
