"""The lines above a list of files: the path, how and when the list was read, and errors."""

from __future__ import annotations

from datetime import datetime

from dockertui.live.browser import NOT_ALL, Browser
from dockertui.resources import format


def place_line(browser: Browser, shown: int, marked: int, filter_line: str) -> tuple[str, str]:
    """Return the path, and the counts of files."""
    volume = f"volume {browser.place.volume} · " if browser.place is not None and browser.place.volume else ""
    counted = [format.plural(shown, "file")] if browser.folder is not None else []
    if marked:
        counted.append(f"● {marked} marked")
    if filter_line:
        counted.append(f"/{filter_line}")
    return f"{volume}{browser.path}", " · ".join(counted)


def way_line(browser: Browser, stops: str, reads_on: str) -> tuple[str, str]:
    """Return how the list is or was read, or what failed, and the style.

    stops, reads_on: the key that stops reading, and the one that reads the rest, each with its word; "" for none.
    """
    reading, folder = browser.reading, browser.folder
    if reading is not None:
        amount = f", {format.size(reading.read)}" if reading.read else ""
        return f"reading {reading.path} by {reading.way or 'the Engine'}{amount} … {stops}".rstrip(), "busy"
    if browser.error:
        more = reads_on if browser.error.startswith(NOT_ALL) else ""
        return ": ".join(filter(None, (browser.error, more))), "warn"
    if folder is None:
        return "", ""
    partial = "" if folder.complete else f"{': '.join(filter(None, ('not all of it', reads_on)))} · "
    at = datetime.fromtimestamp(folder.read_at).strftime("%H:%M:%S")
    return f"{partial}as of {at}, by {_way(browser, folder.way)}", "" if folder.complete else "warn"


def _way(browser: Browser, way: str) -> str:
    """Return how a folder was read, and why not by a command."""
    through = f" of {browser.place.name}" if browser.place is not None and browser.place.volume else ""
    why = browser.exec_unavailable_because
    return f"{way}{through}{f' ({why})' if why and browser.archived(way) else ''}"
