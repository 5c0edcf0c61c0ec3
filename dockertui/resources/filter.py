"""The filter line: plain words and `term:value` words, all of which must match; `!` negates a word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from dockertui.widgets.text import occurrences

T = TypeVar("T")
Terms = Mapping[str, Callable[[T], Iterable[str]]]


class Word(NamedTuple):
    """One word of the line: its term ("" for any), the text to find, and whether that must be absent."""

    term: str
    needle: str
    absent: bool = False


def words(line: str, terms: Iterable[str]) -> list[Word]:
    """Parse a filter line. `nginx:1.27` is a plain word, as `nginx` is no term; an incomplete `label:` is skipped."""
    known = set(terms)
    return [word for token in line.split() if (word := _word(token, known)) is not None]


def _word(token: str, terms: set[str]) -> Word | None:
    absent = token.startswith("!")
    token = token[1:] if absent else token
    term, colon, needle = token.partition(":")
    if colon and term.lower() in terms:
        return Word(term.lower(), needle.lower(), absent) if needle else None
    return Word("", token.lower(), absent) if token else None


class ListFilter(Generic[T]):
    """A filter line for one kind of object: which objects match, and where in a text."""

    def __init__(self, line: str, terms: Terms[T], plain: Sequence[str], prefixes: Sequence[str] = ()) -> None:
        """Plain words are searched in the terms `plain` and `prefixes`; in those of `prefixes` only at the start."""
        self.line = line
        self._terms = terms
        self._plain = plain
        self._prefixes = prefixes
        self._words = words(line, terms)

    def __bool__(self) -> bool:
        return bool(self._words)

    def matches(self, item: T) -> bool:
        """Whether every word of the line matches `item`, ignoring case."""
        return all(self._matches(word, item) for word in self._words)

    def _matches(self, word: Word, item: T) -> bool:
        names = [word.term] if word.term else [*self._plain, *self._prefixes]
        return any(self._found(word.needle, name, item) for name in names) is not word.absent

    def _found(self, needle: str, name: str, item: T) -> bool:
        texts = (text.lower() for text in self._terms[name](item))
        if name in self._prefixes:
            return any(text.startswith(needle) for text in texts)
        return any(needle in text for text in texts)

    def spans(self, column: str, text: str) -> list[tuple[int, int]]:
        """Return start and end of each match in a column's text. A word with a term matches in its column only."""
        needles = [
            word.needle
            for word in self._words
            if not word.absent and (column == word.term if word.term else column in self._plain)
        ]
        return sorted(span for needle in needles for span in occurrences(text, needle))
