"""Operations that lead to the commands: menus, copying, jobs, the journal of requests."""

from __future__ import annotations

from dockertui.operations.base import Operation

_GROUP = "Doing"

DOING: tuple[Operation, ...] = (
    Operation("menu", "Actions on what is selected", "object_menu", (".",), _GROUP,
              hint="more", hint_order=3, words="actions menu", palette=False),
    Operation("bulk", "Everything possible with the marked, and prune", "bulk_menu", ("b",), _GROUP,
              words="prune all marked clean", palette=False),
    Operation("copy", "Copy: id, name, address, the command that makes it …", "copy_menu", ("y",), _GROUP, hint="copy",
              hint_order=7, words="clipboard yank id ip env run curl"),
    Operation("open_port", "Open a published port's address", "open_port", ("w",), _GROUP,
              words="docker ports open in browser web url"),
    Operation("jobs", "Jobs: what runs and what came of it", "jobs", ("J",), _GROUP, words="progress cancel pull"),
    Operation("lens", "API lens: every request that was made", "lens", ("~",), _GROUP,
              words="journal trace curl http requests debug"),
)  # fmt: skip
