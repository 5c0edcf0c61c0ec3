"""The HTTP session to an endpoint, and the translation of the HTTP library's exceptions.

Imports aiohttp, which takes a tenth of a second: `client.py` loads it in a thread.
"""

from __future__ import annotations

import socket
import ssl
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Final

import aiohttp

from dockertui.engine import diagnosis
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.ssh import SSHConnector

CONNECT_TIMEOUT: Final = 10.0
NO_TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT)
"""Calls are limited by `asyncio.timeout`, streams not at all; only connecting is limited here."""
HEADER_LIMIT: Final = 64 * 1024
_PROBES: Final = {"TCP_KEEPIDLE": 15, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}
"""Seconds of silence until the kernel probes the other side, seconds between probes, and number of unanswered ones."""

last_status: ContextVar[int] = ContextVar("dockertui_last_status", default=0)
"""The HTTP status of this task's last reply: aiodocker loses it when an error has an unexpected body."""

connecting: ContextVar[bool] = ContextVar("dockertui_connecting", default=False)
"""Whether this task's last request still waits for its connection."""


def open_session(endpoint: Endpoint, context: ssl.SSLContext | None) -> aiohttp.ClientSession:
    """Open a session whose connections all go to `endpoint`, without limit: streams never starve calls."""
    traces = aiohttp.TraceConfig()
    traces.on_request_end.append(_note_status)
    traces.on_connection_create_start.append(_note_connecting)
    traces.on_connection_create_end.append(_note_connected)
    return aiohttp.ClientSession(
        connector=_connector(endpoint, context),
        headers=dict(endpoint.headers),
        proxy=endpoint.proxy or None,
        middlewares=(_past_the_proxy,) if endpoint.proxy else (),
        cookie_jar=aiohttp.DummyCookieJar(),
        trace_configs=[traces],
        max_line_size=HEADER_LIMIT,
        max_field_size=HEADER_LIMIT,
    )


async def close_session(session: aiohttp.ClientSession) -> None:
    """Close all connections, streams included."""
    connector = session.connector
    await session.close()
    if isinstance(connector, SSHConnector):
        await connector.wait_closed()


def base_url(endpoint: Endpoint) -> str:
    """Return the URL before `/v1.41/…`. It needs a host even if none is looked up."""
    if endpoint.scheme == "tcp":
        parts = endpoint.split
        return f"{'https' if endpoint.tls else 'http'}://{parts.netloc}{parts.path}"
    return "npipe://localhost" if endpoint.scheme == "npipe" else "unix://localhost"


def translate(error: BaseException, endpoint: Endpoint, what: str) -> EngineError | None:
    """Return the EngineError for `error` at `what`; None when it is not the HTTP library's."""
    if isinstance(error, EngineError):
        return error
    if isinstance(error.__cause__, EngineError):  # a body that could not be made, wrapped by the library
        return error.__cause__
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return diagnosis.unconnected(endpoint)
    if isinstance(error, TimeoutError):
        return diagnosis.timed_out(endpoint, what, None)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return diagnosis.refused_by_proxy(endpoint, f"{error.status} {error.message}")
    if isinstance(error, aiohttp.ClientResponseError):
        return diagnosis.not_an_engine(endpoint, error.message)
    if isinstance(error, aiohttp.InvalidURL):
        return EngineError(ErrorKind.BAD_ENDPOINT, f"{endpoint.address} cannot be used: {error}")
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return _disconnected(error, endpoint)
    if isinstance(error, RuntimeError):  # aiohttp's error for a session or stream that was closed meanwhile
        return EngineError(ErrorKind.LOST, f"the connection to {endpoint.address} was closed")
    if isinstance(error, aiohttp.ClientPayloadError):
        return diagnosis.lost(endpoint, "in the middle of a reply")
    if isinstance(error, aiohttp.ClientError | OSError | UnicodeError):
        return diagnosis.failed_connection(endpoint, error)
    return None


async def _past_the_proxy(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Bypass the proxy for upgrades: few proxies support them, and the CLI does not even ask them."""
    if "Upgrade" in request.headers:
        request.proxy = None
    return await send(request)


def _disconnected(error: aiohttp.ServerDisconnectedError, endpoint: Endpoint) -> EngineError:
    """Return the error for a server that disconnected, perhaps within its headers."""
    told = error.message
    return diagnosis.lost(endpoint, told if isinstance(told, str) and told != "Server disconnected" else "")


def _connector(endpoint: Endpoint, context: ssl.SSLContext | None) -> aiohttp.BaseConnector:
    if endpoint.scheme == "unix":
        return aiohttp.UnixConnector(endpoint.socket_path, limit=0)
    if endpoint.scheme == "ssh":
        return SSHConnector(endpoint)
    if endpoint.scheme == "npipe":
        return aiohttp.NamedPipeConnector(endpoint.socket_path.replace("/", "\\"), limit=0)
    return aiohttp.TCPConnector(ssl=context if context else True, limit=0, socket_factory=_socket)


def _socket(address: tuple[int, int, int, str, object]) -> socket.socket:
    """Return a socket with keepalive: a stream of events may be silent for days, and has no heartbeat of its own."""
    family, kind, protocol, *_ = address
    made = socket.socket(family, kind, protocol)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _PROBES.items():
        if hasattr(socket, option):  # not every system has all of them
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    return made


async def _note_status(
    session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
) -> None:
    last_status.set(params.response.status)


async def _note_connecting(
    session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceConnectionCreateStartParams
) -> None:
    connecting.set(True)


async def _note_connected(
    session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceConnectionCreateEndParams
) -> None:
    connecting.set(False)
