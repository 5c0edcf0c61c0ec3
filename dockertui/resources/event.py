"""Events in words: their object, and their details, by the actions of the Engine's API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from dockertui.engine.exit_codes import meaning, signal_name
from dockertui.engine.models import Event
from dockertui.live.probes import Probes
from dockertui.live.store import Mirror
from dockertui.masking import masked, masked_tree
from dockertui.resources import format
from dockertui.resources.base import Reference
from dockertui.resources.registry import BY_KIND

_SHORT: Final = 12
_REMEMBERED: Final = 10_000
"""Number of container names kept."""
_HEX: Final = frozenset("0123456789abcdef")
_GONE_WELL: Final = frozenset({0, 130, 143})
"""Exit codes of containers that ended by themselves, or because they were asked to."""

_STYLES: Final = {
    "start": "good", "unpause": "good",
    "kill": "warn", "pause": "warn", "restart": "warn",
    "destroy": "warn", "delete": "warn", "remove": "warn", "prune": "warn",
    "oom": "bad",
}  # fmt: skip
_HEALTHS: Final = {"healthy": "good", "unhealthy": "bad", "starting": "warn"}
_WITH_IMAGE: Final = frozenset({"create", "start", "stop", "restart", "destroy", "update", "pause", "unpause", "init"})


class EventText(NamedTuple):
    """An event in words, not cleaned: kind and name of its object, what happened, and details."""

    kind: str
    action: str
    name: str
    text: str
    style: str = ""


class EventDescriber:
    """Puts events into words. References are looked up in the mirror, commands of execs among the probes."""

    def __init__(self, mirror: Mirror, probes: Probes) -> None:
        self._mirror = mirror
        self._probes = probes
        self._names: dict[str, str] = {}

    def learn(self, event: Event) -> None:
        """Remember a container's name, for events that refer to it after it is removed."""
        name = event.attributes.get("name", "") if event.type == "container" else ""
        if name:
            self._names[event.actor] = name
            if len(self._names) > _REMEMBERED:
                del self._names[next(iter(self._names))]

    def describe(self, event: Event) -> EventText:
        """Return the event in words."""
        text, style = self._text(event)
        return EventText(event.type, event.action, self.name(event), text, style or _STYLES.get(event.action, ""))

    def name(self, event: Event) -> str:
        """Return the object's name: as in the event, else the current one, else the short id."""
        attributes = event.attributes
        if event.type == "network" and attributes.get("network"):  # Podman
            return attributes["network"]
        name = attributes.get("name") or (event.actor if event.type == "volume" else "")
        if name and event.type != "container":
            return short(name)
        return name or self._container(event.actor) or short(event.actor)

    def _container(self, id: str) -> str:
        """Return the name of a container that the Engine has or had, or ""."""
        known = self._mirror.get("container", id)
        return known.name if known is not None else self._names.get(id, "")

    def _user(self, id: str) -> str:
        """Return the name, or the short id, of a container that an event refers to."""
        return self._container(id) or short(id)

    def _text(self, event: Event) -> tuple[str, str]:
        describe = _DESCRIBERS.get((event.type, event.action))
        if describe is not None:
            return describe(self, event)
        if event.action == "prune":
            return _pruned(self, event)
        if event.type == "container":  # its attributes include labels, which are no details of the event
            known = event.attributes.get("image", "") if event.action in _WITH_IMAGE else ""
            return _joined(event.detail, known), ""
        return _joined(event.detail, _pairs(event.attributes)), ""

    def exec_text(self, event: Event) -> str:
        """Return the command of an exec."""
        return (event.detail or self._probes.command(event)).strip()


def short(id: str) -> str:
    """Return an id as the CLI shortens it; a name is unchanged."""
    digest = id.removeprefix("sha256:")
    return digest[:_SHORT] if len(digest) == 64 and _HEX.issuperset(digest) else id


