"""The shapes of replies: every field of a real Engine is there in the demo's reply, and of the same type."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dockertui.engine.container_model import Container
from dockertui.engine.models import Image, Network, Version, Volume
from dockertui.engine.stats import usage
from tests.contract.workshop import API, Workshop, await_that

Shape = Any
"""'null', 'string', 'number', 'bool', a list ['list', shape], an object or map {'field': shape}."""

MAPS = {
    "Labels", "Options", "Networks", "Containers", "Ports", "PortBindings", "ExposedPorts", "Volumes", "Tmpfs",
    "Runtimes", "IndexConfigs", "stats", "networks", "Details", "Data", "Attributes", "DriverOpts",
}  # fmt: skip
"""Objects whose keys are data: their values alone are compared, all of them as one."""

OLD = {
    "KernelMemory", "KernelMemoryTCP", "VirtualSize", "BuilderSize", "BridgeNfIptables", "BridgeNfIp6tables",
    "AllowNondistributableArtifactsCIDRs", "AllowNondistributableArtifactsHostnames", "Expected", "Container",
    "ContainerConfig", "DomainName", "Experimental", "DefaultAddressPools", ".Error",
}  # fmt: skip
"""Fields that Engines have stopped to send; with a dot before it, a field of the whole reply alone."""

PLACE = {
    "percpu_usage", "max_usage", "failcnt", "LowerDir", "Health", "Swarm", "SystemTime", "FirewallBackend",
    "DiscoveredDevices", "Containerd", "status", "Tags", "Manifests", "Descriptor", "SizeRw", "Product License",
}  # fmt: skip
"""Fields that depend on the machine: cgroup version, storage, what is plugged in."""


def shape(value: Any, key: str = "") -> Shape:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return ["list", merged([shape(item) for item in value])]
    if key in MAPS:
        return {"*": merged([shape(item) for item in value.values()])}
    return {name: shape(item, name) for name, item in value.items()}


def merged(shapes: list[Shape]) -> Shape:
    """What all of these have: objects are united, null gives way to anything."""
    whole: Shape = "null"
    for one in shapes:
        if whole == "null":
            whole = one
        elif isinstance(whole, dict) and isinstance(one, dict):
            whole = {name: merged([whole.get(name, "null"), one.get(name, "null")]) for name in {*whole, *one}}
        elif isinstance(whole, list) and isinstance(one, list):
            whole = ["list", merged([whole[1], one[1]])]
    return whole


def drift(real: Shape, demo: Shape, path: str = "") -> list[str]:
    """Where the demo's shape is not that of the real Engine. Null can stand for anything."""
    if "null" in (real, demo):
        return []
    if isinstance(real, dict) and isinstance(demo, dict):
        lacking = [name for name in real.keys() - demo.keys() - OLD - PLACE if f"{path}.{name}" not in OLD]
        missing = [f"{path}.{name} is missing" for name in lacking]
        common = (drift(real[name], demo[name], f"{path}.{name}") for name in real.keys() & demo.keys())
        return [*missing, *(text for texts in common for text in texts)]
    if isinstance(real, list) and isinstance(demo, list):
        return drift(real[1], demo[1], f"{path}[]")
    return [] if real == demo else [f"{path} is {demo}, not {real}"]


