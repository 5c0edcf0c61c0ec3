"""The copy menu, and opening a published port."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dockertui.engine.errors import EngineError
from dockertui.engine.models import Container
from dockertui.engine.trace import because
from dockertui.masking import known_secrets, masked
from dockertui.operations.copying import Copyable, CopySource, addresses, copyables
from dockertui.operations.original import Original, original_of
from dockertui.screens.base.clipboard import report_copy
from dockertui.screens.base.menu import Item, Menu
from dockertui.screens.base.waiting import waiting
from dockertui.widgets.screen import push_for_result
from dockertui.widgets.text import clean

if TYPE_CHECKING:
    from dockertui.screens.base.desk import Desk

_SHOWN = 60


async def copy_menu(desk: Desk) -> None:
    """Offer what can be copied of the selected object."""
    item = desk.selection.item
    if item is None:
        desk.say("nothing is selected", "warn")
        return
    known = await _known(desk, item)
    version = desk.session.mirror.version
    entries = copyables(
        known, desk.session.endpoint, version.api if version else "1.41", reveal=desk.surroundings.reveal
    )
    if not desk.surroundings.reveal:
        entries = [_mask_entry(entry, known_secrets(known.inspect)) for entry in entries]
    offered = [
        Item(str(number), f"{entry.label}: {(entry.shown or entry.text)[:_SHOWN]}")
        for number, entry in enumerate(entries)
    ]
    choice = await (
        await push_for_result(desk.screen.app, Menu(f"Copy of {desk.selection.resource.name(item)}", offered))
    )
    if choice is not None:
        desk.say(*_copied(desk, entries[int(choice)]))


def _mask_entry(entry: Copyable, known: Sequence[str]) -> Copyable:
    """Mask the secrets of a text. The value of a single variable is copied as it is: the user asked for just that."""
    if entry.shown:
        return entry._replace(shown=masked(entry.shown, known))
    text = masked(entry.text, known)
    return entry._replace(text=text, masked=entry.masked or text != entry.text)


def _copied(desk: Desk, entry: Copyable) -> tuple[str, str]:
    told, style = report_copy(desk.screen.app, entry.text, entry.label)
    if not entry.masked:
        return told, style
    key = desk.catalogue.key("detail.reveal")
    return f"{told}; secrets in it are masked{key and f': {key}, then again'}", "warn"


async def _known(desk: Desk, item: Any) -> CopySource:
    """Return the object with its `inspect`; parts that the Engine refuses stay empty."""
    resource, engine = desk.selection.resource, desk.session.engine
    inspect: Mapping[str, Any] = {}
    original: Original | None = None
    try:
        with because("copy"), waiting(desk.screen, desk.say, "copy: asking the Engine…"):
            if isinstance(item, Container):
                original = await original_of(engine, item.id)
                inspect = original.inspect
            else:
                inspect = await resource.inspect(engine, item)
    except EngineError as error:
        desk.say(f"copy: {error}", "warn")
    return CopySource(resource, item, inspect, original)


async def open_port(desk: Desk) -> None:
    """Open a published port in a browser; without a browser, copy its address."""
    item = desk.selection.item
    found = addresses(item, desk.session.endpoint) if isinstance(item, Container) else {}
    if not found:
        desk.say("no published TCP port", "warn")
        return
    url = next(iter(found.values()))
    if len(found) > 1:
        offered = [Item(target, target, hint=label) for label, target in found.items()]
        choice = await (await push_for_result(desk.screen.app, Menu("Open", offered)))
        if choice is None:
            return
        url = choice
    if has_browser() and webbrowser.open(url):
        desk.say(f"opened {clean(url)}")
    else:
        told, style = report_copy(desk.screen.app, url, clean(url))
        desk.say(f"no browser here: {told}", style)


def has_browser() -> bool:
    """Whether a browser opened here is visible to the user: one in the terminal would take the screen."""
    if os.environ.get("SSH_CONNECTION"):
        return False
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
