"""Operations on the files of a container or volume: navigating, viewing, copying out and in."""

from __future__ import annotations

from dockertui.operations.base import Context, Operation
from dockertui.operations.view import moves

_FILES = "Files"


def _in_files(
    name: str, title: str, action: str, *keys: str, hint: str = "", order: int = 5, context: Context = Context.FILES
) -> Operation:
    prefix = "files" if context is Context.FILES else "file"
    return Operation(
        f"{prefix}.{name}", title, action, keys, _FILES, context, hint=hint, hint_order=order, palette=False
    )


def _in_file(name: str, title: str, action: str, *keys: str, hint: str = "") -> Operation:
    return _in_files(name, title, action, *keys, hint=hint, context=Context.FILE)


BROWSING: tuple[Operation, ...] = (
    Operation(
        "detail.files",
        "Files of the container, or of the volume",
        "open_tab('files')",
        ("F",),
        _FILES,
        of="files",
        words="browse file system folder ls cat cp archive",
    ),
    *moves(Context.FILES, "files"),
    _in_files("open", "Go into the folder; look into the file", "open", "enter", "l", "right", hint="open", order=1),
    _in_files("parent", "Up to the folder above", "up", "backspace", "h", "left", "-", hint="up", order=2),
    _in_files("path", "Go to a path that is typed", "type_path", "c", hint="path", order=3),
    _in_files("filter", "Filter by name: words, !words", "filter", "/", hint="filter", order=2),
    _in_files("sort", "Sort by name, size, time", "sort", "o", hint="sort"),
    _in_files("reverse", "Reverse the order", "reverse", "O"),
    _in_files("mark", "Mark or unmark", "mark", "space", hint="mark"),
    _in_files("mark_all", "Mark all shown", "mark_all", "ctrl+a"),
    _in_files("unmark", "Unmark all", "clear_marks", "u"),
    _in_files("download", "Download the marked, or this one, into a folder here", "download", "d", hint="download"),
    _in_files("upload", "Upload a file or folder into this folder", "upload", "p", hint="upload"),
    _in_files("copy_path", "Copy the path", "copy_path", "y", hint="copy path"),
    _in_files("again", "Read the folder again", "again", "R", hint="again"),
    _in_files("whole", "Read all below it, without a limit: sizes of folders", "whole", "#", hint="sizes"),
    _in_files("by_exec", "List by a command in the container, or by the archive", "turn_exec", "w"),
    _in_files("stop", "Stop reading; else drop the filter; else back", "stop", "escape"),
    *moves(Context.FILE, "file"),
    _in_file("left", "To the left", "scroll_left", "h", "left"),
    _in_file("right", "To the right", "scroll_right", "l", "right"),
    _in_file("hex", "As hex, or as text", "screen.turn_hex", "x", hint="hex"),
    _in_file("wrap", "Wrap long lines", "wrap", "w", hint="wrap"),
    _in_file("search", "Search", "screen.search", "/", hint="search"),
    _in_file("next_match", "Next match", "next_match", "n"),
    _in_file("previous_match", "Previous match", "previous_match", "N"),
    _in_file("more", "Read more of a large file", "screen.more", "+", hint="more"),
    _in_file("copy", "Copy the line", "screen.copy_line", "y", hint="copy line"),
    _in_file("download", "Download it into a folder here", "screen.download", "d", hint="download"),
)
