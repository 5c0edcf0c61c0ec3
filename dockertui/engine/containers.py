"""Requests of the API's family `/containers`, named as the CLI names them; sending them raises EngineError."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Final

from dockertui.engine.call import Call
from dockertui.engine.fields import mapping
from dockertui.engine.listing import Listing
from dockertui.engine.models import Container
from dockertui.engine.target import segment

if TYPE_CHECKING:
    from dockertui.engine.client import Engine

CONTAINERS: Final = Listing(
    "container",
    Call("GET", "/containers/json", {"all": True}, docker=("ps", "--all", "--no-trunc")),
    Container.from_json,
    lambda container: container.id,
    "/containers/{}/json",
)
ls, inspect = CONTAINERS.ls, CONTAINERS.inspect
MEASURED: Final = CONTAINERS.all._replace(
    params={"all": True, "size": True},
    docker=(*CONTAINERS.all.docker, "--size"),
    patience=300.0,
)
"""The listing with sizes: the Engine measures the file systems for it, which takes at least ten times as long."""


def _of(container: str, verb: str = "") -> str:
    return f"/containers/{segment(container)}{verb and '/'}{verb}"


async def stopped_by_user(engine: Engine, container: str) -> bool:
    """Whether Podman says that a user stopped the container: only its own API says so, and no event.

    False, too, from a Podman that is too old to say it.
    """
    reply = await engine.get_object(Call("GET", f"/libpod{_of(container)}/json"))
    return mapping(reply, "State").get("StoppedByUser") is True


def stats_stream(engine: Engine, container: str) -> AbstractAsyncContextManager[AsyncIterator[dict[str, Any]]]:
    """Stream a running container's statistics, one object a second (Podman: every five); see `stats.usage`."""
    return engine.objects(Call("GET", _of(container, "stats"), {"stream": True}, docker=("stats", container)))


async def stats_once(engine: Engine, container: str) -> dict[str, Any]:
    """Return the statistics now, with no earlier sample to compare: milliseconds from API 1.44 on, else a second."""
    docker = ("stats", "--no-stream", container)
    return await engine.get_object(
        Call("GET", _of(container, "stats"), {"stream": False, "one-shot": True}, docker=docker)
    )


async def top(engine: Engine, container: str, ps_args: str | None = None) -> dict[str, Any]:
    """Return the processes as the Engine's `ps` lists them with options `ps_args`; see `processes.listing`."""
    docker = ("top", container, *([ps_args] if ps_args else []))
    return await engine.get_object(Call("GET", _of(container, "top"), {"ps_args": ps_args}, docker=docker))


def changes(container: str) -> Call:
    """List the files that differ from the container's image."""
    return Call("GET", _of(container, "changes"), docker=("diff", container))


def create(name: str, body: Mapping[str, Any], platform: str | None = None) -> Call:
    return Call("POST", "/containers/create", {"name": name, "platform": platform}, body)


def start(container: str) -> Call:
    return Call("POST", _of(container, "start"))


def stop(container: str, seconds: int | None = None) -> Call:
    """`seconds` until it is killed; None for the container's own setting."""
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
    """`body`: the members of HostConfig to change."""
    return Call("POST", _of(container, "update"), body=body)


def remove(container: str, *, force: bool = False, volumes: bool = False) -> Call:
    """`volumes`: remove its anonymous volumes, too."""
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
    return Call("POST", "/commit", params, {})  # Podman requires a body


def export(container: str, sink: str) -> Call:
    """Return its file system as a tar, volumes not included."""
    return Call("GET", _of(container, "export"), sink=sink)


def copy_out(container: str, path: str, folder: str) -> Call:
    """Copy a file or folder of the container into a local folder."""
    return Call("GET", _of(container, "archive"), {"path": path}, sink=folder, tar=True)


def copy_in(container: str, source: str, folder: str) -> Call:
    """Copy a local file or folder into a folder of the container."""
    params = {"path": folder, "noOverwriteDirNonDir": "true"}
    return Call("PUT", _of(container, "archive"), params, source=source, tar=True)


def prune(filters: Mapping[str, Sequence[str]]) -> Call:
    return Call("POST", "/containers/prune", {"filters": filters or None})
