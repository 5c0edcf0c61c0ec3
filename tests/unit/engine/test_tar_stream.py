"""Tars as they come: whatever wrote them and wherever they are cut, the members are those that tarfile finds."""

from __future__ import annotations

import io
import stat
import tarfile
from collections.abc import Sequence
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.engine.tar_stream import BLOCK, Member, TarError, TarParser

TYPES = {
    tarfile.REGTYPE: stat.S_IFREG,
    tarfile.DIRTYPE: stat.S_IFDIR,
    tarfile.SYMTYPE: stat.S_IFLNK,
    tarfile.LNKTYPE: stat.S_IFREG,
    tarfile.FIFOTYPE: stat.S_IFIFO,
    tarfile.CHRTYPE: stat.S_IFCHR,
    tarfile.BLKTYPE: stat.S_IFBLK,
}
Format = Literal[1, 2]
FORMATS: tuple[Format, ...] = (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)


def made(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0, **fields: object) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.size = kind, size if kind == tarfile.REGTYPE else 0
    for field, value in fields.items():
        setattr(entry, field, value)
    return entry


def tar(entries: Sequence[tarfile.TarInfo], form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form, errors="surrogateescape") as file:
        for number, entry in enumerate(entries):
            file.addfile(entry, io.BytesIO(bytes([number % 256]) * entry.size))
    return out.getvalue()


def fed(data: bytes, step: int, *, wanted: bool = False) -> tuple[TarParser, list[Member | bytes]]:
    parser = TarParser(data=wanted)
    return parser, [found for at in range(0, len(data), step) for found in parser.feed(data[at : at + step])]


names = st.text(st.characters(exclude_characters="\0/"), min_size=1, max_size=120).filter(
    lambda name: name.strip("/") and "\ud800" not in name.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
)
entries = st.builds(
    made,
    st.lists(st.text("abé \n\x1b\u202e\udcff.", min_size=1, max_size=130), min_size=1, max_size=3).map("/".join),
    st.sampled_from(list(TYPES)),
    st.integers(0, 3000),
    mode=st.integers(0, 0o7777),
    uid=st.integers(0, 2**40),
    gid=st.integers(0, 2**31),
    mtime=st.integers(-(2**35), 2**35),
    linkname=st.text("ab/.é\udcfe\n", max_size=200),
)


@given(st.lists(entries, max_size=6), st.sampled_from(FORMATS), st.integers(1, 5000))
def test_it_finds_what_tarfile_finds(wanted: list[tarfile.TarInfo], form: int, step: int) -> None:
    data = tar(wanted, form)
    with tarfile.open(fileobj=io.BytesIO(data), errors="surrogateescape") as file:
        expected = [
            (one.name, stat.S_IMODE(one.mode) | TYPES[one.type], one.uid, one.gid, one.size, one.mtime, one.islnk())
            for one in file
        ]
    parser, found = fed(data, step)
    members = [one for one in found if isinstance(one, Member)]
    assert [(one.name.rstrip("/"), one.mode, one.uid, one.gid, one.size, one.mtime, one.hard) for one in members] == [
        (name.rstrip("/"), *rest) for name, *rest in expected
    ]
    assert parser.ended


@pytest.mark.parametrize("step", [1, 7, 511, 512, 513, 100_000])
def test_data_comes_whole_after_its_member(step: int) -> None:
    _, found = fed(tar([made("a", size=700), made("empty"), made("b", size=512)]), step, wanted=True)
    contents: dict[str, bytes] = {}
    name = ""
    for one in found:
        if isinstance(one, Member):
            name = one.name
            contents[name] = b""
        else:
            contents[name] += one
    assert contents == {"a": b"\0" * 700, "empty": b"", "b": b"\2" * 512}


@pytest.mark.parametrize("form", FORMATS)
def test_a_size_beyond_eight_gigabytes_is_told_and_its_data_skipped(form: Format) -> None:
    """Only the header is made: of the data as much as shows that it is counted."""
    parser = TarParser()
    (member,) = parser.feed(made("huge", size=20 << 30).tobuf(form))
    assert isinstance(member, Member)
    assert member.size == 20 << 30
    assert parser.feed(bytes(1 << 20)) == []
    assert not parser.ended


def test_an_archive_that_is_cut_has_not_ended() -> None:
    data = tar([made("a", size=3000)])
    for cut in (0, 100, BLOCK, 2000, BLOCK + 3072):
        parser, _ = fed(data[:cut], 400)
        assert not parser.ended


@pytest.mark.parametrize(
    "data",
    [
        b"not a tar" * 100,
        b"\x1f\x8b" + bytes(range(256)) * 4,
        bytes(made("x").tobuf()[:148]) + b"7777777\0" + made("x").tobuf()[156:],
    ],
    ids=["text", "gzip", "checksum"],
)
def test_what_is_no_tar_is_refused(data: bytes) -> None:
    with pytest.raises(TarError):
        fed(data, 512)


@pytest.mark.parametrize(
    "records", [b"99 path=x\n", b"x", b"7 path=", b"11 size=-1\n", b"12 size=1e99\n", b"13 mtime=nan\n"]
)
def test_broken_pax_records_are_refused(records: bytes) -> None:
    header = made("x", tarfile.XHDTYPE)
    header.size = len(records)
    block = header.tobuf(tarfile.USTAR_FORMAT)
    with pytest.raises(TarError):
        fed(block + records.ljust(BLOCK, b"\0") + made("y").tobuf(tarfile.USTAR_FORMAT), 512)


def test_a_name_without_end_is_not_kept() -> None:
    header = made("x", tarfile.GNUTYPE_LONGNAME)
    header.size = 1 << 30
    with pytest.raises(TarError, match="name"):
        fed(header.tobuf(tarfile.GNU_FORMAT), 512)
