"""The query of a log's search and filter: a word or a regular expression."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from dockertui.widgets.log_store import MARK, STDERR, Block, LogStore
from dockertui.widgets.log_text import Level, grave, last_states, lines_with
from dockertui.widgets.sgr import plain

T = TypeVar("T")

LINE_LIMIT = 0.05
"""Seconds of CPU time that an expression may take for one line, if it is not certain to end soon."""
BLOCK_LIMIT = 0.5
"""The same for a block of some hundred lines."""
QUICK = 2000
"""Characters of a line below which a simple pattern is certain to end soon."""
_CHOICES = 4
NEVER = re.compile(r"(?!)")
REGEX_SIGN = "~"
INVERSE_SIGN = "!"


class Query:
    """A typed query: `word` or `~regular expression`, with `!` before it for lines without it.

    Case counts only if the query contains a capital. `error` says what is wrong with an expression, or that it is too
    slow: one with repeats within repeats can take years on a line of some dozen characters. Such a query finds nothing.
    An empty one is false. `shown_as` converts a line to the text shown for it, if that differs; of a line with carriage
    returns only the last state counts in any case.
    """

    def __init__(self, line: str = "", shown_as: Callable[[str], str] | None = None) -> None:
        self.line = line
        self._shown_as = shown_as
        self.error = ""
        self.inverse = line.startswith(INVERSE_SIGN)
        text = line[1:] if self.inverse else line
        self._is_word = not text.startswith(REGEX_SIGN)
        self._text = text if self._is_word else text[1:]
        self._fold = self._text == self._text.lower()
        self._quick_up_to = QUICK if self._is_word or is_simple(self._text) else 0
        self._bounded: Any = None
        """The expression compiled by `regex`, which supports a timeout; loaded when needed."""
        self._pattern = self._compiled(re.escape(self._text) if self._is_word else self._text)

    def __bool__(self) -> bool:
        return bool(self._text)

    def _compiled(self, pattern: str) -> re.Pattern[str]:
        try:
            return re.compile(pattern, re.IGNORECASE if self._fold else 0)
        except (re.error, OverflowError, RecursionError) as error:
            self.error = f"{error}"
            return NEVER

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return the matches in cleaned text; none for an inverse query."""
        if not self or self.inverse:
            return []
        found = self._match(text, lambda pattern, **limit: [match.span() for match in pattern.finditer(text, **limit)])
        return [(start, end) for start, end in found or () if end > start]

    def matches(self, text: str) -> bool:
        """Return whether a line without its escape sequences matches; for an inverse query, whether it does not."""
        found = self._match(text, lambda pattern, **limit: pattern.search(text, **limit))
        return (found is not None) is not self.inverse

    def _match(self, text: str, look: Callable[..., T]) -> T | None:
        """Return what `look` finds, by the fast pattern if that is certain to end soon, else with a time limit."""
        if self._is_word or self.error or len(text) < self._quick_up_to:
            return look(self._pattern)
        try:
            return look(self._with_limit(), timeout=LINE_LIMIT)
        except TimeoutError:
            self.give_up(f"too dear: a line of {len(text):,} characters took over {LINE_LIMIT:g} s")
            return look(self._pattern)

    def _with_limit(self) -> Any:
        if self._bounded is None:
            import regex  # loading it takes longer than everything that the first paint of a log needs

            try:
                self._bounded = regex.compile(self._text, regex.IGNORECASE if self._fold else 0)
            except regex.error as error:
                self.give_up(f"{error}")
                self._bounded = regex.compile(NEVER.pattern)
        return self._bounded

    def give_up(self, why: str) -> None:
        self.error, self._pattern, self._quick_up_to = why, NEVER, QUICK

    def hits(self, block: Block) -> Iterator[int]:
        """Yield the numbers of the block's lines that match, ascending. A word costs only where it occurs."""
        text = plain(last_states(block.text))
        if self._shown_as is not None:
            text = "\n".join([self._shown_as(line).replace("\n", " ") for line in text.split("\n")])
        if self._is_word and not self.inverse:
            found = lines_with(text.lower() if self._fold else text, self._text)
            yield from (block.first + place for place in found)
            return
        until = time.process_time() + BLOCK_LIMIT
        search, inverse, quick = self._pattern.search, self.inverse, self._quick_up_to
        for number, line in enumerate(text.split("\n"), block.first):
            if (search(line) is not None) is not inverse if len(line) < quick else self.matches(line):
                yield number
            if not self._quick_up_to and time.process_time() > until:
                self.give_up(f"too dear: {number - block.first + 1:,} lines took over {BLOCK_LIMIT:g} s")


def is_simple(pattern: str) -> bool:
    """Return whether a pattern takes at most quadratic time: a single repeat and no choice, or few choices and no
    repeat.

    Only its characters are counted, also escaped ones: taking a pattern for worse than it is costs little.
    """
    repeats, choices = sum(map(pattern.count, "*+{")), pattern.count("|") + pattern.count("?")
    return repeats + choices == 1 or (not repeats and choices <= _CHOICES)


class LogFilter(NamedTuple):
    """Which lines are shown: those matching the query, from a level (WARN or worse) on, of stderr; marks always."""

    query: Query = Query()
    least: Level = Level.NONE
    stderr: bool = False

    def __bool__(self) -> bool:
        return bool(self.query) or self.least > Level.NONE or self.stderr

    def hits(self, block: Block) -> list[int]:
        """Return the numbers of the block's lines that are shown."""
        first, metas = block.first, block.metas
        found: list[int] = list(self.query.hits(block)) if self.query else list(range(first, block.end))
        if self.stderr:
            found = [number for number in found if metas[number - first] & STDERR]
        if self.least and found:
            grades = grave(block.text)
            grave_ones = {first + place for place, grade in grades if grade >= self.least}
            found = [number for number in found if number in grave_ones]
        marks = {number for number, meta in enumerate(metas, first) if meta & MARK} if any(metas) else set()
        return sorted(marks.union(found)) if marks else found


class LogSearch(NamedTuple):
    """Which lines a search finds: those of a query, among those that a filter keeps."""

    query: Query = Query()
    kept: LogFilter = LogFilter()

    def __bool__(self) -> bool:
        return bool(self.query)

    def hits(self, block: Block) -> list[int]:
        """Return the numbers of the block's lines that it finds."""
        found = list(self.query.hits(block))
        return found if not self.kept or not found else sorted(set(found).intersection(self.kept.hits(block)))


def find(
    store: LogStore, keeps: Callable[[Block], Iterator[int]], start: int, stop: int, *, backwards: bool = False
) -> Iterator[int | None]:
    """Yield the numbers of the kept lines from `start` to `stop`, in the direction asked for; None after each block.

    At a None the caller may check how much time has passed.
    """
    blocks = store.blocks(start, stop)
    for block in reversed(blocks) if backwards else blocks:
        numbers = [number for number in keeps(block) if start <= number < stop]
        yield from reversed(numbers) if backwards else numbers
        yield None
