"""The first requests, made before anything is loaded."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import ErrorKind
from dockertui.engine.preflight import Preflight
from dockertui.engine.trace import Trace
from tests.unit.engine.engine_peer import CHUNKED, VERSION, chunk, reply

RECORDED = Path(__file__).parent / "recorded"
LISTS = {
    "/v1.51/containers/json?all=1": (RECORDED / "containers_docker28.json").read_bytes(),
    "/v1.51/images/json": (RECORDED / "images_docker28.json").read_bytes(),
    "/v1.51/networks": (RECORDED / "networks_docker28.json").read_bytes(),
    "/v1.51/volumes": (RECORDED / "volumes_docker28.json").read_bytes(),
    "/version": json.dumps(VERSION).encode(),
}
Answer = Callable[[str], bytes | None]


class Server:
    """A server in threads, as no event loop runs yet. ``answer(path)`` gives the bytes; None hangs up."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "engine.sock"
        self.answer: Answer = lambda path: reply(LISTS[path])
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint("local", f"unix://{self.path}", "--host")

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return  # closed: the test is over
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            while request := lines.readline():
                while lines.readline() not in (b"\r\n", b""):
                    pass
                data = self.answer(request.split()[1].decode())
                if data is None:
                    return
                connection.sendall(data)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path)
    yield made
    made.listener.close()


def fly(*candidates: Endpoint, timeout: float = 60, trace: Trace | None = None) -> Preflight:
    preflight = Preflight(list(candidates), trace, timeout)
    preflight.start()
    preflight.join()
    return preflight


def nowhere(tmp_path: Path) -> Endpoint:
    return Endpoint("local", f"unix://{tmp_path}/none.sock", "default socket")


def test_everything_is_listed_and_journalled(server: Server) -> None:
    trace = Trace()
    found = fly(server.endpoint, trace=trace)
    assert found.endpoint == server.endpoint
    assert found.version is not None
    assert found.version.api == "1.51"
    assert found.attempts == []
    assert {kind: len(objects) for kind, objects in found.lists.items()} == {
        "container": 3,
        "image": 1,
        "network": 3,
        "volume": 1,
    }
    assert {request.path for request in trace} == set(LISTS)
    assert {(request.cause, request.status, request.error) for request in trace} == {("start", 200, "")}
    assert all(request.bytes_in == len(LISTS[request.path]) for request in trace)


def test_the_first_candidate_that_answers_is_taken(server: Server, tmp_path: Path) -> None:
    found = fly(nowhere(tmp_path), server.endpoint, nowhere(tmp_path))
    assert found.endpoint == server.endpoint
    assert [attempt.error.kind for attempt in found.attempts] == [ErrorKind.NO_SOCKET]


def test_nothing_anywhere(tmp_path: Path) -> None:
    found = fly(nowhere(tmp_path), nowhere(tmp_path))
    assert (found.endpoint, found.version, found.lists) == (None, None, {})
    assert len(found.attempts) == 2
    assert "systemctl start docker" in str(found.attempts[0].error)


def test_ssh_is_left_to_the_real_client() -> None:
    far = Endpoint("far", "ssh://far", "context far")
    found = fly(far)
    assert (found.endpoint, found.version, found.lists, found.attempts) == (far, None, {}, [])


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (None, ErrorKind.LOST),
        (b"SSH-2.0-x\r\n", ErrorKind.PROTOCOL),
        (b"\x00\xff\r\n\r\n", ErrorKind.PROTOCOL),
        (reply(b"<html>"), ErrorKind.PROTOCOL),
        (reply(b"[]"), ErrorKind.PROTOCOL),
        (reply(b"[" * 100_000), ErrorKind.PROTOCOL),
        (reply(b'{"message":"sorry"}', "500 Sorry"), ErrorKind.SERVER),
        (b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n", ErrorKind.BAD_REQUEST),
        (reply(json.dumps(VERSION | {"ApiVersion": "1.30"}).encode()), ErrorKind.UNSUPPORTED),
    ],
    ids=["hung up", "ssh", "noise", "html", "list", "nested", "error", "redirect", "old"],
)
def test_peers_that_are_no_engine(server: Server, data: bytes | None, kind: ErrorKind) -> None:
    server.answer = lambda path: data
    trace = Trace()
    found = fly(server.endpoint, trace=trace)
    assert found.endpoint is None
    assert [attempt.error.kind for attempt in found.attempts] == [kind]
    if kind is not ErrorKind.UNSUPPORTED and data != reply(b"[]"):
        assert next(iter(trace)).error == str(found.attempts[0].error)


def test_a_hung_engine_is_given_up(server: Server) -> None:
    server.answer = lambda path: b""
    found = fly(server.endpoint, timeout=0.1)
    assert [attempt.error.kind for attempt in found.attempts] == [ErrorKind.TIMEOUT]


def test_a_reply_that_trickles_is_given_up(tmp_path: Path) -> None:
    """Each byte is within the socket's time limit; all together are not."""
    release = threading.Event()
    listener = socket.socket(socket.AF_UNIX)
    path = tmp_path / "slow.sock"
    listener.bind(str(path))
    listener.listen()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(CHUNKED)
            while not release.wait(0.02):
                try:
                    connection.sendall(chunk(b" "))
                except OSError:
                    return

    threading.Thread(target=serve, daemon=True).start()
    found = fly(Endpoint("local", f"unix://{path}", "--host"), timeout=0.2)
    release.set()
    listener.close()
    assert [attempt.error.kind for attempt in found.attempts] == [ErrorKind.TIMEOUT]


@pytest.mark.parametrize("broken", [b"", reply(b"oops"), reply(b"{}", "500 Sorry"), reply(b"[]", length=99)])
def test_a_list_that_fails_is_left_out(server: Server, broken: bytes) -> None:
    def answer(path: str) -> bytes:
        return broken if "images" in path else reply(LISTS[path])

    server.answer = answer
    found = fly(server.endpoint)
    assert found.endpoint is not None
    assert set(found.lists) == {"container", "network", "volume"}


def test_what_a_list_holds_may_be_anything(server: Server) -> None:
    server.answer = lambda path: reply(LISTS[path] if path == "/version" else b'{"Volumes": [], "x": "y"}')
    assert fly(server.endpoint).lists == {"volume": []}, "what is no list is not taken for an empty one"
    server.answer = lambda path: reply(LISTS[path] if path == "/version" else b'{"Volumes": [null, 7], "x": "y"}')
    assert fly(server.endpoint).lists == {}, "nor is one of which nothing can be read"


def test_callbacks_before_and_after_the_end(server: Server) -> None:
    preflight = Preflight([server.endpoint])
    called: list[Preflight] = []
    preflight.add_done_callback(called.append)
    preflight.start()
    preflight.join()
    preflight.add_done_callback(called.append)
    assert called == [preflight, preflight]


def test_nothing_heavy_is_imported() -> None:
    """These run before the first paint: what they import is waited for."""
    code = (
        "import dockertui.engine.preflight, dockertui.engine.client, sys;"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"aiohttp", "aiodocker", "yarl", "attr", "textual", "rich"} & set(loaded)


def test_the_preflight_needs_no_event_loop() -> None:
    code = "import dockertui.engine.preflight, sys; print('asyncio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
