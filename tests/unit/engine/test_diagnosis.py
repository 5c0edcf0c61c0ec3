"""Each failure in one sentence, with what to do."""

from __future__ import annotations

import errno
import socket
import ssl
from pathlib import Path

import pytest

from dockertui.engine.diagnosis import failed_connection, failed_reply, lost, timed_out, web_page
from dockertui.engine.endpoint import TLS, Endpoint
from dockertui.engine.errors import MESSAGE_LIMIT, EngineError, ErrorKind, shorten
from dockertui.engine.tls import ssl_context

LOCAL = Endpoint("local", "unix:///var/run/docker.sock", "default socket")
PODMAN = Endpoint("podman", "unix:///run/podman/podman.sock", "default socket")
FAR = Endpoint("far", "tcp://far:2376", "context far", TLS())


@pytest.mark.parametrize(
    ("endpoint", "error", "kind", "words"),
    [
        (
            LOCAL,
            PermissionError(errno.EACCES, "x"),
            ErrorKind.PERMISSION,
            "permission denied on /var/run/docker.sock: add yourself to the group docker: "
            "sudo usermod -aG docker $USER, then log in again",
        ),
        (PODMAN, PermissionError(errno.EACCES, "x"), ErrorKind.PERMISSION, "systemctl --user start podman.socket"),
        (LOCAL, FileNotFoundError(errno.ENOENT, "x"), ErrorKind.NO_SOCKET, "is the Engine running? sudo"),
        (PODMAN, FileNotFoundError(errno.ENOENT, "x"), ErrorKind.NO_SOCKET, "sudo systemctl start podman.socket"),
        (LOCAL, ConnectionRefusedError(errno.ECONNREFUSED, "x"), ErrorKind.REFUSED, "nothing is listening on"),
        (FAR, ConnectionRefusedError(errno.ECONNREFUSED, "x"), ErrorKind.REFUSED, "check the address"),
        (FAR, OSError(errno.EHOSTUNREACH, "x"), ErrorKind.REFUSED, "there is no way to tcp://far:2376"),
        (FAR, socket.gaierror(-2, "Name or service not known"), ErrorKind.NO_SOCKET, "cannot resolve the host"),
        (FAR, UnicodeError("label too long"), ErrorKind.NO_SOCKET, "cannot resolve the host"),
        (FAR, TimeoutError(errno.ETIMEDOUT, "x"), ErrorKind.TIMEOUT, "did not answer the connection attempt in time"),
        (FAR, ConnectionResetError(errno.ECONNRESET, "x"), ErrorKind.LOST, "closed the connection"),
        (LOCAL, OSError("AF_UNIX path too long"), ErrorKind.BAD_ENDPOINT, "too long for a socket"),
        (FAR, ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong"), ErrorKind.TLS, "does not speak TLS"),
        (FAR, ssl.SSLError(1, "[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] x"), ErrorKind.TLS, "refuses our certificate"),
        (FAR, OSError(1, "[SSL: SSLV3_ALERT_BAD_CERTIFICATE] x"), ErrorKind.TLS, "refuses our certificate"),
        (FAR, ssl.SSLError(1, "[SSL: TLSV1_ALERT_UNKNOWN_CA] x"), ErrorKind.TLS, "refuses our certificate"),
        (FAR, ssl.SSLError(1, "[SSL: NO_SHARED_CIPHER] x"), ErrorKind.TLS, "failed: no shared cipher"),
    ],
)  # fmt: skip
def test_failures_to_connect(endpoint: Endpoint, error: Exception, kind: ErrorKind, words: str) -> None:
    for wrapped in (error, wrap(error)):
        found = failed_connection(endpoint, wrapped)
        assert found.kind is kind
        assert words in str(found)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            ConnectionRefusedError(errno.ECONNREFUSED, "x"),
            "nothing is listening on the proxy gate:3128 before tcp://far:2376",
        ),
        (socket.gaierror(-2, "Name or service not known"), "cannot resolve the host of the proxy gate:3128 before"),
        (OSError(errno.EHOSTUNREACH, "x"), "there is no way to the proxy gate:3128"),
        (
            OSError("Tunnel connection failed: 403 Forbidden"),
            "before tcp://far:2376 makes no connection (403 Forbidden)",
        ),
    ],
)
def test_a_proxy_that_fails_is_not_taken_for_the_engine(error: Exception, words: str) -> None:
    for wrapped in (error, wrap(error)):
        found = failed_connection(FAR._replace(proxy="http://ann:secret@gate:3128"), wrapped)
        assert words in str(found)
        assert found.remedy == "check HTTP_PROXY and HTTPS_PROXY, or name the host in NO_PROXY"
        assert "secret" not in found.message


