"""Ports to publish, in the syntax of `docker run --publish`."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final, NamedTuple

from dockertui.operations.command_body import InvalidValue

SHAPE: Final = "[[ip:]port:]port[/udp], a port being one or a range such as 8000-8010"
_PROTOCOLS: Final = ("tcp", "udp", "sctp")
_LONG: Final = frozenset({"published", "target", "protocol", "mode"})


class Published(NamedTuple):
    """A port to publish: `ip:public:private/protocol`, the first two "" if not given.

    public: may be a range, of which the Engine chooses a free port, or "0" for any.
    """

    ip: str
    public: str
    private: str


def published(text: str) -> tuple[Published, ...]:
    """Parse `[[ip:]public:]private[/protocol]`, or `published=…,target=…`; a range of private ports gives one each.

    Raises InvalidValue when it has another form, a port is invalid, a range goes backwards, or two ranges differ in
    length.
    """
    head, _, protocol = (_short(text) if "=" in text else text).partition("/")
    protocol = protocol.lower() or "tcp"
    if protocol not in _PROTOCOLS:
        raise InvalidValue(f"{text!r}: the protocol is tcp, udp or sctp")
    head, _, private = head.rpartition(":")
    ip, _, public = head.rpartition(":")
    inside = _range(text, private, lowest=1)
    outside = _range(text, public, lowest=0) if public else ""
    return tuple(Published(_address(text, ip), *pair) for pair in _pairs(text, outside, inside, protocol))


def check(value: Iterable[str]) -> None:
    """Raise InvalidValue for the first port that cannot be published."""
    for text in value:
        published(text)


def shown(ip: str, public: str, private: str) -> str:
    """Return the shortest text that `published` parses as this port; `private` includes its protocol."""
    port = private.removesuffix("/tcp")
    if ip:
        return f"{f'[{ip}]' if ':' in ip else ip}:{public}:{port}"
    return f"{public}:{port}" if public else port


def bracketed(text: str) -> str:
    """Return the text with an IPv6 address in brackets, which docker commands before 23 require."""
    head, slash, protocol = text.partition("/")
    ip, *others = head.rsplit(":", 2)
    bare = len(others) == 2 and ":" in ip and not ip.startswith("[")
    return f"[{ip}]:{':'.join(others)}{slash}{protocol}" if bare else text


def _short(text: str) -> str:
    """Convert `published=8080,target=80,protocol=tcp` to `8080:80/tcp`. Raises InvalidValue."""
    given: dict[str, str] = {}
    for word in text.split(","):
        key, equals, value = word.partition("=")
        if not equals or key not in _LONG:
            raise InvalidValue(f"{text!r}: {word!r} is not published=, target= or protocol=")
        given[key] = value
    return f"{given.get('published', '')}:{given.get('target', '')}/{given.get('protocol', '')}"


def _range(text: str, ports: str, *, lowest: int) -> range:
    """Parse a port or a range of ports. Raises InvalidValue."""
    first, dash, last = ports.partition("-")
    numbers = (first, last) if dash else (first, first)
    if not all(number.isascii() and number.isdecimal() and lowest <= int(number) < 65536 for number in numbers):
        raise InvalidValue(f"{text!r} is not {SHAPE}; ports go from {lowest} to 65535")
    if int(numbers[0]) > int(numbers[1]):
        raise InvalidValue(f"{text!r}: {ports} goes backwards")
    return range(int(numbers[0]), int(numbers[1]) + 1)


def _address(text: str, ip: str) -> str:
    bare = ip.removeprefix("[").removesuffix("]")
    if bare:
        try:
            ipaddress.ip_address(bare)
        except ValueError:
            raise InvalidValue(f"{text!r}: {bare!r} is not an IP address") from None
    return bare


def _pairs(text: str, outside: range | str, inside: range, protocol: str) -> Iterable[tuple[str, str]]:
    """Return each private port with its public one. Raises InvalidValue."""
    if isinstance(outside, str):
        return [("", f"{port}/{protocol}") for port in inside]
    if len(outside) == len(inside):
        return [(str(public), f"{port}/{protocol}") for public, port in zip(outside, inside, strict=True)]
    if len(inside) == 1:
        return [(f"{outside[0]}-{outside[-1]}", f"{inside[0]}/{protocol}")]
    raise InvalidValue(f"{text!r}: the two ranges differ in length")
