"""Containers: columns, filter terms and references. Their page is in `container_page.py`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from dockertui.engine.client import Engine
from dockertui.engine.containers import CONTAINERS, MEASURED
from dockertui.engine.fields import Reply
from dockertui.engine.models import Container, Event, Port, merge_since
from dockertui.engine.stats import Usage
from dockertui.live.history import Column as Of
from dockertui.live.store import Ids, Source
from dockertui.masking import masked
from dockertui.resources import column_factories as column
from dockertui.resources import container_source, format
from dockertui.resources.base import Reference, Resource, Summary, labels
from dockertui.resources.container_page import container_sections
from dockertui.resources.container_state import RANK, failed, status, status_order, symbol
from dockertui.resources.sparkline_cells import CELLS, SparklineCells
from dockertui.resources.surroundings import Size, Surroundings
from dockertui.widgets.columns import Cell, Column
from dockertui.widgets.page_lines import Section

_PLACE_MOST = 24
"""Characters of a project and a service that are shown after a name."""
_LOOPBACK = re.compile(r"127\.0\.0\.1:|\[::1\]:")


class Containers(Resource[Container]):
    """What `docker ps -a` lists."""

    title = "Containers"
    listing = CONTAINERS
    actions = frozenset(
        {
            *("create", "start", "die", "stop", "restart", "pause", "unpause", "rename", "update", "destroy", "commit"),
            *("health_status", "checkpoint", "connect", "disconnect", "prune"),
            *("kill", "oom"),  # they change nothing listed, but explain an end later: the Engine forgets them
        }
    )
    group_column = "project"
    busy_column = "status"
    has = frozenset({"logs", "why", "stats", "processes", "files", "terminal", "running", "projects", "references"})
    telling = ("state", False)
    plain = ("name", "image", "status", "project", "ports")
    prefixes = ("id", "state")
    sampled = frozenset({"cpu", "memory", "net", "block"})

    @cached_property
    def source(self) -> Source[Container]:
        return super().source._replace(merge=merge_since, same=container_source.same)

    def touched(self, event: Event, known: Mapping[str, Container]) -> Ids:
        return container_source.touched(event, known)

    def columns(self, surroundings: Surroundings) -> Sequence[Column[Container]]:
        def usage(field: str) -> Callable[[Container], Any]:
            return lambda item: getattr(surroundings.usage.get(item.id), field, None) if item.running else None

        return (
            Column("state", "S", symbol, lambda item: RANK.get(item.state, 9), width=1),
            Column("name", "NAME", name_and_project, lambda item: item.name.lower(), width=14),
            Column("status", "STATUS", partial(status, surroundings), status_order, width=10, priority=1),
            Column("cpu", "CPU", partial(_cpu, surroundings), usage("cpu"), width=5, right=True, priority=2),
            Column("memory", "MEM", partial(_memory, surroundings), usage("memory"), width=6, right=True, priority=3),
            column.image(lambda item: item.image, priority=4),
            Column("ports", "PORTS", lambda item: port_ranges(item.ports),
                   lambda item: [p.public or 0 for p in item.ports], width=10, priority=5, shorten=shorten_ports),
            Column("project", "PROJECT", lambda item: item.project, lambda item: item.project or None, priority=6),
            column.age(surroundings, self.created, priority=7),
            Column("cpu_course", "CPU 2 MIN", SparklineCells(surroundings, Of.CPU), width=CELLS, priority=8),
            Column("memory_course", "MEM 2 MIN", SparklineCells(surroundings, Of.MEMORY), width=CELLS, priority=8),
            Column("net", "NET I/O", partial(_net, surroundings), usage("net_rx"), width=7, right=True, priority=9),
            Column("block", "BLOCK I/O", partial(_block, surroundings), usage("blk_read"), width=9, right=True,
                   priority=10),
            Column("command", "COMMAND", lambda item: item.command if surroundings.reveal else masked(item.command),
                   lambda item: item.command, width=16, priority=11),
            column.measured(surroundings, self.kind, self.listing.identity, priority=12),
            column.short_id(priority=13),
        )  # fmt: skip

    def name(self, item: Container) -> str:
        return item.name or item.short_id

    def created(self, item: Container) -> float | None:
        return item.created

    def aging(self, item: Container) -> Iterable[float | None]:
        return item.since, item.created

    def copies(self, item: Container) -> Iterable[tuple[str, str]]:
        yield from super().copies(item)
        yield "image", item.image
        yield "image id", item.image_id
        for network in item.networks:
            yield f"address in {network.network}", network.ip
            yield f"IPv6 address in {network.network}", network.ip6
        for port in dict.fromkeys((one.ip, one.public, one.private, one.type) for one in item.ports if one.public):
            ip, public, private, protocol = port
            yield f"port {private}/{protocol}", f"{f'[{ip}]' if ':' in ip else ip or '0.0.0.0'}:{public}"
        for mount in item.mounts:
            yield f"mount {mount.destination}", mount.name or mount.source
        yield "command", item.command

    def terms(self) -> Mapping[str, Callable[[Container], Iterable[str]]]:
        return {
            "name": lambda item: item.names or (item.name,),
            "image": lambda item: (item.image,),
            "state": lambda item: (item.state, item.health),
            "status": lambda item: (
                item.state,
                item.health,
                f"exit {item.exit_code}" if item.exit_code is not None else "",
            ),
            "label": labels,
            "id": lambda item: (item.id,),
            "project": lambda item: (item.project,),
            "network": lambda item: [attachment.network for attachment in item.networks],
            "volume": lambda item: [mount.name for mount in item.mounts if mount.name],
            "ports": lambda item: (port_list(item.ports),),
            "command": lambda item: (item.command,),
        }

    def sections(self, item: Container, inspect: Reply, surroundings: Surroundings) -> list[Section]:
        return container_sections(item, inspect, surroundings)

    def references(self, item: Container, surroundings: Surroundings) -> list[Reference]:
        found = [Reference("image", item.image_id, item.image)]
        found += [Reference("network", surroundings.network_id(a), a.network) for a in item.networks]
        found += [Reference("volume", m.name, m.name) for m in item.mounts if m.type == "volume" and m.name]
        return found

    def summary(self, items: Iterable[Container], surroundings: Surroundings) -> list[Summary]:
        known = list(items)
        running = sum(item.state == "running" for item in known)
        failures = sum(item.state == "exited" and failed(item) for item in known)
        counts = [
            (running, "running", "good"),
            (sum(item.health == "unhealthy" for item in known), "unhealthy", "bad"),
            (sum(item.state == "restarting" for item in known), "restarting", "warn"),
            (sum(item.state == "paused" for item in known), "paused", "warn"),
            (failures, "failed", "bad"),
            (sum(item.state == "exited" for item in known) - failures, "exited", "dim"),
            (sum(item.state == "dead" for item in known), "dead", "bad"),
        ]
        return [Summary(f"{count} {word}", style) for count, word, style in counts if count]

    def is_running(self, item: Container) -> bool:
        return item.running

    def is_troubled(self, item: Container, surroundings: Surroundings) -> bool:
        ending = surroundings.ending(item)
        if ending is not None and ending.error:
            return True
        ended_badly = item.state == "exited" and failed(item)
        return ended_badly or item.state in ("restarting", "dead") or item.health == "unhealthy"

    async def measure(self, engine: Engine) -> Mapping[str, Size]:
        listed = await CONTAINERS.listed(engine, MEASURED)
        return {item.id: Size(item.size_rw or 0, item.size_root or 0) for item in listed}


def name_and_project(item: Container) -> str:
    """Return the name, with Compose's project and service after it if it does not say these: `postgres (shop/db)`.

    Those that Compose makes itself, such as `shop-db-1`, do.
    """
    if not (project := item.project):
        return item.name
    said = f"-{item.name.replace('_', '-').lower()}-"
    wanted = [project, item.service] if item.service else [project]
    if all(f"-{word.replace('_', '-').lower()}-" in said for word in wanted):
        return item.name
    place = "/".join(wanted)
    return f"{item.name} ({place if len(place) <= _PLACE_MOST else f'{place[: _PLACE_MOST - 1]}…'})"


def _usage(surroundings: Surroundings, item: Container) -> Usage | None:
    return surroundings.usage.get(item.id) if item.running else None


def _cpu(surroundings: Surroundings, item: Container) -> Cell:
    usage = _usage(surroundings, item)
    if usage is None or usage.cpu is None:
        return Cell("", "dim")
    return Cell(format.share(usage.cpu), "bad" if usage.cpu >= 90 else "warn" if usage.cpu >= 50 else "")


def _memory(surroundings: Surroundings, item: Container) -> Cell:
    usage = _usage(surroundings, item)
    if usage is None or usage.memory is None:
        return Cell("", "dim")
    used = usage.memory / usage.memory_limit if usage.memory_limit else 0
    text = format.memory(usage.memory).replace("iB", "")
    return Cell(text, "bad" if used >= 0.9 else "warn" if used >= 0.75 else "")


def _net(surroundings: Surroundings, item: Container) -> str:
    usage = _usage(surroundings, item)
    if usage is None or usage.net_rx is None or usage.net_tx is None:
        return ""
    return f"{format.size(usage.net_rx)} / {format.size(usage.net_tx)}"


def _block(surroundings: Surroundings, item: Container) -> str:
    usage = _usage(surroundings, item)
    if usage is None or usage.blk_read is None or usage.blk_write is None:
        return ""
    return f"{format.size(usage.blk_read)} / {format.size(usage.blk_write)}"


def port_list(ports: Sequence[Port]) -> str:
    """Return the ports in a line, published ones first, and equal ones of both IP families once.

    For example `8080→80, 127.0.0.1:53→53/udp, 9000`.
    """
    published = [f"{_address(port)}{port.public}→{_port(port)}" for port in ports if port.public]
    exposed = [_port(port) for port in ports if not port.public]
    return ", ".join(dict.fromkeys(published + exposed))


def port_ranges(ports: Iterable[Port]) -> str:
    """Return the ports as `port_list` does, with successive ones joined: `8000-8003→80-83`."""
    runs: list[tuple[Port, Port]] = []
    known = {(not port.public, _address(port), port.type, port.private, port.public or 0): port for port in ports}
    for _, port in sorted(known.items()):
        first, last = runs[-1] if runs else (port, port)
        step = port.private - first.private
        following = port.private == last.private + 1 and port.public == (first.public + step if first.public else None)
        if following and (_address(port), port.type) == (_address(first), first.type):
            runs[-1] = first, port
        else:
            runs.append((port, port))
    return ", ".join([_run(*run) for run in runs])


def _run(first: Port, last: Port) -> str:
    def numbers(start: int, end: int) -> str:
        return f"{start}-{end}" if end > start else str(start)

    private = numbers(first.private, last.private) + ("" if first.type == "tcp" else f"/{first.type}")
    public = f"{_address(first)}{numbers(first.public, last.public or 0)}→" if first.public else ""
    return public + private


def shorten_ports(text: str, width: int) -> str:
    """Return as many ports as fit, and how many more there are, without the addresses of this host: `80→80 +2`."""
    ports = list(dict.fromkeys(_LOOPBACK.sub("", text).split(", ")))
    for count in range(len(ports), 0, -1):
        more = f" +{len(ports) - count}" if count < len(ports) else ""
        shown = ", ".join(ports[:count]) + more
        if len(shown) <= width:
            return shown
    return ports[0]


def _address(port: Port) -> str:
    return "" if port.ip in ("", "0.0.0.0", "::") else f"[{port.ip}]:" if ":" in port.ip else f"{port.ip}:"


def _port(port: Port) -> str:
    return str(port.private) if port.type == "tcp" else f"{port.private}/{port.type}"
