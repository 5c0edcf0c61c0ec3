"""How the scenes describe a container, and how a description becomes one."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dockertui.demo.world import images, logs, networks
from dockertui.demo.world.host import Host
from dockertui.demo.world.lifecycle import published
from dockertui.demo.world.objects import (
    Attachment,
    Container,
    Health,
    HealthStatus,
    Mount,
    Probe,
    State,
    Temper,
    Volume,
)
from dockertui.demo.world.volumes import ANONYMOUS

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


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
    entrypoint: tuple[str, ...] = ()
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


def compose(project: str, service: str, number: int = 1, depends: str = "") -> dict[str, str]:
    """The labels that Docker Compose puts on a container."""
    digest = f"{zlib.crc32(f'{project}/{service}'.encode()):08x}" * 8
    return {
        "com.docker.compose.config-hash": digest,
        "com.docker.compose.container-number": str(number),
        "com.docker.compose.depends_on": depends,
        "com.docker.compose.oneoff": "False",
        "com.docker.compose.project": project,
        "com.docker.compose.project.config_files": f"/srv/{project}/compose.yaml",
        "com.docker.compose.project.working_dir": f"/srv/{project}",
        "com.docker.compose.service": service,
        "com.docker.compose.version": "2.40.3",
    }


def place(host: Host, spec: Spec) -> Container:
    """Put the container described by `spec` on the host, as it stands at the host's birth."""
    container = Container(
        id=host.new_id(),
        name=spec.name,
        image=spec.image,
        image_id=images.find(host, spec.image).id,
        created=host.born - spec.created,
        config=_config(host, spec),
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
    _attach(host, spec, container)
    host.add_container(container)
    if spec.state != "created":
        _age(host, spec, container)
    return container


def _config(host: Host, spec: Spec) -> dict[str, Any]:
    image = images.find(host, spec.image)
    config: dict[str, Any] = {
        **{key: image.config[key] for key in ("Cmd", "Entrypoint", "WorkingDir", "User") if image.config.get(key)},
        "Image": spec.image,
        "Env": [*spec.env, *image.config.get("Env", [PATH])],
        "Labels": {**image.labels, **spec.labels},
        "Tty": spec.tty,
        "OpenStdin": spec.tty,
    }
    given = {
        "Cmd": [*spec.cmd],
        "Entrypoint": [*spec.entrypoint],
        "User": spec.user,
        "WorkingDir": spec.workdir,
        "ExposedPorts": {_split_port(text)[0]: {} for text in spec.ports},
    }
    config |= {key: value for key, value in given.items() if value}
    if spec.check:
        config["Healthcheck"] = {
            "Test": ["CMD-SHELL", spec.check.command],
            "Interval": int(spec.check.every * 1e9),
            "Timeout": 5_000_000_000,
            "Retries": spec.check.retries,
        }
    return config


def _split_port(text: str) -> tuple[str, list[dict[str, str]] | None]:
    *outside, inside = text.split(":")
    if not outside:
        return inside, None
    address = ":".join(outside[:-1])
    return inside, [{"HostIp": address, "HostPort": outside[-1]}]


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
    writable = "ro" not in options
    if source.startswith("/"):
        return Mount("bind", target, "", source, "", ",".join(options), writable, "rprivate")
    if source:
        return Mount("volume", target, source, host.volume(source).mountpoint, "local", "z", writable)
    name = host.new_id()
    host.volumes[name] = Volume(name, host.born - 40 * DAY, labels={ANONYMOUS: ""}, size=8 << 20)
    return Mount("volume", target, name, host.volumes[name].mountpoint, "local", "", writable)


def _attach(host: Host, spec: Spec, container: Container) -> None:
    for name, aliases in (spec.networks or {"bridge": ()}).items():
        network = host.network(name)
        attachment = Attachment("" if spec.state == "created" else network.id, [*aliases])
        container.attachments[name] = attachment
        if spec.state in ("running", "paused"):
            networks.give_address(network, container, attachment)


def _age(host: Host, spec: Spec, container: Container) -> None:
    born = host.born
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
    if spec.state == "running" and spec.temper.runs_for is not None:
        container.exit_due = born + spec.temper.runs_for
    if spec.temper.rests_for is not None and spec.state in ("restarting", "exited"):
        container.start_due = born + spec.temper.rests_for / 2
    _history(host, spec, container)


def _health(spec: Spec, check: Check, born: float) -> Health:
    health = Health(check.status, check.streak)
    count = 5 if check.status != "starting" else 1
    code, output = spec.temper.probe_exit, spec.temper.probe_output
    if check.status == "starting":
        code, output = 1, "not ready yet\n"
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
