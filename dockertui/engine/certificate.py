"""The validity of a certificate file. The standard library has no public way to read one that is not an authority's."""

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
    """Return the start and end of validity of the first certificate in a PEM file; None if it cannot be read."""
    try:
        found = _PEM.search(path.read_bytes())
        return _validity(b64decode(found[1])) if found else None
    except (OSError, ValueError, IndexError):
        return None


def _validity(der: bytes) -> tuple[datetime, datetime]:
    """Read certificate > first part > fifth field: version, serial number, algorithm, issuer, validity."""
    fields = _parts(_parts(_parts(der)[0][1])[0][1])
    if fields[0][0] == _VERSION:  # absent in version 1
        del fields[0]
    begin, end = _parts(fields[3][1])[:2]
    return _moment(*begin), _moment(*end)


def _parts(data: bytes) -> list[tuple[int, bytes]]:
    """Return the consecutive DER elements, each as tag and content."""
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
    """Parse a time whose year has two digits (50 to 49 for 1950 to 2049) or four."""
    form = "%y%m%d%H%M%SZ" if tag == _UTC_TIME else "%Y%m%d%H%M%SZ"
    found = datetime.strptime(content.decode("ascii"), form).replace(tzinfo=UTC)
    return found.replace(year=found.year - 100) if tag == _UTC_TIME and found.year >= 2050 else found
