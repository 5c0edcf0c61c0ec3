"""A burst of changes costs one paint, and none is lost."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from dockertui.live.store import Change
from dockertui.screens.main.change_batching import FRAME, ChangeBatching

Painted = list[dict[str, tuple[set[str], set[str]]]]


class Loop:
    """An event loop whose time passes when told to."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def later(self, seconds: float, callback: Callable[[], None]) -> None:
        assert seconds >= 0
        self.timers.append((self.now + seconds, callback))

    def advance(self, seconds: float) -> None:
        self.now += seconds
        due = [timer for timer in self.timers if timer[0] <= self.now]
        self.timers = [timer for timer in self.timers if timer[0] > self.now]
        for _, callback in due:
            callback()


def change(kind: str, changed: str = "", removed: str = "") -> Change:
    return Change(kind, frozenset(changed), frozenset(removed))


def make() -> tuple[Loop, Painted, ChangeBatching]:
    loop, painted = Loop(), Painted()
    return loop, painted, ChangeBatching(loop.later, painted.append, lambda: loop.now)


def test_the_first_change_is_painted_at_once_and_a_burst_together() -> None:
    loop, painted, coalescer = make()
    coalescer.add(change("container", "a"))
    loop.advance(0.01)
    assert painted == [{"container": ({"a"}, set())}]
    for name in "bcd":
        coalescer.add(change("container", name))
    coalescer.add(change("image", "x"))
    loop.advance(FRAME / 2)
    assert len(painted) == 1
    loop.advance(FRAME)
    assert painted[1:] == [{"container": ({"b", "c", "d"}, set()), "image": ({"x"}, set())}]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.floats(0, 0.3)), max_size=30))
def test_what_is_painted_adds_up_to_what_changed(steps: list[tuple[str, bool, float]]) -> None:
    loop, painted, coalescer = make()
    real: set[str] = set()
    for name, removed, pause in steps:
        real = real - {name} if removed else real | {name}
        coalescer.add(change("container", *(("", name) if removed else (name, ""))))
        loop.advance(pause)
    loop.advance(1)
    shown: set[str] = set()
    for changes in painted:
        changed, gone = changes["container"]
        assert not changed & gone
        shown = (shown - gone) | changed
    assert shown == real
