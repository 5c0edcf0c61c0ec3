"""One reader of the environment and one of config.json; and what each of their keys means."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import dockertui
from dockertui.cli import _unread
from dockertui.engine import build_credentials, credentials, docker_config
from dockertui.engine.environment import Environment, own
from dockertui.engine.errors import EngineError
from dockertui.engine.proxy import proxy_for

PACKAGE = Path(dockertui.__file__).parent
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "demo" not in path.parts)
LOOKING_UP = {"get", "getenv", "pop", "setdefault", "value", "_text"}
READERS = {"engine/environment.py", "engine/docker_config.py"}
NAMES = re.compile(r"DOCKER_(?!BUILDKIT=0$)[A-Z_]+|(?:HTTPS?|NO|ALL|FTP)_PROXY", re.I)


def looked_up(path: Path) -> Iterator[str]:
    """The texts by which a source looks something up: `x["NAME"]`, `x.get("NAME")`, `x / "NAME"`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        keys: list[ast.expr] = []
        if isinstance(node, ast.Subscript):
            keys = [node.slice]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOOKING_UP:
            keys = list(node.args)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            keys = [node.right]
        yield from (key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_nobody_else_reads_dockers_environment_and_configuration(path: Path) -> None:
    found = {text for text in looked_up(path) if NAMES.fullmatch(text) or text == "config.json"}
    assert not found or path.relative_to(PACKAGE).as_posix() in READERS


def test_the_search_finds_the_readers() -> None:
    found = {path.relative_to(PACKAGE).as_posix() for path in SOURCES
             if any(NAMES.fullmatch(text) or text == "config.json" for text in looked_up(path))}  # fmt: skip
    assert found == READERS


def environment(home: Path, config: object = None, **variables: str) -> Environment:
    """With a configuration in `home`; a text is written as it is."""
    (home / ".docker").mkdir(exist_ok=True)
    if config is not None:
        text = config if isinstance(config, str) else json.dumps(config)
        (home / ".docker/config.json").write_text(text)
    return Environment(variables, home)


@pytest.mark.parametrize("text", ["", " \n", "{}", "null"])
def test_an_empty_file_is_an_empty_configuration(text: str, tmp_path: Path) -> None:
    config = docker_config.load(environment(tmp_path, text))
    assert (config.raw, config.broken) == ({}, "")


async def test_a_login_goes_into_an_empty_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    found = {"username": "u", "password": "p", "serveraddress": "quay.io"}
    environ = environment(tmp_path, "")
    await credentials.keep(found, environ)
    assert (await credentials.lookup("quay.io", environ)).auth == found


@pytest.mark.parametrize("text", ["{", "[]", "7", "\udcff", "{" * 100_000])
async def test_a_file_that_cannot_be_read_is_said(text: str, tmp_path: Path) -> None:
    environ = environment(tmp_path, "")
    path = tmp_path / ".docker/config.json"
    path.write_bytes(text.encode(errors="surrogateescape"))
    config = docker_config.load(environ)
    assert config.broken.startswith(f"{path} cannot be read: ")
    assert config.current_context == ""
    assert (await credentials.lookup("quay.io", environ)).why == config.broken
    assert await build_credentials.header(environ) == ({}, [config.broken])
    told = [str(problem) for problem in _unread(config)]
    assert len(told) == 1
    assert "cannot be read" in told[0]
    assert told[0].endswith("its context, credentials, headers and proxies do not count")


def test_a_file_that_can_be_read_is_not_spoken_of(tmp_path: Path) -> None:
    assert _unread(docker_config.load(environment(tmp_path, {}))) == []
    assert _unread(docker_config.load(Environment({}, tmp_path / "none"))) == []


def test_names_are_taken_in_any_case(tmp_path: Path) -> None:
    config = docker_config.load(environment(tmp_path, {"httpheaders": {"X": "1"}, "CREDSSTORE": "a", "other": 1}))
    assert config.headers(Environment({}, tmp_path)) == (("X", "1"),)
    assert config.store == "a"


@pytest.mark.parametrize("headers", [{"X Y": "1"}, {"": "1"}, {"X": "a\r\nY: b"}, {"X:": "1"}])
def test_headers_that_cannot_be_sent_are_refused(headers: dict[str, str], tmp_path: Path) -> None:
    config = docker_config.load(environment(tmp_path, {"HttpHeaders": headers}))
    with pytest.raises(EngineError, match=r"the headers of .*config\.json cannot be sent"):
        config.headers(Environment({}, tmp_path))


def test_the_proxies_of_an_engine_go_before_those_of_all(tmp_path: Path) -> None:
    sections = {"default": {"httpProxy": "http://a"}, "tcp://h:1": {"ftpProxy": "http://b"}}
    config = docker_config.load(environment(tmp_path, {"proxies": sections}))
    assert config.proxies("tcp://h:1") == {"FTP_PROXY": "http://b", "ftp_proxy": "http://b"}
    assert config.proxies("unix:///x") == {"HTTP_PROXY": "http://a", "http_proxy": "http://a"}


@pytest.mark.parametrize(
    ("host", "exceptions", "asked"),
    [
        ("h.test", "", True),
        ("h.test", "*", False),
        ("h.test", "test", False),
        ("h.test", ".test", False),
        ("h.test", "*.test", False),
        ("h.test", "h.test", False),
        ("h.test", "H.Test", False),
        ("h.test", "h.test:2375", False),
        ("h.test", "h.test:80", True),
        ("h.test", ".h.test", True),
        ("ah.test", "h.test", True),
        ("h.test", "a, h.test ,b", False),
        ("10.1.2.3", "10.0.0.0/8", False),
        ("11.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "10.1.2.3", False),
        ("10.1.2.3", "nonsense/8", True),
        ("fd00::1", "[fd00::1]:2375", False),
        ("fd00::1", "fd00::/16", False),
        ("localhost", "", False),
        ("127.0.0.9", "", False),
        ("::1", "", False),
    ],
)
def test_no_proxy(host: str, exceptions: str, asked: bool, tmp_path: Path) -> None:
    environ = Environment({"HTTP_PROXY": "proxy:3128", "no_proxy": exceptions}, tmp_path)
    assert proxy_for("http", host, 2375, environ) == ("http://proxy:3128" if asked else "")


def test_a_user_without_a_name_and_a_folder_has_the_topmost_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object) -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", nobody)
    assert own().home == Path("/")


def test_each_scheme_has_its_own_proxy(tmp_path: Path) -> None:
    environ = Environment({"https_proxy": "http://s:1", "http_proxy": "http://p:1", "HTTP_PROXY": ""}, tmp_path)
    assert proxy_for("http", "h", 1, environ) == "http://p:1"
    assert proxy_for("https", "h", 1, environ) == "http://s:1"


@pytest.mark.parametrize("value", ["socks5://p:1", "http://", "https://p:1", "http://p:port"])
def test_a_proxy_that_cannot_be_used_is_named(value: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="HTTP_PROXY names no proxy that can be used"):
        proxy_for("http", "h", 1, Environment({"HTTP_PROXY": value}, tmp_path))


async def test_a_missing_helper_falls_back_to_the_file_and_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    entry = {"username": "u", "password": "p"}
    config = {"credHelpers": {"quay.io": "none"}, "auths": {"quay.io": entry}}
    found = await credentials.lookup("quay.io", environment(tmp_path, config))
    assert found.auth == {**entry, "serveraddress": "quay.io"}
    assert found.why.startswith("docker-credential-none cannot be run")
