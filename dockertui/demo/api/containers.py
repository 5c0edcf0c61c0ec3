"""Containers: list, inspect, create, update, remove, prune, processes and changed files."""

from aiohttp import web

from dockertui.demo.api.call import Call, Route, empty, raw_reply, reply
from dockertui.demo.api.container_replies import encoded_summary, inspect
from dockertui.demo.api.filters import Filters, check_values, parse
from dockertui.demo.world import creation, files, images, lifecycle, processes
from dockertui.demo.world.host import Host
from dockertui.demo.world.objects import Container
from dockertui.demo.world.refusal import conflict

_FILTERS = frozenset(
    (
        "ancestor",
        "before",
        "expose",
        "exited",
        "health",
        "id",
        "isolation",
        "is-task",
        "label",
        "name",
        "network",
        "publish",
        "since",
        "status",
        "volume",
    )
)
_STATES = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
_HEALTHS = ("none", "starting", "healthy", "unhealthy")


async def ls(call: Call) -> web.StreamResponse:
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
    return raw_reply(b"[" + b",".join(rows) + b"]\n")


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


async def show(call: Call) -> web.StreamResponse:
    container = call.host.container(call.names["id"])
    return reply(inspect(call.host, container, size=call.flag("size")))


async def create(call: Call) -> web.StreamResponse:
    container = creation.create(call.host, call.text("name"), await call.body())
    return reply({"Id": container.id, "Warnings": []}, 201)


async def update(call: Call) -> web.StreamResponse:
    container = call.host.container(call.names["id"])
    creation.update(call.host, container, await call.body())
    return reply({"Warnings": None})


async def remove(call: Call) -> web.StreamResponse:
    ref = call.names["id"]
    lifecycle.remove(call.host, call.host.container(ref), ref, force=call.flag("force"), with_volumes=call.flag("v"))
    return empty()


async def prune(call: Call) -> web.StreamResponse:
    filters = parse(call, ("label", "label!", "until"))
    gone, reclaimed = lifecycle.prune(call.host, lambda one: filters.keep(one.labels, one.created, call.host.now()))
    return reply({"ContainersDeleted": gone or None, "SpaceReclaimed": reclaimed})


async def top(call: Call) -> web.StreamResponse:
    container = call.host.container(call.names["id"])
    if container.state == "restarting":
        raise conflict(f"Container {container.id} is restarting, wait until the container is running")
    if container.state not in ("running", "paused"):
        raise conflict(f"container {container.id} is not running")
    titles, rows = processes.ps(call.host, container, call.text("ps_args") or "-ef")
    call.host.tell(container, "top")
    return reply({"Processes": rows, "Titles": titles})


async def changes(call: Call) -> web.StreamResponse:
    """Kind 0 is modified, 1 added, 2 deleted. Containers that wrote nothing have no changes (null)."""
    container = call.host.container(call.names["id"])
    found = files.changes(call.host, container)
    return reply([{"Path": path, "Kind": kind} for path, kind in found.items()] or None)


ROUTES = (
    Route("GET", "/containers/json", ls),
    Route("POST", "/containers/create", create),
    Route("POST", "/containers/prune", prune),
    Route("GET", "/containers/{id}/json", show),
    Route("GET", "/containers/{id}/top", top),
    Route("GET", "/containers/{id}/changes", changes),
    Route("POST", "/containers/{id}/update", update),
    Route("DELETE", "/containers/{id}", remove),
)
