"""Parse the headers of a tar while it arrives: lists archives of any size in the memory of one header.

`tarfile` reads from a file, and so needs a thread and a pipe; this takes bytes cut anywhere. The formats are POSIX (pax
and ustar) and GNU tar: long names and links, numbers in base 256, sizes and times in pax records.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from typing import Final, NamedTuple

BLOCK: Final = 512
RECORDS_LIMIT: Final = 1024 * 1024
"""Bytes of a long name or of pax records: a longer one is not a file name."""

_KINDS: Final = {
    b"0": stat.S_IFREG, b"\0": stat.S_IFREG, b"7": stat.S_IFREG, b"1": stat.S_IFREG, b"2": stat.S_IFLNK,
    b"3": stat.S_IFCHR, b"4": stat.S_IFBLK, b"5": stat.S_IFDIR, b"6": stat.S_IFIFO,
}  # fmt: skip
_WITHOUT_DATA: Final = (b"1", b"2", b"3", b"4", b"5", b"6")
_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL = b"L", b"K", b"x", b"g"
_HARD_LINK: Final = b"1"


class TarError(ValueError):
    """The bytes received are not a valid tar."""


class Member(NamedTuple):
    """A tar's header of one file.

    `mode` includes the file type, as `st_mode` does. `name` and `link` encode invalid UTF-8 as `os.fsdecode` does.
    `mtime` is in epoch seconds, `size` in bytes; `hard` means that `link` is the name of an earlier member, which has
    the data.
    """

    name: str
    mode: int
    uid: int
    gid: int
    size: int
    mtime: float
    link: str = ""
    hard: bool = False
    device: tuple[int, int] = (0, 0)


class TarParser:
    """Feed it the bytes of a tar, get its members, and their data if wanted."""

    def __init__(self, *, data: bool = False) -> None:
        self.ended = False
        """Whether the tar's end marker has arrived: a stream that ends without it was cut."""
        self._wanted = data
        self._parts = b""
        self._left = 0
        """Bytes of the member's data that are still to come."""
        self._padding = 0
        self._extra: bytes | None = None
        """The type of a header that describes the next one, while its data arrives."""
        self._records: dict[bytes, bytes] = {}

    def feed(self, chunk: bytes) -> list[Member | bytes]:
        """Return the members whose headers `chunk` completes, each before its data if wanted. Raises TarError."""
        found: list[Member | bytes] = []
        data = self._parts + chunk if self._parts else chunk
        at, end = 0, len(data)
        while at < end and not self.ended:
            if self._extra is not None:
                whole = self._left + self._padding
                if end - at < whole:
                    break
                self._take_extra(data[at : at + self._left])
                at += whole
            elif self._left:
                taken = min(self._left, end - at)
                if self._wanted:
                    found.append(data[at : at + taken])
                self._left -= taken
                at += taken
            elif self._padding:
                taken = min(self._padding, end - at)
                self._padding -= taken
                at += taken
            elif end - at < BLOCK:
                break
            else:
                member = self._header(data[at : at + BLOCK])
                if member is not None:
                    found.append(member)
                at += BLOCK
        self._parts = data[at:] if not self.ended else b""
        return found

    def _header(self, block: bytes) -> Member | None:
        """Parse a header; None for the end marker, and for a header that describes the next one."""
        if not block.strip(b"\0"):
            self.ended = True
            return None
        if _number(block[148:156]) != sum(block) - sum(block[148:156]) + 8 * 32:
            raise TarError("it is no tar: the checksum of a header is wrong")
        kind, size = block[156:157], _number(block[124:136])
        if kind in (_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL):
            if size > RECORDS_LIMIT:
                raise TarError(f"a name of {size} bytes")
            self._expect(size)
            self._extra = kind
            return None
        member = self._member(block, kind, size)
        self._records = {}
        self._expect(member.size if kind not in _WITHOUT_DATA else 0)
        return member

    def _expect(self, size: int) -> None:
        if size < 0:
            raise TarError("a size below nothing")
        self._left, self._padding = size, -size % BLOCK

    def _take_extra(self, data: bytes) -> None:
        kind, self._extra, self._left, self._padding = self._extra, None, 0, 0
        if kind == _PAX:
            self._records |= _pax(data)
        elif kind == _LONG_NAME:
            self._records[b"path"] = data.rstrip(b"\0")
        elif kind == _LONG_LINK:
            self._records[b"linkpath"] = data.rstrip(b"\0")

    def _member(self, block: bytes, kind: bytes, size: int) -> Member:
        told = self._records
        name = _text(block[:100])
        if block[257:263] == b"ustar\0" and (prefix := _text(block[345:500])):
            name = prefix + b"/" + name
        name = told.get(b"path", name)
        type_ = _KINDS.get(kind, stat.S_IFREG)
        if type_ == stat.S_IFREG and name.endswith(b"/"):  # tars from before POSIX mark folders like this
            type_ = stat.S_IFDIR
        return Member(
            name=_decoded(name),
            mode=stat.S_IMODE(_number(block[100:108])) | type_,
            uid=_told(told, b"uid", block[108:116]),
            gid=_told(told, b"gid", block[116:124]),
            size=int(_float(told[b"size"])) if b"size" in told else size,
            mtime=_float(told[b"mtime"]) if b"mtime" in told else float(_number(block[136:148])),
            link=_decoded(told.get(b"linkpath", _text(block[157:257]))),
            hard=kind == _HARD_LINK,
            device=(_number(block[329:337]), _number(block[337:345])) if kind in (b"3", b"4") else (0, 0),
        )


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def _number(field: bytes) -> int:
    """Parse a number in a header: in octal digits, or, if the first bit is set, in base 256."""
    if field[:1] and field[0] & 0x80:
        value = int.from_bytes(field, "big") & (1 << 8 * len(field) - 1) - 1
        return value - (1 << 8 * len(field) - 1) if field[0] & 0x40 else value
    try:
        return int(field.rstrip(b"\0 ") or b"0", 8)
    except ValueError:
        raise TarError(f"no number: {field!r}") from None


def _told(records: Mapping[bytes, bytes], name: bytes, field: bytes) -> int:
    return int(_float(records[name])) if name in records else _number(field)


def _float(text: bytes) -> float:
    try:
        value = float(text)
    except ValueError:
        raise TarError(f"no number: {text[:40]!r}") from None
    if not abs(value) < 1e19:  # rejects infinity and NaN, too
        raise TarError(f"no number: {text[:40]!r}")
    return value


def _pax(data: bytes) -> dict[bytes, bytes]:
    r"""Parse the records of a pax header: "LENGTH NAME=VALUE\n", the length including the whole record."""
    records = {}
    at = 0
    while at < len(data):
        length, _, _ = data[at : at + 20].partition(b" ")
        if not length.isdigit() or not len(length) < int(length) <= len(data) - at:
            raise TarError("a pax record of no length")
        name, equals, value = data[at + len(length) + 1 : at + int(length)].partition(b"=")
        if not equals or not value.endswith(b"\n"):
            raise TarError("a pax record without value or end")
        records[name] = value[:-1]
        at += int(length)
    return records
