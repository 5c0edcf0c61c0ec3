"""Operations that show data of the Engine beyond the panes; they work read-only, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dockertui.engine import containers, images, system
from dockertui.engine.call import VERSION, Call
from dockertui.engine.fields import Raw, count, flag, mapping, mappings, number, objects, strings, text
from dockertui.engine.models import Container, Image
from dockertui.engine.negotiation import MAX_API
from dockertui.operations import disk
from dockertui.operations.command_body import Body, Option, Plan, Report
from dockertui.operations.images import references
from dockertui.resources import format
from dockertui.widgets.page_lines import Field, Section

_CHANGES = {0: ("C", ""), 1: ("A", "good"), 2: ("D", "bad")}
_FOUND = 25
_FACTS = (
    ("Name", "Name"), ("Version", "ServerVersion"), ("Operating system", "OperatingSystem"),
    ("Kernel", "KernelVersion"), ("Architecture", "Architecture"), ("CPUs", "NCPU"), ("Storage driver", "Driver"),
    ("Logging driver", "LoggingDriver"), ("Cgroup driver", "CgroupDriver"), ("Cgroup version", "CgroupVersion"),
    ("Default runtime", "DefaultRuntime"), ("Root folder", "DockerRootDir"), ("Containers", "Containers"),
    ("Running", "ContainersRunning"), ("Paused", "ContainersPaused"), ("Stopped", "ContainersStopped"),
    ("Images", "Images"), ("HTTP proxy", "HttpProxy"), ("HTTPS proxy", "HttpsProxy"),
)  # fmt: skip


def _changes(item: Container, reply: Any) -> list[Section]:
    """Return the changed files as `docker diff` has them: `C` changed, `A` added, `D` deleted."""
    found = sorted(objects(reply), key=lambda change: text(change, "Path"))
    fields = [Field(sign, text(change, "Path"), style) for change in found for sign, style in [_sign(change)]]
    return [Section(f"{format.plural(len(fields), 'change')} since it was created", fields)]


def _sign(change: Raw) -> tuple[str, str]:
    return _CHANGES.get(number(change, "Kind") or 0, ("?", "warn"))


def _history(item: Image, reply: Any) -> list[Section]:
    """Return the command and size of each layer, newest first."""
    layers = objects(reply)
    fields = [Field(format.size(count(layer, "Size") or 0), _made_by(layer)) for layer in layers]
    total = format.size(sum(count(layer, "Size") or 0 for layer in layers))
    return [Section(f"{format.plural(len(layers), 'layer')}, {total}, newest first", fields)]


def _made_by(layer: Raw) -> list[str]:
    told = [text(layer, "CreatedBy").removeprefix("/bin/sh -c #(nop)").strip() or "-"]
    if tags := strings(layer, "Tags"):
        told.append(f"tagged {', '.join(tags)}")
    if comment := text(layer, "Comment"):
        told.append(comment)
    return told


def _found(item: Any, reply: Any) -> list[Section]:
    return [
        Section(
            f"{text(image, 'name')}  ★ {number(image, 'star_count') or 0}{'  official' * flag(image, 'is_official')}",
            [Field("", text(image, "description") or "-")],
        )
        for image in objects(reply)
    ] or [Section("Nothing of that name")]


def _info(item: Any, reply: Any) -> list[Section]:
    raw: Raw = reply if isinstance(reply, dict) else {}
    fields = [Field(label, str(raw[key])) for label, key in _FACTS if raw.get(key) not in (None, "")]
    fields.append(Field("Memory", format.memory(count(raw, "MemTotal") or 0)))
    registries = strings(mapping(raw, "RegistryConfig"), "InsecureRegistryCIDRs")
    fields.append(Field("Insecure registries", registries))
    warnings = [Field("", warning, "warn") for warning in strings(raw, "Warnings")]
    found = [Section("The Engine", [field for field in fields if field.value])]
    return [Section("It warns", warnings), *found] if warnings else found


def _versions(item: Any, reply: Any) -> list[Section]:
    """Return the versions of both sides: the API that this program knows, and the Engine's components."""
    raw: Raw = reply if isinstance(reply, dict) else {}
    ours = [Field("API", f"up to {MAX_API}")]
    theirs = [
        Field("Version", text(raw, "Version")),
        Field("API", f"{text(raw, 'MinAPIVersion') or '?'} to {text(raw, 'ApiVersion')}"),
        Field("Built", text(raw, "BuildTime")),
        Field("Go", text(raw, "GoVersion")),
        Field("System", f"{text(raw, 'Os')}/{text(raw, 'Arch')} {text(raw, 'KernelVersion')}"),
    ]
    parts = [Field(text(part, "Name"), text(part, "Version")) for part in mappings(raw, "Components")]
    return [Section("This program", ours), Section("The Engine", theirs), Section("Made of", parts)]


def _term(value: str) -> None:
    """Accept any search term."""


def _search_plan(item: Any, values: Any) -> Plan:
    return Plan((images.search(values["term"], _FOUND),), ("search", values["term"]))


def _whole(call: Call, report: Report) -> Body:
    """Return the body of a request about the Engine as a whole."""
    return Body(plan=lambda item, values: Plan((call,), call.docker), report=report)


BODIES: Mapping[str, Body] = {
    "container.diff": Body(
        report=_changes, plan=lambda item, v: Plan((containers.changes(item.id),), ("diff", item.name))
    ),
    "image.history": Body(
        report=_history,
        plan=lambda item, v: Plan((images.history(item.id),), ("history", "--no-trunc", references(item)[0])),
    ),
    "image.search": Body(
        report=_found, plan=_search_plan, options=(Option("term", "Name", required=True, check=_term),),
    ),
    "system.df": _whole(system.DF, disk.sections),
    "system.info": _whole(system.INFO, _info),
    "system.version": _whole(VERSION, _versions),
}  # fmt: skip
