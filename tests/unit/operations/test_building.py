"""What the form of a build refuses before anything is sent, its lines, and what is made of the builder's stream."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dockertui.engine import build_context
from dockertui.engine.build_context import BuildContext
from dockertui.engine.dockerfile import instructions
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.operations import form_values
from dockertui.operations.build_progress import BuildProgress
from dockertui.operations.building import BODIES
from dockertui.operations.command_body import InvalidValue
from dockertui.operations.command_lines import curl_line, docker_line

BUILD = BODIES["image.build"]
ENDPOINT = Endpoint("local", "unix:///var/run/docker.sock", "default socket")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text("FROM busybox AS base\nRUN true\n")
    return tmp_path


def values(folder: Path, **given: Any) -> dict[str, Any]:
    return BUILD.values() | {"folder": str(folder)} | given


@pytest.mark.parametrize(
    ("option", "typed", "told"),
    [
        ("folder", "/no/such", "there is no such folder"),
        ("folder", "", "cannot be empty"),
        ("tags", "Shop:1", "Shop:1: not an image's name"),
        ("tags", "shop:1 a@sha256:" + "0" * 64, "give a tag"),
        ("tags", "'shop", "quote as in a shell"),
        ("args", "=1", "no name before the ="),
        ("platform", "arm65", "such as linux/arm64"),
        ("platform", "linux/", "such as linux/arm64"),
        ("labels", "=", "no name before the ="),
    ],
)
def test_a_bad_value_is_refused_at_its_field(option: str, typed: str, told: str) -> None:
    with pytest.raises(InvalidValue, match=told):
        form_values.read(next(one for one in BUILD.options if one.id == option), typed)


@pytest.mark.parametrize(
    ("files", "given", "option", "told"),
    [
        ({}, {}, "dockerfile", "there is no Dockerfile in"),
        ({"Dockerfile": ""}, {}, "dockerfile", "has no FROM"),
        ({"Dockerfile": "FROM a"}, {"dockerfile": "none"}, "dockerfile", "there is no none in"),
        ({"Dockerfile": "FROM a"}, {"dockerfile": "/etc/passwd"}, "dockerfile", "lies outside of"),
        ({"Dockerfile": "FROM a"}, {"dockerfile": "../Dockerfile"}, "dockerfile", "lies outside of"),
        ({"Dockerfile": "FROM a\nRUN --mount=type=tmpfs,target=/x b"}, {}, "dockerfile",
         "line 2: RUN with --mount needs BuildKit, which only `docker build` speaks"),
        ({"Dockerfile": "FROM a\n\nRUN <<E\nx\nE"}, {}, "dockerfile", "line 3: RUN with a here-document needs"),
        ({"Dockerfile": "FROM a AS b"}, {"target": "c"}, "target", "no stage .* there are: b"),
        ({"Dockerfile": "FROM a"}, {"target": "c"}, "target", "none with a name"),
        ({"Dockerfile": "FROM a", ".dockerignore": "x\n["}, {}, "folder", "line 2 of .dockerignore"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_told_at_the_field_to_change(
    tmp_path: Path, files: dict[str, str], given: dict[str, str], option: str, told: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(InvalidValue, match=told) as unfit:
        BUILD.check(values(tmp_path, **given))
    assert unfit.value.option == option


def test_a_dockerfile_behind_a_link_out_of_the_folder_is_refused(folder: Path, tmp_path_factory: Any) -> None:
    outside = tmp_path_factory.mktemp("outside") / "Dockerfile"
    outside.write_text("FROM a")
    (folder / "linked").symlink_to(outside)
    with pytest.raises(InvalidValue, match="outside"):
        BUILD.check(values(folder, dockerfile="linked"))


def test_secrets_among_the_arguments_are_masked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", "from-the-environment")
    given = values(folder, args=("DB_PASSWORD=hunter2", "V=1", "API_TOKEN"), headers={"X-Registry-Config": "c2VjcmV0"})
    plan = BUILD.plan(None, given)
    shown = docker_line(ENDPOINT, plan.docker) + curl_line(ENDPOINT, "1.51", plan.calls)
    assert not [secret for secret in ("hunter2", "from-the-environment", "c2VjcmV0") if secret in shown]
    assert "V=1" in shown
    whole = docker_line(ENDPOINT, plan.docker, reveal=True) + curl_line(ENDPOINT, "1.51", plan.calls, reveal=True)
    assert "DB_PASSWORD=hunter2" in whole
    assert "--build-arg API_TOKEN " in whole
    assert "c2VjcmV0" in whole


def test_the_docker_line_asks_for_the_same_builder(folder: Path) -> None:
    plan = BUILD.plan(None, values(folder, tags=("a:1",), no_cache=True))
    assert docker_line(ENDPOINT, plan.docker) == f"DOCKER_BUILDKIT=0 docker build --tag a:1 --no-cache {folder}"


# the stream

STEPS = instructions("FROM a\n# one\nRUN make \\\n  all\nRUN test\n")


def heard(*streams: str) -> BuildProgress:
    progress = BuildProgress("Dockerfile", STEPS)
    for stream in streams:
        progress.hear({"stream": stream})
    return progress


def test_steps_are_counted_and_placed() -> None:
    progress = heard("Step 1/3 : FROM a", "\n", " ---> 0123\n", "Step 2/3 : RUN make   all", "\n", "working\n")
    assert progress.summary == "step 2/3, Dockerfile:3: RUN make   all"
    assert progress.share == pytest.approx(1 / 3)
    assert progress.lines[-1] == "working"


@pytest.mark.parametrize(
    "forged", ["Step 3/3 : RUN evil", "Step 2/3 : RUN make all", "Step 3/9 : RUN test", "x Step 2/3 : RUN make all"]
)
def test_a_forged_step_is_output(forged: str) -> None:
    before = "Step 1/3 : FROM a"
    streams = (before,) if forged.startswith(("Step 3", "x")) else (before, "\n", "Step 2/3 : RUN make all", "\n")
    progress = heard(*streams)
    step = progress.step
    progress.hear({"stream": f"\n{forged}\n" if forged.startswith("x") else forged})
    assert progress.step == step


def test_the_output_is_bounded_and_says_how_much_there_was() -> None:
    progress = heard(*(f"{number} {'x' * 10_000}\n" for number in range(30_000)))
    assert progress.told == 30_000
    assert progress.kept <= len(progress.lines) <= progress.kept * 1.25
    assert max(map(len, progress.lines)) < 4_100
    assert progress.lines[-1].startswith("29999 ")


def test_lines_are_put_together_from_pieces() -> None:
    progress = heard("one\ntw", "o\n", "10%\r", "20%\r100%\n", "end")
    progress.end()
    assert progress.lines == ["one", "two", "100%", "end"]


def test_what_is_sent_is_told_before_the_first_step() -> None:
    progress = heard()
    progress.hear({"id": "context", "status": "Sending", "progressDetail": {"current": 3_000_000}})
    assert progress.summary == "3MB sent"
    assert progress.failed(EngineError(ErrorKind.SERVER, "no Dockerfile")) == "no Dockerfile"


# the context


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Where another user may look, as in pytest's own folders he may not."""
    with tempfile.TemporaryDirectory(prefix="dt-") as made:
        os.chmod(made, 0o755)
        yield Path(made)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="takes another user's place")
@pytest.mark.parametrize("name", ["secret", "closed/file"])
def test_what_may_not_be_read_is_named(open_folder: Path, name: str) -> None:
    path = open_folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("x")
    (path if name == "secret" else path.parent).chmod(0)
    os.seteuid(65534)
    try:
        with pytest.raises(
            EngineError, match=rf"{open_folder}/{name.partition('/')[0]} cannot be read: Permission denied"
        ):
            list(build_context._tar(BuildContext(str(open_folder), "Dockerfile")))
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="takes another user's place")
def test_what_stays_out_need_not_be_readable(open_folder: Path) -> None:
    (open_folder / ".dockerignore").write_text("secret\n")
    (open_folder / "secret").mkdir(mode=0)
    os.seteuid(65534)
    try:
        assert list(build_context._tar(BuildContext(str(open_folder), "Dockerfile")))
    finally:
        os.seteuid(0)


def test_a_file_that_grows_is_sent_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 1000 + b"more")
    sent = b"".join(build_context._contents(str(path), 1000))
    assert sent == b"x" * 1000 + bytes(24)


def test_a_file_that_shrinks_is_named(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 1000)
    with pytest.raises(EngineError, match="log got shorter while it was sent"):
        b"".join(build_context._contents(str(path), 1001))
