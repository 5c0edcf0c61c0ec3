"""Keys, mouse events and pastes as the bytes that a terminal sends, after xterm's control sequences (`ctlseqs`)."""

from __future__ import annotations

from typing import Final, NamedTuple

from dockertui.key_names import CHARACTERS, character_name

SHIFT: Final = 1
ALT: Final = 2
CTRL: Final = 4
SUPER: Final = 8
HYPER: Final = 16
META: Final = 32
_BITS: Final = {"shift": SHIFT, "alt": ALT, "ctrl": CTRL, "super": SUPER, "hyper": HYPER, "meta": META}

_CURSOR_KEYS: Final = {"up": "A", "down": "B", "right": "C", "left": "D", "home": "H", "end": "F"}
_F1_TO_F4: Final = {"f1": "P", "f2": "Q", "f3": "R", "f4": "S"}
_NUMBERED: Final = {
    "insert": 2, "delete": 3, "pageup": 5, "pagedown": 6,
    "f5": 15, "f6": 17, "f7": 18, "f8": 19, "f9": 20, "f10": 21, "f11": 23, "f12": 24,
    "f13": 25, "f14": 26, "f15": 28, "f16": 29, "f17": 31, "f18": 32, "f19": 33, "f20": 34,
}  # fmt: skip
_CHARACTERS: Final = {character_name(chr(code)): chr(code) for code in range(33, 127)} | {"space": " "}
_CONTROLS: Final = {
    " ": "\x00", "@": "\x00", "2": "\x00", "[": "\x1b", "3": "\x1b", "\\": "\x1c", "4": "\x1c",
    "]": "\x1d", "5": "\x1d", "^": "\x1e", "6": "\x1e", "~": "\x1e", "_": "\x1f", "-": "\x1f", "/": "\x1f",
    "7": "\x1f", "?": "\x7f", "8": "\x7f",
}  # fmt: skip

ESC: Final = "\x1b"


class Keystroke(NamedTuple):
    """A key: its name ("up", "f5", "enter") or the character it types, and the modifiers held."""

    name: str
    modifiers: int = 0

    @property
    def character(self) -> str:
        """The character that the key types; empty for a key such as "up"."""
        return self.name if len(self.name) == 1 else ""


def keystroke(key: str, character: str | None) -> Keystroke:
    """Return the keystroke of a Textual key event, from its name and character."""
    *held, base = key.split("+") if not key.endswith("+") else (key,)
    modifiers = sum(_BITS.get(name, 0) for name in set(held))
    if modifiers & SHIFT and len(base) == 1 and not modifiers & CTRL:
        return Keystroke(base.upper(), modifiers)
    if base == "@" or base in CHARACTERS or base == "space":
        typed = character if character and character.isprintable() and len(character) == 1 else ""
        return Keystroke(typed or _CHARACTERS.get(base, base), modifiers)
    if character and len(character) == 1 and character.isprintable() and len(base) != 1:
        return Keystroke(character, modifiers)
    return Keystroke(base, modifiers)


def encode(key: Keystroke, *, application_cursor: bool = False) -> bytes:
    """Return the bytes of a key as xterm sends it, without the extensions (modifyOtherKeys, kitty)."""
    return _encoded(key, application_cursor).encode(errors="replace")


def _encoded(key: Keystroke, application_cursor: bool) -> str:
    name, held = key
    if key.character:
        return _typed(name, held)
    if name in _EDITING:
        return _edited(name, held)
    if name in _CURSOR_KEYS:
        if held:
            return f"{ESC}[1;{held + 1}{_CURSOR_KEYS[name]}"
        return f"{ESC}{'O' if application_cursor else '['}{_CURSOR_KEYS[name]}"
    if name in _F1_TO_F4:
        return f"{ESC}[1;{held + 1}{_F1_TO_F4[name]}" if held else f"{ESC}O{_F1_TO_F4[name]}"
    if name in _NUMBERED:
        return f"{ESC}[{_NUMBERED[name]};{held + 1}~" if held else f"{ESC}[{_NUMBERED[name]}~"
    return ""


def _typed(character: str, held: int) -> str:
    """Encode a character; with ctrl as its control code, if it has one; with alt after an escape."""
    if held & CTRL:
        upper = character.upper()
        character = chr(ord(upper) - 64) if "A" <= upper <= "Z" else _CONTROLS.get(character, character)
    return ESC + character if held & (ALT | META) else character


_EDITING: Final = {"enter": "\r", "tab": "\t", "backspace": "\x7f", "escape": ESC}


def _edited(name: str, held: int) -> str:
    if name == "tab" and held & SHIFT:
        text = f"{ESC}[Z"
    elif name == "backspace" and held & CTRL:
        text = "\x08"
    else:
        text = _EDITING[name]
    return ESC + text if held & ALT else text


# pastes


def is_harmless(text: str) -> bool:
    """Return whether a paste without brackets runs nothing: it has no line end."""
    return "\n" not in text and "\r" not in text


def encode_paste(text: str, *, bracketed: bool) -> bytes:
    """Encode a paste. Control characters other than tab and line end become spaces, so that none can be a key."""
    kept = text.replace("\r\n", "\n").translate(_PASTED)
    if bracketed:
        return b"\x1b[200~" + kept.encode(errors="replace") + b"\x1b[201~"
    return kept.replace("\n", "\r").encode(errors="replace")


_PASTED: Final = {code: " " for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n\r"}


# the mouse

NO_BUTTON: Final = 3
WHEEL_UP: Final = 64
WHEEL_DOWN: Final = 65


class MouseEvent(NamedTuple):
    """A mouse event over the cell (`x`, `y`), counted from 0; in a motion `button` is the one held."""

    button: int
    x: int
    y: int
    pressed: bool = True
    motion: bool = False
    modifiers: int = 0


def encode_mouse(event: MouseEvent, *, sgr: bool, urxvt: bool = False, utf8: bool = False) -> bytes:
    """Encode a mouse report in the container's chosen encoding (modes 1006, 1015, 1005, else X10's).

    What an encoding cannot express is left out: X10's columns end at 223.
    """
    code = event.button + (32 if event.motion else 0)
    held = event.modifiers
    code += (4 if held & SHIFT else 0) + (8 if held & ALT else 0) + (16 if held & CTRL else 0)
    x, y = event.x + 1, event.y + 1
    if sgr:
        return f"{ESC}[<{code};{x};{y}{'M' if event.pressed else 'm'}".encode()
    if not event.pressed:
        code |= NO_BUTTON
    if urxvt:
        return f"{ESC}[{code + 32};{x};{y}M".encode()
    if max(x, y) > (2015 if utf8 else 223):
        return b""
    return b"\x1b[M" + "".join(map(chr, (code + 32, x + 32, y + 32))).encode("utf-8" if utf8 else "latin-1")
