"""How a container fares, in a symbol and in words: by the state that was listed and the time that has passed."""

from __future__ import annotations

from dockertui.engine.models import Container
from dockertui.resources import format
from dockertui.resources.reply import Reply
from dockertui.resources.surroundings import Surroundings
from dockertui.widgets.columns import Cell

# Symbols of one cell each that stand in every font a server's users have; the word beside them is in the status.
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
_STOPPED_ON_REQUEST = frozenset({130, 143})  # SIGINT and SIGTERM: most likely somebody's `stop`


def process(inspect: Reply) -> list[str]:
    """The words of its process 1, of its inspection. Podman repeats a single one among its arguments."""
    path, arguments = inspect.text("Path"), inspect.words("Args")
    given = [*inspect.words("Config", "Entrypoint"), *inspect.words("Config", "Cmd")]
    repeated = arguments == [path] == given
    return [*([path] if path else []), *(arguments if not repeated else [])]


def symbol(item: Container) -> Cell:
    """The state as one cell."""
    sign = _SYMBOLS.get(item.state, Cell("?", "warn"))
    if item.state == "running" and item.health == "unhealthy":
        return Cell(sign.text, "bad")
    return Cell(sign.text, "bad") if item.state == "exited" and failed(item) else sign


def failed(item: Container) -> bool:
    """Whether it ended on its own account, and badly."""
    return item.exit_code not in (0, None) and item.exit_code not in _STOPPED_ON_REQUEST


def status(surroundings: Surroundings, item: Container) -> Cell:
    """How a container fares and since when, by the time that has passed: `up 3h healthy`, `exit 137, 2h`."""
    lasted = "" if item.since is None else " " + format.age(surroundings.clock() - item.since)
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


def status_order(item: Container) -> tuple[int, float]:
    """What needs a look first; within a state the latest."""
    return RANK.get(item.state, 9), -(item.since or 0)
