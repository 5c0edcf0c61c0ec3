"""The one gate to an Engine: every call passes here, and only here is the HTTP library called.

Negotiation, time limits, the read-only refusal, the journal, closing and the translation of errors exist once. The
transport is aiodocker's `_do_query`, which returns the response; it is closed here, because aiodocker leaves it open.
Importing aiodocker takes a tenth of a second, so a thread does it when `open` is first called.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from dockertui.engine import diagnosis, environment
from dockertui.engine.call import VERSION, Call
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.json_stream import JSONSplitter, parse_json
from dockertui.engine.models import Version
from dockertui.engine.negotiation import MAX_API, api_number, negotiate
from dockertui.engine.target import target
from dockertui.engine.trace import Request, Trace

if TYPE_CHECKING:
    import aiodocker
    import aiohttp

    from dockertui.engine.wire import Wire

CALL_TIMEOUT: Final = 30.0
OPEN_TIMEOUT: Final = 15.0
SSH_OPEN_TIMEOUT: Final = 75.0  # longer than ssh takes to report that it cannot log in
REPLY_LIMIT: Final = 256 * 1024 * 1024
_READING: Final = ("GET", "HEAD")
_UPGRADE: Final = {"Connection": "Upgrade", "Upgrade": "tcp"}
_NO_CONNECTION: Final = 900  # aiodocker's status for every failure to connect

_DEFECTS: Final = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a parser raises over unforeseen bytes."""

_PING: Final = Call("GET", "/_ping")
_Data = bytes | AsyncIterable[bytes] | None


