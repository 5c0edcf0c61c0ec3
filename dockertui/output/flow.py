"""Pacing by the terminal's own acknowledgements.

Over a slow link everything between here and the terminal buffers bytes long before they are shown, and a held key makes
the screen lag by seconds. So a frame is followed by a cursor query (DSR 6); the answer (CPR) confirms that everything
before it was shown. While too much is unconfirmed no frame is sent; the next one shows the newest state, and those
between are never made.

The allowed amount adapts as in TCP Vegas: while answers come about as fast as they ever did the link is idle, so more
is allowed; when they take longer, bytes are queueing somewhere, so less is.

The cursor is parked on row 2, in a column that numbers the query: an answer from row 1 looks like Shift+F3 (xterm's
`CSI 1 ; 2 R`), and the number tells a late answer from the one awaited.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from textual import events
from textual.driver import Driver
from textual.message import Message

PARKED_ROW = 2
"""The row, counted from 1, on which the cursor is parked for a query."""

_ASK_EVERY = 256
"""Bytes: smaller frames are not worth a query each, so the clock of an idle screen costs no answers."""
_WINDOW_FIRST = 16 * 1024
"""Bytes that may be unconfirmed before anything is known of the link: a first screen and some more."""
_WINDOW_LEAST = 1024
_WINDOW_MOST = 64 * 1024
_QUEUEING = 0.1
"""Seconds by which an answer may be slower than the fastest one before bytes must be queueing."""
_GIVE_UP = 1.0
"""Seconds after which a terminal that has never answered is assumed never to answer."""
_FORGIVE_FIRST = 1.0
_FORGIVE_MOST = 4.0
_FORGIVEN_MOST = 3
"""The number of lost answers in a row after which the terminal is assumed to have stopped answering."""

_REPORT = re.compile(r"\x1b\[\d+;\d+R")


class FlowState(StrEnum):
    """What is known of the terminal: not queried, not answered yet, answers, does not answer."""

    IDLE = "idle"
    PROBING = "probing"
    ACTIVE = "active"
    SILENT = "silent"


class Question(NamedTuple):
    """An unanswered query: its number, all the bytes sent before it, and when it was sent."""

    column: int
    sent: int
    at: float


class Answer(NamedTuple):
    """A cursor report: its column, counted from 1, and when it arrived."""

    column: int
    at: float


class Flow:
    """Decides when a frame may be sent.

    All methods belong to the event loop's thread except `answered`, which the input thread calls. There is no lock:
    that thread only appends to a deque, and a signal handler may run in between.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._answers: deque[Answer] = deque()
        self.held = 0
        """How often a frame had to wait because too much was unconfirmed."""
        self.restart()

    def restart(self) -> None:
        """Reset: the driver was started (again), perhaps on another terminal."""
        self.state = FlowState.IDLE
        self._questions: deque[Question] = deque()
        self._answers.clear()
        self._number = 0
        self._sent = 0
        self._asked = 0
        self._shown = 0
        self._window = _WINDOW_FIRST
        self._fastest = float("inf")
        self._patience = _FORGIVE_FIRST
        self._forgiven = 0
        self._forgiven_at = 0.0

    @property
    def under_way(self) -> int:
        """Bytes sent that the terminal has not confirmed."""
        return self._sent - self._shown

    @property
    def waits(self) -> bool:
        """Whether any answer is outstanding."""
        self._collect()
        return bool(self._questions)

    def may_send(self) -> bool:
        """Return whether a frame may be sent now; if not, ask again after `patience`, or when an answer arrives."""
        self._collect()
        if self.state is FlowState.PROBING and self._oldest_age() > _GIVE_UP:
            self.state = FlowState.SILENT
        # Without an outstanding answer there is nothing to wait for, whatever the byte counts say.
        if self.state is FlowState.SILENT or not self._questions or self.under_way <= self._window:
            return True
        if self.patience <= 0:
            self._forgive()
            return True
        self.held += 1
        return False

    @property
    def patience(self) -> float:
        """Seconds until an outstanding answer is given up."""
        return self._patience - min(self._oldest_age(), self._clock() - self._forgiven_at)

    def sent(self, size: int) -> None:
        """Count `size` bytes as sent."""
        self._sent += size

    def question(self, width: int, height: int) -> str:
        """Return what to send after a frame on a terminal of that size: a cursor query, or "" if none is due.

        It leaves the cursor in row `PARKED_ROW`.
        """
        started = self.state is FlowState.IDLE
        if self.state is FlowState.SILENT or width < 2 or height < PARKED_ROW:
            return ""
        if not started and self._sent - self._asked < _ASK_EVERY:
            return ""
        if started:
            self.state = FlowState.PROBING
        self._number = self._number % (min(width, 99) - 1) + 1
        column = self._number + 1
        self._asked = self._sent
        self._questions.append(Question(column, self._sent, self._clock()))
        return f"\x1b[{PARKED_ROW};{column}H\x1b[6n"

    def answered(self, row: int, column: int) -> bool:
        """Take a cursor report, counted from 1, in any thread; return False if it cannot be an answer."""
        if row != PARKED_ROW:
            return False
        self._answers.append(Answer(column, self._clock()))
        return True

    def _collect(self) -> None:
        while self._answers:
            self._take(self._answers.popleft())

    def _take(self, answer: Answer) -> None:
        if not any(question.column == answer.column for question in self._questions):
            return
        shown = self._shown
        while (question := self._questions.popleft()).column != answer.column:
            # Answers arrive in order: those to the queries before this one were lost.
            continue
        self._shown = question.sent
        self.state = FlowState.ACTIVE
        self._patience = _FORGIVE_FIRST
        self._forgiven = 0
        self._adapt(answer.at - question.at, question.sent - shown)

    def _adapt(self, took: float, size: int) -> None:
        # The fastest answer is slowly forgotten, since a route may become slower for good.
        self._fastest = min(took, self._fastest * 1.01)
        if took - self._fastest > _QUEUEING:
            self._window = max(_WINDOW_LEAST, self._window // 2)
        else:
            self._window = min(_WINDOW_MOST, self._window + size)

    def _forgive(self) -> None:
        """Let one frame pass although the ones before were not confirmed, and wait longer next time."""
        self._forgiven += 1
        self._forgiven_at = self._clock()
        self._patience = min(_FORGIVE_MOST, self._patience * 2)
        if self._forgiven >= _FORGIVEN_MOST:
            self.state = FlowState.SILENT

    def _oldest_age(self) -> float:
        return self._clock() - self._questions[0].at if self._questions else 0.0


def listen(driver: Driver, flow: Flow, wake: Callable[[], None]) -> None:
    """Take the cursor reports out of what `driver` reads, so that none reaches the app.

    `wake` is called in the driver's input thread for each answer.
    """
    process_message = driver.process_message

    def process(message: Message) -> None:
        if isinstance(message, events.CursorPosition) and flow.answered(message.y + 1, message.x + 1):
            wake()
            return
        if isinstance(message, events.Paste):
            # Textual's parser takes a report that arrives during a paste for a part of it.
            message.text = _REPORT.sub("", message.text)
        process_message(message)

    driver.process_message = process  # type: ignore[method-assign]


def drain(flow: Flow, at_most: float = 1.0) -> None:
    """Wait for outstanding answers, so that the shell or editor that follows does not read them as input.

    Blocks for up to `at_most` seconds; a terminal that does not answer is not waited for.
    """
    until = time.monotonic() + at_most
    while flow.state is not FlowState.SILENT and flow.waits and time.monotonic() < until:
        time.sleep(0.005)