def own(shop: Workshop, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of the scene, in its order."""
    mine = {identity: row for row in rows if (identity := row["Id"]) in shop.containers}
    return [mine[identity] for identity in shop.containers]


def committed(shop: Workshop, word: str) -> dict[str, Any]:
    """The reply to a commit of the container that runs."""
    query = {"container": shop.containers[0], "repo": shop.name(word), "tag": "1", "comment": "why", "author": "me"}
    reply: dict[str, Any] = shop.post("/commit", {}, expect=201, **query)
    shop.tags.append(f"{shop.name(word)}:1")
    return reply


def detached(shop: Workshop) -> str:
    """The id of an exec that nobody looks at, once it has ended."""
    made: str = shop.post(f"/containers/{shop.containers[0]}/exec", {"Cmd": ["true"]}, expect=201)["Id"]
    shop.post(f"/exec/{made}/start", {"Detach": True}, expect=200)
    await_that(lambda: not shop.get(f"/exec/{made}/json")["Running"], "the end of the exec")
    return made


def stream(shop: Workshop, path: str, body: bytes = b"") -> list[Any]:
    """The objects of a reply that tells its progress."""
    answer = shop.http("POST", f"{API}{path}", body)
    assert answer.status == 200, answer
    return [json.loads(line) for line in answer.body.splitlines() if line.strip()]


def loaded(shop: Workshop) -> list[Any]:
    saved = shop.http("GET", f"{API}/images/get?names=busybox:latest").body
    return stream(shop, "/images/load?quiet=1", saved)


def imported(shop: Workshop) -> list[Any]:
    root = shop.http("GET", f"{API}/containers/{shop.containers[0]}/export").body
    shop.tags.append(f"{shop.name('imported')}:1")
    return stream(shop, f"/images/create?fromSrc=-&repo={shop.name('imported')}&tag=1", root)


Reply = Callable[[Workshop], Any]

REPLIES: dict[str, Reply] = {
    "version": lambda shop: shop.get("/version"),
    "info": lambda shop: shop.get("/info"),
    "containers": lambda shop: own(shop, shop.get("/containers/json", all=1)),
    "containers with sizes": lambda shop: own(shop, shop.get("/containers/json", all=1, size=1)),
    "container that runs": lambda shop: shop.get(f"/containers/{shop.containers[0]}/json"),
    "container that ended": lambda shop: shop.get(f"/containers/{shop.containers[1]}/json"),
    "container that is paused": lambda shop: shop.get(f"/containers/{shop.containers[2]}/json"),
    "container that was made": lambda shop: shop.get(f"/containers/{shop.containers[3]}/json"),
    "container with sizes": lambda shop: shop.get(f"/containers/{shop.containers[0]}/json", size=1),
    "top": lambda shop: shop.get(f"/containers/{shop.containers[0]}/top"),
    "stats": lambda shop: shop.get(f"/containers/{shop.containers[0]}/stats", stream=0),
    "stats once": lambda shop: shop.get(f"/containers/{shop.containers[0]}/stats", stream=0, one_shot=1),
    "stats of an ended one": lambda shop: shop.get(f"/containers/{shop.containers[1]}/stats", stream=0),
    "wait": lambda shop: shop.post(f"/containers/{shop.containers[1]}/wait", expect=200),
    "images": lambda shop: shop.get("/images/json"),
    "image": lambda shop: shop.get("/images/busybox:latest/json"),
    "history": lambda shop: shop.get("/images/busybox:latest/history"),
    "networks": lambda shop: shop.get("/networks"),
    "network": lambda shop: shop.get(f"/networks/{shop.networks[0]}"),
    "volumes": lambda shop: shop.get("/volumes"),
    "volume": lambda shop: shop.get(f"/volumes/{shop.volumes[0]}"),
    "disk usage": lambda shop: shop.get("/system/df"),
    "plugins": lambda shop: shop.get("/plugins"),
    "commit": lambda shop: committed(shop, "shaped"),
    "image of a commit": lambda shop: shop.get(f"/images/{committed(shop, 'inspected')['Id']}/json"),
    "history of a commit": lambda shop: shop.get(f"/images/{committed(shop, 'history')['Id']}/history"),
    "build prune": lambda shop: shop.post("/build/prune", expect=200),
    "exec": lambda shop: shop.get(f"/exec/{detached(shop)}/json"),
    "load": lambda shop: loaded(shop),
    "import": lambda shop: imported(shop),
}


@pytest.mark.parametrize("name", REPLIES)
def test_the_demo_answers_in_the_shape_of_a_real_engine(scenes: tuple[Workshop, Workshop], name: str) -> None:
    demo, real = scenes
    assert drift(shape(REPLIES[name](real)), shape(REPLIES[name](demo))) == []


def test_drift_is_seen() -> None:
    """The test of the test: a missing field, another type, something deep."""
    real = {"A": 1, "B": {"C": ["x"]}, "Labels": {"k": "v"}, "D": None}
    assert drift(shape(real), shape({**real, "New": 1})) == []
    assert drift(shape(real), shape({**real, "D": "anything"})) == []
    assert drift(shape(real), shape({"B": {"C": ["x"]}, "Labels": {}, "D": None})) == [".A is missing"]
    assert drift(shape(real), shape({**real, "A": "1"})) == [".A is string, not number"]
    assert drift(shape(real), shape({**real, "B": {"C": [1]}})) == [".B.C[] is number, not string"]
    assert drift(shape(real), shape({**real, "Labels": {"other": 1}})) == [".Labels.* is number, not string"]


# -- the fields that the program reads ------------------------------------------------------------


class Read(dict[str, Any]):
    """A reply that notes which of its fields were asked for, and of which type they were."""

    def __init__(self, raw: dict[str, Any], path: str, noted: dict[str, set[str]]) -> None:
        super().__init__(raw)
        self._path, self._noted = path, noted

    def get(self, key: str, default: Any = None) -> Any:
        value = super().get(key, default)
        where = f"{self._path}.{key}"
        kinds = self._noted.setdefault(where, set())
        if value is not None:
            kinds.add(type(value).__name__)
        return self._wrapped(value, where)

    def items(self) -> Any:
        return [(key, self._wrapped(value, f"{self._path}.*")) for key, value in super().items()]

    def _wrapped(self, value: Any, where: str) -> Any:
        if isinstance(value, dict):
            return Read(value, where, self._noted)
        if isinstance(value, list):
            return [self._wrapped(item, f"{where}[]") for item in value]
        return value


MODELS: dict[str, tuple[Reply, Callable[[Any], Any]]] = {
    "containers": (REPLIES["containers with sizes"], lambda raw: Container.from_json(raw, 0.0)),
    "images": (REPLIES["images"], Image.from_json),
    "networks": (REPLIES["networks"], Network.from_json),
    "volumes": (lambda shop: shop.get("/system/df")["Volumes"], Volume.from_json),
    "version": (lambda shop: [shop.get("/version")], Version.from_json),
    "stats": (lambda shop: [REPLIES["stats"](shop)], usage),
}

NOT_ALWAYS = {
    ".Health", ".Health.Status",  # from API 1.52 on
    ".num_procs", ".memory_stats.privateworkingset",  # Windows
    ".memory_stats.stats.total_inactive_file", ".memory_stats.stats.inactive_file",  # cgroup v1, v2
    ".memory_stats.stats.total_cache", ".memory_stats.stats.cache", ".memory_stats.stats.file",  # v1, v1, v2
    ".cpu_stats.cpu_usage.percpu_usage", ".precpu_stats.cpu_usage.percpu_usage",  # cgroup v1
    ".SizeRw",  # left out when it is zero
}  # fmt: skip


def fields_read(shop: Workshop, name: str) -> dict[str, set[str]]:
    reply, read = MODELS[name]
    noted: dict[str, set[str]] = {}
    for raw in reply(shop):
        read(Read(raw, "", noted))
    return noted


@pytest.mark.parametrize("name", MODELS)
def test_fields_that_the_program_reads_are_in_both(scenes: tuple[Workshop, Workshop], name: str) -> None:
    demo, real = (fields_read(shop, name) for shop in scenes)
    assert real, "nothing was read"
    for field in sorted(demo.keys() & real.keys() - NOT_ALWAYS):
        if real[field]:
            assert demo[field] == real[field], field
    assert not [field for field in real.keys() - demo.keys() - NOT_ALWAYS if real[field]]
