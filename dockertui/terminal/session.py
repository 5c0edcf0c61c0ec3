"""A session: a process, its connection, and the emulator that keeps its screen. It outlives its widget."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from dockertui.engine.errors import EngineError
from dockertui.engine.execs import Outcome
from dockertui.engine.hijack import WindowSize
from dockertui.engine.multiplex import Output
from dockertui.terminal.emulator import SYNCHRONIZED, Emulator, EmulatorListener
from dockertui.terminal.guarded import GuardedEmulator
from dockertui.terminal.open_emulator import open_emulator
from dockertui.terminal.plain import LineEditor, Margin
from dockertui.terminal.policy import Clipboard, Policy, SessionObserver, State
from dockertui.terminal.process import AttachedProcess, Connection, TerminalProcess
from dockertui.terminal.recording import Recorder
from dockertui.terminal.resetting import resetting
from dockertui.widgets.text import error_line

SLICE: Final = 16 * 1024
"""Bytes fed at once."""
SLICE_TIME: Final = 0.008
"""Seconds of feeding after which the event loop runs other tasks."""
INPUT_LIMIT: Final = 4 * 1024 * 1024
"""Bytes of input that may wait for a process which does not read."""
REPLY_LIMIT: Final = 64 * 1024
"""The same for answers to queries: a container that floods with queries and reads nothing gets no more."""
_RESIZE_TRIES: Final = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
"""Seconds between them: right after its start a process may have no terminal yet."""
_GOODBYE: Final = 0.1
_INPUT_CLOSED: Final = "detached when its input was closed; the container keeps running"

_log = logging.getLogger("dockertui")


class TerminalSession:
    """One session. Call `start`, in the end `close`; in between it may be restarted any number of times."""

    def __init__(
        self,
        number: int,
        process: TerminalProcess,
        size: WindowSize,
        *,
        policy: Policy | None = None,
        native: bool | None = None,
        make_emulator: Callable[[int, int, EmulatorListener], Emulator] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.number = number
        self.process = process
        self.policy = policy or Policy()
        self.size = process.fixed_size or size
        self.state = State.STARTING
        self.exit_code: int | None = None
        self.reason = ""
        self.name = ""
        self.title = ""
        self.unseen = False
        self.observer: SessionObserver = SessionObserver()
        self.default_observer: SessionObserver = self.observer
        """The observer while no view shows the session."""
        self.recorder: Recorder | None = None
        self.sink: Callable[[bytes], object] | None = None
        """Receives the raw output, besides the emulator: the real terminal while the session has it."""
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._began = self._ended = clock()
        self._fault = ""
        """The failure in the program because of which the session must end."""
        listener = EmulatorListener(self._reply, self._titled, self._rang, self._copied)
        make = make_emulator or partial(open_emulator, history=self.policy.history, native=native)
        self.emulator = GuardedEmulator(*self.size, listener, make, self._fail)
        self._margin = Margin()
        self._editor = LineEditor()
        self._held: list[bytes] = []
        """Input typed before it was known whether the process has a terminal."""
        self._input = bytearray()
        self._input_ends = False
        self._wanted_size: WindowSize | None = None
        self._something_to_send = asyncio.Event()
        self._size_to_tell = asyncio.Event()
        self._half_closed = False

    # properties

    @property
    def live(self) -> bool:
        """Whether it is connected or connecting."""
        return self.state in (State.STARTING, State.RUNNING)

    @property
    def caption(self) -> str:
        """Its name in a tab; not clean."""
        return self.name or (self.title if self.policy.title else "") or self.process.label

    @property
    def age(self) -> float:
        """Seconds it has run."""
        return (self._clock() if self.live else self._ended) - self._began

    @property
    def held(self) -> bool:
        """Whether the container asks to defer painting (mode 2026)."""
        return self.live and self.emulator.mode(SYNCHRONIZED)

    # what the container does, through the emulator

    def _reply(self, data: bytes) -> None:
        wanted = self.process.takes_input and self.process.tty and self.sink is None
        if wanted and len(self._input) < REPLY_LIMIT:
            self._input += data
            self._something_to_send.set()

    def _titled(self, title: str) -> None:
        if self.policy.title and title != self.title:
            self.title = title
            self._tell(lambda observer: observer.state_changed())

    def _rang(self) -> None:
        if self.policy.bell:
            self._tell(lambda observer: observer.bell_rang())

    def _copied(self, text: str) -> None:
        if self.policy.clipboard is not Clipboard.NO and text:
            self._tell(lambda observer: observer.clipboard_asked(text))

    def _tell(self, what: Callable[[SessionObserver], None]) -> None:
        """Call the observer. Its failure does not affect the session."""
        try:
            what(self.observer)
        except Exception as error:
            _log.error("a session could not be shown", exc_info=error)

    # what the user does

    def type(self, data: bytes) -> bool:
        """Send input; in a session without a terminal by lines edited here.

        Return False if it was not sent: the session is not running, takes no input, or its process does not read.
        """
        if not self.live or not self.process.takes_input or self._half_closed:
            return False
        if not self.process.tty_known:
            self._held.append(data)
            return sum(map(len, self._held)) < INPUT_LIMIT
        if self.process.tty:
            return self._send(data)
        if data.startswith(b"\x1b"):
            return True  # a key that edits lines elsewhere: there is no terminal to take it
        typed = self._editor.type(data.decode(errors="replace"))
        self._feed_now(typed.echo)
        if typed.interrupt:
            self._tell(lambda observer: observer.interrupt_asked())
        if typed.end:
            self.end_input()
        return self._send(typed.send)

    def _type_held(self) -> None:
        held, self._held = self._held, []
        for data in held:
            self.type(data)

    def _send(self, data: bytes) -> bool:
        if len(self._input) + len(data) > INPUT_LIMIT:
            return False
        self._input += data
        self._something_to_send.set()
        return True

    def end_input(self) -> None:
        """End the input of a process without a terminal (Ctrl-D)."""
        self._input_ends = True
        self._something_to_send.set()

    async def interrupt(self) -> None:
        """Send SIGINT to the attached container's process. Raises EngineError."""
        if isinstance(self.process, AttachedProcess):
            await self.process.interrupt()

    def resize(self, size: WindowSize) -> None:
        """Change the size at once, and resize the process's terminal."""
        if size == self.size or self.process.fixed_size or min(size) < 1:
            return
        self._take_size(size)
        self._wanted_size = size
        self._size_to_tell.set()

    def _take_size(self, size: WindowSize) -> None:
        self.size = size
        self.emulator.resize(*size)
        if self.recorder is not None:
            self.recorder.resized(size)
        self._tell(lambda observer: observer.output_came())

    def play_size(self, size: WindowSize) -> None:
        """Apply a size change of the recording being played."""
        self._take_size(size)

    def clear(self) -> None:
        """Clear the history; the screen stays."""
        self._feed_now(b"\x1b[3J")

    def record(self, path: Path) -> None:
        """Record from now on. Raises OSError."""
        self.recorder = Recorder(path, self.size, self.caption)

    def stop_recording(self) -> None:
        """End the recording, if there is one."""
        recorder, self.recorder = self.recorder, None
        if recorder is not None:
            recorder.close()
        self._tell(lambda observer: observer.state_changed())

    # lifecycle

    def start(self) -> None:
        """Connect in a task of its own."""
        if self._fault:
            self._end(State.FAILED, Outcome(False, None, self._fault))
            return
        self._task = asyncio.create_task(self._run(), name=f"terminal session {self.number}")

    def restart(self) -> None:
        """Start a process again, below the current content. Does nothing while one is running."""
        if self.live:
            return
        self.exit_code, self.reason, self.title, self._fault = None, "", "", ""
        self.emulator.renew()
        self._held.clear()
        self._input.clear()
        self._input_ends = self._half_closed = False
        self._margin, self._editor = Margin(), LineEditor()
        self._feed_now(resetting(self.emulator))
        self._began = self._clock()
        self._become(State.STARTING)
        self.start()

    async def close(self) -> None:
        """End the session. A shell is asked to exit first: the Engine does not end the process of a closed exec."""
        task, self._task = self._task, None
        if task is not None and not task.done():
            if self.state is State.RUNNING and not isinstance(self.process, AttachedProcess):
                await self._say_goodbye()
            task.cancel()
            await asyncio.wait([task])
        self.stop_recording()
        self.emulator.close()

    async def _say_goodbye(self) -> None:
        if self.process.tty:
            self._send(b"\x03")
            await asyncio.sleep(_GOODBYE)
            self._send(b"\x04")
        else:
            self.end_input()
        await asyncio.sleep(_GOODBYE)

    async def detach(self) -> None:
        """Close the connection and leave the process running."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])
            self._end(State.ENDED, Outcome(True, None, "detached"))

    async def ended(self) -> None:
        """Wait until the session is no longer connected."""
        if self._task is not None:
            await asyncio.wait([self._task])

    def _fail(self, sentence: str) -> None:
        """End the session because of a failure in the program."""
        self._fault = sentence
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        """Run the session; any failure ends only this session."""
        try:
            await self._live()
            return
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self._fault or task is None:
                raise
            task.uncancel()
        except Exception as error:
            _log.error("a terminal session failed", exc_info=error)
            self._fault = f"an error in the program ({error_line(error)})"
        self._end(State.BROKEN, Outcome(True, None, self._fault))

    async def _live(self) -> None:
        connected = False
        try:
            async with self.process.connect(self.size) as connection:
                connected = True
                self._wanted_size = self.size
                self._size_to_tell.set()
                self._become(State.RUNNING)
                self._type_held()
                for output in await self.process.earlier():
                    await self._feed(output)
                await self._converse(connection)
        except EngineError as error:
            await self._broke(error, connected)
            return
        outcome = await self.process.outcome()
        if outcome.running and self._half_closed:
            self._end(State.ENDED, Outcome(True, None, _INPUT_CLOSED))
        else:
            self._end(State.LOST if outcome.running else State.ENDED, outcome)

    async def _converse(self, connection: Connection) -> None:
        """Read until the end, meanwhile sending input and sizes."""
        helpers = [self._guarded_task(partial(self._sending, connection)), self._guarded_task(self._telling_sizes)]
        try:
            while outputs := await connection.read():
                for output in outputs:
                    await self._feed(output)
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.wait(helpers)

    def _guarded_task(self, work: Callable[[], Coroutine[None, None, None]]) -> asyncio.Task[None]:
        async def guarded() -> None:
            try:
                await work()
            except Exception as error:
                _log.error("a terminal session failed", exc_info=error)
                self._fail(f"an error in the program ({error_line(error)})")

        return asyncio.create_task(guarded())

    async def _sending(self, connection: Connection) -> None:
        with suppress(EngineError):  # reading reports the end, and why
            while True:
                await self._something_to_send.wait()
                self._something_to_send.clear()
                data = bytes(self._input)
                self._input.clear()
                if data:
                    await connection.write(data)
                if self._input_ends and not self._input and not self._half_closed:
                    self._end_input_of(connection)

    def _end_input_of(self, connection: Connection) -> None:
        if connection.can_half_close:
            self._half_closed = True
            connection.half_close()
        else:
            self._input_ends = False
            self._feed_now(b"\r\n\x1b[2m[over TLS the input cannot be ended alone: close the session]\x1b[0m\r\n")

    async def _telling_sizes(self) -> None:
        while True:
            await self._size_to_tell.wait()
            self._size_to_tell.clear()
            if self._wanted_size is not None and self.process.tty:
                await self._tell_size(self._wanted_size)

    async def _tell_size(self, size: WindowSize) -> None:
        for pause in _RESIZE_TRIES:
            await asyncio.sleep(pause)
            with suppress(EngineError):
                await self.process.resize(size)
                return

    # output

    async def _feed(self, output: Output) -> None:
        """Feed output in slices, letting other tasks run between them.

        Meanwhile nothing is read, so a process that floods has to wait.
        """
        data = output.data if self.process.tty else self._margin.mark(*output)
        if self.recorder is not None:
            self._record(data)
        if self.sink is not None:
            self.sink(data)
        began = time.perf_counter()
        for start in range(0, len(data), SLICE):
            self._feed_now(data[start : start + SLICE])
            if time.perf_counter() - began > SLICE_TIME:
                await asyncio.sleep(0)
                began = time.perf_counter()

    def _feed_now(self, data: bytes) -> None:
        if data:
            self.emulator.feed(data)
            self._tell(lambda observer: observer.output_came())

    def _record(self, data: bytes) -> None:
        try:
            if self.recorder is not None:
                self.recorder.output(data)
        except OSError as error:
            self._recording_ended(str(error.strerror))
        except Exception as error:
            _log.error("a recording failed", exc_info=error)
            self._recording_ended(error_line(error))

    def _recording_ended(self, why: str) -> None:
        self.stop_recording()
        self.reason = f"recording ended: {why}"
        self._tell(lambda observer: observer.state_changed())

    # the end

    async def _broke(self, error: EngineError, connected: bool) -> None:
        """End the session after an error: the connection failed, or broke while the process was running."""
        if not connected:
            self._end(State.FAILED, Outcome(False, None, str(error)))
            return
        outcome = await self.process.outcome()
        if outcome.exit_code is None:
            outcome = Outcome(outcome.running, None, outcome.reason or str(error))
        self._end(State.ENDED if outcome.exit_code is not None else State.LOST, outcome)

    def _end(self, state: State, outcome: Outcome) -> None:
        self.exit_code, self.reason = outcome.exit_code, outcome.reason
        self._ended = self._clock()
        if not self.emulator.alternate_screen:
            self._feed_now(b"\x1b[0m\x1b[?25h\r\n" if self._margin_open() else b"\x1b[0m\x1b[?25h")
            if outcome.reason:
                words = "".join(char for char in outcome.reason if char.isprintable())
                self._feed_now(f"\x1b[2m[{words}]\x1b[0m\r\n".encode(errors="replace"))
        self._become(state)

    def _margin_open(self) -> bool:
        cursor = self.emulator.cursor
        return cursor is not None and cursor.x > 0

    def _become(self, state: State) -> None:
        self.state = state
        self._tell(lambda observer: observer.state_changed())
