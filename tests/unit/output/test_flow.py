"""Flow control on links of any kind, in simulated time."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Set

import pytest

from dockertui.output.flow import Flow, FlowState, drain

FRAME = 6000
KEYS_PER_SECOND = 30
KEYS_FOR = 2.0


class Link:
    """A terminal behind a link, in simulated seconds.

    Args:
        rate: bytes a second.
        round_trip: seconds.
        loses: numbers of the questions (from 0) whose answers are lost; None: the terminal never answers.
    """

    def __init__(self, rate: float, round_trip: float, loses: Set[int] | None = frozenset()) -> None:
        self.now = 0.0
        self.flow = Flow(lambda: self.now)
        self._rate = rate
        self._round_trip = round_trip
        self._loses = loses
        self._free_at = 0.0
        self._answers: deque[tuple[float, int, int]] = deque()
        self._asked = 0
        self.shown: list[tuple[int, float]] = []
        """Each frame sent: its number and when the terminal showed it."""

    def advance(self, until: float) -> None:
        """Let time pass, delivering answers."""
        while self._answers and self._answers[0][0] <= until:
            self.now, row, column = self._answers.popleft()
            self.flow.answered(row, column)
        self.now = until

    def ask(self, size: int = 0) -> None:
        self._transmit(size)
        question = self.flow.question(140, 45)
        self._transmit(len(question))
        if place := re.match(r"\x1b\[(\d+);(\d+)H\x1b\[6n", question):
            if self._loses is not None and self._asked not in self._loses:
                self._answers.append((self._free_at + self._round_trip, int(place[1]), int(place[2])))
            self._asked += 1

    def paint(self, number: int, size: int = FRAME) -> bool:
        if not self.flow.may_send():
            return False
        if self.flow.state is FlowState.IDLE:
            self.ask()
        self.flow.sent(size)
        self.ask(size)
        self.shown.append((number, self._free_at + self._round_trip / 2))
        return True

    def _transmit(self, size: int) -> None:
        self._free_at = max(self._free_at, self.now) + size / self._rate


def hold_a_key(link: Link, size: int = FRAME) -> float:
    """Paint a frame for each key as the app would, held back ones when an answer or the time limit comes.

    Returns:
        Seconds from the last key until the terminal shows its frame.
    """
    keys = int(KEYS_PER_SECOND * KEYS_FOR)
    painted, last_key = -1, 0.0
    tick = 0.005
    for step in range(int(100 / tick)):
        link.advance(step * tick)
        newest = min(keys - 1, int(link.now * KEYS_PER_SECOND))
        if newest == keys - 1 and not last_key:
            last_key = link.now
        if newest > painted and link.paint(newest, size):
            painted = newest
        if painted == keys - 1:
            break
    assert painted == keys - 1, "the newest state was never painted"
    return link.shown[-1][1] - last_key


@pytest.mark.parametrize(("rate", "round_trip"), [(10_000, 0.02), (20_000, 0.2), (100_000, 0.08), (20_000, 0.6)])
def test_a_slow_link_lags_by_little_and_drops_frames(rate: float, round_trip: float) -> None:
    link = Link(rate, round_trip)
    lag = hold_a_key(link)
    frames = int(KEYS_PER_SECOND * KEYS_FOR)
    unpaced = frames * FRAME / rate - KEYS_FOR
    # One frame may be under way when the last key comes, and then the last one is.
    assert lag < 2 * FRAME / rate + 2 * round_trip + 0.1
    assert lag < unpaced or unpaced < 0.5
    assert len(link.shown) < frames
    assert link.shown[-1][0] == frames - 1


def test_a_fast_link_shows_every_frame() -> None:
    link = Link(10_000_000, 0.001)
    hold_a_key(link)
    assert len(link.shown) == KEYS_PER_SECOND * KEYS_FOR
    assert link.flow.held == 0


def test_a_distant_but_wide_link_is_used() -> None:
    """Long round trips alone are no reason to drop frames."""
    link = Link(10_000_000, 0.3)
    hold_a_key(link)
    assert len(link.shown) > 0.6 * KEYS_PER_SECOND * KEYS_FOR


def test_small_frames_are_not_held_on_a_slow_link() -> None:
    link = Link(20_000, 0.2)
    hold_a_key(link, size=80)
    assert len(link.shown) == KEYS_PER_SECOND * KEYS_FOR


def test_a_terminal_that_never_answers_gets_every_frame_and_few_questions() -> None:
    link = Link(1_000_000, 0.05, loses=None)
    hold_a_key(link)
    assert link.flow.state is FlowState.SILENT
    after_giving_up = {number for number, _ in link.shown if number > KEYS_PER_SECOND}
    assert after_giving_up == set(range(KEYS_PER_SECOND + 1, int(KEYS_PER_SECOND * KEYS_FOR)))
    assert link.flow.question(140, 45) == ""


def test_small_frames_need_no_answer_at_all() -> None:
    link = Link(1_000_000, 0.05, loses=None)
    hold_a_key(link, size=200)
    assert len(link.shown) == KEYS_PER_SECOND * KEYS_FOR


def test_a_lost_answer_does_not_stop_the_screen() -> None:
    link = Link(20_000, 0.1, loses={5, 6})
    lag = hold_a_key(link)
    assert link.flow.state is FlowState.ACTIVE
    assert lag < 3


def test_a_terminal_that_stops_answering_is_soon_left_alone() -> None:
    link = Link(100_000, 0.1, loses=set(range(3, 10_000)))
    hold_a_key(link)
    for number in range(100, 400):
        link.advance(link.now + 0.1)
        link.paint(number)
    assert link.flow.state is FlowState.SILENT
    assert link.paint(1000)
    assert link.paint(1001)


def state_of(link: Link) -> str:
    link.flow.may_send()
    return str(link.flow.state)


def test_a_late_answer_brings_flow_control_back() -> None:
    link = Link(1000, 3.0)
    link.paint(0)
    link.advance(1.5)
    assert link.flow.may_send()
    assert state_of(link) == "silent"
    link.advance(4.0)
    assert state_of(link) == "active"


def test_without_an_outstanding_answer_nothing_is_held() -> None:
    link = Link(1_000_000, 0.01)
    link.paint(0)
    link.advance(1.0)
    link.flow.may_send()
    link.flow.sent(10_000_000)
    assert link.flow.may_send()


def test_a_key_that_looks_like_a_report_is_no_answer() -> None:
    flow = Flow()
    flow.question(80, 24)
    assert not flow.answered(1, 2)
    assert flow.answered(2, 2)


def test_no_question_for_a_small_frame_or_a_tiny_terminal() -> None:
    flow = Flow()
    assert flow.question(80, 1) == ""
    assert flow.question(80, 24) == "\x1b[2;2H\x1b[6n"
    flow.sent(100)
    assert flow.question(80, 24) == ""
    flow.sent(200)
    assert flow.question(80, 24) == "\x1b[2;3H\x1b[6n"


def test_questions_stay_on_the_screen() -> None:
    flow = Flow()
    for _ in range(50):
        flow.sent(1000)
        assert flow.question(5, 2) in {f"\x1b[2;{column}H\x1b[6n" for column in range(2, 6)}


def test_draining_waits_for_the_answer() -> None:
    flow = Flow()
    flow.question(80, 24)
    threading.Timer(0.05, flow.answered, (2, 2)).start()
    drain(flow, at_most=60)
    assert not flow.waits
    assert flow.state is FlowState.ACTIVE


def test_draining_does_not_wait_for_nothing() -> None:
    flow = Flow()
    drain(flow, at_most=1e9)
    assert flow.state is FlowState.IDLE


def test_draining_gives_up() -> None:
    flow = Flow()
    flow.question(80, 24)
    drain(flow, at_most=0.01)
    assert flow.waits
