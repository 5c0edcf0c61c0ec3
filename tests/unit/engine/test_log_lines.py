"""Lines out of a log's bytes: cut anywhere, interleaved, partial, on a terminal, with and without timestamps."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.engine.log_lines import LINE_LIMIT, PART, LineReader, LogError, LogLine
from dockertui.engine.multiplex import Channel, FrameError, FrameReader, frame

STAMP = b"2026-11-21T06:32:01.%09dZ "
BASE = 1_795_242_721_000_000_000
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=30)
LINES = st.lists(st.tuples(st.booleans(), TEXTS, st.integers(1, 4)), max_size=12)


def stamped(nanos: int, data: bytes) -> bytes:
    return STAMP % nanos + data


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(min(place, len(data)) for place in cuts), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


def read(pieces: list[bytes], *, tty: bool = False) -> list[LogLine]:
    reader = LineReader(tty=tty)
    return [line for piece in pieces for line in reader.feed(piece)] + reader.end()


@given(LINES, st.lists(st.integers(0, 3000), max_size=9))
def test_lines_in_parts_cut_anywhere_come_back_whole(wrote: list[tuple[bool, str, int]], cuts: list[int]) -> None:
    data, expected = b"", []
    for number, (stderr, text, parts) in enumerate(wrote):
        whole = text.encode() + b"\n"
        edges = [len(whole) * part // parts for part in range(parts + 1)]
        for start, stop in pairwise(edges):  # a character may be cut between two parts
            data += frame(Channel.ERR if stderr else Channel.OUT, stamped(number, whole[start:stop]))
        expected.append(LogLine(BASE + number, stderr, text))
    assert read(cut(data, cuts)) == expected


@given(st.lists(TEXTS, max_size=12), st.lists(st.integers(0, 3000), max_size=9))
def test_a_terminal_is_read_without_frames(texts: list[str], cuts: list[int]) -> None:
    data = b"".join(stamped(number, f"{text}\r\n".encode()) for number, text in enumerate(texts))
    expected = [LogLine(BASE + number, False, f"{text}\r") for number, text in enumerate(texts)]
    assert read(cut(data, cuts), tty=True) == expected


def test_the_parts_of_two_streams_do_not_mix() -> None:
    data = (
        frame(Channel.OUT, stamped(1, b"one "))
        + frame(Channel.ERR, stamped(2, b"err\n"))
        + frame(Channel.OUT, stamped(1, b"two\n"))
    )
    assert read([data]) == [LogLine(BASE + 2, True, "err"), LogLine(BASE + 1, False, "one two")]


def test_a_character_cut_between_two_parts_is_one() -> None:
    both = "é".encode()
    data = frame(Channel.OUT, stamped(1, both[:1])) + frame(Channel.OUT, stamped(1, both[1:] + b"\n"))
    assert read([data]) == [LogLine(BASE + 1, False, "é")]


def test_invalid_utf8_is_marked_and_nothing_else_changes() -> None:
    assert read([frame(Channel.OUT, stamped(1, b"a\xff\xc3b\n"))])[0].text == "a\ufffd\ufffdb"


def test_what_ends_without_a_newline_is_a_line() -> None:
    assert read([frame(Channel.OUT, stamped(1, b"no end"))]) == [LogLine(BASE + 1, False, "no end")]
    assert read([stamped(1, b"no end")], tty=True) == [LogLine(BASE + 1, False, "no end")]


def test_the_timestamps_between_the_parts_of_a_terminals_line_are_taken_out() -> None:
    data = stamped(1, b"x" * PART) + stamped(1, b"y" * 10 + b"\n")
    assert read([data], tty=True) == [LogLine(BASE + 1, False, "x" * PART + "y" * 10)]


def test_a_timestamp_that_the_program_wrote_stays() -> None:
    text = (STAMP % 5).decode() + "hello"
    assert read([stamped(1, text.encode() + b"\n")], tty=True) == [LogLine(BASE + 1, False, text)]


def test_empty_lines_are_lines() -> None:
    assert [line.text for line in read([frame(Channel.OUT, stamped(n, b"\n")) for n in range(3)])] == ["", "", ""]


@pytest.mark.parametrize(
    ("stamp", "time"),
    [
        pytest.param(b"2026-11-21T06:32:01Z ", BASE, id="whole seconds, as of Podman"),
        pytest.param(b"2026-11-21T07:32:01.5+01:00 ", BASE + 500_000_000, id="a zone"),
        pytest.param(b"", 0, id="none"),
    ],
)
def test_other_timestamps(stamp: bytes, time: int) -> None:
    assert read([frame(Channel.OUT, stamp + b"text\n")]) == [LogLine(time, False, "text")]


def test_an_impossible_date_is_text() -> None:
    line = read([frame(Channel.OUT, b"2026-13-41T06:32:01.000000000Z text\n")])[0]
    assert line == LogLine(0, False, "2026-13-41T06:32:01.000000000Z text")


def test_a_line_without_end_is_cut_at_the_limit() -> None:
    reader = LineReader(tty=False)
    part = frame(Channel.OUT, stamped(1, b"x" * PART))
    found = [line for _ in range(LINE_LIMIT // PART) for line in reader.feed(part)]
    assert [len(line.text) for line in found] == [LINE_LIMIT]


def test_entries_are_counted_as_the_engine_counts_them() -> None:
    reader = LineReader(tty=False)
    reader.feed(frame(Channel.OUT, stamped(1, b"a")) + frame(Channel.OUT, stamped(1, b"b\n")))
    assert reader.entries == 2


def test_the_engines_own_error_is_raised() -> None:
    with pytest.raises(LogError, match="disk is gone"):
        LineReader(tty=False).feed(frame(Channel.ENGINE, b"disk is gone\n"))


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=40)), max_size=9), st.lists(st.integers(0, 500)))
def test_whole_frames_come_whole_whatever_the_cuts(wrote: list[tuple[int, bytes]], cuts: list[int]) -> None:
    data = b"".join(frame(Channel(channel), payload) for channel, payload in wrote)
    frames = FrameReader()
    assert [found for piece in cut(data, cuts) for found in frames.feed(piece)] == wrote
    assert not frames.pending


@pytest.mark.parametrize("header", [b"\4\0\0\0\0\0\0\1", b"\1\1\0\0\0\0\0\1", b"\1\0\0\0\1\0\0\1", b"HTTP/1.1"])
def test_what_is_no_frame_is_refused(header: bytes) -> None:
    with pytest.raises(FrameError):
        FrameReader().feed(frame(Channel.OUT, b"before") + header)
