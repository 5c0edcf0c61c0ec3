"""Regular expressions compiled on first use: there are many, and the start of the program need not wait for them."""

from __future__ import annotations

import re
from typing import Any, cast


class _Late:
    """A stand-in for a pattern; each method of the compiled pattern is copied to it on first access."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._source = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        method = getattr(re.compile(*self._source), name)
        setattr(self, name, method)
        return method


def late(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern that behaves as `re.compile(pattern, flags)` and is compiled on first use."""
    return cast("re.Pattern[str]", _Late(pattern, flags))
