"""Credentials for registries, kept where the CLI keeps them: in its `config.json` or in credential helpers.

Source of the formats: docker/cli, cli/config/configfile and cli/command/registry. Nothing here is kept or shown.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import os
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from dockertui.engine import credential_helper, docker_config
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import Raw, mapping, text

HUB: Final = "https://index.docker.io/v1/"
"""What Docker Hub is called in the file."""
HUB_NAMES: Final = frozenset({"", "docker.io", "index.docker.io"})
HEADER: Final = "X-Registry-Auth"


def registry_of(reference: str) -> str:
    """The registry that an image's name leads to: `localhost:5000/a` to `localhost:5000`, `nginx` to Docker Hub."""
    first, slash, _ = reference.partition("/")
    named = slash and (any(sign in first for sign in ".:") or first == "localhost")
    return first if named and first not in HUB_NAMES else HUB


def address_of(typed: str) -> str:
    """What a registry is called where credentials are kept: `https://quay.io/v2/` is `quay.io`, `docker.io` the Hub."""
    bare = (urlsplit(typed).netloc if "://" in typed else typed).partition("/")[0]
    return HUB if bare in HUB_NAMES else bare


def name_of(registry: str) -> str:
    """What a person calls it."""
    return "docker.io" if registry == HUB else registry


async def header(reference: str, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The header that lets the Engine log in where `reference` leads: with no credentials, an empty object in it.

    Raises EngineError when the file or a helper cannot be used.
    """
    found = await credentials(registry_of(reference), os.environ if environ is None else environ)
    return {HEADER: base64.urlsafe_b64encode(json.dumps(found).encode()).decode()}


async def header_if_any(reference: str) -> dict[str, str]:
    """As `header`, and none where the file or a helper cannot be used."""
    try:
        return await header(reference)
    except EngineError:
        return {}


async def credentials(registry: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The API's AuthConfig for a registry; empty when there is none. Raises EngineError."""
    config = await asyncio.to_thread(docker_config.read, docker_config.path_of(environ))
    if helper := docker_config.helper_for(config, registry):
        return await credential_helper.get(helper, registry)
    return _from_file(config, registry)


def _from_file(config: Raw, registry: str) -> dict[str, str]:
    entry = _entry(mapping(config, "auths"), registry)
    if token := text(entry, "identitytoken"):
        return {"identitytoken": token, "serveraddress": registry}
    try:
        user, colon, password = base64.b64decode(text(entry, "auth")).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise EngineError(ErrorKind.BAD_REQUEST, f"the entry of {registry} in config.json cannot be read") from None
    return {"username": user, "password": password.rstrip("\0"), "serveraddress": registry} if colon else {}


def _entry(auths: Raw, registry: str) -> Raw:
    """A registry's entry, be it under a whole URL, as old CLIs wrote it."""
    named = [key for key in auths if key == registry or address_of(key) == registry]
    return mapping(auths, registry if registry in auths else named[0]) if named else {}


async def keep(found: Mapping[str, str], environ: Mapping[str, str]) -> str:
    """Keep an AuthConfig that an Engine has found right; by what program or in what file. Raises EngineError."""
    path, registry = docker_config.path_of(environ), found["serveraddress"]
    config = await asyncio.to_thread(docker_config.read, path)
    helper = docker_config.helper_for(config, registry)
    entry: dict[str, str] = {}
    if helper:
        await credential_helper.store(helper, found)
    else:
        token = found.get("identitytoken", "")
        pair = f"{found['username']}:{'' if token else found['password']}"
        entry = {"auth": base64.b64encode(pair.encode()).decode(), **({"identitytoken": token} if token else {})}
    await asyncio.to_thread(docker_config.replace_entry, path, registry, entry, helper)
    return credential_helper.program(helper) if helper else str(path)


async def forget(registry: str, environ: Mapping[str, str]) -> None:
    """Have a registry's credentials erased, under whatever name old CLIs kept them. Raises EngineError."""
    path = docker_config.path_of(environ)
    config = await asyncio.to_thread(docker_config.read, path)
    names = [registry] if registry == HUB else [registry, f"http://{registry}", f"https://{registry}"]
    names += [key for key in mapping(config, "auths") if key not in names and address_of(key) == registry]
    failures = [failure for name in names if (failure := await _erased(config, name)) is not None]
    if len(failures) == len(names):
        raise failures[0]
    for name in names:
        if name in mapping(config, "auths"):
            await asyncio.to_thread(docker_config.replace_entry, path, name, None, "")


async def _erased(config: Raw, name: str) -> EngineError | None:
    """Why the helper in charge of a name, if there is one, could not erase it."""
    try:
        if helper := docker_config.helper_for(config, name):
            await credential_helper.erase(helper, name)
    except EngineError as error:
        return error
    return None


async def registries(environ: Mapping[str, str]) -> list[str]:
    """Where somebody is logged in, each registry once. Raises EngineError."""
    config = await asyncio.to_thread(docker_config.read, docker_config.path_of(environ))
    found = [*mapping(config, "auths"), *mapping(config, "credHelpers")]
    if helper := docker_config.store(config):
        found += await credential_helper.ls(helper)
    addresses = dict.fromkeys(map(address_of, found))
    return sorted([address for address in addresses if await _has_any(address, config, environ)], key=name_of)


async def _has_any(registry: str, config: Raw, environ: Mapping[str, str]) -> bool:
    """Whether there is something to erase: an entry of the file is enough, whether or not it can be read."""
    if registry not in mapping(config, "credHelpers"):
        return True
    return bool(await credentials(registry, environ))


def checked(found: Mapping[str, str], reply: Any) -> dict[str, str]:
    """The AuthConfig to keep after `POST /auth`: with the identity token where one came, in place of the password."""
    token = text(reply, "IdentityToken") if isinstance(reply, dict) else ""
    return {**found, "password": "", "identitytoken": token} if token else dict(found)
