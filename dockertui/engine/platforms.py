"""Normalise a platform's name as the docker command does when it creates a container: `arm64` is `linux/arm64`.

Source of the names: containerd/platforms, database.go and platforms.go.
"""

from __future__ import annotations

import platform
import re
from typing import Final

_SPECIFIER: Final = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+){0,2}")
_SYSTEMS: Final = frozenset(
    ("aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd",
     "openbsd", "plan9", "solaris", "windows", "zos")
)  # fmt: skip
_ARCHITECTURES: Final = frozenset(
    ("386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "loong64", "mips", "mipsle", "mips64", "mips64le",
     "mips64p32", "mips64p32le", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64",
     "wasm")
)  # fmt: skip
_OTHER_NAMES: Final = {
    "i386": ("386", ""), "x86_64": ("amd64", ""), "x86-64": ("amd64", ""), "aarch64": ("arm64", ""),
    "armhf": ("arm", "v7"), "armel": ("arm", "v6"),
}  # fmt: skip
_VARIANTS: Final = {("amd64", "v1"): "", ("arm64", "8"): "v8", ("arm", "5"): "v5", ("arm", "6"): "v6",
                    ("arm", "7"): "v7", ("arm", "8"): "v8"}  # fmt: skip


def normal(specifier: str) -> str:
    """Return a platform in full: system, architecture, and its variant if given or unusual.

    Raises ValueError for an invalid one.
    """
    if not _SPECIFIER.fullmatch(specifier):
        raise ValueError(f"{specifier!r} is no platform")
    first, *rest = ["darwin" if part == "macos" else part for part in specifier.lower().split("/")]
    if rest:
        return _joined(first, *rest)
    if first in _SYSTEMS:
        return _joined(first, platform.machine().lower())
    if first in _ARCHITECTURES or first in _OTHER_NAMES:
        return _joined(platform.system().lower(), first)
    raise ValueError(f"{specifier!r} is neither a system nor an architecture")


def _joined(system: str, architecture: str, given: str = "") -> str:
    architecture, own = _OTHER_NAMES.get(architecture, (architecture, ""))
    variant = _VARIANTS.get((architecture, given or own), given or own)
    if not given and (architecture, variant) == ("arm", "v7"):
        variant = ""  # the usual variant
    return "/".join(filter(None, (system, architecture, variant)))
