"""What holds for every registered kind on a real Engine: its copied lines ask for the object that they name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dockertui.engine.client import Engine
from dockertui.operations.copying import CopySource, copyables
from dockertui.resources.base import Resource
from dockertui.resources.registry import RESOURCES
from tests.engine import plugin
from tests.engine.dockerd import Dockerd
from tests.engine.three_ways import endpoint_of, shell


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.kind)
async def test_the_engine_accepts_the_lines_that_are_copied(
    resource: Resource[Any], dockerd: Dockerd, tmp_path: Path
) -> None:
    dockerd.clean()
    dockerd.run("--name=web", "--volume=data:/data")
    dockerd.cli("network", "create", "net")
    dockerd.cli("plugin", "create", plugin.NAME, str(plugin.make(tmp_path)))
    engine = Engine(endpoint_of(dockerd))
    version = await engine.open()
    try:
        found = await resource.listing.ls(engine)
        assert found, f"make one of {resource.title.lower()} above"
        for item in found:
            inspect = await resource.inspect(engine, item)
            known = CopySource(resource, item, inspect)
            texts = {one.label: one.text for one in copyables(known, engine.endpoint, version.api, reveal=True)}
            assert texts["name"]
            assert json.loads(shell(texts["curl line"], dockerd)) == inspect
            (by_docker,) = json.loads(shell(texts["docker inspect line"], dockerd))
            for key in ("Id", "Name"):
                assert by_docker.get(key) == inspect.get(key)
    finally:
        await engine.close()
