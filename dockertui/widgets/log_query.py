"""What is looked for in a log: a word or a regular expression, as search and as filter type it."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dockertui.widgets.log_store import MARK, STDERR, Block, LogStore
from dockertui.widgets.log_text import Level, level
from dockertui.widgets.sgr import plain

REGEX_SIGN = "~"
INVERSE_SIGN = "!"


class Query:
    """A typed line: `word`, `~regular expression`, either after `!` for lines without it.

    Letter case counts only when there is a capital in it. `error` says what is wrong with an expression; such a query
    finds nothing. An empty one is false.
    """

    def __init__(self, line: str = "") -> None:
        self.line = line
        self.error = ""
        self.inverse = line.startswith(INVERSE_SIGN)
        text = line[1:] if self.inverse else line
        is_regex = text.startswith(REGEX_SIGN)
        self._text = text[1:] if is_regex else text
        self._fold = self._text == self._text.lower()
        self._pattern = self._compiled(self._text if is_regex else re.escape(self._text))
        self._is_word = not is_regex

    def __bool__(self) -> bool:
        return bool(self._text)

    def _compiled(self, pattern: str) -> re.Pattern[str]:
        try:
            return re.compile(pattern, re.IGNORECASE if self._fold else 0)
        except re.error as error:
            self.error = f"{error}"
            return re.compile(r"(?!)")

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where it stands in cleaned text; for an inverse one nowhere."""
        if not self or self.inverse:
            return []
        return [found.span() for found in self._pattern.finditer(text) if found.end() > found.start()]

    def keeps(self, text: str) -> bool:
        """Whether a line, without its escape sequences, holds it; or does not, for an inverse one."""
        return (self._pattern.search(text) is not None) is not self.inverse

    def hits(self, block: Block) -> Iterator[int]:
        """The numbers of the block's lines that it keeps, ascending. A word costs only where it stands."""
        text = plain(block.text)
        if self._is_word and not self.inverse:
            yield from _lines_with(text.lower() if self._fold else text, self._text, block.first)
        else:
            yield from (n for n, line in enumerate(text.split("\n"), block.first) if self.keeps(line))


def _lines_with(text: str, word: str, first: int) -> Iterator[int]:
    at, line_from, number = text.find(word), 0, first
    while at >= 0:
        number += text.count("\n", line_from, at)
        yield number
        line_from = text.find("\n", at)
        if line_from < 0:
            return
        at = text.find(word, line_from)


class Filter(NamedTuple):
    """Which lines are shown: those that the query keeps, from a level on, of stderr alone; marks always."""

    query: Query = Query()
    least: Level = Level.NONE
    stderr: bool = False

    def __bool__(self) -> bool:
        return bool(self.query) or self.least > Level.NONE or self.stderr

    def hits(self, block: Block) -> list[int]:
        """The numbers of the block's lines that are shown."""
        first, metas = block.first, block.metas
        found: list[int] = list(self.query.hits(block)) if self.query else list(range(first, block.end))
        if self.stderr:
            found = [number for number in found if metas[number - first] & STDERR]
        if self.least and found:
            texts = block.text.split("\n")
            found = [number for number in found if level(texts[number - first]) >= self.least]
        marks = {number for number, meta in enumerate(metas, first) if meta & MARK} if any(metas) else set()
        return sorted(marks.union(found)) if marks else found


def find(
    store: LogStore, keeps: Callable[[Block], Iterator[int]], start: int, stop: int, *, backwards: bool = False
) -> Iterator[int | None]:
    """The lines from one number to another that are kept, in the direction asked for; None after each block.

    The Nones are where whoever searches may look at the time.
    """
    blocks = store.blocks(start, stop)
    for block in reversed(blocks) if backwards else blocks:
        numbers = [number for number in keeps(block) if start <= number < stop]
        yield from reversed(numbers) if backwards else numbers
        yield None
