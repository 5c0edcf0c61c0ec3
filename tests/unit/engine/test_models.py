"""Models of what an Engine lists, out of recorded replies and out of anything at all."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.engine.containers import CONTAINERS
from dockertui.engine.errors import EngineError
from dockertui.engine.images import IMAGES
from dockertui.engine.models import (
    Attachment,
    Container,
    Event,
    Image,
    Mount,
    Network,
    Port,
    Version,
    Volume,
    merge_since,
)
from dockertui.engine.networks import NETWORKS
from dockertui.engine.volumes import VOLUMES
from dockertui.resources.registry import RESOURCES

RECORDED = Path(__file__).parent / "recorded"
ENGINES = ["docker20", "docker28", "podman5"]
NOW = 1_800_000_000.0

# Every field that any model reads, so that arbitrary values land in them.
# fmt: off
FIELDS = [
    "Id", "Names", "Image", "ImageID", "Command", "Created", "State", "Status", "Health", "Ports", "Labels", "Mounts",
    "NetworkSettings", "Networks", "HostConfig", "NetworkMode", "SizeRw", "SizeRootFs", "PrivatePort", "PublicPort",
    "IP", "Type", "Name", "Source", "Destination", "Mode", "RW", "Driver", "NetworkID", "IPAddress",
    "GlobalIPv6Address", "MacAddress", "Aliases", "RepoTags", "RepoDigests", "Size", "ParentId", "Containers", "Scope",
    "Internal", "IPAM", "Config", "Subnet", "Gateway", "Attachable", "Ingress", "EnableIPv6", "Options", "Mountpoint",
    "CreatedAt", "UsageData", "RefCount", "Components", "Version", "ApiVersion", "MinAPIVersion", "Os", "Arch",
    "KernelVersion", "Platform", "Action", "Actor", "ID", "Attributes", "scope", "time", "timeNano",
]
# fmt: on
TEXTS = st.text(max_size=8) | st.sampled_from(
    [
        "running",
        "Up 2 hours (healthy)",
        "2026-11-21T05:35:32.979579755Z",
        "0001-01-01T00:00:00Z",
        "<none>:<none>",
        "/a/b",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | TEXTS, inner, max_size=6),
    max_leaves=20,
)
OBJECTS = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=12)


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text())


def container(**raw: Any) -> Container:
    return Container.from_json({"Id": "c" * 64, **raw}, NOW)


@given(OBJECTS)
def test_models_take_anything(raw: dict[str, Any]) -> None:
    made = Container.from_json(raw, NOW)
    assert isinstance(made.name, str)
    hash((made, made.short_id, made.project, made.service, made.running, merge_since(made, made)))
    image = Image.from_json(raw)
    hash((image, image.name, image.short_id, image.dangling))
    for model in (Network, Volume, Event):
        model.from_json(raw)
    for value in (Version, Port, Mount):
        hash(value.from_json(raw))
    hash(Attachment.from_json("x", raw))


@given(JSON)
def test_lists_take_anything_that_is_a_list_and_call_the_rest_an_error(reply: Any) -> None:
    for one in (resource.listing for resource in RESOURCES):
        items = reply.get(one.member) if one.member and isinstance(reply, dict) else reply
        if items is None or (
            isinstance(items, list)
            and all(isinstance(item, dict) and item.get(one.key) and isinstance(item[one.key], str) for item in items)
        ):
            assert isinstance(one.parse(reply, NOW), list)
        else:
            with pytest.raises(EngineError):
                one.parse(reply, NOW)


@pytest.mark.parametrize("engine", ENGINES)
def test_recorded_containers(engine: str) -> None:
    found = {made.name: made for made in CONTAINERS.parse(recorded(f"containers_{engine}"), NOW)}
    assert set(found) == {"web", "idle", "gone"}
    web, gone = found["web"], found["gone"]
    assert (web.state, web.running, web.exit_code, web.labels) == ("running", True, None, {"a": "b"})
    assert (gone.state, gone.running, gone.exit_code) == ("exited", False, 1)
    assert {(port.private, port.public, port.type) for port in web.ports} == {(80, 8080, "tcp")}
    assert web.networks[0].ip
    assert len(web.networks[0].network_id) == 64
    assert web.image_id.startswith("sha256:")
    assert web.size_root is not None
    assert web.size_rw is not None, "left out by Docker when it is zero"
    assert web.since is not None


@pytest.mark.parametrize("engine", ENGINES)
def test_recorded_images_networks_volumes(engine: str) -> None:
    (image,) = IMAGES.parse(recorded(f"images_{engine}"))
    assert image.tags[0].endswith("busybox:latest")
    assert not image.dangling
    assert image.size > 1_000_000
    assert len(image.short_id) == 12
    assert image.containers == (None if engine == "docker20" else 3)
    networks = {network.name: network for network in NETWORKS.parse(recorded(f"networks_{engine}"))}
    assert networks["bridge"].subnets[0].startswith("10.")
    assert networks["bridge"].created is not None
    assert {volume.name for volume in VOLUMES.parse(recorded(f"volumes_{engine}"))} <= {"v1"}


@pytest.mark.parametrize(
    ("engine", "api", "podman"), [("docker20", "1.41", False), ("docker28", "1.51", False), ("podman5", "1.41", True)]
)
def test_recorded_versions(engine: str, api: str, podman: bool) -> None:
    version = Version.from_json(recorded(f"version_{engine}"))
    assert (version.api_max, version.podman, version.os, version.arch) == (api, podman, "linux", "amd64")


def test_containers_are_equal_by_value_not_by_order_or_age() -> None:
    one = {"PrivatePort": 80, "PublicPort": 8080, "IP": "::", "Type": "tcp"}
    two = {"PrivatePort": 53, "Type": "udp"}
    ports = [{"Destination": "/b"}, {"Destination": "/a"}]
    networks = {"NetworkSettings": {"Networks": {"x": {"IPAddress": "1"}, "a": {}}}}
    reverse = {"NetworkSettings": {"Networks": {"a": {}, "x": {"IPAddress": "1"}}}}
    left = container(Ports=[one, two], Mounts=ports, Names=["/a", "/b/link"], Status="Up 5 minutes", **networks)
    right = container(Ports=[two, one], Mounts=ports[::-1], Names=["/b/link", "/a"], Status="Up 6 minutes", **reverse)
    assert left == right
    assert left.name == "a"
    assert left.since != right.since
    assert left != container(Ports=[one], Mounts=ports, Names=["/a", "/b/link"], **networks)
    assert left != container(
        Ports=[one, two], Mounts=ports, Names=["/a", "/b/link"], Status="Up 5 minutes (healthy)", **networks
    )


@pytest.mark.parametrize(
    ("names", "name"), [(None, "c" * 12), ([], "c" * 12), (["plain"], "plain"), (["/x/y", "/z"], "z")]
)
def test_a_container_always_has_a_name(names: Any, name: str) -> None:
    assert container(Names=names).name == name


@pytest.mark.parametrize(
    ("said", "state"),
    [("Running", "running"), ("configured", "created"), ("stopped", "exited"), (None, ""), ("new", "new")],
)
def test_states_are_dockers(said: Any, state: str) -> None:
    assert container(State=said).state == state


def test_the_health_that_newer_engines_list_counts() -> None:
    assert container(Status="Up 1 hour", Health={"Status": "unhealthy", "FailingStreak": 3}).health == "unhealthy"
    assert container(Status="Up 1 hour (healthy)", Health={"Status": "none"}).health == "healthy"


def test_a_finer_estimate_of_since_is_kept_while_it_can_be_true() -> None:
    fresh = container(State="running", Status="Up 4 seconds")
    later = replace(container(State="running", Status="Up About an hour"), since=NOW - 60)
    assert fresh.since == NOW - 4
    merged = merge_since(fresh, later)
    assert (merged.since, merged.since_error) == (NOW - 4, 1)
    assert merged.status == "Up About an hour"
    paused = container(State="paused", Status="Up 4 seconds (Paused)")
    assert merge_since(fresh, replace(paused, since_error=60.0)).since_error == 1


def test_of_two_estimates_as_fine_the_first_is_kept() -> None:
    heard = container(State="running", Status="Up 3 hours")
    again = replace(container(State="running", Status="Up 3 hours"), since=(heard.since or 0) + 60)
    assert merge_since(heard, again).since == heard.since


@pytest.mark.parametrize(
    "new",
    [
        container(State="running", Status="Up Less than a second"),
        container(State="exited", Status="Exited (0) 4 minutes ago"),
        container(State="created", Status="Created"),
        container(State="running", Status="Up 10 minutes"),
    ],
    ids=["finer", "another state", "no age", "another beginning"],
)
def test_an_estimate_of_since_is_not_kept_for_another_beginning(new: Container) -> None:
    old = container(State="running", Status="Up 4 minutes")
    assert merge_since(replace(old, since_error=2.0), new) is new


def test_images_without_tags_are_dangling() -> None:
    for tags in (None, [], ["<none>:<none>"]):
        image = Image.from_json({"Id": "sha256:" + "a" * 64, "RepoTags": tags, "RepoDigests": ["r.io/x@sha256:1"]})
        assert (image.dangling, image.name, image.short_id) == (True, "r.io/x", "a" * 12)
    assert Image.from_json({"RepoDigests": ["<none>@<none>"]}).name == "<none>"
    tagged = Image.from_json({"RepoTags": ["b:1", "a:1"]})
    assert (tagged.name, tagged.dangling) == ("a:1", False)


def test_what_was_not_computed_is_none_and_not_minus_one() -> None:
    volume = Volume.from_json({"Name": "v", "UsageData": {"Size": -1, "RefCount": -1}})
    assert (volume.size, volume.ref_count) == (None, None)
    assert Image.from_json({"Containers": -1}).containers is None
    assert Image.from_json({"Containers": 0}).containers == 0


def test_events_say_action_and_detail_apart() -> None:
    raw = {
        "Type": "container",
        "Action": "health_status: healthy",
        "Actor": {"ID": "abc", "Attributes": {"name": "web", "odd": 7}},
        "scope": "local",
        "time": 5,
        "timeNano": 5_000_000_001,
    }
    event = Event.from_json(raw)
    assert (event.action, event.detail, event.actor) == ("health_status", "healthy", "abc")
    assert (event.attributes, event.time_ns) == ({"name": "web"}, 5_000_000_001)
    assert Event.from_json({"Action": "exec_create: sh -c 'a: b'", "time": 5}) == event._replace(
        type="", action="exec_create", detail="sh -c 'a: b'", actor="", attributes={}, time_ns=5_000_000_000
    )


@pytest.mark.parametrize(
    ("said", "created"),
    [
        ("2026-11-21T05:35:32.979579755Z", 1795239332.979579),
        ("2026-11-21T06:35:32+01:00", 1795239332.0),
        ("0001-01-01T00:00:00Z", None),
        ("yesterday", None),
        (1795239332, 1795239332.0),
        (10**30, None),
        (True, None),
        (None, None),
    ],
)
def test_instants(said: Any, created: float | None) -> None:
    assert Network.from_json({"Created": said}).created == created
