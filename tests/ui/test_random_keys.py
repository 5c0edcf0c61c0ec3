"""Random keys on every screen of the demo Engine; `python -m tests.ui.walk` types more of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.ui.stage import NARROW, WIDE
from tests.ui.walk import walk

pytestmark = pytest.mark.usefixtures("frozen")
KEYS = int(os.environ.get("DOCKERTUI_TEST_KEYS", "1500"))
"""Keys of each walk; 10,000 take about a quarter of an hour."""


@pytest.mark.parametrize(("size", "seed"), [(NARROW, 10), (WIDE, 20)])
async def test_whatever_is_typed_nothing_breaks_and_nothing_is_harmed_unasked(
    size: tuple[int, int], seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = await walk(KEYS, seed, size, monkeypatch, tmp_path)
    assert len(seen.typed) >= KEYS
    assert len(seen.screens) > 15, "the keys lead to most screens"
