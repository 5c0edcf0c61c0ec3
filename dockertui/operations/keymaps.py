"""The default keys of lazydocker and of k9s, each with the operation here that does the same, for the `keymap` setting.

A key with an operation is that operation's, wherever the operation has keys; others that had it there lose it. A key
without one keeps what it does here, unless that is something harmful: fingers that mean a scroll must not remove.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class PeerKey(NamedTuple):
    """A key of another program: what it does there, and the ids of the operations here; none if there is no such."""

    key: str
    does: str
    ids: tuple[str, ...] = ()


class Peer(NamedTuple):
    """Another program's keys. moved: new keys here for operations whose own key that program uses for something else.

    The keys of `moved` do nothing in that program, or nothing that is possible here.
    """

    name: str
    keys: tuple[PeerKey, ...]
    moved: Mapping[str, tuple[str, ...]]


_REMOVE = ("container.remove", "image.remove", "network.remove", "volume.remove", "plugin.remove")
_MAKE = ("container.run", "image.pull", "network.create", "volume.create")
_PAUSE = ("container.pause", "container.unpause")
_STOP = ("container.stop", "container.start", "plugin.enable", "plugin.disable")

LAZYDOCKER = Peer(
    "lazydocker",
    (
        PeerKey("j", "next line", ("list.down", "detail.down", "log.down")),
        PeerKey("k", "previous line", ("list.up", "detail.up", "log.up")),
        PeerKey("down", "next line", ("list.down", "detail.down", "log.down")),
        PeerKey("up", "previous line", ("list.up", "detail.up", "log.up")),
        PeerKey("h", "previous panel", ("pane.previous",)),
        PeerKey("l", "next panel", ("pane.next",)),
        PeerKey("left", "previous panel"),
        PeerKey("right", "next panel"),
        PeerKey("tab", "next panel", ("pane.next",)),
        PeerKey("shift+tab", "previous panel", ("pane.previous",)),
        PeerKey("1", "projects", ("pane.container",)),
        PeerKey("2", "services", ("pane.container",)),
        PeerKey("3", "containers", ("pane.container",)),
        PeerKey("4", "images", ("pane.image",)),
        PeerKey("5", "volumes", ("pane.volume",)),
        PeerKey("6", "networks", ("pane.network",)),
        PeerKey("enter", "into the main panel", ("list.open",)),
        PeerKey("escape", "back to the lists", ("back",)),
        PeerKey("[", "previous tab", ("detail.previous_tab",)),
        PeerKey("]", "next tab", ("detail.next_tab",)),
        PeerKey("/", "filter the list", ("list.filter",)),
        PeerKey("+", "larger main panel", ("pane.zoom",)),
        PeerKey("_", "smaller main panel", ("pane.zoom",)),
        PeerKey("J", "scroll the main panel down"),
        PeerKey("K", "scroll the main panel up"),
        PeerKey("H", "scroll the main panel left"),
        PeerKey("L", "scroll the main panel right"),
        PeerKey("pagedown", "scroll the main panel down"),
        PeerKey("pageup", "scroll the main panel up"),
        PeerKey("ctrl+d", "scroll the main panel down"),
        PeerKey("ctrl+u", "scroll the main panel up"),
        PeerKey("home", "start of the main panel", ("log.top", "detail.top")),
        PeerKey("end", "end of the main panel", ("log.bottom", "detail.bottom")),
        PeerKey("m", "logs", ("container.logs",)),
        PeerKey("E", "shell", ("container.exec",)),
        PeerKey("a", "attach", ("container.attach",)),
        PeerKey("s", "stop", _STOP),
        PeerKey("S", "start a service", ("container.start",)),
        PeerKey("r", "restart", ("container.restart",)),
        PeerKey("R", "ways to restart", ("container.restart",)),
        PeerKey("p", "pause", _PAUSE),
        PeerKey("d", "remove", _REMOVE),
        PeerKey("e", "hide or show stopped containers", ("list.running",)),
        PeerKey("w", "open the port in a browser", ("open_port",)),
        PeerKey("b", "bulk commands", ("bulk",)),
        PeerKey("c", "commands of one's own"),
        PeerKey("X", "type a command of one's own"),
        PeerKey("u", "bring a service up"),
        PeerKey("U", "bring the project up"),
        PeerKey("D", "bring the project down"),
        PeerKey("o", "open the settings"),
        PeerKey("x", "menu of keys", ("menu",)),
        PeerKey("?", "menu of keys", ("program.help",)),
        PeerKey("q", "quit", ("program.quit",)),
        PeerKey("ctrl+c", "quit", ("program.exit",)),
    ),
    {
        "container.stats": ("M",),
        "events": ("V",),
        "overview": ("ctrl+t",),
        "container.rename": ("N",),
        "detail.unfold_all": ("*",),
    },
)

K9S = Peer(
    "k9s",
    (
        PeerKey("j", "down", ("list.down", "detail.down", "log.down")),
        PeerKey("k", "up", ("list.up", "detail.up", "log.up")),
        PeerKey("down", "down", ("list.down", "detail.down", "log.down")),
        PeerKey("up", "up", ("list.up", "detail.up", "log.up")),
        PeerKey("g", "top", ("list.top", "detail.top", "log.top")),
        PeerKey("G", "bottom", ("list.bottom", "detail.bottom", "log.bottom")),
        PeerKey("ctrl+f", "page down", ("list.page_down", "detail.page_down", "log.page_down")),
        PeerKey("ctrl+b", "page up", ("list.page_up", "detail.page_up", "log.page_up")),
        PeerKey("shift+left", "previous column", ("list.left",)),
        PeerKey("shift+right", "next column", ("list.right",)),
        PeerKey("enter", "view", ("list.open",)),
        PeerKey("escape", "back, or clear the filter", ("back",)),
        PeerKey("q", "back", ("back",)),
        PeerKey("tab", "next field", ("pane.next",)),
        PeerKey("shift+tab", "previous field", ("pane.previous",)),
        PeerKey(":", "command mode", ("program.palette",)),
        PeerKey("ctrl+a", "all aliases", ("program.palette",)),
        PeerKey("/", "filter", ("list.filter", "detail.search", "log.search")),
        PeerKey("?", "help", ("program.help",)),
        PeerKey("ctrl+r", "reload", ("program.retry",)),
        PeerKey("ctrl+c", "quit", ("program.exit",)),
        PeerKey("[", "back in the history"),
        PeerKey("]", "forward in the history"),
        PeerKey("-", "last view"),
        PeerKey("0", "all namespaces; in a log its tail", ("log.since_tail",)),
        PeerKey("1", "a namespace; in a log its beginning", ("log.since_all",)),
        PeerKey("2", "a namespace; in a log the last minute", ("log.since_1m",)),
        PeerKey("3", "a namespace; in a log 5 minutes", ("log.since_5m",)),
        PeerKey("4", "a namespace; in a log 15 minutes", ("log.since_15m",)),
        PeerKey("5", "a namespace; in a log 30 minutes"),
        PeerKey("6", "a namespace; in a log the last hour", ("log.since_1h",)),
        PeerKey("d", "describe", ("list.open",)),
        PeerKey("y", "YAML", ("detail.inspect",)),
        PeerKey("e", "edit", ("container.update",)),
        PeerKey("i", "set the image", ("container.recreate",)),
        PeerKey("l", "logs", ("container.logs",)),
        PeerKey("p", "logs of the run before: here in the same log", ("container.logs",)),
        PeerKey("s", "shell; in a log follow its end", ("container.exec", "log.bottom")),
        PeerKey("a", "attach", ("container.attach",)),
        PeerKey("t", "copy files; in a log times", ("log.times",)),
        PeerKey("z", "remove what has ended"),
        PeerKey("o", "the node"),
        PeerKey("v", "vulnerabilities"),
        PeerKey("n", "copy the namespace; in a text the next match", ("detail.next_match", "log.next_match")),
        PeerKey("N", "sort by name; in a text the match before", ("detail.previous_match", "log.previous_match")),
        PeerKey("f", "port forwards; in a text the whole screen"),
        PeerKey("F", "forward a port"),
        PeerKey("r", "restart", ("container.restart",)),
        PeerKey("ctrl+k", "kill", ("container.kill",)),
        PeerKey("ctrl+d", "delete", _REMOVE),
        PeerKey("b", "benchmark"),
        PeerKey("u", "used by", ("follow",)),
        PeerKey("J", "to the owner"),
        PeerKey("w", "to the namespace; in a log wrap lines", ("log.wrap",)),
        PeerKey("m", "in a log: a mark", ("log.mark",)),
        PeerKey("C", "in a log: clear it"),
        PeerKey("L", "in a log: lock the column"),
        PeerKey("c", "copy", ("copy", "log.copy")),
        PeerKey("space", "mark", ("list.mark",)),
        PeerKey("ctrl+space", "mark a range"),
        PeerKey("ctrl+\\", "remove the marks", ("list.unmark",)),
        PeerKey("A", "sort by age", ("list.sort",)),
        PeerKey("S", "sort by state", ("list.sort",)),
        PeerKey("O", "sort by the column, or turn it round", ("list.reverse",)),
        PeerKey("ctrl+w", "more columns", ("pane.zoom",)),
        PeerKey("ctrl+s", "save", ("log.save",)),
        PeerKey("ctrl+z", "failing ones only"),
        PeerKey("ctrl+e", "hide the header"),
        PeerKey("ctrl+g", "hide the path"),
        PeerKey("ctrl+u", "clear the command"),
    ),
    {
        **dict.fromkeys(_STOP, ("x",)),
        **dict.fromkeys(_PAUSE, ("Z",)),
        **dict.fromkeys(_MAKE, ("C",)),
        "list.mark_all": ("*",),
        "list.running": ("H",),
        "overview": ("ctrl+t",),
        "events": ("V",),
    },
)

PEERS: Mapping[str, Peer] = {peer.name: peer for peer in (LAZYDOCKER, K9S)}
