"""What each failure means and what to do about it: the one place that turns failures into EngineErrors.

It knows only the standard library's exceptions; those of the HTTP library are unwrapped in `transport.py`.
"""

from __future__ import annotations

import errno
import json
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from dockertui.engine.certificate import validity
from dockertui.engine.endpoint import DEFAULT_SOCKET, Endpoint
from dockertui.engine.errors import EngineError, ErrorKind, shorten
from dockertui.engine.fields import text

_NO_HOST: Final = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.EADDRNOTAVAIL)
_STATUS_KINDS: Final = {
    401: ErrorKind.UNAUTHORIZED,
    403: ErrorKind.UNAUTHORIZED,
    404: ErrorKind.NOT_FOUND,
    407: ErrorKind.UNAUTHORIZED,
    409: ErrorKind.CONFLICT,
    501: ErrorKind.UNSUPPORTED,
}
_NO_UPSTREAM: Final = (502, 503, 504)
_PAGE: Final = 4096
_TITLE: Final = re.compile(r"<title>([^<]{1,300})", re.IGNORECASE)
_TUNNEL: Final = re.compile(r"Tunnel connection failed: (.+)", re.DOTALL)
_SSL_REASON: Final = re.compile(r"\[SSL: ([A-Z0-9_]+)\]")
_CERTIFICATES: Final = "cert.pem and key.pem must be there and signed by the Engine's authority"
_BY_PROXY: Final = "check HTTP_PROXY and HTTPS_PROXY, or name the host in NO_PROXY"
_START: Final = {
    "local": "sudo systemctl start docker",
    "rootless": "systemctl --user start docker",
    "desktop": "systemctl --user start docker-desktop",
    "podman": "systemctl --user start podman.socket",
}


def failed_connection(endpoint: Endpoint, error: BaseException) -> EngineError:
    """Return why the Engine could not be reached or went away; `error` is of a socket or TLS, or wraps one."""
    for cause in reversed(list(_causes(error))):
        if found := _from_ssl(endpoint, cause) or _from_os_error(endpoint, cause):
            return found
    return lost(endpoint, str(error))


def refused_by_proxy(endpoint: Endpoint, said: str) -> EngineError:
    """Return the error when the proxy before the Engine answers without connecting."""
    return EngineError(ErrorKind.PROTOCOL, f"{_peer(endpoint)} makes no connection ({shorten(said, 200)})", _BY_PROXY)


def lost(endpoint: Endpoint, detail: str = "") -> EngineError:
    """Return the error when the connection ended before the reply did."""
    if (expired := _own_certificate(endpoint)) is not None:
        return expired
    said = f" ({shorten(detail, 200)})" if detail else ""
    # A Go server may close before its alert about our certificate is read: then there is no other sign.
    remedy = f"if it never answers: {_CERTIFICATES}" if endpoint.tls else ""
    return EngineError(ErrorKind.LOST, f"the Engine at {endpoint.address} closed the connection{said}", remedy)


def timed_out(endpoint: Endpoint, what: str, seconds: float | None) -> EngineError:
    """Return the error when `what` got no reply in time."""
    limit = f" within {seconds:g} s" if seconds else " in time"
    message = f"the Engine at {endpoint.address} did not answer {what}{limit}"
    return EngineError(ErrorKind.TIMEOUT, message, "it may be overloaded or hang: look at its log")


def unconnected(endpoint: Endpoint, seconds: float | None = None) -> EngineError:
    """Return the error when no connection came in time, nor a refusal. A distant host may have no Engine at all."""
    error = timed_out(endpoint, "the connection attempt", seconds)
    if endpoint.scheme in ("unix", "npipe"):
        return error
    message = error.message.removeprefix("the Engine at ")
    return EngineError(error.kind, message, "check the address, the network and its firewalls")


def not_an_engine(endpoint: Endpoint, detail: str) -> EngineError:
    """Return the error when something answers, but not in the Engine's protocol."""
    message = f"what answers at {endpoint.address} is no Docker Engine ({shorten(' '.join(detail.split()), 200)})"
    return EngineError(ErrorKind.PROTOCOL, message, f"check the address, from {endpoint.source}")


