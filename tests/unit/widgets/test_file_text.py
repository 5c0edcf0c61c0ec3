"""A file's content as rows: hex as hexdump has it, text whole and safe, styles that lose no character."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.widgets.file_text import hex_line, highlighted, is_binary, language, styled, text_lines


@pytest.mark.skipif(shutil.which("hexdump") is None, reason="there is no hexdump")
def test_hex_is_what_hexdump_prints() -> None:
    data = bytes(range(256)) + b"the rest"
    printed = (
        subprocess.run(["hexdump", "-Cv"], input=data, capture_output=True, check=True).stdout.decode().split("\n")
    )
    rows = [hex_line(data, row, 16) for row in range(-(-len(data) // 16))]
    assert rows == [line.rstrip() for line in printed[: len(rows)]]


@pytest.mark.parametrize("width", [8, 16])
@given(data=st.binary(max_size=100))
def test_every_byte_of_a_hex_dump_is_there(data: bytes, width: int) -> None:
    rows = [hex_line(data, row, width) for row in range(-(-len(data) // width))]
    assert b"".join(bytes.fromhex(row[10 : row.index("|")]) for row in rows) == data
    assert len({row.index("|") for row in rows}) <= 1


@pytest.mark.parametrize(
    ("data", "binary"),
    [
        (b"", False), (b"plain\ntext\n", False), ("größer 日本".encode(), False), (b"a\0b", True),
        (b"\x7fELF\1\1\1\0", True),
        (bytes(range(128, 256)) * 4, True), (b"\x1b[31mred\x1b[0m\n" * 10, False), (b"caf\xe9 au lait, latin-1", False),
        ("é".encode() * 5000, False),
    ],
)  # fmt: skip
def test_what_is_to_be_read_is_told_from_what_is_not(data: bytes, binary: bool) -> None:
    assert is_binary(data) is binary


def test_a_text_has_the_lines_it_has() -> None:
    assert text_lines(b"a\r\nb\n\nc\n") == ["a", "b", "", "c"]
    assert text_lines(b"no end") == ["no end"]
    assert text_lines(b"\n") == [""]
    assert text_lines(b"") == [""]
    assert text_lines(b"a\tb\xff") == ["a       b\ufffd"]


SOURCE = '"""A doc\nstring."""\nimport os\n\n\ndef f(x):  # says\n    return "a" + str(1.5)\n'


def test_styles_belong_to_the_right_characters() -> None:
    lines = text_lines(SOURCE.encode())
    name, tokens = highlighted("x.py", lines)
    assert name == "Python"
    whole = [styled(line, tokens[number], 0, len(line)) for number, line in enumerate(lines)]
    assert ["".join(text for text, _ in pieces) for pieces in whole] == lines
    found = {text.strip(): style for pieces in whole for text, style in pieces}
    assert found["import"] == found["return"] == "keyword"
    assert found["f"] == "name"
    assert found["# says"] == "comment"
    assert found['"a"'] == "string"
    assert found["1.5"] == "number"
    assert whole[1][0][1] in ("string", "comment")


@given(st.integers(0, 30), st.integers(0, 30))
def test_any_part_of_a_line_is_that_part(start: int, end: int) -> None:
    line = 'if x: print("hällo", 1)  # y'
    _, tokens = highlighted("x.py", [line])
    assert "".join(text for text, _ in styled(line, tokens[0], start, end)) == line[start:end]


def test_a_language_is_known_by_name_or_first_line() -> None:
    assert language("Dockerfile", "").name == "Docker"
    assert language("nginx.conf", "").name == "Nginx configuration file"
    assert language("entrypoint", "#!/usr/bin/env bash").name == "Bash"
    assert language("run", "#!/bin/sh -e").name == "Bash"
    assert language("tool", "#!/usr/bin/env python3").name == "Python"
    assert language("notes", "hello") is None
    assert highlighted("notes", ["hello"]) == ("", [])


def test_what_a_terminal_would_obey_is_made_harmless() -> None:
    line = "x = '\x1b[31m\u202e'  # \x07"
    _, tokens = highlighted("x.py", [line])
    for pieces in (styled(line, tokens[0], 0, len(line)), styled(line, (), 0, len(line))):
        assert not set("".join(text for text, _ in pieces)) & {"\x1b", "\u202e", "\x07"}
