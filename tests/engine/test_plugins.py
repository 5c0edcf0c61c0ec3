"""Plugins of a real Engine, made on the spot: what the commands do, by the program, by `docker` and by `curl`."""

from __future__ import annotations

import platform
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import pytest

from dockertui.engine.client import Engine
from dockertui.engine.plugins import PLUGINS
from dockertui.operations.commands import COMMANDS
from tests.engine import plugin
from tests.engine.dockerd import Dockerd
from tests.engine.three_ways import Case, by_curl, by_docker, by_the_program, endpoint_of, prepare, state
from tests.engine.watching import watching

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="the plugin's program is one for x86-64")


@pytest.fixture
def made(dockerd: Dockerd, tmp_path: Path) -> str:
    """The words that make the plugin, disabled."""
    dockerd.clean()
    return f"plugin create {plugin.NAME} {plugin.make(tmp_path)}"


@pytest.fixture
async def engine(dockerd: Dockerd) -> AsyncIterator[Engine]:
    engine = Engine(endpoint_of(dockerd))
    await engine.open()
    yield engine
    await engine.close()


BEFORE: Mapping[str, Sequence[str]] = {
    "plugin.enable": [],
    "plugin.disable": [f"plugin enable {plugin.NAME}"],
    "plugin.remove": [],
}
"""What is done to the plugin before each command."""


def test_every_command_on_plugins_has_a_case() -> None:
    assert {command.id for command in COMMANDS if command.kind == "plugin"} == BEFORE.keys()


@pytest.mark.parametrize("id", BEFORE)
async def test_all_three_ways_leave_the_same_state(id: str, made: str, dockerd: Dockerd, engine: Engine) -> None:
    case = Case(id, [made, *BEFORE[id]], plugin.NAME)
    prepare(case, dockerd)
    before = state(dockerd)
    program = await by_the_program(case, dockerd, engine)
    assert program != before, "it did nothing"
    assert await by_docker(case, dockerd, engine) == program
    assert await by_curl(case, dockerd, engine) == program


async def test_a_plugin_is_listed_as_it_is(made: str, dockerd: Dockerd, engine: Engine) -> None:
    assert await PLUGINS.ls(engine) == []
    dockerd.cli(*made.split())
    (found,) = await PLUGINS.ls(engine)
    assert (found.name, found.enabled, found.settings) == (plugin.NAME, False, (plugin.SETTING,))
    assert found.interfaces == ("docker.logdriver/1.0",)
    assert found.description
    assert (await PLUGINS.inspect(engine, found.id))["Name"] == plugin.NAME


async def test_events_keep_the_list_of_plugins_right(made: str, dockerd: Dockerd) -> None:
    async with watching(dockerd) as watch:
        for words in (made, f"plugin enable {plugin.NAME}", f"plugin disable {plugin.NAME}"):
            await watch.cli(*words.split())
            await watch.settled()
            assert len(watch.mirror.objects("plugin")) == 1
            assert await watch.differences() == []
        await watch.cli("plugin", "rm", plugin.NAME)
        await watch.settled()
        assert watch.mirror.objects("plugin") == {}
