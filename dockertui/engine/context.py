"""Docker contexts as the CLI stores them: in `contexts/{meta,tls}/<sha256 of the name>`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import NOTHING, Raw, flag, mapping, text

CA, CERT, KEY = "ca.pem", "cert.pem", "key.pem"
"""The names of TLS files, in a context's directory and in `DOCKER_CERT_PATH`."""


class TLS(NamedTuple):
    """TLS files, in PEM. Without `ca` the system's authorities apply; `verify` False trusts any certificate."""

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    verify: bool = True


def load_context(name: str, directory: Path) -> tuple[str, TLS | None]:
    """Return the host and the TLS files of the context `name`; "" for the default socket.

    Raises EngineError (BAD_ENDPOINT) when there is no such context or it has no Docker endpoint.
    """
    import hashlib  # imported here: most starts use no context

    digest = hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()
    meta = directory / "contexts" / "meta" / digest / "meta.json"
    endpoint = mapping(_read_meta(name, meta), "Endpoints").get("docker")
    if not isinstance(endpoint, dict) or not isinstance(endpoint.get("Host", ""), str):
        raise _bad(f"the context {name!r} has no Docker endpoint", f"look at `docker context inspect {name}`")
    files = directory / "contexts" / "tls" / digest / "docker"
    return text(endpoint, "Host"), _context_tls(files, flag(endpoint, "SkipTLSVerify"))


def _context_tls(directory: Path, skip_verify: bool) -> TLS | None:
    """Decide as the CLI: a context with TLS files, or set to skip verification, uses TLS."""
    ca, cert, key = (path if path.exists() else None for path in (directory / n for n in (CA, CERT, KEY)))
    if not (ca or cert or key or skip_verify):
        return None
    return TLS(ca, cert, key, verify=not skip_verify)


def _read_meta(name: str, meta: Path) -> Raw:
    try:
        return _read_object(meta)
    except FileNotFoundError:
        raise _bad(f"there is no context {name!r}", "`docker context ls` lists those there are") from None
    except (OSError, ValueError) as error:
        raise _bad(f"the context {name!r} cannot be read from {meta}: {error}") from None


def _read_object(path: Path) -> Raw:
    value: Any = json.loads(path.read_bytes())
    return value if isinstance(value, dict) else NOTHING


def _bad(message: str, remedy: str = "") -> EngineError:
    return EngineError(ErrorKind.BAD_ENDPOINT, message, remedy)
