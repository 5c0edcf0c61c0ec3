"""The question before something that harms: what it is done to, what goes with it, and the lines that do the same.

Enter never says yes, wherever the cursor is: `y` does, and a click on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from dockertui.operations.body import Option, Values
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.page import Field, Page, Section

_NAMED = 12
"""Objects that are named one by one; of more, the rest is counted."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `told` is made anew for every change of the flags: the sections that the dialog shows.

    Its second argument says whether secrets are shown.
    """

    title: str
    yes: str
    flags: Sequence[Option]
    values: Values
    told: Callable[[Values, bool], Sequence[Section]]


class QuestionPage(Page):
    """The page in the dialog, moved in by arrows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("down,j", "cursor_down", "Down"),
        ("up,k", "cursor_up", "Up"),
        ("pagedown", "page_down", "Page down"),
        ("pageup", "page_up", "Page up"),
    ]


class ConfirmScreen(ModalScreen[Values | None]):
    """Asks; the result is the values with the flags as they were set, or None for no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("y", "agree", "Yes"),
        ("n,escape,enter,q", "refuse", "No"),
        ("v", "reveal", "Show or hide secrets"),
        *((str(number), f"flag({number - 1})", "") for number in range(1, 10)),
    ]

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question
        self._values: dict[str, Any] = dict(question.values)
        self._reveal = False
        self._page = QuestionPage()
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
        self._title.update([Piece(self._question.title, "title")])
        yes, no = ((("y", "key"), (f" {self._question.yes}", "bad")), (("n enter esc", "key"), (" leave it", "")))
        told = self._question.told
        secrets = list(told(self._values, True)) != list(told(self._values, False))
        reveal = [Piece((("v", "key"), (" secrets", "dim")), action="reveal", priority=1)] if secrets else []
        self._answers.update([Piece(yes, action="agree"), Piece(no, action="refuse"), *reveal])
        self._show()
        self._page.focus()

    def _show(self) -> None:
        for number, (bar, option) in enumerate(zip(self._flags, self._question.flags, strict=True)):
            sign = "[x]" if self._values[option.id] else "[ ]"
            text = ((f"{number + 1}", "key"), (f" {sign} {option.label}", ""))
            bar.update([Piece(text, action=f"flag({number})")])
        self._page.show(list(self._question.told(self._values, self._reveal)))

    def action_flag(self, number: int) -> None:
        """Turn a flag round; what goes with the objects may be something else then."""
        if number < len(self._question.flags):
            id = self._question.flags[number].id
            self._values[id] = not self._values[id]
            self._show()

    def action_reveal(self) -> None:
        self._reveal = not self._reveal
        self._show()

    def action_agree(self) -> None:
        self.dismiss(self._values)

    def action_refuse(self) -> None:
        self.dismiss(None)

    async def on_bar_pressed(self, event: Bar.Pressed) -> None:
        event.stop()
        await self.run_action(event.action)

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)


def objects_section(title: str, told: Sequence[tuple[str, Sequence[str]]]) -> Section:
    """The objects by name with what goes with each; of many the first, and how many more."""
    fields = [Field(name, list(words) or "-") for name, words in told[:_NAMED]]
    if len(told) > _NAMED:
        fields.append(Field("…", f"and {len(told) - _NAMED} more", "warn"))
    return Section(title, fields)
