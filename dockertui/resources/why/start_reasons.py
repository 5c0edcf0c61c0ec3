"""The reasons in errors of containers that could not be started, in a few words.

The texts are those of moby, containerd, runc and Podman's crun, seen on Engines 20.10 to 28.5 and Podman 5.8; an
unknown one is shown as it is.
"""

from __future__ import annotations

import re
from typing import Final

from dockertui.masking import masked
from dockertui.resources import format

_WRAPPINGS: Final = (
    "unable to start container process: ",
    "runc create failed: ",
    "crun create failed: ",
    "OCI runtime create failed: ",
    "failed to create shim task: ",
    "failed to create task for container: ",
    "error during container init: ",
    "driver failed programming external connectivity on endpoint ",
    "failed to set up container networking: ",
    "error while creating mount source path ",
)
_HINT_OF_ENGINE: Final = ": Are you trying to mount a directory onto a file"
_KINDS: Final = (": OCI runtime attempted to invoke a command that was not found", ": OCI permission denied")
"""What Podman appends to crun's errors."""
_SHORT: Final = 24
"""Most characters of an unknown error in a list."""
_ENDPOINT: Final = re.compile(r"^\S+ \([0-9a-f]{8,64}\): ")
REASONS: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern, re.I), words)
    for pattern, words in (
        (r"\S* (?:failed: )?port is already allocated", "port in use"),
        (r"(?:bind|listen|expose|for)\b.{0,200}address already in use", "port in use"),
        (r"ports are not available", "port not available"),
        (r"exec format error", "wrong platform"),
        (r"could not select device driver", "no GPU driver"),
        (r"adding custom device", "no such device"),
        (r"no space left on device", "disk full"),
        (r"unable to find (?:user|group)|no matching entries in (?:passwd|group)", "no such user"),
        (r"network \S+ not found|could not find a network matching|network .{1,80} does not exist", "no such network"),
        (r"(?:cannot join|non running container|No such container)", "joined container down"),
        (r"chdir to cwd|Cannot mkdir|mkdir .{1,200} not a directory", "bad working dir"),
        (r"bind source path does not exist|error while creating mount source path", "no mount source"),
        (r"mount(?:ing)?\b.{0,400}(?:not a directory|is a directory|onto a file)", "bad mount"),
        (r'exec: "?([^":]{1,200})"?: .{0,200}(?:not found|no such file)', "command not found"),
        (r'exec: "?([^":]{1,200})"?: .{0,200}(?:permission denied|is a directory)', "not executable"),
        (r"executable file `([^`]{1,200})` not found", "command not found"),
        (r"the path `([^`]{1,200})` exists but it is not", "not executable"),
        (r"failed to initialize logging driver|logging driver", "log driver error"),
        (r"operation not permitted|permission denied", "not permitted"),
    )
)
"""Patterns of known errors, and what is wrong."""


def short(error: str) -> str:
    """Return a `State.Error` in a few words: those for a known one, else the beginning of its core."""
    for pattern, words in REASONS:
        if pattern.search(error):
            return words
    said = " ".join(masked(format.beginning(core(error))).split())
    return said if len(said) <= _SHORT else f"{said[: _SHORT - 1]}…"


def core(error: str) -> str:
    """Return the innermost of several nested errors."""
    said = error.partition(_HINT_OF_ENGINE)[0].removesuffix(": unknown")
    for wrapping in _WRAPPINGS:
        _, found, rest = said.rpartition(wrapping)
        said = rest if found else said
    for kind in _KINDS:
        said = said.removesuffix(kind)
    return _ENDPOINT.sub("", said.removesuffix(": unknown")).strip() or error
