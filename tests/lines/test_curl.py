"""Each `curl` line goes where the program's own request goes: sockets, TCP, TLS, a proxy, and the far side of ssh."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

from dockertui.engine import docker_config
from dockertui.engine.call import VERSION, Call
from dockertui.engine.client import Engine
from dockertui.engine.context import TLS
from dockertui.engine.endpoint import Endpoint, candidates
from dockertui.engine.environment import own
from dockertui.engine.errors import EngineError
from dockertui.engine.plain_http import PlainConnection
from dockertui.engine.sending import send
from dockertui.engine.ssh import ssh_command
from dockertui.engine.trace import Trace
from dockertui.masking import MASK
from dockertui.operations.command_lines import curl_line
from tests.hanging import COMMAND_LIMIT
from tests.lines import alike, clis
from tests.lines.recorder import Recorder

CERTIFICATES = Path(__file__).parents[1] / "unit" / "engine" / "certificates"
STOP = Call("POST", "/containers/web/stop", {"t": 5})
UPDATE = Call("POST", "/containers/web/update", body={"Memory": 1, "Name": "it's ü"})
CALLS = (STOP, UPDATE)
SSH = """#!/usr/bin/env python3
import json, os, sys
with open({log!r}, "a") as log:
    print(json.dumps(sys.argv[1:]), file=log)
