"""The same things done on each Engine end in the same objects, seen through the program's own eyes."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator
from typing import Any

import pytest

from dockertui.engine import containers, images, networks, system, volumes
from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.models import Container
from dockertui.engine.sending import send
from dockertui.engine.stats import usage
from tests.contract.workshop import API, Workshop, await_that


@pytest.fixture
async def engine(url: str) -> AsyncIterator[Engine]:
    engine = Engine(Endpoint("contract", url, "test"))
    await engine.open()
    yield engine
    await engine.close()


async def listed(engine: Engine, identity: str) -> Container:
    (found,) = await containers.ls(engine, [identity])
    return found


async def test_the_version_is_told(engine: Engine) -> None:
    version = engine.version
    assert version is not None
    assert version.engine
    assert (version.os, version.podman) == ("linux", False)
    assert engine.supports("1.41")


async def test_each_state_reads_the_same(engine: Engine, scene: Workshop) -> None:
    box, ended, frozen, made = [await listed(engine, identity) for identity in scene.containers]
    assert [one.state for one in (box, ended, frozen, made)] == ["running", "exited", "paused", "created"]
    assert [one.running for one in (box, ended, frozen, made)] == [True, False, True, False]
    assert ended.exit_code == 3
    assert box.health in ("starting", "healthy")
    assert (box.name, box.project, box.service) == (scene.name("box"), "contract", "box")
    assert box.command == "sleep 1d"
    assert ended.command == "sh -c 'echo out; exit 3'"
    assert box.image == "busybox:latest"
    assert made.since is None
    assert box.since is not None


async def test_mounts_ports_and_networks_read_the_same(engine: Engine, scene: Workshop) -> None:
    box = await listed(engine, scene.containers[0])
    assert [(one.type, one.destination, one.rw, one.driver) for one in box.mounts] == [
        ("volume", "/anonymous", True, "local"),
        ("volume", "/data", True, "local"),
        ("bind", "/host", False, ""),
    ]
    assert box.mounts[1].name == scene.volumes[0]
    assert [(one.private, one.public, one.type) for one in box.ports] == [(80, None, "tcp")]
    (place,) = box.networks
    assert (place.network, place.network_id) == (scene.name("net"), scene.networks[0])
    assert place.ip
    assert box.network_mode == scene.name("net")


async def test_an_address_goes_with_the_process(engine: Engine, workshop: Workshop) -> None:
    workshop.network("place")
    identity = workshop.container("guest", start=True, HostConfig={"NetworkMode": workshop.name("place")})
    assert (await listed(engine, identity)).networks[0].ip
    workshop.post(f"/containers/{identity}/kill", expect=204)
    workshop.await_exit(identity)
    (place,) = (await listed(engine, identity)).networks
    assert (place.network, place.ip, place.mac) == (workshop.name("place"), "", "")


async def test_networks_and_volumes_read_the_same(engine: Engine, scene: Workshop) -> None:
    found = {network.name: network for network in await networks.ls(engine, scene.networks)}
    net, inner = found[scene.name("net")], found[scene.name("inner")]
    assert (net.driver, net.scope, net.labels) == ("bridge", "local", {"made-by": "contract"})
    assert (net.internal, net.attachable, inner.internal, inner.attachable) == (False, False, True, True)
    assert len(net.subnets) == len(net.gateways) == 1
    assert net.created
    (volume,) = await volumes.ls(engine, [scene.volumes[0]])
    assert (volume.driver, volume.scope, volume.labels) == ("local", "local", {"made-by": "contract"})
    assert volume.mountpoint.endswith(f"/{volume.name}/_data")
    assert (await system.df_volumes(engine))[volume.name].ref_count == 1


async def test_images_read_the_same(engine: Engine, scene: Workshop) -> None:
    image = next(one for one in await images.ls(engine) if "busybox:latest" in one.tags)
    assert scene.tags[0] in image.tags
    assert image.size > 0
    assert image.created > 0
    assert image.containers is None or image.containers >= 4
    assert (await images.inspect(engine, scene.tags[0]))["Id"] == image.id
    assert (await send(engine, images.history(image.id)))[0]["Id"] == image.id


async def test_the_default_networks_are_there(engine: Engine) -> None:
    found = {one.name: one.driver for one in await networks.ls(engine)}
    assert {name: found.get(name) for name in ("bridge", "host", "none")} == {
        "bridge": "bridge",
        "host": "host",
        "none": "null",
    }


async def test_stats_once_and_streamed(engine: Engine, scene: Workshop) -> None:
    once = usage(await containers.stats_once(engine, scene.containers[0]))
    assert once is not None
    assert once.memory_limit == 64 << 20
    assert once.pids == 1
    async with containers.stats_stream(engine, scene.containers[0]) as stream:
        first = await anext(stream)
        second = usage(await anext(stream), first)
    assert second is not None
    assert second.cpu is not None
    assert second.cpu >= 0
    assert second.read >= once.read
    ended = usage(await containers.stats_once(engine, scene.containers[1]))
    assert ended is None or ended.memory is None


def test_the_periods_of_a_limit_are_counted(workshop: Workshop) -> None:
    limits = {"NetworkMode": "none", "NanoCpus": 100_000_000}
    work = ["sh", "-c", "while :; do :; done"]
    limited = workshop.container("limited", start=True, Cmd=work, HostConfig=limits)
    free = workshop.container("free", start=True)

    def throttling(id: str) -> dict[str, int]:
        found: dict[str, int] = workshop.get(f"/containers/{id}/stats", stream=0)["cpu_stats"]["throttling_data"]
        return found

    await_that(lambda: throttling(limited)["periods"] > 3, "periods of the limit")
    told = throttling(limited)
    assert 0 <= told["throttled_periods"] <= told["periods"]
    assert throttling(free) == {"periods": 0, "throttled_periods": 0, "throttled_time": 0}


async def test_inspect_tells_what_was_asked_for(engine: Engine, scene: Workshop) -> None:
    shown = await containers.inspect(engine, scene.containers[0])
    host, config = shown["HostConfig"], shown["Config"]
    assert host["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 3}
    assert (host["Memory"], host["NanoCpus"], host["Tmpfs"]) == (64 << 20, 500_000_000, {"/scratch": ""})
    assert "PASSWORD=secret" in config["Env"]
    assert config["Healthcheck"]["Test"] == ["CMD-SHELL", "echo fine"]
    assert (shown["Path"], shown["Args"]) == ("sleep", ["1d"])
    place = shown["NetworkSettings"]["Networks"][scene.name("net")]
    assert "alias" in place["Aliases"]
    attached = (await networks.inspect(engine, scene.networks[0]))["Containers"]
    assert attached[scene.containers[0]]["IPv4Address"].startswith(f"{place['IPAddress']}/")


async def test_a_probe_is_kept_with_its_output(engine: Engine, scene: Workshop) -> None:
    async def log() -> list[dict[str, Any]]:
        shown = await containers.inspect(engine, scene.containers[0])
        probes: list[dict[str, Any]] = shown["State"]["Health"]["Log"]
        return probes

    while not (probes := await log()):
        pass
    assert (probes[0]["ExitCode"], probes[0]["Output"]) == (0, "fine\n")


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        (["start"], "running"),
        (["start", "pause"], "paused"),
        (["start", "pause", "unpause"], "running"),
        (["start", "stop?t=0"], "exited"),
        (["start", "kill"], "exited"),
        (["start", "pause", "kill"], "exited"),
        (["start", "restart?t=0"], "running"),
        (["restart"], "running"),
        (["start", "kill", "start"], "running"),
    ],
    ids=" ".join,
)
async def test_steps_end_in_the_same_state(engine: Engine, workshop: Workshop, steps: list[str], state: str) -> None:
    identity = workshop.container("stepped")
    for step in steps:
        workshop.post(f"/containers/{identity}/{step}", expect=204)
    await_that(lambda: workshop.state(identity) == state, state)
    one = await listed(engine, identity)
    assert (one.state, one.exit_code) == (state, 137 if state == "exited" else None)


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"status": ["paused"]}, ["frozen"]),
        ({"status": ["exited", "created"]}, ["ended", "made"]),
        ({"exited": ["3"]}, ["ended"]),
        ({"name": ["box"]}, ["box"]),
        ({"label": ["com.docker.compose.service=box"]}, ["box"]),
        ({"label": ["com.docker.compose.service=none"]}, []),
        ({"ancestor": ["busybox"]}, ["box", "ended", "frozen", "made"]),
        ({"network": ["none"]}, ["ended", "frozen", "made"]),
        ({"health": ["none"]}, ["ended", "frozen", "made"]),
        ({"volume": ["/data"]}, ["box"]),
        ({"expose": ["80"]}, ["box"]),
    ],
    ids=str,
)
def test_filters_find_the_same(scene: Workshop, filters: dict[str, list[str]], words: list[str]) -> None:
    rows = scene.get("/containers/json", all=1, filters=filters)
    mine = {row["Names"][0].removeprefix(f"/{scene.prefix}-") for row in rows if row["Id"] in scene.containers}
    assert sorted(mine) == words


def test_logs_are_framed_alike(scene: Workshop) -> None:
    body = scene.http("GET", f"{API}/containers/{scene.containers[1]}/logs?stdout=1&stderr=1").body
    assert body == struct.pack(">BxxxL", 1, 4) + b"out\n"
    stamped = scene.http("GET", f"{API}/containers/{scene.containers[1]}/logs?stdout=1&timestamps=1").body
    kind, length = struct.unpack(">BxxxL", stamped[:8])
    assert (kind, length) == (1, len(stamped) - 8)
    moment, _, text = stamped[8:].partition(b" ")
    assert (len(moment), moment[-1:], text) == (30, b"Z", b"out\n")


def test_a_list_is_the_newest_first(scene: Workshop) -> None:
    rows = scene.get("/containers/json", all=1)
    created = [row["Created"] for row in rows]
    assert created == sorted(created, reverse=True)
    assert len(scene.get("/containers/json", limit=2)) == 2


def test_prunes_answer_alike(workshop: Workshop) -> None:
    mine = {"label": [f"only={workshop.prefix}"]}
    labels = {"only": workshop.prefix}
    container = workshop.container("pruned", Labels=labels)
    network, volume = workshop.network("pruned", Labels=labels), workshop.volume("pruned", Labels=labels)
    done = workshop.post("/containers/prune", expect=200, filters=mine)
    assert done["ContainersDeleted"] == [container]
    assert isinstance(done["SpaceReclaimed"], int)
    assert workshop.post("/networks/prune", expect=200, filters=mine) == {"NetworksDeleted": [workshop.name("pruned")]}
    named_too = mine if API == "/v1.41" else {**mine, "all": ["true"]}
    assert workshop.post("/volumes/prune", expect=200, filters=named_too)["VolumesDeleted"] == [volume]
    assert workshop.http("GET", f"{API}/networks/{network}").status == 404
    for kind, key in (
        ("containers", "ContainersDeleted"),
        ("networks", "NetworksDeleted"),
        ("images", "ImagesDeleted"),
    ):
        assert workshop.post(f"/{kind}/prune", expect=200, filters=mine)[key] is None


def test_networks_connect_and_disconnect(workshop: Workshop) -> None:
    network = workshop.network("second")
    workshop.network("first")
    identity = workshop.container("joined", start=True, HostConfig={"NetworkMode": workshop.name("first")})
    request = {"Container": identity, "EndpointConfig": {"Aliases": ["nick"]}}
    workshop.post(f"/networks/{network}/connect", request, expect=200)
    shown = workshop.get(f"/containers/{identity}/json")["NetworkSettings"]["Networks"]
    assert sorted(shown) == [workshop.name("first"), workshop.name("second")]
    assert "nick" in shown[workshop.name("second")]["Aliases"]
    workshop.post(f"/networks/{network}/disconnect", {"Container": identity}, expect=200)
    shown = workshop.get(f"/containers/{identity}/json")["NetworkSettings"]["Networks"]
    assert sorted(shown) == [workshop.name("first")]
