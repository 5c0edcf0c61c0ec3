"""Through which container a volume's files are read, and what to do when there is none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from dockertui.engine.models import Volume
from dockertui.resources.file_place import way_to


def test_advice_on_a_volume_that_nothing_mounts_names_the_engine() -> None:
    volume = Volume.from_json({"Name": "old data", "Driver": "local"})
    nobody = cast(Any, SimpleNamespace(containers_of_volume=lambda name: []))
    way = way_to(volume, nobody, "docker --host ssh://prod")
    assert way.place is None
    assert "docker --host ssh://prod create --volume 'old data':/volume IMAGE true" in way.why_not
