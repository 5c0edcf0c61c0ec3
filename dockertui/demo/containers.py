"""Containers: list, inspect, create, update, remove, prune, processes and changed files."""

from typing import Any

from aiohttp import web

from dockertui.demo import creation, files, images, lifecycle, processes
from dockertui.demo.call import Call, Route, reply
from dockertui.demo.container_replies import encoded_summary, inspect
from dockertui.demo.filters import Filters, check_values, parse
from dockertui.demo.host import Host
from dockertui.demo.objects import Container

_FILTERS = frozenset(
    ("ancestor", "before", "expose", "exited", "health", "id", "isolation", "is-task", "label", "name", "network",
     "publish", "since", "status", "volume")
)  # fmt: skip
_STATES = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
_HEALTHS = ("none", "starting", "healthy", "unhealthy")


def ls(call: Call) -> bytes:
    filters = parse(call, _FILTERS)
    check_values(filters, "status", "state", _STATES)
    check_values(filters, "health", "health", _HEALTHS)
    limit = call.integer("limit") or 0
    everything = call.flag("all") or limit > 0 or "status" in filters
    chosen = [one for one in _candidates(call.host, filters) if everything or one.running]
    if filters:
        keep = _Kept(call.host, filters)
        chosen = [one for one in chosen if keep(one)]
    chosen.sort(key=lambda one: one.created, reverse=True)
    size = call.flag("size")
    rows = [encoded_summary(call.host, one, size) for one in chosen[: limit or None]]
    return b"[" + b",".join(rows) + b"]\n"


def _candidates(host: Host, filters: Filters) -> list[Container]:
    """All containers, or those of full ids asked for: how a program re-reads a few of thousands."""
    ids = filters.values("id")
    if ids and all(len(one) == 64 for one in ids):
        return [host.containers[one] for one in ids if one in host.containers]
    return [*host.containers.values()]


class _Kept:
    """Whether a container passes the filters; what they refer to is looked up once."""

    def __init__(self, host: Host, filters: Filters) -> None:
        self._filters = filters
        self._images = {
            image.id for ref in filters.values("ancestor") if (image := images.find_or_none(host, ref)) is not None
        }
        self._networks = {
            network.id for network in host.networks.values() if filters.exact("network", network.id, network.name)
        }
        self._before = [host.container(ref).created for ref in filters.values("before")]
        self._since = [host.container(ref).created for ref in filters.values("since")]

    def __call__(self, one: Container) -> bool:
        filters = self._filters
        return (
            filters.pattern("id", one.id)
            and filters.pattern("name", one.name, f"/{one.name}")
            and filters.labels(one.labels)
            and filters.exact("status", one.state)
            and filters.exact("health", one.health.status if one.health else "none")
            and ("exited" not in filters or (not one.running and filters.exact("exited", str(one.exit_code))))
            and ("ancestor" not in filters or one.image_id in self._images)
            and ("network" not in filters or self._networked(one))
            and ("volume" not in filters or self._mounted(one))
            and self._published(one)
            and all(one.created < other for other in self._before)
            and all(one.created > other for other in self._since)
        )

    def _networked(self, one: Container) -> bool:
        names = self._filters.values("network")
        return any(name in names or place.network_id in self._networks for name, place in one.attachments.items())

    def _mounted(self, one: Container) -> bool:
        wanted = set(self._filters.values("volume"))
        return any({mount.name, mount.destination} & wanted for mount in one.mounts)

    def _published(self, one: Container) -> bool:
        exposed = {*(one.config.get("ExposedPorts") or {}), *one.ports}
        public = {f"{number}/{port.partition('/')[2]}" for port, pairs in one.ports.items() for _, number in pairs}
        for name, present in (("expose", exposed), ("publish", public)):
            asked = {text if "/" in text else f"{text}/tcp" for text in self._filters.values(name)}
            if asked and not asked & present:
                return False
        return True


def _create(call: Call) -> dict[str, Any]:
    return {"Id": creation.create(call.host, call.text("name"), call.body).id, "Warnings": []}


def _update(call: Call) -> dict[str, Any]:
    creation.update(call.host, call.container, call.body)
    return {"Warnings": None}


def _remove(call: Call) -> None:
    force, with_volumes = call.flag("force"), call.flag("v")
    lifecycle.remove(call.host, call.container, call.names["id"], force=force, with_volumes=with_volumes)


def _prune(call: Call) -> dict[str, Any]:
    filters = parse(call, ("label", "label!", "until"))
    gone, reclaimed = lifecycle.prune(call.host, lambda one: filters.keep(one.labels, one.created, call.host.now()))
    return {"ContainersDeleted": gone or None, "SpaceReclaimed": reclaimed}


def top(call: Call) -> dict[str, Any]:
    container = call.container
    lifecycle.refuse_resting(container)
    titles, rows = processes.ps(call.host, container, call.text("ps_args") or "-ef")
    call.host.tell(container, "top")
    return {"Processes": rows, "Titles": titles}


def changes(call: Call) -> web.Response:
    """Kind 0 is modified, 1 added, 2 deleted. Containers that wrote nothing have no changes (null)."""
    found = files.changes(call.host, call.container)
    return reply([{"Path": path, "Kind": kind} for path, kind in found.items()] or None)


ROUTES = (
    Route("GET", "/containers/json", ls),
    Route("POST", "/containers/create", _create, 201),
    Route("POST", "/containers/prune", _prune),
    Route("GET", "/containers/{id}/json", lambda call: inspect(call.host, call.container, size=call.flag("size"))),
    Route("GET", "/containers/{id}/top", top),
    Route("GET", "/containers/{id}/changes", changes),
    Route("POST", "/containers/{id}/update", _update),
    Route("DELETE", "/containers/{id}", _remove),
)
