"""The settings: read from one TOML file, checked one by one, each mistake told with its file, line and
remedy.

A wrong setting never stops the program: it is reported, and its default holds. No Textual is imported here,
so that the settings are known before anything is drawn; what is known of Textual (themes, keys) is held by
tests.
"""

from __future__ import annotations

import difflib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dockertui.key_names import KeyNameError, normal

if TYPE_CHECKING:
    import tomllib

THEMES = (
    "textual-dark",
    "textual-light",
    "nord",
    "gruvbox",
    "catppuccin-mocha",
    "dracula",
    "tokyo-night",
    "monokai",
    "flexoki",
    "catppuccin-latte",
    "catppuccin-frappe",
    "catppuccin-macchiato",
    "solarized-light",
    "solarized-dark",
    "rose-pine",
    "rose-pine-moon",
    "rose-pine-dawn",
    "atom-one-dark",
    "atom-one-light",
    "ansi-dark",
    "ansi-light",
)
"""Those that Textual brings."""

AUTO = "auto"
EVERY = "*"


class ConfigError(Exception):
    """One wrong setting: where it stands, what is wrong, what to write. `line` is 0 for the whole file."""

    def __init__(self, path: Path | None, line: int, message: str, remedy: str = "") -> None:
        self.path = path
        self.line = line
        self.message = message
        self.remedy = remedy
        place = f"{shown(path) if path else 'settings'}{f':{line}' if line else ''}"
        super().__init__(f"{place}: {message}{f': {remedy}' if remedy else ''}")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may set. `path` and `lines` (dotted setting to line) say where each value was written."""

    theme: str = AUTO
    """A theme's name; "auto": one that the terminal has the colours for."""
    mouse: bool = True
    """Whether the program takes the mouse; off, the terminal's own selecting and copying works."""
    diff_output: bool = True
    """Whether only the cells that changed are sent to the terminal."""
    flow_control: bool = True
    """Whether frames wait for the terminal to have shown the one before: for slow links."""
    stats_period: float = 2.0
    """Seconds between two samples of a visible container's CPU, memory and I/O."""
    plots: str = AUTO
    """What plots are drawn with: "braille", "blocks" or "ascii"; "auto": braille but on the Linux console."""
    confirm_interrupts: int = 1
    """From how many objects on stopping, restarting and the like asks first; 1: always, 0: never."""
    terminal_leader: str = "ctrl+right_square_bracket"
    """The one key that a terminal does not send to its container."""
    terminal_history: int = 10_000
    """Lines kept above a terminal's screen."""
    terminal_title: bool = True
    """Whether a container may name its terminal."""
    terminal_bell: bool = True
    """Whether a container's bell rings."""
    terminal_clipboard: str = "ask"
    """Whether a container may write the clipboard: "ask" once a session, "yes" or "no"."""
    terminal_hand_over: bool = False
    """Whether sessions take the whole real terminal in place of a pane."""
    log_memory: int = 32
    """Megabytes of a log that are kept; older lines are let go, and loaded again when they are scrolled to."""
    files_exec: bool = True
    """Whether the Files tab may list a folder of a running container by a `find` in it, in place of an archive."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Keys in place of an operation's own ones, by the operation's id, named as Textual names them."""
    endpoints: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    """Whether an endpoint is read only, by its name or address; "*" for those that are not named."""

    path: Path | None = field(default=None, compare=False)
    lines: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}), compare=False)

    def read_only(self, names: Iterable[str]) -> bool:
        """Whether the endpoint that goes by these names is read only; of several settings the careful one counts."""
        own = {name.rstrip("/").casefold() for name in names}
        set_for = {name.rstrip("/").casefold(): value for name, value in self.endpoints.items()}
        found = [value for name, value in set_for.items() if name in own]
        return any(found) if found else set_for.get(EVERY, False)


# Where the file is


def default_path(environ: Mapping[str, str], home: Path) -> Path:
    """`$DOCKERTUI_CONFIG`, else `dockertui/config.toml` in `$XDG_CONFIG_HOME` or `~/.config`."""
    if named := environ.get("DOCKERTUI_CONFIG"):
        return Path(named)
    base = Path(environ.get("XDG_CONFIG_HOME", ""))
    # The XDG base directory specification: a relative path is to be ignored.
    return (base if base.is_absolute() else home / ".config") / "dockertui" / "config.toml"


def shown(path: Path) -> str:
    """The path with the home directory as `~`."""
    home = Path(os.environ.get("HOME") or "/nonexistent")
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


# Reading


