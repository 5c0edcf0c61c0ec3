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


def test_who_never_listened_knows_nothing() -> None:
    assert EventCoverage().gaps() == [Gap(None, None, False)]


def test_what_was_before_the_first_event_is_not_known() -> None:
    known = EventCoverage()
    heard(known, EVERYTHING, 10, 20)
    assert known.gaps() == [Gap(None, 10, False)]


def test_what_podman_threw_away_of_its_log_is_not_known() -> None:
    known = EventCoverage()
    stretch = known.begin(EVERYTHING, 5)
    assert known.gaps() == [Gap(None, 5, False)]
    stretch.record(event(40, action="log-rotation"))
    for moment in (20, 30, 40, 50):
        stretch.record(event(moment))
    assert known.gaps() == [Gap(None, 20, False)]


def test_who_has_heard_nothing_yet_cannot_say_from_when_on() -> None:
    known = EventCoverage()
    heard(known, EVERYTHING)
    assert known.gaps() == [Gap(None, None, False)]


def test_when_nobody_listens_any_more_what_follows_is_not_known() -> None:
    known = EventCoverage()
    heard(known, EVERYTHING, 10, 20, ended=True)
    assert known.gaps() == [Gap(None, 10, False), Gap(20, None, False)]


def test_between_two_who_listened_one_after_the_other_something_may_be_missing() -> None:
    known = EventCoverage()
    heard(known, EVERYTHING, 10, 20, ended=True)
    heard(known, EVERYTHING, 40)
    assert known.gaps() == [Gap(None, 10, False), Gap(20, 40, False)]


def test_but_not_when_the_second_was_told_the_last_event_of_the_first() -> None:
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


def test_who_was_told_that_nothing_came_since_resumes_too() -> None:
    known = EventCoverage()
    heard(known, EVERYTHING, 10, 20, ended=True)
    second = known.begin(EVERYTHING)
    first = known.last_ended(EVERYTHING)
    assert first is not None
    known.resume(first, second)
    second.record(event(20))
    assert known.gaps() == [Gap(None, 10, False)]


def test_the_mirror_knows_a_part() -> None:
    known = EventCoverage()
    heard(known, LISTS, 5, 50)
    assert known.gaps() == [Gap(None, 5, False), Gap(5, None, True)]
    heard(known, EVERYTHING, 10, 20, ended=True)
    heard(known, EVERYTHING, 40)
    assert known.gaps() == [Gap(None, 5, False), Gap(5, 10, True), Gap(20, 40, True)]


def test_a_part_that_ended_leaves_the_rest_unknown() -> None:
    known = EventCoverage()
    heard(known, LISTS, 5, 8, ended=True)
    heard(known, EVERYTHING, 10)
    assert known.gaps() == [Gap(None, 5, False), Gap(5, 8, True), Gap(8, 10, False)]


def test_an_object_is_known_when_it_or_everything_is() -> None:
    known = EventCoverage()
    heard(known, "container a", 10, 20, ended=True)
    heard(known, EVERYTHING, 15, 30, ended=True)
    heard(known, "container b", 1)
    assert known.gaps("container a") == [Gap(None, 10, False), Gap(30, None, False)]
    assert known.gaps("container b") == [Gap(None, 1, False)]
    assert known.gaps() == [Gap(None, 15, False), Gap(30, None, False)]


def test_podman_tells_everything_from_the_time_asked_for() -> None:
    known = EventCoverage()
    known.begin(EVERYTHING, 100)
    assert known.gaps() == [Gap(None, 100, False)]


def test_who_heard_nothing_and_left_leaves_no_trace() -> None:
    journal = Journal()
    with journal.listening(EVERYTHING):
        pass
    assert journal.coverage.last_ended(EVERYTHING) is None
    assert journal.coverage.gaps() == [Gap(None, None, False)]


def test_an_old_event_that_comes_late_belongs_to_what_is_known() -> None:
    known = EventCoverage()
    stretch = heard(known, EVERYTHING, 20, 10, 30)
    assert known.gaps() == [Gap(None, 10, False)]
    assert stretch.last == event(30)


def test_what_it_remembers_of_who_listened_is_bounded() -> None:
    known = EventCoverage()
    for moment in range(1, 2000, 2):
        heard(known, EVERYTHING, moment, ended=True)
    assert len(known.gaps()) < 300
