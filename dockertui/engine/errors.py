"""All failures between the program and an Engine, as one type.

Every failed call raises an `EngineError`: a kind for decisions, one sentence for the user, and a remedy. `diagnosis.py`
decides which failure means what.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

from dockertui.masking import masked

MESSAGE_LIMIT: Final = 1000
"""Characters kept of a message. Engines put whole build logs and HTML pages in one."""


class ErrorKind(StrEnum):
    """Why a call failed, as far as the program's decisions need it."""

    NO_SOCKET = "no socket"  # no such file, host name, or pipe
    REFUSED = "refused"  # the address exists, nothing listens
    PERMISSION = "permission"  # the socket exists, but may not be opened
    TIMEOUT = "timeout"  # no answer in time
    TLS = "tls"  # certificates, or TLS spoken to a plain port or the reverse
    LOST = "lost"  # the connection ended before the reply did
    PROTOCOL = "protocol"  # a reply came that no Docker Engine sends
    NOT_FOUND = "not found"  # 404
    CONFLICT = "conflict"  # 409
    BAD_REQUEST = "bad request"  # 400 and the other 4xx
    UNAUTHORIZED = "unauthorized"  # 401, 403, 407
    READ_ONLY = "read only"  # refused here, before anything was sent
    UNSUPPORTED = "unsupported"  # the two sides share no API version, or it lacks the call
    SERVER = "server"  # 5xx
    BAD_ENDPOINT = "bad endpoint"  # the address itself cannot be used
    SSH = "ssh"  # ssh ended before the Engine was reached
    LOGIN = "login"  # the login was refused, or the host is not trusted: never retried unasked


class EngineError(Exception):
    """A failed call.

    `message` says what failed and on what, in the Engine's own words if it sent some: untrusted text, to be cleaned
    before painting. `remedy` says what to do about it, or is empty. `status` is the HTTP status, 0 without a reply.
    `str()` is one sentence of both, without secrets that the Engine repeats.
    """

    def __init__(self, kind: ErrorKind, message: str, remedy: str = "", status: int = 0) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = shorten(message.strip()) or str(kind)
        self.remedy = remedy
        self.status = status

    def __str__(self) -> str:
        said = masked(self.message)
        return f"{said.rstrip('.')}: {self.remedy}" if self.remedy else said

    def __repr__(self) -> str:
        return f"EngineError({self.kind.name}, {self.message!r}, {self.remedy!r}, status={self.status})"


class PartlyRead(EngineError):
    """A listing of which some entries could not be parsed. `objects` holds the others."""

    def __init__(self, message: str, objects: Sequence[Any]) -> None:
        super().__init__(ErrorKind.PROTOCOL, message)
        self.objects = objects


def shorten(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """Return `text` cut to `limit` characters, with an ellipsis if it was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
