"""Logging in to real registries: with and without TLS, kept in the file and by a helper, and what it is good for."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from dockertui.engine import credentials
from dockertui.engine.client import Engine
from dockertui.engine.environment import Environment
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.operations.command_lines import curl_line, docker_line
from dockertui.operations.jobs import Job, Jobs, State, perform
from tests.conftest import without_engine
from tests.engine import registry as registries
from tests.engine.dockerd import Dockerd
from tests.engine.registry import ELSEWHERE, PASSWORD, USER
from tests.engine.three_ways import Case, endpoint_of, prepare, task_of
from tests.hanging import COMMAND_LIMIT

HELPER = """#!/usr/bin/env python3
import json, pathlib, sys
kept = pathlib.Path(__file__).with_name("kept.json")
known = json.loads(kept.read_text()) if kept.exists() else {}
verb, said = sys.argv[1], sys.stdin.read()
if verb == "store":
    entry = json.loads(said)
    known[entry["ServerURL"]] = entry
elif verb == "list":
    print(json.dumps({name: entry["Username"] for name, entry in known.items()}))
elif said not in known:
    print("credentials not found in native keychain")
    sys.exit(1)
elif verb == "get":
    print(json.dumps(known[said]))
else:
    del known[said]
kept.write_text(json.dumps(known))
"""
"""A credential helper as Docker's are: docker-credential-helpers, credentials/credentials.go."""


@pytest.fixture(scope="module")
def private(dockerd: Dockerd) -> Iterator[str]:
    """A registry that wants to know who asks."""
    if reason := registries.missing():
        without_engine(reason)
    with registries.registry(dockerd, 5011, login=True) as address:
        yield address


@pytest.fixture(scope="module")
def secured(dockerd: Dockerd) -> Iterator[str]:
    """One that speaks TLS, with a certificate of its own CA, at an address where the Engine wants to see it."""
    if reason := registries.missing():
        without_engine(reason)
    with registries.registry(dockerd, 5012, login=True, host=ELSEWHERE, tls=True) as address:
        yield address


@pytest.fixture
async def engine(dockerd: Dockerd, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Engine]:
    monkeypatch.setenv("DOCKER_CONFIG", str(dockerd.home / "config"))
    (dockerd.home / "config").mkdir(exist_ok=True)
    config_file(dockerd).write_text('{"auths": {"quay.io": {"auth": "Ym9iOm5v"}}, "psFormat": "table {{.Names}}"}')
    engine = Engine(endpoint_of(dockerd))
    await engine.open()
    yield engine
    await engine.close()
    registries.forget(dockerd)


def config_file(dockerd: Dockerd) -> Path:
    return dockerd.home / "config" / "config.json"


def config(dockerd: Dockerd) -> Any:
    return json.loads(config_file(dockerd).read_text())


def login(address: str, password: str = PASSWORD) -> Case:
    return Case("registry.login", values={"registry": address, "user": USER, "password": password})


def logout(address: str) -> Case:
    return Case("registry.logout", values={"registry": address})


async def outcome(case: Case, engine: Engine) -> Job:
    jobs = Jobs(engine, lambda job: None, lambda jobs: None)
    (job,) = jobs.start([await task_of(case, engine)])
    await jobs.settled()
    return job


