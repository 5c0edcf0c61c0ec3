"""The verdict, and phrases that all verdicts use."""

from __future__ import annotations

from typing import Final, NamedTuple

from dockertui.resources import format
from dockertui.resources.why.facts import Death, Facts

_QUOTED: Final = 160


class Verdict(NamedTuple):
    """A diagnosis. `what` follows the container's name in a sentence; `quote` is the container's own last message.

    known: the evidence. likely: possible causes, not proven. todo: what to do next.
    """

    what: str
    style: str = ""
    known: tuple[str, ...] = ()
    likely: tuple[str, ...] = ()
    todo: tuple[str, ...] = ()
    quote: str = ""

    def sentence(self, name: str) -> str:
        """Return the verdict as a sentence."""
        return f"{name} {self.what}{f'; {self.quote}' if self.quote else ''}"


def quoted(text: str) -> str:
    """Return a text short enough for a sentence."""
    said = " ".join(text.split())
    return said if len(said) <= _QUOTED else f"{said[: _QUOTED - 1]}…"


def last_word(facts: Facts) -> str:
    """Return the last line of its log as part of a sentence; "" without one."""
    line = facts.last_words
    if line is None:
        return ""
    return f"last line{' on stderr' if line.stderr else ''}: {quoted(facts.shown(line.text))}"


def after(death: Death) -> str:
    """Return how long it ran, as part of a sentence."""
    return "" if death.lasted is None else f" after {format.lasted(death.lasted)}"


def times(facts: Facts) -> str:
    """Return how many times it has ended, and within which time; "" for the first."""
    count = max(facts.times, 0)
    known = [death.at for death in facts.deaths if death.at is not None]
    span = format.lasted(known[-1] - known[0]) if len(known) > 1 else ""
    if count < 2:
        return ""
    said = f", for the {format.ordinal(count)} time"
    if not span:
        return said
    return f"{said} in {span}" if len(known) >= count else f"{said} ({len(known)} times in {span})"
