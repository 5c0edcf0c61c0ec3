"""Calls that ask for more than the panes show; they change nothing."""

from __future__ import annotations

from dockertui.engine.call import Call
from dockertui.engine.target import IN_REFERENCES, segment


def changes(container: str) -> Call:
    """The files that differ from the container's image."""
    return Call("GET", f"/containers/{segment(container)}/changes")


def history(image: str) -> Call:
    """The layers of an image, newest first."""
    return Call("GET", f"/images/{segment(image, safe=IN_REFERENCES)}/history")


def search(term: str, limit: int) -> Call:
    """Images on Docker Hub, or on the registry that `term` begins with."""
    return Call("GET", "/images/search", {"term": term, "limit": limit})


def df() -> Call:
    return Call("GET", "/system/df")


def info() -> Call:
    return Call("GET", "/info")


def version() -> Call:
    return Call("GET", "/version")
