"""The values typed into forms: parsing them, and checks that report errors before the Engine would."""

from __future__ import annotations

import ipaddress
import re
import shlex
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any, Final

from dockertui.engine import platforms
from dockertui.operations.command_body import FieldKind, InvalidValue, Option

_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_DRIVER: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.:/@-]*")
_SIZE: Final = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+) ?(?:b|([kmgtp])(?:i?b)?)?", re.I | re.A)
_LABEL: Final = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_HOST: Final = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
_COMPONENT: Final = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REFERENCE: Final = re.compile(
    rf"(?P<name>(?:{_HOST}/)?{_COMPONENT}(?:/{_COMPONENT})*)(?::[a-zA-Z0-9_][a-zA-Z0-9_.-]{{0,127}})?"
    r"(?:@(?P<algorithm>[a-z0-9]+):(?P<hex>[0-9a-f]+))?"
)
_DIGESTS: Final = {"sha256": 64, "sha384": 96, "sha512": 128}
"""The number of digits of a digest, by algorithm."""
_NAME_LENGTH: Final = 255
_ID: Final = re.compile(r"[0-9a-f]{64}")
_UNTIL: Final = re.compile(r"(\d+(?:\.\d+)?(?:ns|us|ms|s|m|h))+|\d+(?:\.\d+)?|\d{4}-\d\d-\d\d(T[\d:.Z+-]+)?")
_POLICY: Final = re.compile(r"(?:no|always|unless-stopped)(?::0+)?|on-failure(?::[0-9]+)?")
_CPUS: Final = re.compile(r"[0-9.]+(?:[eE][+-]?[0-9]{1,2}|/[0-9]+)?", re.A)
_NANO: Final = 1_000_000_000
_SPACE: Final = re.compile(r"\s")
Check = Callable[[Any], None]
POLICIES: Final = ("no", "always", "unless-stopped", "on-failure")


_EMPTY: Final = ("", None, ())


def read(option: Option, typed: Any) -> Any:
    """Parse and check what was typed. Raises InvalidValue."""
    value = parsed(option, typed)
    check(option, value)
    return value


def check(option: Option, value: Any, known: Any = None) -> None:
    """Raise InvalidValue for a value that the option does not allow; `known` ones, from the Engine, pass."""
    if option.required and value in _EMPTY:
        raise InvalidValue("cannot be empty")
    if isinstance(value, tuple) and known:
        value = tuple(word for word in value if word not in known)
    if value not in _EMPTY and value != known:
        option.check(value)


def parsed(option: Option, typed: Any) -> Any:
    """Parse what was typed without checking it. Raises InvalidValue if it is no value of the option's type."""
    return _read(option.entry, typed)


def _read(entry: FieldKind, typed: Any) -> Any:
    if entry is FieldKind.FLAG:
        return bool(typed)
    if entry is FieldKind.SECRET:
        return str(typed)
    text = str(typed).strip()
    if entry is FieldKind.NUMBER:
        return _number(text)
    return _words(text) if entry is FieldKind.WORDS else text


def _number(text: str) -> int | None:
    try:
        return int(text) if text else None
    except ValueError:
        raise InvalidValue("is not a whole number") from None


