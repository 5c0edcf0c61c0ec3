"""How far long work is, reckoned from what the Engine tells of it: layers of a pull or push, lines of a build."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from dockertui.engine.fields import count, mapping, text
from dockertui.resources import format

LINES_KEPT: Final = 500
_DONE: Final = frozenset({"Pull complete", "Already exists", "Pushed", "Layer already exists", "Mounted"})


@dataclass(slots=True)
class Layer:
    """One layer: what happens to it, and how many of its bytes have come (0 where that is not told)."""

    id: str
    status: str
    current: int = 0
    total: int = 0

    @property
    def done(self) -> bool:
        return self.status.startswith(tuple(_DONE))


class Progress:
    """What a job has told so far. `hear` takes the objects of the Engine's reply as they come."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.layers: dict[str, Layer] = {}
        self.lines: list[str] = []
        self._clock = clock
        self._began = clock()
        self._bytes = 0

    def hear(self, said: Mapping[str, Any]) -> None:
        status, id = text(said, "status"), text(said, "id")
        if id and (id in self.layers or not status.startswith("Pulling from")):
            self._hear_layer(id, status, mapping(said, "progressDetail"))
        elif line := (text(said, "stream") or status).rstrip("\n"):
            self.lines.append(line)
            del self.lines[:-LINES_KEPT]

    def _hear_layer(self, id: str, status: str, detail: Mapping[str, Any]) -> None:
        layer = self.layers.setdefault(id, Layer(id, status))
        current, total = count(detail, "current") or 0, count(detail, "total") or 0
        moves_bytes = status.startswith(("Downloading", "Pushing", "Reading", "Writing"))
        if moves_bytes:
            self._bytes += max(0, current - (layer.current if layer.status == status else 0))
        layer.status = status
        if moves_bytes:
            layer.current, layer.total = current, max(total, current)
        elif layer.done or status in ("Download complete", "Verifying Checksum"):
            layer.current = layer.total

    @property
    def summary(self) -> str:
        """`3/7 layers · 45MB of 120MB · 5.2MB/s`, or the last line where there are no layers."""
        if not self.layers:
            return self.lines[-1] if self.lines else ""
        layers = self.layers.values()
        parts = [f"{sum(layer.done for layer in layers)}/{len(layers)} layers"]
        if total := sum(layer.total for layer in layers):
            parts.append(f"{format.size(sum(layer.current for layer in layers))} of {format.size(total)}")
        if self._bytes and (seconds := self._clock() - self._began) > 0.5:
            parts.append(f"{format.size(round(self._bytes / seconds))}/s")
        return " · ".join(parts)

    @property
    def share(self) -> float | None:
        """How much of the known bytes has come, from 0 to 1; None where none are known."""
        total = sum(layer.total for layer in self.layers.values())
        return sum(layer.current for layer in self.layers.values()) / total if total else None
