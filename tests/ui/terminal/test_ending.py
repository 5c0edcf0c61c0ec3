"""What becomes of the screen when a session ends, and what is said while one begins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dockertui.screens.base.confirm import ConfirmScreen
from dockertui.screens.terminal.pane import TerminalPane
from dockertui.terminal.session import TerminalSession
from dockertui.widgets import keys
from tests.demo import DemoEngine
from tests.ui.stage import NARROW, Clock, Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")
LEADER = "ctrl+right_square_bracket"


@pytest.fixture
def host() -> Iterator[DemoEngine]:
    with DemoEngine(clock=Clock()) as engine:
        yield engine


async def shell(stage: Stage, name: str = "shop-web-2") -> tuple[TerminalPane, TerminalSession]:
    """Open a shell from the list."""
    await stage.goto(name)
    await stage.press("x")
    await stage.until("root@")
    pane = stage.main.terminals.pane
    assert pane is not None
    assert pane.session is not None
    return pane, pane.session


def was_used(session: TerminalSession) -> None:
    """Make a session as old as one that somebody worked in."""
    session._began -= 60


def in_list(stage: Stage) -> bool:
    return stage.main.focused is stage.main.pane.table and not stage.main.has_class("-terminal")


@pytest.mark.parametrize("code", [0, 130])
async def test_a_used_shell_goes_back_to_the_list_whatever_its_code(code: int, host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        pane, session = await shell(stage)
        was_used(session)
        await stage.type(f"exit {code}")
        await stage.press("enter")
        await stage.until(f"shell in shop-web-2 ended with {code}")
        await stage.until(lambda: in_list(stage))
        assert stage.cursor == "shop-web-2"
        assert pane.sessions == []


async def test_a_shell_that_ends_at_once_stays_and_two_keys_close_it(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        for key in ("escape", "q"):
            pane, session = await shell(stage)
            session._began += 3600  # however slow the machine is
            await stage.type("exit 3")
            await stage.press("enter")
            await stage.until("shell in shop-web-2 ended with 3 · esc close")
            assert pane.sessions == [session]
            await stage.press(key)
            await stage.until(lambda: in_list(stage))
            assert pane.sessions == []
            assert not isinstance(stage.app.screen, ConfirmScreen)


async def test_what_is_read_back_stays_when_its_shell_ends(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        pane, session = await shell(stage)
        was_used(session)
        await stage.type("sleep 1; exit 4")
        await stage.press("enter", LEADER, "[")
        await stage.until(lambda: pane.view.history.open and not session.live)
        await stage.until("ended with 4")
        assert pane.sessions == [session]
        await stage.press("q")
        assert not pane.view.history.open
        assert pane.sessions == [session], "the key has left the scrollback"
        await stage.press("q")
        await stage.until(lambda: in_list(stage))


async def test_a_shell_opened_from_another_goes_back_to_that(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        pane, first = await shell(stage)
        await stage.press(LEADER, "c")
        await stage.until(lambda: len(pane.live) == 2 and pane.session is not first)
        second = pane.session
        assert second is not None
        await stage.until(lambda: "root@" in stage.text)
        was_used(second)
        await stage.type("exit")
        await stage.press("enter")
        await stage.until(lambda: pane.sessions == [first])
        await stage.until(lambda: pane.session is first and pane.view.has_focus)
        assert first.live


async def test_a_split_with_one_session_opens_a_second(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        pane, first = await shell(stage)
        await stage.press(LEADER, "s")
        await stage.until(lambda: len(pane.live) == 2)
        await stage.until(lambda: pane.view.has_focus and pane.session is not first)
        assert pane.split
        assert pane.other.session is first
        second = pane.session
        assert second is not None
        await stage.until(lambda: second.state.name == "RUNNING")
        was_used(second)
        await stage.type("exit")
        await stage.press("enter")
        await stage.until(lambda: pane.sessions == [first] and not pane.split)
        await stage.until(lambda: pane.session is first and pane.view.has_focus)


@pytest.mark.parametrize(("key", "said"), [("x", "opening a shell in shop-web-2…"), ("a", "attaching to shop-web-2…")])
async def test_a_session_that_takes_long_to_begin_says_so(key: str, said: str, host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.goto("shop-web-2")
        host.faults.hang(r"/exec|/attach|containers/\w+/json")
        await stage.press(key)
        await stage.until(said)
        host.faults.clear()
        await stage.until_gone(said)
        await stage.until(lambda: stage.main.terminals.live)


@pytest.mark.parametrize("used", [True, False], ids=["goes-back", "stays"])
async def test_keys_typed_for_a_shell_that_is_gone_do_nothing(
    used: bool, host: DemoEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six times `q` for a pager in the container: the container ended, and the last `q` quit the program."""
    async with opened(NARROW, engine=host) as stage:
        _, session = await shell(stage)
        session._began += 0 if used else 3600
        if used:
            was_used(session)
        monkeypatch.setattr(keys, "QUIET", 3600.0)
        await stage.type("exit 3")
        await stage.press("enter")
        await stage.until("shell in shop-web-2 ended with 3")
        await stage.press("q", "q", "ctrl+d", "d")
        assert stage.app.is_running
        assert not isinstance(stage.app.screen, ConfirmScreen)
        assert in_list(stage) is used
        monkeypatch.setattr(keys, "QUIET", 0.0)
        await stage.press("escape")
        await stage.until(lambda: in_list(stage))
