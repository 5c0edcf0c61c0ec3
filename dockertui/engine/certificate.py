"""Until when a certificate file is good. The standard library has no public way to read one that is no authority's."""

from __future__ import annotations

import re
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_PEM: Final = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_VERSION: Final = 0xA0
_UTC_TIME: Final = 0x17


def validity(path: Path) -> tuple[datetime, datetime] | None:
    """From when to when the first certificate of a PEM file is valid; None where that cannot be read."""
    try:
        found = _PEM.search(path.read_bytes())
        return _validity(b64decode(found[1])) if found else None
    except (OSError, ValueError, IndexError):
        return None


def _validity(der: bytes) -> tuple[datetime, datetime]:
    """Certificate, its first part, and of that the fifth field: version, number, algorithm, issuer, validity."""
    fields = _parts(_parts(_parts(der)[0][1])[0][1])
    if fields[0][0] == _VERSION:  # absent in version 1
        del fields[0]
    begin, end = _parts(fields[3][1])[:2]
    return _moment(*begin), _moment(*end)


def _parts(data: bytes) -> list[tuple[int, bytes]]:
    """The elements of DER one after the other, each as its tag and content."""
    found, at = [], 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        found.append((tag, data[at : at + length]))
        at += length
    return found


def _moment(tag: int, content: bytes) -> datetime:
    """A time with a year of two digits (50 to 49, of 1950 to 2049) or of four."""
    form = "%y%m%d%H%M%SZ" if tag == _UTC_TIME else "%Y%m%d%H%M%SZ"
    found = datetime.strptime(content.decode("ascii"), form).replace(tzinfo=UTC)
    return found.replace(year=found.year - 100) if tag == _UTC_TIME and found.year >= 2050 else found
