"""Which environment values are secrets, and how they are shown until the user asks to see them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

MASK = "••••••"
_SECRET = re.compile(
    r"PASSW|SECRET|TOKEN|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_?KEY|(^|_| )(KEY|PASS|PWD|AUTH)($|_)", re.I
)
_ASSIGNMENT = re.compile(
    r"(?<![\w.-])(?P<name>[A-Za-z_]\w{0,80})=(?P<value>\"[^\"]{1,4096}\"|'[^']{1,4096}'|[^\s\"';&|]{1,4096})"
)
# Every part has a bound, and a scheme begins where no other can: a value of 10 kB must not take its square.
_URL_PASSWORD = re.compile(
    r"(?P<head>(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}://[^\s:/@]{0,256}:)[^\s/@]{1,1024}(?=@)", re.I
)
# An option or a setting of a secret's name, and the credentials of an HTTP header, wherever they stand in a line.
_IN_TEXT = re.compile(
    r"(?P<head>(?<!/)(?:passw(?:or)?d|secret|token|api[_-]?key|access[_-]?key|credentials?)[\w-]{0,64}[\"']?"
    r"\s{0,4}[=:]\s{0,4}"
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
    return masked_text(assignment)


def masked_text(text: str) -> str:
    """A text with the values of its secret `NAME=value` hidden, and the passwords of its URLs."""
    if "=" in text:
        text = _ASSIGNMENT.sub(lambda found: f"{found['name']}={MASK}" if is_secret(found["name"]) else found[0], text)
    return _without_passwords(text)


@lru_cache(maxsize=2048)
def masked_path(path: str) -> str:
    """A request's path with the secrets of its query hidden, such as build arguments; as it was where it has none."""
    bare, mark, query = path.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    shown = [(name, _masked_parameter(value)) for name, value in pairs]
    if not mark or shown == pairs:
        return path
    return f"{bare}?{urlencode(shown, quote_via=quote).replace(quote(MASK), MASK)}"


def _masked_parameter(value: str) -> str:
    if value.startswith(("{", "[")):
        try:
            return json.dumps(masked_reply(json.loads(value)), ensure_ascii=False)
        except ValueError:
            pass  # a text that begins with a bracket
    return masked(value)


def masked_line(text: str) -> str:
    """A line of a log, an error or a command: also options, JSON and headers that look like a secret's are hidden."""
    return _IN_TEXT.sub(rf"\g<head>\g<quote>{MASK}", masked_text(text))


def _without_passwords(text: str) -> str:
    return _URL_PASSWORD.sub(rf"\g<head>{MASK}", text) if "://" in text else text


def masked_reply(value: Any, *, key: str = "") -> Any:
    """A copy of a reply in which the secrets of every `Env` list, of every map by its keys, and in texts are hidden."""
    if isinstance(value, Mapping):
        return {name: masked_reply(item, key=str(name)) for name, item in value.items()}
    if isinstance(value, list):
        return [masked(item) if key == "Env" and isinstance(item, str) else masked_reply(item) for item in value]
    if isinstance(value, str) and value:
        return MASK if key and is_secret(key) else masked_text(value)
    return value
