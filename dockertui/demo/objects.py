"""What a host has: containers, images, networks and volumes, as plain mutable records.

Times are epoch seconds, sizes bytes. `config` and `host_config` hold what was asked for, in the API's
own spelling; the defaults are added when a reply is written, so that thousands of containers stay small.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Outlet = Callable[[int, bytes], Awaitable[None]]
"""Sends bytes of a channel: 1 is standard output, 2 standard error."""
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
State = Literal["created", "running", "paused", "restarting", "removing", "exited", "dead"]
HealthStatus = Literal["starting", "healthy", "unhealthy"]


@dataclass(slots=True)
class Attachment:
    """A container's place on one network; address fields are empty while the container does not run."""

    network_id: str
    aliases: list[str] = field(default_factory=list)
    endpoint_id: str = ""
    gateway: str = ""
    ip: str = ""
    prefix: int = 0
    mac: str = ""

    def release(self) -> None:
        self.endpoint_id = self.gateway = self.ip = self.mac = ""
        self.prefix = 0


@dataclass(slots=True)
class Mount:
    type: Literal["volume", "bind", "tmpfs"]
    destination: str
    name: str = ""
    source: str = ""
    driver: str = ""
    mode: str = ""
    rw: bool = True
    propagation: str = ""


@dataclass(slots=True)
class Probe:
    """One run of a health check."""

    start: float
    end: float
    exit_code: int
    output: str


@dataclass(slots=True)
class Health:
    status: HealthStatus
    failing_streak: int = 0
    log: deque[Probe] = field(default_factory=lambda: deque(maxlen=5))


@dataclass(frozen=True, slots=True)
class Temper:
    """How a container behaves: what the simulation needs and no Engine would tell.

    cpu is in CPUs (0.25 is a quarter of one), memory in bytes, net and disk in bytes per second.
    runs_for, rests_for (seconds) make it exit with exit_code, and start again, by itself. It says its
    lines when it starts, on stderr if it complains.
    probe_output and probe_exit are what its health check says, healthy_after how long it is 'starting'.
    stop_exit is its exit code on SIGTERM; None ignores the signal. What is played is what the demo's shell runs.
    """

    cpu: float = 0.002
    memory: int = 12 << 20
    net: float = 0.0
    disk: float = 0.0
    voice: str = ""
    log_every: float = 5.0
    processes: tuple[tuple[str, str], ...] = ()
    runs_for: float | None = None
    rests_for: float | None = None
    exit_code: int = 0
    says: tuple[str, ...] = ()
    complains: bool = False
    probe_exit: int = 0
    probe_output: str = ""
    healthy_after: float = 0.0
    stop_exit: int | None = 0
    played: bool = False


@dataclass(slots=True)
class LogLine:
    time: float
    stderr: bool
    text: str


@dataclass(slots=True)
class Exec:
    """One exec. `size` is columns and rows of its terminal."""

    id: str
    container_id: str
    words: list[str]
    tty: bool
    user: str = ""
    workdir: str = ""
    env: dict[str, str] = field(default_factory=dict)
    privileged: bool = False
    size: tuple[int, int] = (80, 24)
    running: bool = False
    started: bool = False
    exit_code: int | None = None
    pid: int = 0
    began: float | None = None


@dataclass(slots=True)
class Container:
    id: str
    name: str
    image: str
    image_id: str
    created: float
    config: dict[str, Any]
    host_config: dict[str, Any]
    mounts: list[Mount] = field(default_factory=list)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    temper: Temper = field(default_factory=Temper)
    state: State = "created"
    pid: int = 0
    exit_code: int = 0
    oom_killed: bool = False
    error: str = ""
    started: float | None = None
    finished: float | None = None
    paused_at: float | None = None
    restart_count: int = 0
    health: Health | None = None
    size_rw: int = 0
    sandbox: str = ""
    ports: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)
    probe_due: float | None = None
    exit_due: float | None = None
    start_due: float | None = None
    logs: deque[LogLine] = field(default_factory=lambda: deque(maxlen=4000))
    log_from: float | None = None
    ended: set[int] = field(default_factory=set)
    """Of its processes, those that a signal has ended, by their place in the temper's."""
    outlets: list[Outlet] = field(default_factory=list)
    """Where its output goes, for each who is attached."""
    first: Exec | None = None
    """Its first process, where the demo's shell plays it, and the task that does."""
    process: asyncio.Future[None] | None = None
    feed: Callable[[bytes], None] | None = None
    """What takes its input; until there is something that does, what is typed is kept."""
    typed: list[bytes] = field(default_factory=list)
    size: tuple[int, int] = (80, 24)
    summaries: dict[bool, tuple[bytes, bytes]] = field(default_factory=dict)

    @property
    def running(self) -> bool:
        """As the Engine counts: a paused or restarting container is a running one."""
        return self.state in ("running", "paused", "restarting")

    @property
    def tty(self) -> bool:
        return bool(self.config.get("Tty"))

    @property
    def labels(self) -> dict[str, str]:
        return self.config.get("Labels") or {}

    @property
    def command(self) -> list[str]:
        return [*(self.config.get("Entrypoint") or []), *(self.config.get("Cmd") or [])]

    @property
    def network_mode(self) -> str:
        return self.host_config.get("NetworkMode") or "bridge"

    def touch(self) -> None:
        """Forget the encoded list entries: something in them has changed."""
        self.summaries.clear()


@dataclass(slots=True)
class Image:
    id: str
    created: float
    size: int
    tags: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    parent: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    layers: list[str] = field(default_factory=list)
    steps: list[tuple[str, int]] = field(default_factory=list)
    comment: str = "buildkit.dockerfile.v0"
    author: str = ""
    files: dict[str, Any] = field(default_factory=dict)
    """What is in it, where that does not follow from its name."""
    tagged: float | None = None

    @property
    def labels(self) -> dict[str, str]:
        return self.config.get("Labels") or {}

    @property
    def dangling(self) -> bool:
        return not self.tags


@dataclass(slots=True)
class Network:
    id: str
    name: str
    driver: str
    created: float
    scope: str = "local"
    internal: bool = False
    attachable: bool = False
    ipv6: bool = False
    pools: list[dict[str, str]] | None = None
    options: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    ipam_options: dict[str, str] | None = None
    taken: set[str] = field(default_factory=set)
    last_offset: int = 1

    @property
    def predefined(self) -> bool:
        return self.name in ("bridge", "host", "none")


@dataclass(slots=True)
class Volume:
    name: str
    created: float
    driver: str = "local"
    labels: dict[str, str] | None = None
    options: dict[str, str] | None = None
    size: int = 0

    @property
    def mountpoint(self) -> str:
        return f"/var/lib/docker/volumes/{self.name}/_data"

    @property
    def anonymous(self) -> bool:
        return "com.docker.volume.anonymous" in (self.labels or {})
