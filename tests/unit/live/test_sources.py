"""Which events touch which objects; recorded from Docker 20.10, 28.5 and Podman 5.4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from dockertui.engine.call import Call
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.models import Container, Event, Image
from dockertui.engine.trace import Trace
from dockertui.live.store import ALL, Ids, Mirror, Source, event_filters
from dockertui.resources.registry import BY_KIND, SOURCES

C1, C2, C3 = "c1" * 32, "c2" * 32, "c3" * 32
OLD, NEW = "sha256:" + "0" * 64, "sha256:" + "1" * 64

STRANGERS = ["daemon", "plugin", "builder", "node", "service", "secret", "config", "", "podman"]
NOISE = [
    *("exec_create: sh -c true", "exec_start: sh -c true", "exec_die", "exec_detach", "exec", "exec_died"),
    *("top", "resize", "attach", "detach", "copy", "export", "archive-path", "extract-to-dir"),
    *("kill", "init", "cleanup", "sync"),
]
CONTAINER_NEWS = [
    *("create", "start", "die", "died", "stop", "restart", "pause", "unpause", "rename", "update", "destroy", "remove"),
    *("health_status: healthy", "health_status", "some action of tomorrow"),
]


def container(identity: str, image: str, image_id: str) -> Container:
    return Container.from_json({"Id": identity, "Image": image, "ImageID": image_id, "State": "running"}, 0.0)


KNOWN: Mapping[str, Mapping[str, Any]] = {
    "container": {
        C1: container(C1, "app", OLD),
        C2: container(C2, OLD, OLD),
        C3: container(C3, "registry.example:5000/app:2", NEW),
    },
    "image": {OLD: Image.from_json({"Id": OLD})},
}


def touched(kind: str, type_: str, action: str, actor: str = C1, **attributes: str) -> Ids:
    raw = {"Type": type_, "Action": action, "Actor": {"ID": actor, "Attributes": attributes}}
    source = next(source for source in SOURCES if source.kind == kind)
    return source.touched(Event.from_json(raw), KNOWN.get(kind, {}))


def kinds_touched(type_: str, action: str, actor: str = C1, **attributes: str) -> set[str]:
    return {source.kind for source in SOURCES if touched(source.kind, type_, action, actor, **attributes)}


@pytest.mark.parametrize("action", NOISE)
def test_irrelevant_events_touch_nothing(action: str) -> None:
    assert kinds_touched("container", action) == set()


@pytest.mark.parametrize("action", CONTAINER_NEWS)
def test_container_event_touches_only_that_container(action: str) -> None:
    assert touched("container", "container", action) == {C1}
    assert kinds_touched("container", action) == {"container"}


@pytest.mark.parametrize("kind", BY_KIND)
def test_a_prune_touches_all_of_its_kind(kind: str) -> None:
    assert touched(kind, kind, "prune", actor="", reclaimed="0") is ALL


@pytest.mark.parametrize("action", ["connect", "disconnect"])
def test_a_network_joined_or_left_touches_the_container(action: str) -> None:
    assert touched("container", "network", action, "n" * 64, container=C2, name="bridge", type="bridge") == {C2}
    assert touched("network", "network", action, "n" * 64, container=C2) == frozenset()


@pytest.mark.parametrize(("kind", "action"), [("network", "create"), ("network", "destroy"), ("network", "remove")])
def test_networks_come_and_go(kind: str, action: str) -> None:
    assert touched(kind, "network", action, "n" * 64, name="net") == {"n" * 64}
    assert kinds_touched("network", action, "n" * 64) == {"network"}


@pytest.mark.parametrize("action", ["create", "destroy", "remove"])
def test_volumes_come_and_go(action: str) -> None:
    assert touched("volume", "volume", action, "data", driver="local") == {"data"}
    assert kinds_touched("volume", action, "data") == {"volume"}


@pytest.mark.parametrize("action", ["mount", "unmount"])
def test_a_mounted_volume_is_no_other_volume(action: str) -> None:
    assert kinds_touched("volume", action, "data", container=C1) == set()


def test_tag_touches_holders_of_the_name_and_of_the_image() -> None:
    assert touched("container", "image", "tag", NEW, name="app:latest") == {C1, C3}
    assert touched("container", "image", "tag", NEW, name="docker.io/library/app:latest") == {C1, C3}
    assert touched("container", "image", "tag", OLD, name="other:1") == {C1, C2}
    assert touched("container", "image", "tag", "sha256:2", name="registry.example:5000/app:2") == {C3}
    assert touched("container", "image", "tag", "sha256:2", name="registry.example:5000/app") == frozenset()


@pytest.mark.parametrize("action", ["untag", "delete"])
def test_an_untagged_image_touches_who_has_it(action: str) -> None:
    """Docker names the image's id where the name would help."""
    assert touched("container", "image", action, OLD, name=OLD) == {C1, C2}


