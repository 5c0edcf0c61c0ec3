"""The checks of settings: each converts a value, or says why it cannot be used; and values as TOML."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable

from dockertui.key_names import KeyNameError, textual_name

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
"""Textual's themes."""

AUTO = "auto"
KEYMAPS = ("default", "lazydocker", "k9s")
"""The keymaps: this program's keys, and those of `dockertui.operations.keymaps`."""


Check = Callable[[str, object], object]
"""Convert the value of the setting of this name, or raise WrongValue."""


class WrongValue(ValueError):
    """A value that cannot be used, with a remedy."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def keys(place: str, written: object) -> tuple[str, ...]:
    """Return keys with Textual's names, from one key or a list."""
    listed = [written] if isinstance(written, str) else written
    if not isinstance(listed, list) or not all(isinstance(key, str) for key in listed):
        remedy = 'write "s", or a list such as ["s", "f5"]; an empty list takes the key away'
        raise WrongValue(f"{place}: not a key", remedy)
    try:
        return tuple(dict.fromkeys(textual_name(key) for key in listed))
    except KeyNameError as error:
        raise WrongValue(f"{place}: {error}", error.remedy) from error


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return a remedy that names the closest choice, or all choices."""
    names = list(choices)
    close = difflib.get_close_matches(word, names, n=1)
    return f"did you mean '{close[0]}'?" if close else f"choose one of {', '.join(names)}"


def one_of(*choices: str) -> Check:
    """Return a check that accepts only these words."""
    written = ", ".join(map(toml, choices[:-1])) + f" or {toml(choices[-1])}"

    def check(name: str, value: object) -> str:
        if value not in choices:
            raise WrongValue(f"{name} cannot be {toml(value)}", f"write {written}")
        return str(value)

    return check


def switch_or_auto(name: str, value: object) -> bool | str:
    """Return true, false or "auto"."""
    if not isinstance(value, bool) and value != AUTO:
        raise WrongValue(f"{name} cannot be {toml(value)}", f"write true, false or {toml(AUTO)}")
    return value


def whole(least: int, most: float, remedy: str) -> Check:
    """Return a check that accepts whole numbers from `least` to `most`; `remedy` says so."""

    def check(name: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise WrongValue(f"{name} cannot be {toml(value)}", remedy)
        return value

    return check


def theme(_: str, value: object) -> str:
    """Check a theme's name, or `AUTO`."""
    if not isinstance(value, str) or value not in (AUTO, *THEMES):
        raise WrongValue(f"unknown theme {toml(value)}", nearest(str(value), (AUTO, *THEMES)))
    return value


def word(name: str, value: object) -> str:
    """Check a text that is not empty."""
    if not isinstance(value, str) or not value:
        raise WrongValue(f"{name} cannot be {toml(value)}", "write one word in quotes")
    return value


def words(name: str, value: object) -> tuple[str, ...]:
    """Check a list of texts."""
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise WrongValue(f"{name} is not a list of words", 'write a list such as ["name", "status"]')
    return tuple(dict.fromkeys(value))


def switch(name: str, value: object) -> bool:
    """Check a boolean."""
    if not isinstance(value, bool):
        raise WrongValue(f"{name}: {toml(value)} is neither true nor false", "write true or false, without quotes")
    return value


def seconds(name: str, value: object) -> float:
    """Check a period in seconds, from 0.5 to 3600."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.5 <= value <= 3600:
        raise WrongValue(f"{name} cannot be {toml(value)}", "write seconds, from 0.5 to 3600")
    return float(value)


def key(name: str, value: object) -> str:
    """Check a single key that types no character; return Textual's name."""
    found = keys(name, value) if isinstance(value, str) else ()
    if len(found) != 1 or not found[0].startswith(("ctrl+", "alt+", "f")) or len(found[0]) < 2:
        raise WrongValue(
            f"{name} cannot be {toml(value)}", 'write one key that types nothing, such as "ctrl+]" or "f12"'
        )
    return found[0]


def toml(value: object) -> str:
    """Return a value as TOML, with control characters escaped."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, str):
        return f'"{"".join(map(_escaped, value))}"'
    return str(value)


def _escaped(character: str) -> str:
    if character in '\\"':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
