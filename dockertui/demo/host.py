"""The host: everything there is, found by id, name or prefix as the Engine finds it, and how it tells and refuses."""

import asyncio
import contextlib
import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from dockertui.demo.objects import Container, Exec, Image, Network, Volume
from dockertui.demo.times import nanoseconds

T = TypeVar("T")

HEX = frozenset("0123456789abcdef")
CPUS = 8
MEMORY = 32 << 30
HISTORY = 256
"""So many events are kept, as in moby's daemon/events."""


class Refusal(Exception):
    """The Engine refuses. `status` is the HTTP status, `message` the wording of a real Engine 28."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


invalid, forbidden, not_found, conflict = (partial(Refusal, status) for status in (400, 403, 404, 409))


class Unchanged(Exception):
    """Nothing to do: the Engine answers 304 (start of a running container, stop of a stopped one)."""


@dataclass(frozen=True, slots=True)
class Event:
    type: str
    action: str
    actor: str
    time_ns: int
    attributes: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """The wire form. status, id and from are the deprecated fields that API <= 1.51 repeats."""
        old = {"status": self.action, "id": self.actor} if self.type in ("container", "image") and self.actor else {}
        if self.type == "container" and self.actor:
            old["from"] = self.attributes.get("image", "")
        return old | {
            "Type": self.type,
            "Action": self.action,
            "Actor": {"ID": self.actor, "Attributes": dict(sorted(self.attributes.items()))},
            "scope": "local",
            "time": self.time_ns // 1_000_000_000,
            "timeNano": self.time_ns,
        }


class Events:
    """Where events go. Times never repeat and never run backwards, even when the clock stands still."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last_ns = 0
        self.listeners: set[asyncio.Queue[Event]] = set()
        self.history: deque[Event] = deque(maxlen=HISTORY)

    def emit(
        self, kind: str, action: str, actor: str, attributes: Mapping[str, str], *, when: float | None = None
    ) -> None:
        """Tell all listeners, and remember. `when` (epoch seconds) is for telling of the past."""
        moment = nanoseconds(self._clock() if when is None else when)
        self._last_ns = max(moment, self._last_ns + 1)
        event = Event(kind, action, actor, self._last_ns, dict(attributes))
        self.history.append(event)
        for queue in self.listeners:
            queue.put_nowait(event)

    @contextlib.contextmanager
    def listening(self) -> Iterator[asyncio.Queue[Event]]:
        """A queue of everything from now on."""
        queue: asyncio.Queue[Event] = asyncio.Queue()
        self.listeners.add(queue)
        try:
            yield queue
        finally:
            self.listeners.discard(queue)


class Host:
    """The demo host's state. All of it belongs to one thread: the Engine's event loop.

    With a clock of the caller's the host is frozen: nothing happens but what is asked for, and waits
    are skipped. Without one, time is the real one and the host lives (see `lifecycle`).
    """

    def __init__(self, seed: int = 7, clock: Callable[[], float] | None = None) -> None:
        self.seed = seed
        self.live = clock is None
        self.now = clock or time.time
        self.born = self.now()
        self.random = random.Random(seed)
        self.noise = random.Random(seed + 1)
        self.events = Events(self.now)
        self.containers: dict[str, Container] = {}
        self.images: dict[str, Image] = {}
        self.build_cache: set[str] = set()
        self.build_records: list[dict[str, Any]] = []
        self.networks: dict[str, Network] = {}
        self.volumes: dict[str, Volume] = {}
        self.plugins: dict[str, dict[str, Any]] = {}
        """As the API has them."""
        self.execs: dict[str, Exec] = {}
        self.names: dict[str, str] = {}
        self.sampled: dict[str, int] = {}
        self.play: Callable[[Container], None] = lambda container: None
        """Runs the first process of a container whose temper says so; the Engine says how."""
        self._pid = 4200

    def new_id(self) -> str:
        """64 hexadecimal digits, the same ones in the same order for the same seed."""
        return self.random.randbytes(32).hex()

    def passing_id(self) -> str:
        """An id for what nobody keeps (a probe's exec), apart from those of objects."""
        return self.noise.randbytes(32).hex()

    def new_pid(self) -> int:
        self._pid += self.noise.randrange(3, 90)
        return self._pid

    # -- finding ------------------------------------------------------------------------------

    def container(self, ref: str) -> Container:
        """By id, name or unambiguous id prefix. Refuses with the Engine's 'No such container'."""
        found = self.containers.get(ref) or self.containers.get(self.names.get(ref.removeprefix("/"), ""))
        if (found := found or _by_prefix(ref, self.containers)) is None:
            raise not_found(f"No such container: {ref}")
        return found

    def network(self, ref: str) -> Network:
        found = self.networks.get(ref) or self.network_named(ref) or _by_prefix(ref, self.networks)
        if found is None:
            raise not_found(f"network {ref} not found")
        return found

    def network_named(self, name: str) -> Network | None:
        return next((network for network in self.networks.values() if network.name == name), None)

    def volume(self, name: str) -> Volume:
        if name not in self.volumes:
            raise not_found(f"get {name}: no such volume")
        return self.volumes[name]

    # -- who uses what ------------------------------------------------------------------------

    def users_of_image(self, image_id: str) -> list[Container]:
        return [one for one in self.containers.values() if one.image_id == image_id]

    def users_of_volume(self, name: str) -> list[Container]:
        return [one for one in self.containers.values() if name in (mount.name for mount in one.mounts)]

    def users_of_network(self, network: Network) -> list[Container]:
        """Containers with a live endpoint on it: stopped ones do not count, as in the Engine."""
        attached = [one for one in self.containers.values() if network.name in one.attachments]
        return [one for one in attached if one.attachments[network.name].endpoint_id]

    # -- telling ------------------------------------------------------------------------------

    def tell(self, container: Container, action: str, when: float | None = None, /, **attributes: str) -> None:
        """Emit a container event with the attributes that the Engine gives: labels, image, name. `when`: if not now."""
        everything = {**container.labels, "image": container.image, "name": container.name, **attributes}
        self.events.emit("container", action, container.id, everything, when=when)

    def tell_network(self, network: Network, action: str, **attributes: str) -> None:
        everything = {"name": network.name, "type": network.driver, **attributes}
        self.events.emit("network", action, network.id, everything)

    def tell_volume(self, volume: Volume, action: str, **attributes: str) -> None:
        self.events.emit("volume", action, volume.name, {"driver": volume.driver, **attributes})

    def tell_pruned(self, kind: str, reclaimed: int) -> int:
        self.events.emit(kind, "prune", "", {"reclaimed": str(reclaimed)})
        return reclaimed


def _by_prefix(ref: str, objects: dict[str, T]) -> T | None:
    if not ref or not HEX.issuperset(ref):
        return None
    matches = [one for one in objects if one.startswith(ref)]
    if len(matches) > 1:
        raise invalid(f"multiple IDs found with provided prefix: {ref}")
    return objects[matches[0]] if matches else None