def test_podman_leaves_the_name_of_the_hash_away() -> None:
    assert touched("container", "image", "untag", OLD.removeprefix("sha256:"), name="localhost/x:1") == {C1, C2}


def test_podman_names_volumes_and_connected_containers_in_its_own_way() -> None:
    """Its volumes' events have no actor, and those of a network joined have the container as theirs."""
    assert touched("volume", "volume", "remove", "", name="data") is ALL
    assert touched("container", "network", "connect", C2, network="net", name="web") is ALL


@pytest.mark.parametrize("action", ["load", "import", "pull", "loadfromarchive"])
def test_event_that_moves_unnamed_tags_touches_all(action: str) -> None:
    assert touched("container", "image", action, NEW, name=NEW) is ALL
    assert touched("image", "image", action, NEW) is ALL


@pytest.mark.parametrize("action", ["tag", "untag", "delete", "create"])
def test_any_change_of_an_image_touches_all_images(action: str) -> None:
    assert touched("image", "image", action, NEW, name="app") is ALL


def test_a_commit_makes_an_image() -> None:
    assert touched("image", "container", "commit", C1, imageID=NEW) is ALL


@pytest.mark.parametrize("action", ["push", "save"])
def test_an_image_sent_away_stays(action: str) -> None:
    assert kinds_touched("image", action, OLD, name=OLD) == set()


@pytest.mark.parametrize("type_", sorted({*STRANGERS} - {*BY_KIND}))
@pytest.mark.parametrize("action", ["reload", "prune", "create", ""])
def test_unknown_events_touch_nothing(type_: str, action: str) -> None:
    assert kinds_touched(type_, action) == set()


def test_an_event_without_an_actor_may_be_about_any() -> None:
    assert touched("container", "container", "die", actor="") is ALL
    assert touched("container", "network", "connect", "n" * 64) is ALL


@pytest.mark.parametrize("action", [*NOISE, *CONTAINER_NEWS[:-1]])
def test_the_engine_is_asked_for_all_that_touches_and_for_no_noise(action: str) -> None:
    """Podman's own words aside, which is not sent the filter; a kill is wanted for what it tells of a death."""
    podman_only = action in ("died", "remove")
    name = action.partition(":")[0]
    wanted = action not in NOISE or action == "kill"
    assert podman_only or (name in event_filters(SOURCES)["event"]) is wanted


def test_a_restart_between_two_lists_is_seen_though_all_else_is_equal() -> None:
    source = SOURCES[0]
    raw = {"Id": C1, "State": "running", "Status": "Up 3 hours"}
    mirror, changes = Mirror(SOURCES), list[frozenset[str]]()
    mirror.replace("container", [Container.from_json(raw, 1_000_000.0)])
    mirror.subscribe(lambda change: changes.append(change.changed))
    mirror.replace("container", [Container.from_json(raw, 1_000_060.0)])
    assert changes == []
    restarted = Container.from_json(raw | {"Status": "Up 2 seconds"}, 1_000_120.0)
    assert source.identity(restarted) == C1
    mirror.replace("container", [restarted])
    assert changes == [frozenset({C1})]


class Answering:
    """An Engine that answers each GET with the same JSON."""

    def __init__(self, reply: Any) -> None:
        self.reply = reply
        self.trace = Trace()

    async def get(self, call: Call, **_: Any) -> Any:
        return self.reply


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)
@pytest.mark.parametrize("reply", [{"message": "page not found", "Volumes": {}}, "text", 7, True])
async def test_what_is_no_list_is_an_error_and_not_an_empty_list(source: Source[Any], reply: Any) -> None:
    with pytest.raises(EngineError) as raised:
        await source.ls(cast(Engine, Answering(reply)), None)
    assert raised.value.kind is ErrorKind.PROTOCOL


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)
@pytest.mark.parametrize("reply", [None, []])
async def test_null_is_an_empty_list(source: Source[Any], reply: Any) -> None:
    member = BY_KIND[source.kind].listing.member
    reply = {member: reply, "Warnings": None} if member else reply
    assert await source.ls(cast(Engine, Answering(reply)), None) == []
