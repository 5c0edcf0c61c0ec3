"""What happens on the demo host by itself as time passes."""

from __future__ import annotations

from itertools import pairwise

import pytest

from dockertui.demo import lifecycle, logs, scene, stats
from dockertui.demo.host import Host
from tests.unit.demo_engine import Clock, clock

__all__ = ["clock"]

STEP = 0.25
"""Seconds in which these tests let time pass."""


@pytest.fixture
def living(clock: Clock) -> Host:
    """A host that takes itself for live, on a clock of the test's."""
    host = Host(7, clock)
    host.live = True
    return scene.build(host)


def pass_time(host: Host, clock: Clock, seconds: float) -> None:
    for _ in range(int(seconds / STEP)):
        clock.now += STEP
        lifecycle.tick(host)


def test_the_restarting_one_restarts_again_and_again(living: Host, clock: Clock) -> None:
    looping = living.container("monitoring-alertmanager-1")
    before = looping.restart_count
    pass_time(living, clock, 60)
    assert looping.restart_count >= before + 3
    assert looping.state in ("running", "restarting")


def test_the_cron_job_runs_and_exits(living: Host, clock: Clock) -> None:
    pass_time(living, clock, 45)
    actor = living.container("backup").id
    actions = [event.action for event in living.events.history if event.actor == actor]
    assert actions[:4] == ["start", "die", "start", "die"]


def test_the_starting_one_becomes_healthy_and_the_sick_one_stays_sick(living: Host, clock: Clock) -> None:
    search, worker = living.container("shop-search-1"), living.container("shop-worker-1")
    assert search.health is not None
    assert worker.health is not None
    pass_time(living, clock, 90)
    assert (search.health.status, worker.health.status) == ("healthy", "unhealthy")
    assert worker.health.failing_streak > 41
    assert [probe.exit_code for probe in worker.health.log] == [1] * 5
    assert any(event.action == "health_status: healthy" for event in living.events.history)


def test_nothing_wakes_a_container_that_was_stopped_by_hand(living: Host, clock: Clock) -> None:
    looping = living.container("monitoring-alertmanager-1")
    while looping.state != "running":
        pass_time(living, clock, STEP)
    lifecycle.kill(living, looping, looping.name)
    pass_time(living, clock, 60)
    assert living.container(looping.id).state == "exited"


def test_stats_move_and_counters_never_fall(living: Host, clock: Clock) -> None:
    api = living.container("shop-api-1")
    readings = []
    for _ in range(50):
        clock.now += 1.0
        readings.append(stats.read(living, api))
    loads = {round((later.cpu - earlier.cpu) / 1e9, 3) for earlier, later in pairwise(readings)}
    assert len(loads) > 10
    assert min(loads) >= 0
    for counter in ("cpu", "system", "rx", "tx", "read", "written"):
        values = [getattr(reading, counter) for reading in readings]
        assert values == sorted(values), counter
    assert len({reading.memory for reading in readings}) > 10


def test_log_lines_appear_once_in_order_and_only_while_it_runs(living: Host, clock: Clock) -> None:
    api = living.container("shop-api-1")
    logs.catch_up(living, api, living.now())
    before = len(api.logs)
    clock.now += 10
    logs.catch_up(living, api, living.now())
    logs.catch_up(living, api, living.now())
    assert len(api.logs) == before + 10
    times = [line.time for line in api.logs]
    assert times == sorted(times)
    lifecycle.pause(living, api)
    clock.now += 10
    logs.catch_up(living, api, living.now())
    lifecycle.unpause(living, api)
    assert len(api.logs) == before + 10
