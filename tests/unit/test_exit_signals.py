"""Leaving at a signal that comes too late."""

from __future__ import annotations

import subprocess
import sys

import pytest

LATE = """
import asyncio, os, signal
from dockertui.exit_signals import leave_on_signals

async def main() -> None:
    leave_on_signals(lambda code: None)

asyncio.run(main())
for number in (signal.SIGTERM, signal.SIGINT):
    os.kill(os.getpid(), number)
print("to its end")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_a_signal_after_the_loop_was_closed_disturbs_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "to its end\n", "")
