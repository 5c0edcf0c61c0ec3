"""What containers print: lines made as time passes, always the same for a seed."""

import random
from collections.abc import Callable

from dockertui.demo.world import voices
from dockertui.demo.world.host import Host
from dockertui.demo.world.objects import Container, LogLine

_MOST_AT_ONCE = 600


def write(container: Container, when: float, text: str, *, stderr: bool = False) -> None:
    container.logs.append(LogLine(when, stderr, text))


def catch_up(host: Host, container: Container, now: float) -> None:
    """Write the lines that a running container has printed since they were last looked at.

    Line number k of a container is printed at k * log_every and says the same however often it is asked for.
    """
    since = container.log_from
    if since is not None and container.state != "paused":
        container.log_from = now
        print_lines(host, container, since, now)


def print_lines(host: Host, container: Container, since: float, until: float) -> None:
    """Write the lines of a span of time (epoch seconds), of a long one the last few hundred."""
    voice = voices.VOICES.get(container.temper.voice)
    if voice is None:
        return
    every = container.temper.log_every
    last = int(until / every)
    for number in range(max(int(since / every) + 1, last - _MOST_AT_ONCE), last + 1):
        _speak(host, container, voice, number, every)


def _speak(host: Host, container: Container, voice: voices.Voice, number: int, every: float) -> None:
    # Which line it is must not depend on the machine's clock: the count starts at the host's birth.
    nth = number - int(host.born / every)
    dice = random.Random(f"{host.seed} {container.name} {nth}")
    when = number * every - dice.random() * every * 0.01
    for place, (stderr, text) in enumerate(voice(dice, nth, when)):
        # No two lines at one moment: a reader resumes one nanosecond after the last that it has.
        container.logs.append(LogLine(when + place * 1e-5, stderr, text))


def next_line_due(container: Container, now: float) -> float | None:
    """When the next line will be printed, or None when nothing is to be expected."""
    if container.log_from is None or container.state != "running" or container.temper.voice not in voices.VOICES:
        return None
    every = container.temper.log_every
    return (int(now / every) + 1) * every + 0.001


def select(container: Container, keep: Callable[[LogLine], bool], tail: int | None) -> list[LogLine]:
    """The last `tail` lines, of these the ones to keep: in this order, as a real Engine does it."""
    lines = [*container.logs]
    return [line for line in (lines if tail is None else lines[max(len(lines) - tail, 0) :]) if keep(line)]
