"""Docker's own library for Python on the demo Engine and on a real one: each call of the table gives the same.

A case is a function of a client and a container that runs and has printed `one` and `two`; what it returns must be
true. What needs a registry runs on the demo Engine alone.
"""

from __future__ import annotations

import io
import tarfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import docker
import docker.errors
import pytest

from tests.cases import Case, table
from tests.contract.raw_http import Http
from tests.contract.workshop import Workshop, await_that

Client = Any
"""docker.DockerClient: the library has no types."""


class Stage:
    """A client of one Engine, and a container that runs there."""

    def __init__(self, url: str) -> None:
        self.demo = "dockertui-demo" in url
        self.shop = Workshop(Http(url))
        self.client: Client = docker.DockerClient(base_url=url, timeout=60)
        self.box: Any = self.run(
            name=self.name("box"), labels={"made-by": "py"}, ports={"80/tcp": ("127.0.0.1", 18432)}
        )
        await_that(lambda: b"two" in self.box.logs(), "the first lines of the container")

    def name(self, word: str) -> str:
        return self.shop.name(word)

    def run(self, command: Sequence[str] = ("sh", "-c", "echo one; echo two >&2; sleep 1d"), **wanted: object) -> Any:
        """A container that runs detached, ended at once when it is to stop."""
        made = self.client.containers.run("busybox", list(command), detach=True, stop_signal="SIGKILL", **wanted)
        self.shop.containers.append(made.id)
        return made

    def close(self) -> None:
        self.shop.close()
        self.client.close()


@pytest.fixture(scope="module")
def stage(url: str) -> Iterator[Stage]:
    stage = Stage(url)
    yield stage
    stage.close()


def said(stage: Stage, *words: str, tty: bool = False) -> tuple[int, bytes]:
    """A command's exit code and what it prints: it is run until there is something.

    The library loses what comes in one piece with the head of the reply, on every Engine.
    """
    for _ in range(100):
        code, output = stage.box.exec_run(list(words), tty=tty)
        if output:
            return code, output
    raise AssertionError(f"{words} never printed anything")


def streamed(stage: Stage) -> list[bytes]:
    """What a command prints, piece by piece."""
    for _ in range(100):
        if pieces := [*stage.box.exec_run(["echo", "hi"], stream=True).output]:
            return pieces
    raise AssertionError("nothing was ever printed")


def tagged(stage: Stage) -> bool:
    name = stage.name("t")
    assert stage.client.images.get("busybox").tag(name, "1")
    stage.client.images.remove(f"{name}:1")
    return f"{name}:1" not in stage.client.images.get("busybox").tags


def exec_socket(stage: Stage) -> bool:
    made = stage.client.api.exec_create(stage.box.id, ["cat"], stdin=True, tty=True)
    return b"typed" in talk(stage.client.api.exec_start(made["Id"], tty=True, socket=True), b"typed\n")


def attach_socket(stage: Stage) -> bool:
    made = stage.run(("cat",), tty=True, stdin_open=True, network_mode="none")
    return b"typed" in talk(made.attach_socket(params={"stdin": 1, "stdout": 1, "stream": 1}), b"typed\n")


def talk(connection: Any, typed: bytes) -> bytes:
    """Write to a connection, and what comes until it has repeated that."""
    own, heard = connection._sock, b""
    own.settimeout(60)
    own.sendall(typed)
    while typed.strip() not in heard and (piece := own.recv(4096)):
        heard += piece
    connection.close()
    return heard


def a_tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        entry = tarfile.TarInfo("put")
        entry.size = 4
        tar.addfile(entry, io.BytesIO(b"mine"))
    return buffer.getvalue()


def exported(stage: Stage) -> bool:
    with tarfile.open(fileobj=io.BytesIO(b"".join(stage.box.export()))) as tar:
        return "etc/passwd" in tar.getnames()


def lives(verb: str, state: str) -> Callable[[Stage], bool]:
    """A container after a verb is in a state."""

    def check(stage: Stage) -> bool:
        made = stage.run(("sleep", "1d"), network_mode="none")
        getattr(made, verb)(**({"timeout": 1} if verb in ("stop", "restart") else {}))
        await_that(lambda: stage.shop.state(made.id) == state, state)
        return True

    return check


def renamed(stage: Stage) -> bool:
    made = stage.run(("sleep", "1d"), network_mode="none")
    made.rename(stage.name("renamed"))
    made.reload()
    return bool(made.name == stage.name("renamed"))


