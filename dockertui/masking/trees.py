"""Secrets in JSON, where member names and positions in lists are known."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from dockertui.masking.late import late
from dockertui.masking.names import is_secret
from dockertui.masking.shapes import MASK
from dockertui.masking.texts import masked, masked_words
from dockertui.masking.values import is_distinct, is_plain

_MOST: Final = 200
"""The maximum number of an object's values that are hidden elsewhere in it."""
_OF_URL: Final = late(r"://[^\s:/@]{0,128}:(?P<value>[^\s/@]{6,256})@")
_PUBLIC: Final = frozenset({"Username", "username", "ServerAddress", "serveraddress", "Email", "email"})


def masked_tree(value: Any, known: Iterable[str] = (), *, key: str = "") -> Any:
    """Return a copy of a JSON value with its secrets hidden, both by member name and inside texts.

    `key` is the name of the member that holds the value. A list of strings is read as a command or as assignments.
    """
    if isinstance(value, Mapping):
        return {name: masked_tree(item, known, key=_inherited(key, str(name))) for name, item in value.items()}
    if isinstance(value, list | tuple):
        if value and all(isinstance(item, str) for item in value) and not _hides(key):
            return masked_words(value, known)
        return [masked_tree(item, known, key=key if isinstance(item, str) else "") for item in value]
    if _hides(key) and isinstance(value, str | int) and not isinstance(value, bool):
        return value if is_plain(str(value), strong="pass" in key.lower()) else MASK
    return masked(value, known) if isinstance(value, str) and value else value


def _inherited(key: str, name: str) -> str:
    """Return the name that decides about a member: includes the parent's name if that is a secret's."""
    return f"{key}.{name}" if _hides(key) and name not in _PUBLIC else name


def _hides(key: str) -> bool:
    return bool(key) and is_secret(key)


def known_secrets(value: Any) -> tuple[str, ...]:
    """Return the values that their names mark as secrets in a JSON value, longest first, without common words."""
    found: set[str] = set()
    for name, text in _named(value, ""):
        if name and is_secret(name) and is_distinct(text) and not is_plain(text, strong=False):
            found.add(text)
        found.update(match["value"] for match in _OF_URL.finditer(text) if is_distinct(match["value"]))
        if len(found) >= _MOST:
            break
    return tuple(sorted(found, key=len, reverse=True))


def _named(value: Any, key: str) -> Iterator[tuple[str, str]]:
    """Yield the strings of a JSON value as (name, text); for an assignment, its name and value."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _named(item, str(name))
    elif isinstance(value, list | tuple):
        before = ""
        for item in value:
            option = before.lstrip("-") if before.startswith("-") else ""
            yield from _named(item, option)
            before = item if isinstance(item, str) else ""
    elif isinstance(value, str):
        at = value.find("=", 0, 200)
        yield (value[:at], value[at + 1 :]) if at > 0 and " " not in value[:at] else (key, value)


@lru_cache(maxsize=2048)
def masked_path(path: str) -> str:
    """Return a request path with the secrets of its query hidden (build arguments, …), unchanged if there are none."""
    bare, mark, query = path.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    shown = [(name, _masked_parameter(name, value)) for name, value in pairs]
    if not mark or shown == pairs:
        return path
    return f"{bare}?{urlencode(shown, quote_via=quote).replace(quote(MASK), MASK)}"


def _masked_parameter(name: str, value: str) -> str:
    if value.startswith(("{", "[")):
        try:
            return json.dumps(masked_tree(json.loads(value), key=name), ensure_ascii=False)
        except (ValueError, RecursionError):
            pass  # a text that begins with a bracket
    return str(masked_tree(value, key=name)) if is_secret(name) else masked_words([value])[0]
