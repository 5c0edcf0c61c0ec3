"""Out of a log: to a file, to the pager."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Iterable
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from dockertui.engine import containers
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError
from dockertui.engine.logs import open_log
from dockertui.engine.trace import because
from dockertui.engine.whole_file import new_text
from dockertui.screens.log.feed import Target
from dockertui.widgets.log_text import full_stamp
from dockertui.widgets.menu import Item, Menu
from dockertui.widgets.text import clean

if TYPE_CHECKING:
    from dockertui.screens.log.tab import LogTab

_AT_ONCE = 5000
"""Lines written between two looks at the keyboard."""
_UNFIT = re.compile(r"[^\w.-]+")


async def save(tab: LogTab) -> None:
    """Ask what is to be saved and where, and save it."""
    shown = Item("shown", f"What is shown: {tab.shown.count:,} lines", hint="as text, without colours")
    whole = Item("whole", "The whole log, from the Engine", hint="as it was written")
    default = f"{_file_name(tab.targets)}-{time.strftime('%Y%m%d-%H%M%S')}.log"

    async def chosen(what: str | None) -> None:
        if what is None:
            return

        def named(path: str) -> None:
            writing = _save_whole(tab, path) if what == "whole" else _save_shown(tab, path)
            tab.run_worker(_reported(tab, path, writing), name=path, group="save")

        await tab.ask("save to", default, done=named)

    await tab.app.push_screen(Menu("Save", [shown, whole] if len(tab.targets) == 1 else [shown]), chosen)


def _file_name(targets: Iterable[Target]) -> str:
    return _UNFIT.sub("_", "-".join(target.name for target in targets))[:80].strip("._") or "log"


async def _reported(tab: LogTab, path: str, writing: Awaitable[int]) -> None:
    """Wait for the writing, and say what came of it."""
    try:
        count = await writing
    except (OSError, EngineError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        tab.post_message(tab.Said(f"{path} was not saved: {reason}", "bad"))
    else:
        tab.post_message(tab.Said(f"{count:,} lines saved to {path}", "good"))


async def _save_shown(tab: LogTab, path: str) -> int:
    numbers = tab.shown.within(tab.store.first, tab.store.end)
    with new_text(path) as file:
        for at in range(0, len(numbers), _AT_ONCE):
            file.writelines(f"{line}\n" for line in tab.texts(numbers[at : at + _AT_ONCE]))
            tab.say(f"saving, {at:,} of {len(numbers):,} lines")
            await asyncio.sleep(0)
    tab.say("")
    return len(numbers)


async def _save_whole(tab: LogTab, path: str) -> int:
    count = 0
    with new_text(path) as file, because("log, saving"):
        async for lines in whole_log(tab.engine, tab.targets[0]):
            file.writelines(f"{text}\n" for text in lines)
            count += len(lines)
            tab.say(f"saving, {count:,} lines")
    tab.say("")
    return count


async def whole_log(engine: Engine, target: Target) -> AsyncIterator[list[str]]:
    """All lines of a log, as they were written. Raises EngineError."""
    config = (await containers.inspect(engine, target.id)).get("Config")
    tty = bool(config.get("Tty")) if isinstance(config, dict) else False
    async with open_log(engine, target.id, tty=tty) as log:
        async for lines in log.batches():
            yield [line.text for line in lines]


def page(tab: LogTab) -> None:
    """Show what is shown in `$PAGER`, without anything that a terminal would obey; the program waits meanwhile."""
    try:
        command = shlex.split(os.environ.get("PAGER", "")) or ["less"]
    except ValueError as error:
        tab.post_message(tab.Said(f"$PAGER is no command: {error}", "bad"))
        return
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".log", errors="replace") as file:
        for number in tab.shown.within(tab.store.first, tab.store.end):
            text = tab.texts([number])[0]
            file.write(f"{full_stamp(tab.store[number].time)} {clean(text, limit=len(text) + 1)}\n")
        file.flush()
        try:
            with tab.app.suspend():
                subprocess.run([*command, file.name], check=False)
        except SuspendNotSupported:
            tab.post_message(tab.Said("this terminal cannot be handed to a pager; ctrl+s saves the lines", "warn"))
        except OSError as error:
            tab.post_message(tab.Said(f"{command[0]} cannot be run: {error.strerror}", "bad"))
    tab.app.refresh()
