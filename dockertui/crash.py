"""Errors of the program itself: all details go to a file, one sentence to the user."""

from __future__ import annotations

import os
import platform
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path

from dockertui import __version__
from dockertui.masking import masked
from dockertui.state import folder


def record(error: BaseException, environ: Mapping[str, str], home: Path) -> str:
    """Write a crash file; return a sentence that says what happened and where the file is.

    The file has the traceback without the values of variables, which can be secrets. Secrets in messages are masked.
    """
    what = f"{type(error).__name__}: {_one_line(masked(str(error)))}" if str(error) else type(error).__name__
    try:
        path = _write(folder(environ, home), _report(error))
    except OSError as unwritten:
        return f"an error in the program, {what}, and no crash file could be written ({unwritten.strerror})"
    return f"an error in the program, {what}: please report it with the file {path}"


def _write(place: Path, text: str) -> Path:
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    path = place / f"crash-{stamp}-{os.getpid()}.txt"
    number = 1
    while path.exists():  # one run may survive several errors in a second
        number += 1
        path = place / f"crash-{stamp}-{os.getpid()}-{number}.txt"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        path.unlink(missing_ok=True)  # half a report would be taken for a whole one
        raise
    return path


def _report(error: BaseException) -> str:
    versions = f"dockertui {__version__}, Python {platform.python_version()}, {platform.platform()}"
    textual = sys.modules.get("textual")
    if textual is not None:
        versions += f", Textual {textual.__version__}"
    terminal = f"TERM={os.environ.get('TERM', '')} COLORTERM={os.environ.get('COLORTERM', '')}"
    told = "\n".join([versions, terminal, "", *traceback.format_exception(error)])
    return _printable(masked(told))


def _printable(text: str) -> str:
    """Return the text with control characters escaped: a message may quote what a terminal would obey."""
    return "".join(sign if sign.isprintable() or sign == "\n" else _spelled(sign) for sign in text)


def _spelled(sign: str) -> str:
    return sign.encode("unicode_escape", "surrogatepass").decode("ascii")


def _one_line(text: str, limit: int = 200) -> str:
    """Return the text without line ends and control characters, shortened: it may be foreign."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    return plain if len(plain) <= limit else f"{plain[: limit - 1]}…"
