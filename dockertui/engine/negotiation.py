"""Negotiate the API version: the newest that both sides know."""

from __future__ import annotations

import re
from typing import Final

from dockertui.engine.diagnosis import not_an_engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind, shorten
from dockertui.engine.models import Version

MIN_API: Final = "1.41"  # Engine 20.10, Podman 4
MAX_API: Final = "1.51"  # Engine 28.5; this version is used with newer ones, too
_API: Final = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})", re.ASCII)


def api_number(version: str) -> tuple[int, int]:
    """Return `"1.41"` as numbers to compare. Raises ValueError for anything else."""
    match = _API.fullmatch(version)
    if not match:
        raise ValueError(f"{shorten(version, 40)!r} is no API version")
    return int(match[1]), int(match[2])


def negotiate(raw: object, endpoint: Endpoint, override: str = "") -> Version:
    """Return the version to use with the Engine that replied `raw` to `GET /version`.

    `override` is DOCKER_API_VERSION, which the CLI uses unchecked. Raises EngineError: PROTOCOL when `raw` is not an
    Engine's, UNSUPPORTED without a common version, BAD_ENDPOINT when `override` is not a version.
    """
    if not isinstance(raw, dict):
        raise not_an_engine(endpoint, "its version is no object")
    version = Version.from_json(raw)
    try:
        newest = api_number(version.api_max)
        oldest = api_number(version.api_min or MIN_API)
    except ValueError as error:
        raise not_an_engine(endpoint, str(error)) from None
    api = _override(override) if override else min(version.api_max, MAX_API, key=api_number)
    if not max(oldest, api_number(MIN_API)) <= api_number(api) <= newest:
        raise _no_common(version, endpoint, api)
    return Version.from_json(raw, api)


def _override(value: str) -> str:
    value = value.removeprefix("v")
    try:
        api_number(value)
    except ValueError:
        message = f"DOCKER_API_VERSION is {shorten(value, 40)!r}, which is no version"
        raise EngineError(ErrorKind.BAD_ENDPOINT, message, "unset it, or write one like 1.47") from None
    return value


def _no_common(version: Version, endpoint: Endpoint, api: str) -> EngineError:
    """Return the error for an Engine that does not support `api`."""
    offers = f"{version.api_min or '?'} to {version.api_max}"
    message = f"the Engine {version.engine} at {endpoint.address} speaks API {offers}"
    if api_number(version.api_max) < api_number(MIN_API):
        remedy = f"dockertui needs {MIN_API}: update it to Docker 20.10, Podman 4 or newer"
    elif api_number(version.api_min or MIN_API) > api_number(MAX_API):
        remedy = f"dockertui knows up to {MAX_API}: update dockertui"
    else:
        remedy = f"DOCKER_API_VERSION asks for {api}, and dockertui needs {MIN_API} or newer: unset it"
    return EngineError(ErrorKind.UNSUPPORTED, message, remedy)
