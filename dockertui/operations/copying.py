"""The texts of an object worth copying, and the addresses of a container's published ports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from dockertui.engine.endpoint import Endpoint
from dockertui.engine.fields import Reply
from dockertui.engine.models import Container, Port
from dockertui.masking import masked_words
from dockertui.operations import run_form
from dockertui.operations.command_lines import docker_line, request_line
from dockertui.operations.container_line import run_line
from dockertui.operations.original import Original, draft
from dockertui.resources.base import Resource

_EVERYWHERE = frozenset({"", "0.0.0.0", "::"})
_TLS_PORTS = frozenset({443, 6443, 8443, 9443})


class Copyable(NamedTuple):
    """One text to copy. `shown` is the menu's text, with secrets masked; `masked`: the text itself is masked, too."""

    label: str
    text: str
    shown: str = ""
    masked: bool = False


class CopySource(NamedTuple):
    """An object's data to copy from: its kind, its entry in the list, its `inspect`, a container's origin."""

    resource: Resource[Any]
    item: Any
    inspect: Mapping[str, Any]
    original: Original | None = None


def copyables(known: CopySource, endpoint: Endpoint, api: str, *, reveal: bool) -> list[Copyable]:
    """Return everything about an object that may be useful to paste, common things first."""
    found = [Copyable(label, text) for label, text in known.resource.copies(known.item)]
    if known.original is not None:
        found += _environment(known.inspect, reveal)
        found.append(_run_line(known.original, endpoint, reveal=reveal))
    call = known.resource.listing.asking(known.resource.listing.identity(known.item))
    found.append(Copyable("docker inspect line", docker_line(endpoint, call.docker)))
    found.append(Copyable("curl line", request_line(endpoint, call.method, f"/v{api}{call.path}")))
    return [entry for entry in found if entry.text]


def _environment(inspect: Mapping[str, Any], reveal: bool) -> Iterable[Copyable]:
    for assignment in Reply(inspect).words("Config", "Env"):
        name, _, value = assignment.partition("=")
        (shown,) = (assignment,) if reveal else masked_words([assignment])
        yield Copyable(f"value of {name}", value, shown.partition("=")[2])


def _run_line(original: Original, endpoint: Endpoint, *, reveal: bool) -> Copyable:
    """Return the command that recreates the container, with a comment on what it leaves out."""
    values = run_form.values_of(original.inspect, original.image)
    words, unsaid = run_line(draft(original), values, original.info)
    line, whole = (docker_line(endpoint, words, unsaid, reveal=shown) for shown in (reveal, True))
    return Copyable("docker run line", line, masked=line != whole)


def addresses(item: Container, endpoint: Endpoint) -> dict[str, str]:
    """Return the URL of each published TCP port with its label; both IP families once."""
    found: dict[str, str] = {}
    for port in item.ports:
        if port.public and port.type == "tcp":
            found.setdefault(_url(port, endpoint), f"{port.public} → {port.private}")
    return {label: url for url, label in found.items()}


def _url(port: Port, endpoint: Endpoint) -> str:
    """Return the port's address as seen from here: on the Engine's host, unless it is bound to an IP address."""
    host = endpoint.split.hostname if endpoint.scheme in ("tcp", "ssh") else "localhost"
    if port.ip not in _EVERYWHERE and not (port.ip.startswith("127.") and host == "localhost"):
        host = port.ip
    name = f"[{host}]" if host and ":" in host else host or "localhost"
    return f"{'https' if port.private in _TLS_PORTS else 'http'}://{name}:{port.public}/"
