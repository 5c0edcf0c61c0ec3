"""Before the first connection stands the detail shows what the list knows, and no error in red."""

from __future__ import annotations

import pytest

from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.models import Container
from dockertui.resources.registry import BY_KIND
from tests.ui.stage import WIDE, opened

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.mark.parametrize("connected", [False, True])
async def test_no_connection_yet_is_no_error_of_the_object(monkeypatch: pytest.MonkeyPatch, connected: bool) -> None:
    async with opened(WIDE) as stage:
        engine, detail = stage.main.session.engine, stage.main.detail
        version = engine.version
        asked: set[str] = set()

        async def refuse(_resource: object, _engine: object, item: Container) -> None:
            asked.add(item.name)
            engine.version = version if connected else None
            raise EngineError(ErrorKind.LOST, "not connected to here")

        monkeypatch.setattr(type(BY_KIND["container"]), "inspect", refuse)
        await stage.goto("net-debug")
        await stage.until(lambda: "net-debug" in asked)
        engine.version = version
        await stage.settle()
        assert detail.subject is not None
        assert (detail.subject.error is not None) is connected
        assert ("not connected to here" in stage.text) is connected
