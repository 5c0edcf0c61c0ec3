"""Secrets in a form's initial values: shown masked, and restored wherever the mask is unchanged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dockertui.masking import MASK, masked_words
from dockertui.operations.command_body import InvalidValue

_SIGN = MASK[0]


class FormSecrets:
    """The secrets of one field. `cover` masks them in a value, `lift` restores them in the edited value."""

    def __init__(self) -> None:
        self._hidden: list[tuple[str, str]] = []

    def cover(self, value: Any) -> Any:
        """Return the value with its secrets masked: a text, or several words."""
        true = _words(value)
        shown = masked_words(true)
        self._hidden = [pair for pair in zip(shown, true, strict=True) if pair[0] != pair[1]]
        return tuple(shown) if isinstance(value, tuple) else shown[0] if true else value

    @property
    def hides(self) -> bool:
        """Whether the value covered last has a secret."""
        return bool(self._hidden)

    def lift(self, value: Any) -> Any:
        """Return the value with the secrets in place of their masks. Raises InvalidValue for an edited mask."""
        left = list(self._hidden)
        true = [self._lifted(word, left) for word in _words(value)]
        return tuple(true) if isinstance(value, tuple) else true[0] if true else value

    def _lifted(self, word: str, left: list[tuple[str, str]]) -> str:
        found = next((pair for pair in left if pair[0] == word), None)
        if found is not None:
            left.remove(found)
            return found[1]
        if self._hidden and _SIGN in word:
            raise InvalidValue(f"{word}: type it whole, or ctrl+r shows what is hidden")
        return word


def _words(value: Any) -> list[str]:
    """Return the texts of a value; none for a number or a flag."""
    if isinstance(value, str):
        return [value]
    return list(value) if isinstance(value, Iterable) else []
