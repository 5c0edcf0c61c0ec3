"""Generate docs/keys.md, the list of docs/settings.md and the README's table from their entries: `make readme`."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from dockertui.config import template
from dockertui.key_names import textual_name
from dockertui.operations.base import Operation
from dockertui.operations.catalogue import BY_ID, Catalogue, sign, where
from dockertui.operations.keymaps import PEERS

README, KEYS, SETTINGS = "README.md", "docs/keys.md", "docs/settings.md"
_TASKS = (
    ("read a log", ("container.logs",)),
    ("open a shell", ("container.exec",)),
    ("attach", ("container.attach",)),
    ("see details", ("list.open",)),
    ("see the Engine's JSON", ("detail.inspect",)),
    ("stop", ("container.stop",)),
    ("restart", ("container.restart",)),
    ("kill", ("container.kill",)),
    ("remove", ("container.remove",)),
    ("mark several", ("list.mark",)),
    ("act on all of them", ("bulk",)),
    ("choose from all commands", ("menu", "program.palette")),
    ("hide stopped containers", ("list.running",)),
    ("open a port in the browser", ("open_port",)),
    ("filter", ("list.filter",)),
    ("see the keys", ("program.help",)),
)
"""Tasks of the README's table, and the operations here."""
_HEAD = "| keys | does | id in the settings |\n|---|---|---|"
_INTRODUCTION = """# Keys

All keys of every screen, made by `make readme` from the catalogue that makes the help (`?`), too. The id names an
operation in the settings, where it can be given other keys:

```toml
[keys]
"lens.pause" = ["space", "f5"]
```

The keys that are in force, with yours, or under a [keymap](#keymaps):

```sh
dockertui keys
dockertui keys --keymap k9s
```

While a line is typed, letters and the keys that edit text (left, right, Home, End, Backspace, Delete, ctrl+a …) are
that line's. A question's answers other than yes have the keys that the question names.
"""
_KEYMAPS = """
## Keymaps

`keymap = "lazydocker"` or `"k9s"` in the [settings](settings.md) gives the operations here that program's default keys,
before their own. An operation whose only key goes to another one gets a new key: the rows with a dash at the end.
`[keys]` counts more than the keymap. A key of that program for which there is nothing here keeps what it does by
default, unless that would stop, remove or quit something. Under a keymap, quitting always asks.
"""
_PEER_HEAD = "| key | there | here |\n|---|---|---|"


def keys_document(catalogue: Catalogue) -> str:
    """Return the document of all keys: a Markdown table per group."""
    tables = [
        "\n".join([f"\n## {group}\n", _HEAD, *(_row(operations, catalogue) for operations in rows)])
        for group, rows in catalogue.groups().items()
    ]
    keymaps = [_KEYMAPS, *("\n".join([f"\n### {name}\n", _PEER_HEAD, *_peer_rows(name)]) for name in PEERS)]
    return "\n".join([_INTRODUCTION.rstrip("\n"), *tables, "\n".join(keymaps), ""])


def keys_text(catalogue: Catalogue) -> str:
    """Return all keys that are in force as plain text: a table per group."""
    rows = {
        group: [
            (catalogue.keys_shown(same[0]), same[0].title + where(same)) for same in rows if catalogue.keys(same[0])
        ]
        for group, rows in catalogue.groups().items()
    }
    width = max(len(keys) for found in rows.values() for keys, _ in found)
    tables = [
        "\n".join([group, *(f"  {keys:<{width}}  {does}" for keys, does in found)])
        for group, found in rows.items()
        if found
    ]
    return "\n\n".join(tables) + "\n"


def _peer_rows(name: str) -> list[str]:
    """Return the rows of another program's keys, then those of the operations that get a new key."""
    rows = [(key, does, ids) for key, does, ids in PEERS[name].keys]
    moved: dict[tuple[str, ...], list[str]] = {}
    for id, keys in PEERS[name].moved.items():
        moved.setdefault(keys, []).append(id)
    rows += [(keys[0], "–", tuple(ids)) for keys, ids in moved.items()]
    return [f"| {_code(key)} | {does} | {_titles(ids) or 'none'} |" for key, does, ids in rows]


def _titles(ids: Sequence[str]) -> str:
    return "; ".join(dict.fromkeys(BY_ID[id].title for id in ids))


def _code(key: str) -> str:
    """Return a key as Markdown that is safe in a table."""
    return f"`{sign(textual_name(key))}`".replace("|", "\\|")


def _row(operations: Sequence[Operation], catalogue: Catalogue) -> str:
    """Return the row of operations that are equal but for their context: keys, title and contexts, ids."""
    keys = " ".join(map(_code, catalogue.keys(operations[0])))
    ids = " ".join(f"`{operation.id}`" for operation in operations)
    return f"| {keys} | {operations[0].title}{where(operations)} | {ids} |"


def peers_table(catalogue: Catalogue) -> str:
    """Return the Markdown table of what has which key in lazydocker, in k9s and here."""
    rows = [
        [task, *(_peer_keys(name, ids) for name in PEERS), " ".join(map(_code, _keys(ids, catalogue)))]
        for task, ids in _TASKS
    ]
    head = ["| to | lazydocker | k9s | here |", "|---|---|---|---|"]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in rows)])


def _keys(ids: Sequence[str], catalogue: Catalogue) -> list[str]:
    return [key for id in ids for key in catalogue.keys(BY_ID[id])]


def _peer_keys(name: str, ids: Sequence[str]) -> str:
    return " ".join(_code(key) for key, _, theirs in PEERS[name].keys if set(theirs) & set(ids))


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
