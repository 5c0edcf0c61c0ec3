"""What of an object is worth copying, and the addresses at which a container's published ports answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from dockertui.engine.endpoint import Endpoint
from dockertui.engine.models import Container, Image, Network, Port, Volume
from dockertui.engine.target import segment
from dockertui.masking import masked_words
from dockertui.operations import run_form
from dockertui.operations.command_lines import docker_line, request_line
from dockertui.operations.container_line import run_line
from dockertui.operations.original import Original, draft
from dockertui.resources.reply import Reply

_EVERYWHERE = frozenset({"", "0.0.0.0", "::"})
_TLS_PORTS = frozenset({443, 6443, 8443, 9443})


class Copyable(NamedTuple):
    """One text to copy. `shown` stands in the menu, where a secret is masked; `masked`: so is the text itself."""

    label: str
    text: str
    shown: str = ""
    masked: bool = False


class Known(NamedTuple):
    """What is known of an object: its kind, its entry in the list, its `inspect`, and what a container was made of."""

    kind: str
    item: Any
    inspect: Mapping[str, Any]
    original: Original | None = None


def copyables(known: Known, endpoint: Endpoint, api: str, *, reveal: bool) -> list[Copyable]:
    """Everything about an object that somebody may want to paste elsewhere, the common things first."""
    found = list(_MAKERS[known.kind](known.item)) if known.kind in _MAKERS else []
    if known.kind == "container":
        found += _environment(known.inspect, reveal)
        found.append(_run_line(known, endpoint, reveal=reveal))
    found += _inspect_lines(known, endpoint, api)
    return [entry for entry in found if entry.text]


def _container(item: Container) -> Iterable[Copyable]:
    yield Copyable("name", item.name)
    yield Copyable("id", item.id)
    yield Copyable("image", item.image)
    yield Copyable("image id", item.image_id)
    for network in item.networks:
        yield Copyable(f"address in {network.network}", network.ip)
        yield Copyable(f"IPv6 address in {network.network}", network.ip6)
    for port in dict.fromkeys((port.ip, port.public, port.private, port.type) for port in item.ports if port.public):
        ip, public, private, protocol = port
        yield Copyable(f"port {private}/{protocol}", f"{f'[{ip}]' if ':' in ip else ip or '0.0.0.0'}:{public}")
    for mount in item.mounts:
        yield Copyable(f"mount {mount.destination}", mount.name or mount.source)
    yield Copyable("command", item.command)


def _image(item: Image) -> Iterable[Copyable]:
    for tag in item.tags:
        yield Copyable("name", tag)
    yield Copyable("id", item.id)
    for digest in item.digests:
        yield Copyable("digest", digest)


def _network(item: Network) -> Iterable[Copyable]:
    yield Copyable("name", item.name)
    yield Copyable("id", item.id)
    for subnet in item.subnets:
        yield Copyable("subnet", subnet)
    for gateway in item.gateways:
        yield Copyable("gateway", gateway)


def _volume(item: Volume) -> Iterable[Copyable]:
    yield Copyable("name", item.name)
    yield Copyable("mount point", item.mountpoint)


_MAKERS: Mapping[str, Callable[[Any], Iterable[Copyable]]] = {
    "container": _container,
    "image": _image,
    "network": _network,
    "volume": _volume,
}


def _environment(inspect: Mapping[str, Any], reveal: bool) -> Iterable[Copyable]:
    for assignment in Reply(inspect).words("Config", "Env"):
        name, _, value = assignment.partition("=")
        (shown,) = (assignment,) if reveal else masked_words([assignment])
        yield Copyable(f"value of {name}", value, shown.partition("=")[2])


def _run_line(known: Known, endpoint: Endpoint, *, reveal: bool) -> Copyable:
    """The command that makes the container again, with what cannot be said in it as a comment."""
    if known.original is None:
        return Copyable("docker run line", "")
    values = run_form.values_of(known.original.inspect, known.original.image)
    words, unsaid = run_line(draft(known.original), values, known.original.info)
    line, whole = (docker_line(endpoint, words, unsaid, reveal=shown) for shown in (reveal, True))
    return Copyable("docker run line", line, masked=line != whole)


def _inspect_lines(known: Known, endpoint: Endpoint, api: str) -> Iterable[Copyable]:
    name = known.item.name if known.kind == "volume" else known.item.id
    path = {"container": f"/containers/{segment(name)}/json", "image": f"/images/{segment(name, safe='/:@')}/json"}
    yield Copyable("docker inspect line", docker_line(endpoint, (known.kind, "inspect", name)))
    yield Copyable(
        "curl line",
        request_line(endpoint, "GET", f"/v{api}{path.get(known.kind, f'/{known.kind}s/{segment(name)}')}"),
    )


def addresses(item: Container, endpoint: Endpoint) -> dict[str, str]:
    """The URL of each published TCP port, by what to call it; both IP families once."""
    found: dict[str, str] = {}
    for port in item.ports:
        if port.public and port.type == "tcp":
            found.setdefault(_url(port, endpoint), f"{port.public} → {port.private}")
    return {label: url for url, label in found.items()}


def _url(port: Port, endpoint: Endpoint) -> str:
    """Where the port answers, as seen from here: on the Engine's host, unless it is bound to an address."""
    host = endpoint.split.hostname if endpoint.scheme in ("tcp", "ssh") else "localhost"
    if port.ip not in _EVERYWHERE and not (port.ip.startswith("127.") and host == "localhost"):
        host = port.ip
    name = f"[{host}]" if host and ":" in host else host or "localhost"
    return f"{'https' if port.private in _TLS_PORTS else 'http'}://{name}:{port.public}/"
