"""Times, states and streams as the Engine and the docker command write them: the tables of cases."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from dockertui.engine.fields import instant
from dockertui.engine.json_stream import JSONSplitter
from dockertui.engine.stats import usage
from dockertui.engine.status import parse_status
from dockertui.resources.format import parse_time
from dockertui.screens.base.time_span import parse
from tests.cases import Case, table

SECOND = 1_000_000_000
NOW = 1_800_000_000 * SECOND


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time is UTC, as where the tables were made."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@table("since")
@pytest.mark.usefixtures("utc")
def test_since(case: Case) -> None:
    if case.expected == "ERR":
        with pytest.raises(ValueError, match=r"is no time|lies in the future"):
            parse(case.given, NOW)
    elif case.expected == "ok":
        assert parse(case.given, NOW).since is not None
    else:
        found = parse(case.given, NOW).since
        assert found is not None
        assert found / SECOND == pytest.approx(case.expected, abs=1e-6)


@table("until")
@pytest.mark.usefixtures("utc")
def test_until(case: Case) -> None:
    if case.expected == "ERR":
        with pytest.raises(ValueError, match="is no time"):
            parse(f"..{case.given}", NOW)
    else:
        parse(f"..{case.given}", NOW)


def test_a_fraction_is_exact() -> None:
    assert parse("2006-01-02T15:04:05.123456789+07:00", NOW).since == 1_136_189_045_123_456_789
    assert parse("1136073600.000000001", NOW).since == 1_136_073_600_000_000_001
    assert parse("1.5h", NOW).since == NOW - 5400 * SECOND


@table("rfc3339")
def test_rfc3339(case: Case) -> None:
    reader, text = case.given
    found = parse_time(text) if reader == "parse_time" else instant({"at": text}, "at")
    assert found == (case.expected if case.expected is None else pytest.approx(case.expected, abs=1e-5))


@table("status_text")
def test_status_text(case: Case) -> None:
    if isinstance(case.given, list):
        seconds, told = case.given
        found = parse_status(f"Up {told}").elapsed
        assert found is not None
        assert abs(found.seconds - seconds) <= found.error
        return
    status = parse_status(case.given)
    assert [status.health, status.exit_code] == case.expected


def _chunks(name: str) -> Any:
    pieces = {
        "two on one line": [b'{"a":1}{"b":2}'],
        "two on one line, newline": [b'{"a":1}{"b":2}\n'],
        "json-seq": [b'\x1e{"a":1}\n\x1e{"b":2}\n'],
        "not json": [b"<html>\n"],
        "array top": [b"[1]\n"],
        "pretty over lines": [b'{\n "a": {\n  "b": [1,\n 2]}\n}\n'],
        "invalid utf8": [b'{"a":"\xff\xfe"}\n'],
        "VT in string (\\v is refused raw by JSON)": [b'{"a":"\x0b"}\n'],
    }
    hard = b'{"a":"}{\\"\\\\"}\n'
    return pieces[name] if name in pieces else [hard[at : at + 1] for at in range(len(hard))]


@table("json_stream")
def test_json_stream(case: Case) -> None:
    splitter = JSONSplitter()
    if case.expected == "ERR":
        with pytest.raises(ValueError, match=r"."):
            [item for piece in _chunks(case.given) for item in splitter.feed(piece)]
        return
    found = [item for piece in _chunks(case.given) for item in splitter.feed(piece)]
    assert found == case.expected or len(found) == case.expected
    assert not splitter.pending


def _memory(used: int, **stats: int) -> dict[str, Any]:
    return {"memory_stats": {"usage": used, "stats": stats}}


def _cpu(
    total: int, system: int | None, before: tuple[int, int] | None = (100, 1000), cores: int = 4
) -> dict[str, Any]:
    now = {"cpu_usage": {"total_usage": total}, "online_cpus": cores}
    then = {} if before is None else {"cpu_usage": {"total_usage": before[0]}, "system_cpu_usage": before[1]}
    return {"cpu_stats": now if system is None else {**now, "system_cpu_usage": system}, "precpu_stats": then}


_STATS: dict[str, tuple[dict[str, Any], str]] = {
    "mem 500 - total_inactive_file 400": (_memory(500, total_inactive_file=400), "memory"),
    "mem v2 inactive_file": (_memory(500, inactive_file=400), "memory"),
    "v1 total bigger than usage, v2 key fits": (_memory(500, total_inactive_file=600, inactive_file=20), "memory"),
    "no stats": (_memory(500), "memory"),
    "block io": (
        {
            "blkio_stats": {
                "io_service_bytes_recursive": [
                    {"op": "Read", "value": 1234},
                    {"op": "read", "value": 4581},
                    {"op": "Write", "value": 123},
                    {"op": "write", "value": 470},
                    {"op": "Total", "value": 9999},
                    {"op": "", "value": 7},
                ]
            }
        },
        "block",
    ),
    "cpu delta": (_cpu(600, 2000), "cpu"),
    "cpu back": (_cpu(50, 2000), "cpu"),
    "no system": (_cpu(600, None), "cpu"),
    "precpu empty (first)": (_cpu(600, 2000, None), "cpu"),
    "windows cpu": (
        {
            "num_procs": 4,
            "preread": "2026-01-02T15:04:04Z",
            "cpu_stats": {"cpu_usage": {"total_usage": 25_000_000}},
            "precpu_stats": {"cpu_usage": {"total_usage": 5_000_000}},
        },
        "cpu",
    ),
    "net": ({"networks": {"a": {"rx_bytes": 1, "tx_bytes": 20}, "b": {"rx_bytes": 10, "tx_bytes": 2}}}, "network"),
    "uint64 max pids limit ignored": ({"pids_stats": {"current": 3, "limit": (1 << 64) - 1}}, "pids"),
}


@table("stats")
def test_stats(case: Case) -> None:
    raw, field = _STATS[case.given]
    found = usage({"read": "2026-01-02T15:04:05Z", **raw})
    assert found is not None
    several = {"block": [found.blk_read, found.blk_write], "network": [found.net_rx, found.net_tx]}
    assert (several[field] if field in several else getattr(found, field)) == case.expected
