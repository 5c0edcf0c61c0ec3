"""Which Engine is chosen, and how an address that cannot be one is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.engine import docker_config
from dockertui.engine.endpoint import TLS, Endpoint, candidates, parse_host
from dockertui.engine.environment import Environment
from dockertui.engine.errors import EngineError, ErrorKind


def make_context(directory: Path, name: str, meta: Any, *files: str) -> Path:
    """Write a context as ``docker context create`` does; returns where its TLS files are."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    (directory / "contexts/meta" / digest).mkdir(parents=True)
    (directory / "contexts/meta" / digest / "meta.json").write_text(meta if isinstance(meta, str) else json.dumps(meta))
    tls = directory / "contexts/tls" / digest / "docker"
    tls.mkdir(parents=True)
    for file in files:
        (tls / file).touch()
    return tls


def docker(host: str, **more: Any) -> dict[str, Any]:
    return {"Name": "x", "Endpoints": {"docker": {"Host": host, **more}}}


def one(
    home: Path, *, host: str | None = None, context: str | None = None, environ: Mapping[str, str] | None = None
) -> Endpoint:
    found = many(home, host=host, context=context, environ=environ)
    assert len(found) == 1
    return found[0]


def many(
    home: Path, *, host: str | None = None, context: str | None = None, environ: Mapping[str, str] | None = None
) -> list[Endpoint]:
    environment = Environment(environ or {}, home)
    return candidates(host=host, context=context, environment=environment, config=docker_config.load(environment))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the contexts prod (current), lab and far, the last with client certificates."""
    directory = tmp_path / ".docker"
    make_context(directory, "prod", docker("tcp://prod:2375"))
    make_context(directory, "lab", docker("ssh://me@lab"))
    make_context(directory, "far", docker("tcp://far"), "ca.pem", "cert.pem", "key.pem")
    (directory / "config.json").write_text('{"currentContext": "prod", "auths": {}}')
    return tmp_path


ENV = {"DOCKER_HOST": "tcp://env:1", "DOCKER_CONTEXT": "lab"}


def test_precedence_is_the_clis(home: Path) -> None:
    assert one(home, host="tcp://flag:9", environ=ENV).url == "tcp://flag:9"
    assert one(home, context="far", environ=ENV).name == "far"
    assert one(home, environ=ENV) == Endpoint("env", "tcp://env:1", "DOCKER_HOST")
    assert one(home, environ={"DOCKER_CONTEXT": "lab"}) == Endpoint("lab", "ssh://me@lab", "context lab")
    assert one(home) == Endpoint("prod", "tcp://prod:2375", "context prod")


def test_the_context_named_default_is_the_environment(home: Path) -> None:
    assert one(home, context="default", environ=ENV).source == "DOCKER_HOST"
    sockets = many(home, environ={"DOCKER_CONTEXT": "default"})
    assert {found.source for found in sockets} == {"default socket"}
    flagged = many(home, context="default")
    assert [found.url for found in flagged] == [found.url for found in sockets]
    assert {found.source for found in flagged} == {"--context default"}


def test_without_any_word_the_default_sockets_are_tried_in_order(tmp_path: Path) -> None:
    found = many(tmp_path, environ={"XDG_RUNTIME_DIR": "/run/user/7"})
    assert [(endpoint.name, endpoint.socket_path) for endpoint in found] == [
        ("local", "/var/run/docker.sock"),
        ("rootless", "/run/user/7/docker.sock"),
        ("desktop", f"{tmp_path}/.docker/desktop/docker.sock"),
        ("desktop", f"{tmp_path}/.docker/run/docker.sock"),
        ("podman", "/run/user/7/podman/podman.sock"),
        ("podman", "/run/podman/podman.sock"),
    ]


def test_docker_config_moves_the_contexts(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    make_context(other, "prod", docker("unix:///elsewhere.sock"))
    assert one(home, context="prod", environ={"DOCKER_CONFIG": str(other)}).url == "unix:///elsewhere.sock"


@pytest.mark.parametrize("config", ["", "{", "[]", '{"currentContext": 7}', "\xff"])
def test_a_broken_configuration_chooses_no_context(tmp_path: Path, config: str) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text(config)
    assert len(many(tmp_path)) > 1


def test_a_context_brings_its_own_tls_and_takes_none_from_the_environment(home: Path) -> None:
    environ = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/nowhere"}
    far = one(home, context="far", environ=environ)
    assert far.url == "tcp://far:2376"
    assert far.tls is not None
    assert [path and path.name for path in (far.tls.ca, far.tls.cert, far.tls.key)] == [
        "ca.pem",
        "cert.pem",
        "key.pem",
    ]
    assert far.tls.verify
    assert one(home, context="prod", environ=environ).tls is None


def test_a_context_may_trust_anyone(tmp_path: Path) -> None:
    make_context(tmp_path / ".docker", "lax", docker("tcp://lax:1", SkipTLSVerify=True))
    assert one(tmp_path, context="lax").tls == TLS(verify=False)


@pytest.mark.parametrize("verify", ["1", "0", "yes"])
def test_any_docker_tls_verify_but_the_empty_one_asks_for_tls(home: Path, verify: str) -> None:
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (home / ".docker" / name).touch()
    files = home / ".docker"
    environ = {"DOCKER_TLS_VERIFY": verify}
    found = one(home, host="prod", environ=environ)
    assert found.url == "tcp://prod:2376"
    assert found.tls == TLS(files / "ca.pem", files / "cert.pem", files / "key.pem")
    assert one(home, host="prod", environ={"DOCKER_TLS_VERIFY": ""}).tls is None
    assert one(home, host="unix:///x.sock", environ=environ).tls is None
    assert one(home, host="prod", environ={"DOCKER_TLS": "1"}).tls == TLS(
        None, files / "cert.pem", files / "key.pem", verify=False
    )


def test_missing_certificates_are_named(home: Path) -> None:
    with pytest.raises(EngineError, match=r"ca\.pem is missing") as caught:
        one(home, host="prod", environ={"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/certs"})
    assert "/certs/ca.pem" in str(caught.value)


@pytest.mark.parametrize(
    ("meta", "words"),
    [
        (None, "there is no context 'x'"),
        ("{", "cannot be read"),
        ("[]", "has no Docker endpoint"),
        ({"Endpoints": {"docker": {"Host": 7}}}, "has no Docker endpoint"),
        ({"Endpoints": {"kubernetes": {"Host": "https://k"}}}, "has no Docker endpoint"),
        (docker("http://h"), "has the scheme 'http'"),
    ],
    ids=["absent", "broken", "list", "number", "other", "scheme"],
)
def test_contexts_that_cannot_be_used(tmp_path: Path, meta: Any, words: str) -> None:
    if meta is not None:
        make_context(tmp_path / ".docker", "x", meta)
    with pytest.raises(EngineError) as caught:
        one(tmp_path, context="x")
    assert caught.value.kind is ErrorKind.BAD_ENDPOINT
    assert words in str(caught.value)


def test_a_context_name_cannot_leave_its_directory(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="there is no context"):
        one(tmp_path, context="../../etc/passwd")


def test_two_choices_at_once_are_refused(home: Path) -> None:
    with pytest.raises(EngineError, match="both --host and --context"):
        one(home, host="tcp://a", context="prod")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("unix:///run/docker.sock", "unix:///run/docker.sock"),
        ("unix://", "unix:///var/run/docker.sock"),
        ("/run/x.sock", "unix:///run/x.sock"),
        (" tcp://h:2375 ", "tcp://h:2375"),
        ("tcp://h", "tcp://h:2375"),
        ("tcp://:7", "tcp://localhost:7"),
        ("tcp://[::1]:2375", "tcp://[::1]:2375"),
        ("tcp://h:1/base/", "tcp://h:1/base"),
        ("10.0.0.1:2375", "tcp://10.0.0.1:2375"),
        ("host", "tcp://host:2375"),
        ("ssh://me@Host:22", "ssh://me@Host:22"),
        ("ssh://host/run/d.sock", "ssh://host/run/d.sock"),
        ("npipe:////./pipe/docker_engine", "npipe:////./pipe/docker_engine"),
    ],
)
def test_hosts_as_the_cli_takes_them(host: str, url: str) -> None:
    assert parse_host(host, "--host") == url


@pytest.mark.parametrize(
    "host",
    [
        "http://h:2375",
        "fd://",
        "unix://relative.sock",
        "tcp://h:notaport",
        "tcp://h:99999",
        "tcp://h:1?x=1",
        "tcp://[::1",
        "ssh://",
        "ssh://me:secret@h",
        "ssh://-oProxyCommand=evil",
        "ssh://-oProxyCommand=evil@h",
        "tcp://a b",
        "unix:///x\ny",
        "tcp://h\x1b[2J",
        "tcp://h;rm",
        "a://b://c",
    ],
)
def test_hosts_that_cannot_be(host: str) -> None:
    with pytest.raises(EngineError) as caught:
        parse_host(host, "DOCKER_HOST")
    assert caught.value.kind is ErrorKind.BAD_ENDPOINT
    assert "DOCKER_HOST" in str(caught.value)
    assert "\x1b" not in str(caught.value)


@given(st.text(max_size=40) | st.text(alphabet="tcpsh:/@.[]-%x0", max_size=30))
def test_any_host_is_an_endpoint_or_one_error(host: str) -> None:
    try:
        url = parse_host(host, "--host")
    except EngineError:
        return
    endpoint = Endpoint("x", url, "--host")
    assert endpoint.scheme in ("unix", "tcp", "ssh", "npipe")
    assert endpoint.address
    if endpoint.scheme == "tcp":
        assert endpoint.split.hostname
        assert endpoint.split.port


def test_addresses_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    addresses = {
        url: Endpoint("x", url, "").address for url in ("unix:///home/me/d.sock", "unix:///home/men/d", "ssh://a")
    }
    assert list(addresses.values()) == ["~/d.sock", "/home/men/d", "ssh://a"]


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("unix:///var/run/docker.sock", "local"),
        ("unix:///run/user/1000/docker.sock", "rootless"),
        ("unix:///run/user/1000/podman/podman.sock", "podman"),
        ("unix:///home/me/.docker/desktop/docker.sock", "desktop"),
        ("tcp://prod.example:2375", "prod.example"),
        ("ssh://me@lab:22", "lab"),
    ],
)
def test_an_address_without_a_name_gets_one(tmp_path: Path, host: str, name: str) -> None:
    assert one(tmp_path, host=host).name == name
