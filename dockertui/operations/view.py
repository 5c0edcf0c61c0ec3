"""Operations that change what is seen, and nothing on the Engine."""

from __future__ import annotations

from dockertui.operations.base import Context, Operation

_MOVE, _PANES, _LIST, _DETAIL, _PROGRAM = "Move", "Panes", "Lists", "Detail", "Program"


def _moves(context: Context, prefix: str) -> tuple[Operation, ...]:
    """The moving keys, the same in a list and in a detail."""
    table = (
        ("down", "Down", "cursor_down", ("j", "down")),
        ("up", "Up", "cursor_up", ("k", "up")),
        ("page_down", "Page down", "page_down", ("pagedown", "ctrl+f")),
        ("page_up", "Page up", "page_up", ("pageup", "ctrl+b")),
        ("top", "First", "top", ("g", "home")),
        ("bottom", "Last", "bottom", ("G", "end")),
    )
    return tuple(
        Operation(f"{prefix}.{name}", title, action, keys, _MOVE, context, palette=False)
        for name, title, action, keys in table
    )


VIEW: tuple[Operation, ...] = (
    *_moves(Context.LIST, "list"),
    Operation(
        "list.left", "Columns to the left", "scroll_left", ("left",), _MOVE, Context.LIST, palette=False
    ),
    Operation(
        "list.right", "Columns to the right", "scroll_right", ("right",), _MOVE, Context.LIST, palette=False
    ),
    *_moves(Context.DETAIL, "detail"),
    Operation(
        "pane.next", "Next pane", "next_pane", ("tab",), _PANES, hint="pane", hint_order=2, palette=False
    ),
    Operation("pane.previous", "Previous pane", "previous_pane", ("shift+tab",), _PANES, palette=False),
    Operation(
        "pane.zoom",
        "Zoom the pane to the whole screen, with all columns",
        "zoom",
        ("z",),
        _PANES,
        hint="zoom",
    ),
    Operation(
        "list.open",
        "Open the detail",
        "screen.open_detail",
        ("enter",),
        _PANES,
        Context.LIST,
        hint="open",
        hint_order=1,
    ),
    Operation(
        "back",
        "Back: close the detail, end the zoom, drop the filter",
        "back",
        ("escape",),
        _PANES,
        hint="back",
        hint_order=4,
        palette=False,
    ),
    Operation(
        "list.filter",
        "Filter as you type: words, !words, name: image: state: label: …",
        "screen.filter",
        ("/",),
        _LIST,
        Context.LIST,
        hint="filter",
        hint_order=2,
        words="search grep find",
    ),
    Operation("list.sort", "Sort by a column", "sort_menu", ("o",), _LIST, hint="sort", words="order"),
    Operation("list.reverse", "Reverse the order", "reverse_sort", ("O",), _LIST, words="sort"),
    Operation(
        "list.running",
        "Running only, or all containers",
        "running_only",
        ("A",),
        _LIST,
        hint="running only",
        words="ps -a all stopped hide",
    ),
    Operation(
        "list.mark",
        "Mark or unmark",
        "screen.mark",
        ("space",),
        _LIST,
        Context.LIST,
        hint="mark",
        words="select",
    ),
    Operation(
        "list.mark_all", "Mark all shown", "screen.mark_all", ("ctrl+a",), _LIST, Context.LIST, words="select"
    ),
    Operation("list.unmark", "Unmark all", "screen.unmark", ("u",), _LIST, Context.LIST, words="select"),
    Operation(
        "list.measure",
        "Measure sizes on disk (dear for the Engine)",
        "measure",
        ("#",),
        _LIST,
        words="size ps -s system df disk",
    ),
    Operation(
        "follow",
        "Follow to what it uses, or to what uses it",
        "follow",
        ("f",),
        _DETAIL,
        hint="follow",
        words="reference image network volume container used by",
    ),
    Operation(
        "follow.back", "Back to where you followed from", "follow_back", ("backspace", "ctrl+o"), _DETAIL
    ),
    Operation(
        "detail.inspect",
        "Inspect: the Engine's own JSON",
        "inspect",
        ("i",),
        _DETAIL,
        hint="inspect",
        words="json raw",
    ),
    Operation("detail.next_tab", "Next tab", "next_tab", ("]",), _DETAIL, palette=False),
    Operation("detail.previous_tab", "Previous tab", "previous_tab", ("[",), _DETAIL, palette=False),
    Operation(
        "detail.enter",
        "Follow the reference, fold or unfold",
        "enter",
        ("enter",),
        _DETAIL,
        Context.DETAIL,
        hint="follow",
        palette=False,
    ),
    Operation(
        "detail.toggle",
        "Fold or unfold (JSON)",
        "toggle_fold",
        ("space",),
        _DETAIL,
        Context.DETAIL,
        palette=False,
    ),
    Operation(
        "detail.unfold", "Unfold (JSON)", "unfold", ("l", "right"), _DETAIL, Context.DETAIL, palette=False
    ),
    Operation("detail.fold", "Fold (JSON)", "fold", ("h", "left"), _DETAIL, Context.DETAIL, palette=False),
    Operation(
        "detail.unfold_all", "Unfold all (JSON)", "unfold_all", ("+",), _DETAIL, Context.DETAIL, palette=False
    ),
    Operation(
        "detail.fold_all", "Fold all (JSON)", "fold_all", ("-",), _DETAIL, Context.DETAIL, palette=False
    ),
    Operation(
        "detail.search",
        "Search",
        "screen.search",
        ("/",),
        _DETAIL,
        Context.DETAIL,
        hint="search",
        palette=False,
    ),
    Operation(
        "detail.next_match", "Next match", "next_match", ("n",), _DETAIL, Context.DETAIL, palette=False
    ),
    Operation(
        "detail.previous_match",
        "Previous match",
        "previous_match",
        ("N",),
        _DETAIL,
        Context.DETAIL,
        palette=False,
    ),
    Operation("detail.reveal", "Show or hide secrets", "reveal", ("v",), _DETAIL, words="password token env"),
    Operation(
        "program.palette",
        "Everything by name",
        "palette",
        (":", "ctrl+p"),
        _PROGRAM,
        hint="commands",
        hint_order=2,
        palette=False,
    ),
    Operation("program.help", "Help", "help", ("?", "f1"), _PROGRAM, hint="help", hint_order=0, words="keys"),
    Operation(
        "program.theme", "Choose a theme", "theme_menu", ("T",), _PROGRAM, words="colour color dark light"
    ),
    Operation(
        "program.retry", "Connect again now", "retry", ("ctrl+r",), _PROGRAM, words="reconnect refresh"
    ),
    Operation(
        "program.redraw",
        "Draw the whole screen again",
        "app.redraw",
        ("ctrl+l",),
        _PROGRAM,
        words="refresh repaint",
    ),
    Operation(
        "program.quit",
        "Quit",
        "leave",
        ("q", "ctrl+q", "ctrl+c"),
        _PROGRAM,
        hint="quit",
        hint_order=3,
        words="exit",
    ),
    Operation(
        "connection.retry", "Try again", "retry", ("r", "enter"), _PROGRAM, Context.CONNECTION, palette=False
    ),
    Operation(
        "connection.demo",
        "Look around on the demo Engine",
        "demo",
        ("d",),
        _PROGRAM,
        Context.CONNECTION,
        palette=False,
    ),
    Operation(
        "connection.quit",
        "Quit",
        "leave",
        ("q", "ctrl+q", "ctrl+c", "escape"),
        _PROGRAM,
        Context.CONNECTION,
        palette=False,
    ),
)
