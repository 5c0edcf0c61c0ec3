"""The gate to an Engine, against peers that misbehave."""

from __future__ import annotations

import asyncio
import base64
import inspect
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiodocker
import pytest

from dockertui.engine import containers, files, system
from dockertui.engine.call import Call
from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.trace import because
from tests.unit.engine.engine_peer import CHUNKED, Answer, Peer, after_version, chunk, peer, reply, saying


@asynccontextmanager
async def connected(directory: Path, answer: Answer, *, read_only: bool = False) -> AsyncIterator[tuple[Engine, Peer]]:
    """An open Engine whose every request but that for its version is answered by ``answer``."""
    async with peer(directory, after_version(answer)) as server:
        engine = Engine(server.endpoint, read_only=read_only)
        await engine.open()
        try:
            yield engine, server
        finally:
            await engine.close()


async def failure_of(directory: Path, data: bytes, *, close: bool = False) -> EngineError:
    """How a GET fails that is answered with ``data``."""
    async with connected(directory, saying(data, close=close)) as (engine, _):
        with pytest.raises(EngineError) as caught:
            await engine.get(Call("GET", "/info"), timeout=60)
        assert list(engine.trace)[-1].error == str(caught.value)
        return caught.value


async def test_a_call_asks_in_the_negotiated_version_and_is_journalled(tmp_path: Path) -> None:
    async with connected(tmp_path, saying(reply(b'{"a": 1}'))) as (engine, server):
        with because("a test"):
            assert await engine.get(Call("GET", "/x", {"filters": {"id": ["a+b/#é"]}, "all": True, "no": None})) == {
                "a": 1
            }
        assert server.requests[-1] == ("GET /v1.51/x?filters=%7B%22id%22:%5B%22a%2Bb/%23%5Cu00e9%22%5D%7D&all=1")
        last = list(engine.trace)[-1]
        assert (last.cause, last.status, last.bytes_in, last.error) == ("a test", 200, 8, "")
        assert f"{last.method} {last.path}" == server.requests[-1]
        assert last.duration is not None


async def test_an_engine_that_never_answers_is_a_timeout(tmp_path: Path) -> None:
    async with connected(tmp_path, saying(b"")) as (engine, server):
        with pytest.raises(EngineError) as caught:
            await engine.get(Call("GET", "/info"), timeout=0.05)
        assert caught.value.kind is ErrorKind.TIMEOUT
        assert "GET /v1.51/info within 0.05 s" in str(caught.value)
        assert list(engine.trace)[-1].error == str(caught.value)
        await server.left(0)  # the connection does not go back to the pool


