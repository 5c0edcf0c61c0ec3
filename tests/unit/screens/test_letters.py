"""One letter means one thing on every screen; where it does not, ARCHITECTURE.md says why."""

from __future__ import annotations

import re
from pathlib import Path

from dockertui.operations.base import Context
from dockertui.operations.catalogue import OPERATIONS

ARCHITECTURE = Path(__file__).parents[3] / "ARCHITECTURE.md"
ELSEWHERE = {Context.TERMINAL, Context.READING}
"""Contexts with the keys of tmux, which their users know."""
SAME = {
    "match": ("next_match", "previous_match"),
    "leave": ("close", "quit", "dismiss", "refuse", "leave"),
    "left": ("left", "fold", "parent", "choose_previous"),
    "right": ("right", "unfold", "open", "choose_next"),
    "make": ("run", "pull", "create"),
    "rename": ("rename", "tag"),
    "stop": ("stop", "start", "enable", "disable"),
    "pause": ("pause", "unpause"),
    "restart": ("restart", "retry"),
    "copy": ("copy", "copy_path", "copy_lines", "copy_last", "copy_pid", "copy_curl", "copy_docker"),
}
"""Names of operations that mean the same, under one word."""
NAMED = {
    ("n", "refuse"): "no",
    ("t", "show"): "terminals",
    ("w", "open_port"): "port",
    ("w", "by_exec"): "exec",
    ("J", "unfold"): "unfold",
    ("c", "unfold"): "unfold",
}
"""Words for what a key does where its operation's name is not one."""
WORDS = {name: word for word, names in SAME.items() for name in names}


def meanings() -> dict[str, set[str]]:
    """Return the letters with more than one meaning."""
    found: dict[str, set[str]] = {}
    for operation in OPERATIONS:
        if operation.context not in ELSEWHERE:
            name = operation.id.rpartition(".")[2]
            for key in operation.keys:
                if len(key) == 1 and key.isalpha():
                    found.setdefault(key, set()).add(NAMED.get((key, name)) or WORDS.get(name, name))
    return {key: names for key, names in found.items() if len(names) > 1}


def argued() -> dict[str, set[str]]:
    """Return the letters in the table of ARCHITECTURE.md, with what they mean."""
    rows = re.findall(r"^\| `(\w)` \| ([\w, ]+) \| (.+) \|$", ARCHITECTURE.read_text(encoding="utf-8"), re.MULTILINE)
    assert all(why for _, _, why in rows)
    return {key: set(names.split(", ")) for key, names, _ in rows}


def test_a_letter_with_several_meanings_is_argued_and_no_other() -> None:
    assert argued() == meanings(), "give it another key, or say why in ARCHITECTURE.md, 'Keys'"
