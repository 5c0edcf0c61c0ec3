"""The line shown is the request sent: each command by the program and by its `docker` line, on a recording Engine."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError
from dockertui.engine.models import Image
from dockertui.operations import form_values
from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command
from dockertui.operations.command_body import FieldKind, InvalidValue
from dockertui.operations.command_lines import docker_line
from dockertui.operations.commands import COMMANDS
from dockertui.operations.jobs import Task, perform
from dockertui.operations.reports import BODIES as REPORTS
from tests import cases
from tests.cases import table
from tests.conftest import without_engine
from tests.engine.three_ways import LISTS
from tests.lines import alike, clis
from tests.lines.recorder import IMAGE, TAGS, Recorder

CLIS = clis.found()
AUTH = base64.b64encode(b"ann:open sesame").decode()
LOGGED_IN = {"auths": {"localhost:5000": {"auth": AUTH}, "https://index.docker.io/v1/": {"auth": AUTH}}}
PROXIES = {"httpProxy": "http://proxy:3128", "noProxy": "*.x", "allProxy": "socks5://all:1080"}


@dataclass(frozen=True)
class Case:
    """A command with the values of its form, in a folder, with a configuration and an environment.

    tags: of the image that it is done to. since: the first CLI that knows all its words.
    """

    id: str
    values: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    tags: Sequence[str] = tuple(TAGS)
    api: str = "1.41"
    since: int = 20

    @property
    def command(self) -> Command:
        command = BY_ID[self.id]
        assert isinstance(command, Command)
        return command


RUN = {"image": "a/b:1", "name": "web"}
CASES = (
    Case("container.stop"),
    Case("container.stop", {"seconds": 0}),
    Case("container.stop", {"seconds": 7}),
    Case("container.start"),
    Case("container.restart"),
    Case("container.restart", {"seconds": 0}),
    Case("container.pause"),
    Case("container.unpause"),
    Case("container.kill", {"signal": "HUP"}),
    Case("container.signal", {"signal": "USR1"}),
    Case("container.remove", {"force": False}),
    Case("container.remove", {"force": True, "volumes": True}),
    Case("container.rename", {"name": "shop"}),
    Case("container.update", {"memory": "64m", "swap": "-1", "cpus": "0.5", "pids": -1, "restart": "on-failure:3"}),
    Case("container.update", {"cpu_shares": 512}),
    Case("container.wait"),
    Case("container.commit", {"reference": "shop", "message": "it's done", "author": "Ann <a@b.c>",
                              "changes": ("ENV A='b c'",), "pause": False}),
    Case("container.commit", {"reference": "localhost:5000/shop:2"}),
    Case("container.prune"),
    Case("container.prune", {"until": "24h", "labels": ("a=b", "c!=d", "e")}),
    Case("container.run", RUN),
    Case("container.run", {**RUN, "image": "elsewhere:1"}, LOGGED_IN),
    Case("container.run", {**RUN, "image": "localhost:5000/elsewhere"}, LOGGED_IN),
    Case("container.run", {**RUN, "env": ("GIVEN", "NOT_GIVEN", "EMPTY", "A=b c", "A=d", "B=")},
         environ={"GIVEN": "from here", "EMPTY": ""}),
    Case("container.run", {**RUN, "env": ("HTTP_PROXY=mine", "no_proxy")}, {"proxies": {"default": PROXIES}}, since=24),
    Case("container.run", {**RUN, "mounts": (".:/a", "./d:/b:ro", "../e:/c", "~/d:/d", "data:/e", "/f:/f", "/g")}),
    Case("container.run", {**RUN, "platform": "arm64"}),
    Case("container.run", {**RUN, "image": "elsewhere:1"}, environ={"DOCKER_DEFAULT_PLATFORM": "linux/arm64/v8"}),
    Case("container.run", {**RUN, "platform": ""}, environ={"DOCKER_DEFAULT_PLATFORM": "linux/arm64"}),
    Case("container.run",
         {**RUN, "command": ("sh", "-c", "echo $A"), "ports": ("127.0.0.1:8080:80", "8053:53/udp", "9000"),
          "network": "net1", "restart": "on-failure:3", "memory": "64m", "cpus": "0.5", "labels": ("x=y z", "w"),
          "user": "0:0", "workdir": "/tmp", "hostname": "shop", "health": "true || false", "entrypoint": "sh",
          "tty": True}),
    Case("container.run", {**RUN, "remove": True, "memory": "0"}),
    Case("container.run", {**RUN, "ports": ("8000-8002:80-82", "53:53/UDP", "[::1]:81:81", "0:90"),
                           "network": "name=net1,alias=shop,ip=10.0.0.9"}),
    Case("container.run_like", {"name": "web2"}),
    Case("container.run_like", {"name": "web2"}, {"proxies": {"default": PROXIES}}, since=24),
    Case("container.run_like", {"name": "web2"}, environ={"DOCKER_DEFAULT_PLATFORM": "linux/arm64"}),
    Case("image.pull", {"reference": "nginx"}),
    Case("image.pull", {"reference": "nginx:1", "platform": "arm64"}, LOGGED_IN),
    Case("image.pull", {"reference": "REGHOST/app"}, LOGGED_IN, since=23),
    Case("image.pull", {"reference": "localhost:5000/a/b"}, LOGGED_IN),
    Case("image.pull", {"reference": f"a:1@{IMAGE}"}),
    Case("image.pull", {"reference": "nginx"}, environ={"DOCKER_DEFAULT_PLATFORM": "linux/arm64"}),
    Case("image.pull", {"reference": "nginx", "platform": ""}, environ={"DOCKER_DEFAULT_PLATFORM": "linux/arm64"}),
    Case("image.pull", {"reference": "reg.example.com/a"},
         {"auths": {"reg.example.com": {"auth": AUTH, "identitytoken": "T"}}}),
    Case("image.pull", {"reference": "reg.example.com/a"}, {"auths": {"https://reg.example.com/v1/": {"auth": AUTH}}}),
    Case("image.pull", {"reference": "reg.example.com/a"},
         {"credsStore": "no-such", "auths": {"reg.example.com": {"username": "u", "password": "p"}}}),
    Case("image.push", {"reference": TAGS[0]}, LOGGED_IN),
    Case("image.push", {"reference": "a/b:1"}),
    Case("image.remove"),
    Case("image.remove", {"force": True, "keep_parents": True}),
    Case("image.remove", tags=()),
    Case("image.tag", {"reference": "x/y"}),
    Case("image.untag", {"reference": "a/b:1"}),
    Case("image.prune"),
    Case("image.prune", {"unused": True, "until": "24h", "labels": ("a!=b",)}),
    Case("image.save", {"file": "out.tar"}),
    Case("image.load", {"file": "in.tar"}),
    Case("image.import", {"file": "in.tar", "reference": "a:1", "message": "m", "changes": ('CMD ["sh"]',)}),
    Case("image.import", {"file": "in.tar"}),
    Case("image.build", {"folder": "context", "tags": ("shop:1", "shop:2"), "args": ("A=b", "GIVEN", "NOT_GIVEN"),
                         "labels": ("x=y",), "no_cache": True, "pull": True, "platform": "linux/amd64"},
         LOGGED_IN, {"GIVEN": "from here"}),
    Case("image.build", {"folder": "context"}, {"proxies": {"default": PROXIES}},
         {"DOCKER_DEFAULT_PLATFORM": "linux/arm64"}, since=24),
    Case("container.copy_in", {"source": "context", "path": "/tmp"}),
    Case("container.copy_out", {"path": "/etc/x", "folder": "context"}),
    Case("container.export", {"file": "out.tar"}),
    Case("registry.login", {"registry": "localhost:5000", "user": "ann", "password": "open sesame"}),
    Case("registry.login", {"registry": "docker.io", "user": "ann", "password": "open sesame"}),
    Case("network.create", {"name": "n1"}),
    Case("network.create",
         {"name": "n1", "driver": "macvlan", "subnet": ("172.30.0.0/16", "fd00:30::/64"),
          "gateway": ("172.30.0.1", "fd00:30::1"), "internal": True, "attachable": True, "ipv6": True,
          "options": ("a=b", "parent=eth0"), "labels": ("x=y", "z")}),
    Case("network.remove"),
    Case("network.connect", {"container": "web", "aliases": ("a", "b"), "ip": "10.0.0.9", "ip6": "fd00::9"}),
    Case("network.disconnect", {"container": "web", "force": True}),
    Case("network.prune", {"until": "24h", "labels": ("a!=b",)}),
    Case("volume.create"),
    Case("volume.create", {"name": "v1", "driver": "nfs", "options": ("type=nfs", "device=:/x"), "labels": ("a=b",)}),
    Case("volume.remove", {"force": True}),
    Case("volume.prune", {"labels": ("a=b",)}),
    Case("volume.prune_all", {"labels": ("a=b",)}, api="1.42", since=23),
    Case("system.prune"),
    Case("system.prune", {"unused": True, "volumes": True}),
    Case("system.prune", {"unused": True, "volumes": True}, api="1.42", since=23),
)  # fmt: skip
ELSEWHERE = {
    **dict.fromkeys(REPORTS, "changes nothing"),
    "registry.logout": "asks no Engine: test_login.py",
    **dict.fromkeys(
        ("container.recreate", "container.recreate_finish", "container.recreate_undo"),
        "several steps, with a look at the container between them: no line does the same",
    ),
}
_NAMED = {*ELSEWHERE, *(case.id for case in CASES)}
PLAIN = tuple(Case(command.id) for command in COMMANDS if command.id not in _NAMED)
"""Commands that need nothing but an object."""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a context for builds and a tar, for a shell and the program in it, that know nothing of Docker."""
    (tmp_path / "context").mkdir()
    (tmp_path / "context/Dockerfile").write_text("FROM a/b:1\nCOPY . /\n")
    (tmp_path / "context/x").write_text("x")
    (tmp_path / "in.tar").write_bytes(bytes(10_240))
    (tmp_path / ".docker").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("DOCKER_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@contextmanager
def recording(case: Case, place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    """The Engine of a case, which the environment names, with the case's configuration and variables."""
    (place / ".docker/config.json").write_text(json.dumps(case.config))
    for name, value in case.environ.items():
        monkeypatch.setenv(name, value)
    with Recorder(place, api=case.api) as recorder:
        monkeypatch.setenv("DOCKER_HOST", recorder.url)
        yield recorder


async def planned(case: Case, engine: Engine) -> Task:
    """The command as the screen would have it. Raises Unfit for values that the form refuses."""
    command, body = case.command, case.command.body
    item = await _item(case, engine)
    values = body.values(item)
    if body.prepare is not None:
        values |= await body.prepare(engine, item)
    values |= case.values
    for option in body.options:
        form_values.read(
            option, values[option.id] if option.entry is FieldKind.FLAG else form_values.typed(values[option.id])
        )
    body.check(values)
    if body.complete is not None:
        values = dict(await body.complete(engine, values))
    return Task(command, "", "web", body.plan(item, values))


async def _item(case: Case, engine: Engine) -> Any:
    if not case.command.on_object:
        return None
    found = (await LISTS[case.command.kind](engine))[0]
    if isinstance(found, Image):
        return Image.from_json({"Id": IMAGE, "RepoTags": list(case.tags)})
    return found


async def by_the_program(case: Case, recorder: Recorder) -> tuple[list[Any], Task, Endpoint]:
    engine = Engine(Endpoint("test", recorder.url, "DOCKER_HOST"))
    await engine.open()
    try:
        task = await planned(case, engine)
        recorder.forget()
        await perform(engine, task)
        return alike.deeds(recorder.asked), task, engine.endpoint
    finally:
        await engine.close()


@pytest.mark.parametrize("version", CLIS or ["none"])
@pytest.mark.parametrize("case", [*CASES, *PLAIN], ids=lambda case: case.id)
async def test_the_docker_line_makes_the_same_requests(
    case: Case, version: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if version not in CLIS:
        without_engine("there is no docker command")
    if int(version.partition(".")[0]) < case.since:
        pytest.skip(f"docker {version} does not know of it")
    with recording(case, place, monkeypatch) as recorder:
        ours, task, endpoint = await by_the_program(case, recorder)
        recorder.forget()
        forget_files(place)
        line = docker_line(endpoint, task.plan.docker, reveal=True)
        done = await asyncio.to_thread(clis.run, line, CLIS[version], place, os.environ, "open sesame\n")
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        assert alike.deeds(recorder.asked) == ours, line
        assert ours


def forget_files(place: Path) -> None:
    """What the program wrote is not to be there when the CLI writes it."""
    (place / "out.tar").unlink(missing_ok=True)


def test_every_command_has_a_case_or_needs_none() -> None:
    gone = _NAMED - BY_ID.keys()
    assert not gone, f"no commands: delete {gone} in CASES or ELSEWHERE"
    for command in (case.command for case in PLAIN):
        assert command.on_object, f"{command.id} makes something: give it a case"
        assert not command.ask, f"{command.id} has a form: give it a case with what is to be typed"


def typed_values(command: Command, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a form in which these texts are typed. Raises Unfit."""
    options = {option.id: option for option in command.body.options}
    return {id: form_values.read(options[id], value) for id, value in typed.items()}


def tags_in(expected: Sequence[Any]) -> tuple[str, ...]:
    """The names of the image that the case is about, which only its requests tell."""
    method, path, query, _ = expected[0]
    if path == "/images/get":
        return tuple(query["names"])
    name = path.removeprefix("/images/")
    return () if method == "DELETE" and name == "IMG" else (TAGS[0],)


@table("op_lines_vs_requests")
async def test_the_requests_of_the_table(case: cases.Case, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    id, typed = case.given
    typed = {key: str(place / "in.tar") if id == "image.import" and key == "file" else
             str(place / "out.tar") if key == "file" else value for key, value in typed.items()}  # fmt: skip
    one = Case(id, tags=tags_in(case.expected) if id.startswith("image.") and case.expected else ())
    with recording(one, place, monkeypatch) as recorder:
        try:
            values = typed_values(one.command, typed)
            sent, *_ = await by_the_program(replace(one, values=values), recorder)
        except InvalidValue:
            sent = []
    found = [[method, path, query, plain] for method, path, query, plain, _ in sent]
    assert found == [[method, path, alike.query(query), plainly(body)] for method, path, query, body in case.expected]


def plainly(body: Any) -> Any:
    return alike.plain(body) or None


@table("run_line_vs_request")
async def test_a_run_form_is_refused_where_the_docker_line_would_be(
    case: cases.Case, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is taken must be what the line does: each CLI runs it."""
    one = Case("container.run", environ={"FROM_ENV": "from-env"})
    refused = isinstance(case.expected, dict)
    with recording(one, place, monkeypatch) as recorder:
        recorder.present.update({"img", *(text for key, text in case.given.items() if key == "image")})
        recorder.forget()
        try:
            values = {"image": "img", "name": "nn", **typed_values(one.command, case.given)}
            ours, task, endpoint = await by_the_program(replace(one, values=values), recorder)
        except InvalidValue:
            assert refused
            return
        assert not refused
        line = docker_line(endpoint, task.plan.docker, reveal=True)
        for version, cli in CLIS.items():
            recorder.forget()
            done = await asyncio.to_thread(clis.run, line, cli, place, os.environ)
            assert done.returncode == 0, f"{version}: {line}\n{done.stderr}"
            assert alike.deeds(recorder.asked) == ours, f"{version}: {line}"


DEFAULTS = {
    "proxies in config.json -> run: Env": ("container.run", RUN),
    "proxies in config.json -> build: buildargs": ("image.build", {"folder": "context"}),
    "DOCKER_DEFAULT_PLATFORM -> pull": ("image.pull", {"reference": "nginx"}),
    "DOCKER_DEFAULT_PLATFORM -> run": ("container.run", RUN),
}


@table("client_defaults")
async def test_what_the_docker_command_adds(case: cases.Case, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    id, values = DEFAULTS[case.given]
    proxies = {"httpProxy": "http://proxy:3128", "noProxy": "*.x"} if "proxies" in case.given else {}
    platform = {} if proxies else {"DOCKER_DEFAULT_PLATFORM": "linux/arm64"}
    one = Case(id, values, {"proxies": {"default": proxies}}, platform)
    with recording(one, place, monkeypatch) as recorder:
        (_, _, query, body, _), *_ = (await by_the_program(one, recorder))[0]
    found = {
        "run: Env": body.get("Env") if isinstance(body, dict) else None,
        "build: buildargs": query.get("buildargs", [None])[0],
    }
    assert found.get(case.given.rpartition("> ")[2], query.get("platform", [None])[0]) == case.expected


@table("env")
async def test_a_variable(case: cases.Case, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is not set here is sent alone, as the CLI sends it: the container does not get it."""
    one = Case("container.run", {**RUN, "env": (case.given,)},
               environ={"FROM_ENV": "from-env", "PATH": "/usr/bin:/bin"})  # fmt: skip
    with recording(one, place, monkeypatch) as recorder:
        await by_the_program(one, recorder)
        sent = next(asked.body["Env"] for asked in recorder.asked if asked.path == "/containers/create")
    assert [text for text in sent if "=" in text] == case.expected


@pytest.mark.parametrize("reference", ["nginx", "no such/name"])
async def test_credentials_that_cannot_be_read_are_said_however_it_ends(
    reference: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Case("image.pull", {"reference": reference, "platform": ""})
    with recording(one, place, monkeypatch) as recorder:
        (place / ".docker/config.json").write_text("{")
        engine = Engine(Endpoint("test", recorder.url, "DOCKER_HOST"))
        await engine.open()
        body = one.command.body
        assert body.complete is not None
        plan = body.plan(None, await body.complete(engine, one.values))
        try:
            if " " in reference:
                plan = replace(plan, calls=(plan.calls[0]._replace(path="/no/such/path", method="GET"),))
            said = await perform(engine, Task(one.command, "", "", plan))
        except EngineError as error:
            assert " " in reference
            said = str(error)
        finally:
            await engine.close()
    assert said.endswith(f"; without credentials: {place}/.docker/config.json cannot be read: line 1 is not JSON")
