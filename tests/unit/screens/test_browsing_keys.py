"""The catalogue's ids and the keys in files: each once."""

from __future__ import annotations

from collections import Counter

import pytest

from dockertui.key_names import textual_name
from dockertui.operations.base import Context
from dockertui.operations.catalogue import OPERATIONS


def test_every_operation_has_an_id_of_its_own() -> None:
    """Two of one id would be one for the settings, and of their keys the first alone would work."""
    assert [id for id, count in Counter(operation.id for operation in OPERATIONS).items() if count > 1] == []


@pytest.mark.parametrize("context", [Context.FILES, Context.FILE])
def test_a_key_means_one_thing(context: Context) -> None:
    keys = Counter(
        textual_name(key) for operation in OPERATIONS if operation.context is context for key in operation.keys
    )
    assert [key for key, count in keys.items() if count > 1] == []
