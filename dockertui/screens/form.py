"""A command's options as a form: what is typed is checked at its field, and kept until it is right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from dockertui.operations import entries
from dockertui.operations.body import Entry, Option, Unfit, Values
from dockertui.operations.veil import Veil
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.keys import TakesKeys
from dockertui.widgets.screen import Dialog
from dockertui.widgets.text import clean

Lines = Callable[[Values, bool], Sequence[str]]
"""The command lines for what is typed so far; the second argument says whether secrets are shown."""


class Line(Input, TakesKeys):
    """A line that is typed."""

    async def take_key(self, event: events.Key) -> bool:
        if event.is_printable and event.character:
            self.insert_text_at_cursor(event.character)
            return True
        return False


class Choice(Static, TakesKeys, can_focus=True):
    """One of several: left and right go round, and so does space."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("left,h", "step(-1)", "Previous"),
        ("right,l,space", "step(1)", "Next"),
    ]

    def __init__(self, choices: Sequence[str], chosen: str) -> None:
        super().__init__()
        self._choices = list(dict.fromkeys([*choices, *([chosen] if chosen else [])])) or [""]
        self._at = self._choices.index(chosen) if chosen in self._choices else 0

    @property
    def value(self) -> str:
        return self._choices[self._at]

    def on_mount(self) -> None:
        self.action_step(0)

    def action_step(self, steps: int) -> None:
        self._at = (self._at + steps) % len(self._choices)
        self.update(Content(f"‹ {clean(self.value)} ›"))
        self.post_message(Row.Changed())

    def on_click(self) -> None:
        self.action_step(1)


class Flag(Static, TakesKeys, can_focus=True):
    """Yes or no: space turns it round."""

    BINDINGS: ClassVar[list[BindingType]] = [("space", "turn", "Turn")]

    def __init__(self, value: bool) -> None:
        super().__init__()
        self.value = value

    def on_mount(self) -> None:
        self.update(Content("[x]" if self.value else "[ ]"))

    def action_turn(self) -> None:
        self.value = not self.value
        self.on_mount()
        self.post_message(Row.Changed())

    def on_click(self) -> None:
        self.focus()
        self.action_turn()


class Row(Vertical):
    """One option: its label, its entry, and under them what is wrong with it, when something is."""

    class Changed(Message):
        """Something was typed."""

    def __init__(self, option: Option, values: Values, item: Any) -> None:
        super().__init__(classes="row")
        self.option = option
        self._veil = Veil()
        self.entry = _entry(option, self._veil.cover(values[option.id]), values, item)
        self._wrong = Static("", classes="wrong")

    def compose(self) -> ComposeResult:
        label = f"{self.option.label}{' *' if self.option.required else ''}"
        with Vertical(classes="label-and-entry"):
            yield Static(Content(clean(label)), classes="label")
            yield self.entry
        yield self._wrong

    @property
    def value(self) -> Any:
        """What is typed, with the secrets that are hidden in it. Raises Unfit."""
        return self._veil.lift(entries.read(self.option, self.entry.value))

    @property
    def secret(self) -> bool:
        """Whether something of it is hidden, or would be."""
        return self.option.entry is Entry.SECRET or self._veil.hides

    def reveal(self, shown: bool) -> None:
        """Show what is secret in it, or hide it; what was typed stays. What cannot be read stays as it is."""
        if self.option.entry is Entry.SECRET:
            self.entry.password = not shown
        elif isinstance(self.entry, Line):
            try:
                value = self.read()
            except Unfit:
                return
            self.entry.value = entries.typed(value if shown else self._veil.cover(value))

    def read(self) -> Any:
        """The value. Raises Unfit, and says so under the entry."""
        try:
            value = self.value
        except Unfit as unfit:
            self.say(str(unfit))
            raise
        self.say("")
        return value

    def say(self, wrong: str) -> None:
        """What is wrong with the value, "" for nothing."""
        self._wrong.update(Content(clean(wrong)))
        self._wrong.display = bool(wrong)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.say("")
        self.post_message(self.Changed())


