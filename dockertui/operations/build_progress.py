"""The progress of a build: its steps, their output, and the line of the Dockerfile where it failed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from dockertui.engine.build_context import SENDING
from dockertui.engine.dockerfile import Instruction
from dockertui.engine.errors import EngineError, shorten
from dockertui.engine.fields import count, mapping, text
from dockertui.operations.progress import Progress
from dockertui.operations.remedies import explained
from dockertui.resources import format

_BOLD, _RED, _PLAIN = "\x1b[1m", "\x1b[1;31m", "\x1b[0m"
_STEP: Final = re.compile(r"Step (\d+)/(\d+) : (.*)", re.S)
_INSTRUCTION_SHOWN: Final = 200
_CODE: Final = re.compile(r"returned a non-zero code: (\d+)\Z")


class BuildProgress(Progress):
    """The progress of a build of `steps`, the instructions of the file `dockerfile`.

    The builder announces steps in the same stream as the containers' output, which may look like an announcement: only
    the next step, with exactly the Dockerfile's instruction, is accepted.
    """

    kept = 20_000

    def __init__(self, dockerfile: str, steps: Sequence[Instruction]) -> None:
        super().__init__()
        self._dockerfile = dockerfile
        self._steps = steps
        self._sent = 0
        self.step = 0
        """The current step, from 1; 0 before the first."""
        self.total = 0

    def hear(self, said: Mapping[str, Any]) -> None:
        if text(said, "status") == SENDING:
            self._sent = count(mapping(said, "progressDetail"), "current") or 0
            return
        stream = text(said, "stream")
        if self._begins_step(stream):
            self.layers.clear()  # those of the previous base image
            self.end()
            said = {"stream": f"{_BOLD}{stream}{_PLAIN}"}
        super().hear(said)

    def _begins_step(self, said: str) -> bool:
        found = _STEP.match(said)
        if found is None:
            return False
        number, total = int(found[1]), int(found[2])
        due = number == self.step + 1 and total >= number and self.total in (0, total)
        instruction = self._steps[number - 1] if self._knows(total) and number <= len(self._steps) else None
        if not due or (instruction is not None and instruction.text.split() != found[3].split()):
            return False
        self.step, self.total = number, total
        return True

    def _knows(self, total: int) -> bool:
        """Whether the steps match the builder's, which adds one for labels given in the request."""
        return total in (len(self._steps), len(self._steps) + 1)

    @property
    def instruction(self) -> Instruction | None:
        """The current instruction, if it is in the Dockerfile."""
        known = self._knows(self.total) and 0 < self.step <= len(self._steps)
        return self._steps[self.step - 1] if known else None

    @property
    def place(self) -> str:
        """`step 3/5, Dockerfile:7: RUN make`."""
        if not self.step:
            return ""
        instruction = self.instruction
        where = f", {self._dockerfile}:{instruction.line}: {instruction.text}" if instruction else ""
        return f"step {self.step}/{self.total}{where}"

    @property
    def summary(self) -> str:
        if not self.step:
            return f"{format.size(self._sent)} sent" if self._sent else super().summary
        return f"{self.place} · {super().summary}" if self.layers else self.place

    @property
    def share(self) -> float | None:
        """The share of steps done."""
        return (self.step - 1) / self.total if self.step else None

    def failed(self, error: EngineError) -> str:
        """Return `step 3/5 failed, Dockerfile:7, exit code 2: RUN make`; without a code, the Engine's words."""
        sentence = self._failure(error)
        self.end()
        self.say_line(f"{_RED}{sentence}{_PLAIN}")
        return sentence

    def _failure(self, error: EngineError) -> str:
        if not self.step:
            return explained(error)
        instruction, code = self.instruction, _CODE.search(error.message)
        where = f", {self._dockerfile}:{instruction.line}" if instruction else ""
        told = shorten(instruction.text, _INSTRUCTION_SHOWN) if instruction else ""
        if code:
            return f"step {self.step}/{self.total} failed{where}, exit code {code[1]}{told and f': {told}'}"
        return f"step {self.step}/{self.total} failed{where}: {explained(error)}{told and f' ({told})'}"
