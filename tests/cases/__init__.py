"""Tables of cases: one JSON file each, one case a line, run by the test that names the table.

A case is an object: `in`, what is given; `expect`, what the docker command (or the library the table is about) makes
of it. Where dockertui differs on purpose, the case also has `ours`, what it makes of it, and `because`, the reason.
`python -m tests.cases` counts the cases of each table.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

FOLDER = Path(__file__).parent


class Case(NamedTuple):
    """One case; `expected` is what dockertui shall make of `given`: `ours` where the case has it, else `expect`."""

    given: Any
    expected: Any
    because: str | None


def cases(name: str) -> list[Case]:
    """The cases of one table.

    Raises:
        ValueError: a case that differs on purpose gives no reason.
    """
    found = []
    for entry in json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")):
        if "ours" in entry and not entry.get("because"):
            raise ValueError(f"{name}.json: {entry['in']!r} differs on purpose and does not say why")
        found.append(Case(entry["in"], entry.get("ours", entry["expect"]), entry.get("because")))
    return found


def table(name: str) -> pytest.MarkDecorator:
    """A decorator: run the test once for each case of a table, as its parameter `case`."""
    listed = cases(name)
    return pytest.mark.parametrize("case", listed, ids=[f"{name}-{at}" for at in range(len(listed))])


def names() -> list[str]:
    """The tables there are."""
    return sorted(file.stem for file in FOLDER.glob("*.json"))
