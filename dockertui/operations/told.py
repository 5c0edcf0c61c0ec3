"""The confirmation of a recreate: the steps, what is carried over, what cannot be restored, who is affected."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import Final

from dockertui.engine.container_model import PROJECT_LABEL
from dockertui.engine.fields import mapping, number, strings, text
from dockertui.engine.models import Container
from dockertui.operations.command_body import Values
from dockertui.operations.exchange import stands
from dockertui.operations.marks import Ran
from dockertui.operations.original import ANONYMOUS, Draft, Original, draft, removes_itself
from dockertui.resources import format

_GRACE: Final = 10
"""Seconds that a container has to end, if it was created without a setting for it."""


def told_of_recreate(item: Container, original: Original, wanted: Draft, values: Values) -> list[str]:
    """Return the lines of the confirmation, dangerous ones first."""
    return [*_loss(original), *_steps(original), *_volumes(original, wanted), *_image(original, values),
            *values.get("dependents", ()), *_addresses(original), *_compose(item)]  # fmt: skip


def _loss(original: Original) -> Iterable[str]:
    runs = stands(text(mapping(original.inspect, "State"), "Status")) is not Ran.STOPPED
    if removes_itself(original.inspect) and runs:
        yield "it was made with --rm: once it is stopped it is gone, and cannot be put back if the new one fails"
    yield "what it wrote outside of volumes is lost"


def _steps(original: Original) -> Iterable[str]:
    if stands(text(mapping(original.inspect, "State"), "Status")) is Ran.STOPPED:
        yield "the new one is created first, and not started, since this one does not run"
        return
    grace = number(original.config, "StopTimeout")
    seconds = _GRACE if grace is None else grace
    checked = " is healthy" if mapping(mapping(original.inspect, "State"), "Health") else " runs"
    yield f"the new one is created first; then this one is stopped ({seconds} s to end)"
    yield f"it is removed once the new one{checked}, and put back as it was if that fails"


def _volumes(original: Original, wanted: Draft) -> Iterable[str]:
    known = draft(original)
    binds = [bind for bind in strings(known.host, "Binds") if ANONYMOUS.fullmatch(bind.partition(":")[0])]
    count, kept = len(known.anonymous), len(wanted.anonymous)
    if kept:
        yield f"{format.plural(kept, 'anonymous volume')} {'goes' if kept == 1 else 'go'} over to the new one"
    lost = count - kept + len([bind for bind in binds if bind not in strings(wanted.host, "Binds")])
    if lost > 0:
        yield f"{format.plural(lost, 'anonymous volume')} {'stays' if lost == 1 else 'stay'} behind, unused"


def _image(original: Original, values: Values) -> Iterable[str]:
    old, new = text(original.inspect, "Image"), values.get("image_id", "")
    if new and old and new != old:
        yield f"{values['image']} is another image than the one it was made from: {_short(new)}, not {_short(old)}"


def _short(id: str) -> str:
    return id.rpartition(":")[2][:12]


def _addresses(original: Original) -> Iterable[str]:
    """Warn that fixed addresses change, if the Engine does not report which of them were requested."""
    if original.podman:
        yield "fixed addresses are given anew: Podman does not tell which ones were fixed"
    elif original.several and len(original.networks) > 1:
        yield "fixed MAC addresses in its further networks are given anew: the Engine does not tell which were fixed"


def _compose(item: Container) -> Iterable[str]:
    if not item.project:
        return
    yield f"part of the Compose project {item.project}: Compose does not learn of changes made here"
    files = item.labels.get(f"{PROJECT_LABEL}.config_files", "")
    if item.service and files:
        named = [word for file in files.split(",") for word in ("--file", file)]
        words = ("docker", "compose", "--project-name", item.project, *named, "up", "--detach", "--force-recreate",
                 "--no-deps", item.service)  # fmt: skip
        yield f"the Compose way: {shlex.join(words)}"
