"""The journal: order, no event twice, bounds, what concerns an object."""

from __future__ import annotations

import random

import pytest

from dockertui.engine.models import Event
from dockertui.live.journal import Journal, concerns, weight


def event(moment: int, actor: str = "a", action: str = "start", kind: str = "container", **attributes: str) -> Event:
    return Event(kind, action, "", actor, attributes, moment, "local")


def test_events_are_in_the_order_of_their_time_whatever_that_of_their_coming() -> None:
    events = [event(moment) for moment in range(100)]
    came = events.copy()
    random.Random(7).shuffle(came)
    journal = Journal()
    assert all(journal.take(one) for one in came)
    assert list(journal) == events


def test_of_one_moment_the_first_to_come_is_the_first() -> None:
    journal = Journal()
    events = [event(5, action="exec_start"), event(5, action="die"), event(5, action="create")]
    for one in events:
        journal.take(one)
    assert list(journal) == events


def test_an_event_that_two_streams_bring_is_there_once() -> None:
    journal, told = Journal(), list[Event]()
    journal.subscribe(told.append)
    events = [event(1), event(2), event(2, "b")]
    assert [journal.take(one) for one in events] == [True] * 3
    assert [journal.take(one) for one in reversed(events)] == [False] * 3
    assert len(journal) == len(told) == 3
    assert journal.bytes == sum(map(weight, journal))


def test_the_oldest_go_when_there_are_too_many() -> None:
    journal = Journal(max_events=100)
    for moment in range(250):
        journal.take(event(moment))
        assert len(journal) <= 100
    assert [one.time_ns for one in journal] == list(range(250 - len(journal), 250))
    assert journal.dropped == 250 - len(journal)


def test_and_when_they_are_too_large() -> None:
    journal = Journal(max_bytes=100_000)
    for moment in range(100):
        journal.take(event(moment, label="x" * 5_000))
        assert journal.bytes <= 100_000
    assert journal.bytes == sum(map(weight, journal))
    assert 10 <= len(journal) <= 20


def test_one_that_is_larger_than_everything_does_not_stay() -> None:
    journal = Journal(max_bytes=10_000)
    journal.take(event(1, label="x" * 50_000))
    assert len(journal) == journal.bytes == 0
    journal.take(event(2))
    assert len(journal) == 1


def test_both_ends_of_a_time_belong_to_it() -> None:
    journal = Journal()
    for moment in (10, 20, 20, 30):
        journal.take(event(moment, str(len(journal))))
    assert [one.time_ns for one in journal.between(20, 30)] == [20, 20, 30]
    assert [one.time_ns for one in journal.between(until=20)] == [10, 20, 20]
    assert [one.time_ns for one in journal.between(21)] == [30]
    assert len(journal.between()) == 4


ABOUT = [
    (event(1, "c1"), "container", "c1", True),
    (event(1, "c2"), "container", "c1", False),
    (event(1, "n1", "connect", "network", container="c1"), "container", "c1", True),
    (event(1, "n1", "connect", "network", container="c1"), "network", "n1", True),
    (event(1, "n1", "connect", "network", container="c2"), "container", "c1", False),
    (event(1, "data", "mount", "volume", container="c1"), "container", "c1", True),
    (event(1, "data", "mount", "volume", container="c1"), "volume", "data", True),
    (event(1, "web:1", "pull", "image"), "image", "sha256:1", False),
    (event(1, "c1", image="web:1"), "image", "web:1", False),
    (event(1, "same"), "volume", "same", False),
]


@pytest.mark.parametrize(("happened", "kind", "id", "about"), ABOUT)
def test_what_concerns_an_object(happened: Event, kind: str, id: str, about: bool) -> None:
    assert concerns(happened, kind, id) is about
    journal = Journal()
    journal.take(happened)
    assert journal.of(kind, id) == ([happened] if about else [])


def test_an_image_is_called_by_its_names_too() -> None:
    assert concerns(event(1, "web:1", "pull", "image"), "image", "sha256:1", {"web:1"})


def test_who_has_left_hears_nothing() -> None:
    journal, told = Journal(), list[Event]()
    leave = journal.subscribe(told.append)
    journal.take(event(1))
    leave()
    leave()
    journal.take(event(2))
    assert [one.time_ns for one in told] == [1]


PODMAN = [
    (event(1, "c1", "connect", "network", network="front"), "container", "c1", True),
    (event(1, "c1", "connect", "network", network="front"), "network", "n1", True),
    (event(1, "", "create", "volume", name="data"), "volume", "data", True),
    (event(1, "", "create", "volume", name="other"), "volume", "data", False),
]


@pytest.mark.parametrize(("happened", "kind", "id", "about"), PODMAN)
def test_podman_calls_networks_and_volumes_by_name(happened: Event, kind: str, id: str, about: bool) -> None:
    assert concerns(happened, kind, id, ("front",) if kind == "network" else ()) is about
