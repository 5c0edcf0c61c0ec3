"""A random walk over the keys: on every screen, nothing breaks, and nothing harmful happens without a question.

    python -m tests.ui.walk --keys 10000 --seed 7 --size 80x24

runs it by hand, in a directory of its own, and prints what it saw.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from textual.worker import Worker, WorkerState

from dockertui.config import Settings
from dockertui.operations.catalogue import BY_ID, OPERATIONS
from dockertui.operations.command import Command, Harm
from dockertui.operations.jobs import Job, Jobs, Task
from dockertui.screens.base.confirm import QUIET, ConfirmScreen
from dockertui.screens.main.screen import MainScreen
from tests.ui.stage import CHARACTERS, Stage, opened

LEADER = "ctrl+right_square_bracket"
KEYS = (
    *(chr(code) for code in range(ord("a"), ord("z") + 1)),
    *(chr(code) for code in range(ord("A"), ord("Z") + 1)),
    *CHARACTERS,
    *(f"ctrl+{chr(code)}" for code in range(ord("a"), ord("z") + 1)),
    *(f"f{number}" for number in range(1, 13)),
    *("escape", "enter", "tab", "shift+tab", "up", "down", "left", "right", "pageup", "pagedown", "home", "end"),
    *("backspace", "delete", "insert", "ctrl+home", "ctrl+end", "shift+up", "alt+x", "ctrl+left", LEADER),
)
"""All keys: those that type a character, and those that do not."""

WAYS: tuple[tuple[str, ...], ...] = (
    *((number,) for number in "1234"),
    ("enter",), ("1", "enter"), ("2", "enter"), ("3", "enter"), ("4", "enter"), ("z", "enter"), ("z",),
    ("1", "l"), ("1", "l", "enter"), ("1", "L"), ("1", "D"), ("1", "m"), ("1", "P"), ("1", "i"), ("1", "F"),
    ("1", "F", "end", "enter"), ("4", "F"), ("1", "i", "left_square_bracket"), ("e",), ("e", "enter"), ("S",),
    ("~",), ("J",), ("J", "enter"), ("question_mark",), ("colon",), ("o",), ("T",), ("full_stop",), ("b",),
    ("space", "space", "b"), ("y",), ("slash",), ("1", "c"), ("1", "d"), ("1", "s"), ("1", "r"), ("1", "ctrl+k"),
    ("1", "R"), ("1", "p"), ("1", "x"), ("1", "a"), ("1", "W"), ("1", "X"), ("t",), ("2", "c"), ("2", "B"), ("2", "d"),
    ("2", "R"), ("3", "c"), ("3", "d"), ("4", "c"), ("4", "d"), ("1", "x", LEADER, "s"), ("t", LEADER, "x"),
    ("t", LEADER, "left_square_bracket"), ("q",), ("enter", "q"), ("z", "q"), ("1", "l", "ampersand"),
)  # fmt: skip
"""Keys that lead from a list to each screen, tab, menu, form and confirmation."""
STRIDE = 25
"""Random keys pressed after each of `WAYS`."""
FORMS = [operation for operation in OPERATIONS if isinstance(operation, Command) and not operation.keys]


@dataclass
class Walk:
    """What the walk has seen."""

    stage: Stage
    random: random.Random
    typed: list[str] = field(default_factory=list)
    screens: Counter[str] = field(default_factory=Counter)
    answered: list[str] = field(default_factory=list)
    """The titles of confirmations answered with another key than no, since the last harmful command run."""
    harmed: Counter[str] = field(default_factory=Counter)
    """Harmful command runs, by command."""
    exits: int = 0

    async def go(self, count: int) -> None:
        """Press `count` random keys, going through `WAYS` in random order."""
        ways = [*WAYS]
        while len(self.typed) < count:
            if not ways:
                ways = [*WAYS]
            await self._back_to_the_lists()
            for key in ways.pop(self.random.randrange(len(ways))):
                await self._press(key)
            for _ in range(STRIDE):
                await self._press(self._any_key())
        self.stage.check_frame()

    def _any_key(self) -> str:
        """Return a random key; on a confirmation sometimes its answer, so that commands run, too."""
        screen = self.stage.app.screen
        if isinstance(screen, ConfirmScreen) and self.random.random() < 0.2:
            return screen._question.answers[0].key
        if self.random.random() < 0.15:
            return self.random.choice(("escape", "enter", "tab", "ctrl+s", "down", "q"))
        return self.random.choice(KEYS)

    async def _back_to_the_lists(self) -> None:
        """Press Escape until the lists are reached; sometimes open a form that has no key."""
        app = self.stage.app
        for _ in range(12):
            if isinstance(app.screen, MainScreen) and app.screen.focused is app.screen.pane.table:
                break
            if isinstance(app.screen, MainScreen) and app.screen.terminals.have_focus:
                await self._press(LEADER)
                await self._press("d")
            elif isinstance(app.screen, ConfirmScreen) and app.screen._question.title.startswith("Discard"):
                await self._press("y")  # Escape would keep the form open
            else:
                if isinstance(app.screen, ConfirmScreen) and app.screen._question.sudden:
                    await asyncio.sleep(QUIET)  # until then it takes no key: it may have been typed for something else
                await self._press("escape")
        main = self.stage.main
        assert isinstance(app.screen, MainScreen), f"no way back from {app.screen}: {self.typed[-60:]}"
        if self.random.random() < 0.2:
            command = self.random.choice(FORMS)
            if command.kind != "system":
                main.arrangement.goto_pane([pane.resource.kind for pane in main.lists.all].index(command.kind))
            await main.action_operate(command.id)

    async def _press(self, key: str) -> None:
        app, before, exits = self.stage.app, self.stage.app.screen, self.exits
        self.typed.append(key)
        self.screens[self._place()] += 1
        in_list = (
            isinstance(before, MainScreen) and before.focused is before.pane.table and not before.arrangement.zoomed
        )
        if isinstance(before, ConfirmScreen) and key in {answer.key for answer in before._question.answers}:
            self.answered.append(before._question.title)
        await self.stage.burst(key)
        assert app._exception is None, f"{app._exception!r} after {self.typed[-60:]}"
        assert app.is_running
        if self.exits > exits and key == "q":
            asked = "Quit?" in self.answered[-3:]  # quitting first undoes a running recreate
            assert in_list or asked, f"q quits below the lists, after {self.typed[-60:]}"

    def _place(self) -> str:
        screen = self.stage.app.screen
        if not isinstance(screen, MainScreen):
            return type(screen).__name__
        return type(screen.focused).__name__

    # checks on the program

    def starts(self, tasks: Sequence[Task]) -> None:
        """Check at the start of a command run: if it is harmful, its confirmation was answered just now."""
        command, asked = tasks[0].command, self.answered[-1:]
        if command.harm is not Harm.NOTHING:
            words = command.question.partition("{")[0] or command.verb
            assert asked, f"{command.id} unasked, after {self.typed[-60:]}"
            assert command.prunes or asked[0].startswith(words.strip()), f"{command.id} on {asked}"
            if len(tasks) == 1 and command.on_object:
                assert tasks[0].name in asked[0], f"{tasks[0].name} in place of {asked[0]}"
            self.harmed[command.id] += 1
            self.answered.clear()

    def check_requests(self) -> None:
        """Check that each request that stops or removes something was caused by a confirmed command; see `starts`."""
        for request in self.stage.app.trace:
            ends = request.method == "DELETE" or request.path.partition("?")[0].endswith(
                ("/stop", "/kill", "/restart", "/pause", "/prune", "/disconnect")
            )
            command = BY_ID.get(request.cause)
            if ends and request.method != "GET":
                assert isinstance(command, Command), f"{request.method} {request.path} by {request.cause!r}"
                assert self.harmed[command.id], f"{request.path}: {command.id} without a question"


@contextmanager
def watched(walk: Walk, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Record command runs and failures; the program's own exit is prevented."""
    app, start, failures = walk.stage.app, Jobs.start, []

    def starting(jobs: Jobs, tasks: Sequence[Task]) -> list[Job]:
        walk.starts(tasks)
        return start(jobs, tasks)

    def wanted(*_: Any, **__: Any) -> None:
        walk.exits += 1

    def changed(worker: Worker[Any], event: Any = None) -> None:
        if worker.state is WorkerState.ERROR:
            failures.append(traceback.format_exc())  # `error` is set after the state

    def failing(worker: Worker[Any]) -> WorkerState:
        return worker._state

    def fails(worker: Worker[Any], state: WorkerState) -> None:
        original(worker, state)
        changed(worker)

    original = Worker.__dict__["state"].fset
    patch.setattr(Worker, "state", property(failing, fails))
    patch.setattr(Jobs, "start", starting)
    patch.setattr(app, "exit", wanted)
    yield
    assert not failures, f"a worker failed after {walk.typed[-60:]}:\n{failures[0]}"


