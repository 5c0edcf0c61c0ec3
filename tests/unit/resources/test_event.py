"""Events in words: every action that the API names, those of old Engines and Podman, and what a stranger may send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dockertui.engine.exit_codes import signal_name
from dockertui.engine.models import Container, Event, Image, Network
from dockertui.live.probes import Probes
from dockertui.live.store import Mirror
from dockertui.resources.event import EventDescriber, EventText, as_json, as_printed, exit_code, reference, short, terms
from dockertui.resources.filter import ListFilter
from dockertui.resources.registry import SOURCES

ID, OTHER = "a1" * 32, "b2" * 32
DIGEST = f"sha256:{'c3' * 32}"

ACTIONS = {
    "container": "attach commit copy create destroy detach die exec_create exec_detach exec_start exec_die export "
    "health_status kill oom pause rename resize restart start stop top unpause update prune",
    "image": "create delete import load pull push save tag untag prune",
    "volume": "create mount unmount destroy prune",
    "network": "create connect disconnect destroy update remove prune",
    "daemon": "reload",
    "service": "create update remove",
    "node": "create update remove",
    "secret": "create update remove",
    "config": "create update remove",
    "builder": "prune",
    "plugin": "pull push create remove enable disable",
}
"""Those that the Engine API names (1.41 to 1.51, GET /events), and the plugins', which it does not."""


def event(kind: str, action: str, actor: str = ID, **attributes: str) -> Event:
    raw = {
        "Type": kind,
        "Action": action,
        "Actor": {"ID": actor, "Attributes": {key.replace("__", "/"): value for key, value in attributes.items()}},
        "timeNano": 1_773_500_966_123_456_789,
    }
    return Event.from_json(raw)


def mirror() -> Mirror:
    made = Mirror(SOURCES)
    made.replace("container", [Container.from_json({"Id": ID, "Names": ["/web-1"], "State": "running"}, 0.0)])
    made.replace("image", [Image.from_json({"Id": DIGEST, "RepoTags": ["web:1"]})])
    made.replace("network", [Network.from_json({"Id": OTHER, "Name": "front"})])
    made.replace("volume", [])
    return made


def tell(happened: Event, probes: Probes | None = None) -> EventText:
    return EventDescriber(mirror(), probes or Probes()).describe(happened)


@pytest.mark.parametrize(("kind", "action"), [(kind, one) for kind, all_ in ACTIONS.items() for one in all_.split()])
def test_every_action_of_the_api_is_told_with_its_object(kind: str, action: str) -> None:
    told = tell(event(kind, action, name="thing"))
    assert (told.kind, told.action, told.name) == (kind, action, "thing")
    bare = tell(event(kind, action, actor=""))
    assert (bare.kind, bare.action, bare.name) == (kind, action, "")


