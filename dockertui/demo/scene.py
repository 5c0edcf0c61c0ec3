"""The beginning: reads `scene.json`, and makes images, networks, volumes and containers of it.

Ages count back from the host's birth: days, or as '5d2h'. The rest of an entry is said as `Spec` and `Temper` have it.
"""

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dockertui.demo import images, logs, networks
from dockertui.demo.host import Host
from dockertui.demo.lifecycle import published
from dockertui.demo.objects import (
    PATH,
    Attachment,
    Container,
    Health,
    HealthStatus,
    Image,
    Mount,
    Network,
    Probe,
    State,
    Temper,
    Volume,
)  # fmt: skip
from dockertui.demo.volumes import ANONYMOUS

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
HOUR, DAY = _UNITS["h"], _UNITS["d"]


@dataclass(frozen=True, slots=True)
class Check:
    """A health check: command, seconds between two runs, and where it stands at the beginning."""

    command: str
    every: float = 30.0
    status: HealthStatus = "healthy"
    retries: int = 3
    streak: int = 0


@dataclass(frozen=True, slots=True)
class Spec:
    """A container as a scene tells it. Ages are seconds before the host's birth.

    ports: '8080:80/tcp', '127.0.0.1:9000:9000/udp', or '80/tcp' for exposed only.
    mounts: 'volume:/path[:ro]', '/host/path:/path[:ro]', ':/path' (anonymous), 'tmpfs:/path'.
    networks: name -> aliases.
    """

    name: str
    image: str
    cmd: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()
    networks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    memory: int = 0
    cpus: float = 0.0
    pids: int = 0
    restart: str = "no"
    retries: int = 0
    user: str = ""
    workdir: str = ""
    tty: bool = False
    read_only: bool = False
    check: Check | None = None
    temper: Temper = field(default_factory=Temper)
    state: State = "running"
    exit_code: int = 0
    oom: bool = False
    error: str = ""
    created: float = DAY
    started: float = 3 * HOUR
    finished: float | None = None
    restarts: int = 0
    size_rw: int = 0
    last_words: tuple[str, ...] = ()


def build(host: Host) -> Host:
    """Fill an empty host."""
    scene: dict[str, list[Any]] = json.loads(Path(__file__).with_name("scene.json").read_text(encoding="utf-8"))
    for told in scene["images"]:
        created = host.born - told["days"] * DAY
        add_image(host, tuple(told["tags"]), int(told["MB"] * 1e6), created, told.get("config", {}))
    # The two releases of the API, and the dangling build between them, stand on the same base layers.
    family = [one for one in host.images.values() if one.config.get("WorkingDir") == "/app"]
    for image in family[1:]:
        image.layers[:2] = family[0].layers[:2]
    host.build_records = scene["build cache"]
    host.plugins = {one["Id"]: one for one in scene["plugins"]}
    for told in scene["networks"]:
        network = Network(host.new_id(), created=host.born - told.pop("days") * DAY, **told)
        host.networks[network.id] = network
    for told in scene["volumes"]:
        name = told["name"] or host.new_id()
        host.volumes[name] = Volume(
            name, host.born - told["days"] * DAY, labels=told.get("labels"), size=int(told["MB"] * 1e6)
        )
    for told in scene["containers"]:
        place(host, _spec(told))
    for ago, name, action, *attributes in scene["past"]:  # what the event stream still has of it
        host.tell(host.container(name), action, host.born - ago, **(attributes[0] if attributes else {}))
    return host


