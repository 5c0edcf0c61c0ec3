"""Fixtures for every test.

`DOCKERTUI_TEST_ENGINE=require` makes a test that needs a real Engine fail where there is none; without it
such a test is skipped with the reason.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.engine.dockerd import Dockerd, missing

# readline, which pytest loads, leaves the size of its terminal to all children; none of theirs could then be resized.
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
    """Skip the test, or fail it where an Engine is required."""
    if os.environ.get("DOCKERTUI_TEST_ENGINE") == "require":
        pytest.fail(f"DOCKERTUI_TEST_ENGINE=require, but {reason}", pytrace=False)
    pytest.skip(reason)
