"""What the questions say of a container's fate."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from dockertui.operations.containers import BODIES


def item(volumes: int = 0, state: str = "running") -> Any:
    mounts = [SimpleNamespace(type="volume", name=f"{number:064x}") for number in range(volumes)]
    return cast(Any, SimpleNamespace(mounts=mounts, state=state, running=state in ("running", "paused")))


@pytest.mark.parametrize(
    ("volumes", "removed", "said"),
    [
        (1, False, "1 anonymous volume stays behind, unused"),
        (2, False, "2 anonymous volumes stay behind, unused"),
        (1, True, "1 anonymous volume with all that is in it"),
        (2, True, "2 anonymous volumes with all that is in them"),
    ],
)
def test_what_becomes_of_anonymous_volumes(volumes: int, removed: bool, said: str) -> None:
    body = BODIES["container.remove"]
    assert said in body.takes_along(item(volumes), cast(Any, None), {"force": True, "volumes": removed})


@pytest.mark.parametrize("state", ["created", "exited", "dead"])
def test_a_restart_of_what_does_not_run_is_a_start(state: str) -> None:
    assert BODIES["container.restart"].takes_along(item(state=state), cast(Any, None), {}) == [
        "does not run: it is started"
    ]


@pytest.mark.parametrize("state", ["running", "paused", "restarting"])
def test_a_restart_ends_it_first(state: str) -> None:
    told = BODIES["container.restart"].takes_along(item(state=state), cast(Any, None), {})
    assert told == ["is asked to end, and killed if it has not ended after its grace period (10 s by default)",
                    "then started again"]  # fmt: skip
