"""The frame protocol: every cut, every length, and what is no frame."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.engine.multiplex import (
    FRAME_LIMIT,
    HEADER,
    Channel,
    Demultiplexer,
    FrameError,
    Output,
    frame,
)

CHANNELS = st.sampled_from([Channel.OUT, Channel.ERR, Channel.ENGINE])
WRITES = st.lists(st.tuples(CHANNELS, st.binary(max_size=40)), max_size=12)


def joined(outputs: list[Output]) -> list[Output]:
    """Neighbours of one channel as one: where output is cut means nothing."""
    found: list[Output] = []
    for output in outputs:
        if found and found[-1].channel is output.channel:
            found[-1] = Output(output.channel, found[-1].data + output.data)
        else:
            found.append(output)
    return found


def test_interleaved_streams_keep_their_order() -> None:
    data = frame(Channel.OUT, b"a") + frame(Channel.ERR, b"b") + frame(Channel.OUT, b"c")
    assert Demultiplexer().feed(data) == [(1, b"a"), (2, b"b"), (1, b"c")]


def test_neighbours_of_one_stream_are_joined() -> None:
    data = frame(Channel.ERR, b"a") + frame(Channel.ERR, b"b")
    assert Demultiplexer().feed(data) == [(2, b"ab")]


def test_every_cut_gives_the_same() -> None:
    data = frame(Channel.OUT, b"hello") + frame(Channel.ERR, b"") + frame(Channel.ERR, b"world")
    whole = Demultiplexer().feed(data)
    for first in range(len(data) + 1):
        for second in range(first, len(data) + 1):
            frames = Demultiplexer()
            pieces = [frames.feed(part) for part in (data[:first], data[first:second], data[second:])]
            assert joined([output for piece in pieces for output in piece]) == whole
            assert not frames.pending


def test_byte_by_byte_payloads_come_at_once() -> None:
    frames = Demultiplexer()
    data = frame(Channel.OUT, b"xyz")
    came = [frames.feed(data[at : at + 1]) for at in range(len(data))]
    assert came[:HEADER] == [[]] * HEADER
    assert [output.data for piece in came for output in piece] == [b"x", b"y", b"z"]


def test_empty_frames_say_nothing() -> None:
    frames = Demultiplexer()
    assert frames.feed(frame(Channel.OUT, b"") * 3) == []
    assert not frames.pending


def test_a_frame_of_16_mib_passes_through_without_being_gathered() -> None:
    frames = Demultiplexer()
    header = frame(Channel.OUT, b"")[:4] + FRAME_LIMIT.to_bytes(4, "big")
    assert frames.feed(header) == []
    piece = b"x" * 65536
    assert all(frames.feed(piece) == [(1, piece)] for _ in range(FRAME_LIMIT // len(piece)))
    assert not frames.pending
    assert frames.feed(frame(Channel.ERR, b"next")) == [(2, b"next")]


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(b"\4\0\0\0\0\0\0\1", id="unknown stream"),
        pytest.param(b"\1\1\0\0\0\0\0\1", id="second byte"),
        pytest.param(b"\1\0\0\1\0\0\0\1", id="fourth byte"),
        pytest.param(b"\1\0\0\0\1\0\0\1", id="longer than 16 MiB"),
        pytest.param(b"HTTP/1.1", id="text"),
    ],
)
def test_what_is_no_frame_is_refused(header: bytes) -> None:
    with pytest.raises(FrameError, match="no frame begins with"):
        Demultiplexer().feed(frame(Channel.OUT, b"before") + header)


@pytest.mark.parametrize("length", range(1, HEADER + 3))
def test_a_truncated_frame_is_pending(length: int) -> None:
    frames = Demultiplexer()
    frames.feed(frame(Channel.OUT, b"abc")[:length])
    assert frames.pending


@given(WRITES, st.lists(st.integers(0, 600), max_size=8))
def test_any_writes_cut_anywhere_come_back(writes: list[tuple[Channel, bytes]], cuts: list[int]) -> None:
    data = b"".join(frame(channel, text) for channel, text in writes)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    frames = Demultiplexer()
    came = [output for a, b in pairwise(edges) for output in frames.feed(data[a:b])]
    wrote = [Output(channel, text) for channel, text in writes if text]
    assert joined(came) == joined(wrote)
    assert not frames.pending


@given(st.binary(max_size=200))
def test_random_bytes_are_frames_or_refused(data: bytes) -> None:
    frames = Demultiplexer()
    try:
        came = frames.feed(data)
    except FrameError:
        return
    assert sum(len(output.data) for output in came) <= len(data)
