"""What a real Engine 28.5 answers: `templates.json` has a reply for each kind of object, to be filled in."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from operator import attrgetter, eq, not_
from pathlib import Path
from typing import Any

from dockertui.demo.times import rfc3339

REPLIES: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("templates.json").read_text(encoding="utf-8"))
_FORMS: Mapping[str, Callable[[Any], Any]] = {
    "time": rfc3339,
    "whole time": partial(rfc3339, nanos=False),
    "seconds": int,
    "first": lambda words: next(iter(words), ""),
    "rest": lambda words: words[1:],
    "quoted": lambda words: " ".join(f"'{word}'" if " " in word else word for word in words),
    "path": "/{}".format,
    "not": not_,
    "or null": lambda value: value or None,
    **{f"is {state}": partial(eq, state) for state in ("paused", "restarting", "dead")},
}


def filled(kind: str, one: object, **more: Any) -> dict[str, Any]:
    """The reply of a kind: a text such as '=created|time' stands for that attribute of `one`, in that form."""
    reply: dict[str, Any] = _filled(REPLIES[kind], one)
    return reply | more


def _filled(template: Any, one: object) -> Any:
    if isinstance(template, dict):
        return {name: _filled(value, one) for name, value in template.items()}
    if not isinstance(template, str) or not template.startswith("="):
        return template
    name, _, form = template[1:].partition("|")
    value = attrgetter(name)(one)
    return _FORMS[form](value) if form else value


def overlay(id: str, lower: str = "", **more: str) -> dict[str, Any]:
    """Where the layers lie follows from the ids, so that nothing need be kept."""
    layer = f"/var/lib/docker/overlay2/{id[::-1]}"
    below = f"-init/diff:/var/lib/docker/overlay2/{lower[::-1]}/diff" if lower else "-base/diff"
    places = {"MergedDir": f"{layer}/merged", "UpperDir": f"{layer}/diff", "WorkDir": f"{layer}/work"}
    return {"Data": {**more, "LowerDir": f"{layer}{below}", **places}, "Name": "overlay2"}
