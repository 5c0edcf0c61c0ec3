"""The beginning: which images, networks and volumes there are, and then the containers."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dockertui.demo.world import crowd, hostile
from dockertui.demo.world.host import Host
from dockertui.demo.world.imagery import add_image
from dockertui.demo.world.monitoring import MONITORING
from dockertui.demo.world.objects import Container, Network, Volume
from dockertui.demo.world.shop import SHOP
from dockertui.demo.world.spec import DAY, place
from dockertui.demo.world.standalone import STANDALONE

_SCENE: dict[str, list[Any]] = json.loads(Path(__file__).with_name("scene.json").read_text(encoding="utf-8"))
"""Images: tags, megabytes, days of age, configuration. Volumes: name, days, megabytes, labels. Networks: name, days,
subnet, the rest. The build cache and the plugins: as the API has them.
"""


def build(host: Host, *, extra: int = 0, strange: bool = False) -> Host:
    """Fill an empty host: the projects, the rest, `extra` generated containers, hostile ones if asked."""
    for tags, megabytes, days, config in _SCENE["images"]:
        add_image(host, tuple(tags), int(megabytes * 1e6), host.born - days * DAY, config)
    host.build_records = [dict(one) for one in _SCENE["build cache"]]
    _share_layers(host)
    _networks(host)
    for name, days, megabytes, labels in _SCENE["volumes"]:
        host.volumes[name] = Volume(name, host.born - days * DAY, labels=labels or None, size=int(megabytes * 1e6))
    _unused_anonymous_volume(host)
    host.plugins = {one["Id"]: dict(one) for one in _SCENE["plugins"]}
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
        *(_network(host, *row) for row in _SCENE["networks"]),
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
