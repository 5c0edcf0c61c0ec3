"""Exit codes in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.engine.exit_codes import meaning


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "ended normally"),
        (1, "reported an error"),
        (3, "of the program's own"),
        (125, "the Engine could not start"),
        (126, "cannot be executed"),
        (127, "not found"),
        (130, "killed by SIGINT (128+2), interrupted"),
        (135, "SIGBUS"),
        (137, "137: killed by SIGKILL (128+9)"),
        (139, "SIGSEGV"),
        (143, "killed by SIGTERM (128+15), asked to end"),
        (162, "killed by signal 34 (128+34)"),
        (255, "-1"),
    ],
)
def test_meanings(code: int, words: str) -> None:
    assert words in meaning(code)


def test_a_lack_of_memory_is_said() -> None:
    assert meaning(137, oom_killed=True) == "137: killed by the kernel, because the container reached its memory limit"
    assert "ended normally" in meaning(0, oom_killed=True), "some other process of it was killed"


@given(st.integers(), st.booleans())
def test_any_code_has_a_meaning(code: int, oom_killed: bool) -> None:
    assert meaning(code, oom_killed).startswith(f"{code}: ")
