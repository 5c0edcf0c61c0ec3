"""A plugin for `docker plugin create`: one small program that listens on its socket until SIGTERM."""

from __future__ import annotations

import json
import struct
from pathlib import Path

NAME = "shop/driver:latest"
SETTING = "DEBUG=0"
_SOCKET = b"/run/docker/plugins/shop.sock\0"
_BASE = 0x400000
_HEADERS = 64 + 56


def make(folder: Path) -> Path:
    """Make the folder with its configuration and its root file system.

    It is not a volume driver: the Engine asks those for their volumes when it lists them, and would wait.
    """
    program = folder / "rootfs" / "bin" / "shop"
    program.parent.mkdir(parents=True)
    program.write_bytes(_program())
    program.chmod(0o755)
    name, _, value = SETTING.partition("=")
    config = {
        "description": "A driver that never answers",
        "documentation": "https://example.com/shop",
        "entrypoint": ["/bin/shop"],
        "interface": {"types": ["docker.logdriver/1.0"], "socket": "shop.sock"},
        "network": {"type": "none"},
        "env": [{"name": name, "settable": ["value"], "value": value}],
    }
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def _program() -> bytes:
    """Return an x86-64 ELF file: socket, bind, listen, wait for SIGTERM, exit. Docker connects, but sends nothing."""
    address = struct.pack("<H", 1) + _SOCKET
    waited_for = struct.pack("<Q", 1 << 14)  # SIGTERM, which process 1 gets only if it waits for it
    code = b"".join(
        (
            _call(41, 1, 1, 0),
            b"\x49\x89\xc0",  # mov r8, rax: the socket
            b"\x4c\x89\xc7" + _call(49, None, 0xAAAA, len(address)),
            b"\x4c\x89\xc7" + _call(50, None, 8),
            _call(14, 0, 0xBBBB, 0, 8),
            _call(128, 0xBBBB, 0, 0, 8),
            _call(60, 0),
        )
    )
    data = _BASE + _HEADERS + len(code)
    code = code.replace(struct.pack("<I", 0xAAAA), struct.pack("<I", data))
    code = code.replace(struct.pack("<I", 0xBBBB), struct.pack("<I", data + len(address)))
    size = _HEADERS + len(code) + len(address) + len(waited_for)
    ident = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    head = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, _BASE + _HEADERS, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 7, 0, _BASE, _BASE, size, size, 0x1000)
    return ident + head + segment + code + address + waited_for


def _call(number: int, *arguments: int | None) -> bytes:
    """Return the code of a system call; None leaves a register as it is. The fourth argument goes into r10."""
    loads = (b"\xbf", b"\xbe", b"\xba", b"\x41\xba")
    words = [
        load + struct.pack("<I", value) for load, value in zip(loads, arguments, strict=False) if value is not None
    ]
    return b"".join(words) + b"\xb8" + struct.pack("<I", number) + b"\x0f\x05"
