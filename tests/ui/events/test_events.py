"""The timeline of events as a user meets it, on the demo Engine: the whole Engine's by `e`, an object's in its tab."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dockertui.demo import lifecycle
from dockertui.engine.call import Call
from dockertui.engine.trace import Request
from dockertui.live.store import LinkState
from dockertui.screens.events.event_screen import EventScreen
from dockertui.screens.events.screen import EventsScreen
from dockertui.screens.events.tab import EventsTab
from tests.demo import DemoEngine, Faults
from tests.demo.hostile import STRINGS
from tests.ui import stage as stages
from tests.ui.stage import NARROW, WIDE, Clock, Stage

pytestmark = pytest.mark.usefixtures("frozen")


@asynccontextmanager
async def opened(size: tuple[int, int] = NARROW, *, faults: Faults | None = None) -> AsyncIterator[Stage]:
    """The program on a demo Engine that remembers one restart, and what strangers made, of all that happened before."""

    def forget(host: Any) -> None:
        kept = [one for one in host.events.history if one.attributes.get("name") == "shop-search-1" or faults]
        host.events.history.clear()
        host.events.history.extend(kept)

    clock = Clock()
    engine = DemoEngine(clock=clock, faults=faults)
    await asyncio.to_thread(engine.start)
    try:
        await asyncio.to_thread(engine.run, forget)
        async with stages.opened(size, clock=clock, engine=engine) as stage:
            yield stage
    finally:
        await asyncio.to_thread(engine.stop)


def view(stage: Stage) -> EventsTab:
    """The timeline on the screen."""
    screen = stage.app.screen
    found = screen.view if isinstance(screen, EventsScreen) else stage.tab("events")
    assert isinstance(found, EventsTab)
    return found


async def timeline(stage: Stage, *keys: str) -> None:
    """Open the timeline, with what the Engine remembers."""
    await stage.press("e")
    await stage.until(lambda: view(stage).list.live)
    await stage.until("restart")
    await stage.press(*keys)


def happen(stage: Stage, action: str, name: str = "shop-db-1", **attributes: str) -> None:
    """Something happens to a container, a second later than what was before."""
    stage.clock.advance(1)
    stage.change(lambda host: host.tell(host.container(name), action, **attributes))


def rows(stage: Stage) -> list[str]:
    """The events on the screen: action and object."""
    found = (line.split() for line in stage.lines[1:-1] if line[1:2].isdecimal())
    return [" ".join(words[2:4]) for words in found]


def asked(stage: Stage) -> list[Request]:
    return [one for one in stage.app.trace if "/events" in one.path and one.cause == "events"]


def clipboard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is copied."""
    copied: list[str] = []

    def copy(app: object, text: str) -> str:
        copied.append(text)
        return "here"

    monkeypatch.setattr("dockertui.screens.base.clipboard.copy", copy)
    return copied


# the timeline


async def test_it_shows_what_the_engine_remembers_and_what_happens() -> None:
    async with opened() as stage:
        await timeline(stage)
        assert rows(stage) == [
            "kill shop-search-1",
            "die shop-search-1",
            "start shop-search-1",
            "restart shop-search-1",
        ]
        assert "exit 143" in stage.text
        assert "nothing before this is known: the Engine keeps its last 256 events" in stage.lines[1]
        happen(stage, "oom")
        await stage.until("oom")
        assert rows(stage)[-1] == "oom shop-db-1"
        assert "following" in stage.lines[0]


async def test_sends_one_request_and_none_while_open_or_after_leaving() -> None:
    async with opened() as stage:
        await stage.until_explained()
        await timeline(stage)
        assert [one.duration is None for one in asked(stage)] == [True]
        before = len(stage.app.trace)
        for number in range(30):
            happen(stage, "exec_detach", execID=str(number))
        await stage.until("34 events")
        assert [one for one in list(stage.app.trace)[before:] if one.cause != "heartbeat"] == []
        await stage.press("escape")
        assert stage.app.screen is stage.main
        await stage.until(lambda: all(one.duration is not None for one in asked(stage)))


async def test_reopened_tab_continues_without_a_gap() -> None:
    async with opened() as stage:
        await timeline(stage, "escape")
        await stage.until(lambda: all(one.duration is not None for one in asked(stage)))
        happen(stage, "kill", signal="9")
        await timeline(stage)
        await stage.until("kill          shop-db-1")
        assert "SIGKILL" in stage.text
        assert "missing" not in stage.text
        assert rows(stage).count("start shop-search-1") == 1


