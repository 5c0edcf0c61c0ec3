"""Recreating a container from the screen: the question, the way back, and what a later session finds."""

from __future__ import annotations

import pytest

from dockertui.demo import lifecycle
from dockertui.demo.host import Host
from dockertui.operations import exchanging
from dockertui.operations.jobs import Job, State
from dockertui.screens.base import confirm
from dockertui.screens.base.confirm import ConfirmScreen
from dockertui.screens.base.form import FormScreen
from tests.demo import DemoEngine
from tests.ui.stage import WIDE, Clock, Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchanging, "WATCHED", 0.1)
    monkeypatch.setattr(exchanging, "RELEASED", 0.1)


async def to_the_question(stage: Stage, name: str) -> None:
    await stage.goto(name)
    await stage.main.runner.action_run_command("container.recreate")
    await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
    await stage.press("ctrl+s")
    await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))


async def test_the_question_says_what_is_done_and_whose_it_is() -> None:
    async with opened(WIDE) as stage:
        await to_the_question(stage, "shop-api-1")
        assert "what it wrote outside of volumes is lost" in stage.text
        assert "put back as it was" in stage.text
        assert "part of the Compose project shop" in stage.text
        stage.check_frame()
        await stage.press("n")


async def test_failed_recreate_is_rolled_back_and_reported() -> None:
    async with opened(WIDE) as stage:
        before = stage.engine.host.container("net-debug").id
        stage.engine.faults.fail("POST /containers/[^/]+/start", message="no such program")
        await to_the_question(stage, "net-debug")
        await stage.press("y")
        await stage.until(lambda: stage.main.runner.jobs.newest_first and not stage.main.runner.jobs.running)
        (job,) = stage.main.runner.jobs.newest_first
        assert job.state is State.FAILED
        assert "no such program" in job.said
        assert "could not be put back" in job.said, "starting the old one fails, too"
        assert stage.engine.host.container("net-debug").id == before
        stage.engine.faults.clear()


async def test_start_of_the_old_container_is_retried_until_its_port_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """Podman lets go of a port a moment after the new one, which did not start, is removed."""
    monkeypatch.setattr(exchanging, "RELEASED", 600.0)
    async with opened(WIDE) as stage:

        def refusals() -> int:
            return sum(one.path.endswith("/start") and one.status >= 400 for one in stage.app.trace)

        stage.engine.faults.fail("POST /containers/[^/]+/start", message="address already in use")
        await to_the_question(stage, "net-debug")
        await stage.press("y")
        await stage.until(lambda: refusals() > 1)
        stage.engine.faults.clear()
        await stage.until(lambda: stage.main.runner.jobs.newest_first and not stage.main.runner.jobs.running)
        (job,) = stage.main.runner.jobs.newest_first
        assert job.state is State.FAILED
        assert "net-debug runs again as it was" in job.said


def leave_half_done(host: Host) -> None:
    lifecycle.rename(host, host.container("backup"), "backup.dockertui-old-stopped")


async def test_later_session_reports_and_undoes_a_half_done_recreate() -> None:
    clock = Clock()
    with DemoEngine(clock=clock) as engine:
        async with opened(WIDE, engine=engine, clock=clock) as first:
            first.change(leave_half_done)
        async with opened(WIDE, engine=engine, clock=clock) as stage:
            await stage.until("a recreate of backup was left half done")
            await stage.goto("backup.dockertui-old-stopped")
            await stage.press("full_stop")
            await stage.until("Undo the recreate that was left half done")
            await stage.press("escape")
            await stage.main.runner.action_run_command("container.recreate_undo")
            await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
            assert "renaming backup.dockertui-old-stopped to backup" in stage.text
            await stage.press("y")
            await stage.until(lambda: stage.main.runner.jobs.newest_first and not stage.main.runner.jobs.running)
            (job,) = stage.main.runner.jobs.newest_first
            assert job.state is State.DONE, job.said
            assert engine.host.container("backup").name == "backup"


