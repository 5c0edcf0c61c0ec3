"""The names of keys, as written in the settings file and as Textual has them.

They are known here without Textual, so that `dockertui config show` checks a keymap without importing it; a test keeps
this list equal to Textual's.
"""

from __future__ import annotations

import difflib
import unicodedata
from functools import cache

MODIFIERS = ("alt", "ctrl", "hyper", "meta", "shift", "super")
"""In the order in which Textual writes them before a key."""

NAMED = frozenset(
    {"escape", "enter", "tab", "backspace", "space", "insert", "delete", "home", "end", "pageup", "pagedown"}
    | {"left", "right", "up", "down"}
    | {f"f{number}" for number in range(1, 25)}
)

ALIASES = {
    "esc": "escape",
    "return": "enter",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "pgdown": "pagedown",
    "del": "delete",
    "ins": "insert",
    "bs": "backspace",
    "control": "ctrl",
    "option": "alt",
    "cmd": "super",
    " ": "space",
}
"""Common aliases."""

INDISTINCT = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape"}
"""Keys that most terminals send as the same byte as another key."""

_SHORTENED = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}


class KeyNameError(ValueError):
    """A key that no terminal can send, or that is no key's name; `remedy` says what to write instead."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


@cache
def textual_name(text: str) -> str:
    """Return Textual's name of the key `text`: `?` is `question_mark`, `shift+a` is `A`.

    Raises KeyNameError with a remedy.
    """
    *modifiers, base = _split(text)
    unknown = [modifier for modifier in modifiers if modifier not in MODIFIERS]
    if unknown:
        raise KeyNameError(f"unknown modifier {unknown[0]!r} in {text!r}", f"use {', '.join(MODIFIERS)}")
    base, held = _letter_case(_base(base, text), frozenset(modifiers))
    key = "+".join([*sorted(held), base])
    if key in INDISTINCT:
        raise KeyNameError(f"a terminal sends {text!r} as {INDISTINCT[key]}", "choose another key")
    return key


def character_name(character: str) -> str:
    """Return Textual's name of a printable character's key: itself for letters and digits, else its Unicode name."""
    if character.isalnum():
        return character
    name = unicodedata.name(character, character).lower().replace("-", "_").replace(" ", "_")
    return _SHORTENED.get(name, name)


CHARACTERS = frozenset(character_name(chr(code)) for code in range(33, 127))
"""The names of the characters on an English keyboard; any other printable character also is a key."""


def _split(text: str) -> list[str]:
    """Split at `+`; a last `+` is the key itself: `ctrl++` is ctrl and plus."""
    if text == "+" or text.endswith("++"):
        parts = [*text[:-1].rstrip("+").split("+"), "+"] if text != "+" else ["+"]
    else:
        parts = text.split("+")
    return [*(ALIASES.get(part.strip().lower(), part.strip().lower()) for part in parts[:-1]), parts[-1]]


def _base(word: str, text: str) -> str:
    if len(word) == 1 and word.isprintable():
        return ALIASES.get(word) or character_name(word)
    word = word.strip()
    spoken = ALIASES.get(word.lower(), word.lower())
    if spoken in NAMED or spoken in CHARACTERS:
        return spoken
    near = difflib.get_close_matches(spoken, [*NAMED, *ALIASES], n=1)
    raise KeyNameError(
        f"{text!r} is no key" if text else "an empty key",
        f"did you mean '{near[0]}'?" if near else "write a character, or a name such as enter, f5, ctrl+a",
    )


def _letter_case(base: str, modifiers: frozenset[str]) -> tuple[str, frozenset[str]]:
    """Apply shift to a letter: terminals send the capital for it, and have no capitals with other modifiers."""
    if len(base) > 1 or not base.isalpha():
        return base, modifiers
    if modifiers == {"shift"}:
        return base.upper(), frozenset()
    return (base.lower() if modifiers else base), modifiers
