"""The settings: one TOML file, checked value by value; each error is reported with its file, line and remedy.

A wrong setting never stops the program: it is reported, and its default applies. Textual is not imported here, so that
the settings are known before anything is drawn; tests keep the lists of Textual's themes and keys up to date.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import dockertui.config_values as values
from dockertui.config_values import AUTO, WrongValue, nearest, toml

if TYPE_CHECKING:
    import tomllib

EVERY = "*"


class ConfigError(Exception):
    """A wrong setting: its place, the error, and what to write. `line` is 0 for the whole file."""

    def __init__(self, path: Path | None, line: int, message: str, remedy: str = "") -> None:
        self.path = path
        self.line = line
        self.message = message
        self.remedy = remedy
        place = f"{shown(path) if path else 'settings'}{f':{line}' if line else ''}"
        super().__init__(f"{place}: {message}{f': {remedy}' if remedy else ''}")


def _entry(default: Any, check: values.Check, comment: str) -> Any:
    """Return the field of one setting: its default as a user would write it, its check, and its documentation."""
    return field(default=check("", default), metadata={"default": default, "check": check, "comment": comment})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings, one entry each; `show`, `template` and docs/settings.md are made from these.

    path, lines (dotted setting to line): where each value was written.
    """

    theme: str = _entry(AUTO, values.theme, 'or a theme\'s name, such as "nord", "gruvbox", "dracula", "ansi-light"')
    """A theme's name; "auto" for one that suits the terminal's colours."""
    mouse: bool = _entry(True, values.switch, "false leaves the mouse to the terminal, for selecting text")
    diff_output: bool = _entry(True, values.switch, "send the terminal the changed cells alone")
    flow_control: bool = _entry(True, values.switch, "wait for a slow terminal in place of lagging behind")
    stats_period: float = _entry(2.0, values.seconds, "seconds between two samples of CPU, memory and I/O")
    ascii: str | bool = _entry(
        AUTO, values.switch_or_auto, "true draws with ASCII alone; by itself where the locale is not of UTF-8"
    )
    plots: str = _entry(
        AUTO,
        values.one_of(AUTO, "braille", "blocks", "ascii"),
        'or "braille", "blocks", "ascii": what statistics are drawn with',
    )
    """"auto": braille, except on the Linux console."""
    log_memory: int = _entry(
        32, values.whole(1, inf, "write a whole number, from 1"), "megabytes of a log that are kept in memory"
    )
    """Older lines are dropped, and loaded again when the user scrolls to them."""
    log_unfold: bool = _entry(False, values.switch, "show JSON and logfmt lines of a log unfolded from the start")
    files_exec: bool = _entry(
        True, values.switch, "list folders of running containers by `find` in them; false: by the archive API alone"
    )
    confirm_interrupts: int = _entry(
        1,
        values.whole(0, inf, "write a whole number: 1 asks always, 0 never"),
        "stopping, restarting, pausing and killing ask first from so many on; 0: never",
    )
    terminal_leader: str = _entry("ctrl+]", values.key, "the one key that a terminal keeps for this program")
    terminal_history: int = _entry(
        10_000,
        values.whole(0, 1_000_000, "write a number of lines, from 0 to 1000000"),
        "lines kept above a terminal's screen",
    )
    terminal_title: bool = _entry(True, values.switch, "whether a container may name its terminal")
    terminal_bell: bool = _entry(True, values.switch, "whether a container's bell rings")
    terminal_clipboard: str = _entry(
        "ask",
        values.one_of("ask", "yes", "no"),
        'whether a container may write the clipboard: "ask" once a session, "yes" or "no"',
    )
    terminal_hand_over: bool = _entry(False, values.switch, "give sessions the whole real terminal in place of a pane")
    keymap: str = _entry(
        values.KEYMAPS[0],
        values.one_of(*values.KEYMAPS),
        'or "lazydocker", "k9s": that program\'s keys, as far as there is the same here; [keys] below counts more',
    )
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Keys in place of an operation's own, by the operation's id, with Textual's names."""
    endpoints: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    """Whether an endpoint is read only, by its name or address; "*" for all others."""

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """The columns of a list, by kind: the ids of those shown, in their order."""
    sort: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The column that a list is sorted by, by kind; `-` before it reverses the order."""

    path: Path | None = field(default=None, compare=False)
    lines: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}), compare=False)

    def read_only(self, names: Iterable[str]) -> bool:
        """Whether the endpoint with these names is read only; of several settings, true wins."""
        own = {name.rstrip("/").casefold() for name in names}
        set_for = {name.rstrip("/").casefold(): value for name, value in self.endpoints.items()}
        found = [value for name, value in set_for.items() if name in own]
        return any(found) if found else set_for.get(EVERY, False)


_ENTRIES = {entry.name: entry.metadata for entry in fields(Settings) if entry.metadata}
_TABLES = ("keys", "endpoints", "columns", "sort")
"""Settings that are checked line by line, so that one error does not discard the others."""
_LISTS: Mapping[str, tuple[values.Check, str]] = {
    "columns": (values.words, 'container = ["name", "status", "image"]'),
    "sort": (values.word, 'container = "-cpu"'),
}
"""The tables with a value for the list of each kind, and an example of one."""


# the file's path


def default_path(environ: Mapping[str, str], home: Path) -> Path:
    """Return `$DOCKERTUI_CONFIG`, else `dockertui/config.toml` in `$XDG_CONFIG_HOME` or `~/.config`."""
    if named := environ.get("DOCKERTUI_CONFIG"):
        return Path(named)
    base = Path(environ.get("XDG_CONFIG_HOME", ""))
    # The XDG base directory specification says to ignore a relative path.
    return (base if base.is_absolute() else home / ".config") / "dockertui" / "config.toml"


def shown(path: Path) -> str:
    """Return the path with the home directory as `~`."""
    home = Path(os.environ.get("HOME") or "/nonexistent")
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


# reading


def load(path: Path, *, required: bool = False) -> tuple[Settings, list[ConfigError]]:
    """Return the settings in the file, and all errors in it, by line.

    A missing file is an error only if it is `required` (the user named it). `dockertui.keymap`, which knows the
    operations, checks whether those named in `keys` exist and whether two share a key.
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
    import tomllib  # many users have no settings, and need not wait for the parser

    from dockertui.config_lines import key_lines

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # Nobody must change an Engine because the line that forbids it is below a syntax error.
        careful = {EVERY: True} if "read_only" in text else {}
        return Settings(path=path, endpoints=MappingProxyType(careful)), [_syntax_error(path, text, error)]
    reading = _Reading(path, key_lines(text))
    settings = reading.settings(document)
    return settings, sorted([*reading.errors, *_exposed(path, text)], key=lambda error: error.line)


