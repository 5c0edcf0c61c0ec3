"""A command's options as a form: what is typed is checked field by field, and kept until the Engine accepts it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.css.scalar import Scalar
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.widgets.input import Selection

from dockertui.operations.base import Context
from dockertui.operations.command_body import InvalidValue, Option, Values
from dockertui.operations.refusals import Refused
from dockertui.screens.base.bindings import bindings, catalogue_of
from dockertui.screens.base.confirm import Answer, Question, affected, ask
from dockertui.screens.base.fields import FieldRow
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.screen import Dialog
from dockertui.widgets.text import clean

_FRAME: Final = 4
"""Lines of a form beside its fields and texts: the border, the title, the answers."""
Lines = Callable[[Values, bool], Sequence[str]]
"""The command lines for the values typed so far; the second argument says whether secrets are shown."""


class Fields(VerticalScroll, can_focus=False, inherit_bindings=False):
    """The rows. They scroll by the wheel and to the focus: keys for scrolling would move the field out of sight."""


class FormScreen(Dialog[None]):
    """Ask for a command's options, and stay open until they are accepted.

    `submitted` returns the values, all of them valid, each time they are submitted; then the form waits, and continues
    by `refuse` or ends by `close`. Enter goes to the next field and submits from the last one; ctrl+s submits at once.
    known: the values that the Engine itself gave. restored: whether the values were typed before, into a form like
    this. enter_submits: Enter submits from every field.
    """

    place = Context.FORM
    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.FORM, Context.EVERYWHERE, priority=("form.enter",))

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
        known: Values | None = None,
        restored: bool = False,
        enter_submits: bool = False,
    ) -> None:
        super().__init__()
        self._title = Bar(classes="title")
        self.heading = title
        self._rows = [FieldRow(option, values, item, (known or {}).get(option.id)) for option in options]
        self._fields = Fields(*self._rows)
        self._problem = Static("", classes="problem")
        self._lines = lines
        self._check = check
        self._shown = Static("", classes="lines")
        self._answers = Bar(classes="answers")
        self._go_on = go_on
        self._reveal = False
        self._restored = restored
        self._late = restored or bool(known)
        self._enter_submits = enter_submits
        self._sent: asyncio.Queue[Values | None] = asyncio.Queue()
        self._waits = self._over = False
        self._left: Widget | None = None
        """The field that had the cursor when the form was submitted."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield self._title
            yield self._problem
            yield self._fields
            yield self._shown
            yield self._answers

    def on_mount(self) -> None:
        self._wait(False)
        first: Widget = self._rows[0].entry
        if self._late:
            self._put_cursor(first)
        else:
            first.focus()
        self._show_lines()

    def on_screen_suspend(self) -> None:
        self._set_covered(True)

    def on_screen_resume(self) -> None:
        self._set_covered(False)
        if self._over:
            self.dismiss()

    def _set_covered(self, covered: bool) -> None:
        """Set whether a question covers the form: then only the question shows a border and keys."""
        self.set_class(covered, "-covered")
        self._paint_bars()

    def on_unmount(self) -> None:
        self._sent.put_nowait(None)

    async def submitted(self) -> Values | None:
        """Wait for the next submission and return its values; None when the form is closed."""
        return await self._sent.get()

    # messages in the form

    def _wait(self, waits: bool) -> None:
        """Set whether the form waits for an answer; it takes no keys meanwhile."""
        self._waits = waits
        self._left = self.focused if waits else self._left
        self._fields.disabled = waits
        if waits:
            self.set_focus(None)
        self._paint_bars()

    def _paint_bars(self) -> None:
        needed = [Piece("* required", "dim")] if any(row.option.required for row in self._rows) else []
        covered = self.has_class("-covered")
        waits = [] if covered else [Piece("asking the Engine…", "busy")]
        self._title.update([Piece(self.heading, "title")], waits if self._waits else needed)
        leave, go_on, enter, secret, up, down = map(
            self._key, ("leave", "submit", "enter", "reveal", "previous", "next")
        )
        if covered or self._waits:
            to_the_background = Piece(((leave, "key"), (" to the background", "dim")), action="leave")
            self._answers.update([] if covered else [to_the_background])
            return
        moves = f"{up} {down}" if self._enter_submits else f"{enter} {up} {down}"
        secrets = Piece(((secret, "key"), (" secrets", "dim")), action="reveal", priority=2)
        self._answers.update(
            [
                Piece(((go_on, "key"), (f" {self._go_on}", "")), action="submit"),
                Piece(((leave, "key"), (" cancel", "dim")), action="leave"),
                Piece(((moves, "key"), (" fields", "dim")), priority=1),
                *([secrets] if any(row.secret for row in self._rows) else []),
            ]
        )

    def _key(self, name: str) -> str:
        return catalogue_of(self.app).key(f"form.{name}")

    def _say(self, text: str) -> None:
        """Show a message that concerns no single field, "" for none."""
        self._problem.update(Content(clean(text)))
        self._problem.display = bool(text)
        self._show_focused()

    def tell(self, text: str) -> None:
        """Show the progress of the work that the form waits for."""
        if self._waits:
            self._problem.set_class(True, "-told")
            self._say(text)

    def refuse(self, refused: Refused) -> None:
        """Take keys again, with all values as typed; show the refusal at its field, else at the top."""
        self._wait(False)
        self._problem.set_class(False, "-told")
        row = next((row for row in self._rows if row.option.id == refused.option), None)
        self._say(refused.said if row is None else "")
        if row is not None:
            row.say(refused.said)
        self._put_cursor((self._left or self._rows[0].entry) if row is None else row.entry)

    async def close(self) -> None:
        """Close the form if it is open; under a question, once that is answered."""
        self._over = True
        if self.is_current:
            await self.dismiss()

    def on_field_row_changed(self) -> None:
        self._show_lines()

    def _show_lines(self) -> None:
        """Show the command line for the typed values, if they are valid."""
        try:
            told = self._lines({row.option.id: row.value for row in self._rows}, self._reveal)
        except (InvalidValue, ValueError):
            told = []
        self._shown.update(Content("\n".join(clean(line) for line in told)))
        self._show_focused()

    def action_reveal(self) -> None:
        """Show the secrets of the fields and the command line, or hide them."""
        self._reveal = not self._reveal
        for row in self._rows:
            row.reveal(self._reveal)
        self._show_lines()

    # movement between fields

    def on_resize(self, event: events.Resize) -> None:
        self._show_focused()

    def _show_focused(self) -> None:
        """Scroll to the field with the cursor and its error, whatever the wheel did."""
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Give the fields the lines that are left, and scroll to the one with the cursor."""
        around = (self._shown, self._problem)
        left = self.size.height - _FRAME - sum(widget.outer_size.height for widget in around if widget.display)
        if self._fields.styles.max_height != Scalar.from_number(max(1, left)):
            self._fields.styles.max_height = max(1, left)
            self._show_focused()
            return
        row = next((row for row in self._rows if row.entry.has_focus), None)
        if row is not None:
            region = row.virtual_region
            fitting = Region(region.x, region.y, region.width, min(region.height, self._fields.size.height))
            self._fields.scroll_to_region(fitting, animate=False, force=True)

    def _go_to(self, row: FieldRow) -> None:
        row.entry.focus()
        self._show_focused()

    def _put_cursor(self, entry: Widget) -> None:
        """Focus a field with the cursor where it was, or at the end of its text, and nothing selected.

        For forms that appear unexpectedly: a letter typed for something else must not replace a value.
        """
        if isinstance(entry, Input):
            entry.selection = Selection.cursor(entry.cursor_position if entry is self._left else len(entry.value))
        self.set_focus(entry, from_app_focus=True)  # any other focus would select the whole value
        self._show_focused()

    def action_page(self, pages: int) -> None:
        """Move by as many fields as are visible, at most to the first or the last."""
        at = next((index for index, row in enumerate(self._rows) if row.entry.has_focus), 0)
        to = at + pages * max(1, self._fields.size.height - 1)
        self._go_to(self._rows[min(max(to, 0), len(self._rows) - 1)])

    def action_next_or_submit(self) -> None:
        last: Widget = self._rows[-1].entry
        if last.has_focus or self._enter_submits:
            self.action_submit()
        else:
            self.focus_next()

    # closing and submitting

    @property
    def typed(self) -> list[str]:
        """The labels of the changed fields."""
        return [row.option.label for row in self._rows if row.changed]

    async def action_leave(self) -> None:
        """Close the form, asking first if values were typed. A request under way goes on."""
        if self._waits or not (self._restored or self.typed):
            self.dismiss()
            return
        told = affected([("Typed", self.typed)] if self.typed else [])
        question = Question(
            "Discard what you typed?", [Answer("y", "discard")], lambda *_: [told], cancel="keep the form"
        )
        await ask(self.app, question, lambda _: self.dismiss())

    def action_submit(self) -> None:
        """Submit the values if all are valid; else go to the first that is not."""
        if self._waits:
            return
        self._say("")
        values: dict[str, Any] = {}
        wrong: list[FieldRow] = []
        for row in self._rows:
            try:
                values[row.option.id] = row.read()
            except InvalidValue:
                wrong.append(row)
        wrong = wrong or self._rejected_rows(values)
        if wrong:
            self._go_to(wrong[0])
        else:
            self._wait(True)
            self._sent.put_nowait(values)

    def _rejected_rows(self, values: Values) -> list[FieldRow]:
        """Return the row that the check of all values refuses, with its error shown, or no row."""
        try:
            self._check(values)
        except InvalidValue as unfit:
            row = next((row for row in self._rows if row.option.id == unfit.option), self._rows[0])
            row.say(str(unfit))
            return [row]
        return []

    async def on_bar_pressed(self, event: Bar.Pressed) -> None:
        event.stop()
        await self.run_action(event.action)
