"""Export of a log: to a file, to the pager."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

from textual.app import SuspendNotSupported

from dockertui.engine import containers
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError
from dockertui.engine.logs import open_log
from dockertui.engine.trace import because
from dockertui.engine.whole_file import new_text
from dockertui.screens.base.menu import Item, Menu
from dockertui.screens.base.tab import Tab
from dockertui.screens.log.feed import LogTarget
from dockertui.widgets.keys import offer
from dockertui.widgets.log_text import full_stamp
from dockertui.widgets.log_view import LogView
from dockertui.widgets.text import clean

_AT_ONCE = 5000
"""Lines written before the event loop gets a turn."""
_UNFIT = re.compile(r"[^\w.-]+")


Ask = Callable[[str, Callable[[str], object]], Awaitable[None]]
"""Ask for a path: takes the default and a callback for the typed one."""


async def save(view: LogView, engine: Engine, targets: Sequence[LogTarget], ask: Ask) -> None:
    """Ask what to save and where, and save it."""
    shown = Item("shown", f"What is shown: {view.shown.count:,} lines", hint="as text, without colours")
    whole = Item("whole", "The whole log, from the Engine", hint="as it was written")
    default = f"{_file_name(targets)}-{time.strftime('%Y%m%d-%H%M%S')}.log"

    async def chosen(what: str | None) -> None:
        if what is None:
            return

        def named(path: str) -> None:
            writing = _save_whole(view, engine, targets[0], path) if what == "whole" else _save_shown(view, path)
            view.run_worker(_reported(view, path, writing), name=path, group="save")

        await ask(default, named)

    await view.app.push_screen(Menu("Save", [shown, whole] if len(targets) == 1 else [shown]), chosen)


def _file_name(targets: Iterable[LogTarget]) -> str:
    return _UNFIT.sub("_", "-".join(target.name for target in targets))[:80].strip("._") or "log"


async def _reported(view: LogView, path: str, writing: Awaitable[int]) -> None:
    """Wait for the file to be written, and report the result."""
    try:
        count = await writing
    except (OSError, EngineError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        view.post_message(Tab.Said(f"{path} was not saved: {reason}", "bad"))
    else:
        view.post_message(Tab.Said(f"{count:,} lines saved to {path}", "good"))


async def _save_shown(view: LogView, path: str) -> int:
    numbers = view.shown.within(view.store.first, view.store.end)
    with new_text(path) as file:
        for at in range(0, len(numbers), _AT_ONCE):
            file.writelines(f"{line}\n" for line in view.texts(numbers[at : at + _AT_ONCE]))
            view.set_state(f"saving, {at:,} of {len(numbers):,} lines")
            await asyncio.sleep(0)
    view.set_state("")
    return len(numbers)


async def _save_whole(view: LogView, engine: Engine, target: LogTarget, path: str) -> int:
    count = 0
    with new_text(path) as file, because("log, saving"):
        async for lines in whole_log(engine, target):
            file.writelines(f"{text}\n" for text in lines)
            count += len(lines)
            view.set_state(f"saving, {count:,} lines")
    view.set_state("")
    return count


async def whole_log(engine: Engine, target: LogTarget) -> AsyncIterator[list[str]]:
    """Yield all lines of a log, unchanged, in batches. Raises EngineError."""
    config = (await containers.inspect(engine, target.id)).get("Config")
    tty = bool(config.get("Tty")) if isinstance(config, dict) else False
    async with open_log(engine, target.id, tty=tty) as log:
        async for lines in log.batches():
            yield [line.text for line in lines]


def page(view: LogView) -> None:
    """Show the lines of the view in `$PAGER`, without escape sequences; the program waits meanwhile."""
    try:
        command = shlex.split(os.environ.get("PAGER", "")) or ["less"]
    except ValueError as error:
        view.post_message(Tab.Said(f"$PAGER is no command: {error}", "bad"))
        return
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".log", errors="replace") as file:
        for number in view.shown.within(view.store.first, view.store.end):
            text = view.texts([number])[0]
            file.write(f"{full_stamp(view.store[number].time)} {clean(text, limit=len(text) + 1)}\n")
        file.flush()
        try:
            with view.app.suspend():
                subprocess.run([*command, file.name], check=False)
        except SuspendNotSupported:
            why = ("this terminal cannot be handed to a pager", offer(view, "log.save", "saves the lines"))
            view.post_message(Tab.Said("; ".join(filter(None, why)), "warn"))
        except OSError as error:
            view.post_message(Tab.Said(f"{command[0]} cannot be run: {error.strerror}", "bad"))
    view.app.refresh()
