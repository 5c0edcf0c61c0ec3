"""The demo host's model: what there is, that it is always the same, and what doing things does to it."""

from __future__ import annotations

import pytest

from dockertui.demo import (
    containers,
    images,
    lifecycle,
    logs,
    networks,
    scene,
    stats,
    volumes,
)
from dockertui.demo.host import Host, Refusal, Unchanged
from dockertui.demo.times import human_duration, rfc3339
from tests.demo import crowd, hostile
from tests.unit.demo_engine import NOON, Clock, clock

__all__ = ["clock"]


@pytest.fixture
def host(clock: Clock) -> Host:
    return scene.build(Host(7, clock))


def told(host: Host) -> list[str]:
    """The events since last asked, as 'type action'."""
    words = [f"{event.type} {event.action}" for event in host.events.history]
    host.events.history.clear()
    return words


def make(host: Host, name: str = "new", **wanted: object) -> str:
    body = {"Image": "busybox", "Cmd": ["sleep", "1d"], **wanted}
    return containers.create(host, name, body).id


# -- the scene ------------------------------------------------------------------------------------


def test_every_state_that_an_operator_meets_is_there(host: Host) -> None:
    states = {one.state for one in host.containers.values()}
    assert states == {"running", "restarting", "paused", "exited", "created", "dead"}
    healths = {one.health.status for one in host.containers.values() if one.health}
    assert healths == {"healthy", "unhealthy", "starting"}
    codes = {one.exit_code for one in host.containers.values() if one.state == "exited"}
    assert codes == {0, 1, 137}
    assert any(one.oom_killed for one in host.containers.values())
    assert {one.labels.get("com.docker.compose.project") for one in host.containers.values()} == {
        "shop",
        "monitoring",
        None,
    }


def test_there_is_something_to_clean_up(host: Host) -> None:
    used_images = {one.image_id for one in host.containers.values()}
    assert any(image.dangling for image in host.images.values())
    assert any(len(image.tags) > 1 for image in host.images.values())
    assert any(image.tags and image.id not in used_images for image in host.images.values())
    used = {mount.name for one in host.containers.values() for mount in one.mounts}
    assert {volume.anonymous for volume in host.volumes.values() if volume.name not in used} == {True, False}
    assert {network.driver for network in host.networks.values()} == {"bridge", "host", "null", "macvlan"}


def everything(host: Host) -> list[object]:
    return [
        [(one.id, one.name, one.created, one.pid, one.attachments) for one in host.containers.values()],
        [*host.images],
        [*host.networks],
        [*host.volumes],
    ]


def crowded(host: Host, count: int) -> Host:
    crowd.add(scene.build(host), count)
    return host


def test_a_seed_and_a_clock_decide_everything(clock: Clock) -> None:
    first, second = (crowded(Host(7, clock), 20) for _ in range(2))
    assert everything(first) == everything(second)
    other = crowded(Host(8, clock), 20)
    assert not set(first.containers) & set(other.containers)


def test_logs_and_stats_follow_from_seed_and_clock(clock: Clock) -> None:
    def sample() -> object:
        host = scene.build(Host(7, clock))
        api = host.container("shop-api-1")
        logs.catch_up(host, api, host.now())
        return [*api.logs], [stats.read(host, api) for _ in range(3)]

    assert sample() == sample()


def test_a_frozen_host_does_nothing_by_itself_but_shows_an_even_load(host: Host) -> None:
    api = host.container("shop-api-1")
    first, second, third = (stats.read(host, api) for _ in range(3))
    assert second.cpu - first.cpu == pytest.approx(third.cpu - second.cpu, rel=1e-6)
    assert (second.cpu - first.cpu) / 1e9 == pytest.approx(api.temper.cpu, rel=1e-6)
    assert second.memory == first.memory
    assert second.rx == first.rx


def test_five_thousand_more_have_names_addresses_and_ids_of_their_own(clock: Clock) -> None:
    host = crowded(Host(7, clock), 5000)
    assert len(host.containers) == len(host.names) > 5000
    addresses = [
        (name, place.ip) for one in host.containers.values() for name, place in one.attachments.items() if place.ip
    ]
    assert len(addresses) == len(set(addresses))


def test_hostile_objects_carry_each_string(host: Host) -> None:
    hostile.add(host)
    for text in hostile.STRINGS.values():
        assert any(text in one.name and text in one.labels.values() for one in host.containers.values())
        assert any(text in name for name in host.volumes)


# -- doing ----------------------------------------------------------------------------------------


def test_start_stop_and_remove_tell_what_a_real_engine_tells(host: Host) -> None:
    told(host)
    container = host.containers[make(host, HostConfig={"Binds": ["data:/data"]}, Volumes={"/tmp/x": {}})]
    assert told(host) == ["volume create", "volume create", "container create"]
    lifecycle.start(host, container)
    assert told(host) == ["volume mount", "volume mount", "network connect", "container start"]
    host.tell(container, "kill", signal="15")
    lifecycle.finish_stop(host, container)
    assert told(host) == [
        "container kill",
        "container kill",
        "network disconnect",
        "volume unmount",
        "volume unmount",
        "container stop",
        "container die",
    ]
    assert (container.state, container.exit_code) == ("exited", 137)
    lifecycle.remove(host, container, "new", with_volumes=True)
    assert told(host) == ["volume destroy", "container destroy"]
    assert "data" in host.volumes


