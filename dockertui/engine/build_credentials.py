"""The credentials that a build is given: all there are, since which registries it needs is known only when it runs."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from dockertui.engine.context import config_dir
from dockertui.engine.credentials import credentials
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import mapping, text

HEADER: Final = "X-Registry-Config"
_HELPER_TIMEOUT: Final = 30.0


async def header(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The header with all credentials of the CLI, and why some are missing: as the CLI, a build goes on without them.

    Source: docker/cli, cli/config/configfile, GetAllCredentials. Raises EngineError when `config.json` cannot be read.
    """
    config = await asyncio.to_thread(_read, config_dir(environ, Path.home()) / "config.json")
    found: dict[str, dict[str, str]] = {}
    missing: list[str] = []
    stored: list[str] = []
    if helper := text(config, "credsStore"):
        try:
            stored = await _stored(helper)
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


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise EngineError(ErrorKind.BAD_REQUEST, f"{path} cannot be read: {error}") from None
    return found if isinstance(found, dict) else {}


async def _stored(helper: str) -> list[str]:
    """The registries that a credential store knows."""
    name = f"docker-credential-{helper}"
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(name, "list", stdin=pipe, stdout=pipe, stderr=pipe)
        async with asyncio.timeout(_HELPER_TIMEOUT):
            out, _ = await process.communicate()
        return list(json.loads(out))
    except OSError as error:
        raise EngineError(ErrorKind.BAD_REQUEST, f"{name} cannot be run: {error.strerror}", "see config.json") from None
    except TimeoutError:
        process.kill()
        raise EngineError(ErrorKind.TIMEOUT, f"{name} did not answer within {_HELPER_TIMEOUT:g} s") from None
    except (ValueError, TypeError):
        raise EngineError(ErrorKind.BAD_REQUEST, f"{name} does not list what it has") from None
