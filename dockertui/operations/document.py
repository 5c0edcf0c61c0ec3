"""The README's table of keys, made from the catalogue: `python -m dockertui.operations.document README.md`."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from dockertui.operations.base import Operation
from dockertui.operations.catalogue import Catalogue, sign, where

BEGIN, END = "<!-- keys: made by `make readme` -->", "<!-- end of keys -->"
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
    """The README with its tables of keys made anew. Raises ValueError where it lacks the marks around them."""
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    if not pattern.search(readme):
        raise ValueError(f"no {BEGIN} … {END}: put the two marks where the tables belong")
    return pattern.sub(lambda _: f"{BEGIN}\n{keys_tables(catalogue)}\n\n{END}", readme)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(document(path.read_text(encoding="utf-8"), Catalogue()), encoding="utf-8")
