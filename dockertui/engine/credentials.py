"""Credentials for registries, as the CLI keeps them: its `config.json` and its credential helpers.

Source of the formats: docker/cli, cli/config/configfile and docker-credential-helpers. Nothing here is kept or shown.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from dockertui.engine.context import config_dir
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import mapping, text

HUB: Final = "https://index.docker.io/v1/"
"""What Docker Hub is called in the file."""
HEADER: Final = "X-Registry-Auth"
_TOKEN: Final = "<token>"
_HELPER_TIMEOUT: Final = 30.0
_HELPER_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")


def registry_of(reference: str) -> str:
    """The registry that an image's name leads to: `localhost:5000/a` to `localhost:5000`, `nginx` to Docker Hub."""
    first, slash, _ = reference.partition("/")
    named = slash and (any(sign in first for sign in ".:") or first == "localhost")
    return HUB if not named or first in ("docker.io", "index.docker.io") else first


async def header(reference: str, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The header that lets the Engine log in where `reference` leads: with no credentials, an empty object in it.

    Raises EngineError when the file or a helper cannot be used.
    """
    found = await credentials(registry_of(reference), os.environ if environ is None else environ)
    return {HEADER: base64.urlsafe_b64encode(json.dumps(found).encode()).decode()}


async def credentials(registry: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The API's AuthConfig for a registry; empty when there is none."""
    config = await asyncio.to_thread(_config, config_dir(environ, Path.home()))
    helper = text(mapping(config, "credHelpers"), registry) or text(config, "credsStore")
    if helper:
        return await _from_helper(helper, registry)
    entry = mapping(mapping(config, "auths"), registry)
    if token := text(entry, "identitytoken"):
        return {"identitytoken": token, "serveraddress": registry}
    try:
        user, colon, password = base64.b64decode(text(entry, "auth")).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise EngineError(ErrorKind.BAD_REQUEST, f"the entry of {registry} in config.json cannot be read") from None
    return {"username": user, "password": password.rstrip("\0"), "serveraddress": registry} if colon else {}


def _config(directory: Path) -> dict[str, Any]:
    path = directory / "config.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise EngineError(ErrorKind.BAD_REQUEST, f"{path} cannot be read: {error}") from None
    return found if isinstance(found, dict) else {}


async def _from_helper(helper: str, registry: str) -> dict[str, str]:
    """Ask `docker-credential-HELPER get`; one that does not know the registry says so and fails."""
    if not _HELPER_NAME.fullmatch(helper):
        raise EngineError(ErrorKind.BAD_REQUEST, f"{helper!r} in config.json is no credential helper's name")
    name = f"docker-credential-{helper}"
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(name, "get", stdin=pipe, stdout=pipe, stderr=pipe)
        async with asyncio.timeout(_HELPER_TIMEOUT):
            out, _ = await process.communicate(registry.encode())
    except OSError as error:
        raise EngineError(ErrorKind.BAD_REQUEST, f"{name} cannot be run: {error.strerror}", "see config.json") from None
    except TimeoutError:
        process.kill()
        raise EngineError(ErrorKind.TIMEOUT, f"{name} did not answer within {_HELPER_TIMEOUT:g} s") from None
    if process.returncode:
        if b"not found" in out:
            return {}
        raise EngineError(ErrorKind.BAD_REQUEST, f"{name}: {out.decode(errors='replace').strip() or 'failed'}")
    return _from_reply(name, out, registry)


def _from_reply(name: str, out: bytes, registry: str) -> dict[str, str]:
    try:
        told = json.loads(out)
    except ValueError:
        raise EngineError(ErrorKind.BAD_REQUEST, f"{name} did not answer in JSON") from None
    told = told if isinstance(told, dict) else {}
    user, secret = text(told, "Username"), text(told, "Secret")
    if user == _TOKEN:
        return {"identitytoken": secret, "serveraddress": registry}
    return {"username": user, "password": secret, "serveraddress": registry} if secret else {}
