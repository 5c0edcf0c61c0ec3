"""The connections under the gate."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from dockertui.engine.call import VERSION
from dockertui.engine.client import Engine
from dockertui.engine.endpoint import TLS, Endpoint
from dockertui.engine.errors import EngineError
from dockertui.engine.plain_http import PlainConnection
from dockertui.engine.trace import Trace
from dockertui.engine.transport import base_url, close_session, open_session


async def test_a_dead_line_is_noticed_by_the_kernel() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")  # and then silence, as of events
        await writer.drain()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1")
    endpoint = Endpoint("far", f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}", "--host")
    session = open_session(endpoint, None)
    try:
        async with server, session.get(f"{base_url(endpoint)}/events") as reply:
            assert reply.connection is not None
            assert reply.connection.transport is not None
            made = reply.connection.transport.get_extra_info("socket")
            assert made.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert 0 < made.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) <= 30
            reply.close()
    finally:
        await close_session(session)


@asynccontextmanager
async def a_proxy_that_refuses() -> AsyncIterator[str]:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        yield f"http://ann:hunter2@127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_proxy_that_makes_no_connection_is_not_taken_for_the_engine() -> None:
    async with a_proxy_that_refuses() as proxy:
        endpoint = Endpoint("far", "tcp://far.test:2376", "--host", TLS(verify=False), proxy=proxy)
        said = f"the proxy {proxy.partition('@')[2]} before tcp://far.test:2376 makes no connection (403 Forbidden)"
        engine = Engine(endpoint)
        with pytest.raises(EngineError, match=re.escape(said)):
            await engine.open()
        await engine.close()
        plain = PlainConnection(endpoint, 30.0, Trace())
        with pytest.raises(EngineError, match=re.escape(said)):
            await asyncio.to_thread(plain.get, VERSION)
