"""How a request's progress is reported while its body or reply is transferred."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

PIECE: Final = 1024 * 1024
"""Bytes read, written or sent at once."""
Heard = Callable[[Mapping[str, Any]], None]
"""Called with each object of a reply that reports its progress, and with `progress` of a file."""


def progress(name: str, status: str, current: int, total: int) -> dict[str, Any]:
    """Return the object with which the Engine reports the progress of a layer. Both figures are in bytes."""
    return {"id": name, "status": status, "progressDetail": {"current": current, "total": total}}
