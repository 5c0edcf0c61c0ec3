"""Which Engine to use: found as the Docker CLI finds it, then where the CLI does not look.

The order is that of docker/cli's `resolveContextName`: `--host`, `--context`, `DOCKER_HOST`, `DOCKER_CONTEXT`, the
current context, the default socket. After the default socket come those of a rootless Engine, Docker Desktop and
Podman. Quick to import: this runs before the first paint.
"""

from __future__ import annotations

import os
import re
import sys
from typing import Final, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from dockertui.engine.context import CA, CERT, KEY, TLS, load_context
from dockertui.engine.docker_config import DockerConfig, Headers
from dockertui.engine.environment import Environment
from dockertui.engine.errors import EngineError, ErrorKind, shorten

__all__ = ["TLS", "Endpoint", "candidates", "parse_host"]

DEFAULT_SOCKET: Final = "/var/run/docker.sock"
_SCHEMES: Final = ("unix", "tcp", "ssh", "npipe")
_EXAMPLES: Final = "write unix:///var/run/docker.sock, tcp://host:2376 or ssh://user@host"
_HOST_NAME: Final = re.compile(r"[\w:][\w.:%-]*")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
NAMED_DEFAULT: Final = "--context default"
"""The source of the default sockets when a flag chose them although the docker command would use another Engine."""


class Endpoint(NamedTuple):
    """One Engine's address. `name` is short, for the header; `source` says what chose it.

    `headers` are sent with every request. `proxy` is the URL of the proxy for requests, "" for none.
    """

    name: str
    url: str
    source: str
    tls: TLS | None = None
    demo: bool = False
    headers: Headers = ()
    proxy: str = ""

    @property
    def scheme(self) -> str:
        """unix, tcp, ssh or npipe."""
        return self.url.partition("://")[0]

    @property
    def socket_path(self) -> str:
        """The path of the unix socket or the named pipe; "" for others."""
        return self.url.partition("://")[2] if self.scheme in ("unix", "npipe") else ""

    @property
    def address(self) -> str:
        """The text to show: a socket's path with the home directory as `~`, else the URL."""
        if self.scheme != "unix":
            return self.url
        home = os.path.expanduser("~")
        path = self.socket_path
        return f"~{path[len(home) :]}" if home != "/" and path.startswith(f"{home}/") else path

    @property
    def names(self) -> frozenset[str]:
        """All names a user may give it: its name, its address, the address without user and port, the host alone."""
        found = {self.name, self.url, self.address, self.socket_path}
        if self.scheme in ("tcp", "ssh"):
            host = self.split.hostname or ""
            found |= {host, f"{self.scheme}://{host}", f"{self.scheme}://{self.split.netloc.rpartition('@')[2]}"}
        return frozenset(found - {""})

    @property
    def ssh_words(self) -> list[str]:
        """The arguments that name the host to ssh: user and port if given, and the host.

        The host keeps its upper case letters, which aliases in ssh_config may have.
        """
        parts = self.split
        user = ["-l", unquote(parts.username)] if parts.username else []
        port = ["-p", str(parts.port)] if parts.port is not None else []
        netloc = parts.netloc.rpartition("@")[2]
        host = netloc[1:].partition("]")[0] if netloc.startswith("[") else netloc.partition(":")[0]
        return [*user, *port, "--", host]

    @property
    def far_socket(self) -> str:
        """The path of the socket at the other end of ssh; "" if the docker command there chooses it."""
        return unquote(self.split.path) if self.scheme == "ssh" else ""

    @property
    def split(self) -> SplitResult:
        """The parts of a tcp or ssh URL: hostname, port, username, path."""
        return urlsplit(self.url)


def candidates(
    *, host: str | None, context: str | None, environment: Environment, config: DockerConfig
) -> list[Endpoint]:
    """Return where to look for an Engine, in order; just one if a flag, the environment or a context names it.

    Raises EngineError (BAD_ENDPOINT) for an invalid address, a missing context, and unusable headers or proxies.
    """
    if host and context:
        raise EngineError(ErrorKind.BAD_ENDPOINT, "both --host and --context were given", "give one of them")
    headers = config.headers(environment)
    found = _found(host, context, environment, config)
    return [one._replace(headers=headers, proxy=_proxy(one, environment)) for one in found]


def _found(host: str | None, context: str | None, environment: Environment, config: DockerConfig) -> list[Endpoint]:
    if host:
        return [_from_host(host, "--host", environment)]
    chosen, source = _chosen_context(context, environment, config)
    if chosen not in ("", "default"):
        url, tls = load_context(chosen, environment.config_dir)
        return [_endpoint(url or f"unix://{DEFAULT_SOCKET}", source, tls, name=chosen)]
    if environment.host:
        return [_from_host(environment.host, "DOCKER_HOST", environment)]
    return _default_sockets(environment, NAMED_DEFAULT if context else "default socket")


def _proxy(endpoint: Endpoint, environment: Environment) -> str:
    """Return the proxy before an Engine, chosen as Go's HTTP client does."""
    if endpoint.scheme != "tcp" or not environment.names_a_proxy:
        return ""
    from dockertui.engine.proxy import proxy_for  # imported here: few users have any

    parts = endpoint.split
    return proxy_for("https" if endpoint.tls else "http", parts.hostname or "", parts.port or 0, environment)


