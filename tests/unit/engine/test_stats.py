"""The formulas of ``docker stats``, on replies recorded from Engines and made for the purpose."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.engine.stats import Usage, usage

RECORDED = Path(__file__).parent / "recorded"


def recorded(name: str) -> dict[str, Any]:
    value = json.loads((RECORDED / f"stats_{name}.json").read_text())
    assert isinstance(value, dict)
    return value


def sampled(raw: dict[str, Any], previous: dict[str, Any] | None = None) -> Usage:
    found = usage(raw, previous)
    assert found is not None
    return found


def test_cgroup_v1_with_the_sample_before_in_the_reply() -> None:
    """Docker 20.10; ``docker stats`` said 33 %, 376KiB / 64MiB at the time."""
    found = sampled(recorded("docker20_cgroup1"))
    assert found.cpu == pytest.approx(33.3195, abs=0.001)
    assert found.memory == 376 * 1024
    assert found.memory_limit == 64 * 1024 * 1024
    assert (found.net_rx, found.net_tx, found.blk_read, found.blk_write, found.pids) == (1392, 0, 0, 0, 1)


def test_cgroup_v2_without_controllers_says_nothing_of_cpu_and_memory() -> None:
    found = sampled(recorded("docker20_cgroup2"))
    assert (found.cpu, found.memory, found.memory_limit, found.pids) == (None, None, None, None)
    assert found.net_rx == 1096


def test_cgroup_v2_takes_inactive_file_off() -> None:
    memory = {"usage": 5_000_000, "limit": 0, "stats": {"inactive_file": 1_000_000, "file": 2_000_000}}
    raw = recorded("docker20_cgroup2") | {"memory_stats": memory}
    found = sampled(raw)
    assert (found.memory, found.memory_limit) == (4_000_000, None)
    memory["stats"] = {"inactive_file": 6_000_000}
    assert sampled(raw).memory == 5_000_000
    memory["stats"] = {"total_inactive_file": 500_000, "inactive_file": 1_000_000}
    assert sampled(raw).memory == 4_500_000


def test_one_shots_need_the_one_before() -> None:
    """Docker 28.5, of two processors; ``docker stats`` said 33 % at the time."""
    first, second = recorded("docker28_oneshot_1"), recorded("docker28_oneshot_2")
    assert sampled(first).cpu is None
    found = sampled(second, first)
    assert found.cpu == pytest.approx(34.5458, abs=0.001)
    assert found.memory == 340 * 1024
    assert sampled(second, second).cpu is None, "no time has passed"


def test_podman_brings_no_sample_before() -> None:
    first, second = recorded("podman5_1"), recorded("podman5_2")
    assert sampled(first).cpu is None
    found = sampled(second, first)
    assert found.cpu == pytest.approx(34.195, abs=0.001)
    assert found.memory == 57344, "no counters: all of it"


def test_a_container_that_does_not_run_has_no_usage() -> None:
    assert usage(recorded("docker20_stopped")) is None
    assert usage({}) is None


def test_a_restarted_container_counts_from_zero() -> None:
    raw = recorded("docker20_cgroup1")
    raw["precpu_stats"]["cpu_usage"]["total_usage"] = raw["cpu_stats"]["cpu_usage"]["total_usage"] + 1
    assert sampled(raw).cpu == 0.0


def test_processors_are_counted_where_they_are_not_told() -> None:
    raw = recorded("docker20_cgroup1")
    told = sampled(raw).cpu
    del raw["cpu_stats"]["online_cpus"]
    assert sampled(raw).cpu == told
    del raw["cpu_stats"]["cpu_usage"]["percpu_usage"]
    assert sampled(raw).cpu == 0.0, "as the CLI"


def test_interfaces_and_devices_are_summed() -> None:
    raw = recorded("docker20_cgroup1")
    raw["networks"] = {"eth0": {"rx_bytes": 1, "tx_bytes": 10}, "eth1": {"rx_bytes": 2, "tx_bytes": None}, "x": 7}
    raw["blkio_stats"]["io_service_bytes_recursive"] = [
        {"major": 8, "minor": 0, "op": "Read", "value": 100},
        {"major": 8, "minor": 16, "op": "read", "value": 1},
        {"major": 8, "minor": 0, "op": "Write", "value": 20},
        {"major": 8, "minor": 0, "op": "Total", "value": 999},
        {"op": "", "value": 5},
        None,
    ]
    found = sampled(raw)
    assert (found.net_rx, found.net_tx, found.blk_read, found.blk_write) == (3, 10, 101, 20)


def test_what_is_not_there_is_none() -> None:
    found = sampled({"read": "2026-11-21T05:59:00Z"})
    assert found == Usage(None, None, None, None, None, None, None, None, 1795240740.0)


def test_windows_counts_in_its_own_units() -> None:
    raw = {
        "read": "2026-11-21T05:59:01Z",
        "preread": "2026-11-21T05:59:00Z",
        "num_procs": 4,
        "cpu_stats": {"cpu_usage": {"total_usage": 15_000_000}},
        "precpu_stats": {"cpu_usage": {"total_usage": 5_000_000}},
        "memory_stats": {"privateworkingset": 1234, "commitbytes": 9999},
        "storage_stats": {"read_size_bytes": 11, "write_size_bytes": 22},
    }
    found = sampled(raw)
    assert found.cpu == pytest.approx(25.0), "one second of the four that four processors had"
    assert (found.memory, found.memory_limit, found.blk_read, found.blk_write) == (1234, None, 11, 22)
    before = {"read": raw["preread"], "cpu_stats": raw["precpu_stats"]}
    assert sampled(raw | {"preread": "0001-01-01T00:00:00Z"}, before).cpu == pytest.approx(25.0)


NAMES = st.sampled_from(["usage", "cpu_usage", "stats", "eth0"])
NUMBERS: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.lists(st.none(), max_size=2),
    st.dictionaries(NAMES, st.none(), max_size=2),
)


@given(st.lists(st.tuples(st.integers(0, 200), NUMBERS), max_size=12))
def test_any_field_may_hold_anything(changes: list[tuple[int, Any]]) -> None:
    raw = deepcopy(recorded("docker20_cgroup1"))
    places: list[tuple[dict[str, Any], str]] = []

    def collect(value: dict[str, Any]) -> None:
        for key, inner in value.items():
            places.append((value, key))
            if isinstance(inner, dict):
                collect(inner)

    collect(raw)
    for number, value in changes:
        holder, key = places[number % len(places)]
        holder[key] = value
    found = usage(raw, raw)
    figures = [] if found is None else [found.cpu, found.memory, found.memory_limit, found.net_rx, found.blk_write]
    assert all(figure is None or figure >= 0 for figure in figures)


def test_throttling_is_the_share_of_the_periods_since_the_sample_before() -> None:
    """Docker 20.10, cgroup v1, --cpus 0.2; 10 periods had passed, of which 5 were cut short by 27 ms in all."""
    found = sampled(recorded("docker20_throttled"))
    assert found.throttled == 50.0
    assert found.throttled_time == pytest.approx((243836218 - 216705471) / 1e9 / 1.011131, rel=1e-4)
    assert found.cpu == pytest.approx(182888982 / 2020000000 * 2 * 100)
    assert found.cpu_time == 1020045489


def test_each_processor_has_its_share_and_together_they_make_the_whole() -> None:
    found = sampled(recorded("docker20_throttled"))
    assert found.cores == pytest.approx(
        ((390674200 - 385926412) / 1.01e9 * 100, (629371289 - 451230095) / 1.01e9 * 100)
    )
    for name, before in (("docker20_throttled", None), ("docker20_cgroup1", None), ("docker28_oneshot", 1)):
        raw = recorded(f"{name}_2" if before else name)
        found = sampled(raw, recorded(f"{name}_1") if before else None)
        assert sum(found.cores) == pytest.approx(found.cpu, rel=1e-3)


def test_podman_tells_processors_and_no_periods() -> None:
    found = sampled(recorded("podman5_2"), recorded("podman5_1"))
    assert sum(found.cores) == pytest.approx(found.cpu, rel=1e-3)
    assert (found.throttled, found.throttled_time, found.cache) == (None, None, None)
    assert sampled(recorded("podman5_1")).cores == ()


def test_cgroup_v2_tells_no_processors() -> None:
    """Its reply has the periods all the same; so does this one, made of a recorded one of cgroup v1."""
    raw = recorded("docker20_throttled")
    for cpu_stats in (raw["cpu_stats"], raw["precpu_stats"]):
        del cpu_stats["cpu_usage"]["percpu_usage"]
    raw["memory_stats"]["stats"] = {"file": 8192, "inactive_file": 4096}
    found = sampled(raw)
    assert found.cores == ()
    assert found.throttled == 50.0
    assert found.cache == 8192
    assert found.memory == raw["memory_stats"]["usage"] - 4096


def test_without_a_limit_no_period_is_counted() -> None:
    found = sampled(recorded("docker20_cgroup1"))
    assert (found.throttled, found.throttled_time) == (None, None)
    assert found.cache == 1785856


def test_counters_of_periods_that_were_set_back_tell_nothing() -> None:
    raw = recorded("docker20_throttled")
    raw["precpu_stats"]["throttling_data"]["throttled_periods"] = 1000
    assert sampled(raw).throttled is None


def test_what_no_engine_can_count_is_none() -> None:
    raw = recorded("docker20_throttled")
    raw["memory_stats"] |= {"usage": 10**400, "limit": 2**64}
    raw["pids_stats"]["current"] = 2**64 - 1
    found = sampled(raw)
    assert (found.memory, found.memory_limit, found.pids) == (None, None, 2**64 - 1)


def test_processors_that_went_offline_or_lie_are_left_out() -> None:
    raw = recorded("docker20_throttled")
    for cpu_stats in (raw["cpu_stats"], raw["precpu_stats"]):
        cpu_stats["cpu_usage"]["percpu_usage"] += [0, 0]
    assert len(sampled(raw).cores) == 2
    raw["cpu_stats"]["cpu_usage"]["percpu_usage"][0] = "many"
    assert sampled(raw).cores == ()
