"""What may be typed into the forms: reading it, and saying what is wrong with it before the Engine would."""

from __future__ import annotations

import ipaddress
import re
import shlex
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from dockertui.engine import platforms
from dockertui.operations.body import Entry, Option, Unfit

_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([bkmgtp]?)i?b?", re.I)
_COMPONENT: Final = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REFERENCE: Final = re.compile(
    rf"(?:(?:[a-zA-Z0-9.-]+(?::\d+)?|\[[0-9a-fA-F:]+\](?::\d+)?)/)?{_COMPONENT}(?:/{_COMPONENT})*"
    r"(?::[\w][\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,})?"
)
_UNTIL: Final = re.compile(r"(\d+(?:\.\d+)?(?:ns|us|ms|s|m|h))+|\d+(?:\.\d+)?|\d{4}-\d\d-\d\d(T[\d:.Z+-]+)?")
_POLICY: Final = re.compile(r"(?:no|always|unless-stopped|on-failure(?::\d+)?)")
Check = Callable[[Any], None]
POLICIES: Final = ("no", "always", "unless-stopped", "on-failure")


def read(option: Option, typed: Any) -> Any:
    """The value of what was typed. Raises Unfit."""
    value = _read(option.entry, typed)
    if option.required and value in ("", None, ()):
        raise Unfit("cannot be empty")
    if value not in ("", None, ()):
        option.check(value)
    return value


def _read(entry: Entry, typed: Any) -> Any:
    if entry is Entry.FLAG:
        return bool(typed)
    if entry is Entry.SECRET:
        return str(typed)
    text = str(typed).strip()
    if entry is Entry.NUMBER:
        return _number(text)
    return _words(text) if entry is Entry.WORDS else text


def _number(text: str) -> int | None:
    try:
        return int(text) if text else None
    except ValueError:
        raise Unfit("is not a whole number") from None


def _words(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise Unfit(f"{str(error).lower()}: quote as in a shell") from None


def typed(value: Any) -> str:
    """A value as it is typed: the reverse of `read`."""
    if value is None:
        return ""
    return shlex.join(value) if isinstance(value, tuple | list) else str(value)


def name(value: str) -> None:
    """A container's, network's or volume's name."""
    if not _NAME.fullmatch(value):
        raise Unfit("two or more of a-z A-Z 0-9 _ . - and no sign at the start")


def reference(value: str) -> None:
    """An image's name, with tag or digest."""
    if not _REFERENCE.fullmatch(value):
        raise Unfit("not an image's name: [registry/]name[:tag], in small letters")


def new_reference(value: str) -> None:
    """An image's name that is to be given: a digest cannot be."""
    reference(value)
    if "@" in value:
        raise Unfit("a digest follows from what is in the image: give a tag")


def platform(value: str) -> None:
    """A system, an architecture and perhaps its variant, or one of the first two alone."""
    try:
        platforms.normal(value)
    except ValueError:
        raise Unfit("system/architecture, such as linux/arm64") from None


def not_negative(value: int) -> None:
    if value < 0:
        raise Unfit("cannot be negative")


def until(value: str) -> None:
    """A time for the filter `until`."""
    if not _UNTIL.fullmatch(value):
        raise Unfit("how long ago (10m, 24h), or a date (2026-01-31T12:00:00)")


def size(value: str) -> None:
    """An amount of memory."""
    in_bytes(value)


def in_bytes(value: str) -> int:
    """`512m` in bytes, by units of 1024 as the CLI has it; -1 stays. Raises Unfit."""
    if value == "-1":
        return -1
    match = _SIZE.fullmatch(value)
    if match is None:
        raise Unfit("an amount such as 512m or 2g")
    return int(float(match[1]) * 1024 ** " bkmgtp".index(match[2].lower() or "b") / 1024)


def cpus(value: str) -> None:
    try:
        fits = 0 < float(value) < 10_000
    except ValueError:
        fits = False
    if not fits:
        raise Unfit("a number of CPUs such as 0.5 or 2")


def policy(value: str) -> None:
    """A restart policy."""
    if not _POLICY.fullmatch(value):
        raise Unfit(f"one of {', '.join(POLICIES)}, on-failure:TIMES")


def address(value: str) -> None:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        raise Unfit("not an IP address") from None


def subnet(value: str) -> None:
    try:
        if "/" not in value:
            raise ValueError
        ipaddress.ip_network(value)
    except ValueError:
        raise Unfit("a network such as 172.30.0.0/16, with no bits set behind the mask") from None


def each(check: Check) -> Check:
    """The check for every one of several words."""

    def check_all(value: Iterable[Any]) -> None:
        for item in value:
            check(item)

    return check_all


def pairs(value: Iterable[str]) -> None:
    """NAME=VALUE each."""
    for item in value:
        if not item.partition("=")[0]:
            raise Unfit(f"{item!r} has no name before the =")


def mapping(value: Iterable[str]) -> dict[str, str]:
    """NAME=VALUE words as a mapping."""
    return {key: text for key, _, text in (item.partition("=") for item in value)}


def words(flag: str, value: Any) -> tuple[str, ...]:
    """The words of an option of `docker`: none for an empty value, the flag alone for True, one each for several."""
    if value is None or value is False or value in ("", ()):
        return ()
    if value is True:
        return (flag,)
    values: Sequence[Any] = value if isinstance(value, tuple | list) else (value,)
    return tuple(word for item in values for word in (flag, str(item)))


UNTIL = Option("until", "Older than", hint="24h, or a date", check=until)
LABELS = Option(
    "labels", "With the labels", Entry.WORDS, (), hint="name, name=value, name!=value", check=lambda _: None
)


def filters(values: dict[str, Any] | Any, **fixed: str) -> dict[str, list[str]]:
    """The prune filters of UNTIL and LABELS, and further ones."""
    found = {key: [value] for key, value in fixed.items()}
    if values.get("until"):
        found["until"] = [values["until"]]
    for label in values.get("labels", ()):
        kind, text = ("label!", label.replace("!=", "=", 1)) if "!=" in label else ("label", label)
        found.setdefault(kind, []).append(text)
    return found


def filter_words(wanted: dict[str, list[str]]) -> tuple[str, ...]:
    """`--filter` words for filters."""
    return tuple(word for key, items in wanted.items() for item in items for word in ("--filter", f"{key}={item}"))