def test_a_short_command_runs_to_its_end(host: Host) -> None:
    container = host.containers[make(host, Cmd=["sh", "-c", "echo hi; exit 3"])]
    told(host)
    lifecycle.start(host, container)
    assert (container.state, container.exit_code) == ("exited", 3)
    assert told(host)[-1] == "container die"
    assert [line.text for line in container.logs] == ["hi"]


@pytest.mark.parametrize(
    ("command", "ends", "code"),
    [
        (["true"], 0, 0),
        (["/bin/false"], 0, 1),
        (["sh", "-c", "exit 7"], 0, 7),
        (["echo", "a b"], 0, 0),
        (["sleep", "2.5"], 2.5, 0),
        (["sleep", "infinity"], None, 0),
        (["sh", "-c", "while :; do echo x; done"], None, 0),
        (["nginx"], None, 0),
        ([], None, 0),
    ],
)
def test_what_becomes_of_a_command(command: list[str], ends: float | None, code: int) -> None:
    fate = containers.fate(command)
    assert (fate.runs_for, fate.exit_code) == (ends, code)


def test_times_of_events_never_repeat(host: Host) -> None:
    lifecycle.pause(host, host.container("shop-db-1"))
    lifecycle.unpause(host, host.container("shop-db-1"))
    times = [event.time_ns for event in host.events.history]
    assert times == sorted(set(times))


def test_the_history_holds_256(host: Host) -> None:
    for _ in range(200):
        lifecycle.pause(host, host.container("shop-db-1"))
        lifecycle.unpause(host, host.container("shop-db-1"))
    assert len(host.events.history) == 256


def test_refusals(host: Host) -> None:
    running, paused = host.container("shop-db-1"), host.container("monitoring-cadvisor-1")
    with pytest.raises(Unchanged):
        lifecycle.start(host, running)
    for attempt in (
        lambda: lifecycle.start(host, paused),
        lambda: lifecycle.pause(host, paused),
        lambda: lifecycle.unpause(host, running),
        lambda: lifecycle.rename(host, running, "devbox"),
        lambda: lifecycle.rename(host, running, "a b"),
        lambda: lifecycle.remove(host, running, "db"),
        lambda: lifecycle.kill(host, host.container("backup"), "backup"),
        lambda: lifecycle.kill(host, running, "db", "SIGNOPE"),
        lambda: images.remove(host, "postgres:17@x"),
        lambda: images.remove(host, "redis:7.4-alpine"),
        lambda: networks.remove(host, host.network("bridge")),
        lambda: networks.remove(host, host.network("shop_front")),
        lambda: networks.create(host, {"Name": "edge"}),
        lambda: networks.create(host, {"Name": "x", "IPAM": {"Config": [{"Subnet": "172.18.4.0/24"}]}}),
        lambda: volumes.remove(host, "shop_pgdata"),
        lambda: volumes.create(host, {"Name": "a b"}),
    ):
        with pytest.raises(Refusal):
            attempt()


def test_an_image_goes_with_its_last_reference(host: Host) -> None:
    image = images.find(host, "node:22")
    host.containers.pop(host.names.pop("eager_lamarr"))
    told(host)
    assert images.remove(host, "node:22") == [{"Untagged": "node:22"}]
    rows = images.remove(host, "node:lts")
    assert rows[-1] == {"Deleted": image.id}
    assert told(host) == ["image untag", "image untag", "image delete"]
    assert image.id not in host.images


def test_a_tag_moves_from_the_image_that_had_it(host: Host) -> None:
    old, new = images.find(host, "alpine:latest"), images.find(host, "debian:bookworm")
    images.tag(host, new, "alpine", "latest")
    assert images.find(host, "alpine") is new
    assert "alpine:latest" not in old.tags


def test_addresses_come_and_go_with_the_process(host: Host) -> None:
    container = host.containers[make(host)]
    place = container.attachments["bridge"]
    assert place.ip == ""
    lifecycle.start(host, container)
    first = place.ip
    assert first.startswith("172.17.0.")
    lifecycle.kill(host, container, "new")
    assert (place.ip, place.mac, place.endpoint_id) == ("", "", "")


# -- texts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "Less than a second"),
        (1.9, "1 second"),
        (59.9, "59 seconds"),
        (60, "About a minute"),
        (119, "About a minute"),
        (120, "2 minutes"),
        (3599, "59 minutes"),
        (3600, "About an hour"),
        (5399, "About an hour"),
        (5400, "2 hours"),
        (47 * 3600, "47 hours"),
        (48 * 3600, "2 days"),
        (14 * 86400, "2 weeks"),
        (60 * 86400, "2 months"),
        (365 * 2 * 86400, "2 years"),
    ],
)
def test_ages_are_worded_as_docker_words_them(seconds: float, words: str) -> None:
    assert human_duration(seconds) == words


def test_times_are_written_as_go_writes_them() -> None:
    assert rfc3339(None) == "0001-01-01T00:00:00Z"
    assert rfc3339(NOON) == "2025-01-01T12:00:00Z"
    assert rfc3339(NOON + 0.25) == "2025-01-01T12:00:00.25Z"
