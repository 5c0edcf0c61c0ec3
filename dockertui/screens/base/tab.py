"""What a tab of the detail is, and the one that is shown first; `tab_list` has them all."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from dockertui.engine.errors import EngineError
from dockertui.masking import known_secrets
from dockertui.operations.base import Context
from dockertui.resources.base import Reference, Resource
from dockertui.resources.reply import Reply
from dockertui.resources.secrets import veiled
from dockertui.resources.surroundings import Surroundings
from dockertui.screens.base.bindings import bindings
from dockertui.widgets.page import Field, Page, Section

if TYPE_CHECKING:
    from dockertui.operations.command import Command


class Subject(NamedTuple):
    """The object that the detail shows, and all that is known of it."""

    resource: Resource[Any]
    item: Any
    inspect: Mapping[str, Any]
    """The Engine's `inspect` reply; empty until it has answered."""
    error: EngineError | None
    """Why the Engine could not be asked about it the last time."""

    @property
    def key(self) -> tuple[str, str]:
        """Kind and id."""
        return self.resource.kind, self.resource.source.identity(self.item)


class Tab(Widget):
    """A widget that is a tab of the detail: mixed into one that can be focused and moves by the catalogue's keys."""

    class Said(Message):
        """A sentence for the footer, in a style."""

        def __init__(self, text: str, style: str = "") -> None:
            super().__init__()
            self.text = text
            self.style = style

    class Chosen(Message):
        """The object that a reference names is to be gone to."""

        def __init__(self, reference: Reference) -> None:
            super().__init__()
            self.reference = reference

    context: ClassVar[Context] = Context.DETAIL
    BINDINGS: ClassVar[list[BindingType]] = bindings(Context.DETAIL)

    async def ask(
        self,
        what: str,
        value: str = "",
        *,
        typed: Callable[[str], object] | None = None,
        done: Callable[[str], object] | None = None,
    ) -> None:
        """Have a line typed: what it is for, what it begins with, and who hears of it as `Prompt` says.

        Keys that come right behind the one that asks are part of it already.
        """
        from dockertui.screens.base.prompt import ask  # off the path to the first paint

        await ask(what, value, typed=typed, done=done, place=self, before=self.screen.query_one("#footer"))

    async def order(self, command: Command | str, item: Any, given: Mapping[str, Any]) -> None:
        """Have a command, or that of an id, done to an object; what is given is not asked for.

        Returns when its question stands on the screen, so that the next key is for it.
        """
        await self.app.run_action(("", "order_for", (command, item, given)), self.screen)

    @abstractmethod
    def show_subject(self, subject: Subject | None, surroundings: Surroundings, *, keep: bool) -> None:
        """Show an object, None for none. `keep` the place: it is the same object as before."""

    @abstractmethod
    def search(self, text: str) -> int:
        """Mark what is found, nothing for an empty text; how many lines hold it."""

    def drop(self) -> bool:
        """Let go of what narrows the tab, before it is left; whether there was anything."""
        return False

    @property
    def heading(self) -> str:
        """What it shows, where that is not the object of the detail; it stands in the place of the object's name."""
        return ""

    def sampled(self) -> None:
        """New statistics of the object shown."""

    def leave(self) -> None:
        """The tab is no longer on the screen: let go of what feeds it."""


class PageTab(Page, Tab):
    """The readable page."""

    def show_subject(self, subject: Subject | None, surroundings: Surroundings, *, keep: bool) -> None:
        """Show the object's page, with what went wrong on top."""
        sections: list[Section] = []
        if subject is not None:
            sections = subject.resource.sections(subject.item, Reply(subject.inspect), surroundings)
            if subject.error is not None:
                sections.insert(0, Section("Not up to date", [Field("Error", str(subject.error), "bad")]))
            if not surroundings.reveal:
                sections = veiled(sections, known_secrets(subject.inspect))
        self.show(sections, keep=keep)

    def action_enter(self) -> None:
        self.action_follow()
