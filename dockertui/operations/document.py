"""Generate docs/keys.md, the list of docs/settings.md and the README's table from their entries: `make readme`."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from dockertui.config import template
from dockertui.operations.base import Operation
from dockertui.operations.catalogue import BY_ID, Catalogue, sign, where

README, KEYS, SETTINGS = "README.md", "docs/keys.md", "docs/settings.md"
_PEERS = (
    ("read a log", "`m`", "`l`", "container.logs"),
    ("open a shell", "`E`", "`s`", "container.exec"),
    ("attach", "`a`", "`a`", "container.attach"),
    ("see details", "`enter`", "`d`", "list.open"),
    ("see the Engine's JSON", "", "`y`", "detail.inspect"),
    ("stop", "`s`", "", "container.stop"),
    ("restart", "`r`", "`r`", "container.restart"),
    ("kill", "", "`ctrl+k`", "container.kill"),
    ("remove", "`d`", "`ctrl+d`", "container.remove"),
    ("mark several", "", "`space`", "list.mark"),
    ("act on all of them", "`b`", "", "bulk"),
    ("choose from all commands", "`x`", "`:`", "menu"),
    ("hide stopped containers", "`e`", "", "list.running"),
    ("open a port in the browser", "`w`", "", "open_port"),
    ("filter", "`/`", "`/`", "list.filter"),
    ("see the keys", "`x`", "`?`", "program.help"),
)
"""Tasks, their keys in lazydocker and in k9s by default, and the operation here."""
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


def peers_table(catalogue: Catalogue) -> str:
    """Return the Markdown table of what has which key in lazydocker, in k9s and here."""
    rows = [
        f"| {task} | {lazydocker} | {k9s} | {' '.join(f'`{sign(key)}`' for key in catalogue.keys(BY_ID[id]))} |"
        for task, lazydocker, k9s, id in _PEERS
    ]
    return "\n".join(["| to | lazydocker | k9s | here |", "|---|---|---|---|", *rows])


def readme_document(readme: str, catalogue: Catalogue) -> str:
    """Return the README with its table regenerated. Raises ValueError if it lacks the marks around it."""
    return _between(readme, "peers", f"\n{peers_table(catalogue)}\n")


def settings_document(text: str) -> str:
    """Return the document of the settings with their list regenerated. Raises ValueError as `readme_document`."""
    return _between(text, "settings", f"```toml\n{template()}```")


def _between(text: str, subject: str, made: str) -> str:
    """Replace the text between the two marks of a subject."""
    begin, end = f"<!-- {subject}: made by `make readme` -->", f"<!-- end of {subject} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"no {begin} … {end}: put the two marks where the {subject} belong")
    return pattern.sub(lambda _: f"{begin}\n{made}\n{end}", text)


def documents(root: Path, catalogue: Catalogue) -> dict[Path, str]:
    """Return what the generated documents of a checkout should hold, by their paths."""
    return {
        root / README: readme_document((root / README).read_text(encoding="utf-8"), catalogue),
        root / SETTINGS: settings_document((root / SETTINGS).read_text(encoding="utf-8")),
        root / KEYS: keys_document(catalogue),
    }


if __name__ == "__main__":
    for path, text in documents(Path(sys.argv[1]), Catalogue()).items():
        path.write_text(text, encoding="utf-8")
