"""The list of files: columns, order, and the format of mode, owner and time."""

from __future__ import annotations

import stat
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from dockertui.engine.files import FileEntry
from dockertui.live.browser import Browser
from dockertui.resources import format
from dockertui.widgets.columns import Cell, Column

_MARKS: Final = {"A": "good", "C": "warn", "D": "bad"}
_SIGNS: Final = {stat.S_IFDIR: "/", stat.S_IFIFO: "|", stat.S_IFSOCK: "="}


def join(folder: str, name: str) -> str:
    """Return the path of a file in a folder."""
    return f"{folder.rstrip('/')}/{name}"


def size_of(browser: Browser, entry: FileEntry) -> int | None:
    """Return a file's size, or that of all files below a folder if an archive contained it; None if unknown."""
    if entry.is_folder:
        return browser.tree.below.get(join(browser.path, entry.name))
    return entry.size if entry.is_file else None


def columns(browser: Browser) -> Sequence[Column[FileEntry]]:
    """Return the columns for the browser's folder."""
    return (
        Column("change", "±", lambda entry: _change(browser, entry), lambda entry: _mark(browser, entry), width=1),
        Column("name", "NAME", _name, _folders_first(lambda entry: entry.name.lower()), width=16),
        Column("size", "SIZE", lambda entry: _size(browser, entry), lambda entry: size_of(browser, entry) or 0,
               width=6, right=True, priority=1),
        Column("time", "MODIFIED", _time, lambda entry: entry.mtime, width=16, priority=2),
        Column("mode", "MODE", lambda entry: Cell(mode(entry), "dim"), None, width=10, priority=3),
        Column("owner", "OWNER", lambda entry: Cell(_owner(browser, entry), "dim"), None, width=13, priority=4),
    )  # fmt: skip


def _folders_first(key: Callable[[FileEntry], Any]) -> Callable[[FileEntry], Any]:
    return lambda entry: (not entry.is_folder, key(entry))


def _mark(browser: Browser, entry: FileEntry) -> str:
    return "D" if not entry.mode else browser.tree.mark(join(browser.path, entry.name))


def _change(browser: Browser, entry: FileEntry) -> Cell:
    mark = _mark(browser, entry)
    return Cell(mark, _MARKS.get(mark, ""))


def _name(entry: FileEntry) -> Cell:
    if not entry.mode:
        return Cell(f"{entry.name}  deleted", "gone")
    text = entry.name + _SIGNS.get(stat.S_IFMT(entry.mode), "")
    if entry.link:
        text += f"{' = ' if entry.hard else ' → '}{entry.link}"
    style = "accent" if entry.is_folder else "dim" if entry.is_link else "good" if entry.mode & 0o111 else ""
    return Cell(text, style if entry.is_folder or entry.is_link or entry.is_file else "warn")


def _size(browser: Browser, entry: FileEntry) -> Cell:
    if any(entry.device):
        return Cell(f"{entry.device[0]}, {entry.device[1]}", "dim")
    size = size_of(browser, entry)
    if size is None:
        return Cell("·" if entry.mode and (entry.is_folder or entry.is_file) else "", "dim")
    return Cell(format.size(size))


def _time(entry: FileEntry) -> Cell:
    if not entry.mode:
        return Cell("")
    try:
        return Cell(datetime.fromtimestamp(entry.mtime).astimezone().strftime("%Y-%m-%d %H:%M"), "dim")
    except (OverflowError, OSError, ValueError):
        return Cell(f"{entry.mtime:.0f}", "dim")


def mode(entry: FileEntry) -> str:
    """Return the mode in the format of `ls -l`: `drwxr-xr-x`; "" for a deleted file."""
    return stat.filemode(entry.mode) if entry.mode else ""


def _owner(browser: Browser, entry: FileEntry) -> str:
    return owner(browser.tree.owners, browser.tree.groups, entry)


def owner(owners: dict[int, str], groups: dict[int, str], entry: FileEntry) -> str:
    """Return `root:www-data`, with numbers where the container has no name."""
    if entry.uid < 0:
        return "·" if entry.mode else ""
    return f"{owners.get(entry.uid, entry.uid)}:{groups.get(entry.gid, entry.gid)}"