async def test_lost_events_are_reported_after_reopening() -> None:
    async with opened(WIDE) as stage:
        await timeline(stage, "escape")
        await stage.until(lambda: all(one.duration is not None for one in asked(stage)))
        for number in range(300):
            happen(stage, "exec_detach", execID=str(number))
        await stage.press("e")
        await stage.until(lambda: view(stage).list.count == 260)
        await stage.press("g")
        await stage.until("events may be missing here: the Engine no longer knew the last one heard")
        assert "restart" in stage.lines[5]
        assert "missing" in stage.lines[6]
        assert "261 of" not in stage.text


async def test_events_of_the_mirror_are_shown_from_before_the_tab_opened() -> None:
    async with opened(WIDE) as stage:
        happen(stage, "update")
        for number in range(300):
            happen(stage, "exec_detach", execID=str(number))
        await stage.press("e")
        await stage.until(lambda: view(stage).list.count > 200)
        await stage.press("g")
        assert rows(stage)[:2] == ["update shop-db-1", "exec_detach shop-db-1"]
        assert "nothing before this is known" in stage.lines[1]
        assert "above, only changes of the lists are known: no exec, kill, oom" in stage.lines[3]


async def test_a_reader_who_scrolled_up_stays_and_is_told_of_new_events() -> None:
    async with opened() as stage:
        await timeline(stage, "k")
        before = [line[:79].rstrip() for line in stage.lines[1:]]
        happen(stage, "kill", signal="1")
        await stage.until("1 new, G follows")
        for number in range(40):
            happen(stage, "exec_detach", execID=str(number))
        await stage.until("41 new")
        assert [line[:79].rstrip() for line in stage.lines[1:6]] == before[:5]
        await stage.press("G")
        assert "following" in stage.lines[0]
        assert rows(stage)[-1] == "exec_detach shop-db-1"


async def test_moving_down_past_the_end_resumes_following() -> None:
    async with opened() as stage:
        await timeline(stage, "k", "k", "j")
        assert not view(stage).following
        await stage.press("j", "j", "j")
        assert view(stage).following


async def test_the_filter_narrows_as_it_is_typed_and_escape_drops_it_first() -> None:
    async with opened() as stage:
        await timeline(stage, "/")
        await stage.type("action:st !kill")
        assert rows(stage) == ["start shop-search-1", "restart shop-search-1"]
        await stage.press("enter")
        happen(stage, "stop")
        happen(stage, "kill", signal="9")
        await stage.until("3 events")
        assert rows(stage)[-1] == "stop shop-db-1"
        assert "/action:st !kill" in stage.lines[0]
        await stage.press("escape")
        assert len(rows(stage)) == 6
        await stage.press("escape")
        assert stage.app.screen is stage.main


async def test_kinds_and_actions_are_chosen_from_those_there_are() -> None:
    async with opened() as stage:
        await timeline(stage, "F")
        await stage.until("container die")
        await stage.type("die")
        await stage.press("enter")
        assert rows(stage) == ["die shop-search-1"]
        await stage.press("F", "enter")
        assert len(rows(stage)) == 4


async def test_probes_are_folded_away_until_they_are_wanted() -> None:
    async with opened() as stage:
        stage.change(lambda host: lifecycle.probe(host, host.container("shop-db-1")))
        await timeline(stage)
        stage.change(lambda host: lifecycle.probe(host, host.container("shop-db-1")))
        await stage.until("6 probe events hidden: p")
        assert len(rows(stage)) == 4
        await stage.press("p")
        assert "with probes" in stage.lines[0]
        assert sum(row.startswith("exec_") for row in rows(stage)) == 6
        await stage.press("p")
        assert len(rows(stage)) == 4


async def test_exec_by_a_user_is_not_a_probe() -> None:
    async with opened() as stage:
        await timeline(stage)
        engine, name = stage.main.session.engine, "shop-db-1"
        exec_ = json.loads((await engine.request(Call("POST", f"/containers/{name}/exec", body={"Cmd": ["id"]}))).body)[
            "Id"
        ]
        await engine.request(Call("POST", f"/exec/{exec_}/start", body={"Detach": True}))
        await stage.until("exec_die")
        assert rows(stage)[-3:] == [f"{action} {name}" for action in ("exec_create", "exec_start", "exec_die")]


async def test_an_event_opens_whole_and_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    copied = clipboard(monkeypatch)
    async with opened() as stage:
        await timeline(stage)
        happen(stage, "kill", signal="15")
        await stage.until("5 events")
        await stage.press("enter")
        assert isinstance(stage.app.screen, EventScreen)
        await stage.until("timeNano")
        assert "signal SIGTERM" in stage.lines[0]
        await stage.press("y")
        assert json.loads(copied[0])["Actor"]["Attributes"]["signal"] == "15"
        await stage.press("escape")
        assert isinstance(stage.app.screen, EventsScreen)


