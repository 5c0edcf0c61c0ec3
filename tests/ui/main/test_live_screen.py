"""What the screen says of being live: why it is not, what to do, at every width; and whose clock its ages go by."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from dockertui.demo import lifecycle
from dockertui.engine.context import TLS
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.preflight import Preflight
from dockertui.live.store import Link, LinkState
from dockertui.screens.base import bars
from dockertui.screens.main.bars import insecure
from dockertui.screens.main.screen import MainScreen
from dockertui.screens.program.connection import ConnectionScreen
from tests.demo import DemoEngine
from tests.ui.changes import add
from tests.ui.stage import NARROW, NOW, WIDE, Clock, opened
from tests.unit.engine.test_ssh_login import CHANGED, REFUSED, failing_ssh

pytestmark = pytest.mark.usefixtures("frozen")

LOSSES = {
    "unix": EngineError(ErrorKind.NO_SOCKET, "there is no socket /var/run/docker.sock", "is the Engine running?"),
    "tcp": EngineError(
        ErrorKind.REFUSED, "nothing is listening on tcp://far:2375", "check the address, and that it listens"
    ),
    "tls": EngineError(ErrorKind.TLS, "our certificate /home/me/cert.pem expired on 2025-03-01", "have it signed anew"),
    "ssh": EngineError(ErrorKind.LOGIN, "ssh://far refused the login: Permission denied (publickey)", "try: ssh far"),
    "page": EngineError(ErrorKind.PROTOCOL, "a web page came from tcp://far:80 (HTTP 200): what answers", "check it"),
}


def unfolded(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("width", [80, 100, 109, 110, 132, 160, 220, 300])
async def test_why_the_engine_is_lost_is_on_the_screen_at_every_width(host: DemoEngine, width: int) -> None:
    async with opened((width, 24), engine=host) as stage:
        for error in LOSSES.values():
            stage.main.updates.link_changed(Link(LinkState.LOST, NOW, error, NOW))
            await stage.until(str(error)[:40])
            assert unfolded(error.message) in unfolded(stage.text)
            assert unfolded(error.remedy) in unfolded(stage.text)
            stage.main.say("something else of the moment")
            stage.main.say("")
            await stage.settle()
            assert unfolded(error.remedy) in unfolded(stage.text), "it comes back when what was said is over"
            stage.check_frame()


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
@pytest.mark.parametrize("status", [502, 503, 403])
async def test_a_list_that_fails_is_not_live(size: tuple[int, int], status: int) -> None:
    async with opened(size) as stage:
        stage.engine.faults.fail("/images/json", status=status, message="the gateway is closed")
        stage.engine.faults.break_event_streams()
        await stage.until("✗ images not listed")
        assert "● live" not in stage.text
        assert "images are not listed: the gateway is closed" in stage.text
        stage.engine.faults.clear()
        await stage.press("ctrl+r")
        await stage.until("● live")
        assert "not listed" not in stage.text


async def test_a_slow_list_is_said() -> None:
    async with opened(NARROW) as stage:
        stage.engine.faults.hang("containers/json")
        add(stage, "late")
        sync = stage.main.session.mirror_sync
        await stage.until(lambda: sync.oldest_unread_age() > bars.OVERDUE)
        await stage.until("◐ behind by")
        assert "● live" not in stage.text
        stage.engine.faults.clear()
        await stage.until("● live")
        await stage.until("late")


SAFE = Endpoint("prod", "tcp://prod:2376", "--host", TLS())


@pytest.mark.parametrize(
    ("endpoint", "warning"),
    [
        (Endpoint("prod", "tcp://prod:2375", "--host"), "NO TLS"),
        (Endpoint("prod", "tcp://prod:2376", "context prod", TLS(verify=False)), "TLS NOT VERIFIED"),
        (SAFE, ""),
        (Endpoint("here", "tcp://127.0.0.1:2375", "--host"), ""),
        (Endpoint("here", "tcp://localhost:2375", "--host"), ""),
        (Endpoint("here", "tcp://[::1]:2375", "--host"), ""),
        (Endpoint("far", "tcp://localhost.example.com:2375", "--host"), "NO TLS"),
        (Endpoint("far", "tcp://127.example.com:2375", "--host"), "NO TLS"),
        (Endpoint("here", "unix:///var/run/docker.sock", "default socket"), ""),
        (Endpoint("far", "ssh://far", "--host"), ""),
    ],
)
async def test_a_connection_that_is_not_safe_is_marked(host: DemoEngine, endpoint: Endpoint, warning: str) -> None:
    assert "".join(insecure(endpoint)) == warning


@pytest.mark.parametrize("width", [80, 110, 160, 300])
@pytest.mark.parametrize("tls", [None, TLS(verify=False)], ids=["none", "unverified"])
async def test_the_mark_stands_at_every_width(host: DemoEngine, width: int, tls: TLS | None) -> None:
    async with opened((width, 24), engine=host, name="a-host-with-quite-a-long-name.example.com", demo=False) as stage:
        session = stage.main.session
        session.endpoint = Endpoint(session.endpoint.name, "tcp://far:2375", "--host", tls)
        stage.main.paint_header()
        await stage.settle()
        assert ("NO TLS" if tls is None else "TLS NOT VERIFIED") in stage.header
        assert "● live" in stage.header


# ssh


class Untried(Preflight):
    """An Engine behind ssh, as the preflight leaves it."""

    def __init__(self) -> None:
        super().__init__([])
        self.endpoint = Endpoint("lab", "ssh://me@lab", "context lab")


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
@pytest.mark.parametrize(
    ("said", "words"),
    [(REFUSED, "Permission denied (publickey)"), (CHANGED, "the host key of lab has changed")],
    ids=["key", "host"],
)
async def test_a_login_that_fails_is_told_on_the_connection_screen(
    host: DemoEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], said: str, words: str
) -> None:
    """And costs one login, and one more for each key of the user."""
    runs = failing_ssh(tmp_path, monkeypatch, said)
    preflight = Untried()
    monkeypatch.setattr(Preflight, "_find", lambda self: setattr(self, "endpoint", preflight.endpoint))
    async with opened(size, engine=host, preflight=preflight, live=False) as stage:
        for logins in (1, 2):
            await stage.until(lambda: isinstance(stage.app.screen, ConnectionScreen) and "no Engine" in stage.text)
            assert words in unfolded(stage.text)
            assert "r try again" in stage.text
            assert len(runs.read_text()) == logins
            assert stage.app.session is None
            stage.check_frame()
            if logins == 1:
                await stage.press("r")
                await stage.until(lambda: len(runs.read_text()) == 2)


async def test_a_login_that_is_refused_later_waits_for_a_key(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        error = EngineError(
            ErrorKind.LOGIN, "ssh://far refused the login: Permission denied (publickey)", "try: ssh far"
        )
        stage.main.session.mirror.set_link(Link(LinkState.LOST, NOW, error))
        await stage.until("✗ login refused")
        assert "ctrl+r tries again" in unfolded(stage.text)


# clocks


@pytest.mark.parametrize("ahead", [1200.0, -1200.0], ids=["ahead", "behind"])
async def test_ages_go_by_the_engines_clock(ahead: float) -> None:
    """In the list and in the detail, whatever time it is here; and that is said, once."""
    engine_clock = Clock()
    with DemoEngine(clock=engine_clock) as engine:
        async with opened(WIDE, engine=engine, clock=Clock(NOW + ahead)) as stage:
            side = "ahead of" if ahead > 0 else "behind"
            await stage.until(f"this machine's clock is 20 minutes {side} the Engine's")
            await stage.until_explained()
            seen = _ages(stage)
        async with opened(WIDE, engine=engine, clock=Clock()) as right:
            await right.until_explained()
            assert _ages(right) == seen
            assert "clock is" not in right.text


async def test_of_two_things_to_say_at_once_each_is_said() -> None:
    engine_clock = Clock()
    with DemoEngine(clock=engine_clock) as engine:
        lifecycle.rename(engine.host, engine.host.container("backup"), "backup.dockertui-old-stopped")
        async with opened(WIDE, engine=engine, clock=Clock(NOW + 1200.0)) as stage:
            await stage.until("a recreate of backup was left half done")
            stage.main.messages._end()
            await stage.until("this machine's clock is 20 minutes ahead of the Engine's")


def _ages(stage: Any) -> list[str]:
    """STATUS and AGE of the rows, as they are shown."""
    table = stage.main.pane.table
    columns = [column for column in table._columns if column.id in ("status", "age", "created")]
    return [str(column.cell(item)) for item in table.objects.values() for column in columns]


async def test_the_log_of_the_last_minute_is_asked_for_by_the_engines_clock() -> None:
    with DemoEngine(clock=Clock()) as engine:
        async with opened(WIDE, engine=engine, clock=Clock(NOW + 1200)) as stage:
            await stage.goto("shop-db-1")
            await stage.press("l")
            engine.forget_requests()
            await stage.press("1")
            await stage.until(lambda: engine.requests_to("/logs.*since="))
            asked = engine.requests_to("/logs.*since=")[0].path
            since = float(asked.partition("since=")[2].partition("&")[0])
            assert -2 < since - (NOW - 60) < 600, "not by the own clock, which is 1200 s ahead"


# the detail


async def test_no_error_before_the_engine_was_asked() -> None:
    """At the start a red "not connected" stood there for a moment."""
    seen: list[str] = []
    with DemoEngine(clock=Clock()) as engine:
        engine.faults.delay(0.3, "^GET /version")
        async with opened(WIDE, engine=engine, live=False) as stage:
            await stage.until(lambda: isinstance(stage.app.screen, MainScreen))
            while stage.main.session.mirror.link.state is not LinkState.LIVE:
                seen.append(stage.text)
                await asyncio.sleep(0.02)
            await stage.until_known()
    assert not any("not connected" in text for text in seen)


async def test_the_ages_of_the_detail_go_on_with_those_of_the_list() -> None:
    async with opened(WIDE) as stage:
        add(stage, "young")
        await stage.until("young")
        await stage.goto("young")
        await stage.until_known()
        before = stage.detail_text
        stage.clock.advance(7)
        stage.main.updates.ticks = 0
        stage.main.updates.tick()
        await stage.settle()
        assert stage.detail_text != before
