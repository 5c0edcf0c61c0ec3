"""The environment variables of the `docker` command: their names are read here and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

_PROXIES: Final = {"http": ("HTTP_PROXY", "http_proxy"), "https": ("HTTPS_PROXY", "https_proxy")}
_NO_PROXY: Final = ("NO_PROXY", "no_proxy")


class Environment(NamedTuple):
    """Environment variables, and the user's home folder. An empty variable counts as unset."""

    variables: Mapping[str, str]
    home: Path

    @property
    def config_dir(self) -> Path:
        """Where the CLI keeps its configuration."""
        return Path(self._text("DOCKER_CONFIG") or self.home / ".docker")

    @property
    def host(self) -> str:
        return self._text("DOCKER_HOST")

    @property
    def context(self) -> str:
        return self._text("DOCKER_CONTEXT")

    @property
    def api_version(self) -> str:
        return self._text("DOCKER_API_VERSION")

    @property
    def default_platform(self) -> str:
        """The platform of pull, run and build if none is given."""
        return self._text("DOCKER_DEFAULT_PLATFORM")

    @property
    def custom_headers(self) -> str:
        """Headers for every request in place of those in `config.json`: `NAME=value,…` as a line of CSV."""
        return self._text("DOCKER_CUSTOM_HEADERS")

    @property
    def verifies_tls(self) -> bool:
        return bool(self._text("DOCKER_TLS_VERIFY"))

    @property
    def speaks_tls(self) -> bool:
        return self.verifies_tls or bool(self._text("DOCKER_TLS"))

    @property
    def cert_dir(self) -> Path:
        return Path(self._text("DOCKER_CERT_PATH") or self.config_dir)

    @property
    def runtime_dir(self) -> str:
        """The folder of a user's own sockets."""
        return self._text("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"

    @property
    def no_proxy(self) -> str:
        return self._first(_NO_PROXY)[1]

    @property
    def names_a_proxy(self) -> bool:
        """Whether any proxy is set, even one that only other programs use."""
        return any(name.lower() in ("http_proxy", "https_proxy", "all_proxy") for name in self.variables)

    def proxy(self, scheme: str) -> tuple[str, str]:
        """Return the variable that sets the proxy for `http` or `https`, and its value; "" for none."""
        return self._first(_PROXIES[scheme])

    def value(self, name: str) -> str | None:
        """Return a variable by name; None when it is not set."""
        return self.variables.get(name)

    def _text(self, name: str) -> str:
        return self.variables.get(name, "")

    def _first(self, names: tuple[str, ...]) -> tuple[str, str]:
        return next(((name, self._text(name)) for name in names if self._text(name)), ("", ""))


def own() -> Environment:
    """Return this process's environment; later changes of variables apply."""
    return Environment(os.environ, home())


def home() -> Path:
    """Return the user's home folder; the root folder if there is none, as for a user id without a name."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")