_URL_PASSWORD = re.compile(r"://[^/\s@:\"']*:[^/\s@\"']+@")
"""An endpoint's address may contain a password; no other setting can."""


def _exposed(path: Path, text: str) -> Iterator[ConfigError]:
    """Yield an error if the file contains a password and others may read it."""
    lines = (number for number, line in enumerate(text.splitlines(), 1) if _URL_PASSWORD.search(line))
    line = next(lines, 0)
    if line and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        import shlex  # few have one

        remedy = f"chmod 600 {shlex.quote(str(path))}"
        yield ConfigError(path, line, "holds a password, and others may read the file", remedy)


def _syntax_error(path: Path, text: str, error: tomllib.TOMLDecodeError) -> ConfigError:
    """Convert an error whose message has the place: "at line 1, column 2", or "at end of document"."""
    message, _, place = str(error).partition(" (at ")
    numbers = re.findall(r"\d+", place)
    line = int(numbers[0]) if numbers else text.count("\n") + 1
    held = "every default holds, and every Engine is read only" if "read_only" in text else "every default holds"
    return ConfigError(path, line, f"not valid TOML: {message}", f"until it is mended {held}")


class _Reading:
    """A file that is being turned into settings, and the errors so far."""

    def __init__(self, path: Path, lines: Mapping[tuple[str, ...], int]) -> None:
        self.path = path
        self.lines = {".".join(place): line for place, line in reversed(list(lines.items()))}
        self.errors: list[ConfigError] = []

    def settings(self, document: Mapping[str, Any]) -> Settings:
        found: dict[str, Any] = {}
        for name, value in document.items():
            try:
                found[name] = self.checked(name, value)
            except WrongValue as wrong:
                self.wrong(name, wrong)
        return Settings(**found, path=self.path, lines=MappingProxyType(self.lines))

    def checked(self, name: str, value: object) -> object:
        if name not in (*_ENTRIES, *_TABLES):
            raise WrongValue(f"unknown setting {toml(name)}", nearest(name, (*_ENTRIES, *_TABLES)))
        if name == "keys":
            return MappingProxyType(dict(self.keys(value)))
        if name == "endpoints":
            return MappingProxyType(dict(self.endpoints(value)))
        if name in _LISTS:
            return MappingProxyType(dict(self.lists(name, value)))
        return _ENTRIES[name]["check"](name, value)

    def lists(self, name: str, value: object) -> Iterator[tuple[str, object]]:
        """Yield what a table says of the list of each kind."""
        check, remedy = _LISTS[name]
        if not isinstance(value, dict):
            raise WrongValue(f"{name} is a table", f"write [{name}] and below it {remedy}")
        for kind, written in value.items():
            try:
                yield kind, check(f"{name}.{kind}", written)
            except WrongValue as wrong:
                self.wrong(f"{name}.{kind}", wrong)

    def keys(self, value: object) -> Iterator[tuple[str, tuple[str, ...]]]:
        if not isinstance(value, dict):
            raise WrongValue("keys is a table", 'write [keys] and below it lines such as "container.stop" = "s"')
        for operation, written in _flat(value):
            try:
                yield operation, values.keys(f"keys.{operation}", written)
            except WrongValue as wrong:
                self.wrong(f"keys.{operation}", wrong)

    def endpoints(self, value: object) -> Iterator[tuple[str, bool]]:
        """Yield the endpoints; a wrong `read_only` counts as true, since whoever wrote it meant to be careful."""
        if not isinstance(value, dict):
            raise WrongValue("endpoints is a table", _ENDPOINT)
        for place, written in _flat(value):
            endpoint, _, name = place.rpartition(".")
            try:
                if not endpoint:
                    raise WrongValue(f"endpoints.{place} is a table", _ENDPOINT)
                if name != "read_only":
                    raise WrongValue(
                        f"endpoints.{endpoint}: unknown setting {toml(name)}", nearest(name, ["read_only"])
                    )
                yield endpoint, values.switch(f"endpoints.{place}", written)
            except WrongValue as wrong:
                self.wrong(f"endpoints.{place}", wrong)
                if name == "read_only" and endpoint:
                    yield endpoint, True

    def wrong(self, place: str, wrong: WrongValue) -> None:
        self.errors.append(ConfigError(self.path, self.lines.get(place, 0), str(wrong), wrong.remedy))


