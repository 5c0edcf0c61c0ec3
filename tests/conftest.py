"""Fixtures for every test.

`DOCKERTUI_TEST_ENGINE=require` makes a test that needs a real Engine fail without one; by default it is skipped with
the reason.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.engine.dockerd import Dockerd, missing

# readline, which pytest loads, sets these for all children, whose terminals then could not be resized.
for _name in ("COLUMNS", "LINES"):
    os.environ.pop(_name, None)


@pytest.fixture(scope="session")
def dockerd() -> Iterator[Dockerd]:
    """A private real Engine, shared by the session; see `tests/engine/dockerd.py`."""
    if reason := missing():
        without_engine(reason)
    with Dockerd() as engine:
        yield engine


@pytest.fixture
def clean_dockerd(dockerd: Dockerd) -> Dockerd:
    """The private Engine, with nothing on it but the image `busybox:latest`."""
    dockerd.clean()
    return dockerd


def without_engine(reason: str) -> None:
    """Skip the test, or fail it if an Engine is required."""
    if os.environ.get("DOCKERTUI_TEST_ENGINE") == "require":
        pytest.fail(f"DOCKERTUI_TEST_ENGINE=require, but {reason}", pytrace=False)
    pytest.skip(reason)