def unreadable(endpoint: Endpoint, what: str, detail: str) -> EngineError:
    """Return the error when the reply to `what` is truncated, too long, or not JSON."""
    message = f"the reply of {endpoint.address} to {what} cannot be read: {shorten(detail, 200)}"
    return EngineError(ErrorKind.PROTOCOL, message)


def failed_reply(endpoint: Endpoint, what: str, status: int, body: str | bytes) -> EngineError:
    """Return the error that an Engine reports: HTTP `status`, and a body that should be `{"message": …}`."""
    said = _engine_words(body)
    if "HTTP request to an HTTPS server" in said:
        remedy = "set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, or use a context with its certificates"
        return EngineError(ErrorKind.TLS, f"{endpoint.address} expects TLS", remedy, status)
    if status == 400 and "client version" in said and ("too new" in said or "too old" in said):
        remedy = "unset DOCKER_API_VERSION, or update the older of the two"
        return EngineError(ErrorKind.UNSUPPORTED, said, remedy, status)
    if (page := web_page(endpoint, status, body)) is not None:
        return page
    kind = _STATUS_KINDS.get(status, ErrorKind.SERVER if status >= 500 else ErrorKind.BAD_REQUEST)
    silent = f"the Engine failed at {what} (HTTP {status or 'error'}) and did not say why"
    return EngineError(kind, said or silent, "" if said else "look at its log", status)


def web_page(endpoint: Endpoint, status: int, body: str | bytes) -> EngineError | None:
    """Return the error for an HTML page, which no Engine sends; None for any other reply."""
    words = (body[:_PAGE].decode(errors="replace") if isinstance(body, bytes) else body[:_PAGE]).lstrip("\ufeff \t\r\n")
    if not words.startswith("<"):
        return None
    title = _TITLE.search(words)
    told = f"HTTP {status}" + (f", {shorten(' '.join(title[1].split()), 100)!r}" if title else "")
    kind = ErrorKind.SERVER if status >= 500 else ErrorKind.PROTOCOL
    if _STATUS_KINDS.get(status) is ErrorKind.UNAUTHORIZED:
        kind = ErrorKind.UNAUTHORIZED
    if status in _NO_UPSTREAM:
        message = f"a gateway answers at {endpoint.address}, and does not reach its Engine ({told})"
        return EngineError(kind, message, "is the Engine behind it running?", status)
    message = f"a web page came from {endpoint.address} ({told}): what answers there is no Docker Engine"
    return EngineError(kind, message, f"check the address, from {endpoint.source}", status if status >= 400 else 0)


