"""Build the target of a request line: the path and its query."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode

from dockertui.engine.errors import EngineError, ErrorKind, shorten

Params = Mapping[str, Any]
"""A query. None is left out, a boolean is 1 or 0, dicts and lists are JSON, a tuple repeats its key."""

IN_REFERENCES: Final = "/:@"
"""Characters of an image's or a plugin's reference that stay as they are in a path."""
_PLAIN: Final = "?/:@!$'()*,"  # yarl would unquote these, and the journal would differ from what was sent


def segment(name: str, *, safe: str = "") -> str:
    """Quote a name or id as one segment of a path, so that it cannot change where the request goes.

    `safe` are characters left as they are; images need `IN_REFERENCES`. Raises EngineError (BAD_REQUEST) for a name
    that no path can hold.
    """
    if any(part in ("", ".", "..") for part in name.split("/")):
        raise EngineError(ErrorKind.BAD_REQUEST, f"{shorten(name, 80)!r} cannot be the name of anything")
    return quote(name, safe=safe, errors="replace")


def target(path: str, params: Params | None = None) -> str:
    """Return the path with its query."""
    pairs = [(key, _bytes(item)) for key, value in (params or {}).items() for item in _query_values(value)]
    return f"{path}?{urlencode(pairs, safe=_PLAIN, quote_via=quote)}" if pairs else path


def _bytes(text: str) -> bytes:
    """Encode as UTF-8; invalid bytes of a file name, which `os.fsdecode` keeps as surrogates, are restored."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _query_values(value: Any) -> Sequence[str]:
    if value is None:
        return ()
    if isinstance(value, tuple):
        return [text for item in value for text in _query_values(item)]
    if isinstance(value, bool):
        return ("1" if value else "0",)
    if isinstance(value, str | int | float):
        return (str(value),)
    return (json.dumps(value, separators=(",", ":")),)
