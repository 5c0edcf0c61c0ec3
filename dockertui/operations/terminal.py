"""Operations on terminals: opening them from the lists, and those after the leader key inside one.

In a terminal every key but the leader (`terminal_leader` in the settings) goes to the container. The keys of the
context `TERMINAL` are those typed after it.
"""

from __future__ import annotations

from dockertui.operations.base import Context, Operation

_OPEN, _TERMINAL = "Terminals", "In a terminal, after the leader"


def _led(id: str, title: str, action: str, *keys: str, hint: str = "", order: int = 5) -> Operation:
    """Make the operation of a key after the leader."""
    return Operation(
        f"terminal.{id}",
        title,
        action,
        keys,
        _TERMINAL,
        Context.TERMINAL,
        hint=hint,
        hint_order=order,
        palette=False,
    )


def _reading(id: str, title: str, *keys: str) -> Operation:
    """Make the operation of a key while reading back."""
    return Operation(
        f"terminal.reading_{id}", title, id, keys, "Reading back in a terminal", Context.READING, palette=False
    )


SESSIONS = 9
"""Terminals with a key of their own, by position."""

TERMINAL: tuple[Operation, ...] = (
    Operation("container.exec", "Open a shell in the container", "exec_shell", ("x", "E"), _OPEN, hint="shell",
              hint_order=1, of="terminal", words="exec docker terminal bash sh console into ssh"),
    Operation("container.exec_command", "Run a command: user, directory, environment …",
              "exec_command", ("X",), _OPEN, of="terminal", words="docker exec terminal privileged workdir env"),
    Operation("container.attach", "Attach to the container's own process", "attach", ("a",), _OPEN, hint="attach",
              of="terminal", words="docker attach stdin terminal"),
    Operation("container.watch", "Watch the container's own process, sending nothing", "watch", ("W",), _OPEN,
              of="terminal", words="attach read only no-stdin"),
    Operation("terminal.show", "Show the terminals that are open", "show_terminals", ("t",), _OPEN,
              words="sessions back exec attach"),
    Operation("terminal.play", "Play a recorded session (asciicast)", "play_recording", (), _OPEN,
              words="asciinema cast record"),
    Operation("terminal.dismiss", "Close the session, and go back to where it was opened", "dismiss", ("escape", "q"),
              _OPEN, Context.ENDED, hint="close", hint_order=0, palette=False),
    _led("leave", "Back to the lists (the session keeps running)", "leave", "d", "escape", hint="leave", order=0),
    _led("history", "Scrollback: move, select (v), copy (y), search (/)", "history", "[", "pageup", hint="history",
         order=1),
    _led("search", "Search in all lines that are kept", "search", "/", hint="search", order=3),
    _led("next", "Next session", "next_session", "n", "right", hint="next", order=2),
    _led("previous", "Previous session", "previous_session", "p", "left"),
    _led("new", "Another shell in the same container", "new", "c", hint="new", order=3),
    _led("split", "Split: two sessions beside each other, or one again",
         "split", "s", hint="split", order=4),
    _led("other", "Switch between the halves of a split", "other_half", "tab", order=4),
    _led("zoom", "The whole screen, or with the lists", "zoom", "z", hint="zoom", order=4),
    _led("close", "Close the session", "close", "x", hint="close", order=2),
    _led("restart", "Restart what has ended", "restart", "r"),
    _led("rename", "Rename the session", "rename", "comma"),
    _led("list", "Choose from all sessions", "choose", "w", "l"),
    _led("save", "Save all lines that are kept to a file", "save", "S"),
    _led("clear", "Clear the scrollback", "clear", "k"),
    _led("record", "Record as an asciicast file, or stop", "record", "e", hint="record", order=6),
    _led("hand_over", "Use the full terminal for the session", "hand_over", "o"),
    _led("paste", "Paste what was copied last in this program", "paste_copied", "]", "v"),
    _led("help", "All that can follow the leader", "commands", "?", hint="more", order=1),
    *(_led(f"session_{number}", f"Session {number}", f"show_session({number - 1})", str(number))
      for number in range(1, SESSIONS + 1)),
    _reading("up", "Up", "up", "k"),
    _reading("down", "Down", "down", "j"),
    _reading("left", "To the left", "left", "h"),
    _reading("right", "To the right", "right", "l"),
    _reading("page_up", "Page up", "pageup", "ctrl+b"),
    _reading("page_down", "Page down", "pagedown", "ctrl+f"),
    _reading("half_up", "Half a page up", "ctrl+u"),
    _reading("half_down", "Half a page down", "ctrl+d"),
    _reading("top", "First line that is kept", "g"),
    _reading("bottom", "Last line", "G"),
    _reading("line_start", "Start of the line", "home", "0"),
    _reading("line_end", "End of the line", "end", "$"),
    _reading("select", "Begin or end a selection", "v", "space"),
    _reading("select_line", "Select the line", "V"),
    _reading("select_word", "Select the word", "w"),
    _reading("copy", "Copy the selection, and type again", "y", "enter"),
    _reading("next_match", "Next match", "n"),
    _reading("previous_match", "Previous match", "N"),
    _reading("back", "End the selection, then the search, then type again", "escape"),
    _reading("leave", "Type again", "q", "ctrl+c"),
)  # fmt: skip
