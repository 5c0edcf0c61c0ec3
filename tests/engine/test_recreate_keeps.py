"""A container that is recreated unchanged is the same again: every option of the table, on a real Engine."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest

from dockertui.engine import containers
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError
from dockertui.engine.sending import send
from dockertui.operations import exchanging, run_form
from dockertui.operations.command_lines import docker_line
from dockertui.operations.container_line import create_line
from dockertui.operations.jobs import perform
from dockertui.operations.original import draft, original_of
from tests.cases import Case, cases
from tests.engine.dockerd import Dockerd, DockerdError
from tests.engine.three_ways import Case as Doing
from tests.engine.three_ways import endpoint_of, shell, task_of

MADE_UP = frozenset(
    {"NetworkID", "EndpointID", "Gateway", "IPAddress", "IPPrefixLen", "MacAddress", "IPv6Gateway", "DNSNames",
     "GlobalIPv6Address", "GlobalIPv6PrefixLen"}
)  # fmt: skip
"""Settings of a network that the Engine chose by itself."""
NAME, BY_LINE = "under-test", "by-line"
KILL = "--stop-signal=KILL"
"""`sleep` as process 1 minds no other."""
RUN = {"--network", "--link", "-p", "-P", "-v", "--mount", "--volumes-from", "--rm", "--hostname", "--tmpfs"}
"""With these a container is recreated while it runs; what the others say is the same in one that does not."""
MOUNTS = ("sources", "Volumes")
_ENTRYPOINT = 'ENTRYPOINT ["sh", "-c"]'

MAKERS: Mapping[str, list[list[str]]] = {
    "entrypoint two words": [
        ["create", "--name", "tmp", "busybox"],
        ["commit", "--change", _ENTRYPOINT, "--change", 'CMD ["sleep 1d"]', "tmp", "tables-entry"],
        ["rm", "tmp"],
        ["create", "--name", NAME, "--network", "none", "tables-entry", "sleep 2d"],
    ],
    "tty only": [["create", "--tty", "--name", NAME, "--network", "none", "busybox", "sleep", "1d"]],
    "health CMD list": [
        ["build", "--quiet", "--tag", "tables-health", "-"],
        ["create", "--name", NAME, "--network", "none", "tables-health", "sleep", "1d"],
    ],
    "label empty": [["create", "--label", "empty=", "--name", NAME, "--network", "none", "busybox"]],
    "label with =": [["create", "--label", "a=b=c", "--name", NAME, "--network", "none", "busybox"]],
    "hostport range": [["create", "-p", "18000-18002:80", "--name", NAME, "busybox", "sleep", "1d"]],
    "hostport 0": [["create", "-p", "0:80", "--name", NAME, "busybox", "sleep", "1d"]],
    "memory 100000001": [["create", "-m", "100000001", "--name", NAME, "--network", "none", "busybox"]],
    "restart always": [["create", "--restart", "always", "--name", NAME, "--network", "none", "busybox"]],
}
"""How the containers of those cases are made that are not a line of options."""

FURTHER = (
    ["-i"],
    ["-P", "--expose", "80"],
    ["--init"],
    ["--stop-signal", "USR1"],
    ["--shm-size", "32m"],
    ["--add-host", "db:10.0.0.9"],
    ["--dns", "10.0.0.2"],
    ["--pid", "host"],
    ["--userns", "host"],
    ["--cpus", "0.5"],
    ["--blkio-weight", "300"],
    ["--memory-swappiness", "30", "-m", "64m"],
    ["--mac-address", "02:42:0a:00:00:77", "--network", "tables-net"],
    ["--network", "tables-net", "--network-alias", "shop", "--network-alias", "cart"],
    ["--network", "tables-net", "--link", "c-base:db"],
    ["--network", "container:c-base"],
    ["--ipc", "container:c-base"],
    ["--volumes-from", "c-base"],
    ["--hostname", "shop"],
    ["--hostname", "a"],
    ["--health-cmd", "true", "--health-interval", "7s", "--health-retries", "9", "--health-start-period", "1m"],
    ["--entrypoint", "sh"],
    ["--mount", "type=tmpfs,target=/t,tmpfs-size=1m"],
    ["--mount", "type=volume,source=tables-v,target=/d,volume-nocopy"],
    ["-v", "/data"],
    ["-v", "/a:/data", "-v", "tables-v:/data/b:ro,nocopy"],
    ["--log-driver", "local", "--log-opt", "max-file=2"],
    ["--label", "a=b", "--annotation", "x=y"],
    ["--restart", "unless-stopped", "--env", "PATH=/bin", "--env", "B="],
)
"""More options than the table has; a container with one that this CLI or Engine does not know is skipped."""


@pytest.fixture(scope="module")
def stage(dockerd: Dockerd) -> Iterator[Dockerd]:
    """The Engine with a network, and a container to link to and share with."""
    dockerd.clean()
    dockerd.cli("network", "create", "--subnet=172.31.77.0/24", "tables-net")
    dockerd.cli("run", "-d", "--name=c-base", "-v", "/base", "--ipc=shareable", KILL, "busybox", "sleep", "1d")
    yield dockerd
    dockerd.clean()


@pytest.fixture
async def engine(stage: Dockerd, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Engine]:
    monkeypatch.setattr(exchanging, "WATCHED", 0.3)
    engine = Engine(endpoint_of(stage))
    await engine.open()
    yield engine
    for one in await containers.ls(engine):
        if one.name in (NAME, BY_LINE):
            await send(engine, containers.remove(one.id, force=True, volumes=True))
    await engine.close()


def make(dockerd: Dockerd, given: Any) -> None:
    """Create the container of a case. Raises DockerdError when Engine or CLI do not know its options."""
    if isinstance(given, str):
        for words in MAKERS[given]:
            stdin = b'FROM busybox\nHEALTHCHECK CMD ["true"]\n' if words[0] == "build" else None
            dockerd.cli(*words, stdin=stdin)
    else:
        command = [] if "--entrypoint" in given else ["sleep"]
        kill = [] if "--stop-signal" in given else [KILL]
        dockerd.cli("create", "--name", NAME, *kill, *given, "busybox", *command, "1d")


def lasting(inspect: Mapping[str, Any]) -> dict[str, Any]:
    """What has to be the same before and after."""
    config, host = dict(inspect["Config"]), dict(inspect["HostConfig"])
    if config.get("Hostname") == inspect["Id"][:12] or host["NetworkMode"].startswith("container:"):
        config.pop("Hostname")
    binds = [bind for bind in host.pop("Binds", None) or () if not re.match(r"[0-9a-f]{64}:", bind)]
    mounts = [dict(mount) for mount in host.pop("Mounts", None) or ()]
    for mount in mounts:
        if re.fullmatch(r"[0-9a-f]{64}", mount.get("Source", "")):
            mount.pop("Source")
    config["Env"] = sorted(config.get("Env") or ())
    networks = {
        name: {key: value for key, value in place.items() if key not in MADE_UP and value not in (None, [], {})}
        for name, place in inspect["NetworkSettings"]["Networks"].items()
    }
    for place in networks.values():
        if aliases := sorted(alias for alias in place.pop("Aliases", ()) if alias != inspect["Id"][:12]):
            place["Aliases"] = aliases
    sources = sorted((one["Destination"], one["Source"], one["RW"], one["Propagation"]) for one in inspect["Mounts"])
    found = {"Binds": sorted(binds), "Mounts": mounts, "networks": networks, "sources": sources}
    for key in ("AttachStdin", "AttachStdout", "AttachStderr"):  # `docker create` attaches, `docker run -d` does not
        config.pop(key)
    plain = {**{f"Config.{key}": value for key, value in config.items()},
             **{f"HostConfig.{key}": value for key, value in host.items()}}  # fmt: skip
    same: dict[str, Any] = json.loads(json.dumps({**plain, **found}).replace(inspect["Id"], "<id>"))
    return {key: value for key, value in same.items() if value not in (None, [], {})}


async def recreated(engine: Engine) -> tuple[dict[str, Any], dict[str, Any]]:
    """The container before and after it was recreated, as its `inspect` says it."""
    before = await containers.inspect(engine, NAME)
    await perform(engine, await task_of(Doing("container.recreate", target=NAME, values={}), engine))
    after = await containers.inspect(engine, NAME)
    assert before["Id"] != after["Id"]
    return before, after


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The members that are not the same, as far as they have to be."""
    old, new = lasting(before), lasting(after)
    return sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))