async def test_an_engine_that_stops_in_the_middle_is_a_timeout(tmp_path: Path) -> None:
    async with connected(tmp_path, saying(reply(b"[1,", length=10))) as (engine, _):
        with pytest.raises(EngineError) as caught:
            await engine.get(Call("GET", "/info"), timeout=0.05)
        assert caught.value.kind is ErrorKind.TIMEOUT


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"", ErrorKind.LOST, "closed the connection"),
        (reply(b'[{"Id": "12', length=500), ErrorKind.LOST, "in the middle of a reply"),
        (CHUNKED + chunk(b'[{"Id":') + b"ff\r\n123", ErrorKind.LOST, "in the middle of a reply"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", ErrorKind.LOST, "closed the connection"),
        (b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n", ErrorKind.PROTOCOL, "is no Docker Engine"),
        (b"\x00\xff\xfe\x1b[2J\r\n\r\n", ErrorKind.PROTOCOL, "is no Docker Engine"),
        (reply(b"<html>welcome</html>", content_type="text/html"), ErrorKind.PROTOCOL, "a web page came from"),
        (reply(b"[" * 200_000), ErrorKind.PROTOCOL, "nested too deeply"),
        (reply(b""), ErrorKind.PROTOCOL, "cannot be read"),
    ],
    ids=["hung up", "cut", "cut chunk", "cut head", "ssh", "noise", "html", "nested", "empty"],
)
async def test_broken_replies(tmp_path: Path, data: bytes, kind: ErrorKind, words: str) -> None:
    error = await failure_of(tmp_path, data, close=True)
    assert (error.kind, error.status) == (kind, 0)
    assert words in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("status", "body", "content_type", "kind", "words"),
    [
        (
            404,
            b'{"message":"No such container: x"}',
            "application/json",
            ErrorKind.NOT_FOUND,
            "No such container: x",
        ),
        (409, b'{"message":"in use"}', "application/json; charset=utf-8", ErrorKind.CONFLICT, "in use"),
        (
            500,
            b'{"cause":"c","message":"container is stopped"}',
            "application/json",
            ErrorKind.SERVER,
            "is stopped",
        ),
        (500, b"{}", "application/json", ErrorKind.SERVER, "did not say why"),
        (500, b'["x"]', "application/json", ErrorKind.SERVER, "did not say why"),
        (502, b"<html>Bad Gateway</html>", "text/html", ErrorKind.SERVER, "HTTP 502"),
        (500, b"\xff\xfe\xfa", "text/plain", ErrorKind.SERVER, "did not say why"),
        (503, b'{"message": "cut', "application/json", ErrorKind.SERVER, "HTTP 503"),
        (401, b"", "text/plain", ErrorKind.UNAUTHORIZED, "HTTP 401"),
        (
            400,
            b'{"message":"client version 1.51 is too new. Maximum supported API version is 1.41"}',
            "application/json",
            ErrorKind.UNSUPPORTED,
            "too new",
        ),
        (
            400,
            b"Client sent an HTTP request to an HTTPS server.\n",
            "text/plain",
            ErrorKind.TLS,
            "expects TLS",
        ),
    ],
)
async def test_errors_that_the_engine_reports(
    tmp_path: Path, status: int, body: bytes, content_type: str, kind: ErrorKind, words: str
) -> None:
    error = await failure_of(tmp_path, reply(body, f"{status} Reason", content_type))
    assert (error.kind, error.status) == (kind, status)
    assert words in str(error)


async def test_an_endless_message_is_cut(tmp_path: Path) -> None:
    body = json.dumps({"message": "x" * 1_000_000}).encode()
    assert len(str(await failure_of(tmp_path, reply(body, "500 Sorry")))) < 2000


async def test_what_the_content_type_says_does_not_matter(tmp_path: Path) -> None:
    for content_type in ("text/plain", "application/octet-stream", "x/" + "y" * 5000):
        async with connected(tmp_path, saying(reply(b'{"a": "\xff"}', content_type=content_type))) as (
            engine,
            _,
        ):
            assert await engine.get(Call("GET", "/info")) == {"a": "\ufffd"}


async def test_an_error_leaves_the_connection_usable(tmp_path: Path) -> None:
    async with connected(tmp_path, saying(reply(b'{"message":"no"}', "404 Not Found"))) as (engine, server):
        for _ in range(3):
            with pytest.raises(EngineError):
                await engine.get(Call("GET", "/info"))
        with pytest.raises(EngineError):
            await engine.ping()
        assert server.requests[-1] == "GET /_ping"


async def test_a_reply_that_is_no_object_is_refused_where_one_is_needed(tmp_path: Path) -> None:
    async with connected(tmp_path, saying(reply(b"[1]"))) as (engine, _):
        with pytest.raises(EngineError, match="it is no object"):
            await containers.inspect(engine, "x")


async def test_read_only_sends_nothing_that_writes(tmp_path: Path) -> None:
    async with connected(tmp_path, saying(reply(b"{}")), read_only=True) as (engine, server):
        before = list(server.requests)
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            with pytest.raises(EngineError) as caught:
                await engine.request(Call(method, "/containers/x/stop"))
            assert caught.value.kind is ErrorKind.READ_ONLY
            with pytest.raises(EngineError):
                async with engine.stream(Call(method, "/images/create")):
                    pass
        assert server.requests == before
        assert await engine.get(Call("GET", "/info")) == {}


