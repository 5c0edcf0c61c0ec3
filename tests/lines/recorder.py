"""An Engine that only records requests, with replies that let the `docker` command continue.

It has a container `web`, an image with several names, a network `net1`, a volume `vol1` and a plugin. What is created
or pulled exists afterwards. It serves on a unix socket or, with `tcp`, on a port of the loopback device.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import socket
import ssl
import tarfile
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn, UnixStreamServer
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, unquote, urlsplit

WEB = "c" * 64
IMAGE = f"sha256:{'a' * 64}"
TAGS = ["localhost:5000/nginx:1", "a/b:1"]
NETWORK = "e" * 64
EXEC = "b" * 64
PLUGIN = "f" * 64
_CHANGING = ("POST", "PUT", "DELETE", "PATCH")
_READING = ("/wait", "/resize")


class Asked(NamedTuple):
    """One request: `path` without its version, `query` as lists, `body` parsed if it is JSON, else as bytes."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    body: Any
    headers: Mapping[str, str]
    status: int

    @property
    def changes(self) -> bool:
        return self.method in _CHANGING and self.status < 400


class _Unix(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True


class _TCP(ThreadingMixIn, TCPServer):
    daemon_threads = True
    allow_reuse_address = True


class Recorder:
    """The Engine, running within a `with`. `asked` are its requests, in order.

    present: the names of the images that exist at the beginning.
    """

    def __init__(self, folder: Path, name: str = "docker.sock", *, api: str = "1.41", tcp: bool = False) -> None:
        self.api = api
        self.asked: list[Asked] = []
        self.present = {*TAGS, IMAGE}
        self.images = set(self.present)
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"recorder": self})
        self.path = folder / name
        self._server = _TCP(("127.0.0.1", 0), handler) if tcp else _Unix(str(self.path), handler)
        self.url = f"tcp://127.0.0.1:{self._server.socket.getsockname()[1]}" if tcp else f"unix://{self.path}"

    def secure(self, context: ssl.SSLContext) -> None:
        """Use TLS from now on."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def forget(self) -> None:
        """Return to the initial state."""
        with self._lock:
            self.asked.clear()
            self.images = set(self.present)

    def record(self, asked: Asked) -> None:
        with self._lock:
            self.asked.append(asked)

    @property
    def changing(self) -> list[Asked]:
        """The requests that changed something."""
        return [one for one in self.asked if one.changes]


Answer = tuple[int, Any]


def id_of(name: str) -> str:
    """Return the id of a container created with this name."""
    return hashlib.sha256(name.encode()).hexdigest()


def _pulled(recorder: Recorder, asked: Asked) -> Answer:
    named = asked.query.get("fromImage", [""])[0]
    recorder.images.add(named.removeprefix("docker.io/").removeprefix("library/"))
    return 200, {"status": "Status: Downloaded newer image"}


def _created(recorder: Recorder, asked: Asked) -> Answer:
    image = str(asked.body.get("Image"))
    if not {image, image.rpartition(":")[0], image.partition("@")[0]} & recorder.images:
        return 404, {"message": f"No such image: {image}"}
    return 201, {"Id": id_of(asked.query.get("name", [""])[0]), "Warnings": []}


def _image(recorder: Recorder, asked: Asked) -> Answer:
    name = unquote(asked.path.removeprefix("/images/").removesuffix("/json"))
    if not {name, name.rpartition(":")[0], name.partition("@")[0]} & recorder.images:
        return 404, {"message": f"No such image: {name}"}
    return 200, {"Id": IMAGE, "RepoTags": TAGS, "Config": {}}


def _always(status: int, value: Any) -> Callable[[Recorder, Asked], Answer]:
    return lambda recorder, asked: (status, value)


_CONTAINER = {
    "Id": WEB, "Name": "/web", "Image": IMAGE, "State": {"Running": True, "Status": "running", "Pid": 42},
    "Config": {"Image": TAGS[0]}, "HostConfig": {"NetworkMode": "default"},
    "NetworkSettings": {"Networks": {"bridge": {}}},
    "Mounts": [],
}  # fmt: skip
_LISTED = {"Id": WEB, "Names": ["/web"], "Image": TAGS[0], "ImageID": IMAGE, "State": "running", "Status": "Up 1 s"}
_PLUGIN = {"Id": PLUGIN, "Name": "shop/driver:latest", "Enabled": False, "Config": {}, "Settings": {}}
_PROCESSES = {"Titles": ["PID", "PPID", "USER", "COMMAND"], "Processes": [["42", "1", "root", "sleep 1d"]]}
_STAT = base64.b64encode(
    b'{"name":"x","size":0,"mode":2147484141,"mtime":"2026-01-01T00:00:00Z","linkTarget":""}'
).decode()
_ANSWERS: tuple[tuple[str, str, Callable[[Recorder, Asked], Answer]], ...] = (
    ("GET", "/version", lambda r, a: (200, {"Version": "20.10.24", "ApiVersion": r.api, "MinAPIVersion": "1.12",
                                            "Os": "linux", "Arch": "amd64"})),
    ("GET", "/info", _always(200, {"ID": "x", "OSType": "linux", "IndexServerAddress": "https://index.docker.io/v1/"})),
    ("GET", "/containers/json", _always(200, [_LISTED])),
    ("GET", "/containers/[^/]+/json", _always(200, _CONTAINER)),
    ("GET", "/containers/[^/]+/top", _always(200, _PROCESSES)),
    ("GET", "/images/json", _always(200, [{"Id": IMAGE, "RepoTags": TAGS, "Size": 1, "Created": 1}])),
    ("GET", "/images/.+/json", _image),
    ("GET", "/networks", _always(200, [{"Name": "net1", "Id": NETWORK, "Driver": "bridge"}])),
    ("GET", "/networks/.+", _always(200, {"Name": "net1", "Id": NETWORK, "Driver": "bridge"})),
    ("GET", "/volumes", _always(200, {"Volumes": [{"Name": "vol1", "Driver": "local"}]})),
    ("GET", "/volumes/.+", _always(200, {"Name": "vol1", "Driver": "local"})),
    ("GET", "/plugins", _always(200, [_PLUGIN])),
    ("GET", "/plugins/.+/json", _always(200, _PLUGIN)),
    ("GET", "/system/df", _always(200, {})),
    ("GET", "/exec/.+/json", _always(200, {"ID": EXEC, "Running": False, "ExitCode": 0})),
    ("GET", "/events", _always(200, {})),
    ("POST", "/containers/create", _created),
    ("POST", "/containers/[^/]+/wait", _always(200, {"StatusCode": 0})),
    ("POST", "/containers/[^/]+/update", _always(200, {"Warnings": []})),
    ("POST", "/containers/[^/]+/exec", _always(201, {"Id": EXEC})),
    ("POST", "/containers/prune", _always(200, {"ContainersDeleted": [], "SpaceReclaimed": 0})),
    ("POST", "/images/prune", _always(200, {"ImagesDeleted": [], "SpaceReclaimed": 0})),
    ("POST", "/networks/prune", _always(200, {"NetworksDeleted": []})),
    ("POST", "/volumes/prune", _always(200, {"VolumesDeleted": [], "SpaceReclaimed": 0})),
    ("POST", "/build/prune", _always(200, {"CachesDeleted": [], "SpaceReclaimed": 0})),
    ("POST", "/images/create", _pulled),
    ("POST", "/images/[^ ]+/push", _always(200, {"status": "pushed"})),
    ("POST", "/images/[^ ]+/tag", _always(201, None)),
    ("POST", "/images/load", _always(200, {"stream": "Loaded image: a"})),
    ("POST", "/build", _always(200, {"stream": "Successfully built aaaaaaaaaaaa\n"})),
    ("POST", "/commit", _always(201, {"Id": IMAGE})),
    ("POST", "/networks/create", _always(201, {"Id": NETWORK, "Warning": ""})),
    ("POST", "/networks/.+", _always(200, None)),
    ("POST", "/volumes/create", _always(201, {"Name": "v1", "Driver": "local", "Mountpoint": "", "Scope": "local"})),
    ("POST", "/auth", _always(200, {"Status": "Login Succeeded", "IdentityToken": ""})),
    ("DELETE", "/images/.+", _always(200, [{"Untagged": "x"}])),
    ("POST", "/plugins/.+", _always(200, None)),
    ("DELETE", "/plugins/.+", _always(200, _PLUGIN)),
    ("POST", ".*", _always(204, None)),
    ("PUT", ".*", _always(200, None)),
    ("DELETE", ".*", _always(204, None)),
)  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    recorder: Recorder

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing to the terminal."""

    def address_string(self) -> str:
        return "peer"

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True  # the client has closed the connection early

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        path = re.sub(r"^/v\d+\.\d+(?=/)", "", parts.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        body = _json(self._read())
        asked = Asked(self.command, path, query, body, dict(self.headers.items()), 200)
        status, value = self._answer(asked)
        self.recorder.record(asked._replace(status=status))
        if status == 101:
            self._hand_over()
        else:
            self._reply(status, value, path)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _serve

    def _answer(self, asked: Asked) -> Answer:
        if asked.path == "/_ping" or self.command == "HEAD":
            return 200, b"OK"
        if asked.path.endswith("/archive") and self.command == "GET":
            return 200, _tar()
        if asked.path in ("/images/get", f"/containers/{WEB}/export", "/containers/web/export"):
            return 200, _tar()
        if asked.path.startswith("/exec/") and asked.path.endswith("/start"):
            return 101, None
        for method, pattern, answer in _ANSWERS:
            if method == self.command and re.fullmatch(pattern, asked.path):
                return answer(self.recorder, asked)
        return 404, {"message": f"no answer to {self.command} {asked.path}"}

    def _read(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _reply(self, status: int, value: Any, path: str) -> None:
        data = b"" if value is None else value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Api-Version", self.recorder.api)
        self.send_header("Ostype", "linux")
        if path.endswith("/archive"):
            self.send_header("X-Docker-Container-Path-Stat", _STAT)
        self.send_header(
            "Content-Type", "application/x-tar" if path.endswith(("archive", "get")) else "application/json"
        )
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(data)

    def _hand_over(self) -> None:
        """Accept the upgrade of an exec whose process prints nothing and ends."""
        self.wfile.write(b"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"
                         b"Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n")  # fmt: skip
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_WR)


def _json(data: bytes) -> Any:
    if not data:
        return None
    try:
        return json.loads(data)
    except ValueError:
        return data


def _tar() -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("x"), io.BytesIO())
    return data.getvalue()
