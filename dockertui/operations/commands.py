"""All commands, as menus and keys show them: their titles, what they may break, what they apply to.

Their requests are in the `BODIES` of the module named with each, which is loaded when first used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dockertui.operations.base import Context
from dockertui.operations.command import Command, Harm
from dockertui.operations.marks import mark
from dockertui.resources.registry import BY_KIND

if TYPE_CHECKING:
    from dockertui.engine.models import Container, Image, Network, Version
    from dockertui.engine.plugins import Plugin
    from dockertui.operations.command_body import Body

NAMED_TOO = "Remove unused volumes, named ones too"
OWN_NETWORKS = frozenset({"bridge", "host", "none", "podman"})


def _body_in(module: str) -> Callable[[str], Body]:
    """Return the function that loads a command's body by id from a module of this package."""

    def load(id: str) -> Body:
        bodies: Mapping[str, Body] = import_module(f"dockertui.operations.{module}").BODIES
        return bodies[id]

    return load


def _command(
    module: str,
    id: str,
    title: str,
    *keys: str,
    hint: str = "",
    order: int = 5,
    words: str = "",
    kind: str = "",
    group: str = "",
    **face: Any,
) -> Command:
    """Make a command with its body in `module`, by default for the kind that its id begins with."""
    kind = kind or id.partition(".")[0]
    if resource := BY_KIND.get(kind):
        face.setdefault("lacks", resource.lacking)
    group = group or (resource.title if resource else "The whole Engine")
    load = _body_in(module)
    return Command(id, title, "", keys, group, Context.OBJECT, hint, order, words, kind=kind, load=load, **face)


_containers, _signalling, _running, _images, _building, _files, _networks, _volumes, _system, _reports = (
    partial(_command, module)
    for module in (
        "containers", "signalling", "container_creation", "images", "building", "files",
        "networks", "volumes", "system", "reports",
    )
)  # fmt: skip
_plugins = partial(_command, "plugins")
_registries = partial(_command, "registries", kind="image", group="Registries")


def running(item: Container) -> str:
    return "" if item.running else "not running"


def _not_running(item: Container) -> str:
    if item.state == "paused":
        return "paused: unpause it"
    return "" if item.state in ("created", "exited", "dead") else f"{item.state} already"


def _stoppable(item: Container) -> str:
    return "" if item.running or item.state == "restarting" else "not running"


def _restartable(item: Container) -> str:
    return "being removed" if item.state == "removing" else ""


def _pausable(item: Container) -> str:
    if item.state == "paused":
        return "paused already"
    return "" if item.state == "running" else "not running"


def _paused(item: Container) -> str:
    return "" if item.state == "paused" else "not paused"


def _removable(item: Container) -> str:
    return "being removed already" if item.state == "removing" else ""


def _left_behind(item: Container) -> str:
    return "" if mark(item.name) is not None else "no recreate was left half done"


def _recreatable(item: Container) -> str:
    return _removable(item) or ("" if _left_behind(item) else "finish or undo its recreate first")


def _tagged(item: Image) -> str:
    return "" if item.tags else "has no tag"


def _untaggable(item: Image) -> str:
    if not item.tags:
        return "has no tag"
    return "" if len(item.tags) > 1 else "its only tag: remove the image"


def _not_the_engines(item: Network) -> str:
    return "the Engine's own" if item.name in OWN_NETWORKS else ""


def _enabled(item: Plugin) -> str:
    return "" if item.enabled else "disabled already"


def _disabled(item: Plugin) -> str:
    return "enabled already" if item.enabled else ""


def _removable_plugin(item: Plugin) -> str:
    return "enabled: disable it first" if item.enabled else ""


def prunes_named(version: Version) -> bool:
    """Whether a prune of volumes removes named ones, too, by default."""
    return version.podman or not version.speaks("1.42")


def _prune_title(version: Version) -> str:
    return NAMED_TOO if prunes_named(version) else "Remove unused anonymous volumes"


def _prunes_all(version: Version) -> str:
    return "the other prune does it" if prunes_named(version) else ""


