"""What can be done now, and why the rest cannot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dockertui.operations.base import Operation
from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command
from dockertui.resources.registry import BY_KIND

if TYPE_CHECKING:
    from dockertui.screens.base.desk import Desk


def commands(desk: Desk) -> list[Command]:
    """The commands of the kind that is shown."""
    return desk.catalogue.commands(desk.selection.resource.kind)


def refusal(desk: Desk, operation: Operation, targets: Sequence[Any] | None = None) -> str:
    """Why an operation cannot be done now, to what it would be done to or to these targets; or ""."""
    if not isinstance(operation, Command):
        return ""
    engine = desk.session.engine
    if not operation.on_object:
        return operation.refusal(engine)
    if operation.kind != desk.selection.resource.kind:
        return f"in {BY_KIND[operation.kind].title}"
    targets = desk.selection.targets if targets is None else targets
    if not targets:
        return "nothing is selected"
    if len(targets) > 1 and not operation.many:
        return "one at a time"
    reasons = [operation.refusal(engine, item) for item in targets]
    return "" if "" in reasons else reasons[0]


def idle(desk: Desk) -> list[Operation]:
    """What has no sense for what is under the cursor: no footer names it."""
    item, resource = desk.selection.under_cursor, desk.selection.resource
    well = [] if item is not None and resource.is_troubled(item) else [BY_ID["container.why"]]
    return [*(command for command in commands(desk) if refusal(desk, command)), *well]
