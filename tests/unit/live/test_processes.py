"""Processes as the Engine's `ps` lists them, over time, and inside their container."""

from __future__ import annotations

from typing import Any

import pytest

from dockertui.engine import container_pids
from dockertui.engine.container_pids import _Seen, inside_of, match
from dockertui.engine.processes import Process, ProcessList, listing, seconds
from dockertui.live.processes import ProcessHistory

TITLES = ["PID", "PPID", "USER", "NLWP", "TT", "STAT", "ELAPSED", "TIME", "RSS", "%CPU", "%CUU", "COMMAND"]


def reply(*lines: str, titles: list[str] = TITLES) -> dict[str, Any]:
    return {"Titles": titles, "Processes": [line.split(None, len(titles) - 1) for line in lines]}


def test_all_columns() -> None:
    found = listing(reply("140 118 root 3 pts/0 Ssl+ 983 133 1516 13.5 13.532 sh -c sleep 1000 & wait"))
    assert found.processes == (
        Process(
            140, 118, "root", 3, "pts/0", "Ssl+", 983.0, 133.0, 13.5, 13.532, 1516 << 10, "sh -c sleep 1000 & wait"
        ),
    )


def test_the_engines_own_columns() -> None:
    titles = ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]
    (one,) = listing(reply("999 140 118 4 10:00 ? 01:02:03 postgres: walwriter", titles=titles)).processes
    assert (one.pid, one.ppid, one.user, one.tty, one.command) == (140, 118, "999", "", "postgres: walwriter")
    assert one.cpu_time == 3723
    assert (one.age, one.memory, one.average, one.threads) == (None, None, None, None)


def test_podmans_own_list() -> None:
    titles = ["PID", "PPID", "USER", "TTY", "STATE", "ELAPSED", "TIME", "RSS", "%CPU", "COMMAND"]
    (one,) = listing(reply("4 1 root ? R 1m30.880221076s 5s 984 16.192 sh -c loop", titles=titles)).processes
    assert one.age == pytest.approx(90.88, abs=0.01)
    assert (one.cpu_time, one.average, one.average_fine) == (5, 16.192, 16.192)
    assert (one.state, one.tty, one.memory) == ("R", "", 984 << 10)


def test_podman_ps_columns_without_separators_are_split() -> None:
    raw = {"Titles": ["PID   USER     COMMAND"], "Processes": [["1 root     sh -c sleep 1000 & wait"], []]}
    (one,) = listing(raw).processes
    assert (one.pid, one.user, one.command) == (1, "root", "sh -c sleep 1000 & wait")


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"Titles": None, "Processes": None},
        {"Titles": ["PID"], "Processes": "no list"},
        {"Titles": ["PID"], "Processes": [None, 3, [], ["-"], ["x"], ["1" * 40]]},
        {"Titles": ["CMD"], "Processes": [["sleep"]]},
        {"Titles": [1, None], "Processes": [["1", "2"]]},
    ],
)
def test_a_reply_without_processes(raw: dict[str, Any]) -> None:
    assert listing(raw).processes == ()


def test_lines_that_are_too_short_have_gaps() -> None:
    (one,) = listing({"Titles": TITLES, "Processes": [["7", "1"]]}).processes
    assert (one.pid, one.ppid, one.user, one.command, one.cpu_time) == (7, 1, "", "", None)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("131", 131),
        ("02:11", 131),
        ("01:02:03", 3723),
        ("3-04:05:06", 273_906),
        ("00:00:00", 0),
        ("2m11.5s", 131.5),
        ("1h0m1s", 3601),
        ("0s", 0),
        ("", None),
        ("-", None),
        ("1:2:3:4:5", None),
        ("٣", None),
        ("9" * 100, None),
        ("s", None),
        ("..s", None),
    ],
)
def test_durations(text: str, amount: float | None) -> None:
    assert seconds(text) == amount


@pytest.mark.parametrize(("text", "amount"), [("12", 12 << 10), ("12m", 12 << 20), ("1.5g", 3 << 29), ("x", None)])
def test_memory_as_busybox_shortens_it(text: str, amount: int | None) -> None:
    (one,) = listing({"Titles": ["PID", "RSS"], "Processes": [["1", text]]}).processes
    assert one.memory == amount


# over time


def process(pid: int, age: float | None = 100.0, used: float | None = None, fine: float | None = None) -> Process:
    return Process(pid, 1, "root", 1, "", "S", age, used, None, fine, None, "sleep")


