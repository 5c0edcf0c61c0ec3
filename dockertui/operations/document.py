"""The tables of keys in the README and in docs/keys.md, made from the catalogue: `make readme`."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from dockertui.operations.base import Context, Operation
from dockertui.operations.catalogue import Catalogue, sign, where

BEGIN, END = "<!-- keys: made by `make readme` -->", "<!-- end of keys -->"
KEYS = "docs/keys.md"
"""The file with all keys, beside the README."""
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
    """The document of all keys: a Markdown table a group."""
    tables = [
        "\n".join([f"\n## {group}\n", _HEAD, *(_row(operations, catalogue) for operations in rows)])
        for group, rows in catalogue.groups().items()
    ]
    return "\n".join([_INTRODUCTION.rstrip("\n"), *tables, ""])


def _row(operations: Sequence[Operation], catalogue: Catalogue) -> str:
    """One thing a user can do, in each place where he can: the keys, what they do and where, the ids."""
    keys = " ".join(f"`{sign(key)}`".replace("|", "\\|") for key in catalogue.keys(operations[0]))
    ids = " ".join(f"`{operation.id}`" for operation in operations)
    return f"| {keys} | {operations[0].title}{where(operations)} | {ids} |"


def first_keys(catalogue: Catalogue) -> str:
    """A Markdown table of the keys that the footer of the containers' list names."""
    rows = [
        f"| {' '.join(f'`{sign(key)}`' for key in catalogue.keys(operation))} | {operation.title} |"
        for operation, _ in catalogue.hints(Context.LIST, "container")
    ]
    return "\n".join(["| keys | in the list of containers |\n|---|---|", *rows])


def document(readme: str, catalogue: Catalogue) -> str:
    """The README with its table of keys made anew. Raises ValueError where it lacks the marks around it."""
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    if not pattern.search(readme):
        raise ValueError(f"no {BEGIN} … {END}: put the two marks where the table belongs")
    further = f"The keys of every screen, with the ids that the settings know them by, are in [{KEYS}]({KEYS})."
    return pattern.sub(lambda _: f"{BEGIN}\n\n{first_keys(catalogue)}\n\n{further}\n\n{END}", readme)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(document(path.read_text(encoding="utf-8"), Catalogue()), encoding="utf-8")
    keys = path.parent / KEYS
    keys.parent.mkdir(exist_ok=True)
    keys.write_text(keys_document(Catalogue()), encoding="utf-8")
