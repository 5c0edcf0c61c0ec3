"""The credentials sent with a build: all of them, since a build finds out only as it runs which registries it needs."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Final

from dockertui.engine import credential_helper, docker_config
from dockertui.engine.credentials import find
from dockertui.engine.environment import Environment
from dockertui.engine.errors import EngineError

HEADER: Final = "X-Registry-Config"


async def header(environment: Environment) -> tuple[dict[str, str], list[str]]:
    """Return the header with all credentials of the CLI, and why some are missing: like the CLI, a build goes on
    without.

    Source: docker/cli, cli/config/configfile, GetAllCredentials.
    """
    config = await asyncio.to_thread(docker_config.load, environment)
    found: dict[str, dict[str, str]] = {}
    missing = [config.broken]
    stored: list[str] = []
    if helper := config.store:
        try:
            stored = await credential_helper.ls(helper)
        except EngineError as error:
            missing.append(str(error))
    for registry in dict.fromkeys([*config.auths, *stored, *config.helpers]):
        one = await find(registry, config)
        missing.append(one.why)
        if one.auth:
            found[registry] = one.auth
    sent = {HEADER: base64.urlsafe_b64encode(json.dumps(found).encode()).decode()} if found else {}
    return sent, list(dict.fromkeys(filter(None, missing)))
