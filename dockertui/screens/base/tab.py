"""The base class of the detail's tabs, and the first of them; `tab_list` has them all."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from dockertui.engine.errors import EngineError
from dockertui.engine.fields import Reply
from dockertui.masking import known_secrets
from dockertui.operations.base import Context, Operation
from dockertui.resources.base import Reference, Resource
from dockertui.resources.secrets import mask_sections
from dockertui.resources.surroundings import Surroundings
from dockertui.screens.base.bindings import bindings
from dockertui.widgets.page import Field, Page, Section

if TYPE_CHECKING:
    from dockertui.operations.command import Command


class Subject(NamedTuple):
    """The object in the detail, and all that is known of it."""

    resource: Resource[Any]
    item: Any
    inspect: Mapping[str, Any]
    """The Engine's `inspect` reply; empty until it arrives."""
    error: EngineError | None
    """Why the last `inspect` failed."""

    @property
    def key(self) -> tuple[str, str]:
        """Kind and id."""
        return self.resource.kind, self.resource.source.identity(self.item)


class Tab(Widget):
    """A tab of the detail: a mixin for a widget that takes the focus and the catalogue's keys of movement."""

    class Said(Message):
        """A sentence for the footer, with its style."""

        def __init__(self, text: str, style: str = "") -> None:
            super().__init__()
            self.text = text
            self.style = style

    class Chosen(Message):
        """A request to go to the object of a reference."""

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
        """Ask for one line of text; see `Prompt`.

        Keys that arrive right after the one that asks go into it.
        """
        from dockertui.screens.base.prompt import ask  # not needed for the first paint

        await ask(what, value, typed=typed, done=done, place=self, before=self.screen.query_one("#footer"))

    async def run_command(self, command: Command | str, item: Any, given: Mapping[str, Any]) -> None:
        """Run a command (or the one with that id) on an object; options in `given` are not asked for.

        Returns when its question is on the screen, so that the next key goes to it.
        """
        await self.app.run_action(("", "run_on", (command, item, given)), self.screen)

    @abstractmethod
    def show_subject(self, subject: Subject | None, surroundings: Surroundings, *, keep: bool) -> None:
        """Show an object, None for none. `keep`: it is the same object as before, so keep the scroll position."""

    @abstractmethod
    def search(self, text: str) -> int:
        """Mark all matches, none for an empty text; return the number of matching lines."""

    def drop(self) -> bool:
        """Drop a search, selection or filter before the tab is left; return whether there was one."""
        return False

    @property
    def heading(self) -> str:
        """What the tab shows if that is not the detail's object; it replaces the object's name in the title."""
        return ""

    @property
    def idle(self) -> Sequence[Operation]:
        """The operations that make no sense for what it shows: the footer leaves them out."""
        return ()

    def sampled(self) -> None:
        """Show new statistics of the object."""

    def leave(self) -> None:
        """Stop what feeds the tab: it is no longer on the screen."""


class PageTab(Page, Tab):
    """The readable page."""

    def show_subject(self, subject: Subject | None, surroundings: Surroundings, *, keep: bool) -> None:
        """Show the object's page, with an error of the last `inspect` on top."""
        sections: list[Section] = []
        if subject is not None:
            sections = subject.resource.sections(subject.item, Reply(subject.inspect), surroundings)
            if subject.error is not None:
                sections.insert(0, Section("Not up to date", [Field("Error", str(subject.error), "bad")]))
            if not surroundings.reveal:
                sections = mask_sections(sections, known_secrets(subject.inspect))
        self.show(sections, keep=keep)

    def action_enter(self) -> None:
        self.action_follow()
