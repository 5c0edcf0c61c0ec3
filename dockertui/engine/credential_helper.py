"""Credential helpers: the programs `docker-credential-NAME` in which the CLI stores credentials.

Source of the protocol: docker-credential-helpers, credentials/credentials.go: a verb as the argument, its subject on
standard input, the reply or the failure on standard output. Nothing of it is kept or shown.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import text

TIMEOUT: Final = 60.0
"""Seconds for a reply: a helper may ask the user to unlock a key ring."""
_TOKEN: Final = "<token>"
"""The user name under which an identity token is stored."""
_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")


def program(helper: str) -> str:
    return f"docker-credential-{helper}"


async def get(helper: str, registry: str) -> dict[str, str]:
    """Return the API's AuthConfig for a registry; empty when the helper has none. Raises EngineError."""
    try:
        told = _object(helper, await _ask(helper, "get", registry))
    except EngineError as error:
        if error.kind is ErrorKind.NOT_FOUND:
            return {}
        raise
    user, secret = text(told, "Username"), text(told, "Secret")
    if user == _TOKEN:
        return {"identitytoken": secret, "serveraddress": registry}
    return {"username": user, "password": secret, "serveraddress": registry} if secret else {}


async def store(helper: str, found: Mapping[str, str]) -> None:
    """Store an AuthConfig. Raises EngineError."""
    token = found.get("identitytoken", "")
    kept = {
        "ServerURL": found["serveraddress"],
        "Username": _TOKEN if token else found["username"],
        "Secret": token or found["password"],
    }
    await _ask(helper, "store", json.dumps(kept))


async def erase(helper: str, registry: str) -> None:
    """Erase a registry's credentials. Raises EngineError, NOT_FOUND if there are none."""
    await _ask(helper, "erase", registry)


async def ls(helper: str) -> list[str]:
    """Return the registries that a helper has credentials for. Raises EngineError."""
    return list(_object(helper, await _ask(helper, "list", "")))


async def _ask(helper: str, verb: str, said: str) -> bytes:
    if not _NAME.fullmatch(helper):
        raise EngineError(ErrorKind.BAD_REQUEST, f"{helper!r} in config.json is no credential helper's name")
    name, pipe = program(helper), asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(name, verb, stdin=pipe, stdout=pipe, stderr=pipe)
    except OSError as error:
        remedy = "config.json names it: install it, or take it out there"
        raise EngineError(ErrorKind.BAD_REQUEST, f"{name} cannot be run: {error.strerror}", remedy) from None
    try:
        async with asyncio.timeout(TIMEOUT):
            out, err = await process.communicate(said.encode())
    except TimeoutError:
        raise EngineError(ErrorKind.TIMEOUT, f"{name} did not answer within {TIMEOUT:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        words = " ".join((out or err).decode(errors="replace").split())
        kind = ErrorKind.NOT_FOUND if "not found" in words else ErrorKind.BAD_REQUEST
        raise EngineError(kind, f"{name} failed at {verb!r}{words and ': '}{words}")
    return out


def _object(helper: str, out: bytes) -> dict[str, Any]:
    try:
        told = json.loads(out)
    except ValueError:
        raise EngineError(ErrorKind.BAD_REQUEST, f"{program(helper)} did not answer in JSON") from None
    return told if isinstance(told, dict) else {}
