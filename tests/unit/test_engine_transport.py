"""The connections under the gate."""

from __future__ import annotations

import asyncio
import socket

from dockertui.engine.endpoint import Endpoint
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