async def test_a_body_is_sent_as_json(tmp_path: Path) -> None:
    async with connected(tmp_path, saying(reply(b"", "204 No Content"))) as (engine, _):
        assert (await engine.request(Call("POST", "/x", body={"a": [1]}))).status == 204
        assert list(engine.trace)[-1].bytes_out == len(b'{"a": [1]}')


async def test_streams_that_are_left_do_not_starve_calls(tmp_path: Path) -> None:
    """aiodocker alone is out of connections after a hundred."""

    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(CHUNKED + chunk(b'{"Type":"x"}\n') if path.startswith("/v1.51/events") else reply(b"OK"))

    async with connected(tmp_path, answer) as (engine, server):
        for _ in range(150):
            async with system.events(engine) as events:
                assert (await anext(events)).type == "x"
        await engine.ping(timeout=60)
        await server.left(1)


async def test_open_streams_do_not_starve_calls(tmp_path: Path) -> None:
    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(CHUNKED + chunk(b"{}") if path.startswith("/v1.51/events") else reply(b"OK"))

    async def follow(engine: Engine, begun: asyncio.Semaphore) -> None:
        async with engine.objects(Call("GET", "/events")) as objects:
            await anext(objects)
            begun.release()
            await anext(objects)

    async with connected(tmp_path, answer) as (engine, server):
        begun = asyncio.Semaphore(0)
        tasks = [asyncio.create_task(follow(engine, begun)) for _ in range(120)]
        for _ in tasks:
            await begun.acquire()
        await engine.ping(timeout=60)
        for task in tasks:
            task.cancel()
        assert all(isinstance(r, asyncio.CancelledError) for r in await asyncio.gather(*tasks, return_exceptions=True))
        await server.left(1)


async def stream_of(directory: Path, data: bytes, *, close: bool = True) -> list[dict[str, Any]]:
    async with (
        connected(directory, saying(data, close=close)) as (engine, _),
        engine.objects(Call("GET", "/events")) as objects,
    ):
        return [item async for item in objects]


async def test_objects_may_stand_end_to_end_and_be_long(tmp_path: Path) -> None:
    big = {"k": "x" * 1_000_000}
    data = json.dumps(big).encode() + b'{"a":1}{"b":{}}\n\x1e{"c":"}{"}'
    pieces = b"".join(chunk(data[i : i + 777]) for i in range(0, len(data), 777))
    assert await stream_of(tmp_path, CHUNKED + pieces + b"0\r\n\r\n") == [
        big,
        {"a": 1},
        {"b": {}},
        {"c": "}{"},
    ]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (CHUNKED + chunk(b'{"a":1}'), ErrorKind.LOST),
        (CHUNKED + chunk(b'{"a":1}{"b"') + b"0\r\n\r\n", ErrorKind.PROTOCOL),
        (CHUNKED + chunk(b"<html>") + b"0\r\n\r\n", ErrorKind.PROTOCOL),
        (CHUNKED + chunk(b'{"a":oops}') + b"0\r\n\r\n", ErrorKind.PROTOCOL),
    ],
    ids=["cut", "cut object", "html", "no json"],
)
async def test_a_stream_that_breaks_raises(tmp_path: Path, data: bytes, kind: ErrorKind) -> None:
    with pytest.raises(EngineError) as caught:
        await stream_of(tmp_path, data)
    assert caught.value.kind is kind


async def test_closing_ends_open_streams_with_an_error(tmp_path: Path) -> None:
    async with connected(tmp_path, saying(CHUNKED + chunk(b"{}"))) as (engine, _):
        async with engine.objects(Call("GET", "/events")) as objects:
            await anext(objects)
            await engine.close()
            with pytest.raises(EngineError) as caught:
                await anext(objects)
        assert caught.value.kind is ErrorKind.LOST
        await engine.close()
        with pytest.raises(EngineError, match="not connected"):
            await engine.ping()


async def test_what_the_caller_raises_is_not_translated(tmp_path: Path) -> None:
    async with connected(tmp_path, saying(CHUNKED + chunk(b"{}"))) as (engine, _):
        with pytest.raises(OSError, match="disk full"):
            async with engine.stream(Call("GET", "/events")):
                raise OSError("disk full")


