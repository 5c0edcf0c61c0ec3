"""Limits for what may hang: far above what a slow machine needs, so that one test alone fails in place of all."""

from __future__ import annotations

import asyncio
import faulthandler
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import pytest

COMMAND_LIMIT: Final = 300
"""Seconds that one command of another program may take. Below `TEST_LIMIT`: a thread that waits for it ends first."""
TEST_LIMIT: Final = 600
"""Seconds that a test, or the setup or teardown of one, may take."""

_set_handler = signal.signal
"""As it is before tests replace it."""


@contextmanager
def ended_if_hanging(test: pytest.Item) -> Iterator[None]:
    """Fail what takes longer than `TEST_LIMIT`, and print where each thread and each asyncio task stands.

    It is printed at once, not with the failure: a test that is run again successfully has no failure to show.
    """

    def over(_number: int, _frame: FrameType | None) -> None:
        try:
            tasks = asyncio.all_tasks()
        except RuntimeError:  # no event loop is running
            tasks = set()
        with test.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            faulthandler.dump_traceback(file=2)
            for task in tasks:
                task.print_stack(file=sys.stderr)
            print(f"{test.nodeid} did not end within {TEST_LIMIT} seconds", file=sys.stderr)
        pytest.fail(f"it did not end within {TEST_LIMIT} seconds")

    _set_handler(signal.SIGALRM, over)
    signal.alarm(TEST_LIMIT)
    try:
        yield
    finally:
        signal.alarm(0)
        _set_handler(signal.SIGALRM, signal.SIG_DFL)
