"""The fields of a form: text, choice and flag, each in a row with its label and its error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from dockertui.operations import form_values
from dockertui.operations.base import Context
from dockertui.operations.command_body import FieldKind, InvalidValue, Option, Values
from dockertui.operations.form_secrets import FormSecrets
from dockertui.screens.base.bindings import bindings
from dockertui.widgets.keys import TakesKeys
from dockertui.widgets.text import clean
from dockertui.widgets.typed import TypedLine


class TextField(TypedLine):
    """A text field. One that holds several words keeps its text on focus, with the cursor at the end."""

    def on_focus(self, event: events.Focus) -> None:
        if not self.select_on_focus and not event.from_app_focus:
            self.action_end()


class ChoiceField(Static, TakesKeys, can_focus=True):
    """One of several choices: left, right and space step through them, wrapping around."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.CHOICE)

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
        self.post_message(FieldRow.Changed())

    def on_click(self) -> None:
        self.action_step(1)


class FlagField(Static, TakesKeys, can_focus=True):
    """Yes or no, toggled by space."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.FLAG)

    def __init__(self, value: bool) -> None:
        super().__init__()
        self.value = value

    def on_mount(self) -> None:
        self.update(Content("[x]" if self.value else "[ ]"))

    def action_turn(self) -> None:
        self.value = not self.value
        self.on_mount()
        self.post_message(FieldRow.Changed())

    def on_click(self) -> None:
        self.focus()
        self.action_turn()


class FieldRow(Vertical):
    """One option: its label, its field, and its error below.

    known: the value that the Engine itself gave, if any: it is never refused.
    """

    class Changed(Message):
        """The field's value changed."""

    def __init__(self, option: Option, values: Values, item: Any, known: Any = None) -> None:
        super().__init__(classes="row")
        self.option = option
        self._known = known
        self._filled = values[option.id]
        self._secrets = FormSecrets()
        self.entry = _entry(option, self._secrets.cover(self._filled), values, item)
        self._initial = self._filled if option.entry is not FieldKind.CHOICE else self.entry.value
        self._error = Static("", classes="wrong")
        self._checked: Any = None

    def compose(self) -> ComposeResult:
        label = f"{self.option.label}{' *' if self.option.required else ''}"
        with Vertical(classes="label-and-entry"):
            yield Static(Content(clean(label)), classes="label")
            yield self.entry
        yield self._error

    @property
    def _typed(self) -> Any:
        """The current value, secrets included, valid or not. Raises InvalidValue if it cannot be parsed."""
        return self._secrets.lift(form_values.parsed(self.option, self.entry.value))

    @property
    def value(self) -> Any:
        """The current value, secrets included. Raises InvalidValue."""
        value = self._typed
        form_values.check(self.option, value, self._known)
        return value

    @property
    def changed(self) -> bool:
        """Whether the value differs from the initial one."""
        try:
            return bool(self._typed != self._initial)
        except InvalidValue:
            return True

    @property
    def secret(self) -> bool:
        """Whether the field hides something, or can."""
        return self.option.entry is FieldKind.SECRET or self._secrets.hides

    def reveal(self, shown: bool) -> None:
        """Show or hide the field's secrets; the value stays. Text that cannot be parsed is left alone."""
        if self.option.entry is FieldKind.SECRET:
            self.entry.password = not shown
        elif isinstance(self.entry, TextField):
            try:
                value = self._typed
            except InvalidValue as unfit:
                self.say(str(unfit))
                return
            self.entry.value = form_values.typed(value if shown else self._secrets.cover(value))

    def read(self) -> Any:
        """Return the value. Raises InvalidValue, after showing the error below the field."""
        try:
            value = self.value
        except InvalidValue as unfit:
            self.say(str(unfit))
            raise
        self.say("")
        return value

    def say(self, wrong: str) -> None:
        """Show an error below the field, "" for none."""
        self._checked = self.entry.value
        self._error.update(Content(clean(wrong)))
        self._error.display = bool(wrong)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.entry.value != self._checked:  # else the event is late: the value was checked with that letter in it
            self.say("")
        self.post_message(self.Changed())


def _entry(option: Option, value: Any, values: Values, item: Any) -> Any:
    if option.entry is FieldKind.FLAG:
        return FlagField(bool(value))
    if option.entry is FieldKind.CHOICE:
        return ChoiceField(_choices(option, values, item), value)
    select, hidden = option.entry is not FieldKind.WORDS, option.entry is FieldKind.SECRET
    return TextField(form_values.typed(value), hint=option.hint, select=select, hidden=hidden)


def _choices(option: Option, values: Values, item: Any) -> Sequence[str]:
    if option.choices_in:
        return tuple(values[option.choices_in])
    return option.choices_of(item) if option.choices_of else option.choices
