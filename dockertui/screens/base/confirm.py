"""The one question before something that harms: what is affected, the answers, and the lines that do the same.

Enter never does it, wherever the cursor is: the answer's own key does, and a click on it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from rich.cells import cell_len
from textual import events
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.geometry import Size
from textual.widget import AwaitMount

from dockertui.operations.base import Context
from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command_body import Option, Values
from dockertui.screens.base.bindings import bindings, catalogue_of
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.page import Field, Page, Section
from dockertui.widgets.page_lines import Wrapping, label_width, page_lines, value_column
from dockertui.widgets.screen import Dialog

NAMED = 12
"""Objects that are named one by one; of more, the rest is counted."""
YES = "y"
"""The answer whose key is the catalogue's; others have the key that the question names."""
QUIET = 0.5
"""Seconds without a key after which a question that did not come at once takes answers, and any question takes clicks:
a second click at once was meant for what stood there before.
"""
_SHARE = 0.92
"""Of the screen's height, at most."""
_FRAME = 4
"""Lines beside page and flags: border, title, answers."""

Told = Callable[[Values, bool], Sequence[Section]]
"""Sections for the flags as they stand; the second argument says whether secrets are shown."""


class Answer(NamedTuple):
    """A way to answer: its key, and what it does. `harms`: it is painted as what cannot be taken back."""

    key: str
    label: str
    harms: bool = True


class Answered(NamedTuple):
    """The key of the answer that was given, and the values with the flags as they were set."""

    key: str
    values: Values


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    affected, by_hand: made anew for every change of the flags; the latter is folded away until it is asked for.
    sudden: no key of the user's led here, or not at once, so that keys typed for something else are not to answer it.
    """

    title: str
    answers: Sequence[Answer]
    affected: Told
    by_hand: Told | None = None
    flags: Sequence[Option] = ()
    values: Values = field(default_factory=dict)
    cancel: str = "cancel"
    sudden: bool = False


class QuestionPage(Page):
    """The page in the dialog, as high as what it says."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.QUESTION)

    def __init__(self, hears: Callable[[str], bool]) -> None:
        super().__init__()
        self._hears = hears

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        room = width - 1  # beside the position mark
        labels = label_width(self._sections, room)
        return len(page_lines(self._sections, labels, Wrapping(room - value_column(labels) - 1)))

    async def take_key(self, event: events.Key) -> bool:
        return self._hears(event.key)


class ConfirmScreen(Dialog[Answered | None]):
    """Asks; the result is the answer, or None for no."""

    place = Context.QUESTION
    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.QUESTION, Context.EVERYWHERE)

    def __init__(self, question: Question, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._question = question
        self._values: dict[str, Any] = dict(question.values)
        self._reveal = self._unfolded = False
        self._shown_at = self._last_key = time.monotonic()
        self._page = QuestionPage(self._hear)
        self._title = Bar(classes="title")
        self._flags = [Bar(classes="flag") for _ in question.flags]
        self._answers = Bar(classes="answers")

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield self._title
            yield self._page
            yield from self._flags
            yield self._answers

    def on_mount(self) -> None:
        self._shown_at = self._last_key = time.monotonic()
        self._title.update([Piece(self._question.title, "title", least=cell_len(self._question.title))])
        self._show()
        self.on_resize()
        self._page.focus()

    def on_resize(self) -> None:
        """Page and answers fit on the screen; what the page cannot show at once is scrolled to."""
        room = int(self.app.size.height * _SHARE) - _FRAME - len(self._flags)
        self._page.styles.max_height = max(1, room)

    def _hear(self, key: str) -> bool:
        """Whether a key answers, or is not taken: one that was typed for something else."""
        now = time.monotonic()
        quiet, self._last_key = now - self._last_key, now
        if self._question.sudden and quiet < QUIET:
            return True
        return key != YES and self._answer(key)

    def _answer(self, key: str) -> bool:
        """Give the answer of this key; whether the question has it."""
        has = any(answer.key == key for answer in self._question.answers)
        if has:
            self.dismiss(Answered(key, self._values))
        return has

    def _told(self, reveal: bool) -> list[Section]:
        question = self._question
        by_hand = question.by_hand(self._values, reveal) if question.by_hand is not None and self._unfolded else ()
        return [*question.affected(self._values, reveal), *by_hand]

    def _show(self) -> None:
        for number, (bar, option) in enumerate(zip(self._flags, self._question.flags, strict=True)):
            sign = "[x]" if self._values[option.id] else "[ ]"
            text = ((self._key(f"flag_{number + 1}"), "key"), (f" {sign} {option.label}", ""))
            bar.update([Piece(text, action=f"flag({number})")])
        self._page.show(self._told(self._reveal))
        self._page.refresh(layout=True)
        self._show_answers()

    def _show_answers(self) -> None:
        question, key = self._question, self._key
        pieces = [
            Piece(((key("yes") if given == YES else given, "key"), (f" {label}", "bad" if harms else "")),
                  action=f"answer({given!r})")
            for given, label, harms in question.answers
        ]  # fmt: skip
        pieces.append(Piece(((key("refuse", 2), "key"), (f" {question.cancel}", "")), action="refuse"))
        if question.by_hand is not None:
            equivalent = ((key("unfold"), "key"), (" equivalent commands", "dim"))
            pieces.append(Piece(equivalent, action="unfold", priority=1))
        if self._reveal or self._told(True) != self._told(False):
            pieces.append(Piece(((key("reveal"), "key"), (" secrets", "dim")), action="reveal", priority=1))
        self._answers.update(pieces)

    def _key(self, name: str, limit: int = 1) -> str:
        return catalogue_of(self.app).keys_shown(BY_ID[f"question.{name}"], limit)

    def action_flag(self, number: int) -> None:
        """Turn a flag round; what goes with the objects may be something else then."""
        if number < len(self._question.flags):
            id = self._question.flags[number].id
            self._values[id] = not self._values[id]
            self._show()

    def action_reveal(self) -> None:
        self._reveal = not self._reveal
        self._show()

    def action_unfold(self) -> None:
        self._unfolded = not self._unfolded and self._question.by_hand is not None
        self._show()

    def action_answer(self, key: str) -> None:
        self._answer(key)

    def action_refuse(self) -> None:
        self.dismiss(None)

    async def on_bar_pressed(self, event: Bar.Pressed) -> None:
        event.stop()
        if time.monotonic() - self._shown_at >= QUIET:
            await self.run_action(event.action)

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)


def ask(app: App[Any], question: Question, answered: Callable[[Answered], object], id: str = "") -> AwaitMount:
    """Put a question; `answered` hears of an answer that is not no. Await it, and the next key is for the question."""

    def told(answer: Answered | None) -> None:
        if answer is not None:
            answered(answer)

    return app.push_screen(ConfirmScreen(question, id=id or None), told)


def affected(objects: Sequence[tuple[str, Sequence[str]]] | Mapping[str, Sequence[str]]) -> Section:
    """The objects by name with what goes with each; of many the first, and how many more."""
    told = list(objects.items()) if isinstance(objects, Mapping) else list(objects)
    fields = [Field(name, list(words) or "-") for name, words in told[:NAMED]]
    if len(told) > NAMED:
        fields.append(Field("…", f"and {len(told) - NAMED} more", "warn"))
    return Section("Affected", fields)
