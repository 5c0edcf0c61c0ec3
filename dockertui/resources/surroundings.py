"""What a cell or page may read beyond its own object: the mirror, usage, sizes, the time, and who uses what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from dockertui.engine.models import Attachment, Container, Image, Network
from dockertui.engine.stats import Usage
from dockertui.live.endings import Ending, Endings
from dockertui.live.history import StatsHistory
from dockertui.live.store import Mirror
from dockertui.widgets.chart import BRAILLE


class Size(NamedTuple):
    """Disk usage in bytes: the object's own, and with what it shares (0 where that makes no sense)."""

    own: int
    total: int = 0


class Surroundings:
    """The surroundings of the displayed objects. Nothing here changes the mirror."""

    def __init__(
        self,
        mirror: Mirror,
        usage: Mapping[str, Usage],
        history: StatsHistory | None = None,
        endings: Endings | None = None,
    ) -> None:
        self.mirror = mirror
        self.usage = usage
        self.history = history or StatsHistory()
        self._endings = endings
        self.glyphs = BRAILLE
        """The glyphs that plots are drawn with."""
        self.clock = mirror.clock
        self.sizes: dict[str, dict[str, Size]] = defaultdict(dict)
        self.reveal = False
        self.busy: dict[tuple[str, str], str] = {}
        """Running commands on objects, by kind and id: `stopping…`."""
        self._users: dict[str, tuple[int, dict[str, tuple[Container, ...]]]] = {}

    def size(self, kind: str, id: str) -> Size | None:
        """Return the disk usage of `id`, if measured."""
        return self.sizes[kind].get(id)

    def ending(self, container: Container) -> Ending | None:
        """Return why a container ended or did not start, if that is known beyond its listing."""
        return self._endings.of(container) if self._endings is not None else None

    def image_of(self, container: Container) -> Image | None:
        """Return the image that `container` was created from, if the Engine still has it."""
        found: Image | None = self.mirror.get("image", container.image_id)
        return found

    def network_id(self, attachment: Attachment) -> str:
        """Return the id of a network that a container is attached to; a container that never ran has only its name."""
        if attachment.network_id:
            return attachment.network_id
        networks: Mapping[str, Network] = self.mirror.objects("network")
        return next((id for id, network in networks.items() if network.name == attachment.network), attachment.network)

    def containers_of_image(self, image_id: str) -> tuple[Container, ...]:
        """Return the containers created from this image, running or not."""
        return self._index("image", lambda container: (container.image_id,)).get(image_id, ())

    def containers_of_network(self, id: str, name: str) -> tuple[Container, ...]:
        """Return the containers attached to this network; one that never ran names it without an id."""
        index = self._index("network", lambda container: {a.network_id or a.network for a in container.networks})
        return index.get(id, ()) + (index.get(name, ()) if name != id else ())

    def containers_of_volume(self, name: str) -> tuple[Container, ...]:
        """Return the containers that mount this volume, running or not."""
        return self._index("volume", lambda container: {m.name for m in container.mounts if m.type == "volume"}).get(
            name, ()
        )

    def _index(self, what: str, keys: Callable[[Container], Iterable[str]]) -> dict[str, tuple[Container, ...]]:
        generation = self.mirror.generation("container")
        known = self._users.get(what)
        if known is None or known[0] != generation:
            users: dict[str, list[Container]] = defaultdict(list)
            containers: Mapping[str, Any] = self.mirror.objects("container")
            for container in containers.values():
                for key in keys(container):
                    users[key].append(container)
            known = self._users[what] = (generation, {key: tuple(found) for key, found in users.items()})
        return known[1]
