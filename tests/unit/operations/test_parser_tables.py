"""The parsers against the tables of `tests/cases`: what may be typed, what is read, and how quantities are written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dockertui.engine import dockerfile, dockerignore
from dockertui.engine.images import split_reference
from dockertui.operations import form_values, joining, mounts, ports, run_form
from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command
from dockertui.operations.command_body import InvalidValue
from dockertui.operations.progress import Progress
from dockertui.resources import format
from tests.cases import Case, table


def made(make: Callable[[Any], Any], given: Any) -> Any:
    """What is made of it; "ERR" where it is refused."""
    try:
        return make(given)
    except (InvalidValue, dockerignore.BadPattern):
        return "ERR"


def fits(check: Callable[[Any], None]) -> Callable[[Any], str]:
    def judged(given: Any) -> str:
        check(given)
        return "ok"

    return judged


def filled(**values: Any) -> dict[str, Any]:
    return {option.id: option.default for option in run_form.OPTIONS} | values


# what is typed into forms


@table("ports")
def test_ports(case: Case) -> None:
    assert made(lambda text: [list(port) for port in ports.published(text)], case.given) == case.expected


@table("mounts")
def test_mounts(case: Case) -> None:
    def sent(text: str) -> Any:
        mounts.check([text])
        body = run_form.body(filled(image="x", mounts=(text,)))
        return {"Binds": body["HostConfig"]["Binds"] or [], "Volumes": list(body["Volumes"])}

    assert made(sent, case.given) == case.expected


@table("sizes")
def test_sizes(case: Case) -> None:
    assert made(form_values.in_bytes, case.given) == case.expected


@table("cpus")
def test_cpus(case: Case) -> None:
    assert made(form_values.nano_cpus, case.given) == case.expected


@table("labels")
def test_labels(case: Case) -> None:
    def mapped(text: str) -> dict[str, str]:
        form_values.labels([text])
        return form_values.mapping([text])

    assert made(mapped, case.given) == case.expected


@table("names")
def test_names(case: Case) -> None:
    assert made(fits(form_values.name), case.given) == case.expected


@pytest.mark.parametrize(
    ("command", "field", "typed", "verdict"),
    [
        ("volume.create", "driver", "vieux/sshfs:latest", "ok"),
        ("volume.create", "driver", "localhost:5000/me/nfs", "ok"),
        ("volume.create", "driver", "--force", "ERR"),
        ("network.create", "driver", "weaveworks/net-plugin:2.1.3", "ok"),
        ("network.create", "name", "x", "ok"),
        ("network.create", "name", "my net", "ok"),
        ("network.create", "name", "-x", "ERR"),
    ],
)
def test_what_engines_take_as_the_name_of_a_network_or_a_driver(
    command: str, field: str, typed: str, verdict: str
) -> None:
    found = BY_ID[command]
    assert isinstance(found, Command)
    (option,) = (one for one in found.body.options if one.id == field)
    assert made(fits(lambda value: form_values.check(option, value)), typed) == verdict


@table("network_mode")
def test_networks(case: Case) -> None:
    assert made(lambda text: joining.joined(text).name, case.given) == case.expected


def test_what_is_said_of_a_network_is_sent() -> None:
    text = "name=back,alias=web,alias=www,ip=172.20.88.22,ip6=2001:db8::1,mac-address=02:42:00:00:00:01,driver-opt=a=b"
    body = run_form.body(filled(image="x", network=text))
    assert body["HostConfig"]["NetworkMode"] == "back"
    assert body["NetworkingConfig"] == {
        "EndpointsConfig": {
            "back": {
                "Aliases": ["web", "www"],
                "IPAMConfig": {"IPv4Address": "172.20.88.22", "IPv6Address": "2001:db8::1"},
                "MacAddress": "02:42:00:00:00:01",
                "DriverOpts": {"a": "b"},
            }
        }
    }


@table("restart")
def test_restart_policies(case: Case) -> None:
    def sent(text: str) -> Any:
        values = filled(image="x", restart=text.rpartition("=")[2], remove=text.startswith("--rm"))
        if values["restart"]:
            form_values.policy(values["restart"])
        run_form.check(values)
        return list(run_form.body(values)["HostConfig"]["RestartPolicy"].values())

    assert made(sent, case.given) == case.expected


@table("subnet")
def test_subnets(case: Case) -> None:
    """An IPv6 address alone is one for the field of gateways."""
    check = form_values.address if ":" in case.given else form_values.subnet
    assert made(fits(check), case.given) == case.expected


@table("references_valid")
def test_references(case: Case) -> None:
    def split(text: str) -> Any:
        form_values.reference(text)
        return list(split_reference(text)) if isinstance(case.expected, list) else "ok"

    assert made(split, case.given) == case.expected


# what is read


@table("dockerignore_match")
def test_what_a_dockerignore_keeps_out(case: Case) -> None:
    def kept_out(given: Any) -> bool:
        patterns, path = given
        return dockerignore.Ignored(dockerignore.read("\n".join(patterns))).keeps_out(path)

    assert made(kept_out, case.given) == case.expected


@table("dockerignore_read")
def test_the_lines_of_a_dockerignore(case: Case) -> None:
    assert made(lambda text: [pattern.line for pattern in dockerignore.read(text)], case.given) == case.expected


@table("dockerfile_testfiles")
def test_the_instructions_of_a_dockerfile(case: Case) -> None:
    found = dockerfile.instructions(case.given)
    assert [[instruction.line, instruction.word] for instruction in found] == case.expected


# what the Engine tells of long work

LAYER = {"id": "a", "status": "Downloading"}
PROGRESS: dict[str, tuple[dict[str, Any], Callable[[Progress], Any]]] = {
    "status": ({"status": "status"}, lambda told: told.lines),
    "stream over status": ({"status": "status", "stream": "stream"}, lambda told: told.lines),
    "id+status": ({"id": "ID", "status": "status"}, lambda told: [[x.id, x.status] for x in told.layers.values()]),
    "current over total": (
        {**LAYER, "progressDetail": {"current": 50, "total": 40}},
        lambda told: [told.layers["a"].current, told.layers["a"].total],
    ),
    "hidecounts/units do not crash": (
        {**LAYER, "progressDetail": {"current": 1, "total": 2, "hidecounts": True, "units": "laps"}},
        lambda told: "ok" if "1/2" not in told.summary and told.layers else told.summary,
    ),
    "pulling from is no layer": (
        {"id": "latest", "status": "Pulling from library/x"},
        lambda told: [len(told.layers), told.lines],
    ),
    "aux only": ({"aux": {"ID": "sha256:x"}}, lambda told: told.lines),
    "null detail": ({"id": "a", "status": "Waiting", "progressDetail": None}, lambda told: len(told.layers)),
    "push: Layer already exists done": (
        {"id": "a", "status": "Layer already exists"},
        lambda told: told.layers["a"].done,
    ),
    "push: Mounted from": ({"id": "a", "status": "Mounted from library/x"}, lambda told: told.layers["a"].done),
    "schema 2 push done": (
        {"id": "a", "status": "Pushed"},
        lambda told: told.layers["a"].done and told.layers["a"].status.lower(),
    ),
}


@table("progress")
def test_progress(case: Case) -> None:
    said, seen = PROGRESS[case.given]
    told = Progress()
    told.hear(said)
    told.end()
    assert seen(told) == case.expected


# how quantities are written


@table("bytes_size")
def test_sizes_in_memory(case: Case) -> None:
    assert format.memory(case.given) == case.expected


@table("human_size")
def test_sizes_on_disk(case: Case) -> None:
    assert format.size(case.given) == case.expected


# what the parsers say


@pytest.mark.parametrize(
    ("check", "text", "word"),
    [
        (ports.published, "80-81:443-445", "length"),
        (ports.published, "9-8:9-8", "backwards"),
        (ports.published, "80/icmp", "tcp, udp"),
        (ports.published, "localhost:80:80", "IP address"),
        (ports.published, "target=80,host=x", "host=x"),
        (mounts.mount, "data:/x:shared", "folders only"),
        (mounts.mount, "/data:/x:nocopy", "volumes only"),
        (mounts.mount, "/data:/x:ro,rw", "exclude"),
        (mounts.mount, "a/b:/x", "'a/b'"),
        (mounts.mount, "/", "itself"),
        (joining.joined, "alias=web", "no name="),
        (joining.joined, "name=x,ip=y", "IP address"),
        (form_values.nano_cpus, "0.0000000001", "nine digits"),
    ],
)
def test_what_is_wrong_is_named(check: Callable[[str], Any], text: str, word: str) -> None:
    with pytest.raises(InvalidValue, match=word):
        check(text)


def test_two_mounts_at_one_place_are_refused() -> None:
    with pytest.raises(InvalidValue, match="same place"):
        mounts.check(["a1:/x", "b1:/x/"])
    mounts.check(["a1:/x", "a1:/y"])
