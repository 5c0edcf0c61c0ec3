"""The labels of all forms."""

from __future__ import annotations

import pytest

from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command

COLUMN = 26
"""Cells that a form leaves for a label, at every width."""
FORMS = [one for one in BY_ID.values() if isinstance(one, Command) and one.ask]


@pytest.mark.parametrize("command", FORMS, ids=lambda one: one.id)
def test_no_label_of_a_form_is_cut(command: Command) -> None:
    labels = [f"{option.label}{' *' if option.required else ''}" for option in command.load(command.id).options]
    assert [label for label in labels if len(label) > COLUMN] == []
