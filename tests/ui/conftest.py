"""What makes a screen the same on every machine: time, time zone, environment, and no animation."""

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
    """For tests of whole screens: times are told in UTC, the environment says nothing, signals and the garbage
    collector stay as they are."""
    for name in ("NO_COLOR", "COLORTERM", "TEXTUAL_COLOR_SYSTEM", "DOCKER_HOST", "DOCKER_API_VERSION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr("dockertui.exit_signals.signal.signal", lambda number, handler: None)
    # What the program waits for to spare an Engine, tests wait for a thousand times.
    monkeypatch.setattr(
        MirrorSync.__init__, "__kwdefaults__", {**(MirrorSync.__init__.__kwdefaults__ or {}), "settle": 0.01}
    )
    monkeypatch.setattr("dockertui.screens.main.detail._SETTLE", 0.01)
    monkeypatch.setattr("dockertui.screens.base.confirm.QUIET", 0.0)
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(scope="module")
def host() -> Iterator[DemoEngine]:
    """A frozen demo Engine for a module's tests that change nothing on it. Not for the whole session: it remembers 256
    events, as Docker's does, and a shell that a test opens tells of itself."""
    with DemoEngine(clock=Clock()) as engine:
        yield engine
