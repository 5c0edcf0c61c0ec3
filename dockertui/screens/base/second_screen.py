"""What all screens over the main one share: title, keys and footer from the catalogue, messages, a way back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ScreenResultType
from textual.timer import Timer
from textual.widgets import Input

from dockertui.operations.base import Context
from dockertui.operations.catalogue import BY_ID
from dockertui.screens.base.bindings import bindings, catalogue_of, hint
from dockertui.screens.base.prompt import ask
from dockertui.widgets.bar import Bar, Piece
from dockertui.widgets.notice import Notice
from dockertui.widgets.page import Page
from dockertui.widgets.screen import Layer
from dockertui.widgets.timer import once

_SAID_STAYS = 6.0


class PageView(Page):
    """A page with the keys of a detail."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.DETAIL)


class SecondScreen(Layer[ScreenResultType]):
    """A screen over the main one. `view` is the widget with the focus.

    context: of the screen's own keys; those with a hint are in the footer. offers: ids of further operations for the
    footer, each with a word for it; "" for the operation's own.
    """

    context: ClassVar[Context]
    offers: ClassVar[Mapping[str, str]] = {}
    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.SCREEN, Context.EVERYWHERE)

    def __init__(self, view: Any) -> None:
        super().__init__()
        self.view = view
        self.title_bar = Bar(classes="title")
        self.notice = Notice()
        self.footer = Bar(id="footer")
        self.reveal = False
        """Whether secrets are shown."""
        self._message = ("", "")
        self._message_timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield from self.body()
        yield self.notice
        yield self.footer

    def body(self) -> ComposeResult:
        """Yield the widgets above the footer."""
        yield self.title_bar
        yield self.view

    def on_mount(self) -> None:
        self.set_focus(self.view)
        self.paint_footer()

    @property
    def place(self) -> Context:
        """The context whose keys are active."""
        return Context.PROMPT if isinstance(self.focused, Input) else self.context

    # footer

    def say(self, text: str, style: str = "", stays: float = _SAID_STAYS) -> None:
        """Show a sentence in place of the keys for `stays` seconds; 0: until the next one."""
        self._message = text, style
        if self._message_timer is not None:
            self._message_timer.stop()
        self._message_timer = once(self, stays, lambda: self.say("")) if text and stays else None
        self.paint_footer()

    def paint_footer(self) -> None:
        """Show the current message, above the footer if it is too long for that; without a message, the keys."""
        text, style = self._message
        fits = cell_len(text) < self.size.width
        self.notice.tell("" if fits else text, style)
        self.footer.update([Piece(text, style)] if text and fits else self._keys())

    def _keys(self) -> list[Piece]:
        catalogue = catalogue_of(self.app)
        if self.place is Context.PROMPT:
            return [Piece(((key, "key"), (f" {word}", "dim"))) for key, word in catalogue.typing()]
        own = [operation.id for operation in catalogue.within(self.context) if operation.hint]
        ids = dict.fromkeys([*own, *self.offers, "screen.reveal", "screen.back", "program.help"])
        idle = {*self.idle(), *(() if self.has_secrets else ("screen.reveal",))}
        offered = [BY_ID[id] for id in ids if id not in idle]
        return [
            hint(operation, catalogue.keys_shown(operation, 1), self.offers.get(operation.id, ""))
            for operation in offered
            if catalogue.keys(operation)
        ]

    def idle(self) -> Collection[str]:
        """Return the ids of operations that make no sense now: the footer leaves them out."""
        return ()

    @property
    def has_secrets(self) -> bool:
        """Whether the footer offers to show or hide secrets."""
        return False

    def on_descendant_focus(self) -> None:
        self.paint_footer()

    def on_resize(self) -> None:
        self.paint_footer()

    async def on_bar_pressed(self, event: Bar.Pressed) -> None:
        event.stop()
        await self.run_action(event.action)

    # keys

    async def action_operate(self, id: str) -> None:
        """Run an operation on the widget that handles its keys: for a click in the footer."""
        await self.view.run_action(BY_ID[id].action)

    def drop(self) -> bool:
        """End a search, selection or filter; return whether there was one."""
        return bool(self.view.drop())

    def action_back(self) -> None:
        if not self.drop():
            self.action_close()

    def action_close(self) -> None:
        self.dismiss(None)

    def action_reveal(self) -> None:
        self.reveal = not self.reveal
        self.secrets_toggled()
        self.say("secrets are shown" if self.reveal else "secrets are hidden", "warn" if self.reveal else "")

    def secrets_toggled(self) -> None:
        """Repaint after `reveal` changed."""

    async def action_search(self) -> None:
        await self.ask("search", typed=self.view.search)

    async def ask(
        self,
        what: str,
        value: str = "",
        *,
        typed: Callable[[str], object] | None = None,
        done: Callable[[str], object] | None = None,
    ) -> None:
        """Ask for one line of text; see `Prompt`. The next key goes into it."""
        await ask(what, value, typed=typed, done=done, place=self.view, before=self.footer)
