"""The crash file: no secret of a message is in it, nothing that a terminal obeys, and it is its owner's alone."""

from __future__ import annotations

from pathlib import Path

from dockertui import crash


def recorded(error: BaseException, home: Path) -> tuple[str, Path]:
    """The sentence for the user, and the file."""
    sentence = crash.record(error, {}, home)
    (path,) = (home / ".local" / "state" / "dockertui").iterdir()
    return sentence, path


def raised(message: str) -> ValueError:
    try:
        raise ValueError(message)
    except ValueError as error:
        return error


def test_a_message_is_masked_and_its_control_bytes_are_spelled(tmp_path: Path) -> None:
    message = "login with password=hunter2 at \x1b]0;owned\x07 \x1b[2J\x9b31m\r\nnext"
    sentence, path = recorded(raised(message), tmp_path)
    text = path.read_text()
    for told in (sentence, text):
        assert "hunter2" not in told
        assert not any((sign < " " and sign != "\n") or "\x7f" <= sign < "\xa0" for sign in told)
    assert r"\x1b]0;owned\x07" in text
    assert "test_crash.py" in text, "where it was raised is told"


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    _, path = recorded(raised("x"), tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_message_of_half_a_character_is_written(tmp_path: Path) -> None:
    _, path = recorded(raised("\udcff"), tmp_path)
    assert r"\udcff" in path.read_text()
