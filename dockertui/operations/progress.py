"""The progress of a job, computed from the Engine's messages: layers of a pull or push, lines of a build."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from dockertui.engine.errors import EngineError
from dockertui.engine.fields import count, mapping, text
from dockertui.operations.remedies import explained
from dockertui.resources import format
from dockertui.widgets.sgr import plain

LINES_KEPT: Final = 500
LINE_LENGTH: Final = 4_000
"""Characters of a line that are kept."""
_DONE: Final = frozenset({"Pull complete", "Already exists", "Pushed", "Layer already exists", "Mounted"})


@dataclass(slots=True)
class Layer:
    """One layer: its status, and how many of its bytes have been transferred (0 if unknown)."""

    id: str
    status: str
    current: int = 0
    total: int = 0

    @property
    def done(self) -> bool:
        return self.status.startswith(tuple(_DONE))


class Progress:
    """The progress of a job so far. `hear` takes the objects of the Engine's reply as they arrive.

    lines: the last ones, at most a quarter more than `kept`; told: the number of all lines so far.
    """

    kept = LINES_KEPT

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.layers: dict[str, Layer] = {}
        self.lines: list[str] = []
        self.told = 0
        self._begun = ""
        self._clock = clock
        self._began = clock()
        self._bytes = 0

    def hear(self, said: Mapping[str, Any]) -> None:
        status, id, stream = text(said, "status"), text(said, "id"), text(said, "stream")
        if stream:
            self._write(stream)
        elif id and (id in self.layers or not status.startswith("Pulling from")):
            self._hear_layer(id, status, mapping(said, "progressDetail"))
        elif status:
            self.say_line(status)

    def _write(self, told: str) -> None:
        """Add a piece of output, which may end within a line."""
        *whole, begun = (self._begun + told).split("\n")
        self._begun = begun[-LINE_LENGTH:]
        for line in whole:
            self.say_line(line)

    def say_line(self, line: str) -> None:
        """Add a line; of one that was overwritten, as progress bars are, the final text."""
        last = line.rstrip("\r").rpartition("\r")[2]
        self.lines.append(last if len(last) <= LINE_LENGTH else f"{last[:LINE_LENGTH]}…")
        self.told += 1
        if len(self.lines) > self.kept * 5 // 4:
            del self.lines[: -self.kept]

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

    def end(self) -> None:
        """End the output: text without a final newline becomes a line, too."""
        if plain(self._begun):
            self._write("\n")
        self._begun = ""

    def failed(self, error: EngineError) -> str:
        """Return the failure as a sentence."""
        return explained(error)

    @property
    def summary(self) -> str:
        """`3/7 layers · 45MB of 120MB · 5.2MB/s`, or the last line if there are no layers."""
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
        """The share of the known bytes that have been transferred, from 0 to 1; None if none are known."""
        total = sum(layer.total for layer in self.layers.values())
        return sum(layer.current for layer in self.layers.values()) / total if total else None
