"""Which environment values are secrets, and how they are shown until the user asks to see them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MASK = "••••••"
_SECRET = re.compile(r"PASSW|SECRET|TOKEN|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_?KEY|(^|_)(KEY|PASS|PWD|AUTH)($|_)", re.I)
# Every part has a bound, and a scheme begins where no other can: a value of 10 kB must not take its square.
_URL_PASSWORD = re.compile(
    r"(?P<head>(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}://[^\s:/@]{0,256}:)[^\s/@]{1,1024}(?=@)", re.I
)


# An option or a setting of a secret's name, and the credentials of an HTTP header, wherever they stand in a line.
_IN_TEXT = re.compile(
    r"(?P<head>(?<!/)(?:passw(?:or)?d|secret|token|api[_-]?key|access[_-]?key|credentials?)[\w-]{0,64}[\"']?\s{0,4}[=:]\s{0,4}"
    r"|--[\w-]{0,64}(?:password|secret|token|key)\s{1,4}|\b(?:bearer|basic)\s{1,4}(?=[\w.~+/-]{16}))"
    r"(?P<quote>[\"']?)[^\s\"',;&]{1,1024}",
    re.I,
)


def is_secret(name: str) -> bool:
    """Whether an environment variable of this name holds what should not be read over a shoulder."""
    return bool(_SECRET.search(name))


def masked(assignment: str) -> str:
    """`NAME=value` with its value hidden if the name is a secret's, and with the password of any URL in it hidden."""
    name, equals, value = assignment.partition("=")
    if equals and value and is_secret(name):
        return f"{name}={MASK}"
    return _without_passwords(assignment)


def masked_text(text: str) -> str:
    """A line of a log, an error or a command, with what looks like a secret in it hidden."""
    return _IN_TEXT.sub(rf"\g<head>\g<quote>{MASK}", _without_passwords(text))


def _without_passwords(text: str) -> str:
    return _URL_PASSWORD.sub(rf"\g<head>{MASK}", text) if "://" in text else text


def masked_reply(value: Any, *, key: str = "") -> Any:
    """A copy of an inspect reply in which the secrets of every `Env` list, and of every map by its keys, are hidden."""
    if isinstance(value, Mapping):
        return {name: masked_reply(item, key=str(name)) for name, item in value.items()}
    if isinstance(value, list):
        return [masked(item) if key == "Env" and isinstance(item, str) else masked_reply(item) for item in value]
    if isinstance(value, str) and value:
        return MASK if key and is_secret(key) else _without_passwords(value)
    return value
