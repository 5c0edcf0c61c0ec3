"""The CLI's `config.json`: read and written as the CLI does, and touched by no other module.

Source: docker/cli, cli/config/configfile/file.go and cli/command/cli_options.go.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from dockertui.engine.environment import Environment
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import NOTHING, Raw, mapping, text

_STORES: Final = {"darwin": "osxkeychain", "win32": "wincred"}
_PROXIES: Final = {
    "httpProxy": "HTTP_PROXY", "httpsProxy": "HTTPS_PROXY", "noProxy": "NO_PROXY", "ftpProxy": "FTP_PROXY",
    "allProxy": "ALL_PROXY",
}  # fmt: skip
_SECTIONS: Final = ("auths", "credHelpers", "credsStore", "HttpHeaders", "proxies", "currentContext")
"""The members that are read; Go, and so the CLI, ignores the case of these names."""
_OUR_HEADERS: Final = frozenset(
    {"user-agent", "host", "content-length", "content-type", "transfer-encoding", "connection", "upgrade"}
)
Headers = tuple[tuple[str, str], ...]


class DockerConfig(NamedTuple):
    """The file's contents. `broken` says why it cannot be read; then it is empty."""

    path: Path
    raw: Raw = NOTHING
    broken: str = ""

    @property
    def current_context(self) -> str:
        """The context that `docker context use` set, or ""."""
        return text(self.raw, "currentContext")

    @property
    def auths(self) -> Raw:
        return mapping(self.raw, "auths")

    @property
    def helpers(self) -> Raw:
        """The credential helpers of single registries."""
        return mapping(self.raw, "credHelpers")

    @property
    def store(self) -> str:
        """The helper for registries without one of their own: the system's, if no credentials are stored yet."""
        named = text(self.raw, "credsStore")
        return named if named or self.helpers or self.auths else _system_store()

    def helper_for(self, registry: str) -> str:
        """Return the credential helper of a registry; "" if its credentials are in the file itself."""
        return text(self.helpers, registry) if registry in self.helpers else self.store

    def proxies(self, host: str) -> dict[str, str]:
        """Return the proxy variables for every container and build of an Engine, each in upper and lower case."""
        sections = mapping(self.raw, "proxies")
        given = mapping(sections, host if host in sections else "default")
        named = {name: text(given, key) for key, name in _PROXIES.items() if text(given, key)}
        return {spelt: value for name, value in named.items() for spelt in (name, name.lower())}

    def headers(self, environment: Environment) -> Headers:
        """Return the headers to send with every request, the environment's in place of the file's.

        Raises EngineError (BAD_ENDPOINT) for headers that cannot be sent.
        """
        if environment.custom_headers:
            return tuple(_custom_headers(environment.custom_headers).items())
        given = mapping(self.raw, "HttpHeaders")
        found = {name: value for name, value in given.items() if isinstance(value, str)}
        return _sendable({name: value for name, value in found.items() if name.lower() not in _OUR_HEADERS}, self.path)


def load(environment: Environment) -> DockerConfig:
    """Load the file in `DOCKER_CONFIG` or `~/.docker`; empty if it is missing or unreadable."""
    path = path_of(environment)
    try:
        return DockerConfig(path, _sections(read(path)))
    except EngineError as error:
        return DockerConfig(path, broken=error.message)


def path_of(environment: Environment) -> Path:
    return environment.config_dir / "config.json"


def read(path: Path) -> dict[str, Any]:
    """Read the file; an empty or missing one gives {}. Raises EngineError."""
    try:
        written = path.read_text(encoding="utf-8").strip()
        found = json.loads(written) if written else {}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise EngineError(ErrorKind.BAD_REQUEST, f"{path} cannot be read: {_why(error)}") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise EngineError(ErrorKind.BAD_REQUEST, f"{path} cannot be read: it is no JSON object")
    return found


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno} is not JSON"
    return str(getattr(error, "strerror", None) or error)


def _sections(raw: Mapping[str, Any]) -> Raw:
    """Return the members with the names in `_SECTIONS` spelt as there."""
    if raw.keys() <= frozenset(_SECTIONS):
        return raw
    lower = {name.lower(): name for name in _SECTIONS}
    return {lower.get(name.lower(), name): value for name, value in raw.items()} | {
        name: raw[name] for name in _SECTIONS if name in raw
    }


def _system_store() -> str:
    """Return the CLI's default: the system's key ring, if its helper is installed."""
    import shutil  # imported here: startup does not need it

    name = _STORES.get(sys.platform) or ("pass" if shutil.which("pass") else "secretservice")
    return name if shutil.which(f"docker-credential-{name}") else ""


def _custom_headers(line: str) -> dict[str, str]:
    import csv  # imported here: few users have any

    try:
        fields = next(csv.reader([line], strict=True))
    except (csv.Error, StopIteration):
        raise _bad_headers("DOCKER_CUSTOM_HEADERS", "it is no line of CSV") from None
    pairs = [(name.strip(), equals, value) for name, equals, value in (field.partition("=") for field in fields)]
    for name, equals, _ in pairs:
        if not name or not equals:
            raise _bad_headers("DOCKER_CUSTOM_HEADERS", f"{name or '='!r} is not NAME=value")
    return dict(_sendable({name: value for name, _, value in pairs}, "DOCKER_CUSTOM_HEADERS"))


def _sendable(headers: Mapping[str, str], source: object) -> Headers:
    for name, value in headers.items():
        if not name or not name.isascii() or not name.isprintable() or set(name) & set(' ":,;()<>@[]{}/\\?='):
            raise _bad_headers(source, f"{name!r} is no header's name")
        if not value.replace("\t", " ").isprintable():
            raise _bad_headers(source, f"the value of {name} has control characters")
    return tuple(headers.items())


def _bad_headers(source: object, why: str) -> EngineError:
    return EngineError(ErrorKind.BAD_ENDPOINT, f"the headers of {source} cannot be sent: {why}")


def replace_entry(path: Path, registry: str, entry: Mapping[str, str] | None, helper: str) -> None:
    """Set or, with None, remove a registry's entry in the file; all else stays. Raises EngineError.

    `helper`: a key ring's helper to use from now on, as the CLI sets it when no credentials were stored yet.
    """
    config = read(path)
    section = next((name for name in config if name.lower() == "auths"), "auths")
    auths = dict(mapping(config, section))
    if entry is None:
        auths.pop(registry, None)
    else:
        auths[registry] = entry
    config[section] = auths
    if helper and DockerConfig(path, _sections(config)).helper_for(registry) != helper:
        config["credsStore"] = helper
    try:
        _write(path, json.dumps(config, indent="\t", ensure_ascii=False) + "\n")
    except OSError as error:
        raise EngineError(ErrorKind.BAD_REQUEST, f"{path} cannot be written: {error.strerror}") from None


def _write(path: Path, text: str) -> None:
    """Write the whole file or nothing, readable by its owner only; owner and symbolic links stay. Raises OSError."""
    from dockertui.engine.whole_file import WholeFile  # imported here: startup does not need it

    target = Path(os.path.realpath(path))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    whole = WholeFile(str(target))
    try:
        whole.file.write(text.encode())
        whole.file.flush()
        os.fsync(whole.file.fileno())
        with suppress(OSError):  # fails for a new or a foreign file; under `sudo` it keeps its user, as with the CLI
            os.fchown(whole.file.fileno(), target.stat().st_uid, target.stat().st_gid)
        whole.keep()
    finally:
        whole.drop()
