"""What an Engine tells of a container's life, and in which order."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

from dockertui.live.probes import IN_ONE_BREATH
from tests.contract.workshop import API, Workshop, await_that

# Within a group the order differs between Engines and runs; the groups follow each other.
WALK: list[list[str]] = [
    ["volume create"],
    ["network create"],
    ["volume create"],  # the anonymous one
    ["container create"],
    ["volume mount", "volume mount", "network connect"],
    ["container start"],
    ["container rename"],
    ["container pause"],
    ["container unpause"],
    ["container kill"],
    ["container kill", "network disconnect", "volume unmount", "volume unmount", "container die", "container stop"],
    ["volume mount", "volume mount", "network connect"],
    ["container start"],
    ["container kill"],
    ["network disconnect", "volume unmount", "volume unmount", "container die"],
    ["volume destroy", "container destroy"],
    ["network destroy"],
    ["volume destroy"],
]

ATTRIBUTES: dict[str, set[str]] = {
    "container create": {"image", "name", "color"},
    "container start": {"image", "name", "color"},
    "container rename": {"image", "name", "oldName", "color"},
    "container pause": {"image", "name", "color"},
    "container unpause": {"image", "name", "color"},
    "container kill": {"image", "name", "signal", "color"},
    "container die": {"image", "name", "exitCode", "color"},
    "container stop": {"image", "name", "color"},
    "container destroy": {"image", "name", "color"},
    "network create": {"name", "type"},
    "network connect": {"container", "name", "type"},
    "network disconnect": {"container", "name", "type"},
    "network destroy": {"name", "type"},
    "volume create": {"driver"},
    "volume mount": {"container", "destination", "driver", "propagation", "read/write"},
    "volume unmount": {"container", "driver"},
    "volume destroy": {"driver"},
}


def label(event: dict[str, Any]) -> str:
    return f"{event['Type']} {event['Action']}"


class Told:
    """What the Engine has told since a moment about some objects."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.since = f"{time.time():.9f}"
        self.ours: set[str] = set()

    def __call__(self) -> list[dict[str, Any]]:
        until = f"{time.time():.9f}"
        answer = self.workshop.http("GET", f"{API}/events", since=self.since, until=until)
        events = [json.loads(line) for line in answer.body.splitlines()]
        return [event for event in events if event["Actor"]["ID"] in self.ours]

    def await_count(self, wanted: str, count: int) -> None:
        await_that(lambda: [label(event) for event in self()].count(wanted) >= count, wanted)


