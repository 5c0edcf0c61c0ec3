"""Every command of the catalogue on a real Engine: the program, its `docker` line and its `curl` line do the same."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from dockertui.engine.client import Engine
from dockertui.operations.commands import COMMANDS
from dockertui.operations.reports import BODIES as REPORTS
from tests.engine.dockerd import Dockerd
from tests.engine.three_ways import Case, by_curl, by_docker, by_the_program, differences, endpoint_of, prepare, state

_RUN = "run --detach --stop-signal=KILL --network=none --name=web --volume=/data"
_PLAIN = _RUN.replace(" --stop-signal=KILL", "")
"""Nothing but what the form knows, and a line can say."""
UP = f"{_RUN} busybox sleep 1d"
DOWN = "create --network=none --name=old --volume=/data busybox true"
ON_BRIDGE = "run --detach --stop-signal=KILL --name=web busybox sleep 1d"

CASES = (
    Case("container.stop", [UP], "web"),
    Case("container.stop", [UP], "web", {"seconds": 0}),
    Case("container.start", [DOWN], "old"),
    Case("container.restart", [UP], "web", {"seconds": 1}),
    Case("container.pause", [UP], "web"),
    Case("container.unpause", [UP, "pause web"], "web"),
    Case("container.kill", [UP], "web", {"signal": "KILL"}),
    Case("container.signal", [UP], "web", {"signal": "KILL"}),
    Case("container.remove", [DOWN], "old"),
    Case("container.remove", [UP], "web", {"volumes": True}),
    Case("container.rename", [UP], "web", {"name": "shop"}),
    Case(
        "container.update", [UP], "web",
        {"memory": "64m", "swap": "128m", "cpus": "0.5", "pids": 50, "restart": "on-failure:3"},
    ),
    Case("container.update", [UP], "web", {"cpu_shares": 512}),
    Case("container.wait", [UP], "web", ending="kill web"),
    Case(
        "container.commit", [UP], "web",
        {"reference": "shop:2", "message": "it's done", "author": "Ann <a@b.c>", "changes": ("ENV A='b c'",),
         "pause": False},
    ),
    Case("container.prune", [UP, DOWN], values={"labels": ("keep!=yes",)}),
    Case("container.prune", [UP, DOWN], values={"until": "2099-01-01T00:00:00"}),
    Case("container.stop", [UP, UP.replace("web", "two")], "two", {"seconds": 3}),
    Case(
        "container.run",
        values={"image": "busybox", "name": "web", "command": ("sleep", "1d"), "env": ("A=b c", "B="),
                "ports": ("127.0.0.1:8080:80", "8053:53/udp"), "mounts": ("data:/data:ro", "/tmp:/host", "/scratch"),
                "restart": "on-failure:3", "memory": "64m", "cpus": "0.5", "labels": ("x=y z",), "user": "0:0",
                "workdir": "/tmp", "hostname": "shop", "health": "true || false", "tty": True},
    ),
    Case("container.run", values={"image": "busybox", "name": "web", "network": "none", "entrypoint": "sleep",
                                  "command": ("1d",)}),
    Case("container.run_like", [f"{_PLAIN} --env=A=b --publish=8080:80 busybox sleep 1d"], "web",
         {"name": "web2", "ports": ()}),
    Case("container.recreate", [f"{_PLAIN} --env=A=b --label=x=y busybox sleep 1d"], "web", {"memory": "64m"}),
    Case("image.tag", ["tag busybox shop:1"], "shop:1", {"reference": "localhost:5000/shop:2"}),
    Case("image.untag", ["tag busybox shop:1"], "shop:1", {"reference": "shop:1"}),
    Case("image.remove", [DOWN, "commit old shop:1", "tag shop:1 shop:2"], "shop:1", {"force": True}),
    Case("image.prune", [DOWN, "commit old shop:1", "commit old"], values={"unused": True}),
    Case("image.prune", [DOWN, "commit old shop:1", "commit old"]),
    Case(
        "image.prune",
        [DOWN, "commit old shop:1", "create --name=kept --network=none --label=keep=yes busybox", "commit kept shop:2"],
        values={"unused": True, "until": "2099-01-01T00:00:00", "labels": ("keep!=yes",)},
    ),
    Case(
        "network.create",
        values={"name": "net", "subnet": ("10.77.0.0/16", "fd00:77::/64"), "gateway": ("fd00:77::1", "10.77.0.1"),
                "internal": True, "ipv6": True,
                "attachable": True, "options": ("com.docker.network.bridge.name=br-test",), "labels": ("a=b c",)},
    ),
    Case("network.create", values={"name": "plain"}),
    Case("network.remove", ["network create net"], "net"),
    Case(
        "network.connect", [ON_BRIDGE, "network create --subnet=10.77.0.0/16 net"], "net",
        {"container": "web", "aliases": ("shop", "cart"), "ip": "10.77.0.9"},
    ),
    Case(
        "network.disconnect", [ON_BRIDGE, "network create net", "network connect net web"], "net",
        {"container": "web"},
    ),
    Case("network.prune", ["network create net", "network create --label=keep=yes other"],
         values={"labels": ("keep!=yes",)}),
    Case("network.prune", ["network create net", "network create --label=keep=yes other"],
         values={"until": "2099-01-01T00:00:00", "labels": ("keep=yes",)}),
    Case("volume.create", values={"name": "data", "options": ("type=tmpfs", "device=tmpfs"), "labels": ("a=b c",)}),
    Case("volume.create"),
    Case("volume.remove", ["volume create data"], "data"),
    Case("system.prune", [UP, DOWN, "commit old", "network create net", "volume create data"]),
    Case("system.prune", [UP, DOWN, "commit old shop:1", "network create net", "volume create data"],
         values={"unused": True, "volumes": True}),
    Case("volume.prune", ["volume create data", UP], values={"labels": ("keep!=yes",)}),
    Case("volume.prune", ["volume create data", "volume create --label=keep=yes other"],
         values={"labels": ("keep=yes",)}),
)  # fmt: skip

ELSEWHERE = {
    **dict.fromkeys(REPORTS, "changes nothing: test_reports.py"),
    "image.pull": "needs a registry: test_registry.py",
    **dict.fromkeys(("registry.login", "registry.logout"), "need a registry: test_login.py"),
    **dict.fromkeys(
        ("image.save", "image.load", "image.import", "container.export", "container.copy_out", "container.copy_in"),
        "test_files.py",
    ),
    "image.build": "test_build.py",
    "image.push": "needs a registry: test_registry.py",
    **dict.fromkeys(("container.recreate_finish", "container.recreate_undo"), "test_recreate_steps.py"),
    "volume.prune_all": "needs API 1.42: test_newer_engines.py",
    **{command.id: "test_plugins.py" for command in COMMANDS if command.kind == "plugin"},
}
"""Commands whose cases stand in another file."""


@pytest.fixture
async def engine(dockerd: Dockerd) -> AsyncIterator[Engine]:
    engine = Engine(endpoint_of(dockerd))
    await engine.open()
    yield engine
    await engine.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_all_three_ways_leave_the_same_state(case: Case, dockerd: Dockerd, engine: Engine) -> None:
    prepare(case, dockerd)
    before = state(dockerd)
    program = await by_the_program(case, dockerd, engine)
    if case.id != "container.restart":
        assert program != before, "it did nothing"
    assert not differences(await by_docker(case, dockerd, engine), program)
    assert not differences(await by_curl(case, dockerd, engine), program)


def test_every_command_has_a_case() -> None:
    commands, tested = {command.id for command in COMMANDS}, {case.id for case in CASES} | ELSEWHERE.keys()
    untested, gone = commands - tested, tested - commands
    assert not untested, f"give {untested} a Case in CASES: the objects before it, its target, its values"
    assert not gone, f"no commands: delete {gone} in CASES or ELSEWHERE"
