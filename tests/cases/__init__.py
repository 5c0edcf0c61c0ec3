"""Tables of cases: one JSON file each, one case per line, run by the test that names the table.

A case is an object: `in`, the input; `expect`, the result of the docker command (or of the library that the table is
about). Where dockertui differs on purpose, the case also has `ours`, its own result, and `because`, the reason. `python
-m tests.cases` counts the cases of each table.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

FOLDER = Path(__file__).parent


class Case(NamedTuple):
    """One case; `expected` is dockertui's result for `given`: `ours` if the case has it, else `expect`."""

    given: Any
    expected: Any
    because: str | None


def cases(name: str) -> list[Case]:
    """Return the cases of one table. Raises ValueError for a case that differs on purpose without a reason."""
    found = []
    for entry in json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")):
        if "ours" in entry and not entry.get("because"):
            raise ValueError(f"{name}.json: {entry['in']!r} differs on purpose and does not say why")
        found.append(Case(entry["in"], entry.get("ours", entry["expect"]), entry.get("because")))
    return found


def table(name: str) -> pytest.MarkDecorator:
    """Return a decorator that runs the test once for each case of a table, as its parameter `case`."""
    listed = cases(name)
    return pytest.mark.parametrize("case", listed, ids=[f"{name}-{at}" for at in range(len(listed))])


def names() -> list[str]:
    """Return the names of all tables."""
    return sorted(file.stem for file in FOLDER.glob("*.json"))