os.environ["PATH"] = {path!r}
os.environ["DOCKER_HOST"] = {chosen!r}
os.execvp("sh", ["sh", "-c", sys.argv[-1]])
"""
"""An ssh to this machine itself, which writes down what it was told: over there `docker` goes by DOCKER_HOST."""


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that knows nothing of Docker and of proxies."""
    for name in list(os.environ):
        if name.startswith("DOCKER_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


def found(**flags: str) -> Endpoint:
    """The Engine that the command line and the environment name."""
    chosen = {"host": None, "context": None} | flags
    return candidates(**chosen, environment=own(), config=docker_config.load(own()))[0]


async def by_the_program(endpoint: Endpoint, recorder: Recorder) -> list[list[Any]]:
    engine = Engine(endpoint)
    try:
        await engine.open()
        recorder.forget()
        for call in CALLS:
            await send(engine, call)
        return alike.deeds(recorder.asked)
    finally:
        await engine.close()


async def by_curl(endpoint: Endpoint, recorder: Recorder) -> list[list[Any]]:
    recorder.forget()
    line = curl_line(endpoint, "1.41", CALLS, reveal=True)
    done = await asyncio.to_thread(
        subprocess.run,
        ["sh", "-c", line],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=COMMAND_LIMIT,
    )
    assert done.returncode == 0, f"{line}\n{done.stderr}"
    return alike.deeds(recorder.asked)


async def both(endpoint: Endpoint, recorder: Recorder) -> None:
    """Hold the two ways to the same requests, and to the same headers."""
    ours = await by_the_program(endpoint, recorder)
    headers = _extra(recorder)
    assert len(ours) == len(CALLS)
    assert await by_curl(endpoint, recorder) == ours
    assert _extra(recorder) == headers
    assert headers == dict(endpoint.headers)


def _extra(recorder: Recorder) -> Mapping[str, str]:
    return {name: text for name, text in recorder.asked[-1].headers.items() if name.startswith("X-")}


@pytest.mark.parametrize("name", ["docker.sock", "podman.sock", "with space.sock", "it's.sock"])
async def test_a_socket(name: str, tmp_path: Path) -> None:
    with Recorder(tmp_path, name) as recorder:
        await both(found(host=recorder.url), recorder)


async def test_a_socket_is_no_matter_for_a_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Recorder(tmp_path) as recorder:
        await both(found(host=recorder.url), recorder)


async def test_tcp(tmp_path: Path) -> None:
    with Recorder(tmp_path, tcp=True) as recorder:
        await both(found(host=recorder.url), recorder)


async def test_this_machine_is_never_asked_through_a_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Recorder(tmp_path, tcp=True) as recorder:
        await both(found(host=recorder.url), recorder)


async def test_tls(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "server.pem", CERTIFICATES / "server-key.pem")
    context.load_verify_locations(CERTIFICATES / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    tls = TLS(CERTIFICATES / "ca.pem", CERTIFICATES / "cert.pem", CERTIFICATES / "key.pem")
    with Recorder(tmp_path, tcp=True) as recorder:
        recorder.secure(context)
        for given in (tls, tls._replace(ca=None, verify=False)):
            await both(Endpoint("x", recorder.url, "--host", given), recorder)


async def test_the_headers_of_config_json_go_with_every_request(tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    config = {"HttpHeaders": {"X-Meta-Token": "open sesame", "User-Agent": "me"}}
    (tmp_path / ".docker/config.json").write_text(json.dumps(config))
    with Recorder(tmp_path) as recorder:
        endpoint = found(host=recorder.url)
        assert endpoint.headers == (("X-Meta-Token", "open sesame"),)
        await both(endpoint, recorder)
        PlainConnection(endpoint, 5, Trace()).get(VERSION)
        assert recorder.asked[-1].headers["X-Meta-Token"] == "open sesame"
        hidden = curl_line(endpoint, "1.41", CALLS)
        assert "sesame" not in hidden
        assert MASK in hidden


async def test_headers_of_the_environment_take_their_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text('{"HttpHeaders": {"X-Meta": "1"}}')
    monkeypatch.setenv("DOCKER_CUSTOM_HEADERS", 'X-A=1,"X-B=a, ""b""",X-C=')
    with Recorder(tmp_path) as recorder:
        endpoint = found(host=recorder.url)
        assert endpoint.headers == (("X-A", "1"), ("X-B", 'a, "b"'), ("X-C", ""))
        ours = await by_the_program(endpoint, recorder)
        sent = _extra(recorder)
        for version, cli in clis.found().items():
            if not version.startswith("20."):  # which knows nothing of this variable
                recorder.forget()
                monkeypatch.setenv("DOCKER_HOST", recorder.url)
                await asyncio.to_thread(clis.run, "docker stop -t 5 web", cli, tmp_path, os.environ)
                assert alike.deeds(recorder.asked) == ours[:1]
                assert _extra(recorder) == sent


@pytest.mark.parametrize("given", ["X-A", "=1", "X A=1", "X-A=1\x07"])
def test_headers_that_cannot_be_sent_are_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CUSTOM_HEADERS", given)
    with pytest.raises(EngineError, match="the headers of DOCKER_CUSTOM_HEADERS cannot be sent"):
        found(host="/x.sock")


class Proxy(BaseHTTPRequestHandler):
    """A proxy that takes whole URLs and hands nothing over; it writes down the hosts that it is asked for."""

    asked: list[tuple[str, str]]
    target: str

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is told on the terminal."""

    def _pass_on(self) -> None:
        parts = urlsplit(self.path)
        self.asked.append((parts.netloc, self.headers.get("Proxy-Authorization", "")))
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
        onward = HTTPConnection(self.target.partition("://")[2])
        kept = {"Content-Type": self.headers["Content-Type"]} if data else {}
        onward.request(self.command, f"{parts.path}?{parts.query}", data, kept)
        reply = onward.getresponse()
        body = reply.read()
        onward.close()
        self.send_response(reply.status)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = do_POST = _pass_on


@contextmanager
def proxy(target: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Its address, and the hosts and credentials it was asked with."""
    asked: list[tuple[str, str]] = []
    with ThreadingTCPServer(("127.0.0.1", 0), type("Here", (Proxy,), {"asked": asked, "target": target})) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()


async def test_an_engine_behind_a_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Recorder(tmp_path, tcp=True) as recorder, proxy(recorder.url) as (address, asked):
        monkeypatch.setenv("HTTP_PROXY", f"http://ann:sesame@{address}")
        endpoint = found(host="tcp://engine.test:2375")
        ours = await by_the_program(endpoint, recorder)
        assert {host for host, _ in asked} == {"engine.test:2375"}
        assert all(told.startswith("Basic ") for _, told in asked)
        asked.clear()
        assert await by_curl(endpoint, recorder) == ours
        assert {host for host, _ in asked} == {"engine.test:2375"}
        PlainConnection(endpoint, 5, Trace()).get(VERSION)
        assert recorder.asked[-1].path == "/version"
        for cli in clis.found().values():
            recorder.forget()
            monkeypatch.setenv("DOCKER_HOST", endpoint.url)
            await asyncio.to_thread(clis.run, "docker stop -t 5 web", cli, tmp_path, os.environ)
            assert alike.deeds(recorder.asked) == ours[:1]
        assert "sesame" not in curl_line(endpoint, "1.41", CALLS)


@contextmanager
def far_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[dict[str, Recorder], Path]]:
    """Two Engines on the other side of ssh: the one that `docker` takes there by itself, and one that must be named."""
    log, bin_dir = tmp_path / "log", tmp_path / "bin"
    bin_dir.mkdir()
    with ExitStack() as stack:
        recorders = {name: stack.enter_context(Recorder(tmp_path, f"{name}.sock")) for name in ("chosen", "na med")}
        program = bin_dir / "ssh"
        program.write_text(
            SSH.format(log=str(log), path=os.environ["PATH"], chosen=recorders["chosen"].url).replace(
                "/usr/bin/env python3", sys.executable
            )
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{bin_dir}{os.pathsep}{os.environ['PATH']}")
        yield recorders, log


@pytest.mark.skipif(not clis.found(), reason="the other side of ssh needs the docker command")
@pytest.mark.parametrize("path", ["", "/"])
async def test_ssh_to_the_engine_that_the_other_side_chooses(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with far_side(tmp_path, monkeypatch) as (recorders, _):
        await both(found(host=f"ssh://me@Alias{path}"), recorders["chosen"])
        assert not recorders["na med"].asked


@pytest.mark.skipif(not clis.found(), reason="the other side of ssh needs the docker command")
async def test_ssh_to_a_socket_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with far_side(tmp_path, monkeypatch) as (recorders, log):
        socket = str(recorders["na med"].path).replace(" ", "%20")
        endpoint = found(host=f"ssh://me%40corp@HostAlias:2222{socket}")
        await both(endpoint, recorders["na med"])
        assert not recorders["chosen"].asked
        told = [json.loads(line)[:-1] for line in log.read_text().splitlines()]
        assert all(words[-6:] == ["-l", "me@corp", "-p", "2222", "--", "HostAlias"] for words in told)
        assert len({len(words) for words in told}) == 2  # the program's own options, and none by curl


def test_both_ways_by_ssh_name_the_host_alike() -> None:
    for url in ("ssh://Alias", "ssh://a%20b@h", "ssh://[::1]:22/x", "ssh://user@domain@host", "ssh://h:0/%2Fx"):
        endpoint = Endpoint("x", url, "--host")
        words = shlex.split(curl_line(endpoint, "1.41", [STOP]))
        assert words[1:-1] == ssh_command(endpoint)[-1 - len(words[1:-1]) : -1]
