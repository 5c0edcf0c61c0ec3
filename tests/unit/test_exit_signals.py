"""Signals that end the program when it has as good as ended."""

from __future__ import annotations

import subprocess
import sys

LATE = """
import asyncio, os, signal
from dockertui.exit_signals import leave_on_signals

async def main():
    leave_on_signals(lambda code: None)

asyncio.run(main())
os.kill(os.getpid(), signal.SIGTERM)
print("went on")
"""


def test_a_signal_after_the_loop_has_ended_is_no_error() -> None:
    """The rest, as the end of the demo Engine, goes its way, and has a time limit."""
    ended = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.stderr, ended.returncode) == ("went on\n", "", 0)
