"""Calls of the API's family ``/images`` that read."""

from __future__ import annotations

from typing import Final

from dockertui.engine.call import Call
from dockertui.engine.listing import Listing
from dockertui.engine.models import Image
from dockertui.engine.target import IN_REFERENCES

IMAGES: Final = Listing(
    "image",
    Call("GET", "/images/json", docker=("images", "--no-trunc")),
    lambda raw, listed_at: Image.from_json(raw),
    lambda image: image.id,
    "/images/{}/json",
    filter="",
    safe=IN_REFERENCES,
)
ls, inspect = IMAGES.ls, IMAGES.inspect