def _words(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise InvalidValue(f"{str(error).lower()}: quote as in a shell") from None


def typed(value: Any) -> str:
    """Return a value as it is typed: the inverse of `read`."""
    if value is None:
        return ""
    return shlex.join(value) if isinstance(value, tuple | list) else str(value)


def name(value: str) -> None:
    """Check a container's or volume's name."""
    if not _NAME.fullmatch(value):
        raise InvalidValue("two or more of a-z A-Z 0-9 _ . - and no sign at the start")


def network_name(value: str) -> None:
    """Check a new network's name. Engines accept anything; only what would be a flag or a path is refused."""
    if value.startswith("-") or "/" in value:
        raise InvalidValue("no - at the start and no / in it")


def driver(value: str) -> None:
    """Check a driver's name: a built-in one's, or a plugin's, which has the form of an image's name."""
    if not _DRIVER.fullmatch(value):
        raise InvalidValue("a driver's name, such as local, or a plugin's, such as vieux/sshfs:latest")


def reference(value: str) -> None:
    """Check an image's name, with tag or digest or both."""
    match = _REFERENCE.fullmatch(value)
    if match is None or len(match["name"]) > _NAME_LENGTH:
        raise InvalidValue("not an image's name: [registry/]name[:tag], in small letters")
    if match["algorithm"] and len(match["hex"]) != _DIGESTS.get(match["algorithm"]):
        raise InvalidValue("the digest after the @ is sha256: and 64 hexadecimal digits")
    if _ID.fullmatch(value):
        raise InvalidValue("64 hexadecimal digits are an id, and no image's name")


def new_reference(value: str) -> None:
    """Check a new image's name, which cannot have a digest."""
    reference(value)
    if "@" in value:
        raise InvalidValue("a digest follows from what is in the image: give a tag")


def platform(value: str) -> None:
    """Check a platform: system, architecture and optionally its variant, or one of the first two alone."""
    try:
        platforms.normal(value)
    except ValueError:
        raise InvalidValue("system/architecture, such as linux/arm64") from None


def not_negative(value: int) -> None:
    if value < 0:
        raise InvalidValue("cannot be negative")


def until(value: str) -> None:
    """Check a time for the filter `until`."""
    if not _UNTIL.fullmatch(value):
        raise InvalidValue("how long ago (10m, 24h), or a date (2026-01-31T12:00:00)")


def size(value: str) -> None:
    """Check an amount of memory."""
    in_bytes(value)


def in_bytes(value: str) -> int:
    """Return `512m` in bytes, in units of 1024 as the CLI; -1 stays. Raises InvalidValue."""
    if value == "-1":
        return -1
    match = _SIZE.fullmatch(value)
    if match is None:
        raise InvalidValue("an amount such as 512m or 2g")
    return int(float(match[1]) * 1024 ** "bkmgtp".index((match[2] or "b").lower()))


def cpus(value: str) -> None:
    """Check a number of CPUs."""
    nano_cpus(value)


def nano_cpus(value: str) -> int:
    """Return `1.5`, `1/2` or `1e1` CPUs in billionths. Raises InvalidValue."""
    try:
        exact = Fraction(value if _CPUS.fullmatch(value) else "") * _NANO
    except (ValueError, ZeroDivisionError):
        exact = Fraction(0)
    if not 0 < exact < 10_000 * _NANO:
        raise InvalidValue("a number of CPUs such as 0.5 or 2")
    if exact.denominator != 1:
        raise InvalidValue("too exact: nine digits after the point at most")
    return int(exact)


def cpus_shown(nano: int) -> str:
    """Return billionths of a CPU as they are typed; "" for 0."""
    whole, rest = divmod(nano, _NANO)
    return f"{whole}.{rest:09}".rstrip("0").rstrip(".") if nano else ""


def policy(value: str) -> None:
    """Check a restart policy."""
    if not _POLICY.fullmatch(value):
        raise InvalidValue(f"one of {', '.join(POLICIES)}, on-failure:TIMES")


def restart_policy(value: str) -> dict[str, Any]:
    """Return `on-failure:3` in the API's form; no policy is `no`."""
    name, _, count = (value or "no").partition(":")
    return {"Name": name, "MaximumRetryCount": int(count or 0)}


def address(value: str) -> None:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        raise InvalidValue("not an IP address") from None


def subnet(value: str) -> None:
    try:
        if not value.rpartition("/")[2].isdecimal() or "/" not in value:
            raise ValueError
        ipaddress.ip_network(value)
    except ValueError:
        raise InvalidValue("a network such as 172.30.0.0/16, with no bits set behind the mask") from None


def each(check: Check) -> Check:
    """Return a check that applies `check` to each of several words."""

    def check_all(value: Iterable[Any]) -> None:
        for item in value:
            check(item)

    return check_all


def pairs(value: Iterable[str]) -> None:
    """Check for NAME=VALUE each, the value optional."""
    for item in value:
        if not item.partition("=")[0]:
            raise InvalidValue(f"{item!r} has no name before the =")


def assignments(value: Iterable[str]) -> None:
    """Check for NAME=VALUE each, the value required."""
    pairs(value)
    for item in value:
        if "=" not in item:
            raise InvalidValue(f"{item!r} has no =")


def labels(value: Iterable[str]) -> None:
    """Check for NAME=VALUE each, with no blank in the name."""
    pairs(value)
    for item in value:
        if _SPACE.search(item.partition("=")[0]):
            raise InvalidValue(f"{item!r}: no blanks in a label's name")


def mapping(value: Iterable[str]) -> dict[str, str]:
    """Return NAME=VALUE words as a mapping."""
    return {key: text for key, _, text in (item.partition("=") for item in value)}


def words(flag: str, value: Any) -> tuple[str, ...]:
    """Return the words of an option of `docker`: none for an empty value, the flag alone for True, a pair per item."""
    if value is None or value is False or value in ("", ()):
        return ()
    if value is True:
        return (flag,)
    values: Sequence[Any] = value if isinstance(value, tuple | list) else (value,)
    return tuple(word for item in values for word in (flag, str(item)))


UNTIL = Option("until", "Older than", hint="24h, or a date", check=until)
LABELS = Option(
    "labels", "With the labels", FieldKind.WORDS, (), hint="name, name=value, name!=value", check=lambda _: None
)


def filters(values: dict[str, Any] | Any, **fixed: str) -> dict[str, list[str]]:
    """Return the prune filters of UNTIL and LABELS, and further ones."""
    found = {key: [value] for key, value in fixed.items()}
    if values.get("until"):
        found["until"] = [values["until"]]
    for label in values.get("labels", ()):
        kind, text = ("label!", label.replace("!=", "=", 1)) if "!=" in label else ("label", label)
        found.setdefault(kind, []).append(text)
    return found


def filter_words(wanted: dict[str, list[str]]) -> tuple[str, ...]:
    """Return the `--filter` words for filters."""
    return tuple(word for key, items in wanted.items() for item in items for word in ("--filter", f"{key}={item}"))
