"""Credentials for registries, where the CLI stores them: in its `config.json` or in credential helpers.

Source of the formats: docker/cli, cli/config/configfile and cli/command/registry. Nothing here is kept or shown.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from dockertui.engine import credential_helper, docker_config
from dockertui.engine.docker_config import DockerConfig
from dockertui.engine.environment import Environment
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import Raw, mapping, text

HUB: Final = "https://index.docker.io/v1/"
"""Docker Hub's key in the file."""
HUB_NAMES: Final = frozenset({"", "docker.io", "index.docker.io"})
HEADER: Final = "X-Registry-Auth"


class FoundLogin(NamedTuple):
    """The API's AuthConfig for a registry, empty if there is none, and why others could not be read, or ""."""

    auth: dict[str, str]
    why: str = ""


def registry_of(reference: str) -> str:
    """Return the registry of an image name: `localhost:5000` for `localhost:5000/a`, Docker Hub for `nginx`.

    No name on the Hub has upper case letters, so `REGHOST/a` means the host `REGHOST`.
    """
    first, slash, _ = reference.partition("/")
    named = slash and (any(sign in first for sign in ".:") or first == "localhost" or first != first.lower())
    return first if named and first not in HUB_NAMES else HUB


def address_of(typed: str) -> str:
    """Return the key of stored credentials: `https://quay.io/v2/` gives `quay.io`, `docker.io` the Hub's."""
    bare = hostname_of(typed)
    return HUB if bare in HUB_NAMES else bare


def hostname_of(key: str) -> str:
    """Return the host and port of a key of credentials, which may be a whole URL."""
    if "://" not in key:
        return key.partition("/")[0]
    bare = urlsplit(key).netloc
    host, colon, port = bare.rpartition(":")
    return f"[{host}]{colon}{port}" if ":" in host and not bare.startswith("[") else bare


def name_of(registry: str) -> str:
    """Return the name that users know."""
    return "docker.io" if registry == HUB else registry


async def header(reference: str, environment: Environment) -> tuple[dict[str, str], str]:
    """Return the header that lets the Engine log in to the registry of `reference`; without credentials, an empty
    object.

    As with the CLI, a request goes on without what the file or a helper cannot give; the second part says why.
    """
    found = await lookup(registry_of(reference), environment)
    return {HEADER: base64.urlsafe_b64encode(json.dumps(found.auth).encode()).decode()}, found.why


async def lookup(registry: str, environment: Environment) -> FoundLogin:
    """Return the credentials that the CLI would send to a registry."""
    return await find(registry, await asyncio.to_thread(docker_config.load, environment))


async def find(registry: str, config: DockerConfig) -> FoundLogin:
    """As `lookup`, in a loaded configuration: from a helper, or from the file if that fails."""
    kept, why = _from_file(config, registry)
    helper = config.helper_for(registry)
    if not helper:
        return FoundLogin(kept, why or config.broken)
    try:
        told = await credential_helper.get(helper, registry)
    except EngineError as error:
        return FoundLogin(kept, str(error))
    return FoundLogin({key: value for key, value in kept.items() if key == "registrytoken"} | told)


def _from_file(config: DockerConfig, registry: str) -> FoundLogin:
    """Return a registry's entry, even under a whole URL, as old CLIs wrote it."""
    named = [registry] if registry in config.auths else [k for k in config.auths if hostname_of(k) == registry]
    return _decoded(named[0], mapping(config.auths, named[0])) if named else FoundLogin({})


def _decoded(key: str, entry: Raw) -> FoundLogin:
    """Return an entry of `auths` as the API's AuthConfig: user and password, together or separate, or tokens."""
    kinds = ("username", "password", "identitytoken", "registrytoken")
    found = {kind: text(entry, kind) for kind in kinds if text(entry, kind)}
    if pair := text(entry, "auth"):
        try:
            user, colon, password = base64.b64decode(pair, validate=True).decode(errors="replace").partition(":")
        except (binascii.Error, ValueError):
            user = colon = password = ""
        if not colon or not user:
            return FoundLogin({}, f"the entry of {key} in config.json cannot be read")
        found = {key: value for key, value in found.items() if key not in ("username", "password")}
        found |= {"username": user, **({"password": told} if (told := password.strip(chr(0))) else {})}
    return FoundLogin({**found, "serveraddress": key} if found else {})


async def keep(found: Mapping[str, str], environment: Environment) -> str:
    """Store an AuthConfig that an Engine has accepted; return the program or file that has it. Raises EngineError."""
    config, registry = await _readable(environment), found["serveraddress"]
    helper = config.helper_for(registry)
    entry: dict[str, str] = {}
    if helper:
        await credential_helper.store(helper, found)
    else:
        token = found.get("identitytoken", "")
        pair = f"{found['username']}:{'' if token else found['password']}"
        entry = {"auth": base64.b64encode(pair.encode()).decode(), **({"identitytoken": token} if token else {})}
    await asyncio.to_thread(docker_config.replace_entry, config.path, registry, entry, helper)
    return credential_helper.program(helper) if helper else str(config.path)


async def _readable(environment: Environment) -> DockerConfig:
    """Load the configuration. Raises EngineError if it cannot be read, and so must not be written."""
    config = await asyncio.to_thread(docker_config.load, environment)
    if config.broken:
        raise EngineError(ErrorKind.BAD_REQUEST, config.broken)
    return config


async def forget(registry: str, environment: Environment) -> None:
    """Erase a registry's credentials, under every key that old CLIs used. Raises EngineError."""
    config = await _readable(environment)
    names = [registry] if registry == HUB else [registry, f"http://{registry}", f"https://{registry}"]
    names += [key for key in config.auths if key not in names and address_of(key) == registry]
    failures = [failure for name in names if (failure := await _erased(config, name)) is not None]
    if len(failures) == len(names):
        raise failures[0]
    for name in names:
        if name in config.auths:
            await asyncio.to_thread(docker_config.replace_entry, config.path, name, None, "")


async def _erased(config: DockerConfig, name: str) -> EngineError | None:
    """Return why the helper responsible for a name, if there is one, could not erase it."""
    try:
        if helper := config.helper_for(name):
            await credential_helper.erase(helper, name)
    except EngineError as error:
        return error
    return None


async def registries(environment: Environment) -> list[str]:
    """Return the registries with a login, each once. Raises EngineError."""
    config = await _readable(environment)
    found = [*config.auths, *config.helpers]
    if helper := config.store:
        found += await credential_helper.ls(helper)
    addresses = dict.fromkeys(map(address_of, found))
    return sorted([address for address in addresses if await _has_any(address, config)], key=name_of)


async def _has_any(registry: str, config: DockerConfig) -> bool:
    """Whether there is something to erase: an entry in the file is enough, readable or not."""
    if registry not in config.helpers:
        return True
    return bool(await credential_helper.get(config.helper_for(registry), registry))


def checked(found: Mapping[str, str], reply: Any) -> dict[str, str]:
    """Return the AuthConfig to store after `POST /auth`: an identity token in the reply replaces the password."""
    token = text(reply, "IdentityToken") if isinstance(reply, dict) else ""
    return {**found, "password": "", "identitytoken": token} if token else dict(found)