async def test_selected_events_are_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    copied = clipboard(monkeypatch)
    async with opened(WIDE) as stage:
        await timeline(stage, "/")
        await stage.type("kind:container action:die odd")
        await stage.press("escape", "k", "c")
        assert copied[-1].startswith("2026-03-14T15:08:53.00000000")
        assert " container start " in copied[-1]
        await stage.press("space", "k", "k")
        assert "3 selected" in stage.lines[0]
        await stage.press("c")
        assert len(copied[-1].split("\n")) == 3
        await stage.press("y", *"json", "enter")
        assert [json.loads(line)["Action"] for line in copied[-1].split("\n")] == ["kill", "die", "start"]
        await stage.press("/")
        await stage.type("kind:container action:die")
        await stage.press("enter", "y", *"by", "space", *"docker", "enter")
        assert copied[-1].endswith("events --since 1 --filter type=container --filter event=die")
        await stage.press("3", "y", *"by", "space", *"curl", "enter")
        assert "/events?since=" in copied[-1]
        assert "filters=" in copied[-1]


async def test_follow_key_goes_to_the_object_of_an_event() -> None:
    async with opened() as stage:
        await timeline(stage, "f")
        assert stage.app.screen is stage.main
        assert stage.cursor == "shop-search-1"
        await timeline(stage)
        stage.change(lambda host: host.tell_pruned("builder", 5))
        await stage.until("reclaimed 5B")
        await stage.press("f")
        assert "there is no pane for a builder" in stage.footer


async def test_start_time_limits_the_list() -> None:
    async with opened() as stage:
        await timeline(stage, "@")
        await stage.type("40s..30s")
        await stage.press("enter")
        assert rows(stage) == ["start shop-search-1", "restart shop-search-1"]
        assert "40s..30s" in stage.lines[0]
        await stage.press("1")
        assert len(rows(stage)) == 4
        await stage.press("0")
        assert "last 1m" not in stage.lines[0]
        await stage.press("@")
        await stage.type("yesterday")
        await stage.press("enter")
        assert "'yesterday' is no time" in stage.footer


async def test_times_are_local_utc_or_relative() -> None:
    async with opened() as stage:
        await timeline(stage)
        assert "15:08:3" in stage.text
        await stage.press("t", "t")
        assert "times relative" in stage.lines[0]
        assert "-33.0s" in stage.text


async def test_saved_events_equal_the_engines_json(tmp_path: Path) -> None:
    path = tmp_path / "saved.jsonl"
    async with opened(WIDE) as stage:
        await timeline(stage, "ctrl+s", "ctrl+u")
        await stage.type(str(path))
        await stage.press("enter")
        await stage.until("4 events saved")
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        assert [line["Action"] for line in lines] == ["kill", "die", "start", "restart"]
        told = {one["timeNano"]: one for one in stage.change(lambda host: [one.json() for one in host.events.history])}
        assert all(line.items() <= told[line["timeNano"]].items() for line in lines)
        await stage.press("ctrl+s", "ctrl+u")
        await stage.type(str(path))
        await stage.press("enter")
        await stage.until("was not saved: File exists")


# when things go wrong


async def test_reconnection_leaves_a_mark() -> None:
    async with opened(WIDE) as stage:
        await timeline(stage)
        stage.engine.faults.refuse()
        await stage.until("✗ lost for")
        assert len(rows(stage)) == 4
        stage.change(lambda host: host.events.history.clear())
        stage.engine.faults.clear()
        await stage.press("escape", "ctrl+r", "e")
        await stage.until(lambda: stage.main.session.mirror.link.state is LinkState.LIVE and view(stage).list.live)
        await stage.until("events may be missing here")
        happen(stage, "start")
        await stage.until("start         shop-db-1")
        assert "missing" in stage.line("events may be")


