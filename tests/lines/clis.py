"""The docker commands of this machine: the one on the PATH, and the distribution's own if it differs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.hanging import COMMAND_LIMIT

_PLACES: Final = ("docker", "/usr/bin/docker", "/usr/local/bin/docker")


def found() -> dict[str, str]:
    """Return their paths by version."""
    paths = dict.fromkeys(os.path.realpath(path) for name in _PLACES if (path := shutil.which(name)))
    return {version: path for path in paths if (version := _version(path))}


def _version(path: str) -> str:
    done = subprocess.run([path, "--version"], capture_output=True, text=True)
    words = done.stdout.replace(",", " ").split()
    return words[2] if done.returncode == 0 and len(words) > 2 else ""


def run(
    line: str, cli: str, folder: Path, environ: Mapping[str, str], typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a line as a user would paste it, in `folder`, with `cli` as the `docker` command."""
    bin_dir = folder / ".bin"
    bin_dir.mkdir(exist_ok=True)
    (bin_dir / "docker").unlink(missing_ok=True)
    (bin_dir / "docker").symlink_to(cli)
    own = {**environ, "PATH": f"{bin_dir}{os.pathsep}{environ['PATH']}"}
    return subprocess.run(
        ["sh", "-c", line], cwd=folder, env=own, input=typed, capture_output=True, text=True, timeout=COMMAND_LIMIT
    )
