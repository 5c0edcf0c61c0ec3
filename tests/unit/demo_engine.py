"""A demo Engine with a stopped clock, for the tests that import these fixtures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.raw_http import Http
from tests.demo import DemoEngine

NOON = 1_735_732_800.0
"""2025-01-01 12:00:00 UTC."""


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine() -> Iterator[DemoEngine]:
    with DemoEngine(clock=lambda: NOON) as engine:
        yield engine
        engine.faults.clear()
        assert engine.defects == []


@pytest.fixture
def http(engine: DemoEngine) -> Http:
    return Http(engine.url)
