"""Paints are paced: the first at once, the others a frame apart, and none that was asked for is missing."""

from __future__ import annotations

from collections.abc import Callable

from dockertui.widgets.pacing import Pacing


class Loop:
    """An event loop whose time passes when told to; it keeps when it painted."""

    def __init__(self) -> None:
        self.now = 50.0
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.painted: list[float] = []
        self.pacing = Pacing(
            lambda seconds, call: self.timers.append((self.now + seconds, call)),
            lambda: self.painted.append(self.now),
            lambda: self.now,
        )

    def advance(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [timer for timer in self.timers if timer[0] <= end]:
            first = min(due, key=lambda timer: timer[0])
            self.timers.remove(first)
            self.now = max(self.now, first[0])
            first[1]()
        self.now = end


def test_the_first_comes_at_once_and_a_burst_one_frame_later() -> None:
    loop = Loop()
    for _ in range(3):
        loop.pacing.soon(2.0)
    loop.advance(0.0)
    assert loop.painted == [50.0]
    for _ in range(3):
        loop.pacing.soon(2.0)
    loop.advance(10.0)
    assert loop.painted == [50.0, 52.0]


def test_painting_now_takes_the_place_of_the_paint_that_is_due() -> None:
    loop = Loop()
    loop.pacing.now()
    loop.pacing.soon(2.0)
    loop.advance(1.0)
    loop.pacing.now()
    loop.advance(10.0)
    assert loop.painted == [50.0, 51.0]


def test_after_forgetting_the_next_comes_at_once_and_only_once() -> None:
    loop = Loop()
    loop.pacing.now()
    loop.pacing.soon(2.0)
    loop.pacing.forget()
    assert not loop.pacing.is_due
    loop.advance(1.0)
    loop.pacing.soon(2.0)
    loop.advance(10.0)
    assert loop.painted == [50.0, 51.0]
