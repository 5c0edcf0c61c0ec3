"""Connect to an Engine through `ssh HOST docker system dial-stdio`, as the Docker CLI does.

Each connection is one run of the system's own ssh, so that its configuration, agent, jump hosts and known hosts apply.
Nothing of our environment is sent. The command line is that of docker/cli's `connhelper/ssh`, plus keepalives that
detect a dead connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import socket
import tempfile
from asyncio.subprocess import Process
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Final

import aiohttp
from aiohttp.client_proto import ResponseHandler

from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.ssh_failure import meaning

if TYPE_CHECKING:
    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.tracing import Trace

PARALLEL_DIALS: Final = 4
"""sshd drops connections at random beyond ten that have not logged in yet (MaxStartups 10:30:100)."""
KEEPALIVE: Final = 120.0
"""Seconds an idle connection is kept: a new one costs a login."""
DIAL_TIMEOUT: Final = 60.0
"""Seconds for a login and the first reply; a stream has no time limit of its own."""
ALIVE: Final = 15
"""Seconds of silence after which ssh probes the other side; after three unanswered probes it ends, and we notice."""
STDERR_LIMIT: Final = 4096
GRACE: Final = 2.0
"""Seconds that ssh has to end by itself, then after SIGTERM."""
_GREETING: Final = b"HEAD /_ping HTTP/1.1\r\nHost: docker\r\n\r\n"


def ssh_command(endpoint: Endpoint) -> list[str]:
    """Return the command that connects its standard input and output with the Engine."""
    options = ["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=30", "-o", f"ServerAliveInterval={ALIVE}"]
    path = endpoint.far_socket
    remote = ["docker", *(["--host", f"unix://{path}"] if path else []), "system", "dial-stdio"]
    return ["ssh", *options, *endpoint.ssh_words, shlex.join(remote)]


class SSHConnector(aiohttp.UnixConnector):
    """Makes each connection of an HTTP session by running ssh with one end of a socket pair."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__("ssh", limit=0, keepalive_timeout=KEEPALIVE)
        self._endpoint = endpoint
        self._dials = asyncio.Semaphore(PARALLEL_DIALS)
        self._first = asyncio.Lock()
        self._logged_in = False
        self._failures = 0
        self._failure: EngineError | None = None
        self._runs: set[asyncio.Task[None]] = set()

    async def _create_connection(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 (aiohttp's signature)
    ) -> ResponseHandler:
        async with self._dials:
            if self._logged_in:
                return await self._log_in()
            before = self._failures
            async with self._first:  # a failed login is the result for all who wait: a wrong key costs one attempt
                if self._failure is not None and (self._failures > before or self._failure.kind is ErrorKind.LOGIN):
                    raise self._failure
                return await self._log_in()

    def try_anew(self) -> None:
        """Allow another login, even after one that was refused."""
        self._logged_in, self._failure = False, None

    async def _log_in(self) -> ResponseHandler:
        """Connect, and remember the result."""
        try:
            handler = await self._dial()
        except EngineError as error:
            self._logged_in, self._failure = False, error
            self._failures += 1
            raise
        self._logged_in, self._failure = True, None
        return handler

    async def _dial(self) -> ResponseHandler:
        run, ours = await _Run.start(self._endpoint)
        self._runs.add(run.seen_off)
        run.seen_off.add_done_callback(self._runs.discard)
        try:
            await run.greet(ours)
            handler = _Handler(self._loop, run.release)
            await self._loop.create_unix_connection(lambda: handler, sock=ours)
        except BaseException:
            run.release()
            ours.close()
            raise
        return handler

    async def wait_closed(self) -> None:
        """Wait until no ssh is left; call it after `close`."""
        await asyncio.gather(*self._runs, return_exceptions=True)


class _Handler(ResponseHandler):
    """aiohttp's protocol with a callback when its connection has ended."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ended: Callable[[], None]) -> None:
        super().__init__(loop=loop)
        self._ended = ended

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        self._ended()


class _Run:
    """One run of ssh, from its start until its end has been awaited.

    Its standard error is a file, not a pipe: a master connection that it leaves behind (ControlPersist) would keep a
    pipe open, and Python before 3.13 waits for that.
    """

    def __init__(self, endpoint: Endpoint, process: Process, stderr: IO[bytes]) -> None:
        self._endpoint = endpoint
        self._process = process
        self._released = asyncio.Event()
        self._said = ""
        self.seen_off = asyncio.create_task(self._see_off(stderr))

    @classmethod
    async def start(cls, endpoint: Endpoint) -> tuple[_Run, socket.socket]:
        """Start ssh, with the other end of the returned socket as its standard input and output."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        stderr = tempfile.TemporaryFile()  # noqa: SIM115 (closed when it is seen off)
        try:
            with theirs:
                process = await _run_ssh(endpoint, theirs, stderr)
        except BaseException:
            ours.close()
            stderr.close()
            raise
        return cls(endpoint, process, stderr), ours

    async def greet(self, connection: socket.socket) -> None:
        """Make one request: a login that fails is then reported in ssh's own words."""
        loop = asyncio.get_running_loop()
        reply = b""
        try:
            async with asyncio.timeout(DIAL_TIMEOUT):
                await loop.sock_sendall(connection, _GREETING)
                while b"\r\n\r\n" not in reply:
                    data = await loop.sock_recv(connection, 4096)
                    reply += data
                    if not data or not reply.startswith(b"HTTP/1."[: len(reply)]):
                        raise await self._failure(reply)
        except TimeoutError:
            raise await self._failure(reply, f"no answer within {DIAL_TIMEOUT:g} s") from None
        except OSError:
            raise await self._failure(reply) from None

    def release(self) -> None:
        """Let ssh end, now that its connection has."""
        self._released.set()

    async def _see_off(self, stderr: IO[bytes]) -> None:
        """Wait until it ends; if its connection ends and it does not follow, terminate it."""
        ended = asyncio.ensure_future(self._process.wait())
        released = asyncio.ensure_future(self._released.wait())
        await asyncio.wait((ended, released), return_when=asyncio.FIRST_COMPLETED)
        released.cancel()
        await asyncio.wait((ended,), timeout=GRACE)
        for stop in (self._process.terminate, self._process.kill):
            if not ended.done():
                with contextlib.suppress(ProcessLookupError):
                    stop()
                await asyncio.wait((ended,), timeout=GRACE)
        with stderr:
            stderr.seek(0)
            self._said = " ".join(stderr.read(STDERR_LIMIT).decode(errors="replace").split())

    async def _failure(self, reply: bytes, why: str = "") -> EngineError:
        """Return why the Engine was not reached: ssh's message, the output in place of a reply, or `why`."""
        self.release()
        await asyncio.wait((self.seen_off,))
        said = self._said or why or f"ssh ended with code {self._process.returncode}, without a word"
        if reply:
            said = f"the remote shell printed {reply[:200].decode(errors='replace')!r} in place of a reply"
        return meaning(self._endpoint, said, shlex.join(ssh_command(self._endpoint)[:-1]))


async def _run_ssh(endpoint: Endpoint, stdio: socket.socket, stderr: IO[bytes]) -> Process:
    """Start ssh in a session of its own, so that it cannot ask for a password on the terminal that we paint."""
    try:
        return await asyncio.create_subprocess_exec(
            *ssh_command(endpoint), stdin=stdio.fileno(), stdout=stdio.fileno(), stderr=stderr, start_new_session=True
        )
    except FileNotFoundError:
        raise EngineError(ErrorKind.SSH, "this machine has no ssh", "install OpenSSH") from None
