"""The README's keys and settings, made from their entries: `python -m dockertui.operations.document README.md`."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from dockertui.config import template
from dockertui.operations.base import Operation
from dockertui.operations.catalogue import Catalogue, sign, where

_HEAD = "| keys | does | id in the settings |\n|---|---|---|"


def keys_tables(catalogue: Catalogue) -> str:
    """A Markdown table a group: the keys, what they do and where, and the id that the settings know them by."""
    groups = catalogue.groups().items()
    return "\n".join(
        "\n".join([f"\n**{group}**\n", _HEAD, *(_row(operations, catalogue) for operations in rows)])
        for group, rows in groups
    )


def _row(operations: Sequence[Operation], catalogue: Catalogue) -> str:
    """One thing a user can do, in each place where he can."""
    keys = " ".join(f"`{sign(key)}`".replace("|", "\\|") for key in catalogue.keys(operations[0]))
    ids = " ".join(f"`{operation.id}`" for operation in operations)
    return f"| {keys} | {operations[0].title}{where(operations)} | {ids} |"


def document(readme: str, catalogue: Catalogue) -> str:
    """The README with its keys and settings made anew. Raises ValueError where it lacks the marks around them."""
    readme = _between(readme, "keys", keys_tables(catalogue) + "\n")
    return _between(readme, "settings", f"```toml\n{template()}```")


def _between(text: str, subject: str, made: str) -> str:
    """The text with what stands between the two marks of a subject replaced."""
    begin, end = f"<!-- {subject}: made by `make readme` -->", f"<!-- end of {subject} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"no {begin} … {end}: put the two marks where the {subject} belong")
    return pattern.sub(lambda _: f"{begin}\n{made}\n{end}", text)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(document(path.read_text(encoding="utf-8"), Catalogue()), encoding="utf-8")