def load(path: Path, *, required: bool = False) -> tuple[Settings, list[ConfigError]]:
    """The settings in the file, and every mistake in it, by line.

    A file that does not exist is a mistake only when it is `required` (a user has named it). Whether the
    operations that `keys` names exist, and whether two share a key, is for `dockertui.keymap`, where the
    operations are known.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        missing = ConfigError(path, 0, "no such file", "create it, or leave its name away to use the defaults")
        return Settings(path=path), [missing] if required else []
    except OSError as error:
        return Settings(path=path), [ConfigError(path, 0, f"cannot be read: {error.strerror}")]
    except UnicodeDecodeError as error:
        return Settings(path=path), [ConfigError(path, 0, f"is not UTF-8 at byte {error.start}", "save it as UTF-8")]
    if not text.strip():
        return Settings(path=path), []
    import tomllib  # many have no settings, and need not wait for what reads them

    from dockertui.config_lines import key_lines

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # Nobody shall change an Engine because the line that forbids it stands below a mistake.
        careful = {EVERY: True} if "read_only" in text else {}
        return Settings(path=path, endpoints=MappingProxyType(careful)), [_syntax_error(path, text, error)]
    reading = _Reading(path, key_lines(text))
    settings = reading.settings(document)
    return settings, sorted([*reading.errors, *_exposed(path, text)], key=lambda error: error.line)


_URL_PASSWORD = re.compile(r"://[^/\s@:\"']*:[^/\s@\"']+@")
"""An endpoint's address may hold a password; no other setting can."""


def _exposed(path: Path, text: str) -> Iterator[ConfigError]:
    """That a password stands in the file, where others may read it."""
    lines = (number for number, line in enumerate(text.splitlines(), 1) if _URL_PASSWORD.search(line))
    line = next(lines, 0)
    if line and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        import shlex  # few have one

        remedy = f"chmod 600 {shlex.quote(str(path))}"
        yield ConfigError(path, line, "holds a password, and others may read the file", remedy)


def _syntax_error(path: Path, text: str, error: tomllib.TOMLDecodeError) -> ConfigError:
    """`tomllib` tells the place within its message: "at line 1, column 2", or "at end of document"."""
    message, _, place = str(error).partition(" (at ")
    numbers = re.findall(r"\d+", place)
    line = int(numbers[0]) if numbers else text.count("\n") + 1
    held = "every default holds, and every Engine is read only" if "read_only" in text else "every default holds"
    return ConfigError(path, line, f"not valid TOML: {message}", f"until it is mended {held}")


class _Wrong(ValueError):
    """A value that cannot be used: why, and what could."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class _Reading:
    """One file being turned into settings, and the mistakes met so far."""

    def __init__(self, path: Path, lines: Mapping[tuple[str, ...], int]) -> None:
        self.path = path
        self.lines = {".".join(place): line for place, line in reversed(list(lines.items()))}
        self.errors: list[ConfigError] = []

    def settings(self, document: Mapping[str, Any]) -> Settings:
        values: dict[str, Any] = {}
        for name, value in document.items():
            try:
                values[name] = self.checked(name, value)
            except _Wrong as wrong:
                self.wrong(name, wrong)
        return Settings(**values, path=self.path, lines=MappingProxyType(self.lines))

    def checked(self, name: str, value: object) -> object:
        if name not in CHECKS:
            raise _Wrong(f"unknown setting {_toml(name)}", nearest(name, CHECKS))
        if name == "keys":
            return MappingProxyType(dict(self.keys(value)))
        if name == "endpoints":
            return MappingProxyType(dict(self.endpoints(value)))
        return CHECKS[name](name, value)

    def keys(self, value: object) -> Iterator[tuple[str, tuple[str, ...]]]:
        if not isinstance(value, dict):
            raise _Wrong("keys is a table", 'write [keys] and below it lines such as "container.stop" = "s"')
        for operation, written in _flat(value):
            try:
                yield operation, _keys(operation, written)
            except _Wrong as wrong:
                self.wrong(f"keys.{operation}", wrong)

    def endpoints(self, value: object) -> Iterator[tuple[str, bool]]:
        """A wrong `read_only` counts as true: whoever wrote it meant to be careful."""
        if not isinstance(value, dict):
            raise _Wrong("endpoints is a table", _ENDPOINT)
        for place, written in _flat(value):
            endpoint, _, name = place.rpartition(".")
            try:
                if not endpoint:
                    raise _Wrong(f"endpoints.{place} is a table", _ENDPOINT)
                if name != "read_only":
                    raise _Wrong(f"endpoints.{endpoint}: unknown setting {_toml(name)}", nearest(name, ["read_only"]))
                yield endpoint, _switch(f"endpoints.{place}", written)
            except _Wrong as wrong:
                self.wrong(f"endpoints.{place}", wrong)
                if name == "read_only" and endpoint:
                    yield endpoint, True

    def wrong(self, place: str, wrong: _Wrong) -> None:
        self.errors.append(ConfigError(self.path, self.lines.get(place, 0), str(wrong), wrong.remedy))


_ENDPOINT = 'write [endpoints."ssh://prod"] and below it read_only = true'


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """An operation's id holds a dot, which TOML takes for a table: `container.stop` may come either way."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _keys(operation: str, written: object) -> tuple[str, ...]:
    listed = [written] if isinstance(written, str) else written
    if not isinstance(listed, list) or not all(isinstance(key, str) for key in listed):
        remedy = 'write "s", or a list such as ["s", "f5"]; an empty list takes the key away'
        raise _Wrong(f"keys.{operation}: not a key", remedy)
    try:
        return tuple(dict.fromkeys(normal(key) for key in listed))
    except KeyNameError as error:
        raise _Wrong(f"keys.{operation}: {error}", error.remedy) from error