def _spec(told: dict[str, Any]) -> Spec:
    """A container's entry: ages and sizes become numbers, the parts objects."""
    if "compose" in told:
        told["labels"] = compose(*told.pop("compose"))
    for parts in (told, told.get("temper", {})):
        for key, value in parts.items():
            if isinstance(value, list):
                parts[key] = tuple(map(tuple, value)) if key == "processes" else tuple(value)
            elif key in ("created", "started", "finished"):
                parts[key] = sum(float(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([dhms])", value))
            elif key == "memory":
                parts[key] = int(value.removesuffix("MiB")) << 20
    made = {"temper": Temper, "check": Check}
    return Spec(**{key: made[key](**value) if key in made else value for key, value in told.items()})


def compose(project: str, service: str, number: int = 1, depends: str = "") -> dict[str, str]:
    """The labels that Docker Compose puts on a container."""
    return {
        "com.docker.compose.config-hash": f"{zlib.crc32(f'{project}/{service}'.encode()):08x}" * 8,
        "com.docker.compose.container-number": str(number),
        "com.docker.compose.depends_on": depends,
        "com.docker.compose.oneoff": "False",
        "com.docker.compose.project": project,
        "com.docker.compose.project.config_files": f"/srv/{project}/compose.yaml",
        "com.docker.compose.project.working_dir": f"/srv/{project}",
        "com.docker.compose.service": service,
        "com.docker.compose.version": "2.40.3",
    }


# -- images ---------------------------------------------------------------------------------------


def add_image(host: Host, tags: tuple[str, ...], size: int, created: float, config: dict[str, Any]) -> Image:
    """An image with layers, history and (when it has a name) a digest, following from its name and size."""
    seed = f"{tags} {size}"
    sizes = images.shares(size)
    image = Image(f"sha256:{host.new_id()}", created, size, sorted(tags), config={"Env": [PATH], **config})
    image.layers = [f"sha256:{images.digest(f'{seed} layer {nth}')}" for nth in range(len(sizes))]
    image.steps = _steps(config, sizes)
    image.tagged = created + HOUR
    if tags:
        image.digests = [f"{tags[0].rpartition(':')[0]}@sha256:{images.digest(f'{seed} manifest')}"]
    host.images[image.id] = image
    return image


def _steps(config: dict[str, Any], sizes: list[int]) -> list[tuple[str, int]]:
    """History, newest first: (created by, bytes)."""
    base, packages, files, links = sizes
    given = [(word, config.get(word.capitalize())) for word in ("CMD", "ENTRYPOINT")]
    return [
        *((f"{word} {value}".replace("'", '"'), 0) for word, value in given if value),
        ("RUN /bin/sh -c ln -sf /dev/stdout /var/log/app.log # buildkit", links),
        ("COPY . /app # buildkit", files),
        ("RUN /bin/sh -c apt-get update && apt-get install -y ca-certificates curl # buildkit", packages),
        ("ENV LANG=C.UTF-8", 0),
        ("# debian.sh --arch 'amd64' out/ 'bookworm' '@1736726400'", base),
    ]


# -- containers -----------------------------------------------------------------------------------


def place(host: Host, spec: Spec) -> Container:
    """Put the container described by `spec` on the host, as it stands at the host's birth."""
    image = images.find(host, spec.image)
    container = Container(
        id=host.new_id(),
        name=spec.name,
        image=spec.image,
        image_id=image.id,
        created=host.born - spec.created,
        config=_config(image, spec),
        host_config=_host_config(spec),
        mounts=[_mount(host, text) for text in spec.mounts if not text.startswith("tmpfs:")],
        temper=spec.temper,
        state=spec.state,
        exit_code=spec.exit_code,
        oom_killed=spec.oom,
        error=spec.error,
        restart_count=spec.restarts,
        size_rw=spec.size_rw,
    )
    container.config["Hostname"] = container.id[:12]
    for name, aliases in (spec.networks or {"bridge": ()}).items():
        network = host.network(name)
        container.attachments[name] = Attachment("" if spec.state == "created" else network.id, [*aliases])
        if spec.state in ("running", "paused"):
            networks.give_address(network, container, container.attachments[name])
    host.add_container(container)
    if spec.state != "created":
        _age(host, spec, container)
    return container


def _config(image: Image, spec: Spec) -> dict[str, Any]:
    given: dict[str, Any] = {
        "Cmd": [*spec.cmd],
        "User": spec.user,
        "WorkingDir": spec.workdir,
        "ExposedPorts": {_split_port(text)[0]: {} for text in spec.ports},
        "Healthcheck": spec.check
        and {
            "Test": ["CMD-SHELL", spec.check.command],
            "Interval": int(spec.check.every * 1e9),
            "Timeout": 5_000_000_000,
            "Retries": spec.check.retries,
        },
    }
    return {
        **{key: image.config[key] for key in ("Cmd", "Entrypoint", "WorkingDir", "User") if image.config.get(key)},
        "Image": spec.image,
        "Env": [*spec.env, *image.config.get("Env", [PATH])],
        "Labels": {**image.labels, **spec.labels},
        "Tty": spec.tty,
        "OpenStdin": spec.tty,
        **{key: value for key, value in given.items() if value},
    }


def _split_port(text: str) -> tuple[str, list[dict[str, str]] | None]:
    outside, _, inside = text.rpartition(":")
    address, _, port = outside.rpartition(":")
    return inside, [{"HostIp": address, "HostPort": port}] if outside else None


def _host_config(spec: Spec) -> dict[str, Any]:
    given: dict[str, Any] = {
        "Binds": [text for text in spec.mounts if not text.startswith((":", "tmpfs:"))] or None,
        "PortBindings": {port: pairs for port, pairs in map(_split_port, spec.ports) if pairs},
        "RestartPolicy": {"Name": spec.restart, "MaximumRetryCount": spec.retries},
        "NetworkMode": next(iter(spec.networks), "bridge"),
        "Memory": spec.memory,
        "MemorySwap": spec.memory * 2,
        "NanoCpus": int(spec.cpus * 1e9),
        "PidsLimit": spec.pids or None,
        "ReadonlyRootfs": spec.read_only,
        "Tmpfs": {text.removeprefix("tmpfs:"): "" for text in spec.mounts if text.startswith("tmpfs:")} or None,
    }
    return {key: value for key, value in given.items() if value}


def _mount(host: Host, text: str) -> Mount:
    source, target, *options = text.split(":")
    if source.startswith("/"):
        return Mount("bind", target, "", source, "", ",".join(options), "ro" not in options, "rprivate")
    name = source or host.new_id()
    if not source:
        host.volumes[name] = Volume(name, host.born - 40 * DAY, labels={ANONYMOUS: ""}, size=8 << 20)
    mode = "z" if source else ""
    return Mount("volume", target, name, host.volume(name).mountpoint, "local", mode, "ro" not in options)


def _age(host: Host, spec: Spec, container: Container) -> None:
    born, temper = host.born, spec.temper
    container.started = born - spec.started
    container.sandbox = host.new_id()
    if spec.finished is not None:
        container.finished = born - spec.finished
    if spec.check:
        container.health = _health(spec, spec.check, born)
        container.probe_due = born + spec.check.every * (0.2 + 0.7 * (zlib.crc32(spec.name.encode()) % 100) / 100)
    if spec.state in ("running", "paused"):
        container.pid = host.new_pid()
        container.ports = published(container)
    if spec.state == "paused":
        container.paused_at = born - spec.started / 2
    if spec.state == "running" and temper.runs_for is not None:
        container.exit_due = born + temper.runs_for
    if temper.rests_for is not None and spec.state in ("restarting", "exited"):
        container.start_due = born + temper.rests_for / 2
    _history(host, spec, container)


def _health(spec: Spec, check: Check, born: float) -> Health:
    health = Health(check.status, check.streak)
    count, code, output = 5, spec.temper.probe_exit, spec.temper.probe_output
    if check.status == "starting":
        count, code, output = 1, 1, "not ready yet\n"
    for nth in range(count):
        when = born - (count - nth) * check.every + 3
        health.log.append(Probe(when, when + 0.045, code, output))
    return health


def _history(host: Host, spec: Spec, container: Container) -> None:
    """Lines printed before the host's birth; those of running containers are made when first asked for."""
    begun = container.started or host.born
    if spec.state == "running":
        container.log_from = begun
        return
    until = container.paused_at or container.finished or host.born
    if spec.state == "paused":
        logs.print_lines(host, container, begun, until)
    for nth, text in enumerate(spec.last_words):
        logs.write(container, until - (len(spec.last_words) - nth) * 0.01, text, stderr=spec.exit_code != 0)
