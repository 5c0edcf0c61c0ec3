"""The state file: kept whole whatever is in it, whoever else writes it, and whenever the program ends."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from dockertui import state
from dockertui.state import State


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "dockertui" / "state.json"


def test_what_is_set_is_there_in_the_next_run(path: Path) -> None:
    first = State(path)
    assert first.get("layout", "split") is None
    assert first.set("layout", "split", 0.4) == ""
    assert first.set("columns", "container", ["name", "-cpu"]) == ""
    again = State(path)
    assert (again.get("layout", "split"), again.get("columns", "container")) == (0.4, ["name", "-cpu"])
    assert again.set("layout", "split", None) == ""
    assert State(path).get("layout", "split") is None
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert os.listdir(path.parent) == ["state.json"], "nothing is left beside it"


def test_without_a_path_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    memory = State()
    assert memory.set("layout", "split", 1) == ""
    assert memory.get("layout", "split") == 1
    assert not os.listdir(tmp_path)


def test_nothing_is_read_before_something_is_asked_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail("the demo Engine has no use for it"))
    State(path)


def test_what_the_program_does_not_know_is_kept(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text('{"version": 9, "later": {"x": [1]}, "layout": {"split": 0.5, "other": true}, "columns": 3}')
    found = State(path)
    assert found.get("columns", "container") is None, "a section of another type is no error"
    found.set("layout", "split", 0.6)
    assert json.loads(path.read_text()) == {
        "version": 9,
        "later": {"x": [1]},
        "layout": {"split": 0.6, "other": True},
        "columns": 3,
    }


@pytest.mark.parametrize("text", [b"", b"{", b"[1]", b"null", b"\xff\xfe\x00", b"[" * 100_000, b"\x00" * 10])
def test_a_broken_or_foreign_file_does_not_count_and_is_not_lost(path: Path, text: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(text)
    found = State(path)
    assert str(path) in found.problem
    assert "\n" not in found.problem
    assert found.get("layout", "split") is None
    assert path.read_bytes() == text, "reading changes nothing"
    assert found.set("layout", "split", 0.5) == ""
    assert not found.problem
    assert State(path).get("layout", "split") == 0.5
    assert path.with_suffix(".broken").read_bytes() == text


def test_a_file_that_cannot_be_written_is_said_in_a_sentence_and_what_was_set_holds(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = State(tmp_path / "file" / "state.json")
    said = found.set("layout", "split", 0.5)
    assert str(tmp_path) in said
    assert "cannot be written" in said
    assert found.get("layout", "split") == 0.5


def test_two_programs_do_not_lose_what_the_other_set(path: Path) -> None:
    one, other = State(path), State(path)
    one.set("columns", "container", ["name"])
    other.set("columns", "image", ["name"])
    one.set("layout", "split", 0.3)
    now = State(path)
    assert now.get("columns", "container") == now.get("columns", "image") == ["name"]
    assert now.get("layout", "split") == 0.3


def test_programs_that_write_at_the_same_time_lose_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "_LOCK_TRIES", 10_000)  # a slow machine may take longer than a user would wait

    def write(number: int) -> None:
        for step in range(20):
            assert State(path).set("counts", f"{number}.{step}", step) == ""

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(json.loads(path.read_text())["counts"]) == 80


def test_a_link_to_a_file_elsewhere_stays_one(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir(parents=True)
    real = tmp_path / "dotfiles.json"
    real.write_text("{}")
    path.symlink_to(real)
    State(path).set("layout", "split", 0.5)
    assert path.is_symlink()
    assert json.loads(real.read_text()) == {"layout": {"split": 0.5}}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "/home/u/.local/state/dockertui/state.json"),
        ({"XDG_STATE_HOME": "/x"}, "/x/dockertui/state.json"),
        ({"XDG_STATE_HOME": "relative"}, "/home/u/.local/state/dockertui/state.json"),
    ],
)
def test_where_it_is(environ: dict[str, str], expected: str) -> None:
    assert state.default_path(environ, Path("/home/u")) == Path(expected)
