"""The history of followed references, so that one key goes back."""

from __future__ import annotations

from collections.abc import Sequence

from dockertui.resources.base import Reference
from dockertui.screens.main.pane import Pane

_LENGTH = 100


class ReferenceTrail:
    """The objects that were left by following references, the latest last."""

    def __init__(self, panes: Sequence[Pane]) -> None:
        self._panes = panes
        self._left: list[Reference] = []

    def leave(self, origin: Reference) -> None:
        """Remember an object that is being left."""
        self._left = [*self._left[-_LENGTH:], origin]

    def back(self) -> tuple[Pane, str] | None:
        """Return pane and id of the latest object that still exists, or None."""
        while self._left:
            origin = self._left.pop()
            if (pane := self.pane_of(origin)) is not None:
                return pane, origin.id
        return None

    def pane_of(self, reference: Reference) -> Pane | None:
        """Return the pane with the referenced object; None if it does not exist any more."""
        for pane in self._panes:
            if pane.resource.kind == reference.kind and reference.id in pane.table.objects:
                return pane
        return None
