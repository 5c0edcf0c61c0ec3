"""The filter line: plain words and `term:value` words, all of which must match; `!` negates a word.

`~` begins a regular expression that goes on to the end of the line, as in a log.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from dockertui.widgets.text import occurrences

if TYPE_CHECKING:
    from dockertui.resources.similar import Similar
    from dockertui.widgets.log_query import Query

T = TypeVar("T")
Terms = Mapping[str, Callable[[T], Iterable[str]]]

TIME_LIMIT = 0.5
"""Seconds of CPU time that an expression may take, unless it takes less than `OBJECT_LIMIT` for each object."""
OBJECT_LIMIT = 0.0001
_EXPRESSION = re.compile(r"(?:^|(?<=\s))!?(?:\w+:)?~")


class Word(NamedTuple):
    """One word of the line: its term ("" for any), the text to find, and whether that must be absent.

    An expression begins with `~`, and keeps its case.
    """

    term: str
    needle: str
    absent: bool = False


def words(line: str, terms: Iterable[str]) -> list[Word]:
    """Parse a filter line. `nginx:1.27` is a plain word, as `nginx` is no term; an incomplete `label:` is skipped."""
    known = set(terms)
    expression = next((at.start() for at in _EXPRESSION.finditer(line) if _is_expression(at[0], known)), len(line))
    tokens = [*line[:expression].split(), *filter(None, [line[expression:].rstrip()])]
    return [word for token in tokens if (word := _word(token, known)) is not None]


def _is_expression(sign: str, terms: set[str]) -> bool:
    term = sign.removeprefix("!").rstrip(":~")
    return not term or term.lower() in terms


def _word(token: str, terms: set[str]) -> Word | None:
    absent = token.startswith("!")
    token = token[1:] if absent else token
    term, colon, needle = token.partition(":")
    if not colon or term.lower() not in terms:
        term, needle = "", token
    needle = needle if needle.startswith("~") else needle.lower()
    return Word(term.lower(), needle, absent) if needle.removeprefix("~") else None


class ListFilter(Generic[T]):
    """A filter line for one kind of object: which objects match, and where in a text."""

    def __init__(self, line: str, terms: Terms[T], plain: Sequence[str], prefixes: Sequence[str] = ()) -> None:
        """Plain words are searched in the terms `plain` and `prefixes`; in those of `prefixes` only at the start.

        An expression is searched in `plain`, or in its term.
        """
        self.line = line
        self._terms = terms
        self._plain = plain
        self._prefixes = prefixes
        self._words = words(line, terms)
        self._expression: tuple[Word, Query] | None = None
        if self._words and self._words[-1].needle.startswith("~"):
            from dockertui.widgets.log_query import Query  # few filters have an expression

            word = self._words.pop()
            self._expression = word, Query(word.needle)
        self._spent = 0.0
        self._searched = 0

    def __bool__(self) -> bool:
        return bool(self._words) or self._expression is not None

    @property
    def similar(self) -> Similar | None:
        """What is similar to the words in a name; None if the line has terms, negations or an expression."""
        if not self._words or any(word.term or word.absent for word in self._words) or self._expression is not None:
            return None
        from dockertui.resources.similar import Similar  # most filters find what they are for

        return Similar([word.needle for word in self._words])

    @property
    def error(self) -> str:
        """What is wrong with the expression, or that it is too slow: then nothing matches, negated or not."""
        return self._expression[1].error if self._expression is not None else ""

    def matches(self, item: T) -> bool:
        """Whether every word of the line matches `item`, ignoring case."""
        if not all(self._matches(word, item) for word in self._words):
            return False
        return self._expression is None or self._expressed(*self._expression, item)

    def _matches(self, word: Word, item: T) -> bool:
        names = [word.term] if word.term else [*self._plain, *self._prefixes]
        return any(self._found(word.needle, name, item) for name in names) is not word.absent

    def _expressed(self, word: Word, query: Query, item: T) -> bool:
        """Whether the expression matches; it is given up when it is too slow for thousands of objects at each key."""
        if query.error:
            return False
        before = time.process_time()
        names = [word.term] if word.term else self._plain
        found = any(query.matches(text) for name in names for text in self._terms[name](item))
        self._spent += time.process_time() - before
        self._searched += 1
        if self._spent > TIME_LIMIT and self._spent > OBJECT_LIMIT * self._searched:
            query.give_up(f"too dear: {self._searched:,} objects took over {TIME_LIMIT:g} s")
        return found is not word.absent and not query.error

    def _found(self, needle: str, name: str, item: T) -> bool:
        texts = (text.lower() for text in self._terms[name](item))
        if name in self._prefixes:
            return any(text.startswith(needle) for text in texts)
        return any(needle in text for text in texts)

    def spans(self, column: str, text: str) -> list[tuple[int, int]]:
        """Return start and end of each match in a column's text. A word with a term matches in its column only."""
        found = [
            span for word in self._words if self._is_marked(word, column) for span in occurrences(text, word.needle)
        ]
        if self._expression is not None and self._is_marked(self._expression[0], column):
            found += self._expression[1].spans(text)
        return sorted(found)

    def _is_marked(self, word: Word, column: str) -> bool:
        return not word.absent and (column == word.term if word.term else column in self._plain)