_ENDPOINT = 'write [endpoints."ssh://prod"] and below it read_only = true'


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Flatten nested tables: an operation's id has a dot, so `container.stop` may be a key or a table's key."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


# output


def show(settings: Settings) -> str:
    """Return the current settings, each with its origin, as a TOML document that `load` can read."""
    rows = [(name, f"{name} = {toml(getattr(settings, name))}", name) for name in _ENTRIES]
    rows += [
        (f"keys.{name}", f"{toml(name)} = {toml(list(keys))}", f"keys.{name}") for name, keys in settings.keys.items()
    ]
    width = max(len(row[1]) for row in rows)
    lines = [f"{text:<{width}}  # {_origin(settings, place)}" for _, text, place in rows]
    plain = len(_ENTRIES)
    table = ["", "[keys]", *lines[plain:]] if settings.keys else []
    for name in _LISTS:
        chosen = {kind: toml(value) for kind, value in getattr(settings, name).items()}
        lines_of = [f"{kind} = {text}  # {_origin(settings, f'{name}.{kind}')}" for kind, text in chosen.items()]
        table += ["", f"[{name}]", *lines_of] if chosen else []
    for name, value in settings.endpoints.items():
        origin = _origin(settings, f"endpoints.{name}.read_only")
        table += ["", f"[endpoints.{toml(name)}]", f"read_only = {toml(value)}  # {origin}"]
    return "\n".join([*lines[:plain], *table, ""])


def _origin(settings: Settings, place: str) -> str:
    if settings.path is None or place not in settings.lines:
        return "default"
    return f"{shown(settings.path)}:{settings.lines[place]}"


_EXAMPLES = """
[endpoints."ssh://prod"]  # by name or address; "*" is every one that is not named
read_only = true          # nothing but reading, as with --read-only; a mistake in this line leaves it so

[keys]                    # an operation's id and its key, or keys
"pane.zoom" = "f11"
"list.filter" = ["/", "ctrl+s"]

[columns]                 # of a kind's list, in their order; they win over what the menu of columns (o) remembers
container = ["state", "name", "status", "ports"]

[sort]                    # the column that a kind's list is sorted by; "-" before it reverses the order
container = "-cpu"
"""


def template() -> str:
    """Return every setting with its default and a comment, and an example of each table, as a TOML document."""
    rows = [(f"{name} = {toml(at['default'])}", at["comment"]) for name, at in _ENTRIES.items()]
    width = max(len(text) for text, _ in rows)
    return "".join(f"{text:<{width}}  # {comment}\n" for text, comment in rows) + _EXAMPLES