async def test_quitting_says_that_it_is_under_way_and_puts_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchanging, "WATCHED", 3600.0)
    async with opened(WIDE) as stage:
        exits: list[object] = []
        monkeypatch.setattr(stage.app, "exit", lambda *args: exits.append(args))
        before = stage.engine.host.container("net-debug").id
        await to_the_question(stage, "net-debug")
        await stage.press("y")
        await stage.until(lambda: stage.engine.host.names.get("net-debug", before) != before)
        await stage.press("ctrl+q")
        await stage.until("will be put back as it was; if not, the next session offers that")
        assert "waiting for net-debug" in stage.text
        await stage.press("y")
        await stage.until(lambda: exits)
        assert stage.engine.host.container("net-debug").id == before
        assert stage.engine.host.container("net-debug").state == "running"
        assert not [name for name in stage.engine.host.names if "dockertui-" in name]


async def test_menus_offer_undo_only_for_half_done_recreates() -> None:
    async with opened(WIDE) as stage:
        await stage.goto("backup")
        await stage.press("full_stop")
        assert "left half done" not in stage.text


async def _fails_to_start(stage: Stage) -> Job:
    stage.engine.faults.fail("POST /containers/[^/]+/start", message="no such program")
    await stage.goto("net-debug")
    await stage.main.runner.action_run_command("container.run_like")
    await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
    await stage.press("ctrl+s")
    await stage.until(lambda: stage.main.runner.jobs.newest_first and not stage.main.runner.jobs.running)
    (job,) = stage.main.runner.jobs.newest_first
    return job


async def test_a_run_that_does_not_start_leaves_nothing_and_can_be_sent_again() -> None:
    async with opened(WIDE) as stage:
        before = len(stage.engine.host.containers)
        job = await _fails_to_start(stage)
        assert "no such program" in job.said
        assert "created" not in job.said
        assert len(stage.engine.host.containers) == before
        stage.engine.faults.clear()
        await stage.press("ctrl+s")
        await stage.until(lambda: stage.main.runner.jobs.newest_first[0].state is State.DONE)


async def test_a_run_that_does_not_start_says_what_it_left() -> None:
    async with opened(WIDE) as stage:
        stage.engine.faults.fail("DELETE /containers/", message="busy")
        job = await _fails_to_start(stage)
        assert "was created and not started" in job.said
        stage.engine.faults.clear()


async def test_a_form_that_stood_for_long_counts_for_the_container_as_it_is_by_now() -> None:
    async with opened(WIDE) as stage:
        await stage.goto("shop-web-1")
        await stage.main.runner.action_run_command("container.recreate")
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
        stage.change(lambda host: lifecycle.die(host, host.container("shop-web-1"), 0, ending="stopped"))
        await stage.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        assert "not started, since this one does not run" in stage.text


@pytest.mark.parametrize(("id", "said"), [("rename", "is called other by now"), ("remove", "No such container")])
async def test_a_container_that_is_not_there_any_more_is_not_recreated(id: str, said: str) -> None:
    changes = {
        "rename": lambda host: lifecycle.rename(host, host.container("net-debug"), "other"),
        "remove": lambda host: lifecycle.remove(host, host.container("net-debug"), "net-debug", force=True),
    }
    async with opened(WIDE) as stage:
        await stage.goto("net-debug")
        await stage.main.runner.action_run_command("container.recreate")
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
        form = stage.app.screen
        stage.change(changes[id])
        await stage.press("ctrl+s")
        await stage.until(said)
        assert stage.app.screen is form
        assert not stage.main.runner.jobs.newest_first


async def test_keys_typed_while_the_engine_was_asked_do_not_answer_the_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(confirm, "QUIET", 3600.0)
    async with opened(WIDE) as stage:
        await to_the_question(stage, "net-debug")
        await stage.press("y")
        assert isinstance(stage.app.screen, ConfirmScreen)
        assert not stage.main.runner.jobs.newest_first


async def test_what_changes_is_seen_beneath_the_form_and_its_question() -> None:
    async with opened(WIDE) as stage:
        stage.change(lambda host: lifecycle.rename(host, host.container("backup"), "aaa-first"))
        await stage.until("aaa-first")
        await to_the_question(stage, "shop-api-1")
        stage.change(lambda host: lifecycle.rename(host, host.container("aaa-first"), "aaa-second"))
        await stage.until("aaa-second")
        assert isinstance(stage.app.screen, ConfirmScreen)
        assert "Recreate shop-api-1 with changes?" in stage.text
        await stage.press("n")
