"""libghostty-vt's own encoding of keys, for containers that use more than xterm's classic one.

kitty's keyboard protocol and modifyOtherKeys have many states; the library tracks them and encodes accordingly.
"""

from __future__ import annotations

import weakref
from typing import Any, Final

from pyghostty._ffi import check, ffi, lib

from dockertui.terminal.keys import ALT, CTRL, SHIFT, SUPER, Keystroke
from dockertui.terminal.native_calls import Screen

_MODS: Final = {SHIFT: 1, CTRL: 2, ALT: 4, SUPER: 8}
"""Our modifier bits and those of GhosttyMods."""
_LONGEST: Final = 128
_NAMES: Final = {
    "up": "ARROW_UP", "down": "ARROW_DOWN", "left": "ARROW_LEFT", "right": "ARROW_RIGHT",
    "pageup": "PAGE_UP", "pagedown": "PAGE_DOWN", " ": "SPACE", "-": "MINUS", "=": "EQUAL",
    "[": "BRACKET_LEFT", "]": "BRACKET_RIGHT",
    "\\": "BACKSLASH", ";": "SEMICOLON", "'": "QUOTE", "`": "BACKQUOTE",
    ",": "COMMA", ".": "PERIOD", "/": "SLASH",
}  # fmt: skip
_SHIFTED: Final = dict(zip('~!@#$%^&*()_+{}|:"<>?', "`1234567890-=[]\\;',./", strict=True))
"""What an English keyboard types without shift."""


class KeyEncoder:
    """Encodes keys according to the terminal's current modes."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        encoder, event = ffi.new("GhosttyKeyEncoder*"), ffi.new("GhosttyKeyEvent*")
        check(lib.ghostty_key_encoder_new(ffi.NULL, encoder), "key_encoder_new")
        check(lib.ghostty_key_event_new(ffi.NULL, event), "key_event_new")
        self._encoder, self._event = encoder[0], event[0]
        self._buffer = ffi.new("char[]", _LONGEST)
        self._length = ffi.new("size_t*")
        self._free = weakref.finalize(self, _free, self._encoder, self._event)

    def close(self) -> None:
        """Free the encoder now."""
        self._free()

    @property
    def extended(self) -> bool:
        """Whether the container has turned on kitty's keyboard protocol."""
        return self._screen.kitty_flags() != 0

    def encode(self, key: Keystroke) -> bytes:
        """Return the bytes of a key in all the modes that are set."""
        event, text = self._event, key.character
        typed = text.encode(errors="replace") if text and not key.modifiers & (CTRL | ALT | SUPER) else b""
        plain = _SHIFTED.get(text, text.lower() if len(text.lower()) == 1 else text)
        held = key.modifiers | (SHIFT if plain != text else 0)
        lib.ghostty_key_event_set_action(event, lib.GHOSTTY_KEY_ACTION_PRESS)
        lib.ghostty_key_event_set_key(event, _number(plain or key.name))
        lib.ghostty_key_event_set_mods(event, sum(theirs for ours, theirs in _MODS.items() if held & ours))
        lib.ghostty_key_event_set_consumed_mods(event, _MODS[SHIFT] if plain != text else 0)
        lib.ghostty_key_event_set_utf8(event, typed, len(typed))
        lib.ghostty_key_event_set_unshifted_codepoint(event, ord(plain) if plain else 0)
        lib.ghostty_key_encoder_setopt_from_terminal(self._encoder, self._screen.handle)
        done = lib.ghostty_key_encoder_encode(self._encoder, event, self._buffer, _LONGEST, self._length)
        check(done, "key_encode")
        return bytes(ffi.buffer(self._buffer, self._length[0]))


def _number(name: str) -> Any:
    """Return the library's number of a key."""
    if len(name) == 1 and name.isascii() and name.isalnum():
        known = f"DIGIT_{name}" if name.isdigit() else name.upper()
    else:
        known = _NAMES.get(name, name.upper())
    return getattr(lib, f"GHOSTTY_KEY_{known}", lib.GHOSTTY_KEY_UNIDENTIFIED)


def _free(encoder: Any, event: Any) -> None:
    lib.ghostty_key_event_free(event)
    lib.ghostty_key_encoder_free(encoder)