COMMANDS: tuple[Command, ...] = (
    _containers("container.stop", "Stop", "s", hint="stop", order=1, words="docker stop",
                harm=Harm.INTERRUPTS, applies=_stoppable, doing="stopping", done="stopped"),
    _containers("container.start", "Start", "s", hint="start", order=1, words="docker start",
                applies=_not_running, doing="starting", done="started"),
    _containers("container.restart", "Restart", "r", hint="restart", order=2, words="docker restart",
                harm=Harm.INTERRUPTS, applies=_restartable, doing="restarting", done="restarted"),
    _containers("container.pause", "Pause", "p", hint="pause", order=6, words="docker pause freeze",
                harm=Harm.INTERRUPTS, applies=_pausable, doing="pausing", done="paused"),
    _containers("container.unpause", "Unpause", "p", hint="unpause", order=6, words="docker unpause resume",
                applies=_paused, doing="unpausing", done="unpaused"),
    _containers("container.kill", "Kill: send a signal", "ctrl+k", words="docker kill signal sigterm sighup",
                harm=Harm.INTERRUPTS, applies=running, ask=True, doing="killing", done="signalled"),
    _containers("container.remove", "Remove", "d", "ctrl+d", hint="remove", order=3, words="docker rm delete",
                harm=Harm.DESTROYS, applies=_removable, doing="removing", done="removed"),
    _containers("container.rename", "Rename", "R", words="docker rename name",
                many=False, ask=True, doing="renaming", done="renamed"),
    _containers("container.update", "Update limits and restart policy", words="docker update memory cpu pids restart",
                ask=True, doing="updating", done="updated"),
    _containers("container.wait", "Wait until it stops", words="docker wait exit code",
                doing="waiting", done="waited for"),
    _containers("container.commit", "Commit to an image", words="docker commit save image",
                many=False, ask=True, doing="committing", done="committed"),
    _containers("container.prune", "Remove all stopped containers", words="docker container prune clean",
                prunes=True, on_object=False, harm=Harm.DESTROYS, ask=True, doing="pruning", done="pruned"),
    _signalling("container.signal", "Signal one of its processes", words="kill process pid docker exec",
                many=False, harm=Harm.DESTROYS, applies=running, ask=True,
                question="Signal a process of {}", doing="signalling", done="signalled"),
    _running("container.run", "Run a new container", "c", hint="run", order=3, words="docker run create new",
             on_object=False, ask=True, doing="starting", done="started"),
    _running("container.run_like", "Duplicate", words="docker run clone copy",
             many=False, ask=True, doing="starting", done="has another like it"),
    _running("container.recreate", "Recreate with changes", words="docker run replace change",
             many=False, ask=True, harm=Harm.DESTROYS, applies=_recreatable,
             question="Recreate {} with changes", doing="recreating", done="recreated"),
    _running("container.recreate_finish", "Finish the recreate that was left half done", words="docker replace resume",
             many=False, harm=Harm.DESTROYS, applies=_left_behind, rare=True,
             question="Finish the recreate of {}", doing="finishing", done="finished"),
    _running("container.recreate_undo", "Undo the recreate that was left half done", words="docker replace restore",
             many=False, harm=Harm.DESTROYS, applies=_left_behind, rare=True,
             question="Undo the recreate of {}", doing="undoing", done="undone"),
    _images("image.pull", "Pull an image", "c", hint="pull", order=2, words="docker pull download",
            on_object=False, ask=True, doing="pulling", done="pulled"),
    _images("image.push", "Push to its registry", words="docker push upload",
            many=False, ask=True, applies=_tagged, doing="pushing", done="pushed"),
    _images("image.remove", "Remove", "d", "ctrl+d", hint="remove", order=2, words="docker rmi image rm delete",
            harm=Harm.DESTROYS, doing="removing", done="removed"),
    _images("image.tag", "Tag", "R", words="docker tag name rename",
            many=False, ask=True, doing="tagging", done="tagged"),
    _images("image.untag", "Untag", words="docker rmi untag",
            many=False, ask=True, harm=Harm.DESTROYS, applies=_untaggable,
            question="Untag {}", doing="untagging", done="untagged"),
    _images("image.prune", "Remove unused images", words="docker image prune dangling clean",
            prunes=True, on_object=False, harm=Harm.DESTROYS, ask=True, doing="pruning", done="pruned"),
    _building("image.build", "Build an image", "B", hint="build", order=4,
              words="docker build Dockerfile context make",
              on_object=False, ask=True, doing="building", done="built"),
    _files("image.save", "Save to a tar", words="docker save file archive",
           many=False, ask=True, reads=True, doing="saving", done="saved"),
    _files("image.load", "Load from a tar", words="docker load file archive",
           on_object=False, ask=True, doing="loading", done="loaded"),
    _files("image.import", "Import a file system from a tar", words="docker import file rootfs",
           on_object=False, ask=True, doing="importing", done="imported"),
    _files("container.copy_out", "Copy a file or folder out", words="docker cp get",
           many=False, ask=True, reads=True, doing="copying", done="copied from"),
    _files("container.copy_in", "Copy a file or folder in", words="docker cp put",
           many=False, ask=True, doing="copying", done="copied into"),
    _files("container.export", "Export its file system to a tar", words="docker export file archive",
           many=False, ask=True, reads=True, doing="exporting", done="exported"),
    _registries("registry.login", "Log in to a registry", words="docker login credentials password token",
                on_object=False, ask=True, doing="logging in to", done="logged in"),
    _registries("registry.logout", "Log out of a registry", words="docker logout credentials forget",
                on_object=False, ask=True, harm=Harm.DESTROYS, doing="logging out of", done="logged out"),
    _networks("network.create", "Create a network", "c", hint="create", order=2, words="docker network create new",
              on_object=False, ask=True, doing="creating", done="created"),
    _networks("network.remove", "Remove", "d", "ctrl+d", hint="remove", order=2, words="docker network rm delete",
              harm=Harm.DESTROYS, applies=_not_the_engines, doing="removing", done="removed"),
    _networks("network.connect", "Connect a container", words="docker network connect attach",
              many=False, ask=True, doing="connecting", done="connected"),
    _networks("network.disconnect", "Disconnect a container", words="docker network disconnect detach",
              many=False, ask=True, harm=Harm.INTERRUPTS,
              question="Disconnect a container from {}", doing="disconnecting", done="disconnected"),
    _networks("network.prune", "Remove all unused networks", words="docker network prune clean",
              prunes=True, on_object=False, harm=Harm.DESTROYS, ask=True, doing="pruning", done="pruned"),
    _volumes("volume.create", "Create a volume", "c", hint="create", order=2, words="docker volume create new",
             on_object=False, ask=True, doing="creating", done="created"),
    _volumes("volume.remove", "Remove", "d", "ctrl+d", hint="remove", order=2, words="docker volume rm delete",
             harm=Harm.DESTROYS, doing="removing", done="removed"),
    _volumes("volume.prune", "Remove unused volumes", words="docker volume prune clean anonymous", prunes=True,
             titled=_prune_title, on_object=False, harm=Harm.DESTROYS, ask=True, doing="pruning", done="pruned"),
    _volumes("volume.prune_all", NAMED_TOO, words="docker volume prune --all clean", prunes=True,
             lacks=_prunes_all, on_object=False, harm=Harm.DESTROYS, ask=True, doing="pruning", done="pruned"),
    _plugins("plugin.enable", "Enable", "s", hint="enable", order=1, words="docker plugin start",
             applies=_disabled, doing="enabling", done="enabled"),
    _plugins("plugin.disable", "Disable", "s", hint="disable", order=1, words="docker plugin stop",
             harm=Harm.INTERRUPTS, applies=_enabled, doing="disabling", done="disabled"),
    _plugins("plugin.remove", "Remove", "d", "ctrl+d", hint="remove", order=2, words="docker plugin rm delete",
             harm=Harm.DESTROYS, applies=_removable_plugin, doing="removing", done="removed"),
    _system("system.prune", "Remove everything unused on the Engine",
            words="docker system builder prune cache clean cleanup disk space",
            prunes=True, on_object=False, harm=Harm.DESTROYS, doing="pruning", done="pruned"),
    _reports("container.diff", "Changes to its file system", words="docker diff",
             many=False, doing="comparing", done="compared", reads=True),
    _reports("image.history", "History: layers and what made them", words="docker history layers size",
             many=False, doing="asking", done="asked", reads=True),
    _reports("image.search", "Search the registry", words="docker search hub find",
             on_object=False, ask=True, doing="searching", done="searched", reads=True),
    _reports("system.df", "Disk usage, and what is reclaimable", words="docker system df du space",
             on_object=False, doing="asking", done="asked", reads=True),
    _reports("system.info", "The Engine's configuration and warnings", words="docker info",
             on_object=False, doing="asking", done="asked", reads=True),
    _reports("system.version", "Versions of both sides", words="docker version api",
             on_object=False, doing="asking", done="asked", reads=True),
)  # fmt: skip
"""All commands on the Engine, in the order of the menus."""
