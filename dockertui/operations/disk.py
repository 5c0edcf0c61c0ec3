"""The reply to `GET /system/df`: what each kind takes, how much is reclaimable, and the biggest objects.

Source of the formulas: docker/cli, cli/command/formatter/disk_usage.go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from dockertui.engine.fields import Raw, count, flag, mapping, mappings, number, strings, text
from dockertui.resources import format
from dockertui.widgets.page_lines import Field, Section

BIGGEST: Final = 10
"""Number of objects listed per kind."""


class Total(NamedTuple):
    """One line of `docker system df`; sizes in bytes."""

    kind: str
    total: int
    active: int
    size: int
    reclaimable: int


def totals(raw: Raw) -> list[Total]:
    """Return the lines of `docker system df`."""
    return [_images(raw), _containers(raw), _volumes(raw), _cache(raw)]


def sections(item: Any, reply: Any) -> list[Section]:
    """Return the page's sections: the totals, and the biggest objects of each kind."""
    raw: Raw = reply if isinstance(reply, dict) else {}
    found = [Section("Disk usage", [Field(total.kind, _line(total)) for total in totals(raw)])]
    kinds: Sequence[tuple[str, str, Callable[[Raw], tuple[str, int]]]] = (
        ("Biggest images", "Images", _image),
        ("Biggest containers: what they wrote", "Containers", _container),
        ("Biggest volumes", "Volumes", _volume),
        ("Biggest in the build cache", "BuildCache", _layer),
    )
    for title, key, measure in kinds:
        sized = sorted((measure(entry) for entry in mappings(raw, key)), key=lambda pair: -pair[1])
        fields = [Field(format.size(size), name) for name, size in sized[:BIGGEST] if size > 0]
        if fields:
            found.append(Section(title, fields))
    return found


def _line(total: Total) -> str:
    share = f" ({100 * total.reclaimable // total.size}%)" if total.size else ""
    size, back = format.size(total.size), format.size(total.reclaimable)
    return f"{total.total}, {total.active} in use, {size}, {back}{share} could be had back"


def _images(raw: Raw) -> Total:
    images = mappings(raw, "Images")
    active = [image for image in images if (number(image, "Containers") or 0) > 0]
    layers = count(raw, "LayersSize") or 0
    used = sum((count(image, "Size") or 0) - (count(image, "SharedSize") or 0) for image in active)
    return Total("Images", len(images), len(active), layers, max(0, layers - used))


def _containers(raw: Raw) -> Total:
    containers = mappings(raw, "Containers")
    active = [one for one in containers if text(one, "State") in ("running", "paused", "restarting")]
    size = sum(count(one, "SizeRw") or 0 for one in containers)
    return Total("Containers", len(containers), len(active), size, size - sum(count(o, "SizeRw") or 0 for o in active))


def _volumes(raw: Raw) -> Total:
    volumes = mappings(raw, "Volumes")
    usage = [mapping(volume, "UsageData") for volume in volumes]
    size = sum(count(one, "Size") or 0 for one in usage)
    active = [one for one in usage if count(one, "RefCount")]
    return Total("Volumes", len(volumes), len(active), size, size - sum(count(one, "Size") or 0 for one in active))


def _cache(raw: Raw) -> Total:
    layers = mappings(raw, "BuildCache")
    own = [layer for layer in layers if not flag(layer, "Shared")]
    size = sum(count(layer, "Size") or 0 for layer in own)
    active = [layer for layer in layers if flag(layer, "InUse")]
    used = sum(count(layer, "Size") or 0 for layer in own if flag(layer, "InUse"))
    return Total("Build cache", len(layers), len(active), size, size - used)


def _image(raw: Raw) -> tuple[str, int]:
    name = ", ".join(strings(raw, "RepoTags")) or text(raw, "Id").removeprefix("sha256:")[:12]
    return name, count(raw, "Size") or 0


def _container(raw: Raw) -> tuple[str, int]:
    return ", ".join(name.removeprefix("/") for name in strings(raw, "Names")), count(raw, "SizeRw") or 0


def _volume(raw: Raw) -> tuple[str, int]:
    return text(raw, "Name"), count(mapping(raw, "UsageData"), "Size") or 0


def _layer(raw: Raw) -> tuple[str, int]:
    return text(raw, "Description") or text(raw, "ID"), count(raw, "Size") or 0