def without_repeats(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Engine 20.10 tells of a volume's creation once more when a container that mounts it is made."""
    made: set[str] = set()
    kept = []
    for event in events:
        again = label(event) == "volume create" and event["Actor"]["ID"] in made
        made |= {event["Actor"]["ID"]} if label(event) == "volume create" else set()
        if not again:
            kept.append(event)
    return kept


def walk(workshop: Workshop) -> list[dict[str, Any]]:
    """Live a container's life, and return what was told of it."""
    told = Told(workshop)
    volume = workshop.volume("walked")
    network = workshop.network("walked")
    container = workshop.container(
        "walker",
        Labels={"color": "blue"},
        Volumes={"/anonymous": {}},
        HostConfig={"Binds": [f"{volume}:/data"], "NetworkMode": workshop.name("walked")},
    )
    mounts = workshop.get(f"/containers/{container}/json")["Mounts"]
    told.ours = {volume, network, container, *(mount["Name"] for mount in mounts)}
    path = f"/containers/{container}"
    for step in ("start", f"rename?name={workshop.name('renamed')}", "pause", "unpause", "stop?t=0"):
        workshop.post(f"{path}/{step}", expect=204)
    for event in ("container die", "container stop"):
        told.await_count(event, 1)
    workshop.post(f"{path}/start", expect=204)
    workshop.post(f"{path}/kill", expect=204)
    told.await_count("container die", 2)
    for target in (f"{path}?v=1", f"/networks/{network}", f"/volumes/{volume}"):
        assert workshop.http("DELETE", f"{API}{target}").status == 204
    told.await_count("volume destroy", 2)
    return without_repeats(told())


def test_a_life_is_told_in_order(workshop: Workshop) -> None:
    events = walk(workshop)
    labels = [label(event) for event in events]
    assert len(labels) == sum(map(len, WALK)), labels
    for group in WALK:
        taken, labels = labels[: len(group)], labels[len(group) :]
        assert Counter(taken) == Counter(group)


def test_what_events_carry(workshop: Workshop) -> None:
    for event in walk(workshop):
        actor = event["Actor"]
        assert ATTRIBUTES[label(event)] <= set(actor["Attributes"]), event
        assert all(isinstance(value, str) for value in actor["Attributes"].values())
        assert event["scope"] == "local"
        assert event["time"] == event["timeNano"] // 1_000_000_000
        if event["Type"] == "container":
            assert (event["status"], event["id"]) == (event["Action"], actor["ID"])
            assert event["from"] == "busybox:latest"


def test_values_that_a_reader_relies_on(workshop: Workshop) -> None:
    events = walk(workshop)
    by_label = {label(event): event["Actor"]["Attributes"] for event in events}
    signals = [event["Actor"]["Attributes"]["signal"] for event in events if event["Action"] == "kill"]
    assert signals == ["15", "9", "9"]
    assert by_label["container die"]["exitCode"] == "137"
    assert by_label["container rename"]["oldName"] == f"/{workshop.name('walker')}"
    assert by_label["container rename"]["name"] == workshop.name("renamed")
    assert by_label["network connect"]["container"] == by_label["network disconnect"]["container"]


def test_images_are_told_of(workshop: Workshop) -> None:
    identity = workshop.get("/images/busybox:latest/json")["Id"]
    told = Told(workshop)
    told.ours = {identity}
    name = workshop.tag("told")
    assert workshop.http("DELETE", f"{API}/images/{name}").status == 200
    told.await_count("image untag", 1)
    tag, untag = told()
    assert [tag["Action"], untag["Action"]] == ["tag", "untag"]
    assert tag["Actor"]["Attributes"]["name"] == name
    assert untag["Actor"]["Attributes"]["name"] == identity


def test_a_short_life_is_told(workshop: Workshop) -> None:
    told = Told(workshop)
    container = workshop.container("short", Cmd=["sh", "-c", "exit 3"])
    told.ours = {container}
    workshop.post(f"/containers/{container}/start", expect=204)
    assert workshop.await_exit(container) == 3
    told.await_count("container die", 1)
    events = told()
    assert [event["Action"] for event in events] == ["create", "start", "die"]
    assert events[-1]["Actor"]["Attributes"]["exitCode"] == "3"


def test_a_probe_is_told_with_its_command(workshop: Workshop) -> None:
    told = Told(workshop)
    health = {"Test": ["CMD-SHELL", "echo fine"], "Interval": 1_000_000_000}
    container = workshop.container("probed", start=True, Healthcheck=health)
    told.ours = {container}
    told.await_count("container health_status: healthy", 1)
    told.await_count("container exec_die", 1)
    actions = [event["Action"] for event in told()][2:6]
    assert actions[:2] == ["exec_create: /bin/sh -c echo fine", "exec_start: /bin/sh -c echo fine"]
    assert sorted(actions[2:]) == ["exec_die", "health_status: healthy"]


def test_filters_let_through_what_they_name(workshop: Workshop) -> None:
    filters = {"type": ["container"], "event": ["create", "destroy"], "label": ["color=green"]}
    with workshop.http.open("GET", f"{API}/events", filters=filters) as stream:
        workshop.container("other", Labels={"color": "red"})
        wanted = workshop.container("wanted", start=True, Labels={"color": "green"})
        event = json.loads(stream.readline())
    assert (event["Action"], event["Actor"]["ID"]) == ("create", wanted)


def gaps(events: list[dict[str, Any]]) -> list[int]:
    """Nanoseconds from the creation of each exec to its start."""
    made = {one["Actor"]["Attributes"]["execID"]: one for one in events if one["Action"].startswith("exec_create")}
    started = [one for one in events if one["Action"].startswith("exec_start")]
    return [one["timeNano"] - made[one["Actor"]["Attributes"]["execID"]]["timeNano"] for one in started]


def test_the_engine_starts_its_own_probes_in_one_breath_and_no_client_does(workshop: Workshop) -> None:
    told = Told(workshop)
    health = {"Test": ["CMD-SHELL", "echo fine"], "Interval": 1_000_000_000}
    probed = workshop.container("breath", start=True, Healthcheck=health)
    told.ours = {probed}
    told.await_count("container exec_die", 2)
    assert min(gaps(told())) < IN_ONE_BREATH
    plain = workshop.container("plain", start=True)
    told.ours = {plain}
    for _ in range(3):
        exec_ = workshop.post(f"/containers/{plain}/exec", {"Cmd": ["true"]}, expect=201)["Id"]
        assert workshop.http("POST", f"{API}/exec/{exec_}/start", {"Detach": False}).status in (101, 200)
    told.await_count("container exec_die", 3)
    assert min(gaps(told())) > IN_ONE_BREATH


def test_a_new_size_is_told(workshop: Workshop) -> None:
    told = Told(workshop)
    container = workshop.container("sized", start=True, Tty=True)
    told.ours = {container}
    workshop.post(f"/containers/{container}/resize", expect=200, h=30, w=120)
    told.await_count("container resize", 1)
    attributes = told()[-1]["Actor"]["Attributes"]
    assert (attributes["height"], attributes["width"]) == ("30", "120")