async def walk(count: int, seed: int, size: tuple[int, int], patch: pytest.MonkeyPatch, folder: Path) -> Walk:
    """Press `count` keys on the demo Engine, in a directory where files may be written."""
    patch.chdir(folder)
    patch.setenv("HOME", str(folder))
    patch.setenv("SSH_CONNECTION", "here there")  # prevents the machine's browser and clipboard from being used
    patch.setenv("PAGER", "true")
    async with opened(size, settings=Settings(stats_period=3600.0)) as stage:
        seen = Walk(stage, random.Random(seed))
        with watched(seen, patch):
            await seen.go(count)
            await seen._back_to_the_lists()
            for job in stage.main.runner.jobs.running:
                stage.main.runner.jobs.cancel(job)
            await stage.main.runner.jobs.settled()
        seen.check_requests()
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", default="80x24")
    options = parser.parse_args()
    width, _, height = options.size.partition("x")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        for name in ("DOCKER_HOST", "DOCKER_API_VERSION"):
            patch.delenv(name, raising=False)
        patch.setattr("dockertui.exit_signals.signal.signal", lambda number, handler: None)
        seen = asyncio.run(walk(options.keys, options.seed, (int(width), int(height)), patch, Path(folder)))
        os.chdir("/")
    print(f"{len(seen.typed)} keys in {time.monotonic() - began:.0f} s, quit asked or done {seen.exits} times")
    print("on:", ", ".join(f"{name} {count}" for name, count in seen.screens.most_common()))
    print("harmed, each asked about:", dict(seen.harmed))


if __name__ == "__main__":
    main()
