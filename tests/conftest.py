"""Fixtures for every test.

`DOCKERTUI_TEST_ENGINE=require` makes a test that needs a real Engine fail without one; by default it is skipped with
the reason.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import pytest

from tests.engine.dockerd import Dockerd, missing
from tests.hanging import ended_if_hanging

# readline, which pytest loads, sets these for all children, whose terminals then could not be resized.
for _name in ("COLUMNS", "LINES"):
    os.environ.pop(_name, None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    with ended_if_hanging(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    with ended_if_hanging(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    with ended_if_hanging(item):
        return (yield)


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
