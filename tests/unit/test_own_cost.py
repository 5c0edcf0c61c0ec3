"""What the program says of its own cost."""

from __future__ import annotations

import sys
import time

import pytest

from dockertui.own_cost import SPAN, OwnCost, peak_resident, resident


def test_bytes_are_those_of_the_last_minute() -> None:
    now, sent = [0.0], [0]
    cost = OwnCost(lambda: sent[0], clock=lambda: now[0])
    assert cost.measure().sent == 0
    sent[0] = 60_000
    for at in range(5, 200, 5):
        now[0] = at
        sent[0] += 50
        cost.mark()
    found = cost.measure()
    assert found.sent == pytest.approx(10)
    assert SPAN <= found.seconds <= SPAN + 5


def test_the_processor_is_this_programs() -> None:
    cost = OwnCost(lambda: 0)
    until = time.process_time() + 0.05
    while time.process_time() < until:
        pass
    assert cost.measure().cpu > 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells it")
def test_memory_is_what_the_system_says() -> None:
    used, most = resident(), peak_resident()
    assert used is not None
    assert most is not None
    assert 5 << 20 < used <= most * 1.1
