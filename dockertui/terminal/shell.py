"""Find the best shell of a container."""

from __future__ import annotations

from typing import Final

from dockertui.engine import execs
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.execs import Command
from dockertui.engine.multiplex import Channel

_SCRIPT: Final = """
login=$(grep "^[^:]*:[^:]*:$(id -u):" /etc/passwd 2>/dev/null | head -n 1)
for shell in "${login##*:}" bash zsh ash sh; do
  case $shell in ''|*nologin|*false|*true|*sync|*halt|*shutdown) continue ;; esac
  found=$(command -v "$shell") && [ -n "$found" ] && printf '%s' "$found" && exit 0
done
exit 1
"""
_FINDERS: Final = ("sh", "bash", "ash", "/busybox/sh")
"""Shells tried to run the script; distroless images for debugging have theirs in /busybox."""
_LONGEST: Final = 4096


async def find_shell(engine: Engine, container: str, user: str = "") -> str:
    """Return the path of the user's login shell, else of the first existing one of bash, zsh, ash, sh.

    Raises EngineError: NOT_FOUND if there is no shell.
    """
    for finder in _FINDERS:
        if found := await _ask(engine, container, Command((finder, "-c", _SCRIPT), tty=False, user=user)):
            return found
    raise EngineError(
        ErrorKind.NOT_FOUND,
        "this container has no shell (looked for bash, zsh, ash and sh)",
        "run a command that it has: docker exec in the command palette",
    )


async def _ask(engine: Engine, container: str, command: Command) -> str:
    """Return what the command printed if it succeeded with a path, else ""."""
    exec_id = await execs.create(engine, container, command)
    found = b""
    async with execs.start(engine, exec_id, tty=False) as connection:
        while outputs := await connection.read():
            found += b"".join(output.data for output in outputs if output.channel is Channel.OUT)
            if len(found) > _LONGEST:
                return ""
    outcome = await execs.outcome(engine, exec_id)
    return found.decode(errors="replace") if outcome.exit_code == 0 and found.startswith(b"/") else ""
