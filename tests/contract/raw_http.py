"""HTTP over a unix socket, without any client library."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

LIMIT = 60.0
"""Seconds after which a reply counts as missing: far more than any machine needs."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def message(self) -> str:
        """The Engine's error message."""
        return str(self.json["message"])


class Connection(http.client.HTTPConnection):
    """A connection to the Engine at a `unix://` URL."""

    def __init__(self, url: str, timeout: float = LIMIT) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = url.removeprefix("unix://")

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Http:
    """Makes one request per connection, so that no test affects the next."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(
        self, method: str, path: str, body: object = None, *, timeout: float = LIMIT, **query: object
    ) -> Answer:
        with self.open(method, path, body, timeout=timeout, **query) as response:
            content = response.read()
        return Answer(response.status, {key.lower(): value for key, value in response.getheaders()}, content)

    def get(self, path: str, **query: object) -> Any:
        """Return the JSON of a GET that must succeed."""
        answer = self("GET", target(path, query))
        assert answer.status == 200, answer
        return answer.json

    @contextmanager
    def open(
        self, method: str, path: str, body: object = None, *, timeout: float = LIMIT, **query: object
    ) -> Iterator[http.client.HTTPResponse]:
        """Open a streamed reply."""
        connection = Connection(self.url, timeout)
        headers = {} if body is None else {"Content-Type": "application/json"}
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        try:
            connection.request(method, target(path, query), data, headers)
            yield connection.getresponse()
        finally:
            connection.close()


def target(path: str, query: Mapping[str, object]) -> str:
    """Return the path with its query; dicts become JSON (`filters`), `one_shot` becomes `one-shot`."""
    pairs = [
        f"{name.replace('_', '-')}={quote(json.dumps(value) if isinstance(value, dict) else str(value))}"
        for name, value in query.items()
    ]
    return f"{path}?{'&'.join(pairs)}" if pairs else path


def objects(response: http.client.HTTPResponse, count: int) -> list[dict[str, Any]]:
    """Return the objects in the next `count` lines of a stream."""
    return [json.loads(response.readline()) for _ in range(count)]