def _entry(option: Option, value: Any, values: Values, item: Any) -> Any:
    if option.entry is Entry.FLAG:
        return Flag(bool(value))
    if option.entry is Entry.CHOICE:
        return Choice(_choices(option, values, item), value)
    hidden = option.entry is Entry.SECRET
    entry = Line(entries.typed(value), placeholder=option.hint, compact=True, select_on_focus=False, password=hidden)
    entry.cursor_blink = False
    return entry


def _choices(option: Option, values: Values, item: Any) -> Sequence[str]:
    if option.choices_in:
        return tuple(values[option.choices_in])
    return option.choices_of(item) if option.choices_of else option.choices


class FormScreen(Dialog[Values | None]):
    """Asks for a command's options. The result is their values, all of them fit, or None when left.

    Enter goes to the next field, and from the last one on; ctrl+s goes on at once.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "leave", "Leave"),
        ("ctrl+s", "submit", "Go on"),
        ("ctrl+r", "reveal", "Show or hide secrets"),
        Binding("enter", "next_or_submit", "Next", priority=True),
        ("down", "app.focus_next", "Next"),
        ("up", "app.focus_previous", "Previous"),
    ]

    def __init__(
        self,
        title: str,
        options: Sequence[Option],
        values: Values,
        *,
        item: Any,
        lines: Lines,
        go_on: str,
        check: Callable[[Values], None] = lambda values: None,
    ) -> None:
        super().__init__()
        self._title = Bar(classes="title")
        self._heading = title
        self._rows = [Row(option, values, item) for option in options]
        self._lines = lines
        self._check = check
        self._shown = Static("", classes="lines")
        self._answers = Bar(classes="answers")
        self._go_on = go_on
        self._reveal = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield self._title
            with VerticalScroll(can_focus=False):
                yield from self._rows
            yield self._shown
            yield self._answers

    def on_mount(self) -> None:
        needed = [Piece("* needed", "dim")] if any(row.option.required for row in self._rows) else []
        self._title.update([Piece(self._heading, "title")], needed)
        go_on = (("ctrl+s", "key"), (f" {self._go_on}", ""))
        leave = (("esc", "key"), (" leave", "dim"))
        move = (("enter ↑ ↓", "key"), (" fields", "dim"))
        secrets = Piece((("ctrl+r", "key"), (" secrets", "dim")), action="reveal", priority=2)
        self._answers.update(
            [Piece(go_on, action="submit"), Piece(leave, action="leave"), Piece(move, priority=1)]
            + ([secrets] if any(row.secret for row in self._rows) else [])
        )
        self._rows[0].entry.focus()
        self._show_lines()

    def on_row_changed(self) -> None:
        self._show_lines()

    def _show_lines(self) -> None:
        """The command line of what is typed, as long as it is fit."""
        try:
            told = self._lines({row.option.id: row.value for row in self._rows}, self._reveal)
        except (Unfit, ValueError):
            told = []
        self._shown.update(Content("\n".join(clean(line) for line in told)))

    def action_reveal(self) -> None:
        """Show what is secret in the fields and in the line, or hide it again."""
        self._reveal = not self._reveal
        for row in self._rows:
            row.reveal(self._reveal)
        self._show_lines()

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_next_or_submit(self) -> None:
        last: Widget = self._rows[-1].entry
        if last.has_focus:
            self.action_submit()
        else:
            self.focus_next()

    def action_submit(self) -> None:
        """Go on with the values, if all are fit; else go to the first that is not."""
        values: dict[str, Any] = {}
        wrong: list[Row] = []
        for row in self._rows:
            try:
                values[row.option.id] = row.read()
            except Unfit:
                wrong.append(row)
        wrong = wrong or self._unfit_together(values)
        if wrong:
            wrong[0].entry.focus()
        else:
            self.dismiss(values)

    def _unfit_together(self, values: Values) -> list[Row]:
        """The row that does not fit the others, told why."""
        try:
            self._check(values)
        except Unfit as unfit:
            row = next((row for row in self._rows if row.option.id == unfit.option), self._rows[0])
            row.say(str(unfit))
            return [row]
        return []

    async def on_bar_pressed(self, event: Bar.Pressed) -> None:
        event.stop()
        await self.run_action(event.action)
