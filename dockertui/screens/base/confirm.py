"""The question before something harmful: what is affected, the answers, and the equivalent command lines.

Enter never confirms, wherever the cursor is: only the answer's own key or a click on it does.
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
from dockertui.widgets import keys
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.page import Field, Page, Section
from dockertui.widgets.page_lines import Wrapping, label_width, page_lines, value_column
from dockertui.widgets.screen import Dialog

NAMED = 12
"""Objects listed by name; the rest is counted."""
YES = "y"
"""The answer whose key comes from the catalogue; other answers have the key that the question gives them."""
QUIET = keys.QUIET
"""Seconds without a key before a sudden question takes answers, and from its opening before any takes clicks.

A second click right after the first was meant for what was there before.
"""
_SHARE = 0.92
"""Greatest share of the screen's height."""
_FRAME = 4
"""Lines beside page and flags: border, title, answers."""

MakeSections = Callable[[Values, bool], Sequence[Section]]
"""Make sections for the current flags; the second argument says whether secrets are shown."""


class Answer(NamedTuple):
    """An answer: its key and label. `harms`: it is painted as something that cannot be undone."""

    key: str
    label: str
    harms: bool = True


class Answered(NamedTuple):
    """The key of the answer given, and the values with the flags as they were set."""

    key: str
    values: Values


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    affected, equivalent_commands: called again at every change of the flags; the latter is folded until asked for.
    sudden: no key of the user led here, or not at once, so keys typed for something else must not answer it.
    """

    title: str
    answers: Sequence[Answer]
    affected: MakeSections
    equivalent_commands: MakeSections | None = None
    flags: Sequence[Option] = ()
    values: Values = field(default_factory=dict)
    cancel: str = "cancel"
    sudden: bool = False


class QuestionPage(Page):
    """The page in the dialog, as high as its content."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.QUESTION)

    def __init__(self, handle_key: Callable[[str], bool]) -> None:
        super().__init__()
        self._handle_key = handle_key

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        room = width - 1  # beside the scroll position
        labels = label_width(self._sections, room)
        return len(page_lines(self._sections, labels, Wrapping(room - value_column(labels) - 1)))

    async def take_key(self, event: events.Key) -> bool:
        return self._handle_key(event.key)


class ConfirmScreen(Dialog[Answered | None]):
    """Ask a question. The result is the answer, or None for no."""

    place = Context.QUESTION
    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.QUESTION, Context.EVERYWHERE)

    def __init__(self, question: Question, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._question = question
        self._values: dict[str, Any] = dict(question.values)
        self._reveal = self._unfolded = False
        self._shown_at = self._last_key = time.monotonic()
        self._page = QuestionPage(self._handle_key)
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
        """Make page and answers fit on the screen; a longer page scrolls."""
        room = int(self.app.size.height * _SHARE) - _FRAME - len(self._flags)
        self._page.styles.max_height = max(1, room)

    def _handle_key(self, key: str) -> bool:
        """Handle a key; return whether it is an answer, or is ignored as typed for something else."""
        now = time.monotonic()
        quiet, self._last_key = now - self._last_key, now
        if self._question.sudden and quiet < QUIET:
            return True
        return key != YES and self._answer(key)

    def _answer(self, key: str) -> bool:
        """Give the answer with this key; return whether the question has it."""
        has = any(answer.key == key for answer in self._question.answers)
        if has:
            self.dismiss(Answered(key, self._values))
        return has

    def _make_sections(self, reveal: bool) -> list[Section]:
        affected, equivalent = self._question.affected, self._question.equivalent_commands
        more = equivalent(self._values, reveal) if equivalent is not None and self._unfolded else ()
        return [*affected(self._values, reveal), *more]

    def _show(self) -> None:
        for number, (bar, option) in enumerate(zip(self._flags, self._question.flags, strict=True)):
            sign = "[x]" if self._values[option.id] else "[ ]"
            text = ((self._key(f"flag_{number + 1}"), "key"), (f" {sign} {option.label}", ""))
            bar.update([Piece(text, action=f"flag({number})")])
        self._page.show(self._make_sections(self._reveal))
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
        if question.equivalent_commands is not None:
            equivalent = ((key("unfold"), "key"), (" equivalent commands", "dim"))
            pieces.append(Piece(equivalent, action="unfold", priority=1))
        if self._reveal or self._make_sections(True) != self._make_sections(False):
            pieces.append(Piece(((key("reveal"), "key"), (" secrets", "dim")), action="reveal", priority=1))
        self._answers.update(pieces)

    def _key(self, name: str, limit: int = 1) -> str:
        return catalogue_of(self.app).keys_shown(BY_ID[f"question.{name}"], limit)

    def action_flag(self, number: int) -> None:
        """Toggle a flag, and repaint: it may change what else is affected."""
        if number < len(self._question.flags):
            id = self._question.flags[number].id
            self._values[id] = not self._values[id]
            self._show()

    def action_reveal(self) -> None:
        self._reveal = not self._reveal
        self._show()

    def action_unfold(self) -> None:
        self._unfolded = not self._unfolded and self._question.equivalent_commands is not None
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
    """Ask a question; `answered` is called unless the answer is no. Once awaited, the next key goes to the question."""

    def done(answer: Answered | None) -> None:
        if answer is not None:
            answered(answer)

    return app.push_screen(ConfirmScreen(question, id=id or None), done)


def affected(objects: Sequence[tuple[str, Sequence[str]]] | Mapping[str, Sequence[str]]) -> Section:
    """Return the section of the objects by name, each with what else it affects; of many, the first and a count."""
    listed = list(objects.items()) if isinstance(objects, Mapping) else list(objects)
    fields = [Field(name, list(words) or "-") for name, words in listed[:NAMED]]
    if len(listed) > NAMED:
        fields.append(Field("…", f"and {len(listed) - NAMED} more", "warn"))
    return Section("Affected", fields)
