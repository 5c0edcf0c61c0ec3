"""From when to when a log is shown, as it is typed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from dockertui.resources import format
from dockertui.screens.base.time_span import TimeSpan, parse
from dockertui.widgets.log_text import Times, full_stamp, stamp

NOW = datetime(2026, 11, 28, 14, 30, 5)
NOON_UTC = 1_795_867_200
SECOND = 1_000_000_000


def _ns(moment: datetime) -> int:
    return int(moment.timestamp()) * SECOND


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("10m", NOW - timedelta(minutes=10), None),
        (" 1h30m .. 90s ", NOW - timedelta(minutes=90), NOW - timedelta(seconds=90)),
        ("14:30", NOW.replace(second=0), None),
        ("14:31", NOW.replace(minute=31, second=0) - timedelta(days=1), None),
        ("2026-11-27..2026-11-27 12:00:01", datetime(2026, 11, 27), datetime(2026, 11, 27, 12, 0, 1)),
        ("11-20 03:12:07", datetime(2026, 11, 20, 3, 12, 7), None),
        ("12-20 03:12:07", datetime(2025, 12, 20, 3, 12, 7), None),
        ("10m..2030-01-01", NOW - timedelta(minutes=10), None),
    ],
)
def test_what_is_typed_is_understood(text: str, since: datetime, until: datetime | None) -> None:
    assert parse(text, _ns(NOW)) == TimeSpan(_ns(since), None if until is None else _ns(until))


@pytest.mark.parametrize("text", ["2026-11-28T12:00Z", "12:00Z", "2026-11-28 12:00:00z"])
def test_a_z_is_for_utc(text: str) -> None:
    assert parse(text, (NOON_UTC + 60) * SECOND) == TimeSpan(NOON_UTC * SECOND)


def test_times_are_taken_as_the_program_shows_them() -> None:
    """On a page, in a sentence, before a line of a log, and above a line that is shown whole."""
    now = float(int(NOW.timestamp()))
    at = now - 5000.25
    page, sentence = format.moment(at, now), format.hour(at, now)
    assert parse(page, _ns(NOW)) == parse(sentence, _ns(NOW)) == TimeSpan(int(at) * SECOND)
    nanoseconds = int(at) * SECOND + 750_000_000
    assert parse(full_stamp(nanoseconds), _ns(NOW)) == TimeSpan(nanoseconds)
    assert parse(stamp(nanoseconds, Times.LOCAL, now).strip(), _ns(NOW)) == TimeSpan(nanoseconds)


def test_nothing_is_the_tail_and_two_dots_are_all() -> None:
    assert parse(" ", _ns(NOW)) == TimeSpan()
    assert parse("..", _ns(NOW)) == TimeSpan(whole=True)
    assert parse("99999999999999d", _ns(NOW)) == TimeSpan(0)


@pytest.mark.parametrize(
    "text", ["5x", "99:99", "99:99Z", "Z", "0001-01-01", "Q1", "2026-13-01", "14:3", "5m...1m", "12:00:60"]
)
def test_what_is_no_time_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="is no time: type 10m"):
        parse(text, _ns(NOW))


def test_a_span_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="'2030-01-01' lies in the future"):
        parse("2030-01-01", _ns(NOW))
    with pytest.raises(ValueError, match="the end, '1m', lies before the beginning"):
        parse("30s..1m", _ns(NOW))
