"""The network that a new container joins, in the syntax of `docker run --network`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from dockertui.operations import form_values
from dockertui.operations.command_body import InvalidValue

SHAPE: Final = "a network's name, or name=…,alias=…,ip=…,ip6=…,mac-address=…,driver-opt=name=value"


class Joined(NamedTuple):
    """A network's name, or a mode such as `host` or `container:web`, and the settings of its endpoint."""

    name: str
    settings: Mapping[str, Any]


def joined(text: str) -> Joined:
    """Parse a name, or `name=…,alias=…` and so on; the settings are an `EndpointSettings` of the API.

    Raises InvalidValue when a key is unknown, its value invalid, or there is no name.
    """
    if "=" not in text:
        return Joined(text, {})
    name, settings = "", dict[str, Any]()
    for word in text.split(","):
        key, _, value = (part.strip() for part in word.partition("="))
        if key == "name":
            name = value
        elif key in _KEYS and value:
            _KEYS[key](settings, value)
        else:
            raise InvalidValue(f"{word!r}: not {SHAPE}")
    if not name:
        raise InvalidValue(f"{text!r} has no name=")
    return Joined(name, settings)


def check(text: str) -> None:
    """Raise InvalidValue for an invalid network to join."""
    joined(text)


def _alias(settings: dict[str, Any], value: str) -> None:
    settings.setdefault("Aliases", []).append(value)


def _address(key: str) -> Callable[[dict[str, Any], str], None]:
    def put(settings: dict[str, Any], value: str) -> None:
        form_values.address(value)
        settings.setdefault("IPAMConfig", {})[key] = value

    return put


def _local(settings: dict[str, Any], value: str) -> None:
    form_values.address(value)
    settings.setdefault("IPAMConfig", {}).setdefault("LinkLocalIPs", []).append(value)


def _option(settings: dict[str, Any], value: str) -> None:
    name, equals, text = value.partition("=")
    if not equals or not name:
        raise InvalidValue(f"driver-opt={value}: name=value after driver-opt=")
    settings.setdefault("DriverOpts", {})[name] = text


def _priority(settings: dict[str, Any], value: str) -> None:
    try:
        settings["GwPriority"] = int(value)
    except ValueError:
        raise InvalidValue(f"gw-priority={value}: a whole number") from None


def _mac(settings: dict[str, Any], value: str) -> None:
    settings["MacAddress"] = value


_KEYS: Final[Mapping[str, Callable[[dict[str, Any], str], None]]] = {
    "alias": _alias,
    "ip": _address("IPv4Address"),
    "ip6": _address("IPv6Address"),
    "link-local-ip": _local,
    "mac-address": _mac,
    "driver-opt": _option,
    "gw-priority": _priority,
}
