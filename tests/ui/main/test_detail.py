"""The detail of an object: its page, its JSON, and the way from one object to another and back."""

from __future__ import annotations

from functools import partial

import pytest

from tests.demo import DemoEngine
from tests.ui.changes import pause
from tests.ui.stage import NARROW, WIDE, Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")

TALL = (100, 120)
"""One pane at a time, with room for a whole page."""


async def page_of(stage: Stage, pane: str, name: str) -> str:
    """The text of an object's page."""
    await stage.press(pane)
    await stage.goto(name)
    await stage.press("enter")
    await stage.until_known()
    return stage.detail_text


async def test_the_page_of_a_container(host: DemoEngine) -> None:
    async with opened(TALL, engine=host) as stage:
        text = await page_of(stage, "1", "shop-db-1")
        for part in (
            "running for 1 week 5 days, healthy",
            "postgres:17",
            "docker-entrypoint.sh postgres",
            "pg_isready",
            "accepting connections",
            "unless-stopped",
            "shop_back",
            "172.19.0.4",
            "aliases",
            "volume shop_pgdata",
            "POSTGRES_DB",
            "com.docker.compose.",
            "2026-03-02 15:09:26 +0000",
        ):
            assert part in text, part


async def test_an_exit_code_is_explained(host: DemoEngine) -> None:
    async with opened(TALL, engine=host) as stage:
        text = await page_of(stage, "1", "shop-report-1")
        assert "137" in text
        assert "memory limit" in " ".join(text.split())
        assert "OOM" in text


async def test_the_pages_of_the_other_kinds(host: DemoEngine) -> None:
    async with opened(TALL, engine=host) as stage:
        text = await page_of(stage, "2", "nginx:1.27-alpine")
        for part in ("nginx:stable", "48.2MB", "shop-web-1", "shop-web-2", "web-canary", "SIGQUIT", "linux/amd64"):
            assert part in text, part
        text = await page_of(stage, "3", "shop_back")
        for part in ("172.19.0.0/16", "gateway 172.19.0.1", "no way out", "shop-db-1", "172.19.0.4"):
            assert part in text, part
        text = await page_of(stage, "4", "shop_uploads")
        for part in ("/var/lib/docker/volumes/shop_uploads", "backup", "read only", "shop"):
            assert part in text, part


def _is_at(stage: Stage, kind: str, name: str) -> bool:
    return (stage.main.pane.resource.kind, stage.cursor) == (kind, name)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
async def test_there_and_back(host: DemoEngine, size: tuple[int, int]) -> None:
    """A container, its image, one of that image's other containers, its network; and all the way back."""
    async with opened(size, engine=host) as stage:
        await stage.goto("shop-web-1")
        way = [("image", "nginx:1.27-alpine"), ("container", "shop-web-2"), ("network", "shop_front")]
        for kind, name in way:
            await stage.press("f")
            await stage.type(name)
            await stage.press("enter")
            await stage.until(partial(_is_at, stage, kind, name))
            stage.check_frame()
        for kind, name in [*reversed(way[:-1]), ("container", "shop-web-1")]:
            await stage.press("backspace")
            assert (stage.main.pane.resource.kind, stage.cursor) == (kind, name)
        await stage.press("backspace")
        assert "nothing to go back to" in stage.footer


async def test_following_lifts_the_filter_that_hides(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("slash", *"grafana", "enter", "2")
        await stage.goto("haproxy:2.9")
        await stage.press("f")
        await stage.until(lambda: stage.cursor == "old-proxy")
        assert len(stage.shown) == 22


async def test_what_uses_nothing_says_so(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.press("4")
        await stage.goto("scratch")
        await stage.press("f")
        assert "nothing uses it" in stage.footer


async def test_the_detail_follows_the_cursor(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host) as stage:
        for name in ("shop-db-1", "shop-cache-1", "devbox"):
            await stage.goto(name)
            assert f"▏ container {name}\n" in stage.detail_text
            await stage.until_known()
        await stage.press("2")
        assert "image alpine:3.21" in stage.detail_text


async def test_the_engine_is_asked_once_the_cursor_rests(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host) as stage:
        await stage.until_known()
        await stage.until_explained()
        host.forget_requests()
        await stage.burst(*["j"] * 15)
        await stage.until_known()
        assert len(host.requests_to(r"/containers/\w+/json")) <= 2


async def test_a_detail_that_is_not_seen_asks_nothing(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.until_explained()
        host.forget_requests()
        await stage.press("j", "j", "2", "j", "1", "k")
        await stage.until_answered()
        assert host.requests_to(r"/(containers|images)/[\w:]+/json$") == []


# JSON


async def test_json_opens_folded_and_unfolds(host: DemoEngine) -> None:
    async with opened((100, 40), engine=host) as stage:
        await stage.goto("shop-db-1")
        await stage.press("i")
        await stage.until('"Created"')
        view = stage.tab("inspect")
        assert "POSTGRES_DB" not in stage.text
        assert "{…}" in stage.text
        folded = view.line_count
        await stage.press("plus")
        assert view.line_count > 2 * folded
        await stage.press("minus", "G", "g")
        assert view.line_count <= folded


async def test_a_search_opens_the_folds_on_the_way(host: DemoEngine) -> None:
    async with opened(NARROW, engine=host) as stage:
        await stage.goto("shop-db-1")
        await stage.press("i")
        await stage.until('"Created"')
        await stage.press("slash", *"destination", "enter")
        assert "Destination" in stage.text
        assert stage.tab("inspect").cursor_path[-1] == "Destination"
        await stage.press("n")
        assert stage.tab("inspect").cursor_path[-1] == "Destination"
        await stage.press("slash", *"no such thing", "escape")
        stage.check_frame()


async def test_json_stays_where_it_is_when_its_object_changes() -> None:
    async with opened((100, 40)) as stage:
        await stage.goto("shop-db-1")
        await stage.press("i")
        await stage.until('"Created"')
        await stage.press("slash", *"restartpolicy", "enter", "enter")
        view = stage.tab("inspect")
        path, lines = view.cursor_path, view.line_count
        assert path[-1] == "RestartPolicy"
        pause(stage, "shop-db-1")
        await stage.until(lambda: view.value["State"]["Paused"] is True)
        assert (view.cursor_path, view.line_count) == (path, lines)


async def test_secrets_are_hidden_in_both_tabs_until_asked_for(host: DemoEngine) -> None:
    async with opened(TALL, engine=host) as stage:
        secret = host.run(lambda it: dict(line.split("=", 1) for line in it.container("shop-db-1").config["Env"]))
        value = secret["POSTGRES_PASSWORD"]
        assert value not in await page_of(stage, "1", "shop-db-1")
        await stage.press("i", "slash", *"POSTGRES_PASSWORD", "enter")
        assert "POSTGRES_PASSWORD" in stage.text
        assert value not in stage.text
        await stage.press("v")
        assert value in stage.text
        await stage.press("i", "]")
        assert value in stage.text
        await stage.press("v")
        assert value not in stage.text


async def test_a_tab_is_shown_again_once_an_object_has_it() -> None:
    async with opened(WIDE) as stage:
        await stage.goto("shop-db-1")
        await stage.press("m", "escape")
        assert stage.main.detail.kind.id == "stats"
        await stage.press("2")
        await stage.until(lambda: stage.main.detail.kind.id == "detail")
        await stage.press("1")
        await stage.until(lambda: stage.main.detail.kind.id == "stats")
        assert [tab.display for tab in stage.main.detail._made.values()].count(True) == 1
