"""GET over a socket with the standard library alone, for the first requests: it loads in milliseconds."""

from __future__ import annotations

import base64
import http.client
import socket
import time
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from dockertui.engine import diagnosis
from dockertui.engine.call import Call
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError
from dockertui.engine.json_stream import parse_json
from dockertui.engine.target import target
from dockertui.engine.trace import Request, Trace

_CHUNK: Final = 256 * 1024


class PlainConnection:
    """One connection to an Engine, kept open between requests; each within `timeout` s. For one thread."""

    def __init__(self, endpoint: Endpoint, timeout: float, trace: Trace) -> None:
        self._endpoint = endpoint
        self._timeout = timeout
        self._deadline = 0.0
        self._trace = trace
        self._http: http.client.HTTPConnection | None = None

    def get(self, call: Call, api: str = "") -> Any:
        """Return the JSON that a GET replies with. Raises EngineError, also for an error status."""
        path = f"/v{api}{call.path}" if api else call.path
        record = self._trace.start("GET", target(path, call.params), docker=call.docker)
        self._deadline = time.monotonic() + self._timeout
        try:
            return self._read_json(record, f"GET {path}")
        except EngineError as error:
            record.error = str(error)
            raise
        finally:
            self._trace.finish(record, error=record.error)

    def close(self) -> None:
        if self._http is not None:
            self._http.close()

    def _read_json(self, record: Request, what: str) -> Any:
        try:
            body = self._read(record)
        except (http.client.HTTPException, OSError, UnicodeError) as error:
            raise self._translate(error, what) from error
        if record.status >= 300:
            raise diagnosis.failed_reply(self._endpoint, what, record.status, body)
        try:
            return parse_json(body)
        except ValueError as error:
            if page := diagnosis.web_page(self._endpoint, record.status, body):
                raise page from None
            raise diagnosis.unreadable(self._endpoint, what, str(error)) from None

    def _read(self, record: Request) -> bytes:
        if self._http is None:
            self._http = self._connected()
        told = {**dict(self._endpoint.headers), **({} if self._endpoint.tls else _authorization(self._endpoint))}
        headers = {name: value.encode() for name, value in told.items()}
        self._http.request("GET", _prefix(self._endpoint) + record.path, headers=headers)
        response = self._http.getresponse()
        record.status = response.status
        self._trace.dated(record, response.getheader("Date"))
        return self._read_body(response, record)

    def _connected(self) -> http.client.HTTPConnection:
        connection = _connection(self._endpoint, self._timeout)
        try:
            connection.connect()
        except TimeoutError:
            raise diagnosis.unconnected(self._endpoint, self._timeout) from None
        return connection

    def _read_body(self, response: http.client.HTTPResponse, record: Request) -> bytes:
        """Return the whole body; the socket's own time limit is per piece, and pieces may be one byte long."""
        parts = []
        while part := response.read1(_CHUNK):
            parts.append(part)
            record.bytes_in += len(part)
            if time.monotonic() > self._deadline:
                raise TimeoutError
        if response.length:
            raise http.client.IncompleteRead(b"")
        response.close()  # read1 never notices the end by itself, and the next request would be refused
        return b"".join(parts)

    def _translate(self, error: Exception, what: str) -> EngineError:
        if isinstance(error, TimeoutError):
            return diagnosis.timed_out(self._endpoint, what, self._timeout)
        if isinstance(error, http.client.RemoteDisconnected):
            return diagnosis.lost(self._endpoint)
        if isinstance(error, http.client.IncompleteRead):
            return diagnosis.lost(self._endpoint, "in the middle of a reply")
        if isinstance(error, http.client.HTTPException):
            return diagnosis.not_an_engine(self._endpoint, str(error).strip() or type(error).__name__)
        return diagnosis.failed_connection(self._endpoint, error)


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path
        self._limit = timeout

    def connect(self) -> None:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(self._limit)
            connection.connect(self._path)
        except BaseException:
            connection.close()
            raise
        self.sock = connection


def _connection(endpoint: Endpoint, timeout: float) -> http.client.HTTPConnection:
    if endpoint.scheme == "unix":
        return _UnixConnection(endpoint.socket_path, timeout)
    parts = urlsplit(endpoint.proxy) if endpoint.proxy else endpoint.split
    host, port = parts.hostname or "localhost", parts.port
    if endpoint.tls is None:
        return http.client.HTTPConnection(host, port, timeout=timeout)
    from dockertui.engine.tls import ssl_context

    connection = http.client.HTTPSConnection(host, port or 80, timeout=timeout, context=ssl_context(endpoint))
    if endpoint.proxy:
        connection.set_tunnel(endpoint.split.hostname or "localhost", endpoint.split.port, _authorization(endpoint))
    return connection


def _prefix(endpoint: Endpoint) -> str:
    """Return the prefix of a request's path: a proxy gets the whole URL, unless it is a tunnel."""
    if endpoint.scheme != "tcp":
        return ""
    parts = endpoint.split
    return f"http://{parts.netloc}{parts.path}" if endpoint.proxy and endpoint.tls is None else parts.path


def _authorization(endpoint: Endpoint) -> dict[str, str]:
    """Return the proxy's authorization header for the user in its URL, if any."""
    parts = urlsplit(endpoint.proxy)
    if not parts.username:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