@pytest.mark.parametrize("error", [OSError(errno.EIO, "odd"), ValueError("odd")])
def test_a_failure_of_no_known_kind_is_told_in_its_own_words(error: Exception) -> None:
    found = failed_connection(LOCAL, error)
    assert found.kind is ErrorKind.LOST
    assert "odd" in str(found)


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (
            200,
            b"<!DOCTYPE html>\n<html><head><title>Router\n login</title>",
            ErrorKind.PROTOCOL,
            "'Router login')",
        ),
        (404, "<html>", ErrorKind.PROTOCOL, "a web page came from tcp://far:2376 (HTTP 404)"),
        (
            502,
            b" <html><title>502 Bad Gateway</title>",
            ErrorKind.SERVER,
            "a gateway answers at tcp://far:2376",
        ),
        (503, "<h1>no</h1>", ErrorKind.SERVER, "is the Engine behind it running?"),
    ],
)
def test_a_web_page_is_not_taken_for_an_engine(status: int, body: str | bytes, kind: ErrorKind, words: str) -> None:
    for found in (failed_reply(FAR, "GET /version", status, body), web_page(FAR, status, body)):
        assert found is not None
        assert found.kind is kind
        assert found.status == (status if status >= 400 else 0)
        assert words in str(found)
    assert web_page(FAR, status, b'{"message": "<html>"}') is None


def wrap(error: Exception) -> Exception:
    """As libraries do it."""
    try:
        try:
            raise error
        except Exception as inner:
            raise RuntimeError("outer") from inner
    except RuntimeError as outer:
        return outer


def test_a_certificate_that_is_not_trusted() -> None:
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] x")
    error.verify_message = "self-signed certificate"
    found = failed_connection(FAR, error)
    assert found.kind is ErrorKind.TLS
    assert "self-signed certificate: check ca.pem and the host name, from context far" in str(found)


def test_a_chain_that_bites_its_tail_ends() -> None:
    error = RuntimeError("a")
    error.__context__ = ValueError("b")
    error.__context__.__context__ = error
    assert failed_connection(LOCAL, error).kind is ErrorKind.LOST


def test_a_tls_connection_that_ends_hints_at_the_certificates() -> None:
    assert "cert.pem" in str(lost(FAR))
    assert lost(LOCAL).remedy == ""


def test_time_limits_are_said() -> None:
    assert "GET /x within 2.5 s" in str(timed_out(LOCAL, "GET /x", 2.5))


def test_messages_are_cut_and_sentences_joined() -> None:
    assert len(failed_reply(LOCAL, "GET /x", 500, b"x" * 10**6).message) == MESSAGE_LIMIT
    assert shorten("abcdef", 3) == "ab…"
    assert str(EngineError(ErrorKind.SSH, "It failed.", "do this")) == "It failed: do this"
    assert str(EngineError(ErrorKind.SERVER, "")) == "server"


@pytest.mark.parametrize("content", [None, "", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"])
def test_tls_files_that_cannot_be_used_are_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(EngineError, match="cannot be used") as caught:
        ssl_context(Endpoint("x", "tcp://x:1", "--host", TLS(ca=path)))
    assert caught.value.kind is ErrorKind.TLS
    assert str(path) in str(caught.value)


def test_tls_without_trust_and_with_half_a_pair(tmp_path: Path) -> None:
    context = ssl_context(Endpoint("x", "tcp://x:1", "--host", TLS(verify=False)))
    assert context is not None
    assert context.verify_mode is ssl.CERT_NONE
    assert ssl_context(Endpoint("x", "tcp://x:1", "--host")) is None
    with pytest.raises(EngineError, match="a key without its certificate"):
        ssl_context(Endpoint("x", "tcp://x:1", "--host", TLS(key=tmp_path / "key.pem")))
