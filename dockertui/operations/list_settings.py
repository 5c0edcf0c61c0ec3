"""The check of the settings that name kinds and their columns: it needs to know these."""

from __future__ import annotations

from collections.abc import Iterator

from dockertui.config import ConfigError, Settings
from dockertui.config_values import nearest
from dockertui.live.store import Mirror
from dockertui.resources.registry import BY_KIND
from dockertui.resources.surroundings import Surroundings


def wrong_lists(settings: Settings) -> Iterator[ConfigError]:
    """Yield an error for each unknown kind or column in `columns` and `sort`. The others hold."""
    nothing = Surroundings(Mirror([]), {})
    for table, named in (
        ("columns", {kind: list(ids) for kind, ids in settings.columns.items()}),
        ("sort", {kind: [id.removeprefix("-")] for kind, id in settings.sort.items()}),
    ):
        for kind, ids in named.items():
            line = settings.lines.get(f"{table}.{kind}", 0)
            if kind not in BY_KIND:
                yield ConfigError(settings.path, line, f"{table}.{kind}: no such kind", nearest(kind, BY_KIND))
                continue
            columns = [column.id for column in BY_KIND[kind].columns(nothing)]
            for id in ids:
                if id not in columns:
                    yield ConfigError(settings.path, line, f"{table}.{kind}: no column '{id}'", nearest(id, columns))
