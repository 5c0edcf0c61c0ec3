"""Sessions: what goes in and out, how they end, and that nothing stands still meanwhile."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.execs import Outcome
from dockertui.engine.hijack import WindowSize
from dockertui.engine.multiplex import Channel, Output
from dockertui.terminal.playback import CastProcess
from dockertui.terminal.policy import Clipboard, Policy, SessionObserver, State
from dockertui.terminal.process import Connection, TerminalProcess
from dockertui.terminal.recording import Cast, CastError, Recorder
from dockertui.terminal.session import TerminalSession
from tests.unit.terminal.terminal_process import FakeProcess

SIZE = WindowSize(40, 6)
Open = Callable[..., TerminalSession]


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    sessions: list[TerminalSession] = []

    def open_session(process: TerminalProcess, policy: Policy | None = None) -> TerminalSession:
        session = TerminalSession(len(sessions) + 1, process, SIZE, policy=policy)
        sessions.append(session)
        session.start()
        return session

    yield open_session
    for session in sessions:
        await session.close()


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 (what is waited for is many things)
            await asyncio.sleep(0.005)


def shown(session: TerminalSession) -> str:
    return "\n".join(session.emulator.lines(0, session.emulator.total)).rstrip()


async def test_output_reaches_the_screen_and_keys_the_process(opened: Open) -> None:
    process = FakeProcess()
    session = opened(process)
    process.says("hello")
    await until(lambda: shown(session) == "hello")
    assert session.type(b"ls\r")
    await until(lambda: process.read == b"ls\r")
    assert session.state is State.RUNNING


async def test_queries_are_answered_to_the_process(opened: Open) -> None:
    process = FakeProcess()
    opened(process)
    process.says("\x1b[6n")
    await until(lambda: process.read == b"\x1b[1;1R")


async def test_a_flood_of_queries_that_nobody_reads_is_bounded(opened: Open) -> None:
    process = FakeProcess()
    session = opened(process)
    await until(lambda: session.state is State.RUNNING)
    for _ in range(200_000):
        session._reply(b"\x1b[1;1R")
    assert len(session._input) < 100_000


async def test_the_size_is_told_at_the_start_and_at_once_when_it_changes(opened: Open) -> None:
    process = FakeProcess()
    session = opened(process)
    await until(lambda: process.sizes == [SIZE])
    session.resize(WindowSize(100, 30))
    assert (session.emulator.columns, session.emulator.rows) == (100, 30)
    await until(lambda: process.sizes[-1] == WindowSize(100, 30))


@pytest.mark.parametrize(
    ("how", "state", "code"),
    [
        (Outcome(False, 3), State.ENDED, 3),
        (Outcome(False, 137), State.ENDED, 137),
        (Outcome(True), State.LOST, None),
        (Outcome(False, None, "the container is gone"), State.ENDED, None),
    ],
)
async def test_end_of_the_process_is_reported(opened: Open, how: Outcome, state: State, code: int | None) -> None:
    process = FakeProcess()
    session = opened(process)
    process.says("last words")
    process.ends(how)
    await until(lambda: not session.live)
    assert (session.state, session.exit_code, session.reason) == (state, code, how.reason)
    assert shown(session).splitlines()[0] == "last words"
    assert how.reason in shown(session)
    assert not session.type(b"x")


async def test_broken_connection_is_not_an_exit(opened: Open) -> None:
    process = FakeProcess()
    session = opened(process)
    await until(lambda: session.state is State.RUNNING)
    process.how = Outcome(True)
    process.ends(EngineError(ErrorKind.LOST, "the Engine closed the connection"))
    await until(lambda: not session.live)
    assert (session.state, session.reason) == (State.LOST, "the Engine closed the connection")


async def test_failed_start_reports_the_reason(opened: Open) -> None:
    process = FakeProcess()
    process.refusal = EngineError(ErrorKind.NOT_FOUND, "this container has no shell")
    session = opened(process)
    await until(lambda: not session.live)
    assert (session.state, session.reason) == (State.FAILED, "this container has no shell")


async def test_restarting_keeps_the_text_and_resets_the_modes(opened: Open) -> None:
    process = FakeProcess()
    session = opened(process)
    process.says("first\r\n\x1b[?1000h\x1b[?2004h\x1b[31m\x1b[2;3r")
    process.ends(Outcome(False, 0))
    await until(lambda: not session.live)
    session.restart()
    process.says("second")
    await until(lambda: "second" in shown(session))
    assert shown(session).splitlines()[0] == "first"
    assert (session.emulator.mouse, session.emulator.mode(2004)) == (0, False)
    assert process.connections == 2


async def test_detaching_leaves_the_process(opened: Open) -> None:
    process = FakeProcess()
    session = opened(process)
    await until(lambda: session.state is State.RUNNING)
    await session.detach()
    assert (session.state, session.reason, process.read) == (State.ENDED, "detached", b"")


async def test_closing_asks_a_shell_to_leave(opened: Open) -> None:
    process = FakeProcess()
    session = opened(process)
    await until(lambda: session.state is State.RUNNING)
    await session.close()
    assert process.read == b"\x03\x04"


async def test_watching_sends_nothing(opened: Open) -> None:
    process = FakeProcess(output_only=True)
    session = opened(process)
    process.says("\x1b[6n")
    await until(lambda: session.state is State.RUNNING)
    assert not session.type(b"x")
    await asyncio.sleep(0.05)
    assert process.read == b""


async def test_earlier_output_comes_first(opened: Open) -> None:
    process = FakeProcess()
    process.before = [Output(Channel.OUT, b"before ")]
    session = opened(process)
    process.says("after")
    await until(lambda: shown(session) == "before after")


# floods


async def test_flood_leaves_the_event_loop_responsive(opened: Open) -> None:
    """While 20 MB are fed, keys and timers are served: none waits much longer than a slice."""
    process = FakeProcess()
    session = opened(process)
    await until(lambda: session.state is State.RUNNING)
    flood = b"".join(b"line %d of the flood\r\n" % number for number in range(40_000))
    for _ in range(25):
        process.says(flood)
    waits = []
    while not process.waiting.empty():
        began = time.perf_counter()
        await asyncio.sleep(0)
        waits.append(time.perf_counter() - began)
    assert len(waits) > 20
    assert sorted(waits)[len(waits) // 2] < 0.05


async def test_nothing_is_read_while_feeding(opened: Open) -> None:
    process = FakeProcess()
    session = opened(process)
    await until(lambda: session.state is State.RUNNING)
    for _ in range(10):
        process.says(b"x" * 4_000_000)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert process.waiting.qsize() >= 8


# sessions without a terminal


async def test_the_two_streams_are_told_apart(opened: Open) -> None:
    process = FakeProcess(tty=False)
    session = opened(process)
    process.says("out\n")
    process.says("err\nmore\n", Channel.ERR)
    process.says("out again\n")
    await until(lambda: "again" in shown(session))
    assert shown(session).splitlines() == ["  out", "▎ err", "▎ more", "  out again"]
    rows = session.emulator.changes(everything=True)
    assert {run.pen.foreground for run in rows[1] if run.text.strip()} == {1}


async def test_lines_are_edited_here_and_sent_whole(opened: Open) -> None:
    process = FakeProcess(tty=False)
    session = opened(process)
    await until(lambda: session.state is State.RUNNING)
    session.type(b"hellp\x7fo wor")
    assert process.read == b""
    session.type(b"\x17world\r")
    await until(lambda: process.read == b"hello world\n")
    assert shown(session) == "hello world"


async def test_ctrl_d_ends_the_input(opened: Open) -> None:
    process = FakeProcess(tty=False)
    session = opened(process)
    await until(lambda: session.state is State.RUNNING)
    session.type(b"some\x04")
    await until(lambda: process.read == b"some")
    assert not process.closed
    session.type(b"\x04")
    await until(lambda: process.closed)
    assert not session.type(b"more")


# titles, bells, clipboard


class Log(SessionObserver):
    def __init__(self) -> None:
        self.told: list[str] = []

    def bell_rang(self) -> None:
        self.told.append("bell")

    def clipboard_asked(self, text: str) -> None:
        self.told.append(f"clipboard {text}")


@pytest.mark.parametrize(
    ("policy", "told", "title"),
    [
        (Policy(), ["bell", "clipboard hello"], "work"),
        (Policy(title=False, bell=False, clipboard=Clipboard.NO), [], ""),
    ],
)
async def test_clipboard_policy_decides(opened: Open, policy: Policy, told: list[str], title: str) -> None:
    process = FakeProcess()
    session = opened(process, policy)
    log = session.observer = Log()
    process.says("\x1b]2;work\x07\x07\x1b]52;c;aGVsbG8=\x07done")
    await until(lambda: "done" in shown(session))
    assert (log.told, session.title) == (told, title)


# recordings


async def test_a_session_is_recorded_and_played(opened: Open, tmp_path: Path) -> None:
    process = FakeProcess()
    session = opened(process)
    await until(lambda: session.state is State.RUNNING)
    session.record(tmp_path / "a.cast")
    process.says("h\xe9llo".encode()[:2])
    process.says("h\xe9llo".encode()[2:])
    await until(lambda: shown(session) == "héllo")
    session.resize(WindowSize(50, 10))
    process.says("\r\nwide")
    await until(lambda: "wide" in shown(session))
    session.stop_recording()
    header, *events = [json.loads(line) for line in (tmp_path / "a.cast").read_text().splitlines()]
    assert (header["version"], header["width"], header["height"]) == (2, 40, 6)
    assert [event[1:] for event in events] == [["o", "h"], ["o", "éllo"], ["r", "50x10"], ["o", "\r\nwide"]]
    played = CastProcess(Cast(tmp_path / "a.cast"))
    player = opened(played)
    played.on_size = player.play_size
    await until(lambda: not player.live)
    assert shown(player) == "héllo\nwide"
    assert player.size == (50, 10)


def test_a_recording_is_private_and_never_overwrites(tmp_path: Path) -> None:
    Recorder(tmp_path / "a.cast", SIZE, "title").close()
    assert (tmp_path / "a.cast").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        Recorder(tmp_path / "a.cast", SIZE, "title")


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"version": 1}', '{"version": 2, "width": 0, "height": 5}', "\x00"])
def test_invalid_recording_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "bad.cast").write_text(text)
    with pytest.raises(CastError):
        Cast(tmp_path / "bad.cast")


def test_lines_that_mean_nothing_are_left_out(tmp_path: Path) -> None:
    lines = [
        '{"version": 2, "width": 80, "height": 24}',
        "[1, 2]",
        '[0.5, "o", "a"]',
        "{",
        '[0.1, "r", "9x9x9"]',
        '[1, "i", "x"',
    ]
    (tmp_path / "cut.cast").write_text("\n".join(lines))
    assert [moment.output for moment in Cast(tmp_path / "cut.cast").moments()] == [b"a"]


class _Unknown(FakeProcess):
    """A process of which it is known only when it is connected whether it has a terminal."""

    tty_known = False

    def __init__(self, *, tty: bool) -> None:
        super().__init__(tty=tty)
        self.will, self.tty = tty, True
        self.asked = asyncio.Event()

    @asynccontextmanager
    async def connect(self, size: WindowSize) -> AsyncIterator[Connection]:
        await self.asked.wait()
        self.tty, self.tty_known = self.will, True
        async with super().connect(size) as connection:
            yield connection


class _Asked(SessionObserver):
    interrupts = 0

    def interrupt_asked(self) -> None:
        self.interrupts += 1


async def test_early_input_waits_until_the_missing_tty_is_known(opened: Open) -> None:
    process = _Unknown(tty=False)
    session = opened(process)
    session.observer = observer = _Asked()
    for key in (b"h", b"i", b"\x1b[A", b"\r", b"\x03", b"x"):
        assert session.type(key)
    await asyncio.sleep(0.05)
    assert (process.read, shown(session), observer.interrupts) == (b"", "", 0)
    process.asked.set()
    await until(lambda: process.read == b"hi\n")
    assert observer.interrupts == 1
    assert shown(session).startswith("hi")


async def test_early_input_is_sent_unchanged_to_a_tty(opened: Open) -> None:
    process = _Unknown(tty=True)
    session = opened(process)
    for key in (b"h", b"\x1b[A", b"\r", b"\x03"):
        session.type(key)
    process.asked.set()
    await until(lambda: process.read == b"h\x1b[A\r\x03")


async def test_closed_input_of_a_running_container_is_not_a_lost_connection(opened: Open) -> None:
    process = FakeProcess(tty=False)
    session = opened(process)
    await until(lambda: session.state is State.RUNNING)
    session.type(b"\x04")
    await until(lambda: process.closed)
    process.ends(Outcome(True))
    await until(lambda: not session.live)
    assert session.state is State.ENDED
    assert session.reason == "detached when its input was closed; the container keeps running"


async def test_unsupported_half_close_is_reported_and_the_session_continues(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.unit.terminal.terminal_process._FakeConnection.can_half_close", False)
    process = FakeProcess(tty=False)
    session = opened(process)
    await until(lambda: session.state is State.RUNNING)
    session.type(b"\x04")
    await until(lambda: "over TLS" in shown(session))
    assert session.type(b"more\r")
    await until(lambda: process.read == b"more\n")
