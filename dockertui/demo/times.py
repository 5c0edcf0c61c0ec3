"""Points in time and lengths of time as the Engine writes them."""

from datetime import UTC, datetime

NEVER = "0001-01-01T00:00:00Z"
"""Go's zero time, which the Engine sends for 'has not happened'."""

_MINUTE, _HOUR = 60, 3600
_NANO = 1_000_000_000


def rfc3339(when: float | None, *, nanos: bool = True) -> str:
    """Epoch seconds as RFC 3339 in UTC; None is Go's zero time. Trailing zeros go, as in Go."""
    if when is None:
        return NEVER
    stamp, _, fraction = fixed_rfc3339(when)[:-1].partition(".")
    return f"{stamp}.{fraction}".rstrip("0").rstrip(".") + "Z" if nanos else f"{stamp}Z"


def moment(text: object) -> float:
    """RFC 3339 as epoch seconds; 0.0 for what is none."""
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return 0.0


def nanoseconds(when: float) -> int:
    """Epoch nanoseconds, the same number that is written; a float times 1e9 would differ from it."""
    whole = int(when)
    return whole * _NANO + round((when - whole) * 1e9)


def fixed_rfc3339(when: float) -> str:
    """RFC 3339 with all nine digits, as log timestamps are written (they sort as text)."""
    whole, nanos = divmod(nanoseconds(when), _NANO)
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{nanos:09d}Z"


def human_duration(seconds: float) -> str:
    """The words of `docker ps`: a port of HumanDuration in docker/go-units duration.go."""
    whole, hours = int(seconds), int(seconds / _HOUR + 0.5)
    if whole < _MINUTE:
        return {0: "Less than a second", 1: "1 second"}.get(max(whole, 0), f"{whole} seconds")
    if whole < _HOUR:
        return "About a minute" if whole < 2 * _MINUTE else f"{whole // _MINUTE} minutes"
    if hours <= 1:
        return "About an hour"
    day = 24
    units = ((48, 1, "hours"), (14 * day, day, "days"), (60 * day, 7 * day, "weeks"), (730 * day, 30 * day, "months"))
    for limit, divisor, unit in units:
        if hours < limit:
            return f"{hours // divisor} {unit}"
    return f"{whole // _HOUR // day // 365} years"
