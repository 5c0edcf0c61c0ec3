"""What the lists of every kind show at every width: nothing is cut while there is room, or something less important."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from rich.cells import cell_len
from textual.geometry import Size

from dockertui.engine.stats import Usage
from dockertui.live.store import Mirror
from dockertui.resources.registry import BY_KIND, RESOURCES
from dockertui.resources.surroundings import Surroundings
from dockertui.widgets.columns import GAP, SETTLING, Cell, Column
from dockertui.widgets.rows import GUTTER
from dockertui.widgets.table import Table

NOW = 1_790_000_000.0
WIDTHS = (80, 120, 160, 200, 300)
COUNTS = (1, 20, 500)
NAMES = (6, 60)
HEIGHT = 40


class Laid(Table[Any]):
    """A table of a size, without an app to be painted in."""

    now = 0.0
    size = Size(0, 0)

    def __init__(self, columns: list[Column[Any]], width: int) -> None:
        self._clock = lambda: self.now
        super().__init__(columns)
        self.resize(width)
        self.refreshed = 0

    def resize(self, width: int) -> None:
        self.size = self._frame_size = Size(width, HEIGHT + self.head)

    def refresh(self, *regions: Any, **options: Any) -> Any:
        self.refreshed += not regions
        return self

    def post_message(self, message: Any) -> bool:
        return True

    def settle(self) -> dict[str, int]:
        """Return the widths of the columns shown."""
        self._build_frame()
        return {self.columns[slot.column].id: slot.width for slot in self._laid_out().slots}


def faults(table: Laid, slack: int = 0) -> list[str]:
    """Return what is wrong with the widths, seen from the texts of the rows in view."""
    shown = table.settle()
    width = table.line_width - GUTTER
    objects = [table.objects[key] for key in table.visible_keys()]
    by_importance = sorted(table.columns, key=lambda column: column.priority)
    content = {column.id: max(cell_len(text_of(column, item)) for item in objects) for column in table.columns}
    needs = {column.id: max(content[column.id], len(column.title) + 1) for column in table.columns}
    cut = [column for column in by_importance if column.id in shown and shown[column.id] < content[column.id]]
    hidden = [column for column in by_importance if column.id not in shown]
    empty = width - sum(shown.values()) - GAP * (len(shown) - 1)
    found = []
    for column in cut:
        less = [one.id for one in by_importance[by_importance.index(column) + 1 :] if one.id in shown]
        if less and shown[column.id] < width // 2:
            found.append(f"{column.id} is cut at {shown[column.id]} while {less} are shown")
        if column.right:
            found.append(f"the numbers of {column.id} are cut")
        if empty:
            found.append(f"{column.id} is cut while {empty} cells are empty")
        wasted = {id for id in shown if shown[id] > max(needs[id], _floor(table, id)) + slack}
        if wasted:
            found.append(f"{column.id} is cut while {wasted} are wider than their contents")
    if hidden and not cut and empty >= GAP + needs[hidden[0].id]:
        found.append(f"{hidden[0].id} is not shown although {empty} cells are empty")
    if any(one.priority < other.priority for one in hidden for other in by_importance if other.id in shown):
        found.append(f"{[one.id for one in hidden]} are hidden while less important columns are shown")
    return found


def _floor(table: Laid, id: str) -> int:
    column = next(column for column in table.columns if column.id == id)
    return column.width if column.right else 0


def text_of(column: Column[Any], item: Any) -> str:
    cell = column.cell(item)
    return cell.text if isinstance(cell, Cell) else cell


def raw(kind: str, number: int, length: int) -> dict[str, Any]:
    name, id = f"{number:03}-{'x' * 56}"[:length], f"{number:064x}"
    image = f"registry.example.com/{name}/orders-api:2026.11.{number}"
    return {
        "container": {
            "Id": id,
            "Names": [f"/{name}"],
            "Image": image if number % 2 else "nginx",
            "ImageID": f"sha256:{id}",
            "Command": f"/entrypoint.sh --name {name}",
            "Created": NOW - 9000 * number,
            "State": "running" if number % 3 else "exited",
            "Status": "Up 2 hours (unhealthy)" if number % 3 else "Exited (137) 3 weeks ago",
            "Labels": {"com.docker.compose.project": name[:20]},
            "Ports": [
                {"PrivatePort": 8000 + port, "PublicPort": 8000 + port, "IP": "127.0.0.1", "Type": "tcp"}
                for port in (0, 1, 2, 9)[: number % 5]
            ],
        },
        "image": {"Id": f"sha256:{id}", "RepoTags": [image, f"{name}:1"], "Size": 10**number % 10**10, "Created": NOW},
        "network": {
            "Id": id,
            "Name": name,
            "Driver": "bridge",
            "Scope": "local",
            "Created": "2026-09-01T00:00:00Z",
            "IPAM": {"Config": [{"Subnet": f"172.{number % 250}.0.0/16"}, {"Subnet": "fd00:1234:5678::/64"}]},
        },
        "volume": {
            "Name": name,
            "Driver": "local",
            "Mountpoint": f"/var/lib/docker/volumes/{name}/_data",
            "CreatedAt": "2026-09-01T00:00:00Z",
        },
        "plugin": {
            "Id": id,
            "Name": f"{name}:latest",
            "Enabled": bool(number % 2),
            "Config": {"Description": "A plugin for volumes on other hosts", "Interface": {"Types": ["docker.volume"]}},
            "Settings": {"Env": [f"HOST={name}"]},
        },
    }[kind]


def listed(kind: str, count: int, length: int) -> tuple[Surroundings, dict[str, Any]]:
    resource = BY_KIND[kind]
    items = [resource.listing.model(raw(kind, number, length), NOW) for number in range(1, count + 1)]
    mirror = Mirror([resource.source for resource in RESOURCES], clock=lambda: NOW)
    mirror.replace(kind, items)
    around = Surroundings(mirror, {})
    around.usage = {id: usage(number) for number, id in enumerate(mirror.objects(kind))}
    return around, dict(mirror.objects(kind))


def usage(number: int) -> Usage:
    size = 7**number % 10**9
    return Usage(cpu=number / 3, memory=size, memory_limit=10**9, net_rx=size, net_tx=1, blk_read=size, blk_write=size,
                 pids=1, read=NOW)  # fmt: skip


@pytest.mark.parametrize("kind", [resource.kind for resource in RESOURCES])
@pytest.mark.parametrize("length", NAMES)
def test_nothing_is_cut_while_there_is_room_or_something_less_important(kind: str, length: int) -> None:
    found = []
    for count in COUNTS:
        around, objects = listed(kind, count, length)
        for width in WIDTHS:
            table = Laid(list(BY_KIND[kind].columns(around)), width)
            table.set_objects(objects)
            found += [f"{count} rows, {width} wide: {fault}" for fault in faults(table)]
            for row in (count - 1, 0):
                table.go_to(row)
                for _ in range(2):
                    table.now += SETTLING
                    table.refresh_frame()
                found += [f"{count} rows, {width} wide, at {row}: {fault}" for fault in faults(table, slack=1)]
    assert not found


@pytest.mark.parametrize("kind", [resource.kind for resource in RESOURCES])
def test_short_names_are_whole_with_all_that_is_said_of_them_on_a_wide_terminal(kind: str) -> None:
    around, objects = listed(kind, 20, 6)
    table = Laid(list(BY_KIND[kind].columns(around)), 300)
    table.set_objects(objects)
    assert list(table.settle()) == [column.id for column in table.columns]


def values(read: Callable[[], str]) -> list[Column[Any]]:
    return [
        Column("name", "NAME", lambda item: item),
        Column("value", "VALUE", lambda item: read(), priority=1),
        Column("last", "LAST", lambda item: "last", priority=2),
    ]


@pytest.mark.parametrize("right", [False, True])
def test_values_that_change_by_a_character_move_nothing(right: bool) -> None:
    value = ["12345678"]
    columns = [column._replace(right=right and column.id == "value", width=5) for column in values(lambda: value[0])]
    table = Laid(columns, 40)
    table.set_objects({"a": "a-name"})
    widths = table.settle()
    table.refreshed = 0
    for second in range(300):
        value[0] = "1234567" if second % 120 > 30 else "12345678"
        table.now += 1
        table.refresh_cells()
        assert table.settle() == widths
    assert not table.refreshed


def test_a_longer_value_grows_at_once_and_once_and_shrinks_late() -> None:
    value = ["short"]
    table = Laid(values(lambda: value[0]), 60)
    table.set_objects({"a": "a-name"})
    seen = [table.settle()["value"]]
    for second in range(200):
        value[0] = "much longer than before" if second in (10, 12, 14) else "short"
        table.now += 1
        table.refresh_cells()
        seen.append(table.settle()["value"])
    changes = [second for second, (was, now) in enumerate(pairwise(seen)) if was != now]
    assert changes[0] == 10
    assert len(changes) == 2
    assert changes[1] - 14 >= SETTLING
    assert changes[1] - 14 <= 2 * SETTLING


@pytest.mark.parametrize(
    "ask",
    [
        lambda table: table.sort_by("name"),
        lambda table: table.set_filter(lambda item: True),
        lambda table: table.resize(61),
    ],
    ids=["sort", "filter", "resize"],
)
def test_columns_shrink_at_once_on_a_sort_a_filter_or_a_resize(ask: Callable[[Laid], None]) -> None:
    value = ["much longer than after"]
    columns = values(lambda: value[0])
    columns[0] = columns[0]._replace(sort=str)
    table = Laid(columns, 60)
    table.set_objects({"a": "a-name"})
    assert table.settle()["value"] == 22
    value[0] = "short"
    table.refresh_cells()
    assert table.settle()["value"] == 22
    ask(table)
    assert table.settle()["value"] == 5


def test_a_column_that_does_not_fit_is_tried_again_without_moving_anything() -> None:
    value = ["a value of thirty characters.."]
    table = Laid([column._replace(width=30) for column in values(lambda: value[0])], 30)
    table.set_objects({"a": "a-name"})
    assert list(table.settle()) == ["name"]
    before = table.refreshed
    for _ in range(5):
        table.now += SETTLING
        table.refresh_cells()
    assert table.refreshed == before
    value[0] = "short"
    table.now += SETTLING
    table.refresh_cells()
    assert list(table.settle()) == ["name", "value", "last"]
    assert table.refreshed == before + 1


def test_five_thousand_rows_cost_no_more_than_those_in_view() -> None:
    asked: list[str] = []

    def cell(item: str) -> str:
        asked.append(item)
        return item

    table = Laid([Column("name", "NAME", cell, None)], 80)
    table.set_objects({str(number): f"name-{number}" for number in range(5000)})
    table.settle()
    assert len(asked) == HEIGHT
    for _ in range(5):
        table.now += SETTLING
        table.refresh_frame()
        table.patch({"3000": "a longer name that is not in view"})
    assert len(asked) == HEIGHT
    table.now += SETTLING
    table.refresh_cells()
    assert len(asked) == 2 * HEIGHT