def exit_code(event: Event) -> int | None:
    """Return the exit code in an event of a container's or exec's end; Podman has a field of its own."""
    code = event.attributes.get("exitCode") or event.attributes.get("containerExitCode") or ""
    return int(code) if code.lstrip("-").isdecimal() else None


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _pairs(attributes: Mapping[str, str], without: Iterable[str] = ("name",)) -> str:
    left_out = frozenset(without)
    return " ".join(f"{key}={value}" for key, value in sorted(attributes.items()) if value and key not in left_out)


def _died(describer: EventDescriber, event: Event) -> tuple[str, str]:
    code = exit_code(event)
    lasted = event.attributes.get("execDuration", "")
    after = f"after {format.span(int(lasted))}" if lasted.isdecimal() else ""
    if code is None:
        return after, ""
    return _joined(f"exit {meaning(code)}", after), "" if code in _GONE_WELL else "bad"


def _exec_died(describer: EventDescriber, event: Event) -> tuple[str, str]:
    code = exit_code(event)
    told = "" if code is None else f"exit {meaning(code)}" if code else "exit 0"
    return _joined(describer.exec_text(event), told), "warn" if code else ""


def _killed(describer: EventDescriber, event: Event) -> tuple[str, str]:
    signal = event.attributes.get("signal", "")
    return (f"signal {signal_name(signal)}" if signal else ""), ""


def _out_of_memory(describer: EventDescriber, event: Event) -> tuple[str, str]:
    return "out of memory: the kernel kills a process of it", ""


def _health(describer: EventDescriber, event: Event) -> tuple[str, str]:
    health = event.detail.strip() or event.attributes.get("health_status", "")
    return health, _HEALTHS.get(health, "")


def _renamed(describer: EventDescriber, event: Event) -> tuple[str, str]:
    old = event.attributes.get("oldName", "").removeprefix("/")
    return (f"was {old}" if old else ""), ""


def _committed(describer: EventDescriber, event: Event) -> tuple[str, str]:
    attributes = event.attributes
    image = attributes.get("imageRef") or short(attributes.get("imageID", ""))
    return _joined(f"to {image}" if image else "", attributes.get("comment", "")), ""


def _resized(describer: EventDescriber, event: Event) -> tuple[str, str]:
    width, height = event.attributes.get("width", ""), event.attributes.get("height", "")
    return (f"{width} columns, {height} rows" if width and height else ""), ""


def _executed(describer: EventDescriber, event: Event) -> tuple[str, str]:
    return describer.exec_text(event), ""


def _connected(describer: EventDescriber, event: Event) -> tuple[str, str]:
    """Docker has the container in an attribute, Podman as the event's object."""
    container = event.attributes.get("container") or (event.actor if event.attributes.get("network") else "")
    return (f"container {describer._user(container)}" if container else _pairs(event.attributes)), ""


def _mounted(describer: EventDescriber, event: Event) -> tuple[str, str]:
    attributes = event.attributes
    container, place = attributes.get("container", ""), attributes.get("destination", "")
    writable = {"true": "read and write", "false": "read only"}.get(attributes.get("read/write", ""), "")
    by = f"container {describer._user(container)}" if container else ""
    return _joined(" ".join(part for part in (by, f"at {place}" if place else "") if part), writable), ""


def _tagged(describer: EventDescriber, event: Event) -> tuple[str, str]:
    id = short(event.actor)
    return ("" if id == short(event.attributes.get("name", "")) else f"image {id}"), ""


def _pruned(describer: EventDescriber, event: Event) -> tuple[str, str]:
    reclaimed = event.attributes.get("reclaimed", "")
    return (f"reclaimed {format.size(int(reclaimed))}" if reclaimed.isdecimal() else _pairs(event.attributes)), ""


