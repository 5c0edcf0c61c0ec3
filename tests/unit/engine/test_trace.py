"""The journal of requests."""

from __future__ import annotations

import asyncio

from dockertui.engine.trace import Trace, because


def test_the_last_requests_are_kept_in_order() -> None:
    trace = Trace(capacity=3)
    for number in range(5):
        trace.start("GET", f"/{number}")
    assert [(request.number, request.path) for request in trace] == [(3, "/2"), (4, "/3"), (5, "/4")]
    assert len(trace) == 3


def test_a_request_is_there_while_it_runs_and_complete_when_it_ended() -> None:
    trace = Trace(clock=lambda: 100.0)
    request = trace.start("POST", "/x?y=1", b"1234567")
    assert list(trace) == [request]
    assert (request.started, request.duration, request.status, request.bytes_out) == (100.0, None, 0, 7)
    request.bytes_in = 5
    trace.finish(request, status=200)
    assert (request.status, request.bytes_in, request.error) == (200, 5, "")
    assert request.duration is not None
    assert request.duration >= 0


def test_the_rate_is_of_the_last_minute() -> None:
    now = 0.0
    trace = Trace(clock=lambda: now)
    for now in (0.0, 10.0, 50.0, 69.9):  # noqa: B007 (the clock reads it)
        trace.start("GET", "/")
    assert trace.per_minute(70.0) == 2
    assert trace.per_minute(60.0) == 3
    assert trace.per_minute(1000.0) == 0


async def test_causes_follow_tasks_and_do_not_leak() -> None:
    trace = Trace()

    async def ask(path: str) -> None:
        await asyncio.sleep(0)
        trace.start("GET", path)

    with because("outer"):
        task = asyncio.create_task(ask("/task"))
        with because("inner"):
            await ask("/inner")
        await ask("/outer")
    await task
    await ask("/none")
    assert {request.path: request.cause for request in trace} == {
        "/task": "outer",
        "/inner": "inner",
        "/outer": "outer",
        "/none": "",
    }


def test_the_last_minute_is_counted_by_cause() -> None:
    now = [1000.0]
    trace = Trace(clock=lambda: now[0])
    for at, cause in ((1000, "old"), (1070, "statistics"), (1080, "statistics"), (1090, "detail")):
        now[0] = at
        with because(cause):
            trace.start("GET", "/x")
    assert trace.causes(1100.0) == {"statistics": 2, "detail": 1}
    assert trace.per_minute(1100.0) == 3
