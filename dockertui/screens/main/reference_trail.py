"""Where following references led from, so that one key goes back."""

from __future__ import annotations

from collections.abc import Sequence

from dockertui.resources.base import Reference
from dockertui.screens.main.pane import Pane

_LENGTH = 100


class ReferenceTrail:
    """The objects left behind by following references, the last one last."""

    def __init__(self, panes: Sequence[Pane]) -> None:
        self._panes = panes
        self._left: list[Reference] = []

    def leave(self, origin: Reference) -> None:
        """Remember an object that is being left."""
        self._left = [*self._left[-_LENGTH:], origin]

    def back(self) -> tuple[Pane, str] | None:
        """The pane and id of the last object left that still exists; None when there is none."""
        while self._left:
            origin = self._left.pop()
            if (pane := self.pane_of(origin)) is not None:
                return pane, origin.id
        return None

    def pane_of(self, reference: Reference) -> Pane | None:
        """The pane that has the object of a reference; None when the Engine does not have it any more."""
        for pane in self._panes:
            if pane.resource.kind == reference.kind and reference.id in pane.table.objects:
                return pane
        return None