async def test_an_engine_may_come_back_as_another_version(tmp_path: Path) -> None:
    async with peer(tmp_path, after_version(saying(reply(b"{}")))) as server:
        engine = Engine(server.endpoint)
        assert not engine.supports("1.41")
        await engine.open()
        assert engine.supports("1.44")
        assert not engine.supports("1.52")
    (tmp_path / "peer.sock").unlink(missing_ok=True)  # Python 3.13 and later remove it themselves
    older = {"Version": "20.10", "ApiVersion": "1.41", "MinAPIVersion": "1.12"}
    async with peer(tmp_path, after_version(saying(reply(b"{}")), older)) as server:
        assert (await engine.open()).api == "1.41"
        assert not engine.supports("1.44")
        await engine.get(Call("GET", "/info"))
        assert server.requests[-1] == "GET /v1.41/info"
        await engine.close()


@pytest.mark.parametrize("data", [b"[]", b'{"hello": "world"}', b'{"ApiVersion": "\\u001b[2J"}', b"null"])
async def test_a_web_server_is_no_engine(tmp_path: Path, data: bytes) -> None:
    async with peer(tmp_path, saying(reply(data))) as server:
        engine = Engine(server.endpoint)
        with pytest.raises(EngineError, match="is no Docker Engine") as caught:
            await engine.open()
        assert caught.value.kind is ErrorKind.PROTOCOL
        await engine.close()


async def test_a_socket_that_is_not_there(tmp_path: Path) -> None:
    engine = Engine(Endpoint("local", f"unix://{tmp_path}/none.sock", "--host"))
    with pytest.raises(EngineError, match="systemctl start docker") as caught:
        await engine.open()
    assert caught.value.kind is ErrorKind.NO_SOCKET
    await engine.close()


async def test_calls_before_open_say_so(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="not connected"):
        await Engine(Endpoint("local", f"unix://{tmp_path}/none.sock", "--host")).get(Call("GET", "/info"))


def test_the_private_parts_of_aiodocker_that_are_used() -> None:
    """Held here, so that an update that moves them is noticed."""
    parameters = inspect.signature(aiodocker.Docker._do_query).parameters
    assert {"path", "method", "data", "headers", "timeout", "versioned_api"} <= set(parameters)
    assert {"url", "connector", "session", "api_version"} <= set(inspect.signature(aiodocker.Docker).parameters)


async def test_aiodocker_still_needs_its_responses_closed(tmp_path: Path) -> None:
    """When this fails, aiodocker has mended its leak: see what of client.py can go."""
    async with peer(tmp_path, saying(CHUNKED + chunk(b"{}"))) as server:
        docker = aiodocker.Docker(server.endpoint.url, api_version="v1.51")
        async with docker._query("events") as response:
            await response.content.readany()
        assert not response.closed
        response.close()
        await docker.close()


@pytest.mark.parametrize(("state", "told"), [(b'{"StoppedByUser": true}', True), (b"{}", False), (b"null", False)])
async def test_podman_is_asked_whether_somebody_had_a_container_end(tmp_path: Path, state: bytes, told: bool) -> None:
    async with connected(tmp_path, saying(reply(b'{"State": %b}' % state))) as (engine, server):
        assert await containers.stopped_by_user(engine, "web") is told
        assert "/libpod/containers/web/json" in server.requests[-1]


@pytest.mark.parametrize(("mode", "target"), [(1 << 31 | 0o755, ""), (1 << 27 | 0o777, "/data")])
async def test_only_a_link_leads_elsewhere_though_podman_names_a_target_of_anything(
    tmp_path: Path, mode: int, target: str
) -> None:
    told = base64.b64encode(json.dumps({"name": ".", "mode": mode, "linkTarget": "/data"}).encode()).decode()
    answer = reply(b"").replace(b"\r\n\r\n", f"\r\nX-Docker-Container-Path-Stat: {told}\r\n\r\n".encode())
    async with connected(tmp_path, saying(answer)) as (engine, _):
        assert (await files.path_stat(engine, "web", "/")).target == target
