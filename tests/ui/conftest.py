"""Fixtures that make a screen the same on every machine: time, time zone, environment, and no animation."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator

import pytest

from dockertui.live.mirror_sync import MirrorSync
from tests.demo import DemoEngine
from tests.ui.stage import Clock


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """For tests of whole screens: times are in UTC, the environment is neutral, signals and the garbage collector are
    left alone."""
    for name in ("NO_COLOR", "COLORTERM", "TEXTUAL_COLOR_SYSTEM", "TMUX", "DOCKER_HOST", "DOCKER_API_VERSION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr("dockertui.exit_signals.signal.signal", lambda number, handler: None)
    # The program waits here to spare an Engine, and tests would wait a thousand times.
    monkeypatch.setattr(
        MirrorSync.__init__, "__kwdefaults__", {**(MirrorSync.__init__.__kwdefaults__ or {}), "settle": 0.01}
    )
    monkeypatch.setattr("dockertui.screens.main.detail._SETTLE", 0.01)
    monkeypatch.setattr("dockertui.screens.base.confirm.QUIET", 0.0)
    monkeypatch.setattr("dockertui.widgets.keys.QUIET", 0.0)
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(scope="module")
def host() -> Iterator[DemoEngine]:
    """A frozen demo Engine for a module's read-only tests. Not for the whole session: like Docker's it keeps 256
    events, and a shell opened by a test causes some."""
    with DemoEngine(clock=Clock()) as engine:
        yield engine
