"""Reading the Status text of a container."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.engine.status import Duration, Status, parse_duration, parse_status

MINUTE, HOUR, DAY = 60, 3600, 86400


def human_duration(seconds: float) -> str:
    """``HumanDuration`` of docker/go-units, line by line."""
    minutes, hours = int(seconds / MINUTE), int(seconds / HOUR + 0.5)
    steps = [
        (seconds < 1, "Less than a second"),
        (int(seconds) == 1, "1 second"),
        (seconds < 60, f"{int(seconds)} seconds"),
        (minutes == 1, "About a minute"),
        (minutes < 60, f"{minutes} minutes"),
        (hours == 1, "About an hour"),
        (hours < 48, f"{hours} hours"),
        (hours < 24 * 7 * 2, f"{hours // 24} days"),
        (hours < 24 * 30 * 2, f"{hours // 24 // 7} weeks"),
        (hours < 24 * 365 * 2, f"{hours // 24 // 30} months"),
        (True, f"{hours // 24 // 365} years"),
    ]
    return next(text for applies, text in steps if applies)


@given(st.floats(0, 120) | st.floats(0, 3 * DAY) | st.floats(0, 20 * 365 * DAY))
def test_the_true_duration_is_within_the_error(seconds: float) -> None:
    found = parse_duration(human_duration(seconds))
    assert found is not None
    # hours are rounded before days and more are cut from them: half an hour more of doubt
    assert abs(found.seconds - seconds) <= found.error + (HOUR / 2 if found.error >= DAY else 0)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Up 5 minutes", Status("", None, Duration(300, 60))),
        ("Up Less than a second", Status("", None, Duration(0, 1))),
        ("Up 5 minutes (healthy)", Status("healthy", None, Duration(300, 60))),
        ("Up 3 days (unhealthy)", Status("unhealthy", None, Duration(3 * DAY, DAY))),
        ("Up 1 second (health: starting)", Status("starting", None, Duration(1, 1))),
        ("Up About an hour (Paused)", Status("", None, Duration(HOUR, HOUR / 2))),
        ("Exited (137) 3 hours ago", Status("", 137, Duration(3 * HOUR, HOUR / 2))),
        ("Exited (-1) About a minute ago", Status("", -1, Duration(MINUTE, MINUTE))),
        ("Restarting (1) 2 seconds ago", Status("", 1, Duration(2, 1))),
        ("Created", Status("", None, None)),
        ("Dead", Status("", None, None)),
        ("Removal In Progress", Status("", None, None)),
        ("", Status("", None, None)),
        ("Exited (99999999999999999999) x", Status("", None, None)),
        ("Up ٣ minutes (healthy) now", Status("", None, None)),
        ("x" * 100_000 + "Up 1 second", Status("", None, None)),
    ],
)
def test_status_texts(text: str, status: Status) -> None:
    assert parse_status(text) == status


@given(st.text() | st.from_regex(r"(Up|Exited|Restarting) \(?-?\d*\)? ?(About an? )?\d* ?(second|hour|year)s? .*"))
def test_any_text_is_read(text: str) -> None:
    assert parse_status(text).health in ("", "starting", "healthy", "unhealthy")