TOLD = [
    (event("container", "die", exitCode="137", execDuration="130"), "exit 137: killed by SIGKILL (128+9)", "bad"),
    (event("container", "die", exitCode="137", execDuration="130"), "after 2 minutes 10 seconds", "bad"),
    (event("container", "die", exitCode="0"), "exit 0: ended normally", ""),
    (event("container", "die", exitCode="143"), "exit 143: killed by SIGTERM", ""),
    (event("container", "die", exitCode="127"), "exit 127: the command was not found", "bad"),
    (event("container", "die", containerExitCode="3"), "exit 3", "bad"),
    (event("container", "oom"), "out of memory", "bad"),
    (event("container", "kill", signal="9"), "signal SIGKILL", "warn"),
    (event("container", "kill", signal="SIGUSR1"), "signal SIGUSR1", "warn"),
    (event("container", "kill", signal="hup"), "signal SIGHUP", "warn"),
    (event("container", "health_status: unhealthy"), "unhealthy", "bad"),
    (event("container", "health_status: healthy"), "healthy", "good"),
    (event("container", "health_status", health_status="starting"), "starting", "warn"),
    (event("container", "exec_create: sh -c ls"), "sh -c ls", ""),
    (event("container", "exec_die", exitCode="0"), "exit 0", ""),
    (event("container", "exec_die", exitCode="126"), "exit 126: the command is there", "warn"),
    (event("container", "rename", name="new", oldName="/old"), "was old", ""),
    (event("container", "commit", comment="hi", imageID=DIGEST, imageRef="web:2"), "to web:2 · hi", ""),
    (event("container", "commit", imageID=DIGEST), f"to {'c3' * 6}", ""),
    (event("container", "resize", width="120", height="30"), "120 columns, 30 rows", ""),
    (event("container", "create", image="nginx:1", secret_label="x"), "nginx:1", ""),
    (event("container", "start", image="nginx:1"), "nginx:1", "good"),
    (event("container", "destroy", image="nginx:1"), "nginx:1", "warn"),
    (event("network", "connect", OTHER, name="front", container=ID, type="bridge"), "container web-1", ""),
    (event("network", "disconnect", OTHER, name="front", container=OTHER), "container b2b2b2b2b2b2", ""),
    (event("network", "connect", ID, network="front", name="web-1"), "container web-1", ""),
    (event("network", "create", OTHER, name="front", type="bridge"), "type=bridge", ""),
    (event("volume", "mount", "data", container=ID, destination="/data", driver="local", read__write="true"),
     "container web-1 at /data · read and write", ""),
    (event("volume", "mount", "data", container=ID, destination="/data", read__write="false"), "read only", ""),
    (event("volume", "unmount", "data", container=ID, driver="local"), "container web-1", ""),
    (event("volume", "create", "data", driver="local"), "driver=local", ""),
    (event("image", "tag", DIGEST, name="web:2"), f"image {'c3' * 6}", ""),
    (event("image", "untag", DIGEST, name=DIGEST), "", ""),
    (event("image", "prune", "", reclaimed="12345678"), "reclaimed 12.3MB", "warn"),
    (event("builder", "prune", "", reclaimed="0"), "reclaimed 0B", "warn"),
    (event("daemon", "reload", "X", name="host", debug="true", labels=""), "debug=true", ""),
    (event("service", "update", "s1", name="web", **{"replicas.new": "3", "replicas.old": "2"}),
     "replicas.new=3 replicas.old=2", ""),
    (event("container", "checkpoint: c1"), "c1", ""),
    (event("strange", "happened: somehow", key="value"), "somehow · key=value", ""),
]  # fmt: skip


@pytest.mark.parametrize(("happened", "text", "style"), TOLD)
def test_what_is_telling_of_an_event(happened: Event, text: str, style: str) -> None:
    told = tell(happened)
    assert text in told.text
    assert bool(told.text) is bool(text)
    assert told.style == style


NAMED = [
    (event("container", "start", name="then"), "then"),
    (event("container", "start"), "web-1"),
    (event("container", "start", OTHER), "b2b2b2b2b2b2"),
    (event("image", "pull", "web:1", name="web"), "web"),
    (event("image", "untag", DIGEST, name=DIGEST), "c3" * 6),
    (event("volume", "create", "data"), "data"),
    (event("volume", "create", "e5" * 32), "e5" * 6),
    (event("volume", "create", "", name="data"), "data"),
    (event("network", "connect", ID, network="front", name="web-1"), "front"),
    (event("daemon", "reload", "AB:CD", name="host"), "host"),
    (event("container", "prune", ""), ""),
]


@pytest.mark.parametrize(("happened", "name"), NAMED)
def test_what_its_object_is_called(happened: Event, name: str) -> None:
    assert tell(happened).name == name


def test_a_container_that_is_gone_is_called_what_it_was() -> None:
    teller = EventDescriber(mirror(), Probes())
    teller.learn(event("container", "create", OTHER, name="gone"))
    assert teller.describe(event("network", "connect", "n", container=OTHER)).text == "container gone"


def test_the_end_of_an_exec_says_what_it_was() -> None:
    probes = Probes()
    probes.take(event("container", "exec_create: ls /", execID="x"))
    assert tell(event("container", "exec_die", execID="x", exitCode="2"), probes).text.startswith("ls / · exit 2: ")


