"""Run every command of the README and of docs/, as written, in a clean clone of the last commit.

Commands that open the program run in a terminal of their own until its lists are shown, and are quit with `q`. Run it
with the Python of the development environment; the commands install from the network. Exit code 1 when one fails.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from dockertui.demo import DemoEngine  # noqa: E402 # of the checkout
from tests.pty.program import Program  # noqa: E402

SET_UP = 900.0
"""Seconds that installing everything may take."""
ELSEWHERE = ("make test", "make check")
"""The commands that `.ci/run` runs itself."""


def commands(readme: str) -> Iterator[str]:
    """Yield the lines of the README's shell blocks without their comments, and the commands in its text."""
    yield from (f"python3 -m {found}" for found in re.findall(r"`(pip install [^`]+)`", readme))
    yield from re.findall(r"`((?:uv tool|pipx) install [^`]+)`", readme)
    for block in re.findall(r"```sh\n(.*?)```", readme, re.DOTALL):
        yield from (command for line in block.splitlines() if (command := line.split(" #")[0].strip()))
    yield from re.findall(r"`(dockertui [a-z]+ [a-z]+)`", readme)


def environment(home: Path, programs: Path) -> dict[str, str]:
    """Return the environment of a user without settings, with `programs` first on the PATH."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DOCKER", "VIRTUAL_ENV"))}
    return {**kept, "HOME": str(home), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}


def stand_in_for_ssh(programs: Path, engine: str) -> None:
    """Put an `ssh` on the PATH that connects to this Engine, whatever host it is given."""
    script = programs / "ssh"
    script.write_text(f"#!/bin/sh\nexec docker --host {shlex.quote(engine)} system dial-stdio\n")
    script.chmod(0o755)


def install(command: str, where: Path, env: Mapping[str, str]) -> None:
    """Install the program for the user, run it, and remove what was installed. Raises AssertionError."""
    run(command, where, env)
    run(f"{env['HOME']}/.local/bin/dockertui --version", where, env)
    run(f"{command.partition(' install')[0]} uninstall dockertui", where, env)


def is_interactive(command: str) -> bool:
    return command.startswith("make run") or (
        command.startswith("dockertui") and not re.match(r"dockertui (config|completion|keys)\b", command)
    )


def open_and_quit(command: str, where: Path, env: Mapping[str, str]) -> None:
    """Open the program until its lists are shown, then quit it. Raises AssertionError."""
    with Program(shlex.split(command), size=(120, 40), env=env, cwd=where) as program:
        program.wait_for(lambda screen: "Containers" in screen and "shop-" in screen, SET_UP)
        program.press("q")
        code = program.wait()
        assert code == 0, f"exit code {code}"


def run(command: str, where: Path, env: Mapping[str, str]) -> None:
    """Run a command to its end. Raises AssertionError when it fails."""
    done = subprocess.run(
        shlex.split(command), cwd=where, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False, timeout=SET_UP,
    )  # fmt: skip
    assert done.returncode == 0, f"exit code {done.returncode}:\n{done.stdout[-4000:]}"


def main() -> int:
    """Run all commands, printing each with its duration in seconds."""
    failed = 0
    with tempfile.TemporaryDirectory(prefix="readme-") as folder, DemoEngine() as engine:
        home, clone, programs = Path(folder, "home"), Path(folder, "clone"), Path(folder, "installed", "bin")
        home.mkdir()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        subprocess.run([sys.executable, "-m", "venv", str(programs.parent)], check=True)
        subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", "uv", "pipx"], check=True)
        stand_in_for_ssh(programs, engine.url)
        without_docker = environment(home, programs)
        with_docker = {**without_docker, "DOCKER_HOST": engine.url}
        documents = [clone / "README.md", *sorted((clone / "docs").glob("*.md"))]
        for command in commands("\n".join(path.read_text(encoding="utf-8") for path in documents)):
            if command in ELSEWHERE:
                continue
            began = time.monotonic()
            env = with_docker if command.startswith("dockertui") else without_docker
            try:
                doing = install if command.startswith(("uv ", "pipx ")) else run
                (open_and_quit if is_interactive(command) else doing)(command, clone, env)
            except (AssertionError, subprocess.TimeoutExpired) as error:
                failed += 1
                print(f"{command}: FAILED: {error}", flush=True)
            else:
                print(f"{command}: works ({time.monotonic() - began:.0f} s)", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
