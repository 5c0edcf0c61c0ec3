"""The list says why containers ended or did not start, at a cost that has a bound."""

from __future__ import annotations

from typing import Any

import pytest

from dockertui.demo import lifecycle
from tests.ui.stage import NARROW, opened

pytestmark = pytest.mark.usefixtures("frozen")

INSPECTIONS = r"/containers/\w+/json$"


async def test_the_list_says_why() -> None:
    async with opened((100, 40)) as stage:
        await stage.until("OOM killed, 9h")
        assert "restarting 212x" in stage.line("monitoring-alertmanager-1")
        assert "created" in stage.line("web-canary")
        await stage.goto("web-canary")
        assert "D why" not in stage.footer

        def fail(host: Any) -> None:
            container = host.container("web-canary")
            container.error = "Bind for 0.0.0.0:8080 failed: port is already allocated"
            container.touch()
            host.events.emit("network", "disconnect", "bridge", {"container": container.id})

        stage.change(fail)
        await stage.until("start failed: port in use")
        await stage.until(lambda: "D why" in stage.footer)
        stage.change(lambda host: lifecycle.die(host, host.container("devbox"), 137, oom=True))
        await stage.until(lambda: "OOM killed, 0s" in stage.line("devbox"))


async def test_only_ends_on_the_screen_are_asked_about() -> None:
    async with opened(NARROW, containers=200) as stage:
        await stage.until_explained()
        stage.engine.forget_requests()

        def die(host: Any) -> None:
            for container in [*host.containers.values()]:
                if container.running:
                    lifecycle.die(host, container, 137, oom=True)

        stage.change(die)
        await stage.until("OOM killed")
        await stage.until_explained()
        rows = len(stage.main.pane.table.visible_keys())
        assert 0 < len(stage.engine.requests_to(INSPECTIONS)) <= 2 * rows
