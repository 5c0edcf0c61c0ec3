"""Choose the proxy of a request over TCP from the environment, as Go's HTTP client does.

Source of the rules: golang.org/x/net, http/httpproxy. Hijacked connections, those of exec and attach, bypass it, as the
CLI's do.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from dockertui.engine.environment import Environment
from dockertui.engine.errors import EngineError, ErrorKind


def proxy_for(scheme: str, host: str, port: int, environment: Environment) -> str:
    """Return the URL of the proxy before an Engine that speaks `http` or `https`; "" for none.

    Raises EngineError (BAD_ENDPOINT) for a proxy that cannot be used.
    """
    name, value = environment.proxy(scheme)
    if not value or _is_here(host) or _is_excepted(host.lower(), port, environment.no_proxy):
        return ""
    url = value if "://" in value else f"http://{value}"
    try:
        parts = urlsplit(url)
        fits = parts.scheme == "http" and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fits = False
    if not fits:
        remedy = f"name {host} in NO_PROXY where it can be reached without"
        raise EngineError(ErrorKind.BAD_ENDPOINT, f"{name} names no proxy that can be used: http://host:port", remedy)
    return url


def _is_here(host: str) -> bool:
    """Whether the host is this machine, for which Go never uses a proxy."""
    address = _address(host)
    return host.lower() == "localhost" or (address is not None and address.is_loopback)


def _is_excepted(host: str, port: int, exceptions: str) -> bool:
    return any(_matches(host, port, item.strip().lower()) for item in exceptions.split(",") if item.strip())


def _matches(host: str, port: int, item: str) -> bool:
    """Whether an item of NO_PROXY matches a host: `*`, an address, a net, a name, or `.name` for subdomains only."""
    if item == "*":
        return True
    address = _address(host)
    if "/" in item:
        try:
            return address is not None and address in ipaddress.ip_network(item, strict=False)
        except ValueError:
            return False
    name, wanted = _split_port(item)
    if wanted and wanted != str(port):
        return False
    if (own := _address(name)) is not None:
        return own == address
    below = name.removeprefix("*")
    if below.startswith("."):
        return host.endswith(below)
    return host == below or host.endswith(f".{below}")


def _split_port(item: str) -> tuple[str, str]:
    if item.startswith("["):
        name, _, rest = item[1:].partition("]")
        return name, rest.removeprefix(":")
    return (item, "") if item.count(":") != 1 else (item.partition(":")[0], item.partition(":")[2])


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
