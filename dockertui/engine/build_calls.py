"""The call that builds an image, by the Engine's classic builder: BuildKit wants a session that few clients speak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dockertui.engine.build_context import BuildContext
from dockertui.engine.call import Call
from dockertui.engine.fields import NOTHING


def build(
    context: BuildContext,
    tags: Sequence[str] = (),
    *,
    args: Mapping[str, str | None] = NOTHING,
    target: str = "",
    no_cache: bool = False,
    pull: bool = False,
    platform: str = "",
    labels: Mapping[str, str] = NOTHING,
    headers: Mapping[str, str] = NOTHING,
) -> Call:
    """`args`: None for one that has its value from nowhere. `headers`: the credentials for the base images."""
    params = {
        "version": "1",
        "dockerfile": context.dockerfile,
        "t": tuple(tags),
        "buildargs": dict(args) or None,
        "target": target or None,
        "nocache": no_cache or None,
        "pull": pull or None,
        "platform": platform or None,
        "labels": dict(labels) or None,
        "rm": True,
    }
    return Call("POST", "/build", params, progress=True, headers=headers, context=context)
