"""Generate the README's keys and settings, and docs/keys.md, from their entries: `make readme`."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from dockertui.config import template
from dockertui.operations.base import Context, Operation
from dockertui.operations.catalogue import Catalogue, sign, where

KEYS = "docs/keys.md"
"""The file with all keys, next to the README."""
_HEAD = "| keys | does | id in the settings |\n|---|---|---|"
_INTRODUCTION = """# Keys

All keys of every screen, made by `make readme` from the catalogue that makes the help (`?`), too. The id names an
operation in the settings, where it can be given other keys:

```toml
[keys]
"lens.pause" = ["space", "f5"]
```

While a line is typed, letters and the keys that edit text (left, right, Home, End, Backspace, Delete, ctrl+a …) are
that line's. A question's answers other than yes have the keys that the question names.
"""


def keys_document(catalogue: Catalogue) -> str:
    """Return the document of all keys: a Markdown table per group."""
    tables = [
        "\n".join([f"\n## {group}\n", _HEAD, *(_row(operations, catalogue) for operations in rows)])
        for group, rows in catalogue.groups().items()
    ]
    return "\n".join([_INTRODUCTION.rstrip("\n"), *tables, ""])


def _row(operations: Sequence[Operation], catalogue: Catalogue) -> str:
    """Return the row of operations that are equal but for their context: keys, title and contexts, ids."""
    keys = " ".join(f"`{sign(key)}`".replace("|", "\\|") for key in catalogue.keys(operations[0]))
    ids = " ".join(f"`{operation.id}`" for operation in operations)
    return f"| {keys} | {operations[0].title}{where(operations)} | {ids} |"


def first_keys(catalogue: Catalogue) -> str:
    """Return a Markdown table of the keys in the footer of the containers' list."""
    rows = [
        f"| {' '.join(f'`{sign(key)}`' for key in catalogue.keys(operation))} | {operation.title} |"
        for operation, _ in catalogue.hints(Context.LIST, "container")
    ]
    return "\n".join(["| keys | in the list of containers |\n|---|---|", *rows])


def document(readme: str, catalogue: Catalogue) -> str:
    """Return the README with its keys and settings regenerated. Raises ValueError if it lacks the marks around them."""
    further = f"The keys of every screen, with the ids that the settings know them by, are in [{KEYS}]({KEYS})."
    readme = _between(readme, "keys", f"\n{first_keys(catalogue)}\n\n{further}\n")
    return _between(readme, "settings", f"```toml\n{template()}```")


def _between(text: str, subject: str, made: str) -> str:
    """Replace the text between the two marks of a subject."""
    begin, end = f"<!-- {subject}: made by `make readme` -->", f"<!-- end of {subject} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"no {begin} … {end}: put the two marks where the {subject} belong")
    return pattern.sub(lambda _: f"{begin}\n{made}\n{end}", text)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(document(path.read_text(encoding="utf-8"), Catalogue()), encoding="utf-8")
    keys = path.parent / KEYS
    keys.parent.mkdir(exist_ok=True)
    keys.write_text(keys_document(Catalogue()), encoding="utf-8")
