"""Images: columns, page, and the containers that use one."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from dockertui.engine.fields import Reply
from dockertui.engine.images import IMAGES
from dockertui.engine.models import Event, Image
from dockertui.live.store import ALL, Ids
from dockertui.resources import column_factories as column
from dockertui.resources import format
from dockertui.resources.base import Reference, Resource, Summary, facts, filled, labels, listing
from dockertui.resources.event_effects import NOTHING, own
from dockertui.resources.surroundings import Surroundings
from dockertui.resources.used_by import container_reference, use_count, users_fields
from dockertui.widgets.columns import Cell, Column
from dockertui.widgets.page_lines import Field, Section


class Images(Resource[Image]):
    """What `docker images` lists, with one row per image: further tags are counted beside the first."""

    telling = ("size", True)
    title = "Images"
    listing = IMAGES
    actions = frozenset({"tag", "untag", "delete", "remove", "import", "load", "pull", "create", "prune"})
    busy_column = "used"
    has = frozenset({"references"})

    def touched(self, event: Event, known: Mapping[str, Image]) -> Ids:
        """A change of an image may concern others (parents, moved tags), and the API cannot filter by id."""
        if event.type == "container" and event.action == "commit":
            return ALL
        return ALL if own(event, "image") else NOTHING

    def columns(self, surroundings: Surroundings) -> Sequence[Column[Image]]:
        return (
            Column("name", "REPOSITORY:TAG", _name, lambda item: (item.dangling, item.name.lower()), width=20,
                   shorten=column.shorten_image),
            Column("used", "USED BY", partial(_used, surroundings),
                   lambda item: len(surroundings.containers_of_image(item.id)), width=8, priority=1),
            Column("size", "SIZE", lambda item: format.size(item.size), lambda item: item.size, width=6, right=True,
                   priority=2),
            column.age(surroundings, self.created, priority=3),
            column.short_id(priority=4),
            Column("tags", "ALL TAGS", lambda item: " ".join(item.tags), lambda item: len(item.tags), width=20,
                   priority=5),
        )  # fmt: skip

    def name(self, item: Image) -> str:
        return item.short_id if item.dangling else item.name

    def created(self, item: Image) -> float | None:
        return item.created

    def copies(self, item: Image) -> Iterable[tuple[str, str]]:
        yield from (("name", tag) for tag in item.tags)
        yield "id", item.id
        yield from (("digest", digest) for digest in item.digests)

    def terms(self) -> Mapping[str, Callable[[Image], Iterable[str]]]:
        return {
            "name": lambda item: item.tags or (item.name,),
            "image": lambda item: item.tags or (item.name,),
            "id": lambda item: (item.id, item.id.partition(":")[2]),
            "label": labels,
            "state": lambda item: ("dangling" if item.dangling else "tagged",),
            "tags": lambda item: item.tags,
        }

    def sections(self, item: Image, inspect: Reply, surroundings: Surroundings) -> list[Section]:
        users = surroundings.containers_of_image(item.id)
        return filled(
            Section("Image", facts(*_identity(item, inspect, surroundings))),
            Section("Used by", users_fields(users, surroundings)),
            Section("Runs", facts(*_runs(inspect))),
            Section(
                "Layers",
                [Field(str(n), layer, "dim") for n, layer in enumerate(inspect.words("RootFS", "Layers"), 1)],
            ),
            listing("Labels", inspect.pairs("Config", "Labels") or sorted(item.labels.items())),
        )

    def references(self, item: Image, surroundings: Surroundings) -> list[Reference]:
        return [container_reference(user) for user in surroundings.containers_of_image(item.id)]

    def summary(self, items: Iterable[Image], surroundings: Surroundings) -> list[Summary]:
        known = list(items)
        dangling = sum(item.dangling for item in known)
        total = sum(item.size for item in known)
        return ([Summary(f"{dangling} dangling", "warn")] if dangling else []) + [Summary(format.size(total), "dim")]


def _name(item: Image) -> Cell:
    more = f" +{len(item.tags) - 1}" if len(item.tags) > 1 else ""
    return Cell(item.name + more, "dim" if item.dangling else "")


def _used(surroundings: Surroundings, item: Image) -> Cell:
    users = surroundings.containers_of_image(item.id)
    return Cell("dangling", "warn") if item.dangling and not users else use_count(users)


def _identity(item: Image, inspect: Reply, surroundings: Surroundings) -> list[Field | None]:
    built = format.parse_time(inspect.text("Created")) or (item.created if item.created > 0 else None)
    platform = "/".join(filter(None, (inspect.text("Os"), inspect.text("Architecture"), inspect.text("Variant"))))
    return [
        Field("Tags", item.tags or ("none: dangling",), "" if item.tags else "warn"),
        Field("Id", item.id),
        Field("Digests", item.digests),
        Field("Size", f"{format.size(item.size)} ({item.size:,} bytes)"),
        Field("Built", format.moment(built, surroundings.clock())),
        Field(
            "Tagged", format.moment(format.parse_time(inspect.text("Metadata", "LastTagTime")), surroundings.clock())
        ),
        Field("Platform", platform),
        Field("Author", inspect.text("Author")),
        Field("Comment", inspect.text("Comment")),
        Field("Made with", f"Docker {inspect.text('DockerVersion')}" if inspect.text("DockerVersion") else ""),
        Field("Parent", inspect.text("Parent"), ref=Reference("image", inspect.text("Parent"), "parent")),
        Field("Storage", inspect.text("GraphDriver", "Name")),
    ]


def _runs(inspect: Reply) -> list[Field | None]:
    config = Reply(inspect.at("Config"))
    return [
        Field("Entry point", shlex.join(config.words("Entrypoint"))),
        Field("Command", shlex.join(config.words("Cmd"))),
        Field("User", config.text("User")),
        Field("Directory", config.text("WorkingDir")),
        Field("Ports", [port for port, _ in config.entries("ExposedPorts")]),
        Field("Volumes", [path for path, _ in config.entries("Volumes")]),
        Field("Health probe", config.words("Healthcheck", "Test")),
        Field("Stop signal", config.text("StopSignal")),
        Field("Environment", config.words("Env")),
    ]