@pytest.mark.parametrize("attributes", [{"exitCode": "many"}, {"exitCode": "-"}, {"execDuration": "long"}, {}])
def test_attributes_that_are_no_numbers_take_nothing_with_them(attributes: dict[str, str]) -> None:
    assert exit_code(event("container", "die", **attributes)) is None
    assert tell(event("container", "die", **attributes)).text == ""


def test_a_negative_exit_code_is_one() -> None:
    assert exit_code(event("container", "die", exitCode="-1")) == -1


def test_signals_by_number_and_by_name() -> None:
    assert [signal_name(one) for one in ("15", "TERM", "sigterm", "28", "40", "")] == [
        "SIGTERM", "SIGTERM", "SIGTERM", "SIGWINCH", "40", "",
    ]  # fmt: skip


def test_ids_are_shortened_and_names_are_not() -> None:
    assert [short(one) for one in (ID, DIGEST, "web:1", "a" * 63)] == ["a1" * 6, "c3" * 6, "web:1", "a" * 63]


KEPT = [
    ("die", True), ("DIE", True), ("web", True), ("kind:container", True), ("kind:image", False), ("type:cont", True),
    ("action:die", True), ("action:exec", False), ("object:web", True), ("!web", False), ("!nginx", True),
    ("container:web-1", True), ("container:a1a1", True), ("image:nginx", True), ("label:tier=front", True),
    ("front", False), ("id:a1", True), ("137", True), ("kind:container action:die object:web sigkill", True),
    ("network:web", False), ("volume:web", False), ("a1a1", True), ("1a1a", False),
    ("~^web-[0-9]$", True), ("!~^die$", False), ("image:~1$", True), ("kind:image ~.", False),
]  # fmt: skip


@pytest.mark.parametrize(("line", "kept"), KEPT)
def test_the_filter_line(line: str, kept: bool) -> None:
    happened = event("container", "die", name="web-1", image="nginx:1", exitCode="137", tier="front")
    made: ListFilter[Event] = ListFilter(
        line, terms(EventDescriber(mirror(), Probes())), ("kind", "action", "object", "text"), ("id",)
    )
    assert made.matches(happened) is kept


def test_a_container_is_found_in_what_its_networks_and_volumes_tell() -> None:
    known = terms(EventDescriber(mirror(), Probes()))
    connected = event("network", "connect", OTHER, name="front", container=ID)
    for line, kept in (("container:web-1", True), ("network:front", True), ("container:front", False)):
        assert ListFilter(line, known, ()).matches(connected) is kept


def test_it_is_printed_as_docker_prints_it() -> None:
    happened = event("container", "health_status: healthy", image="nginx", name="web-1")
    at = "2026-03-14T15:09:26.123456789Z"
    assert as_printed(happened) == f"{at} container health_status: healthy {ID} (image=nginx, name=web-1)"


def test_its_json_is_the_engines() -> None:
    raw: dict[str, Any] = {
        "Type": "container",
        "Action": "exec_create: sh -c true",
        "Actor": {"ID": ID, "Attributes": {"execID": "1", "name": "web-1"}},
        "scope": "local",
        "time": 1_773_500_966,
        "timeNano": 1_773_500_966_123_456_789,
    }
    assert json.loads(json.dumps(as_json(Event.from_json(raw)))) == raw


def test_an_event_leads_to_its_object() -> None:
    known = mirror()
    assert reference(event("container", "start"), known, "web-1")[:2] == ("container", ID)
    assert reference(event("image", "pull", "web:1", name="web:1"), known, "web")[:2] == ("image", DIGEST)
    assert reference(event("network", "connect", ID, network="front"), known, "front")[:2] == ("network", OTHER)
    assert reference(event("volume", "create", "gone"), known, "gone")[:2] == ("volume", "gone")
    assert reference(event("daemon", "reload", "X"), known, "")[:2] == ("daemon", "X")
