"""Addresses, contexts, registries and credentials, by the tables of cases: as the docker command makes them out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from dockertui.engine import credentials, docker_config, platforms
from dockertui.engine.endpoint import Endpoint, candidates, parse_host
from dockertui.engine.environment import Environment
from dockertui.engine.errors import EngineError
from dockertui.engine.images import split_reference
from dockertui.engine.ssh import ssh_command
from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command
from tests.cases import Case, table

HELPER = """#!/bin/sh
[ "$1" = get ] || exit 1
read -r asked
case "$asked" in
  https://index.docker.io/v1/) echo '{"ServerURL": "x", "Username": "hubuser", "Secret": "hubpass"}';;
  reg.example.com) echo '{"ServerURL": "x", "Username": "u", "Secret": "p"}';;
  token.example.com) echo '{"ServerURL": "x", "Username": "<token>", "Secret": "T"}';;
  nouser*) echo 'no credentials username'; exit 1;;
  nourl*) echo 'no credentials server URL'; exit 1;;
  *) echo 'credentials not found in native keychain'; exit 1;;
esac
"""


def parsed(host: str) -> str:
    try:
        return parse_host(host, "--host")
    except EngineError:
        return "ERR"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a credential helper on the PATH, and no other."""
    helper = tmp_path / "bin" / "docker-credential-tabhelper"
    helper.parent.mkdir()
    helper.write_text(HELPER)
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{helper.parent}:/bin")
    (tmp_path / ".docker").mkdir()
    return tmp_path


@table("registry_auth")
async def test_the_credentials_for_an_image(case: Case, home: Path) -> None:
    config = case.given.get("config", {"auths": {"reg.example.com": {"auth": "dTpw"}}})
    if config is not None:
        (home / ".docker/config.json").write_text(json.dumps(config))
    found = await credentials.lookup(credentials.registry_of(case.given["pull"]), Environment({}, home))
    assert {key: value for key, value in found.auth.items() if key != "serveraddress"} == case.expected
    assert not case.because or "cannot be read" in found.why or found.auth


@table("registry_of")
def test_the_registry_of_an_image(case: Case) -> None:
    assert credentials.registry_of(case.given) == case.expected


@table("login_keys")
async def test_what_a_login_is_kept_under(case: Case, home: Path) -> None:
    command = BY_ID["registry.login"]
    assert isinstance(command, Command)
    plan = command.body.plan(None, {"registry": case.given, "user": "u", "password": "p"})
    body = plan.calls[0].body
    assert body is not None
    await credentials.keep({key: str(value) for key, value in body.items()}, Environment({}, home))
    kept = json.loads((home / ".docker/config.json").read_text())
    assert [[body["serveraddress"]], list(kept["auths"])] == case.expected


@table("hostname_of_key")
def test_the_host_in_a_key(case: Case) -> None:
    assert credentials.hostname_of(case.given) == case.expected


@table("docker_host")
def test_an_address(case: Case) -> None:
    assert parsed(case.given) == case.expected


@table("context_choice")
def test_the_context(case: Case, home: Path) -> None:
    contexts = {"prod": "tcp://prod:2376", "me": "ssh://me@x", "nohost": ""}
    for name, host in contexts.items():
        folder = home / ".docker/contexts/meta" / hashlib.sha256(name.encode()).hexdigest()
        folder.mkdir(parents=True)
        folder.joinpath("meta.json").write_text(json.dumps({"Name": name, "Endpoints": {"docker": {"Host": host}}}))
    (home / ".docker/config.json").write_text('{"currentContext": "prod"}')
    flags = {key: case.given.get(key) for key in ("host", "context")}
    environment = Environment({key: text for key, text in case.given.items() if key.isupper()}, home)
    try:
        found = candidates(**flags, environment=environment, config=docker_config.load(environment))[0].url
    except EngineError:
        found = "ERR"
    assert found == case.expected


@table("ssh_command")
def test_the_command_that_reaches_an_engine_by_ssh(case: Case) -> None:
    url = parsed(case.given)
    if url != "ERR":
        words = ssh_command(Endpoint("x", url, "--host"))
        found: Any = words[words.index(f"ServerAliveInterval={15}") + 1 :]
    assert ("ERR" if url == "ERR" else found) == case.expected


@table("docker_py_utils")
def test_what_docker_py_makes_of_names_and_addresses(case: Case) -> None:
    kind, given = case.given
    made: dict[str, Any] = {"parse_repository_tag": lambda text: list(split_reference(text)),
                            "resolve": credentials.registry_of, "parse_host": parsed}  # fmt: skip
    assert made[kind](given) == case.expected


@table("platform")
def test_a_platform(case: Case) -> None:
    try:
        platforms.normal(case.given)
        found = "ok"
    except ValueError:
        found = "ERR"
    assert found == case.expected


@pytest.mark.parametrize(
    ("typed", "normal"),
    [("Linux/ARM64", "linux/arm64"), ("linux/aarch64/v8", "linux/arm64/v8"), ("linux/armhf", "linux/arm"),
     ("linux/arm", "linux/arm"), ("linux/armel", "linux/arm/v6"), ("linux/arm/v6", "linux/arm/v6"),
     ("linux/x86_64", "linux/amd64"),
     ("macos/arm64", "darwin/arm64"), ("windows/amd64", "windows/amd64")],
)  # fmt: skip
def test_a_platform_in_full(typed: str, normal: str) -> None:
    assert platforms.normal(typed) == normal
