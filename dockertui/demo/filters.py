"""The `filters` parameter: a JSON map of lists, refused as the Engine refuses it."""

import itertools
import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from dockertui.demo.call import Call
from dockertui.demo.host import Refusal, invalid
from dockertui.demo.objects import Container, Network
from dockertui.demo.times import moment

T = TypeVar("T", Container, Network)

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[hms])")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


class Filters(dict[str, list[str]]):
    """What was asked for, by filter name. An absent filter matches everything."""

    def of(self, name: str) -> list[str]:
        return self.get(name, [])

    def exact(self, name: str, *candidates: str) -> bool:
        return name not in self or any(value in candidates for value in self.of(name))

    def pattern(self, name: str, *candidates: str) -> bool:
        """As moby's Args.Match: each value is a regular expression to be found, or the text itself."""
        try:
            pairs = itertools.product(self.of(name), candidates)
            return name not in self or any(value == one or re.search(value, one) for value, one in pairs)
        except re.error:
            return False

    def labels(self, labels: Mapping[str, str]) -> bool:
        """All of the label filters must hold: 'key' or 'key=value'."""
        return all(_labelled(labels, wanted) for wanted in self.of("label"))

    def keep(self, labels: Mapping[str, str], created: float, now: float) -> bool:
        """What the filters that all prunes have let through: label, label! and until."""
        untils = self.of("until")
        if len(untils) > 1:
            raise invalid("more than one until filter specified")
        excluded = any(_labelled(labels, wanted) for wanted in self.of("label!"))
        return self.labels(labels) and not excluded and all(created <= _moment(text, now) for text in untils)

    def truth(self, name: str) -> bool | None:
        """A yes/no filter, None when absent; refuses what is neither."""
        values = self.of(name)
        if not values:
            return None
        for truth, words in ((True, ("1", "true", "True")), (False, ("0", "false", "False"))):
            if all(value in words for value in values):
                return truth
        raise invalid(f"invalid filter '{name}=[{' '.join(values)}]'")


def _moment(text: str, now: float) -> float:
    """Epoch seconds of an `until`: a moment, or as long ago as Go writes a duration."""
    parts = _PART.findall(text)
    if parts and "".join(map("".join, parts)) == text:
        return now - sum(float(number) * _UNITS[unit] for number, unit in parts)
    if when := float(text) if text.replace(".", "", 1).isdecimal() else moment(text):
        return when
    raise Refusal(500, f'failed to parse value as time or duration: "{text}"')


def _labelled(labels: Mapping[str, str], wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in labels and (not equals or labels[key] == value)


def parse(call: Call, known: Collection[str]) -> Filters:
    """Read the filters; refuses malformed JSON and the names that this list does not know."""
    text = call.text("filters")
    if not text:
        return Filters({})
    try:
        given = json.loads(text)
    except ValueError:
        raise invalid("invalid filter") from None
    if not isinstance(given, dict):
        raise invalid("invalid filter")
    if unknown := next((key for key in given if key not in known), None):
        raise invalid(f"invalid filter '{unknown}'")
    # {"name": ["a"]} today, {"name": {"a": true}} from clients before API 1.22.
    return Filters(
        (name, [str(one) for one in values if isinstance(values, list) or values[one]])
        for name, values in given.items()
        if isinstance(values, list | dict) and values
    )


def prunable(call: Call, unused: Iterable[T]) -> list[T]:
    """Those that the filters of a prune let through."""
    filters, now = parse(call, ("label", "label!", "until")), call.host.now()
    return [one for one in unused if filters.keep(one.labels, one.created, now)]


def check_values(filters: Filters, name: str, what: str, allowed: Collection[str]) -> None:
    """Refuses values that are none of `allowed`, in the words of Engine 28."""
    for value in filters.of(name):
        if value not in allowed:
            reason = f"invalid value for {what} ({value}): must be one of {', '.join(allowed)}"
            raise invalid(f"invalid filter '{name}={value}': {reason}")


def timestamp_ns(text: str) -> int | None:
    """'secs' or 'secs.nanos' as nanoseconds; '' and '0' are None. Refuses others as the Engine does."""
    if not text or text == "0":
        return None
    whole, _, fraction = text.partition(".")
    try:
        return int(whole) * 1_000_000_000 + int(f"{fraction:0<9}"[:9])
    except ValueError:
        raise Refusal(500, f'strconv.ParseInt: parsing "{text}": invalid syntax') from None
