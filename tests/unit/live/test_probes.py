"""A health check's execs are told from people's. The times are those that were measured on real Engines."""

from __future__ import annotations

from dockertui.engine.models import Event
from dockertui.live import probes as module
from dockertui.live.probes import Probes

MICRO = 1_000
CHECK = "/bin/sh -c echo  hi; true"


def exec_events(id: str, at: int, gap: int, command: str = CHECK, actor: str = "c1") -> list[Event]:
    """An exec that is started `gap` ns after it was created, as Docker tells it."""

    def event(action: str, detail: str, moment: int) -> Event:
        return Event("container", action, detail, actor, {"execID": id, "image": "x"}, moment, "local")

    return [
        event("exec_create", command, at),
        event("exec_start", command, at + gap),
        event("exec_die", "", at + gap + 50_000_000),
    ]


def taken(*events: Event) -> Probes:
    probes = Probes()
    for event in events:
        probes.take(event)
    return probes


def test_what_the_engine_starts_in_one_breath_is_a_probe() -> None:
    probe = exec_events("p", 1_000_000, 12 * MICRO)
    probes = taken(*probe)
    assert [probes.is_probe(event) for event in probe] == [True] * 3


def test_what_a_client_starts_is_none_however_fast_it_is() -> None:
    for gap in (204 * MICRO, 896 * MICRO, 4_339 * MICRO):
        own = exec_events("u", 1_000_000, gap)
        probes = taken(*own)
        assert [probes.is_probe(event) for event in own] == [False] * 3


def test_a_probe_that_a_busy_machine_starts_late_is_known_by_its_command() -> None:
    late = exec_events("late", 1_000_000_000, 30_000 * MICRO)
    probes = taken(*exec_events("p", 1_000_000, 9 * MICRO), *late)
    assert [probes.is_probe(event) for event in late] == [True] * 3


def test_the_same_command_in_another_container_is_not() -> None:
    other = exec_events("o", 2_000_000, 900 * MICRO, actor="c2")
    probes = taken(*exec_events("p", 1_000_000, 9 * MICRO), *other)
    assert not any(probes.is_probe(event) for event in other)


def test_a_persons_command_beside_a_check_is_not() -> None:
    own = exec_events("u", 3_000_000, 900 * MICRO, command="sh")
    probes = taken(*exec_events("p", 1_000_000, 9 * MICRO), *own)
    assert not any(probes.is_probe(event) for event in own)


def test_who_filtered_before_hears_that_it_is_known_now() -> None:
    probes, (created, started, died) = Probes(), exec_events("p", 1_000_000, 9 * MICRO)
    probes.take(created)
    assert (probes.version, probes.is_probe(created)) == (0, False)
    probes.take(started)
    assert (probes.version, probes.is_probe(created), probes.is_probe(died)) == (1, True, True)
    for event in exec_events("q", 9_000_000, 9 * MICRO):
        probes.take(event)
    assert probes.version == 1


def test_the_end_of_an_exec_is_told_with_its_command() -> None:
    *_, died = exec_events("u", 1_000_000, 900 * MICRO, command="ls /")
    assert taken(*exec_events("u", 1_000_000, 900 * MICRO, command="ls /")).command(died) == "ls /"


def test_without_an_id_nothing_is_guessed() -> None:
    events = exec_events("", 1_000_000, 9 * MICRO)
    assert not any(taken(*events).is_probe(event) for event in events)


def health(moment: int, status: str, actor: str = "c1") -> Event:
    return Event("container", "health_status", status, actor, {}, moment, "local")


def test_a_health_that_is_what_it_was_is_a_probes_event() -> None:
    events = [health(1, "healthy"), health(2, "healthy"), health(3, "unhealthy"), health(4, "unhealthy", "c2")]
    probes = taken(*events)
    assert [probes.is_probe(event) for event in events] == [False, True, False, False]


def test_what_it_remembers_is_bounded(monkeypatch: object) -> None:
    probes = Probes()
    for number in range(module._CAPACITY + 50):
        probes.take(exec_events(str(number), number * 1_000_000, 900 * MICRO)[0])
    assert len(probes._created) == module._CAPACITY
