"""What the lists say of an object: its words and their styles, by state."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from dockertui.engine.client import Engine
from dockertui.engine.fields import Reply
from dockertui.engine.models import Container, Image, Network, Port, Volume
from dockertui.engine.stats import Usage
from dockertui.live.endings import Endings
from dockertui.live.journal import Journal
from dockertui.live.store import Mirror
from dockertui.resources.column_factories import shorten_image
from dockertui.resources.container import port_list, port_ranges, shorten_ports
from dockertui.resources.registry import BY_KIND, RESOURCES
from dockertui.resources.surroundings import Size, Surroundings
from dockertui.widgets.columns import Cell

NOW = 1_790_000_000.0


def make(status: str = "Up 2 hours", state: str = "running", **fields: Any) -> Container:
    raw = {"Id": "c" * 64, "Names": ["/web"], "Image": "nginx", "ImageID": "sha256:1", "State": state, "Status": status}
    return Container.from_json(raw | fields, NOW)


def world(*containers: Container) -> Surroundings:
    mirror = Mirror([resource.source for resource in RESOURCES], clock=lambda: NOW)
    mirror.replace("container", containers)
    return Surroundings(mirror, {})


def cell(kind: str, column: str, item: Any, around: Surroundings) -> Cell:
    found = next(c for c in BY_KIND[kind].columns(around) if c.id == column)
    value = found.cell(item)
    return value if isinstance(value, Cell) else Cell(value)


@pytest.mark.parametrize(
    ("state", "status", "shown"),
    [
        ("running", "Up 2 hours", Cell("up 2h", "good")),
        ("running", "Up 2 hours (healthy)", Cell("up 2h healthy", "good")),
        ("running", "Up 5 minutes (unhealthy)", Cell("up 5m unhealthy", "bad")),
        ("running", "Up 1 second (health: starting)", Cell("up 1s starting", "warn")),
        ("exited", "Exited (0) 3 days ago", Cell("exit 0, 3d", "dim")),
        ("exited", "Exited (137) 3 hours ago", Cell("exit 137, 3h", "bad")),
        ("exited", "Exited (143) 3 hours ago", Cell("exit 143, 3h", "dim")),
        ("restarting", "Restarting (1) 4 seconds ago", Cell("restarting (1)", "warn")),
        ("paused", "Up 2 weeks (Paused)", Cell("paused 2w", "warn")),
        ("created", "Created", Cell("created", "dim")),
        ("dead", "Dead", Cell("dead", "bad")),
        ("levitating", "", Cell("levitating", "dim")),
    ],
)
def test_a_state_is_a_word(state: str, status: str, shown: Cell) -> None:
    item = make(status, state)
    assert cell("container", "status", item, world(item)) == shown


@pytest.mark.parametrize(
    ("state", "status", "inspected", "shown"),
    [
        ("exited", "Exited (137) 3 hours ago", {"OOMKilled": True}, Cell("OOM killed, 3h", "bad")),
        ("exited", "Exited (137) 3 hours ago", {}, Cell("exit 137, 3h", "bad")),
        ("exited", "Exited (1) 3 hours ago", {"OOMKilled": True}, Cell("exit 1, 3h", "bad")),
        ("exited", "Exited (127) 3 hours ago", {"Error": "no space left on device"},
         Cell("start failed: disk full", "bad")),
        ("created", "Created", {"Error": "Bind for 0.0.0.0:80 failed: port is already allocated"},
         Cell("start failed: port in use", "bad")),
        ("created", "Created", {}, Cell("created", "dim")),
        ("restarting", "Restarting (1) 4 seconds ago", {"RestartCount": 4}, Cell("restarting 4x", "warn")),
        ("restarting", "Restarting (137) 4 seconds ago", {"RestartCount": 4, "OOMKilled": True},
         Cell("restarting 4x OOM", "warn")),
        ("restarting", "Restarting (1) 4 seconds ago", {}, Cell("restarting (1)", "warn")),
    ],
)  # fmt: skip
def test_a_status_says_why_once_that_is_known(state: str, status: str, inspected: Any, shown: Cell) -> None:
    item = make(status, state)
    around = world(item)
    endings = Endings(cast(Engine, None), around.mirror, Journal(), lambda id: None)
    finished = datetime.fromtimestamp(NOW - 3 * 3600, UTC).isoformat()
    told = {"Status": state, "ExitCode": item.exit_code, "FinishedAt": finished, **inspected}
    endings.learn(item.id, {"State": told, "RestartCount": inspected.get("RestartCount", 0)})
    assert cell("container", "status", item, Surroundings(around.mirror, {}, endings=endings)) == shown


def test_every_state_of_the_api_has_a_symbol_and_an_unknown_one_a_question_mark() -> None:
    states = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
    symbols = [cell("container", "state", make("", state), world()).text for state in states]
    assert len(set(symbols)) == len(states)
    assert cell("container", "state", make("", "levitating"), world()).text == "?"


def test_the_summary_counts_as_failed_what_the_rows_show_as_failed() -> None:
    known = [make("Exited (1) 1 second ago", "exited", Id=f"{n}") for n in range(2)]
    known += [make("Exited (143) 1 second ago", "exited", Id="9"), make(Id="10")]
    parts = BY_KIND["container"].summary(known, world(*known))
    assert [part.text for part in parts] == ["1 running", "2 failed", "1 exited"]


def test_ports_are_short_and_both_families_once() -> None:
    item = make(
        Ports=[
            {"PrivatePort": 80, "PublicPort": 8080, "IP": "0.0.0.0", "Type": "tcp"},
            {"PrivatePort": 80, "PublicPort": 8080, "IP": "::", "Type": "tcp"},
            {"PrivatePort": 53, "PublicPort": 53, "IP": "127.0.0.1", "Type": "udp"},
            {"PrivatePort": 9000, "Type": "tcp"},
        ]
    )
    assert set(port_list(item.ports).split(", ")) == {"8080→80", "127.0.0.1:53→53/udp", "9000"}
    assert port_list(item.ports).endswith("9000")


@pytest.mark.parametrize(
    ("ports", "shown"),
    [
        ([Port(n, n, ip) for n in (8000, 8001, 8002) for ip in ("0.0.0.0", "::")], "8000-8002→8000-8002"),
        ([Port(81, 9001), Port(80, 9000), Port(83, 9003)], "9000-9001→80-81, 9003→83"),
        ([Port(80, 9000), Port(81, 8000)], "9000→80, 8000→81"),
        ([Port(80, 80, "127.0.0.1"), Port(81, 81, "0.0.0.0")], "81→81, 127.0.0.1:80→80"),
        ([Port(53, 53), Port(54, 54, type="udp")], "53→53, 54→54/udp"),
        ([Port(53, 53, "::1", "udp"), Port(54, 54, "::1", "udp")], "[::1]:53-54→53-54/udp"),
        ([Port(9000), Port(9001), Port(80, 80)], "80→80, 9000-9001"),
        ([Port(80, 8080), Port(80, 8081)], "8080→80, 8081→80"),
        ([], ""),
    ],
)
def test_successive_ports_are_joined(ports: list[Port], shown: str) -> None:
    assert port_ranges(ports) == shown


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (30, "80→80, 5432→5432, 9000→9000"),
        (26, "80→80, 5432→5432 +1"),
        (18, "80→80 +2"),
        (7, "80→80"),
    ],
)
def test_ports_lose_their_address_before_they_are_counted(width: int, shown: str) -> None:
    assert shorten_ports("80→80, 127.0.0.1:5432→5432, [::1]:5432→5432, 127.0.0.1:9000→9000", width) == shown


@pytest.mark.parametrize(
    ("image", "width", "shown"),
    [
        ("registry.example.com/shop/orders-api:2026.11.3", 40, "…/shop/orders-api:2026.11.3"),
        ("registry.example.com/shop/orders-api:2026.11.3", 26, "…/orders-api:2026.11.3"),
        ("registry.example.com/shop/orders-api:2026.11.3", 15, "…-api:2026.11.3"),
        ("orders-api:2026.11.3 +2", 12, "…026.11.3 +2"),
        ("registry.example.com/shop/db@sha256:0123456789ab…", 40, "…/shop/db@sha256:0123456789ab…"),
        ("registry.example.com/shop/db@sha256:0123456789ab…", 15, "db@sha256:0123456789ab…"),
    ],
)
def test_an_image_keeps_its_name_and_its_tag(image: str, width: int, shown: str) -> None:
    assert shorten_image(image, width) == shown


def test_a_digest_is_shown_by_its_beginning() -> None:
    item = make(Image=f"shop/db@sha256:{'0123456789abcdef' * 4}")
    assert cell("container", "image", item, world(item)).text == "shop/db@sha256:0123456789ab…"


@pytest.mark.parametrize(
    ("name", "labels", "shown"),
    [
        ("web", {}, "web"),
        ("shop-web-1", {"com.docker.compose.project": "shop", "com.docker.compose.service": "web"}, "shop-web-1"),
        ("my_shop_web_1", {"com.docker.compose.project": "my-shop", "com.docker.compose.service": "web"},
         "my_shop_web_1"),
        ("postgres", {"com.docker.compose.project": "shop", "com.docker.compose.service": "db"}, "postgres (shop/db)"),
        ("workshop", {"com.docker.compose.project": "shop"}, "workshop (shop)"),
        ("web", {"io.podman.compose.project": "shop", "com.docker.compose.service": "web"}, "web (shop/web)"),
        ("web", {"com.docker.compose.service": "web"}, "web"),
        ("web", {"com.docker.compose.project": "p" * 300}, f"web ({'p' * 23}…)"),
    ],
)  # fmt: skip
def test_a_name_that_does_not_say_its_project_and_service_is_followed_by_them(
    name: str, labels: dict[str, str], shown: str
) -> None:
    item = make(Names=[f"/{name}"], Labels=labels)
    assert cell("container", "name", item, world(item)).text == shown


def test_a_project_is_known_by_the_label_of_docker_or_of_podman() -> None:
    assert make(Labels={"com.docker.compose.project": "a", "io.podman.compose.project": "b"}).project == "a"
    assert make(Labels={"com.docker.compose.project": "", "io.podman.compose.project": "b"}).project == "b"
    assert make(Labels={}).project == ""


def test_usage_is_of_running_containers_alone_and_warns() -> None:
    running, stopped = make(Id="a"), make("Exited (0) 1 second ago", "exited", Id="b")
    usage = Usage(
        cpu=93.2, memory=950, memory_limit=1000, net_rx=1200, net_tx=1, blk_read=None, blk_write=None, pids=1, read=NOW
    )
    around = world(running, stopped)
    around.usage = {"a": usage, "b": usage}
    assert cell("container", "cpu", running, around) == Cell("93.2%", "bad")
    assert cell("container", "memory", running, around) == Cell("950B", "bad")
    assert cell("container", "net", running, around).text == "1.2kB / 1B"
    assert cell("container", "block", running, around).text == ""
    assert cell("container", "cpu", stopped, around).text == ""


def test_images_networks_and_volumes_know_who_uses_them() -> None:
    user = make(
        NetworkSettings={"Networks": {"shop": {"NetworkID": "n1"}}},
        Mounts=[{"Type": "volume", "Name": "data", "Destination": "/data"}],
    )
    never_ran = make("Created", "created", Id="d", NetworkSettings={"Networks": {"shop": {"NetworkID": ""}}})
    around = world(user, never_ran)
    image = Image.from_json({"Id": "sha256:1", "RepoTags": ["nginx:1", "nginx:2"]})
    network = Network.from_json({"Id": "n1", "Name": "shop"})
    volume = Volume.from_json({"Name": "data"})
    assert cell("image", "name", image, around).text == "nginx:1 +1"
    assert cell("image", "used", image, around).text == "2 (1 up)"
    assert cell("network", "members", network, around).text == "2 (1 up)"
    assert cell("volume", "used", volume, around).text == "web"
    assert cell("volume", "used", Volume.from_json({"Name": "other"}), around) == Cell("unused", "dim")
    names = [reference.label for reference in BY_KIND["container"].references(user, around)]
    assert names == ["nginx", "shop", "data"]


def test_a_new_container_is_counted_at_once() -> None:
    around = world()
    assert around.containers_of_image("sha256:1") == ()
    around.mirror.replace("container", [make()])
    assert len(around.containers_of_image("sha256:1")) == 1


def test_sizes_are_shown_once_they_were_asked_for() -> None:
    around, volume = world(), Volume.from_json({"Name": "data"})
    assert cell("volume", "size", volume, around).text == "·"
    around.sizes["volume"] = {"data": Size(1_500_000)}
    assert cell("volume", "size", volume, around).text == "1.5MB"


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.kind)
def test_every_kind_makes_a_page_of_nothing_and_sorts_by_every_column(resource: Any) -> None:
    item = resource.listing.model({}, NOW)
    around = world()
    assert isinstance(resource.sections(item, Reply({}), around), list)
    for column in resource.columns(around):
        column.cell(item)
        if column.sort is not None:  # the lines of dots have no order
            column.sort(item)
    for texts in resource.terms().values():
        assert all(isinstance(text, str) for text in texts(item))
