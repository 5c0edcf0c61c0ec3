"""The card of a container that died: opened by a key, by what the Engine and the program saw, copied as Markdown."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from dockertui.demo import lifecycle, logs
from dockertui.demo.host import Host
from dockertui.resources.registry import BY_KIND
from dockertui.screens.tabs.why import WhyTab
from tests.demo import DemoEngine
from tests.ui.stage import NARROW, NOW, WIDE, Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")

TALL = (100, 120)


def card_of(stage: Stage) -> str:
    """The text of the card, its lines joined as they read."""
    return " ".join(stage.detail_text.split())


async def open_card(stage: Stage, name: str, *says: str) -> None:
    """Open the card of a container, and wait until it says all this."""
    await stage.press("1")
    await stage.goto(name)
    await stage.press("D")
    await stage.until(lambda: all(part in card_of(stage) for part in says))


async def test_a_key_in_the_list_opens_the_card(host: DemoEngine) -> None:
    async with opened(TALL, engine=host) as stage:
        await open_card(
            stage,
            "shop-report-1",
            "shop-report-1 was killed by the kernel's OOM killer after 9 minutes: it wanted more memory than its limit "
            "of 256MiB (137)",
            "the Engine reported an OOM kill at 06:18:25",
            "docker update --memory 512m --memory-swap 768m shop-report-1",
            "running ━━▶ [exited]",
            "INFO building the pivot table",
        )
        stage.check_frame()
        assert "copy as Markdown" in stage.footer


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "monitoring-alertmanager-1",
            "exited with code 1 after 2.0 s, for the 212th time (6 times in 1 minute 12 seconds); its "
            "policy always starts it again within 53 s; last line on stderr: level=error",
        ),
        (
            "shop-worker-1",
            "has been unhealthy since 14:56:29: its check `celery --app=shop inspect ping -d celery@$HOSTNAME` "
            "failed 41 times "
            "in a row: Error: No nodes replied within time constraint",
        ),
        ("eager_lamarr", "exited with code 1 after 40 s; last line on stderr: npm error Lifecycle script"),
        ("old-proxy", "is dead: the Engine tried to remove it, and could not: container old-proxy: driver"),
        ("monitoring-cadvisor-1", "is paused since 03-08 15:09:26: its processes are frozen"),
        ("web-canary", "was never started: it was created 4 minutes ago"),
        ("backup", "ended normally after 3.0 s (0)"),
        ("shop-db-1", "has been running since 03-02 15:09:26 and is healthy"),
    ],
)
async def test_every_kind_of_trouble_has_its_sentence(host: DemoEngine, name: str, says: str) -> None:
    async with opened(TALL, engine=host) as stage:
        await open_card(stage, name, f"{name} {says}")


@pytest.mark.parametrize(
    ("name", "says", "advice", "last"),
    [
        ("eager_lamarr", "exited with code 1", "1 read the log", "failed with error: code 1"),
        ("shop-report-1", "OOM killer", "docker update --memory 512m", "INFO building the pivot table"),
        ("monitoring-alertmanager-1", "policy always starts it again", "docker update --restart no", "did not find"),
        ("shop-worker-1", "has been unhealthy since", "run the check in a shell", "INFO/"),
        ("web-canary", "was never started", "docker start web-canary", ""),
        ("shop-db-1", "has been running since", "", ""),
    ],
)
async def test_verdict_advice_and_last_lines_are_on_the_first_screen(
    host: DemoEngine, name: str, says: str, advice: str, last: str
) -> None:
    async with opened(NARROW, engine=host) as stage:
        await open_card(stage, name, says, advice)
        await stage.until(lambda: stage.tab("why")._log.lines or not last)
        await stage.settle()
        lines = card_of(stage).partition("Last log lines")[2].partition(" Evidence ")[0].partition(" Run ")[0]
        assert last in lines
        assert "OOM killed no" not in card_of(stage)
        assert "no limit" not in card_of(stage)


async def test_the_last_lines_grow_with_the_screen(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await open_card(stage, "shop-worker-1", "has been unhealthy")
        await stage.until(lambda: stage.tab("why")._log.lines)

        def last() -> int:
            return next(len(s.fields) for s in stage.tab("why")._sections if s.title == "Last log lines")

        before = last()
        await stage.pilot.resize_terminal(100, 60)
        await stage.until(lambda: last() > before)


async def test_the_last_lines_leave_room_beside_the_list(host: DemoEngine) -> None:
    async with opened((120, 40), engine=host) as stage:
        await open_card(stage, "monitoring-alertmanager-1", "Last log lines", "Exit code")
        lines = stage.detail_text.splitlines()
        title, end = (next(n for n, line in enumerate(lines) if part in line) for part in ("Last log", "▏ Run"))
        assert end - title <= 40 // 3 + 2


async def test_healthy_container_sends_no_request(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host) as stage:
        await open_card(stage, "shop-db-1", "has been running since")
        host.forget_requests()
        await stage.goto("shop-web-1")
        await stage.until_known()
        await stage.until(lambda: "shop-web-1 has been running since" in card_of(stage))
        assert host.requests_to("/logs|/events") == []


async def test_request_is_sent_when_the_cursor_rests_and_none_after_leaving(host: DemoEngine) -> None:
    async with opened((160, 80), engine=host) as stage:
        host.forget_requests()
        await open_card(stage, "shop-report-1", "OOM kill at")
        await stage.until(lambda: "pivot table" in card_of(stage))
        assert len(host.requests_to(r"/logs\?")) == 1
        tab = stage.tab("why")
        assert tab._listening is not None
        await stage.press("i")
        assert tab._listening is None
        host.forget_requests()
        await stage.press("D")
        await stage.until(lambda: tab._listening is not None)
        assert stage.problems == []


async def test_other_kinds_have_no_why_tab(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("2", "D")
        assert "only containers die" in stage.footer


async def test_card_updates_when_its_container_dies() -> None:
    async with opened(TALL) as stage:
        await stage.until_measured()
        await open_card(stage, "shop-api-1", "shop-api-1 has been running since")

        def kill(host: Host) -> None:
            container = host.container("shop-api-1")
            container.host_config["RestartPolicy"] = {"Name": "no"}
            lifecycle.die(host, container, 137, oom=True)
            logs.write(container, host.now(), "MemoryError: cannot allocate 64 MB", stderr=True)

        stage.change(kill)
        await stage.until(lambda: "was killed by the kernel's OOM killer" in card_of(stage))
        await stage.until(lambda: "MemoryError: cannot allocate" in card_of(stage))
        assert re.search(r"limit 512MiB, last seen 15:09:\d\d: 287MiB \(56%\), peak 287MiB", card_of(stage))


async def test_card_stays_when_its_container_removes_itself() -> None:
    async with opened(TALL) as stage:
        stage.change(lambda host: host.container("shop-web-1").host_config.update(AutoRemove=True, RestartPolicy={}))
        await stage.goto("shop-web-1")
        await stage.press("enter")
        await stage.until_known()
        stage.change(lambda host: lifecycle.die(host, host.container("shop-web-1"), 3))
        await stage.until("is gone")
        await stage.press("D")
        await stage.until(lambda: "shop-web-1 exited with code 3" in card_of(stage))
        assert "and was removed at 15:09:26 by its own --rm" in card_of(stage)
        assert "[removed]" in card_of(stage)


async def test_requested_stop_is_named_as_the_cause() -> None:
    async with opened(TALL) as stage:
        await open_card(stage, "legacy-import", "has been running since")
        stage.clock.advance(60)  # the Engine answers since long before
        await stage.press("full_stop", "enter", "y")
        await stage.until(lambda: "was stopped by somebody: SIGTERM from the API at" in card_of(stage))
        assert "it sent SIGKILL" in card_of(stage)


async def test_card_is_copied_as_markdown(host: DemoEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []

    def copy(app: Any, text: str) -> str:
        copied.append(text)
        return "by the terminal (OSC 52)"

    monkeypatch.setattr("dockertui.screens.base.clipboard.copy", copy)
    async with opened(NARROW, engine=host) as stage:
        await open_card(stage, "shop-report-1", "OOM kill at")
        tab = stage.tab("why")
        await stage.until(lambda: tab._log.lines)
        await stage.press("y")
        assert "diagnosis as Markdown copied by the terminal" in stage.footer
    (text,) = copied
    assert text.startswith(
        "# Why did it die: `shop-report-1`\n\n> `shop-report-1 was killed by the kernel's OOM killer"
    )
    for part in ("## Do next", "## Lifecycle", "## Events before", "## Last log lines", "Docker Engine 28.5.2", "oom"):
        assert part in text, part


async def test_the_log_is_opened_at_the_moment() -> None:
    async with opened(WIDE) as stage:
        await open_card(stage, "eager_lamarr", "exit code 1")
        await stage.press("l")
        await stage.until(lambda: "Lifecycle script" in stage.detail_text)
        assert "up to its end" in stage.detail_text
        request = stage.engine.requests_to("/logs")[-1]
        died = NOW - 26 * 3600 + 40
        assert f"until={died + 0.5:.9f}" in request.path.replace("%2E", ".") or f"until={int(died)}" in request.path
        await stage.goto("legacy-import")
        await stage.until(lambda: "import row" in stage.detail_text)


async def test_hostile_text_is_not_interpreted() -> None:
    evil = "\x1b]52;c;aGk=\x07\x1b[2J\u202e[red]x[/red]\r\x9b31m ```\n# owned"

    async with opened(TALL) as stage:

        def die(host: Host) -> None:
            container = host.container("shop-web-1")
            container.host_config["RestartPolicy"] = {"Name": "no"}
            lifecycle.die(host, container, 1)
            container.error = evil
            logs.write(container, host.now(), evil, stderr=True)
            container.touch()

        stage.change(die)
        await open_card(stage, "shop-web-1", "shop-web-1 could not be started", "[red]x[/red]")
        await stage.until(lambda: stage.tab("why")._log.lines)
        await stage.settle()
        stage.check_frame()
        sick = stage.change(lambda host: host.container("shop-worker-1").health)
        sick.log[-1].output = evil
        await open_card(stage, "shop-worker-1", "is unhealthy", "[red]x[/red]")
        stage.check_frame()


async def test_detail_shows_the_verdict_in_one_line(host: DemoEngine) -> None:
    async with opened(TALL, engine=host) as stage:
        await stage.goto("shop-report-1")
        await stage.press("enter")
        await stage.until_known()
        assert "Why it was killed by the kernel's OOM killer after 9 minutes" in card_of(stage)


async def test_a_reference_is_followed() -> None:
    async with opened(TALL) as stage:

        def fail(host: Host) -> None:
            container = host.container("web-canary")
            container.host_config["PortBindings"] = {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}
            container.exit_code = 128
            container.error = (
                "driver failed programming external connectivity on endpoint web-canary (206eda5b15228fc7): "
                "Bind for 0.0.0.0:8080 failed: port is already allocated"
            )
            container.touch()
            host.tell(container, "update")

        stage.change(fail)
        await open_card(
            stage,
            "web-canary",
            "web-canary could not be started: Bind for 0.0.0.0:8080 failed: port is already allocated (128)",
            "port 8080 of the host is published by shop-web-1",
        )
        tab = stage.tab("why")
        assert isinstance(tab, WhyTab)
        while tab.cursor_ref is None:
            tab.action_cursor_down()
        await stage.press("enter")
        await stage.until(lambda: stage.cursor == "shop-web-1")


async def test_there_is_no_verdict_before_the_engine_has_said_anything(
    host: DemoEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, kind = asyncio.Event(), type(BY_KIND["container"])
    inspect = kind.inspect

    async def late(*words: Any) -> Any:
        await answer.wait()
        return await inspect(*words)

    monkeypatch.setattr(kind, "inspect", late)
    async with opened(WIDE, engine=host) as stage:
        await stage.goto("shop-report-1")
        await stage.press("D")
        assert "asking the Engine…" in stage.detail_text
        assert "not known" not in stage.detail_text
        answer.set()
        await stage.until("was killed by the kernel")
