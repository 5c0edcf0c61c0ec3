"""Which operations are available now, and why the others are not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dockertui.operations.base import Operation
from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command
from dockertui.resources.registry import BY_KIND

if TYPE_CHECKING:
    from dockertui.screens.base.desk import Desk


_FOR_TROUBLED = (BY_ID["container.why"],)
_FOR_RUNNING = (BY_ID["container.exec"], BY_ID["container.attach"], BY_ID["container.stats"])


def commands(desk: Desk) -> list[Command]:
    """Return the commands of the open list's kind."""
    return desk.catalogue.commands(desk.selection.resource.kind)


def refusal(desk: Desk, operation: Operation, targets: Sequence[Any] | None = None) -> str:
    """Return why an operation cannot run now on its targets (by default the current ones), or ""."""
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
    """Return the operations that make no sense for the object under the cursor: the footer leaves them out."""
    item, resource = desk.selection.under_cursor, desk.selection.resource
    unfit = [command for command in commands(desk) if refusal(desk, command)]
    well = item is None or not resource.is_troubled(item, desk.surroundings)
    still = item is None or not resource.is_running(item)
    return [*unfit, *(_FOR_TROUBLED if well else ()), *(_FOR_RUNNING if still else ())]
