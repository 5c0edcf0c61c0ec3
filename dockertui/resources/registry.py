"""The kinds that the program shows, in the order of their panes. A new kind needs an entry here."""

from __future__ import annotations

from typing import Any

from dockertui.live.store import Source
from dockertui.resources.base import Resource
from dockertui.resources.container import Containers
from dockertui.resources.image import Images
from dockertui.resources.network import Networks
from dockertui.resources.plugin import Plugins
from dockertui.resources.volume import Volumes

RESOURCES: tuple[Resource[Any], ...] = (Containers(), Images(), Networks(), Volumes(), Plugins())
BY_KIND: dict[str, Resource[Any]] = {resource.kind: resource for resource in RESOURCES}
SOURCES: tuple[Source[Any], ...] = tuple(resource.source for resource in RESOURCES)
