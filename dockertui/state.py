"""What the program remembers by itself from run to run: one JSON file, with a section for each subject.

The settings file is the user's, is never written, and wins where both say something. Several programs may run at once:
a write reads the file again, changes one value and replaces the file, so that none loses what another has remembered.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_LOCK_TRIES, _LOCK_WAIT = 20, 0.01
"""How often, and after how many seconds, another program's lock is tried: a write takes it about a millisecond."""


def folder(environ: Mapping[str, str], home: Path) -> Path:
    """Return `$XDG_STATE_HOME/dockertui`, by default `~/.local/state/dockertui`."""
    base = Path(environ.get("XDG_STATE_HOME", ""))
    # The XDG base directory specification says to ignore a relative path.
    return (base if base.is_absolute() else home / ".local" / "state") / "dockertui"


def default_path(environ: Mapping[str, str], home: Path) -> Path:
    """Return the path of the state file."""
    return folder(environ, home) / "state.json"


class State:
    """Values by section and name, as JSON has them; whoever reads one checks its type.

    Without a path they are remembered until the program ends: for the demo Engine, and for tests.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._problem = ""

    @cached_property
    def _known(self) -> dict[str, Any]:
        """The values, read when the first is asked for."""
        return self._read()

    @property
    def problem(self) -> str:
        """Why the file does not count, as a sentence; "" if it does, or if there is none."""
        _ = self._known
        return self._problem

    def get(self, section: str, name: str) -> Any:
        """Return a value, or None."""
        values = self._known.get(section)
        return values.get(name) if isinstance(values, dict) else None

    def set(self, section: str, name: str, value: Any) -> str:
        """Remember a value; None forgets it. Return "", or a sentence on why it is lost when the program ends."""
        if value == self.get(section, name):
            return ""
        _put(self._known, section, name, value)
        if self.path is None:
            return ""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _locked(self.path.parent):
                before = self._read()
                if self._problem:
                    os.replace(self.path, self.path.with_suffix(".broken"))  # it may be worth something to its owner
                _put(before, section, name, value)
                _replace(Path(os.path.realpath(self.path)), before)
                self._problem = ""
        except OSError as error:
            return f"{self.path} cannot be written ({error.strerror}): this is remembered until the program ends"
        return ""

    def _read(self) -> dict[str, Any]:
        """Return what is in the file; nothing, with a `problem`, if that is no JSON object."""
        self._problem = ""
        if self.path is None:
            return {}
        try:
            found = json.loads(self.path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            self._problem = f"{self.path} cannot be read ({error.strerror}): what it remembers does not count"
            return {}
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            self._problem = f"{self.path} is not the JSON that dockertui writes: what it remembers does not count"
            return {}
        return found


def _put(values: dict[str, Any], section: str, name: str, value: Any) -> None:
    within = values.get(section)
    within = dict(within) if isinstance(within, dict) else {}
    if value is None:
        within.pop(name, None)
    else:
        within[name] = value
    values[section] = within


def _replace(path: Path, values: Mapping[str, Any]) -> None:
    """Write the file anew beside itself, and put it in place of the old one: a reader sees one or the other whole."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(values, file, indent=1, sort_keys=True)
        os.replace(beside, path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    """Hold the folder's lock, so that of two writes at once the second reads what the first wrote.

    It is tried for a moment only: a file system without locks, or a program stopped in the middle, must not stop this.
    """
    if fcntl is None:
        yield
        return
    descriptor = os.open(place, os.O_RDONLY)
    try:
        for _ in range(_LOCK_TRIES):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(_LOCK_WAIT)
            except OSError:
                break
        yield
    finally:
        os.close(descriptor)
