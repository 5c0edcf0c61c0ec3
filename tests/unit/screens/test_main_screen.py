"""What the main screen's controllers do for it."""

from __future__ import annotations

import re

import pytest

from dockertui.app import DockerTUI
from dockertui.operations.base import Context, Operation
from dockertui.operations.catalogue import OPERATIONS
from dockertui.screens.commands.runner import Runner
from dockertui.screens.main.browsing import Browsing
from dockertui.screens.main.layout import Arrangement
from dockertui.screens.main.screen import MainScreen
from dockertui.screens.terminal.terminals import Terminals

DOERS = (Runner, Terminals, Arrangement, Browsing, MainScreen)
ACTIONS = [name for doer in DOERS for name in vars(doer) if name.startswith("action_")]
ANYWHERE = [operation for operation in OPERATIONS if operation.context is Context.ANYWHERE]


def test_each_action_is_done_by_one() -> None:
    """Else the last one would be taken, and nobody would miss the other."""
    assert sorted(ACTIONS) == sorted(set(ACTIONS))


@pytest.mark.parametrize("operation", ANYWHERE, ids=lambda operation: operation.id)
def test_what_can_be_done_anywhere_is_done_by_somebody(operation: Operation) -> None:
    """Textual does nothing, and says nothing, where an action has no method."""
    named = re.match(r"(?:\w+\.)?(\w+)", operation.action)
    assert named is not None
    method = f"action_{named[1]}"
    assert method in ACTIONS or hasattr(DockerTUI, method), f"neither the main screen nor its controllers have {method}"