_DESCRIBERS: Final[Mapping[tuple[str, str], Callable[[EventDescriber, Event], tuple[str, str]]]] = {
    ("container", "die"): _died,
    ("container", "died"): _died,
    ("container", "kill"): _killed,
    ("container", "oom"): _out_of_memory,
    ("container", "health_status"): _health,
    ("container", "rename"): _renamed,
    ("container", "commit"): _committed,
    ("container", "resize"): _resized,
    ("container", "exec"): _executed,
    ("container", "exec_create"): _executed,
    ("container", "exec_start"): _executed,
    ("container", "exec_detach"): _executed,
    ("container", "exec_die"): _exec_died,
    ("container", "exec_died"): _exec_died,
    ("network", "connect"): _connected,
    ("network", "disconnect"): _connected,
    ("volume", "mount"): _mounted,
    ("volume", "unmount"): _mounted,
    ("image", "tag"): _tagged,
    ("image", "untag"): _tagged,
    ("image", "delete"): _tagged,
    ("image", "import"): _tagged,
    ("image", "load"): _tagged,
    ("image", "save"): _tagged,
    ("image", "create"): _tagged,
}

PLAIN: Final = ("kind", "action", "object", "text")
"""The terms that a plain word of the filter searches: what is visible."""


def terms(describer: EventDescriber) -> Mapping[str, Callable[[Event], Iterable[str]]]:
    """Return the texts that each term of the filter searches."""

    def of_kind(kind: str) -> Callable[[Event], Iterable[str]]:
        def texts(event: Event) -> Iterable[str]:
            if event.type == kind:
                yield from (describer.name(event), event.actor, event.attributes.get("name", ""))
            elif named := event.attributes.get(kind, ""):
                yield from (named, describer._container(named) if kind == "container" else "")

        return texts

    found: dict[str, Callable[[Event], Iterable[str]]] = {
        "kind": lambda event: (event.type,),
        "type": lambda event: (event.type,),
        "action": lambda event: (f"{event.action}: {event.detail}" if event.detail else event.action,),
        "object": lambda event: (describer.name(event),),
        "text": lambda event: (describer.describe(event).text,),
        "label": lambda event: (f"{key}={value}" for key, value in event.attributes.items()),
        "id": lambda event: (event.actor,),
    }
    return found | {kind: of_kind(kind) for kind in BY_KIND}


def reference(event: Event, mirror: Mirror, name: str) -> Reference:
    """Return a reference to an event's object, with the mirror's id where the event has only a name."""
    objects = mirror.objects(event.type) if event.type in {source.kind for source in mirror.sources} else {}
    if event.actor in objects:
        return Reference(event.type, event.actor, name)
    names = {event.actor, event.attributes.get("name", ""), event.attributes.get("network", "")} - {""}
    named = (id for id, item in objects.items() if names.intersection([getattr(item, "name", ""), *_tags(item)]))
    return Reference(event.type, next(named, event.actor), name)


def _tags(item: Any) -> tuple[str, ...]:
    return getattr(item, "tags", ())


def as_printed(event: Event, *, reveal: bool = False) -> str:
    """Return an event in the format of `docker events`, in UTC; secrets masked unless revealed."""
    told = as_json(event, reveal=reveal)
    at = datetime.fromtimestamp(event.time_ns // 1_000_000_000, UTC)
    attributes = ", ".join(f"{key}={value}" for key, value in sorted(told["Actor"]["Attributes"].items()))
    moment = f"{at:%Y-%m-%dT%H:%M:%S}.{event.time_ns % 1_000_000_000:09d}Z"
    return f"{moment} {event.type} {told['Action']} {event.actor}{f' ({attributes})' if attributes else ''}"


def as_json(event: Event, *, reveal: bool = False) -> dict[str, Any]:
    """Return an event in the format of the newest API versions, without deprecated duplicates of fields.

    Secrets, which may be in labels and in the commands of execs, are masked unless revealed.
    """
    action = f"{event.action}: {event.detail}" if event.detail else event.action
    attributes = dict(event.attributes)
    return {
        "Type": event.type,
        "Action": action if reveal else masked(action),
        "Actor": {"ID": event.actor, "Attributes": attributes if reveal else masked_tree(attributes)},
        "scope": event.scope,
        "time": event.time_ns // 1_000_000_000,
        "timeNano": event.time_ns,
    }
