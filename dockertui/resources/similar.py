"""Names similar to what was typed: its characters in their order, with others between them, as in `grfa` for grafana.

For a filter that nothing matches. Initials and long pieces count as closer than characters here and there.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from operator import itemgetter

_AT_START, _WITHIN = 0.5, 1.5
"""What a piece of the text costs that begins a word, and one that does not."""


class Similar:
    """The names similar to all of the words."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = [word.lower() for word in words]

    def distance(self, name: str) -> float | None:
        """Return how far a name is from the words; None if it is not similar."""
        name = name.lower()
        found = [_closest(word, name) for word in self._words]
        return None if None in found else sum(cost for cost, _ in filter(None, found))

    def spans(self, name: str) -> list[tuple[int, int]]:
        """Return start and end of each piece of a name that is of the words."""
        name = name.lower()
        return [(at, at + 1) for word in self._words for at in (_closest(word, name) or (0, []))[1]]


def _closest(word: str, text: str) -> tuple[float, list[int]] | None:
    """Return the least cost of a word in a text, and the places of its characters; None if there is none so small."""
    rest = iter(text)
    if not all(character in rest for character in word):
        return None
    starts = [at for at, character in enumerate(text) if character == word[0]]
    ways = [places for start in starts for initials in (True, False) if (places := _walk(word, text, start, initials))]
    cost, places = min([(_cost(text, places), places) for places in ways], key=itemgetter(0))
    return (cost, places) if int(cost * 10) <= len(word) * 10 else None


def _walk(word: str, text: str, start: int, initials: bool) -> list[int]:
    """Return the places of a word's characters from `start` on: the next one, a word's first, or any; [] if none."""
    places = [start]
    for character in word[1:]:
        at = places[-1] + 1
        if text[at : at + 1] != character:
            beginning = (here for here in range(at, len(text)) if text[here] == character and _begins(text, here))
            at = next(beginning, -1) if initials else -1
            at = text.find(character, places[-1] + 1) if at < 0 else at
        if at < 0:
            return []
        places.append(at)
    return places


def _cost(text: str, places: Sequence[int]) -> float:
    starts = [places[0], *(after for before, after in pairwise(places) if after != before + 1)]
    pieces = sum(_AT_START if _begins(text, start) else _WITHIN for start in starts)
    return pieces + (places[-1] - places[0]) / 1000  # of equals, what is closer together


def _begins(text: str, at: int) -> bool:
    return not at or not text[at - 1].isalnum()
