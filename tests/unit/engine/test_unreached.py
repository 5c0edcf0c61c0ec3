"""An address from which nothing comes back: no connection, no refusal, as behind a firewall that drops what it gets."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from dockertui.engine import client
from dockertui.engine.client import Engine
from dockertui.engine.diagnosis import unconnected
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.preflight import Preflight


@pytest.fixture
def hole() -> Iterator[Endpoint]:
    """A listener whose queue is full: further attempts to connect to it are left without an answer."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        filling = [socket.socket() for _ in range(8)]
        for one in filling:
            one.setblocking(False)
            with suppress(BlockingIOError):
                one.connect(listener.getsockname())
        yield Endpoint("x", f"tcp://127.0.0.1:{listener.getsockname()[1]}", "--host")
        for one in filling:
            one.close()


def check(error: EngineError, endpoint: Endpoint) -> None:
    assert error.kind is ErrorKind.TIMEOUT
    assert str(error).startswith(f"{endpoint.address} did not answer the connection attempt")
    assert "the Engine" not in str(error), "nobody knows whether there is one"
    assert "firewalls" in str(error)


def test_the_first_look(hole: Endpoint) -> None:
    preflight = Preflight([hole], timeout=0.5)
    preflight.start()
    preflight.join()
    (attempt,) = preflight.attempts
    check(attempt.error, hole)


async def test_the_client(hole: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "OPEN_TIMEOUT", 1.0)
    engine = Engine(hole)
    try:
        with pytest.raises(EngineError) as refused:
            await engine.open()
    finally:
        await engine.close()
    check(refused.value, hole)


async def test_an_engine_that_took_the_connection_and_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "OPEN_TIMEOUT", 2.0)
    held: list[asyncio.StreamWriter] = []  # since Python 3.13 one that nobody holds is closed
    server = await asyncio.start_server(lambda reader, writer: held.append(writer), "127.0.0.1", 0)
    endpoint = Endpoint("x", f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}", "--host")
    engine = Engine(endpoint)
    try:
        with pytest.raises(EngineError, match="did not answer GET /version within 2 s: it may be overloaded"):
            await engine.open()
    finally:
        await engine.close()
        for writer in held:
            writer.close()
        server.close()


def test_a_socket_on_this_machine_has_no_firewall() -> None:
    assert "overloaded or hang" in str(unconnected(Endpoint("local", "unix:///run/x.sock", "default socket"), 5))