def shares(history: ProcessHistory, now: float, *processes: Process) -> dict[str, float | None]:
    return {live.key: live.cpu for live in history.take(ProcessList(("PID",), processes), now)}


def test_the_share_is_of_the_last_seconds_not_of_the_life() -> None:
    history = ProcessHistory()
    assert list(shares(history, 1000.0, process(7, 100.0, fine=1.0)).values()) == [None]
    # a second of 100 s used until then; two more of the two that follow
    (now,) = shares(history, 1002.0, process(7, 102.0, fine=300 / 102)).values()
    assert now == pytest.approx(100)
    (later,) = shares(history, 1004.0, process(7, 104.0, fine=300 / 104)).values()
    assert later == pytest.approx(0, abs=0.01)


def test_whole_seconds_are_taken_over_a_longer_window() -> None:
    history = ProcessHistory()
    given: list[float | None] = []
    for step in range(12):
        given += shares(history, 10_000.0 + step, process(7, 9000.0 + step, used=float(500 + step // 2))).values()
    assert given[0] is None
    assert given[-1] == pytest.approx(50)


def test_a_pid_taken_again_is_another_process() -> None:
    history = ProcessHistory()
    (first,) = shares(history, 1000.0, process(7, 100.0, 5))
    (same,) = shares(history, 1002.4, process(7, 101.0, 5))
    (other,) = shares(history, 1004.0, process(7, 1.0, 0))
    assert first == same != other


def test_without_figures_there_is_no_share_and_the_key_is_the_pid() -> None:
    history = ProcessHistory()
    assert shares(history, 1.0, process(7, None)) == shares(history, 3.0, process(7, None)) == {"7@": None}


def test_clock_that_stops_or_goes_back_gives_no_negative_share() -> None:
    history = ProcessHistory()
    for now in (1000.0, 1000.0, 999.0, 1001.0):
        assert all(share is None or share >= 0 for share in shares(history, now, process(7, 100, 3)).values())


# inside

HOST = [
    _Seen(140, 118, -900, "sh"),
    _Seen(165, 140, -900, "sleep"),
    _Seen(166, 140, -899, "sh"),
    _Seen(168, 166, -899, "sleep"),
    _Seen(169, 166, -899, "sleep"),
    _Seen(300, 118, -10, "sleep"),
]
BOX = [
    _Seen(1, 0, 1521.5, "sh"),
    _Seen(7, 1, 1521.9, "sleep"),
    _Seen(8, 1, 1521.9, "sh"),
    _Seen(10, 8, 1521.9, "sleep"),
    _Seen(11, 8, 1521.9, "sleep"),
    _Seen(40, 0, 2411.0, "sleep"),
]


@pytest.mark.parametrize(("pid", "found"), [(140, 1), (165, 7), (166, 8), (168, 10), (169, 11), (300, 40)])
def test_a_process_is_found_by_its_line_of_names_and_its_start(pid: int, found: int) -> None:
    there = match(HOST, BOX, pid)
    assert there is not None
    assert there.pid == found


def test_ambiguous_process_is_not_found() -> None:
    assert match(HOST, [one for one in BOX if one.pid != 10], 169) is None, "one of the two has ended meanwhile"
    assert match(HOST, [*BOX, _Seen(50, 8, 1530, "sleep")], 168) is None, "another one has come"
    late = [one._replace(born=one.born + 30) if one.pid == 7 else one for one in BOX]
    assert match(HOST, late, 165) is None, "it was started at another time"


def test_lines_of_proc() -> None:
    stat = "S 1 " + "0 " * 17 + "152187 0 0"
    printed = f"1 (sh) {stat}\n8 (a b) c) {stat}\n9 (\x1b[31m) {stat}\nnonsense\n20 (sh) {stat}\nself 20\n"
    assert inside_of(printed) == [
        _Seen(1, 1, 1521.87, "sh", 152187),
        _Seen(8, 1, 1521.87, "a?b)?c", 152187),
        _Seen(9, 1, 1521.87, "?[31m", 152187),
    ]


@pytest.mark.parametrize("printed", ["", "\n", "self", "1 (sh", "x (sh) S 1", "1 (sh) S 1 2", ") ) )\nself x\n"])
def test_what_a_container_prints_may_be_anything(printed: str) -> None:
    assert inside_of(printed) == []


def test_a_loop_of_parents_ends() -> None:
    loop = [_Seen(1, 2, 0, "a"), _Seen(2, 1, 0, "b")]
    assert match(loop, loop, 1) is not None
    assert container_pids.match([_Seen(5, 5, 0, "a")], [_Seen(5, 5, 0, "a")], 5) is not None
