"""The TLS context of an endpoint. Imports `ssl`: load it only for an endpoint with TLS."""

from __future__ import annotations

import ssl
from pathlib import Path

from dockertui.engine.context import TLS
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind


def ssl_context(endpoint: Endpoint) -> ssl.SSLContext | None:
    """Return the context for `endpoint`, None for plain HTTP. Reads files: call it in a thread.

    Raises EngineError (TLS) naming the file that is missing or broken.
    """
    tls = endpoint.tls
    if tls is None:
        return None
    try:
        return _load(tls)
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        files = ", ".join(str(path) for path in (tls.ca, tls.cert, tls.key) if path)
        message = f"the TLS files for {endpoint.address} cannot be used: {_reason(error)}"
        raise EngineError(ErrorKind.TLS, message, f"check {files or 'the settings of TLS'}") from error


def _load(tls: TLS) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=tls.ca)
    # As strict as the docker command, whose Go accepts authorities without a key usage (Python 3.13 and later refuse
    # them) and intermediate ones, and checks only a server's alternative names.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.hostname_checks_common_name = False
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.cert or tls.key:
        context.load_cert_chain(_required(tls.cert, "certificate"), tls.key, password=_refuse_password)
    return context


def _required(path: Path | None, what: str) -> Path:
    if path is None:
        raise ValueError(f"there is a key without its {what}")
    return path


def _refuse_password() -> str:
    """Prevent OpenSSL from asking on the terminal that we paint on, and waiting."""
    raise ValueError("the key is encrypted")


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.lower().replace("_", " ")
    return getattr(error, "strerror", None) or str(error)
