"""Operations of second screens and dialogs: the common ones, and each one's own."""

from __future__ import annotations

from dockertui.operations.base import Context, Operation


def _in(
    context: Context, group: str, id: str, title: str, action: str, *keys: str, hint: str = "", order: int = 5
) -> Operation:
    return Operation(id, title, action, keys, group, context, hint=hint, hint_order=order, palette=False)


def _screen(name: str, title: str, *keys: str, hint: str = "", context: Context = Context.SCREEN) -> Operation:
    return _in(context, "Every screen", f"screen.{name}", title, f"screen.{name}", *keys, hint=hint, order=1)


def _lens(name: str, title: str, action: str, *keys: str, hint: str) -> Operation:
    return _in(Context.LENS, "API lens", f"lens.{name}", title, action, *keys, hint=hint, order=2)


def _jobs(name: str, title: str, *keys: str, hint: str) -> Operation:
    return _in(Context.JOBS, "Jobs", f"jobs.{name}", title, f"screen.{name}", *keys, hint=hint, order=2)


def _form(name: str, title: str, action: str, *keys: str, context: Context = Context.FORM) -> Operation:
    return _in(context, "Forms", f"form.{name}", title, action, *keys)


def _question(name: str, title: str, action: str, *keys: str) -> Operation:
    return _in(Context.QUESTION, "Questions", f"question.{name}", title, action, *keys)


def _menu(name: str, title: str, action: str, *keys: str) -> Operation:
    return _in(Context.MENU, "Menus", f"menu.{name}", title, action, *keys)


def _columns(name: str, title: str, action: str, *keys: str, hint: str = "") -> Operation:
    return _in(Context.COLUMNS, "Columns and order", f"columns.{name}", title, action, *keys, hint=hint)


def _typing(name: str, title: str, action: str, *keys: str) -> Operation:
    return _in(Context.PROMPT, "While typing a filter or a search", f"typing.{name}", title, action, *keys)


FLAGS = 9
"""Number of a confirmation's flags that have a key."""

SECOND: tuple[Operation, ...] = (
    _screen("back", "Back: end search, selection, filter, then the screen", "escape", hint="back"),
    _screen("close", "Close the screen", "q"),
    _screen("reveal", "Show or hide secrets", "v", hint="secrets", context=Context.SECRETS),
    _lens("filter", "Filter: words of cause, method, path, status", "screen.filter", "/", hint="filter"),
    _lens("pause", "Pause, or go on", "screen.pause", "p", "space", hint="pause"),
    _lens("copy_curl", "Copy the curl line", "screen.copy('curl')", "y", hint="curl"),
    _lens("copy_docker", "Copy the docker line", "screen.copy('docker')", "Y", hint="docker"),
    _lens("export", "Write what is shown to a file, a JSON object a line", "screen.export", "e", hint="export"),
    _jobs("output", "All that the job told", "enter", hint="its output"),
    _jobs("cancel", "Cancel the job", "x", "delete", hint="cancel"),
    _jobs("again", "The job's form again, filled in as it was", "e", hint="the form again"),
    _in(Context.OUTPUT, "Jobs", "output.cancel", "Cancel the job", "screen.cancel", "x", "delete", hint="cancel",
        order=2),
    _in(Context.OUTPUT, "Jobs", "output.reveal", "Show or hide secrets", "screen.reveal", "ctrl+r"),
    _in(Context.EVENT, "Events", "event.copy", "Copy the event as JSON", "screen.copy", "y", "c", hint="copy", order=2),
    _form("submit", "Go on with what is typed", "screen.submit", "ctrl+s"),
    _form("enter", "The next field; from the last one, go on", "screen.next_or_submit", "enter"),
    _form("next", "The next field", "app.focus_next", "down", "tab"),
    _form("previous", "The field before", "app.focus_previous", "up", "shift+tab"),
    _form("page_down", "Further fields", "screen.page(1)", "pagedown"),
    _form("page_up", "Earlier fields", "screen.page(-1)", "pageup"),
    _form("reveal", "Show or hide secrets", "screen.reveal", "ctrl+r"),
    _form("leave", "Leave the form; what is typed is asked about", "screen.leave", "escape"),
    _form("choose_next", "The next of several", "step(1)", "right", "l", "space", context=Context.CHOICE),
    _form("choose_previous", "The one before of several", "step(-1)", "left", "h", context=Context.CHOICE),
    _form("turn", "Yes or no", "turn", "space", context=Context.FLAG),
    _question("yes", "Yes; other answers have the keys that are named there",
              "screen.answer('y')", "y"),
    _question("refuse", "No", "screen.refuse", "enter", "escape", "n", "q", "ctrl+c"),
    *(_question(f"flag_{number}", f"Turn flag {number} on or off", f"screen.flag({number - 1})", str(number))
      for number in range(1, FLAGS + 1)),
    _question("unfold", "Show or hide the equivalent commands", "screen.unfold", "c"),
    _question("reveal", "Show or hide secrets", "screen.reveal", "v"),
    _question("down", "Down", "cursor_down", "down", "j"),
    _question("up", "Up", "cursor_up", "up", "k"),
    _question("page_down", "Page down", "page_down", "pagedown"),
    _question("page_up", "Page up", "page_up", "pageup"),
    _menu("choose", "Choose what is under the cursor", "choose", "enter"),
    _menu("leave", "Take back what is typed; else leave", "leave", "escape"),
    _menu("erase", "Take back a letter of what is typed", "erase", "backspace"),
    _menu("down", "Down; letters only while nothing is typed", "cursor_down", "down", "ctrl+n", "j"),
    _menu("up", "Up; letters only while nothing is typed", "cursor_up", "up", "ctrl+p", "k"),
    _menu("page_down", "Page down", "page_down", "pagedown"),
    _menu("page_up", "Page up", "page_up", "pageup"),
    _menu("top", "First", "top", "home"),
    _menu("bottom", "Last", "bottom", "end"),
    _columns("toggle", "Show or hide the column", "screen.turn", "space", hint="show/hide"),
    _columns("left", "Move the column to the left, where it is shown first", "screen.move(-1)", "left", "<",
             hint="move"),
    _columns("right", "Move the column to the right", "screen.move(1)", "right", ">", hint="move"),
    _columns("sort", "Sort by it, again: reverse; the menu stays open", "screen.sort", "o", hint="sort"),
    _columns("reset", "Columns and order as they are by default", "screen.reset", "0", hint="reset"),
    _typing("keep", "Keep what is typed", "keep", "enter"),
    _typing("drop", "Drop what is typed", "drop", "escape"),
    _typing("up", "Up in what is filtered or searched", "move('cursor_up')", "up"),
    _typing("down", "Down in what is filtered or searched", "move('cursor_down')", "down"),
    _typing("page_up", "Page up in it", "move('page_up')", "pageup"),
    _typing("page_down", "Page down in it", "move('page_down')", "pagedown"),
)  # fmt: skip
