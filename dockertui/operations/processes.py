"""Operations in the tab of a container's processes."""

from __future__ import annotations

from dockertui.operations.base import Context, Operation
from dockertui.operations.view import moves

_GROUP = "Processes"


def _here(name: str, title: str, action: str, *keys: str, hint: str = "", order: int = 5, words: str = "") -> Operation:
    return Operation(
        f"processes.{name}", title, action, keys, _GROUP, Context.PROCESSES, hint, order, words, palette=False
    )


PROCESSES: tuple[Operation, ...] = (
    Operation(
        "container.processes", "Processes, live, as a tree", "open_tab('processes')", ("P",), _GROUP,
        of="processes",
        words="docker top cpu memory signal kill tree ps",
    ),
    *moves(Context.PROCESSES, "processes"),
    _here("left", "The commands to the left", "scroll_left", "left"),
    _here("right", "The commands to the right", "scroll_right", "right"),
    _here("enter", "Fold or unfold what the process started", "toggle_fold", "enter", "space", hint="fold", order=2),
    _here("fold", "Fold, or go to the parent", "fold", "h"),
    _here("unfold", "Unfold", "unfold", "l"),
    _here("unfold_all", "Unfold all", "unfold_all", "+"),
    _here("fold_all", "Fold all", "fold_all", "-"),
    _here("sort", "As a tree, or sorted by CPU, memory, time", "sort", "o", hint="sort", order=2),
    _here("signal", "Send the process a signal", "signal", "ctrl+k", "K", hint="signal", order=1,
          words="kill docker exec"),
    _here("copy", "Copy the command", "copy", "y", hint="copy", order=4),
    _here("copy_pid", "Copy the PID", "copy_pid", "Y"),
    _here("search", "Search: command, user, PID", "screen.search", "/", hint="search", order=3),
    _here("next_match", "Next match", "next_match", "n"),
    _here("previous_match", "Previous match", "previous_match", "N"),
)  # fmt: skip
