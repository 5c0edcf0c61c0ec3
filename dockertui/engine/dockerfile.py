"""A Dockerfile's instructions and their lines, so that a build step can be shown with its line.

Parsed as github.com/moby/buildkit/frontend/dockerfile/parser does, as far as the classic builder goes.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_DIRECTIVE: Final = re.compile(r"#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*")
_COMMENT: Final = re.compile(r"\s*#")
_STAGE: Final = re.compile(r"(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?\s*", re.I)
_HEREDOC: Final = re.compile(r"\d*<<-?[^<]+")
_FLAGS: Final = {
    "RUN": ("mount", "network", "security", "device"),
    "COPY": ("link", "chmod", "parents", "exclude"),
    "ADD": ("link", "chmod", "checksum", "keep-git-dir", "exclude", "unpack"),
}
"""Flags that only BuildKit knows."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction. `word` in upper case; `text` joined to one line; `line` is its first line, from 1."""

    word: str
    text: str
    line: int

    @property
    def arguments(self) -> str:
        return self.text.partition(" ")[2].strip() if " " in self.text else ""


def instructions(text: str) -> list[Instruction]:
    """Return all instructions of a Dockerfile, known or not."""
    lines = [line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n")]
    escape = re.escape(_escape(lines))
    continued = re.compile(rf"(?<!{escape}){escape}[ \t]*$")  # an escaped escape character does not continue the line
    found: list[Instruction] = []
    parts: list[str] = []
    begun = 0
    for number, line in enumerate(lines, 1):
        if _COMMENT.match(line) or not line.strip():
            continue  # even within an instruction
        if not parts:
            begun, line = number, line.lstrip()
        goes_on = continued.search(line)
        parts.append(line[: goes_on.start()] if goes_on else line)
        if not goes_on:
            found.append(_instruction(parts, begun))
            parts = []
    return [*found, _instruction(parts, begun)] if parts else found


def _instruction(parts: Sequence[str], line: int) -> Instruction:
    text = re.sub(r"\s", " ", "".join(parts), count=1).strip()
    return Instruction(text.partition(" ")[0].upper(), text, line)


def _escape(lines: Sequence[str]) -> str:
    """Return the line continuation character: a backslash, unless the directive `escape` at the top sets another."""
    for line in lines:
        match = _DIRECTIVE.fullmatch(line.strip())
        if match is None:
            break
        if match[1].lower() == "escape" and match[2] in ("\\", "`"):
            return match[2]
    return "\\"


def stages(found: Sequence[Instruction]) -> list[str]:
    """Return the names of the stages in order, in lower case; "" for one without."""
    names = []
    for instruction in found:
        if instruction.word == "FROM":
            match = _STAGE.fullmatch(instruction.arguments)
            names.append((match[2] or "").lower() if match else "")
    return names


def steps(found: Sequence[Instruction], target: str = "") -> list[Instruction]:
    """Return the instructions that the classic builder runs for a target, in order: all up to the end of its stage."""
    last = stage_number(found, target)
    begun, done = -1, []
    for instruction in found:
        begun += instruction.word == "FROM"
        if last is not None and begun > last:
            break
        done.append(instruction)
    return done


def stage_number(found: Sequence[Instruction], target: str) -> int | None:
    """Return the index of the target's stage, from 0; None for no target or an unknown one."""
    names = stages(found)
    if not target:
        return None
    if target.lower() in names:
        return names.index(target.lower())
    return int(target) if target.isdecimal() and int(target) < len(names) else None


def beyond_the_classic(found: Sequence[Instruction]) -> tuple[Instruction, str] | None:
    """Return the first instruction that only BuildKit can run, and why: a here-document, or a flag of BuildKit's."""
    for instruction in found:
        if instruction.word in _FLAGS and any(map(_HEREDOC.fullmatch, _words(instruction.arguments))):
            return instruction, "a here-document"
        for word in instruction.arguments.split():
            if not word.startswith("--"):
                break
            name = word[2:].partition("=")[0]
            if name in _FLAGS.get(instruction.word, ()):
                return instruction, f"--{name}"
    return None


def _words(text: str) -> list[str]:
    """Split a shell's words, quotes kept; empty for text that is not valid in a shell."""
    try:
        return shlex.split(text, posix=False)
    except ValueError:
        return []
