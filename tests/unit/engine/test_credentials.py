"""Credentials as the CLI keeps them: read out of its file, written into it, and nothing else of it changed."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from dockertui.engine import credential_helper, credentials, docker_config
from dockertui.engine.credentials import HUB
from dockertui.engine.environment import Environment
from dockertui.engine.errors import EngineError

ANN = {"username": "ann", "password": "open sesame", "serveraddress": "quay.io"}


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))  # no helper of this machine's
    return Environment({"DOCKER_CONFIG": str(tmp_path / "docker")}, tmp_path)


@pytest.fixture
def file(environ: Environment) -> Path:
    path = docker_config.path_of(environ)
    path.parent.mkdir()
    return path


def write(path: Path, config: Any) -> None:
    """As JSON; a text that is none as it is."""
    path.write_text(config if config == "{" else json.dumps(config))


def read(path: Path) -> Any:
    text = path.read_text()
    return text if text == "{" else json.loads(text)


def link(path: Path, target: Path) -> None:
    """`path` as a link to an empty configuration that others may read."""
    target.write_text("{}")
    target.chmod(0o644)
    path.symlink_to(target)


def is_link(path: Path) -> bool:
    return path.is_symlink()


def install(folder: Path, name: str, script: str) -> None:
    (folder / "bin").mkdir(exist_ok=True)
    program = folder / "bin" / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("quay.io", "quay.io"),
        ("https://quay.io/v2/", "quay.io"),
        ("localhost:5000", "localhost:5000"),
        ("http://localhost:5000", "localhost:5000"),
        ("docker.io", HUB),
        (HUB, HUB),
        ("registry.test/path", "registry.test"),
    ],
)
def test_what_a_registry_is_called(typed: str, address: str) -> None:
    assert credentials.address_of(typed) == address


async def test_what_is_kept_is_found_again(environ: Environment, file: Path) -> None:
    assert await credentials.keep(ANN, environ) == str(file)
    assert (await credentials.lookup("quay.io", environ)).auth == ANN
    assert (await credentials.lookup("ghcr.io", environ)).auth == {}
    assert await credentials.registries(environ) == ["quay.io"]
    await credentials.forget("quay.io", environ)
    assert await credentials.registries(environ) == []
    assert read(file) == {"auths": {}}


async def test_an_identity_token_takes_the_passwords_place(environ: Environment, file: Path) -> None:
    reply = {"Status": "Login Succeeded", "IdentityToken": "tok"}
    await credentials.keep(credentials.checked(ANN, reply), environ)
    entry = read(file)["auths"]["quay.io"]
    assert entry == {"auth": base64.b64encode(b"ann:").decode(), "identitytoken": "tok"}
    found = await credentials.lookup("quay.io", environ)
    assert found.auth == {"username": "ann", "identitytoken": "tok", "serveraddress": "quay.io"}


def test_without_a_token_the_password_is_kept() -> None:
    replies: list[Any] = [{"IdentityToken": ""}, {}, None, [], {"IdentityToken": 5}]
    for reply in replies:
        assert credentials.checked(ANN, reply) == ANN


async def test_all_else_in_the_file_stays(environ: Environment, file: Path) -> None:
    before: dict[str, Any] = {
        "HttpHeaders": {"X": "ü & <b>"},
        "auths": {"ghcr.io": {"auth": "Ym9iOm5v", "email": "b@c.d"}},
        "currentContext": "prod",
        "plugins": {"x": {"n": "1"}},
    }
    write(file, before)
    await credentials.keep(ANN, environ)
    after = read(file)
    assert after["auths"].pop("quay.io")
    assert after == before
    assert list(after) == list(before)


async def test_the_file_is_its_owners_alone_and_stays_a_link(environ: Environment, file: Path) -> None:
    target = file.parent.parent / "dotfiles.json"
    link(file, target)
    await credentials.keep(ANN, environ)
    assert is_link(file)
    assert read(target)["auths"].keys() == {"quay.io"}
    assert target.stat().st_mode & 0o777 == 0o600
    assert sorted(os.listdir(file.parent)) == ["config.json"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
async def test_with_sudo_the_file_stays_its_users(environ: Environment, file: Path) -> None:
    write(file, {})
    os.chown(file, 1234, 2345)
    await credentials.keep(ANN, environ)
    assert read(file)["auths"].keys() == {"quay.io"}
    seen = os.stat(file)
    assert (seen.st_uid, seen.st_gid) == (1234, 2345)


async def test_the_folder_is_made(environ: Environment) -> None:
    await credentials.keep(ANN, environ)
    path = docker_config.path_of(environ)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["{", [], "a"])
async def test_a_broken_file_is_left_alone(content: Any, environ: Environment, file: Path) -> None:
    write(file, content)
    for asked in (credentials.keep(ANN, environ), credentials.forget("quay.io", environ)):
        with pytest.raises(EngineError, match=r"config\.json cannot be read"):
            await asked
    assert read(file) == content


async def test_a_folder_that_cannot_be_written_is_named(environ: Environment) -> None:
    environ = Environment({"DOCKER_CONFIG": "/proc/none"}, Path("/"))
    with pytest.raises(EngineError, match=r"/proc/none/config\.json cannot be written"):
        await credentials.keep(ANN, environ)


async def test_old_clis_names_are_found_and_forgotten(environ: Environment, file: Path) -> None:
    write(file, {"auths": {"https://quay.io/v1/": {"auth": "Ym9iOm5v"}}})
    assert (await credentials.lookup("quay.io", environ)).auth["username"] == "bob"
    assert await credentials.registries(environ) == ["quay.io"]
    await credentials.forget("quay.io", environ)
    assert await credentials.registries(environ) == []


async def test_where_nothing_is_kept_yet_the_systems_key_ring_is_taken(
    environ: Environment, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    install(tmp_path, "docker-credential-secretservice", "while read -r _; do :; done")
    assert await credentials.keep(ANN, environ) == "docker-credential-secretservice"
    assert read(file) == {"auths": {"quay.io": {}}, "credsStore": "secretservice"}


async def test_what_is_kept_in_the_file_stays_there(environ: Environment, file: Path, tmp_path: Path) -> None:
    write(file, {"auths": {"ghcr.io": {"auth": "Ym9iOm5v"}}})
    install(tmp_path, "docker-credential-secretservice", "exit 1")
    assert await credentials.keep(ANN, environ) == str(file)


async def test_a_registrys_own_helper_goes_before_the_common_one(environ: Environment, file: Path) -> None:
    write(file, {"credsStore": "common", "credHelpers": {"quay.io": "own", "ghcr.io": ""}})
    config = docker_config.load(environ)
    assert [config.helper_for(name) for name in ("quay.io", "ghcr.io", "other.io")] == ["own", "", "common"]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo no key ring; exit 1", "docker-credential-test failed at 'get': no key ring"),
        ("echo why >&2; exit 1", "docker-credential-test failed at 'get': why"),
        ("echo nonsense", "docker-credential-test did not answer in JSON"),
    ],
)
async def test_a_helpers_failure_is_one_sentence(script: str, said: str, environ: Environment, tmp_path: Path) -> None:
    install(tmp_path, "docker-credential-test", script)
    with pytest.raises(EngineError) as failed:
        await credential_helper.get("test", "quay.io")
    assert str(failed.value) == said


async def test_a_helpers_name_is_no_path() -> None:
    with pytest.raises(EngineError, match="no credential helper's name"):
        await credential_helper.get("../../bin/sh", "quay.io")