def run(line: str, dockerd: Dockerd, said: str = "") -> str:
    done = subprocess.run(
        ["sh", "-c", line], env=dockerd.environment(), input=said, capture_output=True, text=True, timeout=COMMAND_LIMIT
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout


async def test_login_is_the_docker_commands(private: str, dockerd: Dockerd, engine: Engine) -> None:
    before = config_file(dockerd).read_text()
    task = await task_of(login(private), engine)
    said = await perform(engine, task)
    ours = config(dockerd)
    assert ours["auths"].keys() == {private, "quay.io"}
    assert ours["psFormat"] == "table {{.Names}}"
    assert "not encrypted" in said
    assert config_file(dockerd).stat().st_mode & 0o777 == 0o600

    config_file(dockerd).write_text(before)
    run(docker_line(engine.endpoint, task.plan.docker, reveal=True), dockerd, PASSWORD)
    assert config(dockerd) == ours

    assert engine.version is not None
    curl = curl_line(engine.endpoint, engine.version.api, task.plan.calls, reveal=True)
    assert json.loads(run(curl.replace("••••••", PASSWORD), dockerd))["Status"] == "Login Succeeded"


async def test_logout_is_the_docker_commands(private: str, dockerd: Dockerd, engine: Engine) -> None:
    await perform(engine, await task_of(login(private), engine))
    before = config_file(dockerd).read_text()
    task = await task_of(logout(private), engine)
    await perform(engine, task)
    ours = config(dockerd)
    assert ours["auths"].keys() == {"quay.io"}

    config_file(dockerd).write_text(before)
    run(docker_line(engine.endpoint, task.plan.docker), dockerd)
    assert config(dockerd) == ours
    assert task.plan.calls == ()
    assert run(curl_line(engine.endpoint, "1.41", task.plan.calls), dockerd) == ""


async def test_push_and_pull_follow_the_login(private: str, dockerd: Dockerd, engine: Engine) -> None:
    name = f"{private}/shop:1"
    push = Case("image.push", [f"tag busybox {name}"], name, {"reference": name})
    pull = Case("image.pull", values={"reference": name})
    prepare(push, dockerd)
    refused = await outcome(push, engine)
    assert refused.state is State.FAILED
    assert "log in to its registry" in refused.said
    assert (await outcome(login(private), engine)).state is State.DONE
    assert (await outcome(push, engine)).state is State.DONE
    dockerd.cli("rmi", name)
    assert (await outcome(pull, engine)).state is State.DONE
    dockerd.cli("rmi", name)
    assert (await outcome(logout(private), engine)).state is State.DONE
    refused = await outcome(pull, engine)
    assert refused.state is State.FAILED
    assert "log in to its registry" in refused.said


async def test_a_registry_with_tls_is_trusted_by_its_ca(secured: str, dockerd: Dockerd, engine: Engine) -> None:
    registries.distrust(dockerd, secured)
    doubted = await outcome(login(secured), engine)
    assert doubted.state is State.FAILED
    assert "certificate" in doubted.said
    assert "/etc/docker/certs.d" in doubted.said
    registries.trust(dockerd, secured)
    assert (await outcome(login(secured), engine)).state is State.DONE
    name = f"{secured}/shop:1"
    push = Case("image.push", [f"tag busybox {name}"], name, {"reference": name})
    prepare(push, dockerd)
    assert (await outcome(push, engine)).state is State.DONE
    assert (await outcome(Case("image.pull", values={"reference": name}), engine)).state is State.DONE
    await perform(engine, await task_of(logout(secured), engine))
    assert (await outcome(push, engine)).state is State.FAILED


async def test_what_speaks_no_tls_where_it_should_is_named(dockerd: Dockerd, engine: Engine) -> None:
    with registries.registry(dockerd, 5013, login=True, host=ELSEWHERE) as address:
        job = await outcome(login(address), engine)
    assert job.state is State.FAILED
    assert "insecure-registries" in job.said


@pytest.mark.parametrize(
    ("address", "password", "words", "way_out"),
    [
        ("", "wrong", "401", "check user and password"),
        ("127.0.0.1:9", PASSWORD, "connection refused", "reachable from the Engine"),
        ("no-such-registry.invalid", PASSWORD, "", "reachable from the Engine"),
    ],
)
async def test_what_goes_wrong_is_a_sentence_and_keeps_nothing(
    address: str, password: str, words: str, way_out: str, private: str, dockerd: Dockerd, engine: Engine
) -> None:
    before = config_file(dockerd).read_text()
    job = await outcome(login(address or private, password), engine)
    assert job.state is State.FAILED
    assert words in job.said
    assert way_out in job.said
    assert "\n" not in job.said
    assert config_file(dockerd).read_text() == before


async def test_the_password_is_in_nothing_that_is_kept(private: str, engine: Engine) -> None:
    for password in (PASSWORD, "not the one"):
        job = await outcome(login(private, password), engine)
        kept = [repr(job.task), job.said, *(repr(request) for request in engine.trace)]
        kept += [docker_line(engine.endpoint, job.task.plan.docker, reveal=True)]
        kept += [curl_line(engine.endpoint, "1.41", job.task.plan.calls, reveal=True)]
        assert not [text for text in kept if password in text]


async def test_read_only_refuses_both_before_anything_is_done(private: str, dockerd: Dockerd, engine: Engine) -> None:
    await perform(engine, await task_of(login(private), engine))
    before = config_file(dockerd).read_text()
    tasks = [await task_of(login(private), engine), await task_of(logout(private), engine)]
    engine.read_only = True
    for task in tasks:
        asked = len(engine.trace)
        with pytest.raises(EngineError) as refused:
            await perform(engine, task)
        assert refused.value.kind is ErrorKind.READ_ONLY
        assert len(engine.trace) == asked
    assert config_file(dockerd).read_text() == before


@pytest.fixture
def helper(dockerd: Dockerd, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder on the PATH with the helper `docker-credential-test`."""
    program = tmp_path / "docker-credential-test"
    program.write_text(HELPER)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


@pytest.mark.parametrize("named", [{"credsStore": "test"}, {"credHelpers": {"127.0.0.1:5011": "test"}}])
async def test_a_helper_keeps_what_the_docker_command_has_it_keep(
    named: dict[str, Any], helper: Path, private: str, dockerd: Dockerd, engine: Engine
) -> None:
    found = []
    for way in ("program", "docker"):
        config_file(dockerd).write_text(json.dumps(named))
        (helper / "kept.json").unlink(missing_ok=True)
        task = await task_of(login(private), engine)
        if way == "program":
            assert await perform(engine, task) == f"as {USER}, kept by docker-credential-test"
        else:
            run(docker_line(engine.endpoint, task.plan.docker), dockerd, PASSWORD)
        kept = json.loads((helper / "kept.json").read_text())
        task = await task_of(logout(private), engine)
        after_login = config(dockerd)
        if way == "program":
            await perform(engine, task)
        else:
            run(docker_line(engine.endpoint, task.plan.docker), dockerd)
        found.append((kept, after_login, json.loads((helper / "kept.json").read_text()), config(dockerd)))
    assert found[0] == found[1]
    assert found[0][0][private]["Secret"] == PASSWORD
    assert found[0][2] == {}


@pytest.mark.parametrize("broken", ["credsStore", "helper"])
async def test_a_helper_that_fails_is_named(
    broken: str, helper: Path, private: str, dockerd: Dockerd, engine: Engine
) -> None:
    name = "absent" if broken == "credsStore" else "test"
    if broken == "helper":
        (helper / "docker-credential-test").write_text("#!/bin/sh\necho the key ring is locked\nexit 1\n")
    config_file(dockerd).write_text(json.dumps({"credsStore": name}))
    job = await outcome(login(private), engine)
    assert job.state is State.FAILED
    assert f"docker-credential-{name}" in job.said
    assert ("config.json names it" if broken == "credsStore" else "the key ring is locked") in job.said
    with pytest.raises(EngineError, match=f"docker-credential-{name}"):
        await credentials.registries(Environment(dockerd.environment(), Path.home()))