def parse_host(host: str, source: str, *, tls: bool = False) -> str:
    """Return the URL of a host as the CLI's `--host` takes it: also `host:port` and a bare path.

    Raises EngineError (BAD_ENDPOINT) that names `source`.
    """
    host = host.strip()
    if host.startswith("/"):
        host = f"unix://{host}"
    scheme, separator, rest = host.partition("://") if "://" in host else ("tcp", "://", host)
    unfit = _CONTROL if scheme in ("unix", "npipe") else _UNPRINTABLE
    if unfit.search(host):
        raise _unusable(host, source, "holds blanks or control characters")
    if scheme not in _SCHEMES:
        raise _unusable(host, source, f"has the scheme {shorten(scheme, 20)!r}")
    if scheme in ("unix", "npipe"):
        return _parse_path(scheme, rest, host, source)
    return f"{scheme}{separator}{_parse_authority(scheme, rest, host, source, tls)}"


def _chosen_context(context: str | None, environment: Environment, config: DockerConfig) -> tuple[str, str]:
    """Return the name of the context and what chose it; "" or "default" for none."""
    if context:
        return context, f"context {context}"
    if environment.host:
        return "", ""
    name = environment.context or config.current_context
    return name, f"context {name}"


def _parse_path(scheme: str, path: str, host: str, source: str) -> str:
    if not path:
        return f"unix://{DEFAULT_SOCKET}" if scheme == "unix" else "npipe:////./pipe/docker_engine"
    if scheme == "unix" and not path.startswith("/"):
        raise _unusable(host, source, "names a socket without its whole path")
    return f"{scheme}://{path}"


def _parse_authority(scheme: str, rest: str, host: str, source: str, tls: bool) -> str:
    """Return the part after `://` of a tcp or ssh URL, with the port that the CLI assumes."""
    try:
        parts = urlsplit(f"{scheme}://{rest}")
        name, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _unusable(host, source, f"is not a URL ({error})") from None
    if parts.query or parts.fragment:
        raise _unusable(host, source, "has more than a host, a port and a path")
    if parts.password is not None:
        raise _unusable(host, source, "holds a password, which is refused as by the Docker CLI")
    if (
        not _HOST_NAME.fullmatch(name or "localhost")
        or (parts.username or "").startswith("-")
        or (not name and scheme == "ssh")
    ):
        raise _unusable(host, source, "has no proper host name")
    path = parts.path.rstrip("/")
    if scheme == "ssh":
        return parts.netloc + path
    bracketed = f"[{unquote(name)}]" if ":" in name else name or "localhost"
    return f"{bracketed}:{port or (2376 if tls else 2375)}{path}"


def _unusable(host: str, source: str, why: str) -> EngineError:
    return EngineError(ErrorKind.BAD_ENDPOINT, f"{source} is {shorten(host, 200)!r}, which {why}", _EXAMPLES)


def _from_host(host: str, source: str, environment: Environment) -> Endpoint:
    """Return the endpoint given by flag or DOCKER_HOST; the environment decides its TLS."""
    tls = _environment_tls(environment) if _speaks_tcp(host) else None
    return _endpoint(host, source, tls)


def _speaks_tcp(host: str) -> bool:
    host = host.strip()
    return host.startswith("tcp://") or not ("://" in host or host.startswith("/"))


def _environment_tls(environment: Environment) -> TLS | None:
    """Read DOCKER_TLS_VERIFY and DOCKER_TLS, set by any non-empty value, as in docker/cli's options.go."""
    if not environment.speaks_tls:
        return None
    verify = environment.verifies_tls
    ca, cert, key = (environment.cert_dir / name for name in (CA, CERT, KEY))
    if verify and not ca.is_file():
        remedy = f"put {CA}, {CERT} and {KEY} there, or set DOCKER_CERT_PATH"
        raise EngineError(ErrorKind.BAD_ENDPOINT, f"DOCKER_TLS_VERIFY is set, and {ca} is missing", remedy)
    return TLS(
        ca if verify else None,
        cert if cert.exists() else None,
        key if key.exists() else None,
        verify,
    )


def _endpoint(host: str, source: str, tls: TLS | None, name: str = "") -> Endpoint:
    url = parse_host(host, source, tls=tls is not None)
    return Endpoint(name or _name_of(url), url, source, tls if url.startswith("tcp:") else None)


def _name_of(url: str) -> str:
    """Return a short name for an address without one."""
    if not url.startswith("unix:"):
        return urlsplit(url).hostname or "local"
    if "podman" in url:
        return "podman"
    if "/.docker/" in url:
        return "desktop"
    return "rootless" if "/run/user/" in url else "local"


def _default_sockets(environment: Environment, source: str) -> list[Endpoint]:
    if sys.platform == "win32":
        return [Endpoint("local", "npipe:////./pipe/docker_engine", source)]
    runtime, home = environment.runtime_dir, environment.home
    sockets = {
        "local": DEFAULT_SOCKET,
        "rootless": f"{runtime}/docker.sock",
        "desktop": f"{home}/.docker/desktop/docker.sock",
        "desktop for macOS": f"{home}/.docker/run/docker.sock",
        "podman": f"{runtime}/podman/podman.sock",
        "podman as root": "/run/podman/podman.sock",
    }
    return [Endpoint(name.partition(" ")[0], f"unix://{path}", source) for name, path in sockets.items()]
