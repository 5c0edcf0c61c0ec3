"""What holds for every kind of object that is registered: nothing here names one."""

from __future__ import annotations

import asyncio
import json
import subprocess
from typing import Any

import pytest

from dockertui.engine.preflight import FIRST
from dockertui.operations.base import Context
from dockertui.operations.catalogue import BY_ID, OPERATIONS, Catalogue
from dockertui.resources.base import Resource
from dockertui.resources.registry import RESOURCES
from dockertui.screens.base import clipboard
from dockertui.screens.base.menu import Menu
from dockertui.screens.main.tab_list import TABS
from dockertui.widgets.menu import MenuList
from tests.ui.stage import NARROW, WIDE, Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")
EVERY = pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.kind)
LACK = "this Engine has none"


async def show(stage: Stage, resource: Resource[Any]) -> None:
    """Go to the pane of a kind by the palette."""
    await stage.press(":")
    await stage.type(BY_ID[f"pane.{resource.kind}"].title)
    await stage.press("enter")
    await stage.until(lambda: stage.main.session.mirror.loaded(resource.kind))
    assert len(stage.main.session.mirror.objects(resource.kind)) > 1, (
        f"give the demo Engine two {resource.title.lower()}"
    )
    await stage.until(lambda: stage.main.pane.resource is resource and stage.main.pane.table.objects)


@EVERY
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
async def test_a_pane_filters_sorts_and_marks(resource: Resource[Any], size: tuple[int, int]) -> None:
    async with opened(size) as stage:
        await show(stage, resource)
        assert resource.title in stage.text
        everything = stage.shown
        await stage.press("G", "/")
        await stage.type(stage.cursor[:4])
        await stage.press("enter")
        assert 0 < len(stage.shown) <= len(everything)
        assert stage.cursor in stage.shown
        await stage.press("escape")
        assert stage.shown == everything
        for column, _ in stage.main.pane.sortable():
            stage.main.pane.sort_by(column)
            await stage.settle()
            assert sorted(stage.shown) == sorted(everything)
        await stage.press("g", "space")
        assert len(stage.marked) == 1
        await stage.press("u")
        assert stage.marked == []
        stage.clock.advance(1.0)
        stage.main.updates.tick()  # what depends on the time is asked of every object
        stage.check_frame()


@EVERY
async def test_a_kind_is_inspected_and_copied_as_the_engine_knows_it(
    resource: Resource[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []

    def copy(app: object, text: str) -> str:
        copied.append(text)
        return "copied"

    monkeypatch.setattr(clipboard, "copy", copy)
    async with opened(WIDE) as stage:
        await show(stage, resource)
        await stage.until_known()
        assert stage.cursor[:12] in stage.detail_text
        subject = stage.main.detail.subject
        assert subject is not None
        assert subject.error is None
        for label in ("name", "docker inspect line", "curl line"):
            await stage.press("y")
            await stage.until(lambda: isinstance(stage.app.screen, Menu))
            await stage.type(f"{label}:")
            await stage.press("enter")
        name, docker, curl = copied
        assert name == stage.cursor
        assert docker.endswith(f"{resource.kind} inspect {resource.listing.identity(subject.item)}")
        done = await asyncio.to_thread(subprocess.run, ["sh", "-c", curl], capture_output=True, text=True, check=True)
        assert json.loads(done.stdout) == subject.inspect
        await stage.press("i")
        await stage.until(f'"{next(iter(subject.inspect))}"')
        journal = {tuple(request.docker) for request in stage.app.trace}
        assert {resource.listing.all.docker, tuple(docker.split()[-3:])} <= journal


@EVERY
def test_a_footer_names_only_what_the_kind_has(resource: Resource[Any]) -> None:
    hints = [operation for operation, _ in Catalogue().hints(Context.LIST, resource.kind)]
    assert hints
    assert all(not hint.of or hint.of in resource.has for hint in hints)
    assert {tab.of for tab in TABS} >= resource.has - {operation.of for operation in OPERATIONS}


@EVERY
async def test_an_engine_that_lacks_a_kind_hides_it(resource: Resource[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(resource), "lacking", lambda self, version: LACK)
    async with opened(WIDE) as stage:
        await stage.until(lambda: stage.main.pane.resource is not resource)
        assert all(pane.resource is not resource for pane in stage.main.lists.stack)
        assert f" {resource.title} " not in "\n".join(line[:60] for line in stage.lines[1:])
        asked = [one.path for one in stage.app.trace if one.cause == "live mirror"]
        assert not [path for path in asked if path.partition("?")[0].endswith(resource.listing.all.path)]
        await stage.press(":")
        offered = {item.id for item in stage.app.screen.query_one(MenuList)._items}
        assert offered
        assert not [id for id in offered if BY_ID[id].kind == resource.kind]
        await stage.press("escape")
        await stage.main.arrangement.action_goto_pane(RESOURCES.index(resource))
        assert f"{resource.title}: {LACK}" in stage.footer


def test_the_first_requests_list_the_kinds_whose_panes_are_always_there() -> None:
    stacked = [resource.listing for resource in RESOURCES if resource.stacked]
    assert list(FIRST) == stacked, "list in engine/preflight.py's FIRST what is stacked, in the order of RESOURCES"


def test_the_panes_that_are_always_there_come_first() -> None:
    """Their numbers are their keys."""
    assert [resource.stacked for resource in RESOURCES] == sorted((one.stacked for one in RESOURCES), reverse=True)
