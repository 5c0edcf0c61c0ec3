"""Which environment values are secrets, and how they are shown until the user asks to see them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

MASK = "••••••"
_SECRET = re.compile(r"PASSW|SECRET|TOKEN|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_?KEY|(^|_)(KEY|PASS|PWD|AUTH)($|_)", re.I)
# Every part has a bound, and a scheme begins where no other can: a value of 10 kB must not take its square.
_URL_PASSWORD = re.compile(
    r"(?P<head>(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}://[^\s:/@]{0,256}:)[^\s/@]{1,1024}(?=@)", re.I
)

_BUILD_ARGS = re.compile(r"([?&]buildargs=)([^&]*)")


def is_secret(name: str) -> bool:
    """Whether an environment variable of this name holds what should not be read over a shoulder."""
    return bool(_SECRET.search(name))


def masked(assignment: str) -> str:
    """`NAME=value` with its value hidden if the name is a secret's, and with the password of any URL in it hidden."""
    name, equals, value = assignment.partition("=")
    if equals and value and is_secret(name):
        return f"{name}={MASK}"
    return _without_passwords(assignment)


def _without_passwords(text: str) -> str:
    return _URL_PASSWORD.sub(rf"\g<head>{MASK}", text) if "://" in text else text


def masked_path(path: str) -> str:
    """A request's path and query, the secrets among the arguments of a build hidden."""
    return _BUILD_ARGS.sub(lambda found: f"{found[1]}{_masked_query(found[2])}", path) if "buildargs=" in path else path


def _masked_query(value: str) -> str:
    try:
        told = masked_reply(json.loads(unquote(value)))
    except ValueError:
        return MASK
    return quote(json.dumps(told, separators=(",", ":"), ensure_ascii=False), safe=":,").replace(quote(MASK), MASK)


def masked_reply(value: Any, *, key: str = "") -> Any:
    """A copy of an inspect reply in which the secrets of every `Env` list, and of every map by its keys, are hidden."""
    if isinstance(value, Mapping):
        return {name: masked_reply(item, key=str(name)) for name, item in value.items()}
    if isinstance(value, list):
        return [masked(item) if key == "Env" and isinstance(item, str) else masked_reply(item) for item in value]
    if isinstance(value, str) and value:
        return MASK if key and is_secret(key) else _without_passwords(value)
    return value
