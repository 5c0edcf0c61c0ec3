"""Calls of the API's family ``/containers`` that change something, named as the CLI names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dockertui.engine.call import Call
from dockertui.engine.target import segment


def _of(container: str, verb: str = "") -> str:
    return f"/containers/{segment(container)}{verb and '/'}{verb}"


def create(name: str, body: Mapping[str, Any], platform: str | None = None) -> Call:
    return Call("POST", "/containers/create", {"name": name, "platform": platform}, body)


def start(container: str) -> Call:
    return Call("POST", _of(container, "start"))


def stop(container: str, seconds: int | None = None) -> Call:
    """`seconds` until it is killed; None: as the container was made to be."""
    return Call("POST", _of(container, "stop"), {"t": seconds})


def restart(container: str, seconds: int | None = None) -> Call:
    return Call("POST", _of(container, "restart"), {"t": seconds})


def kill(container: str, signal: str) -> Call:
    return Call("POST", _of(container, "kill"), {"signal": signal})


def pause(container: str) -> Call:
    return Call("POST", _of(container, "pause"))


def unpause(container: str) -> Call:
    return Call("POST", _of(container, "unpause"))


def rename(container: str, name: str) -> Call:
    return Call("POST", _of(container, "rename"), {"name": name})


def update(container: str, body: Mapping[str, Any]) -> Call:
    """`body`: those members of a HostConfig that change."""
    return Call("POST", _of(container, "update"), body=body)


def remove(container: str, *, force: bool = False, volumes: bool = False) -> Call:
    """`volumes`: the anonymous ones with it."""
    return Call("DELETE", _of(container), {"force": force or None, "v": volumes or None})


def wait(container: str) -> Call:
    """Answered when the container stops."""
    return Call("POST", _of(container, "wait"))


def commit(
    container: str, repo: str, tag: str, *, author: str, message: str, changes: Sequence[str], pause: bool
) -> Call:
    params = {
        "container": container,
        "repo": repo,
        "tag": tag or None,
        "author": author or None,
        "comment": message or None,
        "changes": tuple(changes),
        "pause": None if pause else False,
    }
    return Call("POST", "/commit", params, {})  # Podman wants a body


def export(container: str, sink: str) -> Call:
    """Its file system as a tar, volumes not included."""
    return Call("GET", _of(container, "export"), sink=sink)


def copy_out(container: str, path: str, folder: str) -> Call:
    """A file or folder of the container's, into a folder here."""
    return Call("GET", _of(container, "archive"), {"path": path}, sink=folder, tar=True)


def copy_in(container: str, source: str, folder: str) -> Call:
    """A file or folder of here, into a folder of the container's."""
    params = {"path": folder, "noOverwriteDirNonDir": "true"}
    return Call("PUT", _of(container, "archive"), params, source=source, tar=True)


def prune(filters: Mapping[str, Sequence[str]]) -> Call:
    return Call("POST", "/containers/prune", {"filters": filters or None})
