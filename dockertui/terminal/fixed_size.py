"""Keep a container from resizing its terminal: its pane has the size that the user gave it.

The emulators ignore most sequences that would. What remains is the column mode (DECCOLM, mode 3), which works only
while mode 40 allows it. So mode 40 is never set: `FixedSize` removes it from the data fed.
"""

from __future__ import annotations

import re
from typing import Final

_ALLOW: Final = 40
_INSIDE: Final = rb"[0-9;:\x00-\x17\x19\x1c-\x1f]"
"""Bytes between `CSI ?` and the letter: numbers, and controls, which a terminal obeys in between."""
_SET: Final = re.compile(rb"\x1b\[\?(" + _INSIDE + rb"*)h")
_CUT: Final = re.compile(rb"\x1b(?:\[(?:\?" + _INSIDE + rb"{0,256})?)?\Z")
"""The beginning of such a sequence at the end of the data."""
_NUMBERS: Final = re.compile(rb"[0-9;:]")
_CONTROLS: Final = re.compile(rb"[^0-9;:]")


class FixedSize:
    """Filters what a container writes, cut at any byte, for an emulator."""

    def __init__(self) -> None:
        self._cut = b""

    def allowed(self, data: bytes) -> bytes:
        """Return the data without the mode. The beginning of a sequence at its end is kept until the rest arrives."""
        data, self._cut = self._cut + data, b""
        cut = _CUT.search(data, max(0, len(data) - 300))
        if cut is not None:
            data, self._cut = data[: cut.start()], cut[0]
        return _SET.sub(_without_allowing, data) if b"\x1b[?" in data else data


def _without_allowing(found: re.Match[bytes]) -> bytes:
    numbers = _CONTROLS.sub(b"", found[1]).replace(b":", b";").split(b";")
    kept = [number for number in numbers if not number or int(number[:9]) != _ALLOW]
    if len(kept) == len(numbers):
        return found[0]
    return _NUMBERS.sub(b"", found[1]) + (b"\x1b[?" + b";".join(kept) + b"h" if kept else b"")