def _engine_words(body: str | bytes) -> str:
    """Return the message in an error's body: from JSON, else plain text, else "" (a proxy's HTML says nothing)."""
    words = body.decode(errors="replace") if isinstance(body, bytes) else body
    words = words.strip()
    if words.startswith("{"):
        try:
            value = json.loads(words)
        except (ValueError, RecursionError):
            return words
        return text(value, "message") or text(value, "cause") or text(value, "error")
    return "" if words.startswith("<") else words


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield `error` and the errors it wraps, outermost first; aiohttp keeps the real one in `os_error`."""
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        inner = getattr(found, "os_error", None)
        found = inner if isinstance(inner, BaseException) else found.__cause__ or found.__context__


def _from_os_error(endpoint: Endpoint, error: BaseException) -> EngineError | None:
    where = _peer(endpoint)
    if isinstance(error, socket.gaierror | UnicodeError):
        remedy = _BY_PROXY if endpoint.proxy else f"check {endpoint.source}"
        return EngineError(ErrorKind.NO_SOCKET, f"cannot resolve the host of {where}", remedy)
    if isinstance(error, TimeoutError):
        return unconnected(endpoint)
    if not isinstance(error, OSError):
        return None
    if error.errno is None and "path too long" in str(error):
        return EngineError(ErrorKind.BAD_ENDPOINT, f"the path of the socket {where} is too long for a socket")
    if error.errno is None and endpoint.proxy and (tunnel := _TUNNEL.match(str(error))):
        return refused_by_proxy(endpoint, tunnel[1])
    return _from_errno(endpoint, error.errno or 0)


def _from_errno(endpoint: Endpoint, number: int) -> EngineError | None:
    where = _peer(endpoint)
    if number in (errno.ENOENT, errno.ENOTDIR):
        return EngineError(ErrorKind.NO_SOCKET, f"there is no socket {where}", _start(endpoint))
    if number == errno.ECONNREFUSED:
        return EngineError(ErrorKind.REFUSED, f"nothing is listening on {where}", _start(endpoint))
    if number in (errno.EACCES, errno.EPERM):
        return EngineError(ErrorKind.PERMISSION, f"permission denied on {where}", _grant(endpoint))
    if number in _NO_HOST:
        remedy = _BY_PROXY if endpoint.proxy else "check the address and the network"
        return EngineError(ErrorKind.REFUSED, f"there is no way to {where}", remedy)
    return lost(endpoint) if number in (errno.ECONNRESET, errno.EPIPE) else None


def _peer(endpoint: Endpoint) -> str:
    """Return what connections are made to: the Engine, or the proxy before it."""
    if not endpoint.proxy:
        return endpoint.address
    return f"the proxy {urlsplit(endpoint.proxy).netloc.rpartition('@')[2]} before {endpoint.address}"


def _start(endpoint: Endpoint) -> str:
    """Return how to start what should listen there."""
    if endpoint.proxy:
        return _BY_PROXY
    if endpoint.demo:
        return "start dockertui again"
    if endpoint.scheme != "unix":
        return "check the address, and that the Engine listens there"
    if endpoint.name == "podman" and endpoint.socket_path.startswith("/run/podman/"):
        return "is Podman's service running? sudo systemctl start podman.socket"
    return f"is the Engine running? {_START.get(endpoint.name, _START['local'])}"


def _grant(endpoint: Endpoint) -> str:
    """Return how to get permission to open it."""
    if endpoint.name == "podman":
        return "use your own Podman: systemctl --user start podman.socket"
    if endpoint.socket_path in (DEFAULT_SOCKET, "/run/docker.sock") or endpoint.name == "local":
        return "add yourself to the group docker: sudo usermod -aG docker $USER, then log in again"
    return "it belongs to another user"


def _from_ssl(endpoint: Endpoint, error: BaseException) -> EngineError | None:
    """Return the error for a TLS failure, also one that aiohttp copied into an OSError, whose reason is only text."""
    if why := getattr(error, "verify_message", ""):
        message = f"the certificate of {endpoint.address} is refused here: {why}"
        remedy = f"check ca.pem and the host name, from {endpoint.source}"
        if "expired" in why or "not yet valid" in why:
            remedy = "renew it on the Engine's host, or set this machine's clock"
        return EngineError(ErrorKind.TLS, message, remedy)
    if isinstance(error, OSError) and (reason := _SSL_REASON.search(str(error))):
        return _from_handshake(endpoint, reason[1])
    return None


def _from_handshake(endpoint: Endpoint, reason: str) -> EngineError:
    """Return the error for the failure that OpenSSL calls `reason`."""
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"):
        remedy = "unset DOCKER_TLS_VERIFY, or use the TLS port (2376)"
        return EngineError(ErrorKind.TLS, f"{endpoint.address} does not speak TLS", remedy)
    if (expired := _own_certificate(endpoint)) is not None:
        return expired
    why = reason.lower().replace("_", " ")
    if "CERTIFICATE" in reason or reason.endswith(("UNKNOWN_CA", "DECRYPT_ERROR")):
        return EngineError(ErrorKind.TLS, f"{endpoint.address} refuses our certificate ({why})", _CERTIFICATES)
    return EngineError(ErrorKind.TLS, f"TLS with {endpoint.address} failed: {why}", _CERTIFICATES)


def _own_certificate(endpoint: Endpoint) -> EngineError | None:
    """Return the error for our own expired certificate: a server calls it bad, or says nothing."""
    path = endpoint.tls.cert if endpoint.tls is not None else None
    times = validity(path) if path is not None else None
    if times is None:
        return None
    begin, end = times
    now = datetime.now(UTC)
    if begin <= now <= end:
        return None
    when = f"expired on {end:%Y-%m-%d}" if now > end else f"is valid only from {begin:%Y-%m-%d} on"
    remedy = "have the Engine's authority sign a new one, or set this machine's clock"
    return EngineError(ErrorKind.TLS, f"our certificate {path} for {endpoint.address} {when}", remedy)
