"""The embedded Engine as one object: a thread with its own event loop, a private socket, a host behind it."""

import asyncio
import atexit
import contextlib
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final, Self

from dockertui.demo.host import Host

if TYPE_CHECKING:
    from dockertui.demo.server import Server

_PREFIX = "dockertui-demo-"
_LONGEST_SOCKET_PATH = 100


class DemoEngine:
    """`with DemoEngine() as engine: connect(engine.url)`.

    seed: the same seed and clock give the same ids, ages, stats and logs. clock: a clock of the caller's
    freezes the host: only what is asked for happens, and waits are skipped.
    """

    def __init__(self, *, seed: int = 7, clock: Callable[[], float] | None = None) -> None:
        self.host = Host(seed, clock)
        self.loop: asyncio.AbstractEventLoop | None = None
        self._directory: Path | None = None
        self._thread: threading.Thread | None = None
        self._listening = threading.Event()
        self._error: BaseException | None = None
        self._stopping: asyncio.Event | None = None

    def start(self) -> str:
        """Start once, wait until the socket listens, and return its URL. Raises what kept it from starting."""
        self._launch()
        self._listening.wait()
        if self._error is not None:
            self.stop()
            raise self._error
        return f"unix://{self.socket_path}"

    def _launch(self) -> None:
        if self._thread is not None:
            return
        if self._directory is not None:
            raise RuntimeError("this demo Engine has been stopped")
        self._directory = _private_directory()
        atexit.register(self.stop)
        _clean_up_after_signals()
        self._thread = threading.Thread(target=self._run, name="demo-engine", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop and remove the socket and its directory; again does nothing."""
        atexit.unregister(self.stop)
        thread, self._thread = self._thread, None
        if thread is not None and self.loop is not None and self._stopping is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just ended by itself
                self.loop.call_soon_threadsafe(self._stopping.set)
            thread.join()
        if self._directory is not None:
            _forget(self._directory)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def socket_path(self) -> Path:
        if self._directory is None:
            raise RuntimeError("the demo Engine has not been started")
        return self._directory / "docker.sock"

    @property
    def url(self) -> str:
        """The URL for DOCKER_HOST; waits until the Engine listens."""
        return self.start()

    # -- the thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # reported by start(), which waits
            self._error = error
        finally:
            self._listening.set()

    async def _serve(self) -> None:
        # The rest of the demo is imported here, in this thread: whoever starts the Engine goes on meanwhile.
        from dockertui.demo import execs, lifecycle

        self.loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self.host.play = partial(execs.play, self.host)
        self.furnish(self.host)
        server = self.new_server()
        await server.listen(self.socket_path)
        self._listening.set()
        living = asyncio.create_task(lifecycle.live(self.host))
        try:
            await self._stopping.wait()
        finally:
            living.cancel()
            await server.close()

    def furnish(self, host: Host) -> None:
        """Fill the empty host."""
        from dockertui.demo import scene

        scene.build(host)

    def new_server(self) -> "Server":
        from dockertui.demo.server import Server

        return Server(self.host)


# -- the private directory ------------------------------------------------------------------------

_ENDING: Final = (signal.SIGTERM, signal.SIGHUP)
"""They end a process without running atexit: the directories are removed first."""
_directories: set[Path] = set()


def _private_directory() -> Path:
    """A new 0700 directory, after sweeping those that killed processes of this user left behind."""
    base = Path(tempfile.gettempdir())
    if len(str(base)) + len(_PREFIX) + 40 > _LONGEST_SOCKET_PATH:  # a unix socket's path holds 108 bytes
        base = Path("/tmp")
    _sweep(base)
    directory = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base))
    _directories.add(directory)
    return directory


def _sweep(base: Path) -> None:
    for left in base.glob(f"{_PREFIX}*-*"):
        with contextlib.suppress(OSError):
            if (pid := _owner(left)) and left.lstat().st_uid == os.getuid():
                try:
                    os.kill(pid, 0)
                except ProcessLookupError:
                    shutil.rmtree(left, ignore_errors=True)


def _forget(directory: Path) -> None:
    _directories.discard(directory)
    if _owner(directory) == os.getpid():  # a forked child must not take it from its parent
        shutil.rmtree(directory, ignore_errors=True)


def _owner(directory: Path) -> int:
    """The process that made the directory, by its name; 0 when it does not tell."""
    pid = directory.name.removeprefix(_PREFIX).partition("-")[0]
    return int(pid) if pid.isdecimal() else 0


def _clean_up_after_signals() -> None:
    """Only where nobody else has a handler, and only from the main thread, which alone may set one."""
    for number in _ENDING if threading.current_thread() is threading.main_thread() else ():
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end_by_signal)


def _end_by_signal(number: int, frame: FrameType | None) -> None:
    for one in _ENDING:  # a second one would come in between
        signal.signal(one, signal.SIG_IGN)
    for directory in [*_directories]:
        _forget(directory)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
