"""The beginning: which images, networks and volumes there are, and then the containers."""

from collections.abc import Callable, Iterator
from typing import Any

from dockertui.demo.world import crowd, hostile
from dockertui.demo.world.host import Host
from dockertui.demo.world.imagery import add_image
from dockertui.demo.world.monitoring import MONITORING
from dockertui.demo.world.objects import Container, Network, Volume
from dockertui.demo.world.shop import SHOP
from dockertui.demo.world.spec import DAY, place
from dockertui.demo.world.standalone import STANDALONE

# name, further tags, size in MB, age in days, config
_IMAGES: tuple[tuple[tuple[str, ...], float, float, dict[str, Any]], ...] = (
    (
        ("nginx:1.27-alpine", "nginx:stable"),
        48.2,
        21,
        {
            "Entrypoint": ["/docker-entrypoint.sh"],
            "Cmd": ["nginx", "-g", "daemon off;"],
            "StopSignal": "SIGQUIT",
            "ExposedPorts": {"80/tcp": {}},
            "Labels": {"maintainer": "NGINX Docker Maintainers <docker-maint@nginx.com>"},
        },
    ),
    (
        ("registry.example.com/shop/api:2.14.0", "registry.example.com/shop/api:latest"),
        412.7,
        2,
        {
            "Entrypoint": ["/app/entrypoint.sh"],
            "WorkingDir": "/app",
            "User": "1000:1000",
            "Labels": {
                "org.opencontainers.image.source": "https://git.example.com/shop/api",
                "org.opencontainers.image.revision": "9f2c1e7",
            },
        },
    ),
    (
        ("registry.example.com/shop/api:2.13.4",),
        409.9,
        16,
        {"Entrypoint": ["/app/entrypoint.sh"], "WorkingDir": "/app"},
    ),
    (("registry.example.com/shop/report:0.9",), 688.1, 60, {"WorkingDir": "/report"}),
    (("registry.example.com/tools/legacy:latest",), 1240.5, 700, {}),
    (
        ("postgres:17", "postgres:latest"),
        435.3,
        33,
        {
            "Entrypoint": ["docker-entrypoint.sh"],
            "Cmd": ["postgres"],
            "Volumes": {"/var/lib/postgresql/data": {}},
            "StopSignal": "SIGINT",
            "ExposedPorts": {"5432/tcp": {}},
        },
    ),
    (
        ("redis:7.4-alpine",),
        41.4,
        28,
        {"Entrypoint": ["docker-entrypoint.sh"], "Cmd": ["redis-server"], "Volumes": {"/data": {}}},
    ),
    (
        ("opensearchproject/opensearch:2.18.0",),
        1310.0,
        45,
        {"Entrypoint": ["./opensearch-docker-entrypoint.sh"], "Cmd": ["opensearch"], "User": "1000"},
    ),
    (("prom/prometheus:v3.1.0",), 302.6, 50, {"Entrypoint": ["/bin/prometheus"], "User": "nobody"}),
    (("grafana/grafana:11.4.0",), 485.2, 52, {"Entrypoint": ["/run.sh"], "User": "472"}),
    (("prom/node-exporter:v1.8.2",), 22.8, 190, {"Entrypoint": ["/bin/node_exporter"], "User": "nobody"}),
    (("prom/alertmanager:v0.27.0",), 70.4, 300, {"Entrypoint": ["/bin/alertmanager"]}),
    (("gcr.io/cadvisor/cadvisor:v0.51.0",), 81.9, 90, {"Entrypoint": ["/usr/bin/cadvisor", "-logtostderr"]}),
    (("alpine:3.21", "alpine:latest"), 7.8, 48, {"Cmd": ["/bin/sh"]}),
    (("debian:bookworm",), 116.6, 30, {"Cmd": ["bash"]}),
    (("busybox:latest",), 4.3, 130, {"Cmd": ["sh"]}),
    (
        ("registry:2",),
        25.4,
        400,
        {
            "Entrypoint": ["/entrypoint.sh"],
            "Cmd": ["/etc/docker/registry/config.yml"],
            "Volumes": {"/var/lib/registry": {}},
        },
    ),
    (("node:22", "node:lts"), 1120.3, 14, {"Entrypoint": ["docker-entrypoint.sh"], "Cmd": ["node"]}),
    (("haproxy:2.9",), 103.0, 260, {"Cmd": ["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]}),
    (("hello-world:latest",), 0.0133, 560, {"Cmd": ["/hello"]}),
    ((), 409.2, 9, {"Entrypoint": ["/app/entrypoint.sh"], "WorkingDir": "/app"}),
    ((), 1118.0, 1.1, {"Cmd": ["npm", "run", "build"]}),
)

_VOLUMES: tuple[tuple[str, float, float, dict[str, str]], ...] = (
    ("shop_pgdata", 31, 1843.2, {"com.docker.compose.project": "shop", "com.docker.compose.volume": "pgdata"}),
    ("shop_uploads", 31, 48.4, {"com.docker.compose.project": "shop", "com.docker.compose.volume": "uploads"}),
    ("shop_search", 31, 912.0, {"com.docker.compose.project": "shop", "com.docker.compose.volume": "search"}),
    (
        "monitoring_prometheus",
        41,
        5120.7,
        {"com.docker.compose.project": "monitoring", "com.docker.compose.volume": "prometheus"},
    ),
    (
        "monitoring_grafana",
        41,
        3.1,
        {"com.docker.compose.project": "monitoring", "com.docker.compose.volume": "grafana"},
    ),
    ("backup_out", 20, 960.0, {}),
    ("old_pgdata_14", 400, 1210.5, {"note": "keep until the audit"}),
    ("scratch", 2, 0.0, {}),
)

_NETWORKS: tuple[tuple[str, float, str, dict[str, Any]], ...] = (
    (
        "shop_front",
        31,
        "172.18.0.0/16",
        {"labels": {"com.docker.compose.project": "shop", "com.docker.compose.network": "front"}},
    ),
    (
        "shop_back",
        31,
        "172.19.0.0/16",
        {"internal": True, "labels": {"com.docker.compose.project": "shop", "com.docker.compose.network": "back"}},
    ),
    (
        "monitoring_default",
        41,
        "172.20.0.0/16",
        {"labels": {"com.docker.compose.project": "monitoring", "com.docker.compose.network": "default"}},
    ),
    (
        "edge",
        88,
        "10.77.0.0/24",
        {
            "attachable": True,
            "ipv6": True,
            "options": {"com.docker.network.driver.mtu": "1450"},
            "labels": {"team": "platform"},
        },
    ),
    ("lan", 120, "192.168.40.0/24", {"driver": "macvlan", "options": {"parent": "eth0.40"}}),
)


_BUILD_CACHE: tuple[dict[str, Any], ...] = (
    {"ID": "ndlpt0hhvkqcdfkputsk4cq9c", "Parents": ["4w3lq0hhvkqcdfkputsk4cq9c"], "Type": "regular",
     "Description": "mount / from exec /bin/sh -c npm ci", "InUse": False, "Shared": False, "Size": 318_767_104,
     "CreatedAt": "2025-10-01T10:00:00Z", "LastUsedAt": "2025-10-02T08:11:00Z", "UsageCount": 4},
)  # fmt: skip


def build(host: Host, *, extra: int = 0, strange: bool = False) -> Host:
    """Fill an empty host: the projects, the rest, `extra` generated containers, hostile ones if asked."""
    for tags, megabytes, days, config in _IMAGES:
        add_image(host, tags, int(megabytes * 1e6), host.born - days * DAY, config)
    host.build_records = [dict(one) for one in _BUILD_CACHE]
    _share_layers(host)
    _networks(host)
    for name, days, megabytes, labels in _VOLUMES:
        host.volumes[name] = Volume(name, host.born - days * DAY, labels=labels or None, size=int(megabytes * 1e6))
    _unused_anonymous_volume(host)
    for spec in (*SHOP, *MONITORING, *STANDALONE):
        place(host, spec)
    _past(host)
    crowd.add(host, extra)
    if strange:
        hostile.add(host)
    return host


def _share_layers(host: Host) -> None:
    """The two releases of the API, and the dangling build between them, stand on the same base layers."""
    family = [one for one in host.images.values() if one.config.get("WorkingDir") == "/app"]
    for image in family[1:]:
        image.layers[:2] = family[0].layers[:2]


def _networks(host: Host) -> None:
    default_options = {
        "com.docker.network.bridge.default_bridge": "true",
        "com.docker.network.bridge.enable_icc": "true",
        "com.docker.network.bridge.enable_ip_masquerade": "true",
        "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",
        "com.docker.network.bridge.name": "docker0",
        "com.docker.network.driver.mtu": "1500",
    }
    boot = host.born - 12 * DAY
    bridge = [{"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"}]
    for network in (
        Network(host.new_id(), "bridge", "bridge", boot, pools=bridge, options=default_options),
        Network(host.new_id(), "host", "host", boot - 199 * DAY),
        Network(host.new_id(), "none", "null", boot - 199 * DAY),
        *(_network(host, *row) for row in _NETWORKS),
    ):
        host.networks[network.id] = network


def _network(host: Host, name: str, days: float, subnet: str, more: dict[str, Any]) -> Network:
    gateway = subnet.rpartition("/")[0].rpartition(".")[0] + ".1"
    pools = [{"Subnet": subnet, "Gateway": gateway}]
    if more.get("ipv6"):
        pools.append({"Subnet": "fd00:77::/64", "Gateway": "fd00:77::1"})
    driver = more.get("driver", "bridge")
    rest = {key: value for key, value in more.items() if key != "driver"}
    return Network(host.new_id(), name, driver, host.born - days * DAY, pools=pools, ipam_options={}, **rest)


def _unused_anonymous_volume(host: Host) -> None:
    name = host.new_id()
    host.volumes[name] = Volume(
        name, host.born - 64 * DAY, labels={"com.docker.volume.anonymous": ""}, size=212_000_000
    )


def _past(host: Host) -> None:
    """What the event stream still has of the time before the host's birth: how those ended that are not well."""
    told = [moment for name, ending in _ENDINGS.items() for moment in ending(host.container(name))]
    for when, container, action, attributes in sorted(told, key=lambda each: each[0]):
        host.tell_past(container, action, when, **attributes)


Moment = tuple[float, Container, str, dict[str, str]]


def _restarted(one: Container) -> Iterator[Moment]:
    """Somebody restarted it; it ended on SIGTERM."""
    started, finished = one.started or 0.0, one.finished or 0.0
    yield finished - 2.0, one, "kill", {"signal": "15"}
    yield finished, one, "die", {"execDuration": "1036800", "exitCode": "143"}
    yield started, one, "start", {}
    yield started, one, "restart", {}


def _one_run(one: Container) -> Iterator[Moment]:
    """It was created and started, and has ended."""
    started, finished = one.started or 0.0, one.finished or 0.0
    yield one.created, one, "create", {}
    yield started + 0.02, one, "start", {}
    if one.oom_killed:
        yield finished - 0.01, one, "oom", {}
    lasted = str(int(finished - started))
    yield finished + 0.03, one, "die", {"execDuration": lasted, "exitCode": str(one.exit_code)}


def _loop(one: Container) -> Iterator[Moment]:
    """It ends soon after each start, and its policy starts it again."""
    runs, rests = one.temper.runs_for or 0.0, one.temper.rests_for or 0.0
    for nth in range(_RUNS):
        ago = nth * (runs + rests)
        yield (one.started or 0.0) - ago, one, "start", {}
        yield (one.finished or 0.0) - ago, one, "die", {"execDuration": str(int(runs)), "exitCode": str(one.exit_code)}


def _sick(one: Container) -> Iterator[Moment]:
    """Its health check fails since a while."""
    assert one.health is not None
    every, retries = one.config["Healthcheck"]["Interval"] / 1e9, one.config["Healthcheck"]["Retries"]
    yield one.health.log[-1].end - (one.health.failing_streak - retries) * every, one, "health_status: unhealthy", {}


def _paused(one: Container) -> Iterator[Moment]:
    yield one.paused_at or 0.0, one, "pause", {}


_RUNS = 6
_ENDINGS: dict[str, Callable[[Container], Iterator[Moment]]] = {
    "shop-report-1": _one_run,
    "eager_lamarr": _one_run,
    "shop-worker-1": _sick,
    "shop-search-1": _restarted,
    "monitoring-alertmanager-1": _loop,
    "monitoring-cadvisor-1": _paused,
}
