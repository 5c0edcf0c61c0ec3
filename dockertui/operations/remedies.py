"""Remedies for the Engine's refusals that users meet most, in this program's words."""

from __future__ import annotations

import re
from typing import Final

from dockertui.engine.errors import EngineError, ErrorKind

UNCLEAR: Final = frozenset({ErrorKind.LOST, ErrorKind.TIMEOUT, ErrorKind.PROTOCOL, ErrorKind.SSH})
"""Failures after which the request may have been carried out all the same."""
_REMEDIES: Final = tuple(
    (re.compile(pattern, re.I), remedy)
    for pattern, remedy in (
        (r"container name .* already in use", "choose another name, or remove or rename that container"),
        (r"No such image|not found: manifest unknown", "pull it first (c in Images), or check its name"),
        (r"server gave HTTP response to HTTPS client|tls: first record does not look like a TLS handshake",
         "it speaks plain HTTP: name it in insecure-registries of the Engine's daemon.json, if that is meant"),
        (r"x509: |certificate signed by unknown authority",
         "put the CA that it trusts into /etc/docker/certs.d/REGISTRY/ca.crt on the Engine's host"),
        (r"login attempt to .* 401|incorrect username or password|^Get .*: unauthorized",
         "check user and password; some registries want a token in place of the password"),
        (r"pull access denied|repository does not exist|unauthorized|authentication required|no basic auth",
         "check the name; if it is private, log in to its registry (: login)"),
        (r"port is already allocated|address already in use", "choose another port, or stop what has it"),
        (r"image is (being used|referenced)|image has dependent child",
         "remove those containers or images first, or force it"),
        (r"must be forced|must force", "with force"),
        (r"has active endpoints", "disconnect or stop its containers first"),
        (r"volume is in use", "remove the containers that use it first"),
        (r"cannot remove a running container|You cannot remove a running", "stop it first, or with force"),
        (r"is paused", "unpause it first"),
        (r"no space left on device", "free some: the bulk menu offers to prune; docker system df tells where it went"),
        (r"Memory limit should be smaller than already set memoryswap", "set memory and swap, too"),
        (r"Pool overlaps", "choose another subnet"),
        (r"network .* already exists|network with name .* already exists", "choose another name"),
        (r"connection refused|no such host|i/o timeout|server misbehaving|Client\.Timeout",
         "is the registry there, and reachable from the Engine?"),
    )
)  # fmt: skip


def explained(error: EngineError) -> str:
    """Return the error as a sentence, with a remedy if it has none itself."""
    if error.remedy:
        return str(error)
    remedy = _remedy(error)
    return f"{str(error).rstrip('.')}: {remedy}" if remedy else str(error)


def _remedy(error: EngineError) -> str:
    found = (remedy for pattern, remedy in _REMEDIES if pattern.search(error.message))
    return error.remedy or next(found, "")


def leaving(error: EngineError, left: str) -> EngineError:
    """Return the error with its own remedy, if it has one, and with what it left behind."""
    if not left:
        return error
    return EngineError(error.kind, error.message, "; ".join(filter(None, (_remedy(error), left))), error.status)