ALL = [*cases("recreate_keeps"), *(Case(options, {"lost": []}, None) for options in FURTHER)]


@pytest.mark.parametrize("case", ALL, ids=lambda case: str(case.given))
async def test_nothing_is_lost_and_the_line_names_what_it_does_not_say(
    case: Case, stage: Dockerd, engine: Engine
) -> None:
    try:
        make(stage, case.given)
    except DockerdError as error:
        pytest.skip(f"this Engine does not make it: {error}")
    if RUN & set(case.given):
        with suppress(EngineError):  # what does not start here stays created
            await send(engine, containers.start(NAME))
    before, after = await recreated(engine)
    assert differences(before, after) == []
    assert sorted(one.name for one in await containers.ls(engine)) == ["c-base", NAME]
    assert after["State"]["Running"] == before["State"]["Running"]
    await check_line(stage, engine, after)


async def check_line(dockerd: Dockerd, engine: Engine, inspect: Mapping[str, Any]) -> None:
    """What a container made by the copied line has otherwise is what the line names."""
    original = await original_of(engine, inspect["Id"])
    values = {**run_form.values_of(original.inspect, original.image), "name": BY_LINE}
    line = create_line(draft(original), values, original.info)
    await send(engine, containers.remove(inspect["Id"], force=True))
    shell(docker_line(engine.endpoint, line.words, reveal=True), dockerd)
    made = await containers.inspect(engine, BY_LINE)
    named = {word.partition(":")[0] for word in line.unsaid}
    networks = set(inspect["NetworkSettings"]["Networks"])
    optional = {"Type", "Source", "Target", "ReadOnly"}
    for mount in inspect["HostConfig"].get("Mounts") or ():
        assert (mount["Type"] in ("volume", "bind") and not mount.keys() - optional) or "Mounts" in named
    for key in differences(_one_command(inspect), _one_command(made)):
        member = key.rpartition(".")[2]
        if key in ("Binds", "Mounts"):  # the line says all mounts by --volume; what they mount is compared as well
            continue
        assert {member, *({"Mounts", "Binds", "Volumes", "VolumesFrom"} if member in MOUNTS else ())} & named or (
            member == "networks" and networks & named
        ), f"{key} is not named: {line.unsaid}"


def _one_command(inspect: Mapping[str, Any]) -> dict[str, Any]:
    """Entry point and command as one: a line says them so."""
    config = dict(inspect["Config"])
    words = [*(config.pop("Entrypoint", None) or ()), *(config.pop("Cmd", None) or ())]
    return {**inspect, "Config": {**config, "Cmd": words}}