def nearest(word: str, choices: Iterable[str]) -> str:
    """A remedy that names the closest choice, or all of them."""
    names = list(choices)
    close = difflib.get_close_matches(word, names, n=1)
    return f"did you mean '{close[0]}'?" if close else f"choose one of {', '.join(names)}"


def _theme(_: str, value: object) -> str:
    if not isinstance(value, str) or value not in (AUTO, *THEMES):
        raise _Wrong(f"unknown theme {_toml(value)}", nearest(str(value), (AUTO, *THEMES)))
    return value


def _switch(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _Wrong(f"{name}: {_toml(value)} is neither true nor false", "write true or false, without quotes")
    return value


def _period(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.5 <= value <= 3600:
        raise _Wrong(f"{name} cannot be {_toml(value)}", "write seconds, from 0.5 to 3600")
    return float(value)


def _count(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _Wrong(f"{name} cannot be {_toml(value)}", "write a whole number, from 1")
    return value


def _threshold(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _Wrong(f"{name} cannot be {_toml(value)}", "write a whole number: 1 asks always, 0 never")
    return value


def _key(name: str, value: object) -> str:
    keys = _keys(name, value) if isinstance(value, str) else ()
    if len(keys) != 1 or not keys[0].startswith(("ctrl+", "alt+", "f")) or len(keys[0]) < 2:
        raise _Wrong(f"{name} cannot be {_toml(value)}", 'write one key that types nothing, such as "ctrl+]" or "f12"')
    return keys[0]


def _history(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1_000_000:
        raise _Wrong(f"{name} cannot be {_toml(value)}", "write a number of lines, from 0 to 1000000")
    return value


def _plots(name: str, value: object) -> str:
    if value not in (AUTO, "braille", "blocks", "ascii"):
        raise _Wrong(f"{name} cannot be {_toml(value)}", 'write "auto", "braille", "blocks" or "ascii"')
    return str(value)


def _permission(name: str, value: object) -> str:
    if value not in ("ask", "yes", "no"):
        raise _Wrong(f"{name} cannot be {_toml(value)}", 'write "ask", "yes" or "no"')
    return str(value)


CHECKS: Mapping[str, Callable[[str, object], object]] = {
    "theme": _theme,
    "mouse": _switch,
    "diff_output": _switch,
    "flow_control": _switch,
    "stats_period": _period,
    "plots": _plots,
    "confirm_interrupts": _threshold,
    "files_exec": _switch,
    "log_memory": _count,
    "terminal_leader": _key,
    "terminal_history": _history,
    "terminal_title": _switch,
    "terminal_bell": _switch,
    "terminal_clipboard": _permission,
    "terminal_hand_over": _switch,
    "keys": lambda _, value: value,
    "endpoints": lambda _, value: value,
}
"""What each setting must be. (Tables are checked line by line, so that one mistake does not undo the others.)"""
_TABLES = ("keys", "endpoints")


# Showing


def show(settings: Settings) -> str:
    """The settings in force, each with where it came from, as a TOML document that `load` reads back."""
    rows = [(name, f"{name} = {_toml(getattr(settings, name))}", name) for name in _plain_names()]
    rows += [
        (f"keys.{name}", f"{_toml(name)} = {_toml(list(keys))}", f"keys.{name}") for name, keys in settings.keys.items()
    ]
    width = max(len(row[1]) for row in rows)
    lines = [f"{text:<{width}}  # {_origin(settings, place)}" for _, text, place in rows]
    plain = len(_plain_names())
    table = ["", "[keys]", *lines[plain:]] if settings.keys else []
    for name, value in settings.endpoints.items():
        origin = _origin(settings, f"endpoints.{name}.read_only")
        table += ["", f"[endpoints.{_toml(name)}]", f"read_only = {_toml(value)}  # {origin}"]
    return "\n".join([*lines[:plain], *table, ""])


def _plain_names() -> list[str]:
    return [item.name for item in fields(Settings) if item.name in CHECKS and item.name not in _TABLES]


def _origin(settings: Settings, place: str) -> str:
    if settings.path is None or place not in settings.lines:
        return "default"
    return f"{shown(settings.path)}:{settings.lines[place]}"


def _toml(value: object) -> str:
    """A value as TOML writes it; every control character escaped."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        return f'"{"".join(map(_escaped, value))}"'
    return str(value)


def _escaped(character: str) -> str:
    if character in '\\"':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