def made_fully(stage: Stage) -> Any:
    made = stage.client.containers.create(
        "busybox", ["true"], name=stage.name(f"full-{time.monotonic_ns()}"), environment={"A": "b"}, mem_limit="64m",
        restart_policy={"Name": "on-failure", "MaximumRetryCount": 2}, network_mode="none",
        volumes={"/tmp": {"bind": "/host", "mode": "ro"}},
        user="root", working_dir="/tmp", cap_add=["NET_ADMIN"], hostname="named", read_only=True,
    )  # fmt: skip
    stage.shop.containers.append(made.id)
    made.reload()
    return made


def inspect_full(stage: Stage) -> bool:
    attributes = made_fully(stage).attrs
    host, config = attributes["HostConfig"], attributes["Config"]
    assert (host["Memory"], host["ReadonlyRootfs"]) == (64 << 20, True)
    assert [one.removeprefix("CAP_") for one in host["CapAdd"]] == ["NET_ADMIN"]
    assert (config["Hostname"], config["WorkingDir"], config["User"]) == ("named", "/tmp", "root")
    assert "A=b" in config["Env"]
    return [one["Destination"] for one in attributes["Mounts"]] == ["/host"]


def networked(stage: Stage) -> Iterator[Any]:
    """A network with a container on it; then without it."""
    network = stage.client.networks.create(stage.name(f"net-{time.monotonic_ns()}"), driver="bridge")
    stage.shop.networks.append(network.id)
    network.connect(stage.box)
    network.reload()
    yield network
    network.disconnect(stage.box)
    network.remove()


def connected(stage: Stage) -> bool:
    steps = networked(stage)
    found = [one.id for one in next(steps).containers]
    assert list(steps) == []
    return bool(found == [stage.box.id])


def removed(stage: Stage) -> bool:
    (network,) = networked(stage)
    with pytest.raises(docker.errors.NotFound):
        network.reload()
    return True


def volume(stage: Stage) -> bool:
    made = stage.client.volumes.create(stage.name("vol"), labels={"made-by": "py"})
    assert made.attrs["Labels"] == {"made-by": "py"}
    made.remove()
    with pytest.raises(docker.errors.NotFound):
        made.reload()
    return True


def pruned(kind: str) -> Callable[[Stage], bool]:
    """What carries a label of the test's own is pruned, and nothing else."""

    def check(stage: Stage) -> bool:
        family = getattr(stage.client, kind)
        made = family.create(stage.name(f"prune-{kind}"), labels={stage.name("only"): "1"})
        named_too = {"all": True} if kind == "volumes" and stage.demo else {}
        gone = family.prune(filters={"label": stage.name("only"), **named_too})
        left = [one.name for one in family.list()]
        if made.name in left:  # a real Engine up to API 1.41 prunes it, later ones the anonymous ones alone
            made.remove()
        return made.name in [*(gone.get("NetworksDeleted") or []), *(gone.get("VolumesDeleted") or [])]

    return check


def built(stage: Stage) -> bool:
    text = b"FROM busybox\nRUN echo made\n"
    image, log = stage.client.images.build(fileobj=io.BytesIO(text), tag=stage.name("built"), rm=True)
    stage.shop.tags.append(f"{stage.name('built')}:latest")
    return any("made" in one.get("stream", "") for one in log) and bool(image.tags)


def build_failure(stage: Stage) -> bool:
    with pytest.raises(docker.errors.BuildError, match="returned a non-zero code: 3"):
        stage.client.images.build(fileobj=io.BytesIO(b"FROM busybox\nRUN exit 3\n"), rm=True)
    return True


def events(stage: Stage, **filters: object) -> set[str]:
    """What the Engine tells of a container from its creation to now: an Engine keeps but the last 256 events."""
    made = stage.run(("true",), network_mode="none")
    made.wait()
    found = stage.client.events(since=int(time.time()) - 60, until=int(time.time()) + 1, decode=True, **filters)
    return {one["Action"] for one in found if one["Actor"]["ID"] == made.id}


def not_found(stage: Stage) -> bool:
    with pytest.raises(docker.errors.NotFound):
        stage.client.containers.get("nosuch")
    return True


def swarm(stage: Stage) -> bool:
    """No Engine here is in a swarm; one is asked to say so."""
    with pytest.raises(docker.errors.APIError, match="not a swarm manager") as raised:
        stage.client.services.list()
    return bool(raised.value.status_code == 503)


def saved(stage: Stage) -> bytes:
    return b"".join(stage.client.images.get("busybox").save(named=True))


def loaded(stage: Stage) -> bool:
    return [one.id for one in stage.client.images.load(saved(stage))] == [stage.client.images.get("busybox").id]


