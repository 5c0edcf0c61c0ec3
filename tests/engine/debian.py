"""A root file system with real full-screen programs, made of this machine's own files.

Each program comes with the libraries that `ldd` lists, with terminfo entries and with the parts of Python's and vim's
libraries that they need. It takes a second and no network.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

IMAGE = "tools:latest"
PROGRAMS = (
    "bash", "cat", "clear", "echo", "env", "grep", "head", "htop", "id", "less", "ls", "mkdir", "ps", "python3", "seq",
    "sh", "sleep", "stty", "tail", "test", "top", "touch", "tput", "tr", "true", "tty", "wc", "yes",
)  # fmt: skip
VIMS = ("vim.basic", "vim.tiny", "vim")
_TERMINALS = ("x/xterm-256color", "x/xterm", "s/screen", "t/tmux-256color", "d/dumb", "l/linux")
_WITHOUT = {"test", "tests", "__pycache__", "dist-packages", "idlelib", "tkinter", "ensurepip", "lib2to3", "pydoc_data"}
_LIBRARY = re.compile(r"(/\S+) \(0x")


def missing() -> str:
    """Return what this machine lacks, or ""."""
    absent = [name for name in (*PROGRAMS, "ldd") if not found(name)]
    return f"not on the PATH: {', '.join(absent)}" if absent else "" if vim() else "vim is not installed"


def found(name: str) -> Path | None:
    """Return Debian's own program: not another Python's, nor a wrapper in a home directory."""
    path = shutil.which(name, path="/usr/bin:/bin:/usr/sbin:/sbin")
    return Path(path) if path else None


def vim() -> Path | None:
    return next((path for name in VIMS if (path := found(name))), None)


def root_tar() -> bytes:
    """Return the file system as a tar for `docker import`."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for folder in ("dev", "etc", "proc", "root", "sys", "tmp", "usr/bin", "usr/lib", "usr/lib64", "usr/sbin"):
            _folder(tar, folder)
        for link in ("bin", "lib", "lib64", "sbin"):
            _link(tar, link, f"usr/{link}")
        _text(tar, "etc/passwd", "root:x:0:0:root:/root:/bin/bash\nada:x:1000:1000::/tmp:/bin/sh\n")
        _text(tar, "etc/group", "root:x:0:\nada:x:1000:\n")
        for path in sorted(_files()):
            _file(tar, path)
        _link(tar, "usr/bin/vim", f"/{_inside(vim() or Path('vim'))}")
    return buffer.getvalue()


def _files() -> Iterator[Path]:
    """Yield every file that the programs need, by its path here."""
    binaries = {path for name in PROGRAMS if (path := found(name))} | {path for path in [vim()] if path}
    libraries: set[Path] = set()
    modules = {path for path in _python() if ".so" in path.suffixes}
    for binary in binaries | modules:
        told = subprocess.run(["ldd", str(binary.resolve())], capture_output=True, text=True, check=False).stdout
        libraries |= {Path(name) for name in _LIBRARY.findall(told)}
    yield from binaries | libraries
    yield from (path for base in _bases() for name in _TERMINALS if (path := base / name).exists())
    yield from _python()
    yield from Path("/usr/share/vim").rglob("defaults.vim")


def _bases() -> list[Path]:
    return [Path("/lib/terminfo"), Path("/usr/share/terminfo")]


def _python() -> Iterator[Path]:
    python = found("python3")
    library = Path("/usr/lib") / python.resolve().name if python else Path("/nonexistent")
    for path in library.rglob("*"):
        parts = path.relative_to(library).parts
        if path.is_file() and not _WITHOUT & set(parts) and not parts[0].startswith("config-"):
            yield path


def _inside(path: Path) -> str:
    """Return a file's path in the tar: below /usr, even if found through a link."""
    parts = path.parts[1:]
    return "/".join(parts if parts[0] == "usr" else ("usr", *parts))


def _file(tar: tarfile.TarFile, path: Path) -> None:
    data = path.resolve().read_bytes()
    entry = tarfile.TarInfo(_inside(path))
    entry.size, entry.mode = len(data), 0o755
    tar.addfile(entry, io.BytesIO(data))


def _text(tar: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(text), 0o644
    tar.addfile(entry, io.BytesIO(text.encode()))


def _folder(tar: tarfile.TarFile, name: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
    tar.addfile(entry)


def _link(tar: tarfile.TarFile, name: str, target: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = tarfile.SYMTYPE, target
    tar.addfile(entry)
