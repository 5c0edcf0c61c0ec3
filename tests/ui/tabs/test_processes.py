"""The Processes tab as a user meets it, on the demo Engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dockertui.demo import lifecycle, processes
from dockertui.screens.base.confirm import ConfirmScreen
from dockertui.screens.base.form import FormScreen
from tests.demo import DemoEngine, Faults
from tests.demo.hostile import STRINGS
from tests.ui.stage import NARROW, QUICK, WIDE, Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")

TOP = r"/containers/[^/]+/top"


def grown(name: str, **changes: Any) -> Callable[[Any], None]:
    """A container with another temper."""

    def change(host: Any) -> None:
        container = host.container(name)
        container.temper = replace(container.temper, **changes)

    return change


async def look(stage: Stage, name: str = "shop-db-1", until: str = "PIDs of the host") -> None:
    await stage.goto(name)
    await stage.press("P")
    await stage.until(until)


def commands(stage: Stage) -> list[str]:
    """What stands in the last column, from the top."""
    lines = stage.detail_text.splitlines()
    head = next(line for line in lines if "COMMAND" in line)
    rows = lines[lines.index(head) + 1 :]
    return [row[head.index("COMMAND") :].rstrip() for row in rows if row[head.index("COMMAND") :].strip()]


async def test_tree_shows_the_usage_of_each_process() -> None:
    async with opened(WIDE, settings=QUICK) as stage:
        await look(stage)
        assert commands(stage) == [
            "▾ postgres",
            "├─ postgres: checkpointer",
            "├─ postgres: background writer",
            "├─ postgres: walwriter",
            "└─ postgres: shop shop 172.19.0.3(51022)…",
        ]
        assert "5 processes · 5 threads" in stage.detail_text
        assert stage.line("▾ postgres").split("▏")[-1].split()[2:4] == ["999", "-"], "no share of one sample"
        stage.clock.advance(2)
        await stage.until(lambda: "%" in stage.line("walwriter").split("▏")[-1])
        assert stage.engine.defects == []


async def test_the_keys_fold_sort_and_keep_the_cursor() -> None:
    async with opened(WIDE, settings=QUICK) as stage:
        await look(stage)
        await stage.press("j", "j", "h")
        tab = stage.tab("processes")
        assert tab.cursor_item.process.command == "postgres"
        await stage.press("enter")
        assert commands(stage) == ["▸ (+4) postgres"]
        await stage.press("l", "G")
        assert tab.cursor_item.process.command.startswith("postgres: shop")
        key = tab.cursor_key
        stage.clock.advance(2)
        await stage.until(lambda: all(live.cpu is not None for live in tab.objects.values()))
        await stage.press("o")
        assert tab.cursor_key == key
        shares = [tab._branches[row].item.cpu for row in range(5)]
        assert shares == sorted(shares, reverse=True)
        await stage.press("o")
        memory = [tab._branches[row].item.process.memory for row in range(5)]
        assert memory == sorted(memory, reverse=True)
        assert "by memory" in stage.detail_text
        await stage.press("o", "o")
        assert tab.is_tree
        assert tab.cursor_key == key


async def test_search_opens_what_hides_a_match() -> None:
    async with opened(WIDE) as stage:
        await look(stage)
        await stage.press("enter", "/")
        await stage.type("WRITER")
        await stage.press("enter")
        tab = stage.tab("processes")
        assert tab.cursor_item.process.command == "postgres: background writer "[:-1]
        await stage.press("n")
        assert tab.cursor_item.process.command == "postgres: walwriter"
        await stage.press("n", "N")
        assert tab.cursor_item.process.command == "postgres: walwriter"


async def test_requests_are_sent_only_while_the_tab_is_shown() -> None:
    async with opened(settings=QUICK) as stage:
        await look(stage)
        for leaving, coming in (("i", "P"), ("escape", "P"), ("question_mark", "escape")):
            await stage.press(leaving)
            await stage.until(lambda: "PIDs of the host" not in stage.text)
            await stage.pilot.pause(0.3)
            asked = len(stage.engine.requests_to(TOP))
            await stage.pilot.pause(0.7)
            assert len(stage.engine.requests_to(TOP)) == asked, f"after {leaving}"
            await stage.press(coming)
            await stage.until("PIDs of the host")
            stage.engine.forget_requests()
            await stage.until(lambda: len(stage.engine.requests_to(TOP)) > 1)


async def test_stopped_container_and_other_kinds_have_no_processes() -> None:
    async with opened(WIDE) as stage:
        await look(stage, "eager_lamarr", "eager_lamarr is exited: no process of it runs")
        assert not stage.engine.requests_to(TOP)
        await stage.press("escape", "2", "P")
        await stage.until("only containers have processes")


async def test_a_container_that_stops_and_starts_again() -> None:
    async with opened(WIDE, settings=QUICK) as stage:
        await look(stage)
        stage.change(lambda host: lifecycle.kill(host, host.container("shop-db-1"), "shop-db-1"))
        await stage.until("shop-db-1 is exited: no process of it runs")
        stage.change(lambda host: lifecycle.start(host, host.container("shop-db-1")))
        await stage.until("├─ postgres: checkpointer")


async def test_a_container_removed_while_it_is_looked_at() -> None:
    async with opened(WIDE, settings=QUICK) as stage:
        await look(stage)
        stage.change(lambda host: lifecycle.remove(host, host.container("shop-db-1"), "shop-db-1", force=True))
        await stage.until("is gone")
        stage.check_frame()


async def test_a_paused_container_is_asked_once() -> None:
    async with opened(WIDE, settings=QUICK) as stage:
        await look(stage)
        stage.change(lambda host: lifecycle.pause(host, host.container("shop-db-1")))
        await stage.until("paused: nothing of it runs until it is unpaused")
        assert "5 processes" in stage.detail_text
        await stage.until(lambda: stage.tab("processes")._asking.done())
        asked = len(stage.engine.requests_to(TOP))
        await stage.pilot.pause(0.7)
        assert len(stage.engine.requests_to(TOP)) == asked
        await stage.press("j", "K")
        await stage.until("paused: unpause it first")


async def test_lost_engine_keeps_the_last_list() -> None:
    async with opened(WIDE, settings=QUICK) as stage:
        await look(stage)
        stage.engine.faults.refuse()
        await stage.until("the Engine is not reached · as it was last seen")
        assert "└─ postgres: shop shop" in stage.detail_text
        stage.engine.faults.accept()
        await stage.until("PIDs of the host")


async def test_an_engine_that_refuses_says_why() -> None:
    async with opened(WIDE, settings=QUICK) as stage:
        stage.engine.faults.fail(TOP, status=403, message="authorization denied by plugin")
        await look(stage, until="authorization denied by plugin")
        stage.engine.faults.clear()
        await stage.until("PIDs of the host")


@pytest.mark.parametrize(("lacking", "tries"), [(["cuu"], 1), (["etimes"], 2), (["etimes", "etime"], 3)])
async def test_an_engine_whose_ps_knows_fewer_columns(
    monkeypatch: pytest.MonkeyPatch, lacking: list[str], tries: int
) -> None:
    for column in lacking:
        monkeypatch.delitem(processes._COLUMNS, column)
    async with opened(WIDE, settings=QUICK) as stage:
        await look(stage)
        assert commands(stage)[0] == "▾ postgres"
        await stage.until(lambda: len(stage.engine.requests_to(TOP)) > tries + 3)
        assert len([one for one in stage.app.trace if "/top" in one.path and one.error]) == tries
        if "etime" not in lacking:
            stage.clock.advance(12)
            await stage.until(lambda: "%" in stage.line("walwriter").split("▏")[-1])


async def test_hostile_arguments() -> None:
    texts = [*STRINGS.values(), "\x1b]52;c;ZXZpbA==\x07 sh", "x" * 100_000, "a\nb\r\nc", "[bold]no markup[/]", ""]
    faults = Faults()
    async with opened(NARROW, faults=faults, settings=QUICK) as stage:
        stage.change(grown("shop-db-1", processes=tuple((text[:40], text) for text in texts)))
        await look(stage)
        for key in ("G", "right", "right", "o", "z", "g", "y"):
            await stage.press(key)
            stage.check_frame()
        assert "[bold]no markup[/]" in "\n".join(
            live.process.command for live in stage.tab("processes").objects.values()
        )


async def test_long_command_can_be_scrolled_to_its_end() -> None:
    async with opened(NARROW) as stage:
        stage.change(grown("net-debug", processes=(("root", "run " + "-" * 200 + " THE-END"),)))
        await look(stage, "net-debug")
        assert "THE-END" not in stage.text
        await stage.press(*["right"] * 20)
        assert "THE-END" in stage.text
        await stage.press(*["left"] * 20)
        assert "run ---" in stage.text


async def test_five_thousand_processes() -> None:
    async with opened(NARROW, settings=QUICK) as stage:
        many = tuple(("root", f"worker {number:04d}") for number in range(5000))
        stage.change(grown("shop-db-1", processes=many))
        await look(stage, until="5000 processes")
        await stage.press("G")
        await stage.until("worker 4999")
        await stage.press("enter", "g", "enter")
        await stage.until("▸ (+4999) worker 0000")


async def test_copying() -> None:
    async with opened(WIDE) as stage:
        await look(stage)
        await stage.press("j", "y")
        await stage.until("command copied")
        assert stage.app.clipboard == "postgres: checkpointer"
        await stage.press("Y")
        await stage.until("PID copied")
        assert stage.app.clipboard == str(stage.tab("processes").cursor_item.process.pid)


# signals


async def ask(stage: Stage) -> None:
    """From the key to the question, past a form that shows what will be done."""
    await stage.press("K")
    await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
    form = stage.app.screen
    assert isinstance(form, FormScreen)
    assert "…" not in form._lines({"signal": "TERM"}, False)[0]
    await stage.press("ctrl+s")
    await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))


async def test_a_signal_to_one_process() -> None:
    async with opened(WIDE, settings=QUICK) as stage:
        await look(stage)
        await stage.press("j", "j")
        pid = stage.tab("processes").cursor_item.process.pid
        await ask(stage)
        assert f"signal TERM to process {pid}: postgres: background writer" in stage.text
        assert "inside the container it is process 8" in stage.text
        await stage.press("c")  # the equivalent commands
        assert "kill -TERM 8" in stage.text
        await stage.press("y")
        await stage.until(f"shop-db-1 signalled: process {pid}")
        await stage.until(lambda: "background writer" not in stage.detail_text)
        sent = [one for one in stage.app.trace if "/exec" in one.path and one.cause == "container.signal"]
        assert any(one.path.endswith("/start") for one in sent)
        assert "kill -TERM 8" in " ".join(sent[-1].docker)


async def test_a_signal_to_the_first_process_needs_no_shell() -> None:
    async with opened(WIDE, settings=QUICK) as stage:
        await look(stage)
        await ask(stage)
        assert "it is the container's first process" in stage.text
        await stage.press("y")
        await stage.until("shop-db-1 is exited")
        assert stage.engine.requests_to(r"POST .*/kill\?signal=TERM")
        assert not stage.engine.requests_to(r"POST .*/exec")


async def test_menu_entry_asks_which_process(host: DemoEngine) -> None:
    async with opened(WIDE, settings=QUICK, engine=host) as stage:
        await stage.goto("shop-db-1")
        await stage.press(".")
        await stage.type("one of its")
        await stage.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
        assert "postgres ›" in stage.line("Process *")
        await stage.press("right", "right", "right")
        assert "postgres: walwriter" in stage.line("Process *")
        assert "-TERM" in stage.text
        await stage.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        assert "Signal a process of shop-db-1?" in stage.text
        assert ": postgres: walwriter" in stage.text
        await stage.press("c")
        assert "kill -TERM 9" in stage.text


async def test_declining_sends_no_signal() -> None:
    async with opened(WIDE, settings=QUICK) as stage:
        await look(stage)
        await ask(stage)
        await stage.press("enter")
        assert not stage.engine.requests_to(r"POST .*/kill")


async def test_a_container_without_a_shell() -> None:
    async with opened(WIDE, settings=QUICK) as stage:
        await look(stage)
        stage.engine.faults.fail(r"POST /exec/[^/]+/start", status=400, message="exec: sh: not found in $PATH")
        pid = stage.tab("processes").cursor_item.process.pid + 7
        await stage.press("j", "K")
        await stage.until("the container has no shell")
        assert f"on the Engine's host, kill -s SIGNAL {pid} does it" in stage.footer


async def test_process_that_ended_before_the_signal_is_reported() -> None:
    async with opened(WIDE, settings=QUICK) as stage:
        await look(stage)
        await stage.press("j", "j")
        await ask(stage)
        stage.change(lambda host: host.container("shop-db-1").ended.add(2))
        await stage.press("y")
        await stage.until("has ended")


async def test_read_only() -> None:
    async with opened(WIDE, read_only=True) as stage:
        await look(stage)
        await stage.press("K")
        await stage.until("read only")
        assert not isinstance(stage.app.screen, FormScreen)


async def test_marked_containers_are_not_signalled(host: DemoEngine) -> None:
    async with opened(WIDE, settings=QUICK) as stage:
        await stage.press("space", "space")
        await look(stage)
        await ask(stage)
        assert " shop-db-1?" in stage.text
