"""Errors that are survived: each is written to a file once, and reported whenever it happens, but not too often.

All layers of the program log such errors to the logger `dockertui`; a `CrashLog` handles them while the program runs.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from typing import Any, Final

LOGGER: Final = logging.getLogger("dockertui")
LOGGER.addHandler(logging.NullHandler())

FILES_MOST: Final = 20
"""Most crash files of one run, however many errors a container causes."""
REST: Final = 2.0
"""Seconds for which the same error is not reported again."""
_LOST_AFTER: Final = 0.5
"""Seconds after which nobody is expected to ask for a task's result any more."""

Kind = tuple[type[BaseException], str, int]


class CrashLog(logging.Handler):
    """Handle survived errors. `write` writes a file and returns a sentence; `report` shows a sentence.

    expected: errors that are no fault of the program: reported, but not written.
    """

    def __init__(
        self,
        write: Callable[[BaseException], str] = lambda error: f"an error in the program, {error!r}",
        *,
        expected: tuple[type[BaseException], ...] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(logging.ERROR)
        self.report: Callable[[str], object] = lambda sentence: None
        self.errors: deque[BaseException] = deque(maxlen=100)
        """The latest errors that were the program's fault."""
        self._write, self._expected, self._clock = write, expected, clock
        self._sentences: dict[Kind, str] = {}
        self._told: dict[Kind, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Handle an error; a failure to do so must not cause another."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return
        try:
            self._take(error)
        except Exception:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Print nothing: the screen is in use."""

    def _take(self, error: BaseException) -> None:
        kind = _kind(error)
        if isinstance(error, self._expected):
            sentence = str(error)
        else:
            self.errors.append(error)
            sentence = self._written(kind, error)
        now = self._clock()
        if now - self._told.get(kind, float("-inf")) >= REST:
            self._told[kind] = now
            self.report(sentence)

    def _written(self, kind: Kind, error: BaseException) -> str:
        if kind not in self._sentences:
            if len(self._sentences) >= FILES_MOST:
                return f"an error in the program, {type(error).__name__}, after many others"
            self._sentences[kind] = self._write(error)
        return self._sentences[kind]


def _kind(error: BaseException) -> Kind:
    """Return what identifies an error: its type, and the line that raised it."""
    trace = error.__traceback__
    if trace is None:
        return type(error), "", 0
    while trace.tb_next is not None:
        trace = trace.tb_next
    return type(error), trace.tb_frame.f_code.co_filename, trace.tb_lineno


def log_lost_errors(loop: asyncio.AbstractEventLoop, expected: tuple[type[BaseException], ...]) -> None:
    """Log errors in tasks and callbacks of `loop` that nobody waits for, which would otherwise be lost.

    A task that ended in one of the `expected` errors is ignored: its owner may still ask for its result.
    """

    def made(
        loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any] | Generator[Any, None, Any], **options: Any
    ) -> asyncio.Task[Any]:
        task = asyncio.Task(work, loop=loop, **options)
        task.add_done_callback(_ended)
        return task

    def _ended(task: asyncio.Task[Any]) -> None:
        if getattr(task, "_log_traceback", False):
            loop.call_later(_LOST_AFTER, _look, task)

    def _look(task: asyncio.Task[Any]) -> None:
        if getattr(task, "_log_traceback", False) and not isinstance(error := task.exception(), expected):
            LOGGER.error("a task failed", exc_info=error)

    def _failed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException) and not isinstance(error, expected):
            LOGGER.error("a callback failed", exc_info=error)
        if before is not None:
            before(loop, context)
        elif error is None:
            loop.default_exception_handler(context)

    before = loop.get_exception_handler()
    loop.set_task_factory(made)
    loop.set_exception_handler(_failed)
