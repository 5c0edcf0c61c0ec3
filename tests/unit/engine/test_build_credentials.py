"""All the credentials of the CLI go with a build; what cannot be had is said, and keeps no build from beginning."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from dockertui.engine import build_credentials
from dockertui.engine.environment import Environment

AUTH = base64.b64encode(b"ann:secret").decode()
ENTRY = {"username": "ann", "password": "secret", "serveraddress": "quay.io"}


def environment(folder: Path, config: Any) -> Environment:
    (folder / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    return Environment({"DOCKER_CONFIG": str(folder)}, folder)


def sent(header: dict[str, str]) -> Any:
    return json.loads(base64.urlsafe_b64decode(header["X-Registry-Config"]))


async def test_every_registry_of_the_file_is_sent(tmp_path: Path) -> None:
    other = {"auth": base64.b64encode(b"bob:other").decode()}
    environ = environment(tmp_path, {"auths": {"quay.io": {"auth": AUTH}, "localhost:5000": other}})
    header, missing = await build_credentials.header(environ)
    assert missing == []
    assert sent(header)["quay.io"] == ENTRY
    assert sent(header)["localhost:5000"]["username"] == "bob"


async def test_a_store_and_a_helper_are_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"Username": "ann", "Secret": "secret"}
    helper = tmp_path / "docker-credential-test"
    listed = json.dumps({"quay.io": "ann"})
    helper.write_text(f"#!/bin/sh\nif [ $1 = list ]; then echo '{listed}'; else echo '{json.dumps(told)}'; fi\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    environ = environment(tmp_path, {"credsStore": "test", "credHelpers": {"ghcr.io": "test"}})
    header, missing = await build_credentials.header(environ)
    assert missing == []
    assert sent(header) == {"quay.io": ENTRY, "ghcr.io": {**ENTRY, "serveraddress": "ghcr.io"}}


async def test_a_helper_that_is_not_there_is_said_and_the_rest_goes(tmp_path: Path) -> None:
    environ = environment(tmp_path, {"auths": {"quay.io": {"auth": AUTH}}, "credHelpers": {"ghcr.io": "no-such"}})
    header, missing = await build_credentials.header(environ)
    assert sent(header) == {"quay.io": ENTRY}
    assert len(missing) == 1
    assert "docker-credential-no-such cannot be run" in missing[0]


async def test_without_any_there_is_no_header(tmp_path: Path) -> None:
    assert await build_credentials.header(Environment({"DOCKER_CONFIG": str(tmp_path)}, tmp_path)) == ({}, [])


async def test_a_file_that_is_no_json_says_so(tmp_path: Path) -> None:
    header, missing = await build_credentials.header(environment(tmp_path, "{"))
    assert header == {}
    assert len(missing) == 1
    assert "config.json cannot be read" in missing[0]
