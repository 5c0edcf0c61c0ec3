"""The rows of a timeline: what is shown, in which order, and what is said of what is not known."""

from __future__ import annotations

from dockertui.engine.models import Event, Version
from dockertui.live.event_coverage import EVERYTHING, LISTS
from dockertui.live.journal import Journal
from dockertui.live.store import Mirror
from dockertui.resources.event_list import EventList, EventSubject, Notice
from dockertui.resources.registry import SOURCES
from dockertui.screens.events.export import engine_filters
from tests.unit.live.test_journal import event
from tests.unit.live.test_probes import exec_events

S = 1_000_000_000


def scene(journal: Journal | None = None) -> tuple[Journal, EventList]:
    journal = Journal() if journal is None else journal
    shown = EventList(journal, Mirror(SOURCES))
    journal.subscribe(shown.add)
    return journal, shown


def moments(shown: EventList) -> list[int | str]:
    return [row.text.split()[0] if isinstance(row, Notice) else row.time_ns for row in shown.rows]


def test_events_are_sorted_by_time() -> None:
    journal, shown = scene()
    shown.gather()
    journal.take(event(2 * S))
    journal.take(event(4 * S))
    assert shown.update() == 2
    journal.take(event(3 * S))
    assert shown.update() == 0
    assert moments(shown) == [2 * S, 3 * S, 4 * S]
    assert shown.count == 3


def test_probes_are_folded_away_and_counted() -> None:
    journal, shown = scene()
    shown.gather()
    for one in (*exec_events("p", 2 * S, 9_000), event(3 * S), *exec_events("u", 4 * S, 900_000, "ls")):
        journal.take(one)
    shown.update()
    assert (shown.count, shown.hidden) == (4, 3)
    shown.probes = True
    shown.gather()
    assert (shown.count, shown.hidden) == (7, 0)
    assert shown.seen["container", "exec_die"] == 2


def test_probe_is_hidden_once_recognised() -> None:
    journal, shown = scene()
    shown.gather()
    created, started, died = exec_events("p", 2 * S, 9_000)
    journal.take(created)
    shown.update()
    assert shown.count == 1
    journal.take(started)
    journal.take(died)
    shown.update()
    assert (shown.count, shown.hidden) == (0, 3)


def test_filter_applies_to_past_and_new_events() -> None:
    journal, shown = scene()
    journal.take(event(2 * S, action="start"))
    journal.take(event(3 * S, action="die"))
    shown.set_filter("action:die")
    journal.take(event(4 * S, action="die"))
    journal.take(event(5 * S, action="stop"))
    assert shown.update() == 1
    assert moments(shown) == [3 * S, 4 * S]
    shown.set_filter("")
    assert shown.count == 4


def test_an_expression_filters_events_and_is_no_filter_of_the_engine() -> None:
    journal, shown = scene()
    journal.take(event(2 * S, action="start"))
    journal.take(event(3 * S, action="die"))
    shown.set_filter("kind:container action:~^d action:start")
    assert moments(shown) == []
    assert engine_filters(shown) == {"type": ["container"]}
    shown.set_filter("kind:container ~^(die|start)$")
    assert moments(shown) == [2 * S, 3 * S]
    shown.set_filter("~(")
    assert shown.filter.error


def test_object_list_has_only_its_own_events() -> None:
    journal, shown = scene()
    shown.about = EventSubject("container", "c1")
    for one in (
        event(2 * S, "c1"),
        event(3 * S, "c2"),
        event(4 * S, "n", "connect", "network", container="c1"),
        event(5 * S, "n", "connect", "network", container="c2"),
    ):
        journal.take(one)
    shown.gather()
    assert moments(shown) == [2 * S, 4 * S]
    assert sum(shown.seen.values()) == 2


def test_a_span_ends_on_both_sides() -> None:
    journal, shown = scene()
    for moment in range(2, 8):
        journal.take(event(moment * S))
    shown.span = (3 * S, 5 * S)
    shown.gather()
    journal.take(event(9 * S))
    shown.update()
    assert moments(shown) == [3 * S, 4 * S, 5 * S]


def test_events_dropped_by_the_journal_disappear_with_a_notice() -> None:
    journal, shown = scene(Journal(max_events=100))
    shown.gather()
    for moment in range(2, 300):
        journal.take(event(moment * S))
        shown.update()
    assert shown.count == len(journal)
    assert isinstance(shown.rows[0], Notice)
    assert f"{journal.dropped:,} older events were dropped" in shown.rows[0].text


def test_the_beginning_of_what_is_known_is_marked() -> None:
    journal, shown = scene()
    with journal.listening(EVERYTHING) as stretch:
        journal.add_from(event(2 * S), stretch)
        shown.gather()
        assert moments(shown) == ["nothing", 2 * S]
        assert "256" in shown.rows[0].text  # type: ignore[union-attr]
        assert shown.count == 1


def test_gaps_and_mirror_only_ranges_are_marked() -> None:
    journal, shown = scene()
    with journal.listening(LISTS) as lists:
        journal.add_from(event(2 * S), lists)
        with journal.listening(EVERYTHING) as stretch:
            journal.add_from(event(4 * S), stretch)
            journal.add_from(event(5 * S), stretch)
        journal.add_from(event(6 * S), lists)
    with journal.listening(EVERYTHING) as stretch:
        journal.add_from(event(9 * S), stretch)
        shown.gather()
        assert moments(shown) == ["nothing", 2 * S, "above,", 4 * S, 5 * S, 6 * S, "above,", "events", 9 * S]


def test_a_gap_that_lasts_stands_at_the_end_while_somebody_listens() -> None:
    journal, shown = scene()
    with journal.listening(EVERYTHING) as stretch:
        journal.add_from(event(2 * S), stretch)
    with journal.listening(EVERYTHING) as stretch:
        shown.gather()
        assert moments(shown) == ["nothing", 2 * S]
        shown.live = True
        shown.update()
        assert moments(shown) == ["nothing", 2 * S, "events"]
        journal.add_from(event(8 * S), stretch)
        assert shown.update() == 0
        assert moments(shown) == ["nothing", 2 * S, "events", 8 * S]


def test_marks_outside_the_span_are_not_shown() -> None:
    journal, shown = scene()
    with journal.listening(EVERYTHING) as stretch:
        for moment in (2, 3, 4):
            journal.add_from(event(moment * S), stretch)
        shown.span = (3 * S, None)
        shown.gather()
        assert moments(shown) == [3 * S, 4 * S]


def test_podman_list_offers_older_events_until_all_were_requested() -> None:
    journal, shown = scene()
    shown.mirror.version = Version.from_json({"Components": [{"Name": "Podman Engine"}]})
    with journal.listening(EVERYTHING, 2 * S) as stretch:
        journal.add_from(event(3 * S), stretch)
        shown.gather()
        assert "6 asks for all" in shown.rows[0].text  # type: ignore[union-attr]
    with journal.listening(EVERYTHING, 1 * S) as stretch:
        journal.add_from(event(3 * S), stretch)
        shown.gather()
        assert moments(shown) == [3 * S]


def test_an_event_without_a_time_is_the_first() -> None:
    journal, shown = scene()
    journal.take(event(2 * S))
    journal.take(Event.from_json({"Type": "container", "Action": "die", "timeNano": -5}))
    journal.take(Event.from_json({"Type": "container", "Action": "die", "timeNano": 10**40}))
    shown.gather()
    assert [row.time_ns for row in shown.rows] == [0, 2 * S, (1 << 63) - 1]
