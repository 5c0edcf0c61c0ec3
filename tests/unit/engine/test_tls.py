"""TLS both ways, against a server with certificates of the tests' own."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from dockertui.engine.certificate import validity
from dockertui.engine.client import Engine
from dockertui.engine.endpoint import TLS, Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.preflight import Preflight
from dockertui.engine.tls import ssl_context
from tests.unit.engine.engine_peer import after_version, reply, saying, serving

FILES = Path(__file__).parent / "certificates"
GOOD = TLS(FILES / "ca.pem", FILES / "cert.pem", FILES / "key.pem")


def server_context() -> ssl.SSLContext:
    """As ``dockerd --tlsverify``."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=FILES / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(FILES / "server.pem", FILES / "server-key.pem")
    return context


def presenting(certificate: str) -> ssl.SSLContext:
    """A server with this certificate, which asks the client for none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(FILES / certificate, FILES / "recipe-key.pem")
    return context


@asynccontextmanager
async def listening(context: ssl.SSLContext | None) -> AsyncIterator[int]:
    """An Engine on a TCP port of this machine; its number."""
    answer = after_version(saying(reply(b"[]")))
    async with serving(answer) as (begin, _):
        server = await asyncio.start_server(begin, "127.0.0.1", 0, ssl=context)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()


async def both_ways(endpoint: Endpoint) -> list[EngineError]:
    """How connecting fails, by the preflight and by the client; nothing when it does not."""
    preflight = Preflight([endpoint])
    preflight.start()
    await asyncio.to_thread(preflight.join)
    failures = [attempt.error for attempt in preflight.attempts]
    engine = Engine(endpoint)
    try:
        await engine.open()
    except EngineError as error:
        failures.append(error)
    finally:
        await engine.close()
    return failures


async def test_both_sides_prove_who_they_are() -> None:
    async with listening(server_context()) as port:
        assert await both_ways(Endpoint("x", f"tcp://127.0.0.1:{port}", "--host", GOOD)) == []


async def test_who_verifies_nothing_is_let_in_by_the_engine_alone() -> None:
    lax = TLS(None, GOOD.cert, GOOD.key, verify=False)
    async with listening(server_context()) as port:
        assert await both_ways(Endpoint("x", f"tcp://127.0.0.1:{port}", "--host", lax)) == []


async def test_an_authority_that_is_not_the_engines() -> None:
    tls = TLS(FILES / "other.pem", GOOD.cert, GOOD.key)
    async with listening(server_context()) as port:
        failures = await both_ways(Endpoint("x", f"tcp://127.0.0.1:{port}", "--host", tls))
    assert [failure.kind for failure in failures] == [ErrorKind.TLS] * 2
    assert all("check ca.pem" in str(failure) for failure in failures)


async def test_a_name_that_the_certificate_does_not_have() -> None:
    async with listening(server_context()) as port:
        failures = await both_ways(Endpoint("x", f"tcp://localhost:{port}", "--host", GOOD))
    assert [failure.kind for failure in failures] == [ErrorKind.TLS] * 2
    assert all("localhost" in str(failure) for failure in failures)


@pytest.mark.parametrize(
    "tls",
    [TLS(GOOD.ca), TLS(GOOD.ca, FILES / "other-cert.pem", FILES / "other-client-key.pem")],
    ids=["none", "another authority's"],
)
async def test_a_client_certificate_that_the_engine_refuses(tls: TLS) -> None:
    async with listening(server_context()) as port:
        failures = await both_ways(Endpoint("x", f"tcp://127.0.0.1:{port}", "--host", tls))
    assert len(failures) == 2
    assert all(failure.kind in (ErrorKind.TLS, ErrorKind.LOST) for failure in failures)
    assert all("cert.pem and key.pem must be there" in str(failure) for failure in failures)


async def test_a_client_certificate_that_has_expired_is_told_as_that() -> None:
    """What a server says of it is "bad", or nothing; looking for another authority would be in vain."""
    path = FILES / "expired-cert.pem"
    tls = TLS(GOOD.ca, path, FILES / "expired-key.pem")
    async with listening(server_context()) as port:
        failures = await both_ways(Endpoint("x", f"tcp://127.0.0.1:{port}", "--host", tls))
    assert [failure.kind for failure in failures] == [ErrorKind.TLS] * 2
    assert all(f"{path} for tcp://127.0.0.1:{port} expired on 2025-03-01" in str(failure) for failure in failures)


@pytest.mark.parametrize("name", ["cert.pem", "server.pem", "ca.pem", "expired-cert.pem"])
def test_when_a_certificate_ends_is_read_as_openssl_reads_it(name: str) -> None:
    told = ssl._ssl._test_decode_cert(str(FILES / name))  # type: ignore[attr-defined]
    times = validity(FILES / name)
    assert times is not None
    assert [time.timestamp() for time in times] == [
        ssl.cert_time_to_seconds(told[at]) for at in ("notBefore", "notAfter")
    ]


def test_what_is_no_certificate_tells_no_time(tmp_path: Path) -> None:
    assert validity(tmp_path / "none.pem") is None
    assert validity(FILES / "key.pem") is None
    broken = tmp_path / "broken.pem"
    for length in range(60, 400, 17):
        lines = (FILES / "cert.pem").read_text().splitlines()
        broken.write_text("\n".join([lines[0], "".join(lines[1:-1])[: length // 4 * 4], lines[-1]]))
        validity(broken)


async def test_tls_to_a_plain_port() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n400 Bad Request")  # as Go does
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    failures = await both_ways(Endpoint("x", f"tcp://127.0.0.1:{port}", "--host", GOOD))
    server.close()
    assert [failure.kind for failure in failures] == [ErrorKind.TLS] * 2
    assert all("does not speak TLS: unset DOCKER_TLS_VERIFY" in str(failure) for failure in failures)


async def test_no_tls_to_a_tls_port() -> None:
    refusal = reply(b"Client sent an HTTP request to an HTTPS server.\n", "400 Bad Request", "text/plain")  # Go's
    async with serving(saying(refusal)) as (begin, _):
        server = await asyncio.start_server(begin, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        failures = await both_ways(Endpoint("x", f"tcp://127.0.0.1:{port}", "--host"))
        server.close()
    assert [failure.kind for failure in failures] == [ErrorKind.TLS] * 2
    assert all("expects TLS: set DOCKER_TLS_VERIFY=1" in str(failure) for failure in failures)


@pytest.mark.parametrize(
    ("server", "authority"),
    [("recipe-server.pem", "recipe-ca.pem"), ("intermediate-server.pem", "intermediate-ca.pem")],
)
async def test_what_the_docker_command_takes(server: str, authority: str) -> None:
    """Certificates as Docker's documentation makes them with openssl: an authority without a key usage; and an
    intermediate authority without the one above it."""
    async with listening(presenting(server)) as port:
        assert await both_ways(Endpoint("x", f"tcp://127.0.0.1:{port}", "--host", TLS(FILES / authority))) == []


async def test_a_common_name_alone_proves_nothing() -> None:
    """Go's clients, the docker command among them, read no common names."""
    async with listening(presenting("common-name.pem")) as port:
        failures = await both_ways(Endpoint("x", f"tcp://localhost:{port}", "--host", TLS(FILES / "recipe-ca.pem")))
    assert [failure.kind for failure in failures] == [ErrorKind.TLS] * 2


def test_an_encrypted_key_is_refused_and_not_asked_for() -> None:
    tls = TLS(GOOD.ca, GOOD.cert, FILES / "encrypted-key.pem")
    with pytest.raises(EngineError, match="the key is encrypted") as caught:
        ssl_context(Endpoint("x", "tcp://x:1", "--host", tls))
    assert caught.value.kind is ErrorKind.TLS


def test_a_key_of_another_certificate_is_refused() -> None:
    with pytest.raises(EngineError, match="cannot be used: key values mismatch"):
        ssl_context(Endpoint("x", "tcp://x:1", "--host", TLS(GOOD.ca, GOOD.cert, FILES / "server-key.pem")))
