"""Volumes: columns, page, and the containers that mount one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from dockertui.engine import system
from dockertui.engine.client import Engine
from dockertui.engine.container_model import project_of
from dockertui.engine.fields import Reply
from dockertui.engine.models import Volume
from dockertui.engine.volumes import VOLUMES
from dockertui.resources import column_factories as column
from dockertui.resources import format
from dockertui.resources.base import Reference, Resource, Summary, facts, filled, labels, listing
from dockertui.resources.container_state import status
from dockertui.resources.surroundings import Size, Surroundings
from dockertui.resources.used_by import container_reference, running_first, use_count
from dockertui.widgets.columns import Cell, Column
from dockertui.widgets.page_lines import Field, Section

_ANONYMOUS_LABEL = "com.docker.volume.anonymous"


class Volumes(Resource[Volume]):
    """What `docker volume ls` lists, with the containers that mount each."""

    title = "Volumes"
    listing = VOLUMES
    actions = frozenset({"create", "destroy", "prune"})
    busy_column = "used"
    has = frozenset({"files", "references"})
    telling = ("used", False)
    plain = ("name", "driver")
    prefixes = ()

    def columns(self, surroundings: Surroundings) -> Sequence[Column[Volume]]:
        def users(item: Volume) -> int:
            return len(surroundings.containers_of_volume(item.name))

        return (
            Column("name", "NAME", _name, lambda item: (is_anonymous(item), item.name.lower()), width=20),
            Column("used", "IN USE BY", partial(_used, surroundings), users, width=14, priority=1),
            column.measured(surroundings, self.kind, self.name, priority=2),
            column.age(surroundings, self.created, priority=3),
            column.text("driver", "DRIVER", lambda item: item.driver, width=7, priority=4),
            column.dim("mountpoint", "MOUNT POINT", lambda item: item.mountpoint, width=20, priority=5),
        )

    def name(self, item: Volume) -> str:
        return item.name

    def created(self, item: Volume) -> float | None:
        return item.created

    def copies(self, item: Volume) -> Iterable[tuple[str, str]]:
        yield "name", item.name
        yield "mount point", item.mountpoint

    def terms(self) -> Mapping[str, Callable[[Volume], Iterable[str]]]:
        return {
            "name": lambda item: (item.name,),
            "driver": lambda item: (item.driver,),
            "mountpoint": lambda item: (item.mountpoint,),
            "state": lambda item: ("anonymous" if is_anonymous(item) else "named",),
            "label": labels,
        }

    def sections(self, item: Volume, inspect: Reply, surroundings: Surroundings) -> list[Section]:
        created = format.parse_time(inspect.text("CreatedAt")) or item.created
        size = surroundings.size("volume", item.name)
        return filled(
            Section(
                "Volume",
                facts(
                    Field("Name", item.name),
                    Field("Kind", "anonymous" if is_anonymous(item) else ""),
                    Field("Driver", item.driver),
                    Field("Scope", item.scope),
                    Field("Mount point", item.mountpoint),
                    Field("Created", format.moment(created, surroundings.clock())),
                    Field("Size", f"{format.size(size.own)} ({size.own:,} bytes)" if size else ""),
                    Field("Project", project_of(item.labels)),
                ),
            ),
            Section("Used by", _mount_fields(item, surroundings)),
            listing("Options", inspect.pairs("Options") or sorted(item.options.items())),
            listing("Status", inspect.pairs("Status")),
            listing("Labels", inspect.pairs("Labels") or sorted(item.labels.items())),
        )

    def references(self, item: Volume, surroundings: Surroundings) -> list[Reference]:
        return [container_reference(user) for user in surroundings.containers_of_volume(item.name)]

    def summary(self, items: Iterable[Volume], surroundings: Surroundings) -> list[Summary]:
        known = list(items)
        unused = sum(not surroundings.containers_of_volume(item.name) for item in known)
        sizes = [size.own for item in known if (size := surroundings.size("volume", item.name))]
        return ([Summary(f"{unused} unused", "warn")] if unused else []) + (
            [Summary(format.size(sum(sizes)), "dim")] if sizes else []
        )

    async def measure(self, engine: Engine) -> Mapping[str, Size]:
        usage = await system.df_volumes(engine)
        return {name: Size(used.size) for name, used in usage.items() if used.size is not None}


def is_anonymous(item: Volume) -> bool:
    """Whether the Engine named the volume: before API 1.42 only its name of 64 hex digits tells."""
    return _ANONYMOUS_LABEL in item.labels or (len(item.name) == 64 and all(c in "0123456789abcdef" for c in item.name))


def _name(item: Volume) -> Cell:
    return Cell(item.name, "dim" if is_anonymous(item) else "")


def _used(surroundings: Surroundings, item: Volume) -> Cell:
    users = surroundings.containers_of_volume(item.name)
    return Cell(users[0].name, "" if users[0].running else "dim") if len(users) == 1 else use_count(users)


def _mount_fields(item: Volume, surroundings: Surroundings) -> list[Field]:
    fields = []
    for user in running_first(surroundings.containers_of_volume(item.name)):
        places = [f"{m.destination}{'' if m.rw else ' (read only)'}" for m in user.mounts if m.name == item.name]
        value = f"{status(surroundings, user).text}, at {', '.join(places)}"
        fields.append(
            Field(
                user.name or user.short_id,
                value,
                "" if user.running else "dim",
                ref=container_reference(user),
            )
        )
    return fields
