"""Run a command three ways on a real Engine: by the program, by its `docker` line, by its `curl` line.

Each starts from the same objects, and each must leave the same state: every object's `inspect` without ids and times.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command
from dockertui.operations.command_lines import curl_line, docker_line
from dockertui.operations.jobs import Task, perform
from dockertui.resources.registry import BY_KIND
from tests.engine.dockerd import Dockerd
from tests.hanging import COMMAND_LIMIT

LISTS: Mapping[str, Callable[[Engine], Any]] = {kind: resource.listing.ls for kind, resource in BY_KIND.items()}
_VOLATILE = frozenset(
    {"Pid", "Created", "CreatedAt", "StartedAt", "FinishedAt", "LastTagTime", "SandboxID", "SandboxKey", "EndpointID",
     "GatewayPriority", "Hostname", "MacAddress", "IPAddress", "Gateway", "Size", "VirtualSize", "OomScoreAdj",
     "AttachStdout", "AttachStderr",
     "Mountpoint", "GraphDriver", "ResolvConfPath", "HostnamePath", "HostsPath", "LogPath", "ImageID"}
)  # fmt: skip
_ID = re.compile(r"[0-9a-f]{64}|\b[0-9a-f]{12}\b|\b(?:172|192)\.\d+\.\d+\.\d+")
"""Ids, and addresses from the Engine's own pools."""


@dataclass(frozen=True)
class Case:
    """The objects before (`docker` words), the command's target (a name), and its values.

    ending: `docker` words to run while the command runs, so that it can end.
    """

    id: str
    before: Sequence[str] = ()
    target: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    ending: str = ""

    @property
    def command(self) -> Command:
        command = BY_ID[self.id]
        assert isinstance(command, Command)
        return command


async def task_of(case: Case, engine: Engine, *, whatever_the_version: bool = False) -> Task:
    """Return the case's command on its target, as the screen would make it.

    whatever_the_version: allow a command that this Engine is too old for.
    """
    command, body = case.command, case.command.body
    item = await _target(case, engine)
    values = body.values(item)
    if body.prepare is not None:
        values |= await body.prepare(engine, item)
    values |= case.values
    if body.complete is not None:
        values = dict(await body.complete(engine, values))
    lacks = engine.version is not None and bool(command.lacks(engine.version))
    assert command.refusal(engine, item) == "" or (whatever_the_version and lacks)
    identity = BY_KIND[command.kind].source.identity(item) if item is not None else ""
    return Task(command, identity, case.target, body.plan(item, values))


async def _target(case: Case, engine: Engine) -> Any:
    if not case.target:
        return None
    kind = case.command.kind
    items = await LISTS[kind](engine)
    found = [item for item in items if case.target in (BY_KIND[kind].name(item), *getattr(item, "tags", ()))]
    assert len(found) == 1, f"{case.target}: {len(found)} of that name"
    return found[0]


def endpoint_of(dockerd: Dockerd) -> Endpoint:
    return Endpoint("test", dockerd.host, "DOCKER_HOST")


def prepare(case: Case, dockerd: Dockerd) -> None:
    """Create the case's objects, and remove all others."""
    dockerd.clean()
    for line in case.before:
        dockerd.cli(*line.split())


async def by_the_program(case: Case, dockerd: Dockerd, engine: Engine) -> Any:
    prepare(case, dockerd)
    task = await task_of(case, engine)
    with _ending(case, dockerd):
        await perform(engine, task)
    return state(dockerd)


async def by_docker(case: Case, dockerd: Dockerd, engine: Engine) -> Any:
    prepare(case, dockerd)
    task = await task_of(case, engine)
    with _ending(case, dockerd):
        shell(docker_line(engine.endpoint, task.plan.docker, reveal=True), dockerd)
    return state(dockerd)


async def by_curl(case: Case, dockerd: Dockerd, engine: Engine) -> Any:
    prepare(case, dockerd)
    task = await task_of(case, engine)
    assert engine.version is not None
    with _ending(case, dockerd):
        shell(curl_line(engine.endpoint, engine.version.api, task.plan.calls, reveal=True), dockerd)
    return state(dockerd)


class _ending:
    """Context manager around the command: runs `ending` a moment after it began."""

    def __init__(self, case: Case, dockerd: Dockerd) -> None:
        self._line = case.ending and f"sleep 1; docker {case.ending}"
        self._dockerd = dockerd

    def __enter__(self) -> None:
        self._process = subprocess.Popen(["sh", "-c", self._line or "true"], env=self._dockerd.environment())

    def __exit__(self, *_: object) -> None:
        self._process.wait(COMMAND_LIMIT)


def shell(line: str, dockerd: Dockerd) -> str:
    """Run a line as a user would paste it."""
    done = subprocess.run(
        ["sh", "-c", line],
        env=dockerd.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=COMMAND_LIMIT,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout


def state(dockerd: Dockerd) -> dict[str, Any]:
    """Return every object on the Engine, by kind, without volatile values."""
    listed = {
        "container": ("ps", "--all"),
        "image": ("image", "ls", "--all"),
        "network": ("network", "ls"),
        "volume": ("volume", "ls"),
        "plugin": ("plugin", "ls"),
    }
    found = {}
    for kind, words in listed.items():
        ids = dict.fromkeys(dockerd.cli(*words, "--quiet").split())
        raw = json.loads(dockerd.cli(kind, "inspect", *ids)) if ids else []
        found[kind] = sorted((_lasting(item) for item in raw), key=lambda item: json.dumps(item, sort_keys=True))
    return found


def differences(one: Any, other: Any, path: str = "") -> dict[str, tuple[Any, Any]]:
    """The values in which two states differ, by their paths: a whole state is too long for a failure's message."""
    if isinstance(one, dict) and isinstance(other, dict):
        pairs = [(key, one.get(key), other.get(key)) for key in one.keys() | other.keys()]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(str(place), *both) for place, both in enumerate(zip(one, other, strict=True))]
    else:
        return {} if one == other else {path: (one, other)}
    return {
        name: both for key, left, right in pairs for name, both in differences(left, right, f"{path}/{key}").items()
    }


def _key(key: str, item: Any) -> str:
    """Replace a key that is an id, as in a network's containers, by the name of its object."""
    return str(item.get("Name")) if _ID.search(key) and isinstance(item, dict) else _ID.sub("<id>", key)


def _lasting(value: Any) -> Any:
    """Return what is the same in two identically made objects; null, empty and absent are equal: CLIs differ here."""
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if key not in _VOLATILE and item not in (None, [], {})}
        if "Env" in kept:  # Docker 20.10 puts it into any order
            kept["Env"] = sorted(kept["Env"])
        if "Mounts" in kept:  # and these
            kept["Mounts"] = sorted(kept["Mounts"], key=lambda mount: str(mount.get("Destination", mount)))
        return {_key(key, item): _lasting(item) for key, item in kept.items()}
    if isinstance(value, list):
        return [_lasting(item) for item in value]
    return _ID.sub("<id>", value) if isinstance(value, str) else value
