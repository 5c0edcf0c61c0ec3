"""The log of a container: multiplexed frames (or raw bytes of a TTY), tail, since, until, follow."""

import asyncio
import struct
from collections.abc import Callable

from aiohttp import web

from dockertui.demo.api.call import Call, Route, Stream
from dockertui.demo.api.filters import timestamp_ns
from dockertui.demo.world import logs as printed
from dockertui.demo.world.events import Event
from dockertui.demo.world.host import Host
from dockertui.demo.world.objects import Container, LogLine
from dockertui.demo.world.refusal import invalid
from dockertui.demo.world.times import fixed_rfc3339, nanoseconds

_STDOUT, _STDERR = 1, 2
_IDLE = 60.0


async def show(call: Call) -> web.StreamResponse:
    keep = _wanted(call)
    container = call.host.container(call.names["id"])
    host, follow = call.host, call.flag("follow")
    write = _writer(call, container)
    queue = host.events.listen() if follow else None
    stream = Stream(call, _content_type(call, container))
    try:
        printed.catch_up(host, container, host.now())
        lines = printed.select(container, keep, _tail(call))
        last = container.logs[-1] if container.logs else None
        await stream.open()
        if lines:
            await stream.write(b"".join(map(write, lines)))
        while queue is not None and container.running and container.id in host.containers:
            await _printed_or_ended(host, container, queue)
            lines, last = printed_after(host, container, last)
            if chosen := [line for line in lines if keep(line)]:
                await stream.write(b"".join(map(write, chosen)))
    finally:
        if queue is not None:
            host.events.leave(queue)
    return stream.response


def _wanted(call: Call) -> Callable[[LogLine], bool]:
    streams = {stderr for stderr, name in ((False, "stdout"), (True, "stderr")) if call.flag(name)}
    if not streams:
        raise invalid("Bad parameters: you must choose at least one stream")
    since, until = timestamp_ns(call.text("since")), timestamp_ns(call.text("until"))

    def keep(line: LogLine) -> bool:
        nanos = nanoseconds(line.time)
        return line.stderr in streams and (since is None or nanos >= since) and (until is None or nanos <= until)

    return keep


def _tail(call: Call) -> int | None:
    """The Engine takes what is no number for 'all'."""
    text = call.text("tail")
    return int(text) if text.isdecimal() else None


def _content_type(call: Call, container: Container) -> str:
    if call.version < (1, 42):
        return ""
    return f"application/vnd.docker.{'raw' if container.tty else 'multiplexed'}-stream"


def _writer(call: Call, container: Container) -> Callable[[LogLine], bytes]:
    """Line to bytes: a frame of type, three zeros, length and text; the text alone on a TTY."""
    stamped, told = call.flag("timestamps"), " " if call.flag("details") else ""  # of labels and variables: none

    def write(line: LogLine) -> bytes:
        ending = "\r\n" if container.tty else "\n"
        stamp = f"{fixed_rfc3339(line.time)} " if stamped else ""
        text = f"{stamp}{told}{line.text}{ending}"
        data = text.encode("utf-8", "replace")
        return data if container.tty else struct.pack(">BxxxL", _STDERR if line.stderr else _STDOUT, len(data)) + data

    return write


async def _printed_or_ended(host: Host, container: Container, queue: asyncio.Queue[Event]) -> None:
    """Wait for the next line's time, or for something to happen to the container."""
    due = printed.next_line_due(container, host.now()) if host.live else None
    patience = _IDLE if due is None else max(due - host.now(), 0.01)
    try:
        await asyncio.wait_for(queue.get(), patience)
    except TimeoutError:
        return
    while not queue.empty():
        queue.get_nowait()


def printed_after(host: Host, container: Container, last: LogLine | None) -> tuple[list[LogLine], LogLine | None]:
    """The lines printed after `last`, and the new last one."""
    printed.catch_up(host, container, host.now())
    fresh: list[LogLine] = []
    for line in reversed(container.logs):
        if line is last:
            break
        fresh.append(line)
    return fresh[::-1], fresh[0] if fresh else last


ROUTES = (Route("GET", "/containers/{id}/logs", show),)
