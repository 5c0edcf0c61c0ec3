"""Who uses a container: what is said of it when the Engine does not tell of all."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dockertui.engine import containers
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.operations import dependents

ENGINE = cast(Engine, SimpleNamespace())
OTHERS: Mapping[str, Mapping[str, Any]] = {
    "b": {"Name": "/b", "HostConfig": {"NetworkMode": "container:web"}},
    "c": {"Name": "/c"},
}


def an_engine(monkeypatch: pytest.MonkeyPatch, failure: EngineError | None = None) -> None:
    async def ls(engine: Engine) -> list[Any]:
        return [SimpleNamespace(id=id) for id in ("a", *OTHERS)]

    async def inspect(engine: Engine, id: str) -> Mapping[str, Any]:
        if id == "c" and failure is not None:
            raise failure
        return OTHERS[id]

    monkeypatch.setattr(containers, "ls", ls)
    monkeypatch.setattr(containers, "inspect", inspect)


async def test_the_others_are_asked_and_those_that_use_it_named(monkeypatch: pytest.MonkeyPatch) -> None:
    an_engine(monkeypatch)
    assert await dependents.of(ENGINE, "a", "web") == ["b shares its network and has to be restarted afterwards"]


async def test_one_that_went_meanwhile_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    an_engine(monkeypatch, EngineError(ErrorKind.NOT_FOUND, "No such container: c"))
    assert len(await dependents.of(ENGINE, "a", "web")) == 1


async def test_a_lost_engine_is_an_error_as_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    an_engine(monkeypatch, EngineError(ErrorKind.LOST, "the connection ended"))
    with pytest.raises(EngineError, match="the connection ended"):
        await dependents.of(ENGINE, "a", "web")
