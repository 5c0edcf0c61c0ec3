"""The Engine's state machine, with the path that a container took through it, and the times of its steps."""

from __future__ import annotations

from typing import Final, NamedTuple

from dockertui.engine.log_lines import SECOND
from dockertui.engine.models import Event
from dockertui.resources import format
from dockertui.resources.why.facts import Facts
from dockertui.widgets.page_lines import Accent

STEPS = 12
"""Number of last steps shown."""
_AROUND = 2.0
_BY_EVENT: Final = {
    "create": "created",
    "start": "running",
    "pause": "paused",
    "unpause": "running",
    "die": "exited",
    "died": "exited",
    "destroy": "removed",
    "remove": "removed",
}


class Step(NamedTuple):
    """A state that was reached: when (epoch seconds), and a note."""

    at: float
    state: str
    note: str = ""


def steps(facts: Facts) -> list[Step]:
    """Return the steps, oldest first: from the events, and from `inspect` where these do not reach."""
    exact = ((facts.created, "created"), (facts.started, "running"), (facts.finished, "exited"))
    found = [Step(event.time_ns / SECOND, _BY_EVENT[event.action], _note(event)) for event in facts.events
             if event.action in _BY_EVENT]  # fmt: skip
    for at, state in exact:
        near = [n for n, step in enumerate(found) if at and step.state == state and abs(step.at - at) <= _AROUND]
        if near and at is not None:
            found[near[-1]] = found[near[-1]]._replace(at=at)  # an event is some ms late
        elif at is not None:
            found.append(Step(at, state))
    found.sort(key=lambda step: (step.at, step.state == "exited"))
    if facts.state in ("restarting", "dead", "removing") and found:
        found.append(Step(found[-1].at, facts.state))
    return found


def _note(event: Event) -> str:
    code = event.attributes.get("exitCode", "")
    return f"exit code {code}" if event.action in ("die", "died") and code else ""


def step_lines(facts: Facts) -> list[tuple[str, str]]:
    """Return time and state of each of the last steps."""
    found, lines = steps(facts), []
    shown = found[-STEPS:]
    for before, step in zip([None, *shown], shown, strict=False):
        lasted = ""
        if before is not None and step.state in ("exited", "paused") and before.state == "running":
            lasted = f"after {format.lasted(step.at - before.at)}"
        said = ", ".join(filter(None, (step.note, lasted)))
        lines.append((format.hour(step.at, facts.now), f"{step.state}{f': {said}' if said else ''}"))
    if len(found) > len(shown):
        lines.insert(0, ("", f"… {len(found) - len(shown)} steps before"))
    return lines


class Drawing(NamedTuple):
    """Lines of text, and the words in them with a style of their own."""

    lines: list[str]
    accents: tuple[Accent, ...]


def drawing(facts: Facts, style: str) -> Drawing:
    """Draw the state machine: heavy arrows were taken, dotted ones were not; the current state is in [brackets]."""
    reached = {step.state for step in steps(facts)} | {facts.state, "created"}
    ran = "running" in reached or facts.started is not None
    if facts.restarts:
        reached.add("restarting")
    now, count = facts.state, f" ×{facts.restarts}" if facts.restarts else ""

    def sign(state: str) -> str:
        return f"[{state}]" if state == now else state if state in reached else f"({state})"

    begin = "━━▶" if ran else "━━✗" if facts.start_failed else "┄┄▷"
    end = "━━▶" if "exited" in reached else "┄┄▷"
    last = now if now in ("dead", "removing") else "removed"
    away = "━━▶" if last == now else "┄┄▷"
    head = f"{sign('created')} {begin} "
    column = " " * len(head)
    pause = "┗━━▶" if "paused" in reached else "└┄┄▷"
    paused = "┃" if "paused" in reached else "┆"
    again = "┗━┻━▶" if "restarting" in reached else "└┄┴┄▷"
    up, down = ("▲", "┃") if "restarting" in reached else ("△", "┆")
    side = "┃" if "restarting" in reached else "┆"
    lines = [
        f"{head}{sign('running')} {end} {sign('exited')} {away} {sign(last)}",
        f"{column}{up} {down} {paused}",
        f"{column}{side} {down} {pause} {sign('paused')}",
        f"{column}{again} {sign('restarting')}{count}",
    ]
    dim = [word for word in (sign(state) for state in ("created", "running", "paused", "restarting", "exited", last))
           if word.startswith("(")]  # fmt: skip
    untaken = ("┄┄▷", "└┄┄▷", "└┄┴┄▷", "△", "┆")
    return Drawing(lines, (Accent(f"[{now}]", style), *(Accent(word, "dim") for word in (*dim, *untaken))))