class Reply(NamedTuple):
    """A whole reply. `headers` are case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Stream:
    """A reply still being received. Leaving its context closes the connection, even within the reply."""

    def __init__(self, engine: Engine, response: aiohttp.ClientResponse, record: Request) -> None:
        self._engine = engine
        self.response = response
        self._record = record

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self.response.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body in pieces as they arrive. Raises EngineError when the connection ends too early."""
        content = self.response.content
        while True:
            with self._engine.translated(self._record):
                chunk = await content.readany()
            if not chunk:
                return
            self._record.bytes_in += len(chunk)
            yield chunk

    async def rest(self, seconds: float) -> None:
        """Stop reading for some seconds: the kernel gathers the data, and one wakeup reads what would cost one per
        line."""
        connection = self.response.connection
        transport = connection.transport if connection is not None else None
        if not isinstance(transport, asyncio.Transport):
            return
        transport.pause_reading()
        try:
            await asyncio.sleep(seconds)
        finally:
            transport.resume_reading()

    async def read(self, limit: int = REPLY_LIMIT) -> bytes:
        """Return the whole body. Raises EngineError (PROTOCOL) when it exceeds `limit` bytes."""
        parts = []
        async for chunk in self.chunks():
            parts.append(chunk)
            if self._record.bytes_in > limit:
                raise self._engine.unreadable(self._record, f"it is longer than {limit} bytes")
        return b"".join(parts)

    async def objects(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the JSON objects of the body as they arrive. Raises EngineError for anything else."""
        splitter = JSONSplitter()
        async for chunk in self.chunks():
            try:
                found = splitter.feed(chunk)
            except ValueError as error:
                raise self._engine.unreadable(self._record, str(error)) from None
            for item in found:
                yield item
        if splitter.pending:
            raise self._engine.unreadable(self._record, "it ends within an object")


class Engine:
    """A client of one Engine, with as many sockets as its calls and streams need.

    Every method raises EngineError and no other exception of the network. Calls may run concurrently. `read_only`
    refuses every method but GET and HEAD before anything is sent. Cancelling a call closes its connection.
    """

    def __init__(self, endpoint: Endpoint, *, read_only: bool = False, trace: Trace | None = None) -> None:
        self.endpoint = endpoint
        self.read_only = read_only
        self.trace = Trace() if trace is None else trace
        self.version: Version | None = None
        self._docker: aiodocker.Docker | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> Version:
        """Connect and agree on the API version; may be called again, as after a restart of the Engine.

        Raises EngineError: any reason why the Engine cannot be reached, UNSUPPORTED without a common version.
        """
        async with self._opening:
            if self._docker is None:
                self._docker = await _connect(self.endpoint)
            _allow_login(self._docker)
            limit = SSH_OPEN_TIMEOUT if self.endpoint.scheme == "ssh" else OPEN_TIMEOUT
            raw = await self.get(VERSION, timeout=limit, versioned=False)
            self.version = negotiate(raw, self.endpoint, environment.own().api_version)
            return self.version

    async def close(self) -> None:
        """Close every connection, open streams included. Does nothing when there is none."""
        docker, self._docker = self._docker, None
        if docker is not None:
            from dockertui.engine import transport

            await transport.close_session(docker.session)

    def permit(self, what: str) -> None:
        """Raise EngineError (READ_ONLY) if changes are not allowed. Code that changes things without a request calls
        this."""
        if self.read_only:
            remedy = "leave --read-only away, or read_only in the settings' [endpoints]"
            raise EngineError(ErrorKind.READ_ONLY, f"{what} would change something, and this is read only", remedy)

    def supports(self, api: str) -> bool:
        """Whether the negotiated API version is `api` ("1.44") or newer; False before `open`."""
        return self.version is not None and api_number(self.version.api) >= api_number(api)

    async def get(
        self,
        call: Call,
        *,
        timeout: float | None = CALL_TIMEOUT,  # noqa: ASYNC109 (handed to asyncio.timeout, and named in the error)
        versioned: bool = True,
    ) -> Any:
        """Return the JSON that a GET replies with. Raises EngineError (PROTOCOL) when it is not JSON."""
        record, data = self._prepare(call, None, versioned)
        reply = await self._exchanged(record, data, call.headers, timeout)
        try:
            return parse_json(reply.body)
        except ValueError as error:
            if page := diagnosis.web_page(self.endpoint, reply.status, reply.body):
                record.error = str(page)
                raise page from None
            raise self.unreadable(record, str(error)) from None

    async def get_object(self, call: Call, *, timeout: float | None = CALL_TIMEOUT) -> dict[str, Any]:  # noqa: ASYNC109
        """As `get`, for a reply that must be an object."""
        value = await self.get(call, timeout=timeout)
        if not isinstance(value, dict):
            raise diagnosis.unreadable(self.endpoint, f"GET {call.path}", "it is no object")
        return value

    async def request(
        self,
        call: Call,
        *,
        body: AsyncIterable[bytes] | None = None,
        timeout: float | None = CALL_TIMEOUT,  # noqa: ASYNC109
        versioned: bool = True,
    ) -> Reply:
        """Send a request and read its whole reply. `timeout` in seconds is for both; None for no limit.

        body: pieces sent in place of `call.body`. Raises EngineError, READ_ONLY before anything is sent.
        """
        record, data = self._prepare(call, body, versioned)
        return await self._exchanged(record, data, call.headers, timeout)

    @asynccontextmanager
    async def stream(self, call: Call, *, body: AsyncIterable[bytes] | None = None) -> AsyncIterator[Stream]:
        """Open a reply of any length, or an endless one. It has no time limit: cancel it. Raises as `request` does."""
        record, data = self._prepare(call, body)
        async with self._exchange(record, data, call.headers) as stream:
            yield stream

    @asynccontextmanager
    async def objects(self, call: Call) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """Open a GET's stream of JSON objects: `async with engine.objects(…) as objects: async for …`."""
        async with self.stream(call) as stream:
            yield stream.objects()

    @asynccontextmanager
    async def upgrade(self, call: Call, *, reading: bool = False) -> AsyncIterator[Wire]:
        """POST, and turn the connection into one of bytes both ways; leaving the context closes it.

        `reading` declares that it changes nothing, so that `read_only` allows it. Raises as `request` does, and
        PROTOCOL when the Engine, or a proxy before it, does not upgrade the connection.
        """
        from dockertui.engine.wire import Wire

        record, data = self._prepare(call, None, reading=reading)
        async with self._exchange(record, data, _UPGRADE) as stream:
            if stream.status != 101:
                raise self.unreadable(record, f"it does not hand the connection over (HTTP {stream.status})")
            wire = Wire(stream.response, record, lambda error: diagnosis.failed_connection(self.endpoint, error))
            try:
                yield wire
            finally:
                wire.close()

    async def ping(self, timeout: float | None = 3.0) -> None:  # noqa: ASYNC109
        """Wait for the Engine's reply; raises EngineError when none comes within `timeout` seconds."""
        await self.request(_PING, timeout=timeout, versioned=False)

    async def _exchanged(
        self,
        record: Request,
        data: _Data,
        headers: Mapping[str, str] | None,
        timeout: float | None,  # noqa: ASYNC109
    ) -> Reply:
        try:
            async with asyncio.timeout(timeout), self._exchange(record, data, headers) as stream:
                return Reply(stream.status, stream.headers, await stream.read())
        except TimeoutError:
            failure = self._late(record, timeout)
            record.error = str(failure)
            raise failure from None

    def _late(self, record: Request, seconds: float | None) -> EngineError:
        """Return the error for a request that timed out: the Engine is slow, or no connection was made."""
        from dockertui.engine import transport

        if transport.connecting.get():
            return diagnosis.unconnected(self.endpoint, seconds)
        return diagnosis.timed_out(self.endpoint, _name(record), seconds)

    def _prepare(
        self, call: Call, pieces: AsyncIterable[bytes] | None, versioned: bool = True, *, reading: bool = False
    ) -> tuple[Request, _Data]:
        """Return the journal's entry of a request that is allowed, and its body."""
        if not reading and call.method not in _READING:
            self.permit(f"{call.method} {call.path}")
        path = target(f"/v{self._spoken()}{call.path}" if versioned else call.path, call.params)
        if pieces is not None:
            record = self.trace.start(call.method, path, None, call.docker)
            return record, _counted(pieces, record)
        data = None if call.body is None else json.dumps(call.body).encode()
        record = self.trace.start(call.method, path, data or b"", call.docker)
        if call.shown is not None:
            record.body = json.dumps(call.shown).encode()
        return record, data

    def _spoken(self) -> str:
        """Return the API version for the path of a request."""
        if self.version is None:
            raise EngineError(ErrorKind.LOST, f"not connected to {self.endpoint.address}")
        return self.version.api

    @asynccontextmanager
    async def _exchange(self, record: Request, data: _Data, headers: Mapping[str, str] | None) -> AsyncIterator[Stream]:
        response: aiohttp.ClientResponse | None = None
        try:
            with self.translated(record):
                response = await self._send(record, data, headers)
            record.status = response.status
            self.trace.dated(record, response.headers.get("Date"))
            yield Stream(self, response, record)
        except asyncio.CancelledError:
            record.error = "cancelled"
            raise
        except _DEFECTS as error:
            # Code met a reply that it did not foresee. The caller can show that like any other failure.
            logging.getLogger("dockertui").error("a reply of the Engine could not be read", exc_info=error)
            raise self.unreadable(record, f"{type(error).__name__}: {error}") from error
        finally:
            if response is not None:
                _end(response)
            self.trace.finish(record, error=record.error)

    async def _send(self, record: Request, data: _Data, headers: Mapping[str, str] | None) -> aiohttp.ClientResponse:
        if self._docker is None:
            raise EngineError(ErrorKind.LOST, f"not connected to {self.endpoint.address}")
        from dockertui.engine import transport

        transport.last_status.set(0)
        transport.connecting.set(False)
        return await self._docker._do_query(
            record.path.removeprefix("/"),
            record.method,
            data=data,
            headers=headers,
            timeout=transport.NO_TIMEOUT,
            versioned_api=False,  # the path already has the version, as the journal shows it
        )

    @contextmanager
    def translated(self, record: Request) -> Iterator[None]:
        """Raise any failure inside as EngineError, and note it in the journal."""
        try:
            yield
        except Exception as error:
            failure = _translate(error, self.endpoint, record)
            if failure is None:
                raise
            record.error = str(failure)
            record.status = failure.status
            raise failure from error

    def unreadable(self, record: Request, detail: str) -> EngineError:
        """Return the error for a reply that arrived and cannot be used."""
        failure = diagnosis.unreadable(self.endpoint, _name(record), detail)
        record.error = str(failure)
        return failure


async def _counted(body: AsyncIterable[bytes], record: Request) -> AsyncIterator[bytes]:
    async for piece in body:
        record.bytes_out += len(piece)
        yield piece


def _load_transport() -> None:
    """Import what is slow to import; called in a thread."""

    import dockertui.engine.tls
    import dockertui.engine.transport  # noqa: F401


async def _connect(endpoint: Endpoint) -> aiodocker.Docker:
    """Return aiodocker over a session of ours. Nothing is sent yet."""
    await asyncio.to_thread(_load_transport)
    import aiodocker

    from dockertui.engine import tls, transport

    context = await asyncio.to_thread(tls.ssl_context, endpoint)
    session = transport.open_session(endpoint, context)
    url = transport.base_url(endpoint)
    return aiodocker.Docker(url, session.connector, session, api_version=f"v{MAX_API}")


def _allow_login(docker: aiodocker.Docker) -> None:
    """Let ssh log in again, which it does not do by itself once a login was refused."""
    from dockertui.engine.ssh import SSHConnector

    if isinstance(docker.session.connector, SSHConnector):
        docker.session.connector.try_anew()


def _translate(error: Exception, endpoint: Endpoint, record: Request) -> EngineError | None:
    """Translate aiodocker's `error`; None for one that neither it nor the HTTP library raises."""
    from aiodocker.exceptions import DockerError

    from dockertui.engine import transport

    if isinstance(error, DockerError):
        if error.status == _NO_CONNECTION:
            return transport.translate(error.__context__ or error, endpoint, _name(record))
        return diagnosis.failed_reply(endpoint, _name(record), error.status, str(error.message))
    status = transport.last_status.get()
    if status >= 400 and isinstance(error, LookupError | TypeError | ValueError | RecursionError):
        # aiodocker failed on an error's body: no "message" in it, not UTF-8, not JSON
        return diagnosis.failed_reply(endpoint, _name(record), status, b"")
    return transport.translate(error, endpoint, _name(record))


def _end(response: aiohttp.ClientResponse) -> None:
    """Return the connection to the pool if the reply has ended, else close it: aiodocker does neither."""
    if response.content.at_eof():
        response.release()
    else:
        response.close()


def _name(record: Request) -> str:
    return f"{record.method} {record.path.partition('?')[0]}"
