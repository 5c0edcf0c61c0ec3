"""Files of the program's own: whole or not there, for their owner alone, never through a link."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from dockertui.engine import transfer
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.whole_file import WholeFile, new_text


@asynccontextmanager
async def reply(*pieces: bytes, error: Exception | None = None) -> AsyncIterator[Any]:
    class Body:
        async def chunks(self) -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece
            if error is not None:
                raise error

    yield Body()


def nothing(said: Any) -> None:
    """Hear of no progress."""


async def test_a_saved_tar_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    assert await transfer.receive(reply(b"one", b"two"), str(path), nothing) == {"written": 6}
    assert path.read_bytes() == b"onetwo"
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["a.tar"]


@pytest.mark.parametrize("planted", ["a.tar.part", "a.tar"])
async def test_a_planted_link_is_not_followed(planted: str, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / planted).symlink_to(victim)
    await transfer.receive(reply(b"tar"), str(tmp_path / "a.tar"), nothing)
    assert victim.read_text() == "mine"
    assert (tmp_path / "a.tar").read_bytes() == b"tar"
    assert not (tmp_path / "a.tar").is_symlink()


async def test_what_was_there_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_text("old")
    lost = EngineError(ErrorKind.LOST, "the connection was lost")
    with pytest.raises(EngineError, match="was lost"):
        await transfer.receive(reply(b"half", error=lost), str(path), nothing)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.tar"]


async def test_a_name_that_cannot_be_had_is_an_error_for_who_asked(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(EngineError, match="cannot be written"):
        await transfer.receive(reply(b"tar"), str(tmp_path / "folder"), nothing)
    assert os.listdir(tmp_path) == ["folder"]


def test_a_text_file_never_replaces_another(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("old")
    with pytest.raises(FileExistsError), new_text(str(path)):
        pass
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError), new_text(str(tmp_path / "link")):
        pass
    assert sorted(os.listdir(tmp_path)) == ["link", "log"]
    assert path.read_text() == "old"


def test_one_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with pytest.raises(FileExistsError), new_text(str(path)):
        path.write_text("theirs")
    assert path.read_text() == "theirs"
    assert os.listdir(tmp_path) == ["log"]


def test_where_there_are_no_hard_links_the_name_is_taken_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    with new_text(str(tmp_path / "log")) as file:
        file.write("mine")
    assert (tmp_path / "log").read_text() == "mine"
    assert os.listdir(tmp_path) == ["log"]


def test_nothing_is_left_of_a_writing_that_fails(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError), new_text(str(tmp_path / "log"), errors="strict") as file:
        file.write("half\udcff")
    assert os.listdir(tmp_path) == []


def test_the_beginnings_of_two_files_do_not_meet(tmp_path: Path) -> None:
    one, other = WholeFile(str(tmp_path / "a")), WholeFile(str(tmp_path / "a"))
    assert len(os.listdir(tmp_path)) == 2
    one.drop()
    other.drop()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["", "  "])
def test_no_name_is_no_file(name: str) -> None:
    with pytest.raises(ValueError, match="no name"), new_text(name):
        pass
