"""The card as Markdown, for a ticket. Foreign text is in code, which nothing in it can end."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dockertui.engine.models import Version
from dockertui.resources import format
from dockertui.resources.secrets import mask_sections
from dockertui.resources.why.card import LINES, card
from dockertui.resources.why.diagnosis import diagnose
from dockertui.resources.why.facts import Facts
from dockertui.widgets.page_lines import Field, Section
from dockertui.widgets.text import clean

_LIMIT = 600
"""Most characters of a line."""


def markdown(facts: Facts, version: Version | None = None) -> str:
    """Return the whole card in its order; the sections below the verdict become fenced blocks."""
    verdict = diagnose(facts)
    sections = card(facts, (2 * _LIMIT, LINES))
    _, *rest = sections if facts.reveal else mask_sections(sections, facts.secrets)
    parts = [
        f"# Why is it not well: {code(facts.name)}" if facts.running else f"# Why did it die: {code(facts.name)}",
        f"> {code(facts.shown(verdict.sentence(facts.name)))}",
        *_list("Likely (not proven)", map(facts.shown, verdict.likely)),
        *_list("Do next", map(facts.shown, verdict.todo)),
        *(part for section in rest for part in (f"## {section.title}", fenced(_lines(section)))),
        _origin(facts, version),
    ]
    return "\n\n".join(parts) + "\n"


def _list(title: str, texts: Iterable[str]) -> list[str]:
    lines = [f"- {code(text)}" for text in texts]
    return [f"## {title}", "\n".join(lines)] if lines else []


def _origin(facts: Facts, version: Version | None) -> str:
    brand = "Podman" if version is not None and version.podman else "Docker Engine"
    engine = f", {brand} {version.engine} (API {version.api}, {version.os}/{version.arch})" if version else ""
    said = f"seen {format.moment(facts.now, facts.now).partition(' (')[0]}{engine}"
    return f"*Diagnosed by dockertui:* {code(said)}"


def _lines(section: Section) -> Iterable[str]:
    """Yield label and value of each field; further lines of a value are aligned below the first."""
    width = max((len(_clean(field.label)) for field in section.fields), default=0)
    for field in section.fields:
        label = _clean(field.label).ljust(width)
        for text in _texts(field):
            yield f"{label}  {text}".rstrip() if width else text.rstrip()
            label = " " * width


def _texts(field: Field) -> list[str]:
    values = [field.value] if isinstance(field.value, str) else field.value
    return [_clean(line) for value in values for line in (value.splitlines() or [""])]


def _clean(text: str) -> str:
    return clean(text, limit=_LIMIT)


def code(text: str) -> str:
    """Return a text as inline code, on one line, whatever backticks it contains."""
    said = " ".join(_clean(text).split()) or " "
    marks = "`" * (_longest(said) + 1)
    pad = " " if said.startswith("`") or said.endswith("`") or said == " " else ""
    return f"{marks}{pad}{said}{pad}{marks}"


def fenced(lines: Iterable[str]) -> str:
    """Return lines as a code block, with a fence longer than any run of backticks in them."""
    body = "\n".join(lines)
    fence = "`" * max(3, _longest(body) + 1)
    return f"{fence}text\n{body}\n{fence}"


def _longest(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
