"""The demo Engine does what its menus offer: the commands that move files, images and the like, from the screen.

Together with `test_commands.py` every command of the catalogue is run on the demo Engine, and none of what it sends
finds that there is no such page there.
"""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command
from dockertui.operations.commands import COMMANDS
from dockertui.operations.jobs import State
from dockertui.operations.reports import BODIES as REPORTS
from dockertui.resources.registry import BY_KIND
from tests.demo import DemoEngine
from tests.ui.stage import WIDE, Clock, Stage, opened
from tests.ui.test_commands import DOINGS, PANES, Doing, begin, go_through

pytestmark = pytest.mark.usefixtures("frozen")

FURTHER: Mapping[str, Doing] = {
    "container.wait": Doing("backup"),
    "container.commit": Doing("net-debug", {"reference": "debugged:1"}),
    "container.copy_out": Doing("net-debug", {"path": "/etc/passwd", "folder": "{tmp}"}),
    "container.copy_in": Doing("net-debug", {"source": "{tmp}/mine", "path": "/tmp"}),
    "container.export": Doing("net-debug", {"file": "{tmp}/new.tar"}),
    "image.push": Doing("haproxy:2.9"),
    "image.untag": Doing("nginx:1.27-alpine"),
    "image.save": Doing("busybox:latest", {"file": "{tmp}/new.tar"}),
    "image.load": Doing("", {"file": "{tmp}/saved.tar"}),
    "image.import": Doing("", {"file": "{tmp}/root.tar", "reference": "imported:1"}),
    "system.prune": Doing(),
}
ELSEWHERE = {
    "image.build": "test_build.py",
    "registry.logout": "test_login.py: it asks the Engine nothing",
    "container.recreate_finish": "test_recreate.py",
    "container.recreate_undo": "test_recreate.py",
}
PLAIN = [command.id for command in COMMANDS if command.id not in {*DOINGS, *FURTHER, *ELSEWHERE, *REPORTS}]
"""Commands that need nothing but an object to which they apply: they are done to the first."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with what the commands read."""
    (tmp_path / "mine").write_text("mine\n")
    with tarfile.open(tmp_path / "root.tar", "w") as tar:
        tar.add(tmp_path / "mine", "etc/mine")
    return tmp_path


async def run(stage: Stage, id: str, doing: Doing, folder: Path) -> None:
    """Give a command from the screen, and wait until it is done."""
    command = BY_ID[id]
    assert isinstance(command, Command)
    target = doing.target
    if command.id in PLAIN:
        resource = BY_KIND[command.kind]
        await stage.main.arrangement.action_goto_pane(PANES[command.kind])
        await stage.until(lambda: stage.main.session.mirror.loaded(command.kind))
        target = next(
            resource.name(item) for item in stage.main.pane.table.objects.values() if not command.applies(item)
        )
    await begin(stage, command, target)
    await go_through(stage, command, {name: text.replace("{tmp}", str(folder)) for name, text in doing.typed.items()})
    job = stage.main.runner.jobs.newest_first[0]
    assert job.state is State.DONE, job.said


@pytest.mark.parametrize("id", [*FURTHER, *PLAIN])
async def test_a_command_runs_on_the_demo_engine(id: str, folder: Path) -> None:
    async with opened(WIDE) as stage:
        if id == "image.load":
            await run(stage, "image.save", Doing("busybox:latest", {"file": "{tmp}/saved.tar"}), folder)
        await run(stage, id, FURTHER.get(id, Doing()), folder)
        statuses = [request.status for request in stage.app.trace if request.cause == id]
        assert statuses
        assert all(status is not None and status < 400 for status in statuses), statuses
        stage.check_frame()


async def test_what_is_saved_comes_back(folder: Path) -> None:
    engine = DemoEngine(clock=Clock())
    with engine:
        async with opened(WIDE, engine=engine) as stage:
            await run(stage, "image.save", Doing("hello-world:latest", {"file": "{tmp}/saved.tar"}), folder)
            await run(stage, "image.remove", Doing("hello-world:latest"), folder)
            assert not engine.run(
                lambda host: [one for one in host.images.values() if "hello-world:latest" in one.tags]
            )
            await run(stage, "image.load", Doing("", {"file": "{tmp}/saved.tar"}), folder)
            await stage.until("hello-world")


def test_every_command_is_run_on_the_demo_engine() -> None:
    assert {*DOINGS, *FURTHER, *ELSEWHERE, *REPORTS} <= BY_ID.keys()
    for command in (BY_ID[id] for id in PLAIN):
        assert isinstance(command, Command)
        assert command.on_object, f"{command.id} makes something: say in DOINGS what is to be typed"
        assert not command.ask, f"{command.id} has a form: say in DOINGS what is to be typed"


async def test_a_shell_that_a_container_runs_answers_who_attaches() -> None:
    async with opened(WIDE) as stage:
        await stage.goto("devbox")
        await stage.press("a")
        await stage.until("devbox")
        await stage.settle()
        await stage.type("whoami")
        await stage.press("enter")
        await stage.until("root@")
