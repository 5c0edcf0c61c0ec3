"""Operations of a diagnosis: opening it, and those in it. They change nothing on the Engine."""

from __future__ import annotations

from dockertui.operations.base import Context, Operation
from dockertui.operations.view import moves

_WHY = "Why it died"


def _in_why(name: str, title: str, action: str, *keys: str, hint: str = "", order: int = 5) -> Operation:
    return Operation(f"why.{name}", title, action, keys, _WHY, Context.WHY, hint=hint, hint_order=order, palette=False)


WHY: tuple[Operation, ...] = (
    Operation(
        "container.why",
        "Why did it die: diagnosis",
        "open_tab('why')",
        ("D",),
        _WHY,
        hint="why",
        hint_order=1,
        of="why",
        words="exit code oom killed health crash restart unhealthy postmortem diagnose",
    ),
    *moves(Context.WHY, "why"),
    _in_why("copy", "Copy all of it as Markdown, for a ticket", "copy", "y", hint="copy as Markdown", order=1),
    _in_why("logs", "The log, up to the moment of its end", "screen.logs_at_end", "l", hint="log at its end", order=2),
    _in_why("enter", "Follow the reference", "enter", "enter", hint="follow"),
    _in_why("search", "Search", "screen.search", "/", hint="search"),
    _in_why("next_match", "Next match", "next_match", "n"),
    _in_why("previous_match", "Previous match", "previous_match", "N"),
)
