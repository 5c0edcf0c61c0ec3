"""Calls of the API's family ``/images`` that read. All raise EngineError."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from dockertui.engine import listing
from dockertui.engine.client import Engine
from dockertui.engine.fields import Raw, objects
from dockertui.engine.models import Image
from dockertui.engine.target import segment

_IN_REFERENCES: Final = "/:@"


async def ls(engine: Engine, ids: Collection[str] | None = None) -> list[Image]:
    """All images but the layers between; or those of ``ids``, for which the API has no filter."""
    if ids is not None and not ids:
        return []
    found = listing.images(await engine.get("/images/json"))
    return found if ids is None else [image for image in found if image.id in ids]


async def inspect(engine: Engine, image: str) -> dict[str, Any]:
    """Everything about one image, by id or reference, as the API says it."""
    return await engine.get_object(f"/images/{segment(image, safe=_IN_REFERENCES)}/json")


async def history(engine: Engine, image: str) -> list[Raw]:
    """The layers of an image, newest first, as the API says them."""
    return objects(await engine.get(f"/images/{segment(image, safe=_IN_REFERENCES)}/history"))
