"""An emulator that fails costs its screen; one that keeps failing, its session; neither anything else."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from dockertui.engine.execs import Outcome
from dockertui.engine.hijack import WindowSize
from dockertui.terminal.emulator import Emulator, EmulatorListener
from dockertui.terminal.guarded import FAILURES_MOST, GuardedEmulator
from dockertui.terminal.keys import Keystroke
from dockertui.terminal.last_resort import LastResort
from dockertui.terminal.open_emulator import open_emulator
from dockertui.terminal.policy import SessionObserver, State
from dockertui.terminal.screen import Place
from dockertui.terminal.session import TerminalSession
from tests.unit.terminal.terminal_process import FakeProcess
from tests.unit.terminal.test_fixed_size import KEPT, RESIZING
from tests.unit.terminal.test_session import shown, until

SIZE = (40, 6)


class Broken(Exception):
    """What the emulators of these tests raise."""


STEPS: dict[str, Callable[[Emulator], object]] = {
    "feed": lambda emulator: emulator.feed(b"x"),
    "resize": lambda emulator: emulator.resize(50, 7),
    "set_colors": lambda emulator: emulator.set_colors((1, 2, 3), (4, 5, 6)),
    "changes": lambda emulator: emulator.changes(everything=True),
    "cursor": lambda emulator: emulator.cursor,
    "mode": lambda emulator: emulator.mode(2026),
    "alternate_screen": lambda emulator: emulator.alternate_screen,
    "total": lambda emulator: emulator.total,
    "top": lambda emulator: emulator.top,
    "scroll_to": lambda emulator: emulator.scroll_to(0),
    "lines": lambda emulator: emulator.lines(0, 1),
    "text": lambda emulator: emulator.text(Place(0, 0), Place(0, 1)),
    "anchor": lambda emulator: emulator.anchor(Place(0, 0)).place,
    "encode": lambda emulator: emulator.encode(Keystroke("a")),
    "close": lambda emulator: emulator.close(),
}
"""Everything that is ever asked of an emulator."""


def failing(*steps: str, native: bool | None = None, wrong: Callable[[], bool] = lambda: True) -> Any:
    """Makes emulators that raise in these steps when it goes `wrong`."""
    probe = open_emulator(*SIZE, EmulatorListener(), native=native)

    def step(name: str) -> Any:
        found = getattr(type(probe), name)
        is_property = isinstance(found, property)

        def does(self: Any, *args: Any, **kwargs: Any) -> Any:
            if wrong():
                raise Broken(f"in {name}")
            return found.fget(self) if is_property else found(self, *args, **kwargs)

        return property(does) if is_property else does

    kind = type("Failing", (type(probe),), {name: step(name) for name in steps})
    return lambda columns, rows, listener: kind(columns, rows, listener)


def once() -> Callable[[], bool]:
    left = [True]
    return lambda: bool(left) and left.pop()


@contextmanager
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], int]]:
    """How many errors were written down so far."""
    with caplog.at_level(logging.ERROR, "dockertui"):
        yield lambda: len([record for record in caplog.records if record.exc_info])


@pytest.mark.parametrize("native", [True, False], ids=["native", "pure"])
@pytest.mark.parametrize("name", STEPS)
def test_any_failing_call_is_logged(name: str, native: bool, caplog: pytest.LogCaptureFixture) -> None:
    with logged(caplog) as errors:
        gave_up: list[str] = []
        emulator = GuardedEmulator(
            *SIZE, EmulatorListener(), failing(name, native=native, wrong=once()), gave_up.append
        )
        STEPS[name](emulator)
        assert errors() >= 1
        assert not gave_up
    if name != "close":
        emulator.feed(b"goes on")
        assert any("goes on" in line for line in emulator.lines(0, emulator.total))
        emulator.close()


@pytest.mark.parametrize("name", ["feed", "changes", "resize", "total", "scroll_to"])
def test_replacement_shows_why_it_was_made(name: str) -> None:
    emulator = GuardedEmulator(*SIZE, EmulatorListener(), failing(name, wrong=once()), print)
    emulator.feed(b"old text\r\n")
    STEPS[name](emulator)
    emulator.feed(b"new text")
    text = "".join(emulator.lines(0, emulator.total))
    assert f"the terminal emulator failed (Broken: in {name})" in text
    assert text.endswith("new text")
    assert "old text" not in text


def test_replacement_keeps_colors_and_size() -> None:
    asked: list[bytes] = []
    emulator = GuardedEmulator(*SIZE, EmulatorListener(reply=asked.append), failing("feed", wrong=once()), print)
    emulator.set_colors((0x10, 0x20, 0x30), (0, 0, 0))
    emulator.resize(30, 5)
    emulator.feed(b"broken")
    emulator.feed(b"\x1b]10;?\x1b\\")
    assert b"rgb:1010/2020/3030" in asked[0]
    assert {sum(run.width for run in row) for row in emulator.changes(everything=True).values()} == {30}


def test_repeatedly_failing_emulator_is_given_up_with_a_message() -> None:
    gave_up: list[str] = []
    emulator = GuardedEmulator(*SIZE, EmulatorListener(), failing("feed"), gave_up.append)
    for _ in range(3):
        emulator.feed(b"x\x1b[31my\x1b[0m")
    assert gave_up == ["the terminal emulator keeps failing (Broken: in feed)"]
    assert emulator.gone
    rows = emulator.changes(everything=True)
    assert "keeps failing" in "".join(row[0].text for row in rows.values())
    assert "xy" in "".join(row[0].text for row in rows.values())
    assert {sum(run.width for run in row) for row in rows.values()} == {SIZE[0]}


def test_occasionally_failing_emulator_is_kept() -> None:
    now = [0.0]
    emulator = GuardedEmulator(*SIZE, EmulatorListener(), failing("changes"), pytest.fail, clock=lambda: now[0])
    for _ in range(50):
        emulator.changes()
        now[0] += 6
    assert not emulator.gone


def test_failed_replacement_is_reported_and_can_be_retried() -> None:
    gave_up: list[str] = []
    works = [False]

    def make(columns: int, rows: int, listener: EmulatorListener) -> Emulator:
        if not works[0]:
            raise ImportError("this build of libghostty-vt scrolls by another structure")
        return open_emulator(columns, rows, listener)

    emulator = GuardedEmulator(*SIZE, EmulatorListener(), make, gave_up.append)
    assert "another structure" in gave_up[0]
    works[0] = True
    emulator.renew()
    emulator.feed(b"here")
    assert emulator.lines(0, 1) == ["here"]


def test_the_last_resort_shows_text_and_obeys_nothing() -> None:
    last = LastResort(10, 3, EmulatorListener())
    last.feed(b"\x1b[2Jone\r\n\x1b]0;t\x07two\r\n" + "日本語日本語".encode() + b"\r\nfour\r\n")
    rows = last.changes()
    assert {sum(run.width for run in row) for row in rows.values()} == {10}
    assert [row[0].text.strip() for row in rows.values()][2] == "four"
    assert "\x1b" not in "".join(row[0].text for row in rows.values())


# sessions


@asynccontextmanager
async def session(
    process: FakeProcess, make: Any = None, observer: SessionObserver | None = None
) -> AsyncIterator[TerminalSession]:
    made = TerminalSession(1, process, WindowSize(*SIZE), make_emulator=make)
    made.observer = observer or made.observer
    made.start()
    try:
        yield made
    finally:
        await made.close()


@pytest.mark.parametrize("name", STEPS)
async def test_a_session_goes_on_when_its_emulator_fails_once(name: str) -> None:
    process = FakeProcess()
    async with session(process, failing(name, wrong=once())) as one:
        await until(lambda: one.state is State.RUNNING)
        STEPS[name](one.emulator)
        if name == "close":
            return
        process.says("still here")
        await until(lambda: "still here" in shown(one))
        assert one.type(b"ls\r")
        await until(lambda: process.read == b"ls\r")


async def test_a_session_ends_alone_when_its_emulator_keeps_failing_and_can_be_restarted() -> None:
    process, works = FakeProcess(), [False]
    async with session(process, failing("feed", wrong=lambda: not works[0])) as one:
        for _ in range(FAILURES_MOST + 1):
            process.says("x")
        await until(lambda: not one.live)
        assert one.state is State.BROKEN
        assert "keeps failing" in one.reason
        assert "keeps failing" in shown(one)
        works[0] = True
        one.restart()
        process.says("works again")
        await until(lambda: "works again" in shown(one))
        assert one.live


async def test_without_any_emulator_a_session_does_not_start_and_says_why() -> None:
    def make(columns: int, rows: int, listener: EmulatorListener) -> Emulator:
        raise ImportError("no such library")

    async with session(FakeProcess(), make) as one:
        assert one.state is State.FAILED
        assert "no such library" in one.reason


class _Fails(FakeProcess):
    """A process one of whose steps fails as nobody foresaw."""

    def __init__(self, step: str) -> None:
        super().__init__()
        self._step = step

    def _fail_in(self, step: str) -> None:
        if step == self._step:
            raise Broken(f"in {step}")

    def connect(self, size: WindowSize) -> Any:
        self._fail_in("connect")
        return super().connect(size)

    async def earlier(self) -> Any:
        self._fail_in("earlier")
        return await super().earlier()

    async def resize(self, size: WindowSize) -> None:
        self._fail_in("resize")
        await super().resize(size)

    async def outcome(self) -> Outcome:
        self._fail_in("outcome")
        return await super().outcome()


@pytest.mark.parametrize("step", ["connect", "earlier", "resize", "outcome", "read", "write"])
async def test_whatever_fails_ends_the_session_alone(
    step: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = _Fails(step)

    async def broken(*_: Any) -> Any:
        raise Broken(f"in {step}")

    if step in ("read", "write"):
        monkeypatch.setattr(f"tests.unit.terminal.terminal_process._FakeConnection.{step}", broken)
    with logged(caplog) as errors:
        async with session(process) as one:
            one.type(b"x")
            process.ends(Outcome(False, 0)) if step == "outcome" else None
            await until(lambda: not one.live)
            assert one.state is State.BROKEN
            assert f"Broken: in {step}" in one.reason
            assert f"Broken: in {step}" in shown(one).replace("\n", "")
            assert errors() == 1


class _FailingObserver(SessionObserver):
    def output_came(self) -> None:
        raise Broken("in a painter")

    def state_changed(self) -> None:
        raise Broken("in a painter")


async def test_failing_observer_does_not_end_the_session() -> None:
    process = FakeProcess()
    async with session(process, observer=_FailingObserver()) as one:
        process.says("unseen")
        await until(lambda: "unseen" in shown(one))
        process.ends(Outcome(False, 3))
        await until(lambda: one.exit_code == 3)


# fuzz


def mutated(dice: random.Random) -> bytes:
    """Bytes at random, sequences with something changed, UTF-8 cut short."""
    kinds = [
        lambda: dice.randbytes(dice.randint(0, 60)),
        lambda: dice.choice([*RESIZING.values(), *KEPT.values()])[:500],
        lambda: "日本語👨‍👩‍👧é\u0301".encode()[: dice.randint(0, 30)],
        lambda: (
            b"\x1b[" + b";".join(b"%d" % dice.randint(0, 70000) for _ in range(dice.randint(0, 4))) + dice.randbytes(1)
        ),
        lambda: dice.choice([b"\x1b]0;", b"\x1bP", b"\x1b_G", b"\x1b]52;c;", b"\x1b\\", b"\x1bc", b"\x1b[!p", b"\r\n"]),
    ]
    data = bytearray(dice.choice(kinds)())
    for _ in range(dice.randint(0, 2)):
        if data:
            data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data)


@pytest.mark.parametrize("native", [True, False], ids=["native", "pure"])
@pytest.mark.parametrize("seed", range(6))
def test_rows_stay_whole_under_any_input_and_failure(native: bool, seed: int) -> None:
    dice = random.Random(seed)
    now = [0.0]
    gave_up: list[str] = []
    make = failing(*STEPS, native=native, wrong=lambda: dice.random() < 0.02)
    emulator = GuardedEmulator(*SIZE, EmulatorListener(), make, gave_up.append, clock=lambda: now[0])
    for _ in range(150):
        now[0] += dice.choice([0.1, 5.0])
        if dice.random() < 0.1:
            emulator.resize(dice.randint(1, 120), dice.randint(1, 40))
        data = mutated(dice)
        cut = dice.randint(0, len(data))
        emulator.feed(data[:cut])
        emulator.feed(data[cut:])
        for row in emulator.changes(everything=True).values():
            assert sum(run.width for run in row) == emulator.columns
        for step in ("cursor", "mode", "alternate_screen", "total", "top", "lines", "text", "anchor", "encode"):
            STEPS[step](emulator)
        if gave_up:
            gave_up.clear()
            emulator.renew()
    emulator.close()


@pytest.mark.parametrize("seed", range(8))
async def test_a_session_under_fuzz_with_failures_ends_only_with_a_sentence(seed: int) -> None:
    dice, process = random.Random(seed), FakeProcess()
    async with session(process, failing(*STEPS, wrong=lambda: dice.random() < 0.01)) as one:
        for _ in range(40):
            process.says(mutated(dice))
        await until(lambda: process.waiting.empty() or not one.live)
        await asyncio.sleep(0)
        assert one.live or "keeps failing" in one.reason
        process.ends(Outcome(False, 0))
        await until(lambda: not one.live)
        assert one.exit_code == 0 or "keeps failing" in one.reason
