"""What containers print: lines made as time passes, always the same for a seed, and how they are sent.

`voices.json` has what each kind of program says: what is drawn by lot for a line, in this order, and its texts, each
for one of the two streams and, where a third part says so, only with some of what was drawn.
"""

import asyncio
import contextlib
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from dockertui.demo.call import Call, Route, frame
from dockertui.demo.filters import timestamp_ns
from dockertui.demo.host import Event, Host, invalid
from dockertui.demo.objects import Container, LogLine
from dockertui.demo.times import fixed_rfc3339, nanoseconds

_VOICES: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("voices.json").read_text(encoding="utf-8"))
_IDLE = 60.0
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
    voice = _VOICES.get(container.temper.voice)
    if voice is None:
        return
    every = container.temper.log_every
    last = int(until / every)
    for number in range(max(int(since / every) + 1, last - _MOST_AT_ONCE), last + 1):
        _speak(host, container, voice, number, every)


def _speak(host: Host, container: Container, voice: dict[str, Any], number: int, every: float) -> None:
    # Which line it is must not depend on the machine's clock: the count starts at the host's birth.
    nth = number - int(host.born / every)
    dice = random.Random(f"{host.seed} {container.name} {nth}")
    when = number * every - dice.random() * every * 0.01
    moment = datetime.fromtimestamp(when, UTC)
    drawn = {"nth": nth, "when": moment, "ms": f"{moment:%f}"[:3], "iso": f"{moment:%Y-%m-%dT%H:%M:%S.%f}"[:-3]}
    for name, how in voice["draws"].items():
        drawn[name] = _draw(how, drawn, dice)
    lines = [
        one for one in voice["lines"] if all(drawn[name] in some for only in one[2:] for name, some in only.items())
    ]
    for place, (stream, text, *_) in enumerate(lines):
        # No two lines at one moment: a reader resumes one nanosecond after the last that it has.
        write(container, when + place * 1e-5, text.format(**drawn), stderr=stream == "err")


def _draw(how: Any, drawn: dict[str, Any], dice: random.Random) -> Any:
    match how:
        case [*choice]:
            return dice.choice(choice)
        case {"by": other, **cases}:
            return _draw(cases[drawn[other]], drawn, dice)
        case {"weights": weights}:
            return dice.choices([*weights], [*weights.values()])[0]
        case {"from": low, "below": high}:
            return dice.randrange(low, high)
        case {"below": most}:
            return dice.random() * most
        case {"bits": count}:
            return dice.getrandbits(count)
        case {"rest of": count}:
            return drawn["nth"] % count + how.get("plus", 0)
        case {"part of": other, "whole": whole}:
            return drawn[other] / whole
    return how


def next_line_due(container: Container, now: float) -> float | None:
    """When the next line will be printed, or None when nothing is to be expected."""
    if container.log_from is None or container.state != "running" or container.temper.voice not in _VOICES:
        return None
    every = container.temper.log_every
    return (int(now / every) + 1) * every + 0.001


# -- the API --------------------------------------------------------------------------------------


async def show(call: Call) -> web.StreamResponse:
    streams = {stderr for stderr, name in ((False, "stdout"), (True, "stderr")) if call.flag(name)}
    if not streams:
        raise invalid("Bad parameters: you must choose at least one stream")
    since, until = timestamp_ns(call.text("since")), timestamp_ns(call.text("until"))
    container = call.container
    host, stamped, tail = call.host, call.flag("timestamps"), call.text("tail")
    told = " " if call.flag("details") else ""  # of labels and variables: none
    kind = f"application/vnd.docker.{'raw' if container.tty else 'multiplexed'}-stream"

    def keep(line: LogLine) -> bool:
        nanos = nanoseconds(line.time)
        return line.stderr in streams and (since or 0) <= nanos <= (until or nanos)

    def framed(line: LogLine) -> bytes:
        stamp = f"{fixed_rfc3339(line.time)} " if stamped else ""
        return frame(2 if line.stderr else 1, encoded(container, f"{stamp}{told}{line.text}"), raw=container.tty)

    with host.events.listening() as queue:
        catch_up(host, container, host.now())
        # The last lines ('all' is what is no number), and of these the ones to keep: in this order, as a real Engine.
        lines = [*container.logs][max(len(container.logs) - int(tail), 0) if tail.isdecimal() else 0 :]
        last = container.logs[-1] if container.logs else None
        stream = await call.stream(kind if call.version >= (1, 42) else "")
        if chosen := [line for line in lines if keep(line)]:
            await stream.write(b"".join(map(framed, chosen)))
        while call.flag("follow") and container.running and container.id in host.containers:
            await news(host, container, queue)
            lines, last = printed_after(host, container, last)
            if chosen := [line for line in lines if keep(line)]:
                await stream.write(b"".join(map(framed, chosen)))
    return stream.response


def encoded(container: Container, text: str) -> bytes:
    """A line as its process wrote it."""
    return f"{text}\r\n".encode("utf-8", "replace") if container.tty else f"{text}\n".encode("utf-8", "replace")


async def news(host: Host, container: Container, queue: asyncio.Queue[Event]) -> list[Event]:
    """Wait for the next line's time, or for something to happen: what has happened."""
    due = next_line_due(container, host.now()) if host.live else None
    happened = []
    with contextlib.suppress(TimeoutError):
        happened = [await asyncio.wait_for(queue.get(), _IDLE if due is None else max(due - host.now(), 0.01))]
    while not queue.empty():
        happened.append(queue.get_nowait())
    return happened


def printed_after(host: Host, container: Container, last: LogLine | None) -> tuple[list[LogLine], LogLine | None]:
    """The lines printed after `last`, and the new last one."""
    catch_up(host, container, host.now())
    fresh: list[LogLine] = []
    for line in reversed(container.logs):
        if line is last:
            break
        fresh.append(line)
    return fresh[::-1], fresh[0] if fresh else last


ROUTES = (Route("GET", "/containers/{id}/logs", show),)
