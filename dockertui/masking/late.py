"""Patterns that are compiled when they are first used: there are many, and no start is to wait for them."""

from __future__ import annotations

import re
from typing import Any, cast


class _Late:
    """Stands in the place of a pattern, whose methods become its own as they are asked for."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._source = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        method = getattr(re.compile(*self._source), name)
        setattr(self, name, method)
        return method


def late(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`, which is done later."""
    return cast("re.Pattern[str]", _Late(pattern, flags))
