"""The credentials that a build is given: all there are, since which registries it needs is known only when it runs."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping
from typing import Final

from dockertui.engine import credential_helper, docker_config
from dockertui.engine.credentials import credentials
from dockertui.engine.errors import EngineError
from dockertui.engine.fields import mapping

HEADER: Final = "X-Registry-Config"


async def header(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The header with all credentials of the CLI, and why some are missing: as the CLI, a build goes on without them.

    Source: docker/cli, cli/config/configfile, GetAllCredentials. Raises EngineError when `config.json` cannot be read.
    """
    config = await asyncio.to_thread(docker_config.read, docker_config.path_of(environ))
    found: dict[str, dict[str, str]] = {}
    missing: list[str] = []
    stored: list[str] = []
    if helper := docker_config.store(config):
        try:
            stored = await credential_helper.ls(helper)
        except EngineError as error:
            missing.append(str(error))
    for registry in dict.fromkeys([*mapping(config, "auths"), *stored, *mapping(config, "credHelpers")]):
        try:
            if one := await credentials(registry, environ):
                found[registry] = one
        except EngineError as error:
            missing.append(str(error))
    sent = {HEADER: base64.urlsafe_b64encode(json.dumps(found).encode()).decode()} if found else {}
    return sent, list(dict.fromkeys(missing))