CALLS: dict[str, Callable[[Stage], Any]] = {
    "ping": lambda on: on.client.ping(),
    "version": lambda on: on.client.version()["ApiVersion"].startswith("1."),
    "df": lambda on: {"Images", "Containers", "Volumes"} <= on.client.df().keys(),
    "containers.list": lambda on: on.box.id in [one.id for one in on.client.containers.list(all=True)],
    "name": lambda on: on.client.containers.get(on.box.id).name == on.name("box"),
    "status": lambda on: on.client.containers.get(on.box.id).status == "running",
    "labels": lambda on: on.box.labels["made-by"] == "py",
    "ports": lambda on: on.client.containers.get(on.box.id).ports["80/tcp"][0]["HostPort"] == "18432",
    "health": lambda on: on.box.health == "unknown",
    "logs": lambda on: sorted(on.box.logs().split()) == [b"one", b"two"],
    "logs_timestamps": lambda on: on.box.logs(timestamps=True, stderr=False).split()[0].endswith(b"Z"),
    "logs_stderr": lambda on: on.box.logs(stdout=False) == b"two\n",
    "top_aux": lambda on: "PID" in on.box.top(ps_args="aux")["Titles"],
    "diff": lambda on: on.box.diff() is None or on.box.diff(),
    "stats_stream": lambda on: len([*islice(on.box.stats(decode=True), 2)]) == 2,
    "exec_run": lambda on: said(on, "echo", "hi") == (0, b"hi\n"),
    "exec_stream": lambda on: b"".join(streamed(on)) == b"hi\n",
    "exec_tty": lambda on: said(on, "echo", "hi", tty=True) == (0, b"hi\r\n"),
    "exec_socket": exec_socket,
    "exec_false": lambda on: on.box.exec_run(["false"]).exit_code == 1,
    "put_archive": lambda on: on.box.put_archive("/tmp", a_tar()) and said(on, "cat", "/tmp/put") == (0, b"mine"),
    "export": exported,
    "run_detach": lambda on: on.run(("sleep", "1d"), network_mode="none").status == "created",
    "stop": lives("stop", "exited"),
    "restart": lives("restart", "running"),
    "pause": lives("pause", "paused"),
    "kill": lives("kill", "exited"),
    "rename": renamed,
    "reload": lambda on: on.box.reload() is None,
    "resize": lambda on: on.box.resize(30, 90) is None,
    "wait": lambda on: on.run(("sh", "-c", "exit 7"), network_mode="none").wait()["StatusCode"] == 7,
    "attach_socket": attach_socket,
    "create_full": lambda on: made_fully(on).status == "created",
    "inspect_full": inspect_full,
    "images.list": lambda on: "busybox:latest" in [tag for one in on.client.images.list() for tag in one.tags],
    "images.list_filter": lambda on: on.client.images.list(name="busybox", filters={"dangling": False}),
    "history": lambda on: on.client.images.get("busybox").history()[0]["Size"] >= 0,
    "tag": tagged,
    "pull": lambda on: on.client.images.pull("py/pulled", tag="1").tags == ["py/pulled:1"],
    "pull_latest": lambda on: on.client.images.pull("py/latest").tags == ["py/latest:latest"],
    "build": built,
    "networks": lambda on: {"bridge", "host", "none"} <= {one.name for one in on.client.networks.list()},
    "net_connect": connected,
    "net_reload": lambda on: on.client.networks.get("bridge").reload() is None,
    "net_rm": removed,
    "net_prune": pruned("networks"),
    "volumes": lambda on: isinstance(on.client.volumes.list(), list),
    "vol_create": volume,
    "vol_rm": volume,
    "vol_prune": pruned("volumes"),
    "events": lambda on: {"create", "start", "die"} <= events(on),
    "events_filtered": lambda on: events(on, filters={"event": "start"}) == {"start"},
    "get_missing(404)": not_found,
    "build_failure(BuildError)": build_failure,
    "save": lambda on: b"manifest.json" in saved(on),
    "load": loaded,
    "search": lambda on: on.client.images.search("nginx")[0]["name"] == "nginx",
    "registry data (/distribution)": lambda on: on.client.images.get_registry_data("nginx").id.startswith("sha256:"),
    "services": swarm,
    "swarm": lambda on: on.client.swarm.attrs == {},
}  # fmt: skip
NEED_A_REGISTRY = frozenset(("pull", "pull_latest", "search", "registry data (/distribution)"))


@table("demo_engine_docker_py")
def test_a_call_of_the_library(stage: Stage, case: Case) -> None:
    if case.given in NEED_A_REGISTRY and not stage.demo:
        pytest.skip("a real Engine would need a registry for this")
    assert CALLS[case.given](stage)
