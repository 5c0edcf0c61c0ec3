"""What may be typed into forms, and what becomes of it: read back, in docker words, in the API's body."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockertui.engine.call import Call
from dockertui.engine.endpoint import TLS, Endpoint
from dockertui.engine.images import split_reference
from dockertui.masking import MASK
from dockertui.operations import form_values, ports, run_form
from dockertui.operations.command_body import FieldKind, InvalidValue, Option
from dockertui.operations.command_lines import curl_line, docker_line, docker_options
from dockertui.operations.progress import Progress

WORDS = st.lists(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1), max_size=5)
LOCAL = Endpoint("local", "unix:///var/run/docker.sock", "default socket")


@given(WORDS)
@settings(deadline=None)
def test_words_are_read_back_as_they_were(words: list[str]) -> None:
    option = Option("words", "Words", FieldKind.WORDS)
    assert list(form_values.read(option, form_values.typed(tuple(words)))) == words


@pytest.mark.parametrize(("text", "size"), [("512m", 512 << 20), ("2g", 2 << 30), ("1k", 1024), ("7", 7), ("-1", -1)])
def test_sizes(text: str, size: int) -> None:
    assert form_values.in_bytes(text) == size


@pytest.mark.parametrize("text", ["", "m", "1x", "-2", "1 2"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(InvalidValue):
        form_values.in_bytes(text)


@pytest.mark.parametrize(
    "text", ["nginx", "nginx:1.27", "localhost:5000/a/b:x", "a.b/c@sha256:" + "a" * 64, "my-app_x:Tag", "[::1]:5000/a"]
)
def test_references(text: str) -> None:
    form_values.reference(text)


@pytest.mark.parametrize("text", ["Upper", "a b", "a:", ":a", "-a", "a@b", "a//b", "a:b:c"])
def test_what_is_no_reference(text: str) -> None:
    with pytest.raises(InvalidValue):
        form_values.reference(text)


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("nginx", ("nginx", "latest")),
        ("localhost:5000/a", ("localhost:5000/a", "latest")),
        ("localhost:5000/a:1", ("localhost:5000/a", "1")),
        ("a@sha256:beef", ("a", "sha256:beef")),
    ],
)
def test_a_reference_is_split(reference: str, parts: tuple[str, str]) -> None:
    assert split_reference(reference) == parts


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("80", ("", "", "80/tcp")),
        ("8080:80", ("", "8080", "80/tcp")),
        ("127.0.0.1:53:53/udp", ("127.0.0.1", "53", "53/udp")),
        ("[::1]::80", ("::1", "", "80/tcp")),
    ],
)
def test_ports(text: str, port: tuple[str, str, str]) -> None:
    assert ports.published(text) == (port,)


@pytest.mark.parametrize("text", ["", "0", "65536", "a:b", "80/icmp", "1.2.3:1:1", "1:2:3:4:5:6"])
def test_what_is_no_port(text: str) -> None:
    with pytest.raises(InvalidValue):
        ports.published(text)


# From the form to the Engine, and back


def filled(**values: Any) -> dict[str, Any]:
    return {option.id: option.default for option in run_form.OPTIONS} | values


def test_the_form_is_filled_in_again_from_what_it_made() -> None:
    values = filled(
        image="shop:1", name="web", command=("sleep", "1d"), env=("A=b c",), ports=("127.0.0.1:8080:80", "53:53/udp"),
        mounts=("data:/data:ro", "/scratch"), network="back", restart="on-failure:3", memory="67108864", cpus="0.5",
        labels=("x=y",), user="1:1", workdir="/w", entrypoint="sh", hostname="h", health="true", tty=True, remove=True,
    )  # fmt: skip
    body = run_form.body(values)
    inspect = {
        "Id": "f" * 64,
        "Name": "/web",
        "Config": body,
        "HostConfig": body["HostConfig"],
    }
    again = run_form.values_of(inspect, {})
    assert again | {"ports": set(again["ports"]), "platform": ""} == values | {"ports": set(values["ports"])}


def test_what_the_image_brings_is_left_away() -> None:
    config = {"Env": ["PATH=/bin"], "Cmd": ["sh"], "Labels": {"a": "b"}, "WorkingDir": "/w", "Image": "shop:1"}
    values = run_form.values_of({"Name": "/x", "Config": config, "HostConfig": {}}, {"Config": config})
    assert (values["env"], values["command"], values["labels"], values["workdir"]) == ((), (), (), "")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "Config",
                        "HostConfig",
                        "Env",
                        "Cmd",
                        "PortBindings",
                        "Mounts",
                        "Labels",
                        "Binds",
                        "80/tcp",
                        "NanoCpus",
                        "Memory",
                        "RestartPolicy",
                        "HostIp",
                    ]
                ),
                x,
            )
        ),
    )
)
@settings(deadline=None, max_examples=200)
def test_no_inspect_is_too_strange(raw: Any) -> None:
    run_form.values_of({"Config": raw, "HostConfig": raw}, {"Config": raw})


# Lines


@given(WORDS)
@settings(deadline=None)
def test_a_docker_line_is_read_by_a_shell_as_its_words(words: list[str]) -> None:
    words = [word for word in words if word != ";"]
    assert shlex.split(docker_line(LOCAL, words, reveal=True)) == ["docker", *words]


def test_secrets_are_masked_in_both_lines() -> None:
    words, body = ("run", "--env", "API_TOKEN=sesame", "x"), {"Env": ["API_TOKEN=sesame", "A=b"]}
    call = Call("POST", "/containers/create", body=body, headers={"X-Registry-Auth": "sesame"})
    for line in (docker_line(LOCAL, words), curl_line(LOCAL, "1.41", (call,))):
        assert "sesame" not in line
        assert MASK in line
    assert "sesame" in docker_line(LOCAL, words, reveal=True)
    assert curl_line(LOCAL, "1.41", (call,), reveal=True).count("sesame") == 2


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        (LOCAL, ()),
        (Endpoint("x", "unix:///x.sock", "--host"), ("--host", "unix:///x.sock")),
        (Endpoint("prod", "tcp://h:2376", "context prod"), ("--context", "prod")),
        (Endpoint("h", "tcp://h:2375", "DOCKER_HOST"), ()),
        (Endpoint("podman", "unix:///run/podman/podman.sock", "default socket"),
         ("--host", "unix:///run/podman/podman.sock")),
    ],
)  # fmt: skip
def test_the_docker_line_names_the_engine_where_it_must(endpoint: Endpoint, words: tuple[str, ...]) -> None:
    assert docker_options(endpoint) == words


def test_curl_reaches_every_kind_of_endpoint() -> None:
    call = (Call("POST", "/containers/x/stop", {"t": 5}),)
    tls = TLS(ca=Path("/c/ca.pem"), cert=Path("/c/cert.pem"), key=Path("/c/key.pem"), verify=True)
    assert "--unix-socket /var/run/docker.sock" in curl_line(LOCAL, "1.41", call)
    secure = curl_line(Endpoint("h", "tcp://h:2376", "DOCKER_HOST", tls), "1.41", call)
    assert "--cacert /c/ca.pem --cert /c/cert.pem --key /c/key.pem" in secure
    assert "'https://h:2376/v1.41/containers/x/stop?t=5'" in secure
    far = shlex.split(curl_line(Endpoint("h", "ssh://me@h:22", "--host"), "1.41", call))
    assert far[:7] == ["ssh", "-l", "me", "-p", "22", "--", "h"]
    assert "http://localhost/v1.41/containers/x/stop?t=5" in shlex.split(far[7])


# Progress


def test_layers_are_counted_and_their_bytes() -> None:
    now = [0.0]
    progress = Progress(clock=lambda: now[0])
    progress.hear({"status": "Pulling from library/x", "id": "latest"})
    for current in (0, 500, 1000):
        progress.hear({"status": "Downloading", "id": "a", "progressDetail": {"current": current, "total": 1000}})
    progress.hear({"status": "Already exists", "id": "b"})
    now[0] = 2.0
    assert progress.share == 1.0
    assert progress.summary == "1/2 layers · 1kB of 1kB · 500B/s"
    progress.hear({"status": "Pull complete", "id": "a"})
    assert progress.summary.startswith("2/2 layers")


@given(
    st.dictionaries(
        st.sampled_from(["id", "status", "stream", "progressDetail"]),
        st.none()
        | st.text()
        | st.integers()
        | st.dictionaries(st.sampled_from(["current", "total"]), st.integers() | st.text()),
    )
)
@settings(deadline=None)
def test_no_progress_is_too_strange(said: dict[str, Any]) -> None:
    progress = Progress()
    progress.hear(said)
    assert isinstance(progress.summary, str)
    assert progress.share is None or 0 <= progress.share <= 1
