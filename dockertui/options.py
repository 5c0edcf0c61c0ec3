"""The options of the command line."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Options(NamedTuple):
    """The options as given."""

    host: str | None = None
    context: str | None = None
    demo: bool = False
    or_demo: bool = False
    read_only: bool = False
    no_mouse: bool = False
    no_diff: bool = False
    config: Path | None = None
    command: str | None = None
    action: str = ""
    keymap: str | None = None
