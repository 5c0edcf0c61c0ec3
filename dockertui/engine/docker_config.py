"""The CLI's `config.json`, as far as it is about credentials: read as the CLI reads it, written as it writes it.

Source: docker/cli, cli/config/configfile/file.go and cli/config/credentials.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from dockertui.engine.context import config_dir
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import mapping, text

_STORES: Final = {"darwin": "osxkeychain", "win32": "wincred"}


def path_of(environ: Mapping[str, str]) -> Path:
    """Where it is: in `DOCKER_CONFIG` or `~/.docker`."""
    return config_dir(environ, Path.home()) / "config.json"


def read(path: Path) -> dict[str, Any]:
    """The file as an object; empty where there is no file. Raises EngineError."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise EngineError(ErrorKind.BAD_REQUEST, f"{path} cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise EngineError(ErrorKind.BAD_REQUEST, f"{path} cannot be read: it is no JSON object")
    return found


def helper_for(config: Mapping[str, Any], registry: str) -> str:
    """The credential helper that has a registry's credentials; "" for none: then they are in the file itself."""
    helpers = mapping(config, "credHelpers")
    return text(helpers, registry) if registry in helpers else store(config)


def store(config: Mapping[str, Any]) -> str:
    """The helper for all registries that have none of their own: where nothing is kept yet, the system's."""
    named = text(config, "credsStore")
    return named if named or config.get("credHelpers") or config.get("auths") else _system_store()


def _system_store() -> str:
    """What the CLI takes by itself: the system's key ring, if its helper is installed."""
    name = _STORES.get(sys.platform) or ("pass" if shutil.which("pass") else "secretservice")
    return name if shutil.which(f"docker-credential-{name}") else ""


def replace_entry(path: Path, registry: str, entry: Mapping[str, str] | None, helper: str) -> None:
    """Set what the file has of a registry, None for nothing; all else in it stays. Raises EngineError.

    `helper`: a key ring's helper that is used from now on, as the CLI does where nothing was kept yet.
    """
    config = read(path)
    auths = dict(mapping(config, "auths"))
    if entry is None:
        auths.pop(registry, None)
    else:
        auths[registry] = entry
    config["auths"] = auths
    if helper and helper_for(config, registry) != helper:
        config["credsStore"] = helper
    try:
        _write(path, json.dumps(config, indent="\t", ensure_ascii=False) + "\n")
    except OSError as error:
        raise EngineError(ErrorKind.BAD_REQUEST, f"{path} cannot be written: {error.strerror}") from None


def _write(path: Path, text: str) -> None:
    """The whole file or none of it, for its owner alone; a link to it stays a link. Raises OSError."""
    target = Path(os.path.realpath(path))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(dir=target.parent, prefix=f"{target.name}.")  # with the mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    finally:
        with suppress(FileNotFoundError):  # it has its name by now
            os.unlink(part)
