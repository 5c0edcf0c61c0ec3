"""Every command is given from the screen, and done by the demo Engine: its key or menu, its form, its question."""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command
from dockertui.operations.commands import COMMANDS
from dockertui.operations.jobs import State
from dockertui.operations.reports import BODIES as REPORTS
from dockertui.resources.registry import BY_KIND
from tests.demo import DemoEngine
from tests.ui.commands.test_commands import PANES, begin, go_through
from tests.ui.stage import WIDE, Clock, Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")


@dataclass(frozen=True)
class Doing:
    """The object to do a command to, and what to type into which field in place of what stands there."""

    target: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)


DOINGS: Mapping[str, Doing] = {
    "container.stop": Doing("net-debug"),
    "container.start": Doing("backup"),
    "container.restart": Doing("net-debug"),
    "container.pause": Doing("net-debug"),
    "container.unpause": Doing("monitoring-cadvisor-1"),
    "container.kill": Doing("net-debug"),
    "container.signal": Doing("net-debug"),
    "container.remove": Doing("net-debug"),
    "container.rename": Doing("net-debug", {"name": "net-debug-2"}),
    "container.update": Doing("net-debug", {"memory": "64m", "restart": "always"}),
    "container.prune": Doing(),
    "container.run": Doing("", {"image": "busybox:latest", "command": "sleep 1d", "ports": "8088:80"}),
    "container.run_like": Doing("net-debug"),
    "container.recreate": Doing("net-debug", {"env": "A='b c'"}),
    "image.pull": Doing("", {"reference": "alpine:2"}),
    "image.remove": Doing("hello-world:latest"),
    "image.tag": Doing("haproxy:2.9", {"reference": "haproxy:mine"}),
    "image.prune": Doing(),
    "registry.login": Doing("", {"registry": "quay.io", "user": "ann", "password": "open sesame"}),
    "network.create": Doing("", {"name": "net7", "subnet": "10.99.0.0/16"}),
    "network.remove": Doing("edge"),
    "network.connect": Doing("edge", {"container": "registry"}),
    "network.disconnect": Doing("bridge", {"container": "registry"}),
    "network.prune": Doing(),
    "volume.create": Doing("", {"name": "fresh"}),
    "volume.remove": Doing("scratch"),
    "volume.prune": Doing(),
    "volume.prune_all": Doing(),
    "container.wait": Doing("backup"),
    "container.commit": Doing("net-debug", {"reference": "debugged:1"}),
    "container.copy_out": Doing("net-debug", {"path": "/etc/passwd", "folder": "{tmp}"}),
    "container.copy_in": Doing("net-debug", {"source": "{tmp}/mine", "path": "/tmp"}),
    "container.export": Doing("net-debug", {"file": "{tmp}/new.tar"}),
    "image.push": Doing("haproxy:2.9"),
    "image.untag": Doing("nginx:1.27-alpine"),
    "image.save": Doing("busybox:latest", {"file": "{tmp}/new.tar"}),
    "image.import": Doing("", {"file": "{tmp}/root.tar", "reference": "imported:1"}),
    "system.prune": Doing(),
}
"""Commands that need a certain object or something typed."""
ELSEWHERE = {
    "image.build": "test_build.py",
    "image.load": "test_what_is_saved_comes_back",
    "registry.logout": "test_login.py: it asks the Engine nothing",
    "container.recreate_finish": "test_recreate.py",
    "container.recreate_undo": "test_recreate.py",
}
PLAIN = [command.id for command in COMMANDS if command.id not in {*DOINGS, *ELSEWHERE, *REPORTS}]
"""Commands that need nothing but an object to which they apply: they are done to the first."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with what the commands read."""
    (tmp_path / "mine").write_text("mine\n")
    with tarfile.open(tmp_path / "root.tar", "w") as tar:
        tar.add(tmp_path / "mine", "etc/mine")
    return tmp_path


async def run(stage: Stage, id: str, doing: Doing, folder: Path) -> None:
    """Give a command from the screen, wait until it is done, and check that it sent what it showed."""
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
    known = len(stage.main.runner.jobs.newest_first)
    await begin(stage, command, target)
    await go_through(stage, command, {name: text.replace("{tmp}", str(folder)) for name, text in doing.typed.items()})
    job, *earlier = stage.main.runner.jobs.newest_first
    assert len(earlier) == known
    assert job.state is State.DONE, job.said
    requests = [request for request in stage.app.trace if request.cause == id]
    assert requests
    assert all(request.status < 400 for request in requests), [request.status for request in requests]
    sent = [request for request in requests if request.method != "GET"]
    assert len(sent) == len([call for call in job.task.plan.calls if call.method != "GET"])
    assert all(request.docker == job.task.plan.docker for request in sent)
    told = stage.text if stage.main.messages.notice.display else stage.footer  # a long one has lines of its own
    assert command.done in told or job.said in told
    stage.check_frame()


@pytest.mark.parametrize("id", [*DOINGS, *PLAIN])
async def test_a_command_runs_from_the_screen(id: str, folder: Path) -> None:
    async with opened() as stage:
        await run(stage, id, DOINGS.get(id, Doing()), folder)


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
    gone = {*DOINGS, *ELSEWHERE} - BY_ID.keys()
    assert not gone, f"no commands: delete {gone} in DOINGS or ELSEWHERE"
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
