"""Volumes: the list's columns, the page of one, and the containers that mount it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from dockertui.engine import system, volumes
from dockertui.engine.client import Engine
from dockertui.engine.models import Volume
from dockertui.live.store import Source
from dockertui.resources import format
from dockertui.resources.base import Reference, Resource, Summary, facts, filled, listing
from dockertui.resources.container_state import status
from dockertui.resources.event_effects import own
from dockertui.resources.reply import Reply
from dockertui.resources.surroundings import Size, World
from dockertui.resources.used_by import container_reference, running_first, use_count
from dockertui.widgets.columns import Cell, Column
from dockertui.widgets.page_lines import Field, Section

_ANONYMOUS_LABEL = "com.docker.volume.anonymous"


class Volumes(Resource[Volume]):
    """What `docker volume ls` lists, with who mounts each."""

    kind = "volume"
    title = "Volumes"
    busy_column = "used"
    source = Source(
        "volume",
        volumes.ls,
        lambda volume: volume.name,
        lambda event, known: own(event, "volume"),
        actions=frozenset({"create", "destroy", "prune"}),
    )
    plain = ("name", "driver")
    prefixes = ()

    def columns(self, world: World) -> Sequence[Column[Volume]]:
        def users(item: Volume) -> int:
            return len(world.containers_of_volume(item.name))

        return (
            Column("name", "NAME", _name, lambda item: (is_anonymous(item), item.name.lower()), width=20, grow=3),
            Column("used", "IN USE BY", partial(_used, world), users, width=14, grow=2, priority=1),
            Column(
                "size",
                "SIZE",
                partial(_size, world),
                partial(_size_order, world),
                width=7,
                right=True,
                priority=2,
            ),
            Column(
                "created",
                "AGE",
                partial(_created, world),
                lambda item: item.created,
                width=4,
                right=True,
                priority=3,
            ),
            Column("driver", "DRIVER", lambda item: item.driver, lambda item: item.driver, width=7, priority=4),
            Column(
                "mountpoint",
                "MOUNT POINT",
                lambda item: Cell(item.mountpoint, "dim"),
                lambda item: item.mountpoint,
                width=20,
                grow=2,
                priority=5,
            ),
        )

    def name(self, item: Volume) -> str:
        return item.name

    def terms(self) -> Mapping[str, Callable[[Volume], Iterable[str]]]:
        return {
            "name": lambda item: (item.name,),
            "driver": lambda item: (item.driver,),
            "mountpoint": lambda item: (item.mountpoint,),
            "state": lambda item: ("anonymous" if is_anonymous(item) else "named",),
            "label": lambda item: [f"{key}={value}" for key, value in item.labels.items()],
        }

    def sections(self, item: Volume, inspect: Reply, world: World) -> list[Section]:
        created = format.parse_time(inspect.text("CreatedAt")) or item.created
        size = world.size("volume", item.name)
        return filled(
            Section(
                "Volume",
                facts(
                    Field("Name", item.name),
                    Field("Kind", "anonymous" if is_anonymous(item) else ""),
                    Field("Driver", item.driver),
                    Field("Scope", item.scope),
                    Field("Mount point", item.mountpoint),
                    Field("Created", format.moment(created, world.clock())),
                    Field("Size", f"{format.size(size.own)} ({size.own:,} bytes)" if size else ""),
                    Field("Project", item.labels.get("com.docker.compose.project", "")),
                ),
            ),
            Section("Used by", _mount_fields(item, world)),
            listing("Options", inspect.pairs("Options") or sorted(item.options.items())),
            listing("Status", inspect.pairs("Status")),
            listing("Labels", inspect.pairs("Labels") or sorted(item.labels.items())),
        )

    def references(self, item: Volume, world: World) -> list[Reference]:
        return [container_reference(user) for user in world.containers_of_volume(item.name)]

    async def inspect(self, engine: Engine, item: Volume) -> Mapping[str, Any]:
        return await volumes.inspect(engine, item.name)

    def summary(self, items: Iterable[Volume], world: World) -> list[Summary]:
        known = list(items)
        unused = sum(not world.containers_of_volume(item.name) for item in known)
        sizes = [size.own for item in known if (size := world.size("volume", item.name))]
        return ([Summary(f"{unused} unused", "warn")] if unused else []) + (
            [Summary(format.size(sum(sizes)), "dim")] if sizes else []
        )

    async def measure(self, engine: Engine) -> Mapping[str, Size]:
        usage = await system.df_volumes(engine)
        return {name: Size(used.size) for name, used in usage.items() if used.size is not None}


def is_anonymous(item: Volume) -> bool:
    """Whether the Engine named the volume itself: before API 1.42 only its name of 64 hex digits tells."""
    return _ANONYMOUS_LABEL in item.labels or (len(item.name) == 64 and all(c in "0123456789abcdef" for c in item.name))


def _name(item: Volume) -> Cell:
    return Cell(item.name, "dim" if is_anonymous(item) else "")


def _used(world: World, item: Volume) -> Cell:
    users = world.containers_of_volume(item.name)
    return Cell(users[0].name, "" if users[0].running else "dim") if len(users) == 1 else use_count(users)


def _size(world: World, item: Volume) -> Cell:
    known = world.size("volume", item.name)
    return Cell(format.size(known.own)) if known else Cell("·", "dim")


def _size_order(world: World, item: Volume) -> int | None:
    known = world.size("volume", item.name)
    return known.own if known else None


def _created(world: World, item: Volume) -> Cell:
    return Cell(format.age(world.clock() - item.created) if item.created else "", "dim")


def _mount_fields(item: Volume, world: World) -> list[Field]:
    fields = []
    for user in running_first(world.containers_of_volume(item.name)):
        places = [f"{m.destination}{'' if m.rw else ' (read only)'}" for m in user.mounts if m.name == item.name]
        value = f"{status(world, user).text}, at {', '.join(places)}"
        fields.append(
            Field(
                user.name or user.short_id,
                value,
                "" if user.running else "dim",
                ref=container_reference(user),
            )
        )
    return fields