async def test_refused_event_stream_shows_the_reason() -> None:
    async with opened(WIDE) as stage:
        stage.engine.faults.fail("GET /events", status=403, message="not for you")
        await stage.press("e")
        await stage.until("not for you")
        stage.check_frame()
        stage.engine.faults.clear()
        await stage.until("restart")


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_hostile_attributes_are_harmless(size: tuple[int, int]) -> None:
    async with opened(size, faults=Faults(hostile=True)) as stage:
        await stage.press("e")
        await stage.until(lambda: view(stage).list.live and view(stage).list.count >= 32)

        def attack(host: Any) -> None:
            for text in STRINGS.values():
                host.events.emit(text, text, text, {"name": text, text: text})
                host.tell(host.container("shop-db-1"), f"exec_create: {text}", execID=text)

        stage.change(attack)
        await stage.until("exec_create")
        for keys in ("g", "p", "F escape", "G enter", "escape", "right right", "y", "escape", "t"):
            await stage.press(*keys.split())
            stage.check_frame()


async def test_event_storm_leaves_keys_responsive() -> None:
    async with opened() as stage:
        stage.main.session.journal.max_events = 2000
        await timeline(stage)

        def storm(host: Any) -> None:
            for number in range(5000):
                host.tell(host.container("shop-db-1"), "exec_detach", execID=str(number))

        stage.change(storm)
        await stage.press("k", "k")
        await stage.until(lambda: view(stage).list.rows and view(stage).list.journal.dropped >= 3000)
        await stage.press("g")
        await stage.until("older events were dropped")
        assert len(view(stage).list.rows) <= 2001
        stage.check_frame()


# the tab of an object


async def events_tab(stage: Stage, name: str) -> None:
    await stage.goto(name)
    await stage.press("enter")
    stage.main.browsing.action_open_tab("events")
    await stage.settle()
    await stage.until(lambda: view(stage).list.live)


async def test_detail_shows_the_events_of_its_object() -> None:
    async with opened(WIDE) as stage:
        await events_tab(stage, "shop-search-1")
        await stage.until(lambda: view(stage).list.count == 4)
        assert "exit 143" in stage.detail_text
        assert [("container" in one.path, "mount" in one.path) for one in asked(stage)] == [
            (True, False),
            (False, True),
        ]
        happen(stage, "oom", "shop-db-1")
        happen(stage, "kill", "shop-search-1", signal="15")
        await stage.until(lambda: view(stage).list.count == 5)
        assert "oom" not in stage.detail_text


async def test_selecting_another_object_shows_its_events() -> None:
    async with opened(WIDE) as stage:
        await events_tab(stage, "shop-search-1")
        await stage.until(lambda: view(stage).list.count == 4)
        await stage.goto("shop-db-1")
        await stage.until(lambda: view(stage).list.live and view(stage).list.about[1] == stage.main.pane.item.id)  # type: ignore[index]
        await stage.until(lambda: sum(one.duration is None for one in asked(stage)) == 2)
        assert view(stage).list.count == 0
        await stage.until(
            lambda: "p for health probes" in stage.detail_text or "nothing has happened" in stage.detail_text
        )


async def test_network_events_appear_for_the_container_and_the_network() -> None:
    async with opened(WIDE) as stage:
        await events_tab(stage, "shop-db-1")

        def connect(host: Any, container: str) -> Any:
            network = next(iter(host.networks.values()))
            host.tell_network(network, "connect", container=container)
            return network.name

        network = stage.change(partial(connect, container=stage.main.pane.item.id))
        await stage.until("connect       network")
        stage.change(partial(connect, container="f" * 64))
        await stage.press("escape", "3")
        await events_tab(stage, network)
        await stage.until(lambda: view(stage).list.count == 2)
        assert "container shop-db-1" in stage.detail_text
        assert "container ffffffffffff" in stage.detail_text


async def test_left_tab_closes_its_stream() -> None:
    async with opened(WIDE) as stage:
        await events_tab(stage, "shop-search-1")
        assert sum(one.duration is None for one in asked(stage)) == 2
        stage.main.browsing.action_open_tab("inspect")
        await stage.until(lambda: all(one.duration is not None for one in asked(stage)))


async def test_tab_left_and_reopened_at_once_continues() -> None:
    async with opened(WIDE) as stage:
        await events_tab(stage, "shop-search-1")
        await stage.burst("]", "[")
        assert stage.main.detail.kind.id == "events"
        happen(stage, "oom", "shop-search-1")
        await stage.until(lambda: view(stage).list.live and view(stage).list.count == 5)
        assert sum(one.duration is None for one in asked(stage)) == 2


@pytest.mark.parametrize(("pane", "name"), [("2", "shop/"), ("4", "shop")])
async def test_images_and_volumes_have_an_events_tab(pane: str, name: str) -> None:
    async with opened(WIDE) as stage:
        await stage.press(pane)
        await events_tab(stage, next(one for one in stage.shown if name in one))
        await stage.until("nothing has happened")
        assert len(asked(stage)) == 1
