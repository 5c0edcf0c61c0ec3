"""Of which times the events are known, whoever listened when."""

from __future__ import annotations

from dockertui.live.event_coverage import EVERYTHING, LISTS, EventCoverage, Gap, Stretch
from dockertui.live.journal import Journal
from tests.unit.live.test_journal import event


def heard(known: EventCoverage, scope: str, *moments: int, ended: bool = False) -> Stretch:
    stretch = known.begin(scope)
    for moment in moments:
        stretch.record(event(moment))
    if ended:
        known.end(stretch)
    return stretch


def test_without_a_listener_nothing_is_covered() -> None:
    assert EventCoverage().gaps() == [Gap(None, None, False)]


def test_time_before_the_first_event_is_a_gap() -> None:
    known = EventCoverage()
    heard(known, EVERYTHING, 10, 20)
    assert known.gaps() == [Gap(None, 10, False)]


def test_rotated_podman_log_is_a_gap() -> None:
    known = EventCoverage()
    stretch = known.begin(EVERYTHING, 5)
    assert known.gaps() == [Gap(None, 5, False)]
    stretch.record(event(40, action="log-rotation"))
    for moment in (20, 30, 40, 50):
        stretch.record(event(moment))
    assert known.gaps() == [Gap(None, 20, False)]


def test_listener_without_events_covers_nothing_yet() -> None:
    known = EventCoverage()
    heard(known, EVERYTHING)
    assert known.gaps() == [Gap(None, None, False)]


def test_time_after_the_last_listener_is_a_gap() -> None:
    known = EventCoverage()
    heard(known, EVERYTHING, 10, 20, ended=True)
    assert known.gaps() == [Gap(None, 10, False), Gap(20, None, False)]


def test_time_between_two_listeners_is_a_gap() -> None:
    known = EventCoverage()
    heard(known, EVERYTHING, 10, 20, ended=True)
    heard(known, EVERYTHING, 40)
    assert known.gaps() == [Gap(None, 10, False), Gap(20, 40, False)]


def test_no_gap_when_the_second_listener_gets_the_last_event_of_the_first() -> None:
    known = EventCoverage()
    heard(known, EVERYTHING, 10, 20, ended=True)
    first = known.last_ended(EVERYTHING)
    assert first is not None
    assert first.last == event(20)
    second = heard(known, EVERYTHING, 20, 30)
    known.resume(first, second)
    assert known.gaps() == [Gap(None, 10, False)]
    known.end(second)
    assert known.last_ended(EVERYTHING) is second


def test_empty_reply_since_the_last_event_closes_the_gap() -> None:
    known = EventCoverage()
    heard(known, EVERYTHING, 10, 20, ended=True)
    second = known.begin(EVERYTHING)
    first = known.last_ended(EVERYTHING)
    assert first is not None
    known.resume(first, second)
    second.record(event(20))
    assert known.gaps() == [Gap(None, 10, False)]


def test_mirror_scope_covers_a_part() -> None:
    known = EventCoverage()
    heard(known, LISTS, 5, 50)
    assert known.gaps() == [Gap(None, 5, False), Gap(5, None, True)]
    heard(known, EVERYTHING, 10, 20, ended=True)
    heard(known, EVERYTHING, 40)
    assert known.gaps() == [Gap(None, 5, False), Gap(5, 10, True), Gap(20, 40, True)]


def test_ended_part_leaves_a_full_gap() -> None:
    known = EventCoverage()
    heard(known, LISTS, 5, 8, ended=True)
    heard(known, EVERYTHING, 10)
    assert known.gaps() == [Gap(None, 5, False), Gap(5, 8, True), Gap(8, 10, False)]


def test_object_is_covered_by_its_own_or_the_full_scope() -> None:
    known = EventCoverage()
    heard(known, "container a", 10, 20, ended=True)
    heard(known, EVERYTHING, 15, 30, ended=True)
    heard(known, "container b", 1)
    assert known.gaps("container a") == [Gap(None, 10, False), Gap(30, None, False)]
    assert known.gaps("container b") == [Gap(None, 1, False)]
    assert known.gaps() == [Gap(None, 15, False), Gap(30, None, False)]


def test_podman_covers_all_since_the_requested_time() -> None:
    known = EventCoverage()
    known.begin(EVERYTHING, 100)
    assert known.gaps() == [Gap(None, 100, False)]


def test_ended_listener_without_events_adds_no_coverage() -> None:
    journal = Journal()
    with journal.listening(EVERYTHING):
        pass
    assert journal.coverage.last_ended(EVERYTHING) is None
    assert journal.coverage.gaps() == [Gap(None, None, False)]


def test_late_old_event_extends_its_range() -> None:
    known = EventCoverage()
    stretch = heard(known, EVERYTHING, 20, 10, 30)
    assert known.gaps() == [Gap(None, 10, False)]
    assert stretch.last == event(30)


def test_number_of_ranges_is_bounded() -> None:
    known = EventCoverage()
    for moment in range(1, 2000, 2):
        heard(known, EVERYTHING, moment, ended=True)
    assert len(known.gaps()) < 300
