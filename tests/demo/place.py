"""Containers as tests want them: what is not said is as simple as can be."""

from collections.abc import Mapping, Sequence
from typing import Any

from dockertui.demo import scene
from dockertui.demo.host import Host
from dockertui.demo.objects import Container, Temper


def place(
    host: Host,
    name: str,
    image: str = "busybox:latest",
    *,
    cmd: Sequence[str] = (),
    env: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    port: int | None = None,
    networks: Mapping[str, Sequence[str]] | None = None,
    check: str = "",
    temper: Temper | None = None,
    **standing: Any,
) -> Container:
    """Put one on the host. `port` is the host's for its port 80, `networks` have its aliases on each."""
    wanted: dict[str, Any] = {"Image": image, "Cmd": [*cmd], "Env": [*env], "Labels": {**(labels or {})}}
    if port is not None:
        wanted["ExposedPorts"] = {"80/tcp": {}}
        wanted["HostConfig"] = {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": str(port)}]}}
    if networks:
        ends = {network: {"Aliases": [*aliases]} for network, aliases in networks.items()}
        wanted["NetworkingConfig"] = {"EndpointsConfig": ends}
        wanted["HostConfig"] = {**wanted.get("HostConfig", {}), "NetworkMode": next(iter(networks))}
    if check:
        wanted["Healthcheck"] = {"Test": ["CMD-SHELL", check], "Timeout": 5_000_000_000, "Retries": 3}
        wanted["Healthcheck"]["Interval"] = 30_000_000_000
    return scene.place(host, name, wanted, temper=temper or Temper(), **standing)
