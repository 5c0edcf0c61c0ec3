"""What two requests must have in common to have the same effect.

Ignored is what no Engine distinguishes: members that are null, empty, 0 or false if that is the API's default; the
order of variables, mounts and address pools; a container's or network's name for its id; `docker.io/library/` before a
name, which newer CLIs add and an Engine adds by itself; whether progress is reported.
"""

from __future__ import annotations

import base64
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from tests.lines.recorder import IMAGE, NETWORK, TAGS, WEB, Asked, id_of

_NAMES: Final = {WEB: "web", IMAGE: "IMG", NETWORK: "net1", IMAGE.partition(":")[2]: "IMG",
                 **{id_of(name): name for name in ("web", "web2", "web_1", "nn")}}  # fmt: skip
_DOWNLOADS: Final = ("/images/get", "/export", "/archive")
_TELLS_PROGRESS: Final = "quiet"
_WAITING: Final = ("next-exit", "removed")
_EVEN_IF_ZERO: Final = frozenset({"t"})
_DEFAULTS: Final = {"MemorySwappiness": -1, "NetworkMode": "default", "networkmode": "default", "condition": "",
                    "MaximumRetryCount": 0, "rm": "1"}  # fmt: skip
_UNORDERED: Final = frozenset({"Env", "Binds", "Config"})
_SETS: Final = frozenset({"ExposedPorts", "Volumes"})
_REFERENCES: Final = frozenset({"fromImage", "repo", "t"})
_CREDENTIALS: Final = ("X-Registry-Auth", "X-Registry-Config")


def deeds(asked: Iterable[Asked]) -> list[list[Any]]:
    """Return the requests that change something or download a file, as method, path, query, body and credentials."""
    return [[*shape(one), credentials(one)] for one in asked if _counts(one)]


def _counts(asked: Asked) -> bool:
    if asked.query.get("condition", [""])[0] in _WAITING:
        return False  # the CLI waits for what it starts, but does not act upon the reply
    return asked.changes or (asked.method == "GET" and asked.path.endswith(_DOWNLOADS))


def shape(asked: Asked) -> list[Any]:
    return [asked.method, _path(asked.path), query(asked.query), _body(asked)]


def _path(path: str) -> str:
    plain = unquote(path).replace("docker.io/library/", "").replace("docker.io/", "")
    for tag in TAGS if plain.endswith("/tag") else ():  # whichever name it is found by, the image gets another one
        plain = plain.replace(f"/{tag}/", "/IMG/")
    return "/".join(_NAMES.get(part, part) for part in plain.split("/"))


def query(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a query without meaningless values; JSON values are parsed."""
    found = {name: [_value(name, value) for value in values] for name, values in given.items()}
    kept = {name: [value for value in values if value or name in _EVEN_IF_ZERO] for name, values in found.items()}
    return {name: values for name, values in kept.items() if values and name != _TELLS_PROGRESS}


def _value(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return plain(value)
    if value[:1] in ("{", "["):
        return _filters(plain(json.loads(value)))
    if (value in ("0", "null", "false") and name not in _EVEN_IF_ZERO) or value == _DEFAULTS.get(name):
        return ""
    return familiar(value) if name in _REFERENCES else _NAMES.get(value, value)


def _filters(value: Any) -> Any:
    """Normalise filters, which older CLIs write as `{"label": {"a": true}}`."""
    if not isinstance(value, dict):
        return value
    return {key: sorted(item) if isinstance(item, dict | list) else item for key, item in value.items()}


def familiar(reference: str) -> str:
    """Return an image's name without the host and folder that an Engine adds by itself."""
    return reference.removeprefix("docker.io/").removeprefix("library/")


def _body(asked: Asked) -> Any:
    if isinstance(asked.body, bytes):
        return _members(asked.body) or None
    return plain(asked.body) or None if asked.path != "/containers/web/update" else plain(asked.body)


def _members(data: bytes) -> Any:
    """Return the members of a tar; any other body as it is."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            return sorted((one.name.strip("/"), one.size) for one in tar if one.name.strip("./"))
    except tarfile.TarError:
        return data.decode(errors="replace")


def plain(value: Any, key: str = "") -> Any:
    """Return a value without meaningless members."""
    if isinstance(value, dict) and key in _SETS:
        return sorted(value)
    if isinstance(value, dict):
        found = {str(_NAMES.get(name, name)): plain(item, name) for name, item in value.items()}
        return {name: item for name, item in found.items() if not _is_nothing(name, item)}
    if isinstance(value, list):
        items = [plain(item) for item in value]
        if key in _UNORDERED:
            return sorted(items, key=str)
        return [] if items == [0] * len(items) else items
    return _NAMES.get(value, value) if isinstance(value, str) else value


def _is_nothing(name: str, value: Any) -> bool:
    if name == "RestartPolicy":
        return value in ({}, {"Name": "no"})
    return value in (None, "", [], {}) or (value is False or value == 0) or value == _DEFAULTS.get(name)


def credentials(asked: Asked) -> Any:
    """Return the credentials sent; empty for none, whether stated or not."""
    headers = {name.lower(): text for name, text in asked.headers.items()}
    found = [headers[name.lower()] for name in _CREDENTIALS if name.lower() in headers]
    return [json.loads(base64.urlsafe_b64decode(text)) for text in found if base64.urlsafe_b64decode(text) != b"{}"]
